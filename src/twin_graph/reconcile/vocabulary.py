"""What the services know: their types, properties and settings, as rows of the tables beside this file.

    types.csv        types of things, with the items that stand for them in the space of Wikidata
    properties.csv   what can be compared, and what can be fetched: the way to it through the graph
    settings.csv, choices.csv   how values are fetched

`via` leads from a thing to what joins it with others, `reads` from there to the values: terms of the ontology, `^`
against the direction, `/` between steps, `|` between ways of which the first with values counts, `@` before a
language. `holds` says what is made of a value, `evidence` which part of a query it is. Reads no graph.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from twin_graph.matching import reason_text

LANGUAGES = ("en", "pl", "uk")
OURS, WIKIDATA = "", "wikidata"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Named:
    """What has names in the languages of readers."""

    names: tuple[str, ...]

    def name(self, language: str) -> str:
        """The name for a reader: in their language, else in English."""
        return self.names[LANGUAGES.index(language)] if language in LANGUAGES else self.names[0]


@dataclass(frozen=True)
class Type(Named):
    """A type of things; the first of a kind is what all of that kind are."""

    id: str
    kind: str
    class_name: str


@dataclass(frozen=True)
class Property(Named):
    """A property, with the columns of its row."""

    id: str
    kind: str
    via: str
    reads: str
    holds: str
    target: str
    evidence: str
    qualifiers: tuple[str, ...]

    @property
    def can_be_fetched(self) -> bool:
        """Whether there are values of it, and not only comparisons."""
        return bool(self.reads)


@dataclass(frozen=True)
class Choice(Named):
    """One value that a setting may have."""

    value: str


@dataclass(frozen=True)
class Setting(Named):
    """A setting of data extension."""

    id: str
    type: str
    default: str
    helps: tuple[str, ...]
    choices: tuple[Choice, ...]

    def help(self, language: str) -> str:
        """What it does, for a reader."""
        return self.helps[LANGUAGES.index(language)] if language in LANGUAGES else self.helps[0]


@cache
def types_of(space: str, kind: str) -> tuple[Type, ...]:
    """The types of the things of a kind, the most general first; those without an item have no place in Wikidata."""
    column = "item" if space == WIKIDATA else "id"
    return tuple(
        Type(_names(row), row[column], row["kind"], row["id"])
        for row in _rows("types")
        if row["kind"] == kind and row[column]
    )


@cache
def properties_of(space: str, kind: str) -> tuple[Property, ...]:
    """The properties of the things of a kind."""
    return tuple(
        Property(_names(row), row["id"], row["kind"], row["via"], row["reads"], row["holds"], row["target"],
                 row["evidence"], tuple(row["qualifiers"].split()))
        for row in _rows("properties")
        if (row["space"], row["kind"]) == (space, kind)
    )  # fmt: skip


@cache
def settings() -> tuple[Setting, ...]:
    """The settings of data extension."""
    choices = [(row["setting"], Choice(_names(row), row["value"])) for row in _rows("choices")]
    return tuple(
        Setting(
            _names(row),
            row["id"],
            row["type"],
            row["default"],
            tuple(row[f"help_{language}"] for language in LANGUAGES),
            tuple(choice for setting, choice in choices if setting == row["id"]),
        )
        for row in _rows("settings")
    )


def _names(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[f"name_{language}"] for language in LANGUAGES)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def word(code: str, language: str) -> str:
    """What a feature or a reason is called: by our table, else by that of the matcher, else as it is."""
    known = _words().get(code)
    return known.name(language) if known else reason_text(code, language)


def words(language: str) -> tuple[tuple[str, str], ...]:
    """The features of ours with what they are called."""
    return tuple((code, known.name(language)) for code, known in _words().items())


@cache
def _words() -> dict[str, Named]:
    return {row["id"]: Named(_names(row)) for row in _rows("words")}
