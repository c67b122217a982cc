"""Our snapshot and Wikidata compared in both directions; nothing is ever written to Wikidata.

    reading.py         what our snapshot holds
    there.py           what an observation of Wikidata says of pairs of items
    reports.py         the reports, of local.py, foreign.py, places.py and watching.py
    observed.py        what an archive on disk says, and when
    checks.py          what must hold before anything is exported
    decisions.py       what people decided
    sheets.py          the exchange of decisions with a spreadsheet
    tables.py          the reports as CSV, JSON and Atom
    kept.py            a comparison as one document and back: what a snapshot holds beside its data
    words.py           its words in our languages: kinds.csv, checks.csv, terms.csv, verdicts.csv, sentences.csv
    verdicts.py        what each verdict on a finding means there
    edits.py           the edits of findings, put together for export
    quickstatements.py, openrefine.py, mismatches.py   files for the tools of Wikidata

Asks no service and knows no web: an observation and a store are given.
"""
