"""What changed between two snapshots: the statements that only one of them has, and what they mean for things.

A change of a thing is told by its properties, old values and new ones. Names and claims, which live in the document
of a thing, count as its own. What is derived, and what the data say of themselves, is left out, but for
contradictions, which are things. Values only: in which words and languages a change is shown is decided by the pages.

    history       what a snapshot keeps: the changes of each publication, the latest first
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS
from rdflib.term import Node

from twin_graph import iris
from twin_graph.graphs import to_rdflib
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import TWIN, TWIN_IRI
from twin_graph.snapshot import Snapshot, Step
from twin_graph.store import Store

FILE = "changes.json"
KEPT_RELEASES = 50
KEPT_THINGS = 1_000
WHATS = ("added", "changed", "removed")
_KEPT_VALUES = 20
_KEPT_LETTERS = 300
_BLOCK = 1 << 18
_IDENTITY = re.compile(r"[0-9A-Za-z-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_DERIVED = "derived"
_UNTOLD = (_DERIVED, "metadata", "ontology")
_DERIVED_KINDS = tuple(kind.name for kind in DOCUMENTED if kind.is_derived)
_LABELS = (RDFS.label, DCTERMS.title)
# What stands for a node that lives in a document, by its class.
_SUMMARIES = {str(TWIN.Name): TWIN.nameText, str(TWIN.Claim): TWIN.claimedBy}
_KIND_ORDER = {kind.name: place for place, kind in enumerate(DOCUMENTED)}


@dataclass(frozen=True)
class Difference:
    """Statements as lines of N-Quads, sorted."""

    removed: tuple[str, ...]
    added: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The difference as plain values."""
        return {"removed": list(self.removed), "added": list(self.added)}


@dataclass(frozen=True)
class Value:
    """A value of a property: a text, or an IRI; `language` is empty where the text has none."""

    text: str
    is_iri: bool = False
    language: str = ""
    datatype: str = ""

    @property
    def term(self) -> Node:
        """The value as a term of RDF."""
        if self.is_iri:
            return URIRef(self.text)
        return Literal(
            self.text,
            lang=self.language or None,
            datatype=URIRef(self.datatype) if self.datatype else None,
            normalize=False,
        )


@dataclass(frozen=True)
class PropertyChange:
    """A property with the values that are gone and those that are new.

    Attributes:
        name: IRI of the property; of a class where a whole node of the document came or went.
        part: IRI of the class of the node whose property it is; empty for the thing itself.
    """

    name: str
    old: tuple[Value, ...]
    new: tuple[Value, ...]
    part: str = ""


@dataclass(frozen=True)
class Change:
    """What happened to one thing.

    Attributes:
        what: added, removed or changed.
        cities: keys of the cities that it concerns.
        properties: of a thing that changed.
        names, parties: of a thing that is gone, to name it by: its labels, and IRIs of its parties.
    """

    kind: str
    key: str
    what: str
    cities: tuple[str, ...] = ()
    properties: tuple[PropertyChange, ...] = ()
    names: tuple[Value, ...] = ()
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Release:
    """One publication: what changed since the one before; the first of all has no changes.

    Attributes:
        on: the day on which the data were valid.
        total: number of things that changed; `changes` holds at most `KEPT_THINGS` of them, registers first.
        number: how many releases of this history came before; data may be published again under the same id.
    """

    id: str
    on: str
    total: int = 0
    changes: tuple[Change, ...] = ()
    is_first: bool = False
    number: int = 0


def between(old: Snapshot, new: Snapshot, step: Step = nullcontext) -> Difference:
    """The difference of two snapshots.

    Raises:
        SnapshotDamaged: a dump is not as it was written.
    """
    with step("read the old snapshot"):
        before = old.read("dump.nq")
    with step("read the new snapshot"):
        after = new.read("dump.nq")
    with step("compare"):
        return compare(before, after)


def compare(old: bytes, new: bytes) -> Difference:
    """The difference of two sorted dumps.

    >>> compare(b"a .\\nb .\\n", b"b .\\nc .\\n")
    Difference(removed=('a .',), added=('c .',))
    """
    removed: set[bytes] = set()
    added: set[bytes] = set()
    for before, after in _blocks(old, new):
        if before != after:  # most are equal, and bytes are compared a thousand times faster than lines
            ours, theirs = set(before.splitlines()), set(after.splitlines())
            removed |= ours - theirs
            added |= theirs - ours
    return Difference(_decoded(removed - added), _decoded(added - removed))


