"""A row becomes a JSON-LD document whose terms are the names of the columns.

Only what the context cannot do is done here: keys become IRIs, `;` separates values, and numbers are freed of
the comma and spaces that a Polish spreadsheet writes. Whether a value makes sense is said by the shapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from rdflib import XSD, URIRef

from twin_graph import iris
from twin_graph.findings import Finding, problem
from twin_graph.kinds import BY_TABLE, Kind
from twin_graph.sources.columns import KEY_COLUMN, TYPE_COLUMN, Column, Vocabulary
from twin_graph.sources.keys import Keys
from twin_graph.sources.tables import Row

_NUMBER = re.compile(r"[+-]?[0-9][0-9 \u00a0\u202f]*([.,][0-9]+)?")
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")
SEPARATOR = ";"
_HINT_FOR_DOUBLED = (
    "write a short text into the column key, to tell them apart; add the column where there is none"
)
_HINTS_FOR_DOUBLED = {
    "decision": "one state of the evidence is decided once: delete one of the two rows; where two offices have "
    "decided, add a column key and write a short text into it, to tell them apart"
}


class DocumentMaker:
    """Makes the documents of rows; what cannot be resolved is collected in `findings`."""

    def __init__(self, base_iri: str, vocabulary: Vocabulary, keys: Keys) -> None:
        self.base_iri = base_iri
        self.vocabulary = vocabulary
        self.keys = keys
        self.findings: list[Finding] = []

    def serialise(self, rows: Iterable[Row]) -> bytes:
        """One JSON-LD document of many rows."""
        graph = list(self.documents(rows))
        return json.dumps({"@context": self.vocabulary.context, "@graph": graph}, ensure_ascii=False).encode()

    def documents(self, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """The documents of rows, without the context; a row whose subject has no IRI gives none."""
        fragments: dict[str, Row] = {}
        for row in rows:
            kind = BY_TABLE[row.table]
            subject = self.subject(row)
            document = self._document(kind, row)
            if subject is None:
                continue
            if kind.part_of and fragments.setdefault(subject, row) is not row:
                hint = _HINTS_FOR_DOUBLED.get(kind.name, _HINT_FOR_DOUBLED)
                message = f"this row and {fragments[subject].where} would have the same address"
                self.findings.append(problem(row.where, message, hint, "reading"))
                continue
            yield {"@id": subject, **document}

    def references(self, rows: Iterable[Row]) -> set[tuple[tuple[str, ...], str]]:
        """What rows refer to, and the key under which each is published; that is empty where it leads nowhere.

        The key of a row that adds to the thing of another row is a reference too.
        """
        texts: set[tuple[Column, str]] = set()
        found: set[tuple[tuple[str, ...], str]] = set()
        for row in rows:
            kind = BY_TABLE[row.table]
            columns = self.vocabulary.columns(kind)
            for name, cell in row.cells.items():
                column = columns.get(name)
                if column is not None and column.kinds:
                    texts.add((column, cell))
            if self.keys.is_addition(kind, row):
                key = row.cells[KEY_COLUMN]
                found.add(((kind.name, key), self.keys.resolve(kind.name, key) or ""))
        for column, cell in texts:
            for text in cell.split(SEPARATOR) if column.many else [cell]:
                if text.strip() and text.strip() not in column.concepts:
                    target = self._look_up(column, text.strip())
                    found.add(((*column.kinds, text.strip()), "/".join(target) if target else ""))
        return found

    def subject(self, row: Row) -> URIRef | None:
        """IRI of what a row describes; None, with a finding, when it cannot be made."""
        kind = BY_TABLE[row.table]
        if not kind.part_of:
            key = self.keys.resolve(kind.name, row.cells.get(KEY_COLUMN, ""))
            return iris.thing(self.base_iri, kind.name, key) if key else None
        columns = self.vocabulary.columns(kind)
        named = [name for name in kind.part_of if name in row.cells]
        if len(named) != 1:
            hint = f"write a key into exactly one of the columns {', '.join(kind.part_of)}"
            self.findings.append(problem(row.where, "it is not clear what the row is about", hint, "reading"))
            return None
        targets = self._resolve(columns[named[0]], row, row.cells[named[0]])
        if targets is None:
            return None
        parent_kind, parent_key = targets
        return iris.document(self.base_iri, parent_kind, parent_key, self._fragment(kind, row))

    def _fragment(self, kind: Kind, row: Row) -> str:
        columns = self.vocabulary.columns(kind)
        parts = [kind.name]
        for name in kind.keyed_by:
            cell = row.cells.get(name, "")
            target = self._look_up(columns[name], cell) if columns[name].kinds else None
            parts.extend([target[1] if target else cell] if cell else [])
        if any(_UNSAFE.search(part) for part in parts):
            parts = [parts[0], parts[1], iris.digest(*parts[2:])]
        if KEY_COLUMN in row.cells:
            parts.append(row.cells[KEY_COLUMN])
        return "-".join(_UNSAFE.sub("-", part).strip("-") for part in parts)

    def _document(self, kind: Kind, row: Row) -> dict[str, Any]:
        document: dict[str, Any] = {"@type": self._types(kind, row)}
        columns = self.vocabulary.columns(kind)
        for name, cell in row.cells.items():
            column = columns.get(name)
            if column is None:
                continue
            texts = [text.strip() for text in cell.split(SEPARATOR)] if column.many else [cell]
            values = [self._value(column, row, text) for text in texts if text]
            kept = [value for value in values if value is not None]
            if kept:
                document[name] = kept if column.many else kept[0]
        return document

    def _types(self, kind: Kind, row: Row) -> list[str]:
        named = row.cells.get(TYPE_COLUMN)
        allowed = self.vocabulary.classes(kind)
        general = self.vocabulary.general_classes(kind)
        if named is None or named == kind.class_name:
            return general
        if named not in allowed:
            hint = f"write one of {', '.join(allowed)}"
            self.findings.append(problem(row.at(TYPE_COLUMN), f"“{named}” is not a type", hint, "reading"))
            return general
        return [*general, named]

    def _value(self, column: Column, row: Row, text: str) -> str | None:
        if column.is_reference:
            if text in column.concepts:
                return column.concepts[text]
            target = self._resolve(column, row, text)
            return iris.thing(self.base_iri, *target) if target else None
        if column.datatype in (str(XSD.decimal), str(XSD.integer)) and _NUMBER.fullmatch(text):
            return re.sub(r"[ \u00a0\u202f]", "", text).replace(",", ".")
        return text

    def _look_up(self, column: Column, text: str) -> tuple[str, str] | None:
        for kind in column.kinds:
            key = self.keys.resolve(kind, text)
            if key is not None:
                return kind, key
        return None

    def _resolve(self, column: Column, row: Row, text: str) -> tuple[str, str] | None:
        target = self._look_up(column, text)
        if target is None and not self.keys.is_unread(column.kinds):
            if column.concepts:
                hint = f"write one of {', '.join(sorted(column.concepts))}"
            else:
                hint = self.keys.suggest(column.kinds, text)
            message = f"there is no {' or '.join(column.kinds) or 'entry'} “{text[:80]}”"
            self.findings.append(problem(row.at(column.name), message, hint, "reading"))
        return target
