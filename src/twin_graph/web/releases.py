"""Two publications compared: what became of each thing, and the statements that only one of them has.

A comparison is made once and kept, like the few made last; only one is made at a time. What changed is told by
`twin_graph.changes`, in words by `history`; old snapshots are opened by `archive`.
"""

from __future__ import annotations

import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from flask import current_app
from rdflib import Literal, URIRef

from twin_graph import changes, graphs, iris
from twin_graph.changes import Change
from twin_graph.errors import EntityNotFound
from twin_graph.formats import N_QUADS, RDF_PATCH, Format
from twin_graph.graphs import to_rdflib
from twin_graph.snapshot import Publication, open_snapshot, read_publications
from twin_graph.store import Store
from twin_graph.web import archive, history
from twin_graph.web.history import ChangeRow, PropertyRow
from twin_graph.web.languages import catalogue
from twin_graph.web.names import plain
from twin_graph.web.panels import Column, Panel, PanelRow, Value
from twin_graph.web.site import Site
from twin_graph.web.understood import argument

KEPT = 4
MOST_THINGS = 5_000
MOST_WRITTEN = 50_000  # statements that are written in another format than that of the dumps
PAGE_SIZE = 200
PARTS = ("added", "removed")
_THINGS = ("thing", "old", "new")  # the columns of the table that may hold things
_COMPARISONS = "twin_graph.comparisons"


@dataclass(frozen=True)
class Comparison:
    """What is different.

    Attributes:
        total: number of things; `things` has at most `MOST_THINGS` of them.
        counts: number of statements of each part.
        lines: of N-Quads, sorted and compressed, of each part.
    """

    old: Publication
    new: Publication
    total: int
    things: tuple[Change, ...]
    counts: dict[str, int]
    lines: dict[str, bytes]

    def statements(self, part: str) -> bytes:
        """The statements that were added or removed, as N-Quads."""
        return zlib.decompress(self.lines[part])


@dataclass
class _Kept:
    found: OrderedDict[tuple[str, str], Comparison] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


def asked(here: Site) -> tuple[Publication, Publication]:
    """The publications that the address names; the last one and the one before it where it names none.

    Raises:
        EntityNotFound, EntityGone: there is no such publication, or no other one to compare with.
    """
    new = archive.find_publication(here.workspace.snapshots, argument("to") or here.manifest.id)
    if text := argument("from"):
        return archive.find_publication(here.workspace.snapshots, text), new
    kept = [each for each in read_publications(here.workspace.snapshots) if each.is_kept]
    # What was published again came after what was published between.
    last = max((place for place, each in enumerate(kept) if each.id == new.id), default=0)
    before = [each.id for each in kept[:last] if each.id != new.id]
    if not before:
        raise EntityNotFound("there is no publication to compare with")
    return archive.find_publication(here.workspace.snapshots, before[-1]), new


def compare(here: Site, old: Publication, new: Publication) -> Comparison:
    """What is different between two publications."""
    kept: _Kept = current_app.extensions.setdefault(_COMPARISONS, _Kept())
    with kept.lock:
        found = kept.found.pop((old.id, new.id), None) or _compare(here, old, new)
        kept.found[old.id, new.id] = found
        while len(kept.found) > KEPT:
            kept.found.popitem(last=False)
    return found


def page(here: Site, found: Comparison, language: str, number: int) -> tuple[list[ChangeRow], int]:
    """One page of the things that changed, and how many pages there are.

    Raises:
        EntityNotFound: there is no such page.
    """
    pages = max(1, -(-len(found.things) // PAGE_SIZE))
    if number > pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    return rows(here, found, language, found.things[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]), pages


def rows(here: Site, found: Comparison, language: str, things: Iterable[Change]) -> list[ChangeRow]:
    """What happened to things, in words; a thing is named, and shown, by the publication that has it."""
    return [_row(here, found.old if each.what == "removed" else found.new, each, language) for each in things]


def table(here: Site, found: Comparison, language: str) -> Panel:
    """The things that changed as a table, a row for each property."""
    _ = catalogue(language).gettext
    heads = {"thing": _("Thing"), "change": _("Change"), "property": _("Property"), "old": _("Before"),
             "new": _("After")}  # fmt: skip
    made = [
        _table_row(here, row, each)
        for row in rows(here, found, language, found.things)
        for each in (row.properties or (None,))
    ]
    columns = tuple(Column(name, head, holds_things=name in _THINGS) for name, head in heads.items())
    return Panel("changes", _("Changes"), columns, tuple(made), total=len(made))


def write(found: Comparison, part: str, fmt: Format) -> bytes:
    """The statements of a part in a format; all of them as a patch.

    Raises:
        EntityNotFound: there are too many for this format.
    """
    if fmt is RDF_PATCH:
        return _patch(found)
    if fmt is N_QUADS:
        return found.statements(part)
    if found.counts[part] > MOST_WRITTEN:
        raise EntityNotFound(f"there are more than {MOST_WRITTEN:,} statements; take them as N-Quads")
    quads = Store.from_nquads(found.statements(part)).quads()
    triples = {(to_rdflib(q.subject), to_rdflib(q.predicate), to_rdflib(q.object)) for q in quads}
    return graphs.serialise(sorted(triples, key=lambda triple: [term.n3() for term in triple]), fmt)


def _compare(here: Site, old: Publication, new: Publication) -> Comparison:
    folder = here.workspace.snapshots
    before, after = (open_snapshot(folder, each.id) for each in (old, new))
    difference = changes.between(before, after)
    of = archive.site_of(here, new.id)
    total, things = changes.tell(
        difference, of.store, after.manifest.base_iri, after.manifest.registers, MOST_THINGS
    )
    parts: dict[str, Sequence[str]] = {"added": difference.added, "removed": difference.removed}
    lines = {
        name: zlib.compress("".join(f"{line}\n" for line in part).encode(), 1) for name, part in parts.items()
    }
    return Comparison(old, new, total, things, {name: len(part) for name, part in parts.items()}, lines)


def _patch(found: Comparison) -> bytes:
    """RDF Patch: what is deleted and what is added, in one transaction (https://afs.github.io/rdf-patch/)."""
    lines = [b'H from "%s" .' % found.old.id.encode(), b'H to "%s" .' % found.new.id.encode(), b"TX ."]
    for letter, part in ((b"D", "removed"), (b"A", "added")):
        lines += [letter + b" " + line for line in found.statements(part).splitlines()]
    return b"\n".join([*lines, b"TC .", b""])


def _row(here: Site, of: Publication, change: Change, language: str) -> ChangeRow:
    site = archive.site_of(here, of.id)
    (row,) = history.rows_of(site, [change], language)
    if site is here or not row.href:
        return row
    return replace(row, href=f"{row.href}?{archive.PARAMETER}={of.id}")


def _table_row(here: Site, row: ChangeRow, each: PropertyRow | None) -> PanelRow:
    thing = iris.thing(here.base_iri, row.kind, row.key)
    word = (Value(plain(row.word), term=Literal(row.what)),)
    named = (Value(row.title, row.href, term=thing),)
    if each is None:
        return PanelRow("", (named, word, (), (), ()), row.kind, thing)
    heading = (Value(plain(each.heading), term=Literal(each.heading)),)
    return PanelRow("", (named, word, heading, each.old, each.new), row.kind, URIRef(thing))
