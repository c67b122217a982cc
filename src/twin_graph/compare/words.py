"""The words of the comparison in the languages of our pages: kinds, checks, reports, verdicts, states, sentences.

They are rows of the CSV files beside this module. Belong to the program and not to the ontology of a workspace: a
comparison must be able to say what it found whatever data it found it in. What is said of which difference is
decided elsewhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel import Locale

from twin_graph.spoken_dates import format_edtf
from twin_graph.workspace import LANGUAGES

ENGLISH = "en"
Row = Mapping[str, str]
_FOLDER = Path(__file__).parent
_OPTIONAL = re.compile(r"<([^<>]*)>")
Value = str | Mapping[str, str]  # a text, or one for each language
_COUNTRY, _DATE = "country", "date"  # slots with the key of a country, and with dates
# Words beside dates: as `spoken_dates` asks for them, and as the comparison writes what is no date.
_BESIDE_DATES = {"about {date}": "date-about", "since {date}": "date-since", "until {date}": "date-until",
                 "{date} (uncertain)": "date-uncertain"}  # fmt: skip
_NO_DATES = {"unknown": "date-unknown", "not ended": "date-none"}
_JULIAN = " (Julian)"
_SLOT = re.compile(r"\{(?:([a-z]+):)?([a-z]+)\}")


@cache
def rows(table: str) -> tuple[Row, ...]:
    """The rows of a table, in their order."""
    with (_FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def texts(row: Row, name: str) -> Mapping[str, str]:
    """A text of a row by language: its cells `<name>_<language>`."""
    return {language: row[f"{name}_{language}"] for language in LANGUAGES}


@dataclass(frozen=True)
class Term:
    """A word of a small scheme (`report`, `verdict`, `state`, `strength`) with what it means, by language."""

    name: str
    label: Mapping[str, str]
    definition: Mapping[str, str]


@cache
def terms(scheme: str) -> Mapping[str, Term]:
    """The words of a scheme, in their order."""
    chosen = [row for row in rows("terms") if row["scheme"] == scheme]
    return {
        row["notation"]: Term(row["notation"], texts(row, "label"), texts(row, "definition"))
        for row in chosen
    }


@dataclass(frozen=True)
class Sentence:
    """A sentence of `sentences.csv` with what stands in its slots.

    Of a text in angle brackets nothing is said while a slot in it is empty; `{strength:strength}` is a word of that
    scheme, `{country:country}` the name of a country and `{date:since}` dates as pages write them. A sentence
    without words in a language is one for Wikidata and said in English.
    """

    name: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def read(self, language: str = ENGLISH) -> str:
        """The sentence in a language."""
        templates = _sentences()[self.name]
        template = templates[language] or templates[ENGLISH]
        kept = _OPTIONAL.sub(lambda match: match[1] if self._is_full(match[1], language) else "", template)
        return _SLOT.sub(lambda match: self._slot(match[1], match[2], language), kept)

    def _is_full(self, part: str, language: str) -> bool:
        return all(self._text(slot[2], language) for slot in _SLOT.finditer(part))

    def _text(self, name: str, language: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else value.get(language) or value.get(ENGLISH, "")

    def _slot(self, scheme: str | None, name: str, language: str) -> str:
        value = self._text(name, language)
        if scheme == _DATE:
            return "; ".join(_date(each, language) for each in value.split(";") if each)
        if scheme == _COUNTRY:
            return str(Locale.parse(language).territories.get(value.upper(), value))
        return terms(scheme)[value].label[language] if scheme else value


def _date(text: str, language: str) -> str:
    """A date of ours or of Wikidata for readers of a language."""
    if text in _NO_DATES:
        return _sentences()[_NO_DATES[text]][language]
    if text.endswith(_JULIAN):
        date = _date(text.removesuffix(_JULIAN), language)
        return said("date-julian", date=date).read(language)
    return format_edtf(text, language, _BESIDES[language])


def _beside_dates(language: str) -> Callable[[str], str]:
    return lambda english: _sentences()[_BESIDE_DATES[english]][language]


# One for each language, so that equal dates are written once.
_BESIDES = {language: _beside_dates(language) for language in LANGUAGES}


@cache
def _sentences() -> Mapping[str, Row]:
    return {row["name"]: row for row in rows("sentences")}


def is_sentence(name: str) -> bool:
    """Whether there is a sentence of this name."""
    return name in _sentences()


def said(name: str, /, **values: Value) -> Sentence:
    """A sentence with what stands in its slots.

    >>> said("add-start", since="1953", url="").read("pl")
    'Dodaj początek: 1953.'
    """
    return Sentence(name, values)