def tell(
    difference: Difference, store: Store, base_iri: str, registers: Iterable[str], most: int | None = None
) -> tuple[int, tuple[Change, ...]]:
    """How many things a difference is about, and what happened to the first of them.

    Args:
        store: the statements of the new snapshot.
        registers: names of the graphs that come first.
        most: how many things are told of.
    """
    told: dict[tuple[str, str], _Told] = {}
    for is_new, lines in ((False, difference.removed), (True, difference.added)):
        for quad in _parse(lines, base_iri):
            minted = iris.unmint(base_iri, getattr(quad.subject, "value", ""))
            if minted is not None and minted.kind in _KIND_ORDER:
                about = told.setdefault((minted.kind, minted.key), _Told())
                about.note(quad, is_new)
    told = {name: about for name, about in told.items()
            if about.settle() and about.is_of(iris.thing(base_iri, *name), store)}  # fmt: skip
    ranks = {str(iris.graph(base_iri, name)): place for place, name in enumerate((*registers, "shared"))}
    found = sorted(told, key=lambda name: (told[name].rank(ranks), _KIND_ORDER[name[0]], name[1]))
    changes = (told[name].make(*name, store, base_iri) for name in found[: most or KEPT_THINGS])
    return len(found), tuple(changes)


def read_history(path: Path | None) -> tuple[Release, ...]:
    """The history that a snapshot keeps, the latest release first; empty where there is none or it is damaged."""
    try:
        raw = json.loads(path.read_bytes()) if path is not None else {}
        return tuple(_release(entry) for entry in raw.get("releases", ()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return ()


def write_history(path: Path, history: Iterable[Release]) -> None:
    """Keep a history, without its oldest releases where there are too many."""
    kept = [_lean(asdict(release)) for release in history][:KEPT_RELEASES]
    path.write_text(
        json.dumps({"releases": kept}, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8"
    )


class _Told:
    """The statements about one thing that came or went, by their subject."""

    def __init__(self) -> None:
        self._graphs: set[str] = set()
        self._typed = [0, 0]
        self._values: dict[str, dict[str, tuple[list[Node], list[Node]]]] = {}

    def note(self, quad: Any, is_new: bool) -> None:
        self._graphs.add(getattr(quad.graph_name, "value", ""))
        subject = str(getattr(quad.subject, "value", ""))
        properties = self._values.setdefault(subject, {})
        pair = properties.setdefault(quad.predicate.value, ([], []))
        self._typed[is_new] += quad.predicate.value == str(RDF.type) and "#" not in subject
        if (value := to_rdflib(quad.object)) not in pair[is_new]:
            pair[is_new].append(value)

    def settle(self) -> bool:
        """Forget what only went from one graph to another; whether anything is left."""
        for properties in self._values.values():
            for name, (gone, come) in list(properties.items()):
                kept = (
                    [value for value in gone if value not in come],
                    [value for value in come if value not in gone],
                )
                properties[name] = kept
                if kept == ([], []):
                    del properties[name]
        self._values = {subject: properties for subject, properties in self._values.items() if properties}
        return bool(self._values)

    def is_of(self, thing: URIRef, store: Store) -> bool:
        """Whether there is such a thing, or was: what has no type is only spoken of, as in a row about nothing."""
        return any(self._typed) or next(store.triples(thing, RDF.type), None) is not None

    def rank(self, ranks: Mapping[str, int]) -> int:
        return min(ranks.get(graph, len(ranks)) for graph in self._graphs)

    def make(self, kind: str, key: str, store: Store, base_iri: str) -> Change:
        thing = iris.thing(base_iri, kind, key)
        own = self._values.get(str(thing), {})
        what = self._what(thing, store)
        cities = self._cities(thing, own, store, base_iri)
        if what == "removed":
            names = (value for label in _LABELS for value in own.get(str(label), ([], []))[0])
            parties = own.get(str(TWIN.hasParty), ([], []))[0]
            return Change(
                kind, key, what, cities, names=_values(names), parties=tuple(sorted(map(str, parties)))
            )
        properties = tuple(self._properties(thing)) if what == "changed" else ()
        return Change(kind, key, what, cities, properties)

    def _what(self, thing: URIRef, store: Store) -> str:
        """By its types: a thing that one more graph speaks of has changed, for it was there before."""
        now = sum(1 for _ in store.triples(thing, RDF.type))
        if not now:
            return "removed"
        gone, come = self._typed
        return "changed" if now - come + gone else "added"

    def _properties(self, thing: URIRef) -> Iterator[PropertyChange]:
        for subject, properties in sorted(
            self._values.items(), key=lambda item: (item[0] != str(thing), item[0])
        ):
            gone, come = properties.get(str(RDF.type), ([], []))
            whole = {str(each) for each in (*gone, *come)} & set(_SUMMARIES)
            if subject != str(thing) and whole:
                name = whole.pop()
                summary = properties.get(str(_SUMMARIES[name]), ([], []))
                yield PropertyChange(name, _values(summary[0]), _values(summary[1]))
                continue
            part = "" if subject == str(thing) else _part(subject)
            for name, (old, new) in sorted(properties.items()):
                yield PropertyChange(name, _values(old), _values(new), part)

    def _cities(
        self, thing: URIRef, own: Mapping[str, tuple[list[Node], list[Node]]], store: Store, base_iri: str
    ) -> tuple[str, ...]:
        """The thing itself if it is a city, else those that it names, or that its partnership or number names."""
        city, others = f"{base_iri}id/city/", (f"{base_iri}id/partnership/", f"{base_iri}id/count/")
        if thing.startswith(city):
            return (thing.removeprefix(city),)
        named = {str(value) for _, _, value in store.triples(thing)}
        named |= {str(value) for pair in own.values() for values in pair for value in values}
        for name in [name for name in named if name.startswith(others)]:
            for of in (TWIN.hasParty, TWIN.countsFor):
                named |= {str(value) for _, _, value in store.triples(URIRef(name), of)}
        return tuple(sorted(name.removeprefix(city) for name in named if name.startswith(city)))


def _part(subject: str) -> str:
    kind = subject.partition("#")[2].partition("-")[0]
    return f"{TWIN_IRI}{kind.capitalize()}"


def _values(terms: Iterable[Node]) -> tuple[Value, ...]:
    ordered = sorted(terms, key=lambda term: (str(term), str(getattr(term, "language", "") or "")))
    return tuple(_value(term) for term in ordered[:_KEPT_VALUES])


def _value(term: Node) -> Value:
    if not isinstance(term, Literal):
        return Value(str(term), is_iri=True)
    text = str(term)
    shown = text if len(text) <= _KEPT_LETTERS else f"{text[:_KEPT_LETTERS]}…"
    return Value(shown, language=term.language or "", datatype=str(term.datatype or ""))


def _parse(lines: Iterable[str], base_iri: str) -> Iterator[Any]:
    untold = tuple(f"<{iris.graph(base_iri, name)}> ." for name in _UNTOLD)
    derived = f"<{iris.graph(base_iri, _DERIVED)}> ."
    things = tuple(f"<{base_iri}id/{name}/" for name in _DERIVED_KINDS)
    # Programs that derive otherwise differ in hundreds of thousands of lines: most go before they are parsed.
    told = "\n".join(
        line
        for line in lines
        if not line.endswith(untold) or (line.startswith(things) and line.endswith(derived))
    )
    yield from Store.from_nquads(told.encode()).quads()


def _blocks(old: bytes, new: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Both dumps in pieces: a line of one can only be in the piece of the other that comes with it."""
    start = other = 0
    while start < len(old):
        end = old.find(b"\n", start + _BLOCK) + 1 or len(old)
        place = _place(new, old[end : old.find(b"\n", end)], other) if end < len(old) else len(new)
        yield old[start:end], new[other:place]
        start, other = end, place
    yield b"", new[other:]


def _place(dump: bytes, line: bytes, low: int) -> int:
    """Where the first line begins, from `low` on, that is not less than a line."""
    high = len(dump)
    while low < high:
        middle = dump.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = dump.find(b"\n", middle)
        end = end if end >= 0 else len(dump)
        if dump[middle:end] < line:
            low = end + 1
        else:
            high = middle
    return low


def _decoded(lines: set[bytes]) -> tuple[str, ...]:
    return tuple(line.decode() for line in sorted(lines))


def _lean(value: Any) -> Any:
    """Without what is empty: it is what a reader takes for granted."""
    if isinstance(value, dict):
        return {name: _lean(item) for name, item in value.items() if item not in ("", (), [], False, 0)}
    return [_lean(item) for item in value] if isinstance(value, list | tuple) else value


def _release(raw: Mapping[str, Any]) -> Release:
    """A release as it was written.

    Raises:
        ValueError, TypeError: it is none of ours; pages would fail at it.
    """
    made = Release(**{**raw, "changes": tuple(_change(entry) for entry in raw.get("changes", ()))})
    date.fromisoformat(made.on)
    _require(bool(_IDENTITY.fullmatch(made.id)))
    _require(all(type(number) is int for number in (made.total, made.number)) and type(made.is_first) is bool)
    return made


def _change(raw: Mapping[str, Any]) -> Change:
    lists = {name: tuple(map(_text, raw.get(name, ()))) for name in ("cities", "parties")}
    properties = tuple(
        PropertyChange(
            _text(entry["name"]),
            _read_values(entry.get("old", ())),
            _read_values(entry.get("new", ())),
            _text(entry.get("part", "")),
        )
        for entry in raw.get("properties", ())
    )
    names = _read_values(raw.get("names", ()))
    made = Change(**{**raw, **lists, "properties": properties, "names": names})
    _require(made.kind in _KIND_ORDER and iris.is_key(made.key) and made.what in WHATS)
    return made


def _read_values(raw: Iterable[Mapping[str, Any]]) -> tuple[Value, ...]:
    found = tuple(Value(**{"text": "", **value}) for value in raw)  # an empty text was left out, too
    for value in found:
        _require(
            type(value.is_iri) is bool and isinstance(value.text, str) and isinstance(value.datatype, str)
        )
        _require(not value.language or bool(_LANGUAGE.fullmatch(value.language)))
    return found


def _text(value: Any) -> str:
    _require(isinstance(value, str))
    return str(value)


def _require(is_so: bool) -> None:
    if not is_so:
        raise ValueError("not a history of ours")
