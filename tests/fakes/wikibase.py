"""A Wikibase in memory that takes files of QuickStatements as the tool is documented to apply them.

A statement with the same value is the one that is there; references are de-duplicated; qualifiers are appended
without a look at those that are there. What it holds is given back as an observation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rdflib import URIRef
from rdflib.term import Node

from observations import observation, strength
from quickstatements_text import Command, Time, parse
from twin_graph.compare.model import digest
from twin_graph.wikidata.model import Date, Item, Observation, Reference, Statement


class Refused(ValueError):
    """The service takes no such edit."""


class Wikibase:
    """The items and statements of an observation, to be changed."""

    def __init__(self, observed: Observation) -> None:
        self.items: dict[str, Item] = dict(observed.items)
        self.statements: dict[str, Statement] = {each.guid: each for each in observed.statements}
        self.edits = 0

    def apply(self, content: bytes, dialect: int) -> None:
        """Carry out a file."""
        for command in parse(content, dialect):
            if self.items[command.item].state != "complete" or self.items[command.item].redirect:
                raise Refused(f"{command.item} cannot be edited")
            (self._add if command.verb == "ADD" else self._remove)(command)
            self.edits += 1
            known = self.items[command.item]
            self.items[command.item] = replace(known, revision=(known.revision or 0) + 1)

    def observed(self, read_at: str) -> Observation:
        """What a query would now find."""
        return observation(self.items.values(), self.statements.values(), read_at)

    def _same(self, command: Command) -> Statement | None:
        wanted = command.item, command.prop, command.value
        found = [s for s in self.statements.values() if (s.item, s.property, s.value) == wanted]
        if len(found) > 1:
            raise Refused("several statements have this value")
        return found[0] if found else None

    def _add(self, command: Command) -> None:
        there = self._same(command)
        if there is None:
            guid = f"{command.item}$new-{self.edits}"
            there = Statement(guid, command.item, command.prop, "value", command.value, "normal",
                              (), (), False, {}, (), "edited")  # fmt: skip
        since, until = list(there.since), list(there.until)
        for name, value in command.qualifiers:
            assert isinstance(value, Time)
            {"P580": since, "P582": until}[name].append(
                Date(value.edtf, value.precision, "gregorian", value.text)
            )
        references = list(there.references)
        for group in command.references:
            made = _reference(group)
            if made.digest not in {each.digest for each in references}:
                references.append(made)
        self.statements[there.guid] = replace(there, since=tuple(since), until=tuple(until),
                                              references=tuple(references))  # fmt: skip

    def _remove(self, command: Command) -> None:
        there = self._same(command)
        ((name, value),) = command.qualifiers
        assert isinstance(value, Time)
        if there is None or name != "P580":
            raise Refused("there is no such qualifier")
        left = [date for date in there.since if (date.edtf, date.precision) != (value.edtf, value.precision)]
        if len(left) != len(there.since) - 1:
            raise Refused("there is no such qualifier")
        self.statements[there.guid] = replace(there, since=tuple(left))


def _reference(group: Sequence[tuple[str, object]]) -> Reference:
    parts: dict[str, tuple[Node, ...]] = {name: (URIRef(str(value)),) for name, value in group}
    return Reference(digest(*sorted(f"{name}={value}" for name, value in group)), parts, strength(set(parts)))
