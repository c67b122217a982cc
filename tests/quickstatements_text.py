"""Reads the text of QuickStatements as its two dialects are documented, to hold against what we write.

Written from the grammar alone: nothing of the writer is used here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ITEM = re.compile(r"Q[1-9][0-9]*")
_PROPERTY = re.compile(r"P[1-9][0-9]*")
_SOURCE = re.compile(r"(!?)S([1-9][0-9]*)")
_TIME = re.compile(r"\+([0-9]{4})-([0-9]{2})-([0-9]{2})T00:00:00Z/(9|10|11)")
_STRING = re.compile(r'"([^"]*)"')
_MONOLINGUAL = re.compile(r'([a-z]{2,3}(?:-[a-z0-9]+)*):"([^"]*)"')
_COMMENT = re.compile(r"/\*.*\*/")


@dataclass(frozen=True)
class Time:
    """A date with its precision."""

    text: str
    precision: int

    @property
    def edtf(self) -> str:
        """What is known of it."""
        return self.text[: {9: 4, 10: 7, 11: 10}[self.precision]]


Value = str | Time | tuple[str, str]


@dataclass
class Command:
    """One line: what is done to which statement.

    Attributes:
        references: groups of pairs of property and value.
    """

    verb: str
    item: str
    prop: str
    value: str
    qualifiers: list[tuple[str, Value]] = field(default_factory=list)
    references: list[list[tuple[str, Value]]] = field(default_factory=list)


class NotUnderstood(ValueError):
    """The dialect does not read this line, or reads something else than what it seems to say."""


def parse(content: bytes, dialect: int) -> list[Command]:
    """The commands of a file."""
    text = content.decode("utf-8")
    if text.startswith("\ufeff") or any(ord(c) < 32 and c not in "\t\n" for c in text):
        raise NotUnderstood("a byte order mark or control characters")
    if text and not text.endswith("\n"):
        raise NotUnderstood("the last line does not end")
    return [_command(line, dialect) for line in text.splitlines()]


def _command(line: str, dialect: int) -> Command:
    if "|" in line or "“" in line or "”" in line:
        raise NotUnderstood("characters that the dialects read differently")
    cells = _COMMENT.sub("", line).rstrip("\t ").split("\t")
    verb = "ADD"
    if cells[0] == "REMOVE_QUAL":
        if dialect != 3:
            raise NotUnderstood("there is no REMOVE_QUAL")
        verb, cells = "REMOVE_QUAL", cells[1:]
    item, prop, value, *rest = cells
    if not _ITEM.fullmatch(item) or not _PROPERTY.fullmatch(prop) or not _ITEM.fullmatch(value):
        raise NotUnderstood(f"not a statement about an item: {cells[:3]}")
    command = Command(verb, item, prop, value)
    if len(rest) % 2:
        raise NotUnderstood("a property without a value")
    for name, raw in zip(rest[::2], rest[1::2], strict=True):
        source = _SOURCE.fullmatch(name)
        if source is None and _PROPERTY.fullmatch(name):
            if command.references:
                raise NotUnderstood("a qualifier behind a reference")
            command.qualifiers.append((name, _value(raw)))
        elif source is not None:
            if source[1] or not command.references:
                command.references.append([])
            command.references[-1].append((f"P{source[2]}", _value(raw)))
        else:
            raise NotUnderstood(f"not a property: {name}")
    return command


def _value(raw: str) -> Value:
    if time := _TIME.fullmatch(raw):
        return Time("-".join(time.groups()[:3]), int(time[4]))
    if text := _STRING.fullmatch(raw):
        return text[1]
    if text := _MONOLINGUAL.fullmatch(raw):
        return (text[1], text[2])
    if _ITEM.fullmatch(raw):
        return raw
    # A bare year would be read as a quantity.
    raise NotUnderstood(f"not a value: {raw}")
