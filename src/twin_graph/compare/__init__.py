"""Our snapshot and Wikidata compared in both directions; nothing is ever written to Wikidata.

    reading.py         what our snapshot holds
    there.py           what an observation of Wikidata says of pairs of items
    reports.py         the five reports, of local.py, foreign.py and places.py
    observed.py        what an archive on disk says, and when
    checks.py          what must hold before anything is exported
    decisions.py       what people decided
    sheets.py          the exchange of decisions with a spreadsheet
    tables.py          the reports as CSV, JSON and Atom
    keeping.py         reports as one document and back
    edits.py           the edits of findings, put together for export
    quickstatements.py, openrefine.py, mismatches.py   files for the tools of Wikidata

Asks no service and knows no web: an observation and a store are given.
"""
