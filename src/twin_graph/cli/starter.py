"""The files of a new workspace: every table with its header and an example that is not published.

Headers, examples and what is said of them are taken from the data that come with the program, so they are never out
of date; what is said of folders that a new workspace does not have is left out.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from twin_graph.workspace import shipped

REGISTER = "my-city"
EXAMPLES = 2
_MODEL = "lublin"
_PUBLICATION = f"""\
# What belongs to the published data as a whole.
# The address of your site; every identifier begins with it. Change it once, before the first publication.
base_iri = "http://localhost:8000/"
# Language of the first page: pl, en or uk.
default_language = "pl"
# The folders with registers, the one that takes precedence first.
registers = ["{REGISTER}"]
# The city that the home page opens with, by its key.
# start_city = "{REGISTER}"
# The day on which the data is valid: nothing may be signed after it. Move it forward with each publication;
# without it, it is the latest day in the columns as_of, retrieved and confirmed.
valid_on = "{{today}}"

[title]
pl = "Miasta partnerskie"
en = "Twin cities"
uk = "Міста-побратими"

{{examples}}
"""
_OWN_FOLDER = f"| `{REGISTER}/` | your register: partnerships, documents, events, memberships | your office |"
# A paragraph of the publication file that is an example of a table.
_EXAMPLE_TABLE = re.compile(r"^# \[\w+\]$", re.MULTILINE)
# A place in a folder of data of the repository; not all of them come with what is installed.
_FOREIGN_FOLDER = re.compile(rf"`({_MODEL}|world|wikidata)/[\w.]*`")


def write(folder: Path, today: str) -> list[Path]:
    """Write what is missing in a folder; what exists stays. Returns the files written.

    Args:
        today: the day on which the data of the new workspace is valid.
    """
    model = shipped("data")
    data = folder / "data"
    texts: dict[Path, str] = {
        data / "publication.toml": _PUBLICATION.format(today=today, examples=_example_tables(model)),
        data / "README.md": _read_me(model),
        data / "countries.csv": (model / "countries.csv").read_text(encoding="utf-8"),
    }
    for path in sorted(model.glob("*.csv")):
        texts.setdefault(data / path.name, _example(path))
    for path in sorted((model / _MODEL).glob("*.csv")):
        texts[data / REGISTER / path.name] = _example(path)
    texts[data / "sources.csv"] = _cited(model)
    written = []
    for path, text in texts.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def _example_tables(model: Path) -> str:
    """The tables of the publication file that everybody fills in differently, as comments with an example."""
    text = (model / "publication.toml").read_text(encoding="utf-8")
    return "\n\n".join(part.strip() for part in text.split("\n\n") if _EXAMPLE_TABLE.search(part))


def _read_me(model: Path) -> str:
    """What the tables are, without the lines about folders that are not in a new workspace."""
    lines: list[str] = []
    for line in (model / "README.md").read_text(encoding="utf-8").splitlines():
        folders = _FOREIGN_FOLDER.findall(line)
        if not folders:
            lines.append(line)
        elif line.startswith("|") and _MODEL in folders:
            lines.append(_OWN_FOLDER)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _example(path: Path) -> str:
    """The header of a table, and its first rows as lines that begin with #."""
    records = _records(path)
    rows = [["# " + record[0], *record[1:]] for record in records[1 : 1 + EXAMPLES]]
    return _text([records[0], *rows])


def _cited(model: Path) -> str:
    """The sources that the countries cite, and examples of others."""
    records = _records(model / "sources.csv")
    countries = _records(model / "countries.csv")
    column = countries[0].index("source")
    cited = {key for record in countries[1:] for key in record[column].split(";")}
    kept = [record for record in records[1:] if record[0] in cited]
    others = [["# " + record[0], *record[1:]] for record in records[1:] if record[0] not in cited]
    return _text([records[0], *kept, *others[:EXAMPLES]])


def _records(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def _text(records: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    return text.getvalue()
