"""Entity documents that take files of QuickStatements as the tool is documented to apply them, and their archive.

A statement with the same value is the one that is there; references are de-duplicated; qualifiers are appended
without a look at those that are there. `record` asks the documents the queries and keeps the answers as an archive.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from fakes.asking import ask, store_of
from fakes.made_up import Json, claim, link, snak, text, time
from quickstatements_text import Command, Time, Value, parse
from twin_graph.wikidata import portions
from twin_graph.wikidata.archive import Line, Recorder

QUERIES = ("wikidata_facts", "wikidata_statements", "wikidata_labels")
ENDPOINT = "wikidata"


class Refused(ValueError):
    """The service takes no such edit."""


class Editing:
    """Entity documents, to be changed."""

    def __init__(self, documents: Iterable[Json]) -> None:
        self.documents: dict[str, Json] = {each["id"]: copy.deepcopy(each) for each in documents}

    def apply(self, content: bytes, dialect: int) -> None:
        """Carry out a file."""
        for command in parse(content, dialect):
            if command.item not in self.documents:
                raise Refused(f"{command.item} cannot be edited")
            (self._add if command.verb == "ADD" else self._remove)(command)
            self.documents[command.item]["lastrevid"] += 1

    def twins(self) -> list[Json]:
        """All statements of P190."""
        return [each for document in self.documents.values() for each in document["claims"].get("P190", [])]

    def _same(self, command: Command) -> Json | None:
        claims = self.documents[command.item]["claims"].setdefault(command.prop, [])
        found = [each for each in claims if _target(each) == command.value]
        if len(found) > 1:
            raise Refused("several statements have this value")
        return found[0] if found else None

    def _add(self, command: Command) -> None:
        statement = self._same(command)
        if statement is None:
            claims = self.documents[command.item]["claims"][command.prop]
            guid = f"{command.item}$1{len(claims):07d}-0000-4000-8000-{int(command.value[1:]):012d}"
            statement = claim(guid, command.prop, link(command.value))
            claims.append(statement)
        for name, value in command.qualifiers:
            statement["qualifiers"].setdefault(name, []).append(snak(name, _value(value)))
        for group in command.references:
            made: Json = {"snaks": {name: [snak(name, _value(value))] for name, value in group}}
            if made["snaks"] not in [each["snaks"] for each in statement["references"]]:
                statement["references"].append(made)

    def _remove(self, command: Command) -> None:
        statement = self._same(command)
        ((name, value),) = command.qualifiers
        there = statement["qualifiers"].get(name, []) if statement is not None else []
        left = [each for each in there if not _is(each, value)]
        if statement is None or len(left) != len(there) - 1:
            raise Refused("there is no such qualifier")
        statement["qualifiers"][name] = left


def record(documents: Iterable[Json], folder: Path, read_at: str, failed: Iterable[str] = ()) -> None:
    """Ask the documents, and write what they answer as an archive."""
    known = {each["id"]: each for each in documents}
    everything = store_of(known.values())
    recorder = Recorder(folder, {"format": 1, "id": folder.name, "endpoint": ENDPOINT})
    items = sorted(known, key=lambda name: int(name[1:]))
    for name in QUERIES:
        body = ask(everything, name, items)
        question = portions.find_question(name)
        line = Line(
            key=portions.key(ENDPOINT, portions.text_of(question, items)), query=name, items=tuple(items),
            verdict="ok", retrieved_at=read_at, status=200, bytes=len(body), body=sha256(body).hexdigest(),
            rows=len(json.loads(body)["results"]["bindings"]),
        )  # fmt: skip
        recorder.add(line, body)
    recorder.finish(
        state="complete", items=len(items), ended=read_at, failed={"wikidata_statements": list(failed)}
    )


def _target(statement: Json) -> str:
    value = statement["mainsnak"].get("datavalue", {}).get("value")
    return str(value["id"]) if isinstance(value, dict) else ""


def _value(value: Value) -> Json:
    if isinstance(value, Time):
        return time(f"+{value.text}T00:00:00Z", value.precision)
    return text(str(value))


def _is(there: Json, value: Value) -> bool:
    """Whether a qualifier is the one that is to be removed: the same date, as far as it is known."""
    assert isinstance(value, Time)
    known = there.get("datavalue", {}).get("value", {})
    length = len(f"+{value.edtf}")
    return bool(known) and (known["precision"], known["time"][:length]) == (value.precision, f"+{value.edtf}")
