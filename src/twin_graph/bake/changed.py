"""Which things have to be made anew: what their files show depends on their own document and on those they name.

A document has changed when the statements of a graph about it have: the units of two dumps are compared as the change
feed compares them (`ldes.units`). A thing is made anew when its document has changed; when a file of it names, or
named, one that has; when a changed document names it; or when the comparison with Wikidata says something else of it.
A partnership is called after its cities, so that it counts as changed when one of them has; so do others like it.
What is about everything is made anew always, and is not known here.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from twin_graph import iris
from twin_graph.bake.records import Journal, Record
from twin_graph.ldes.baking import compare
from twin_graph.ldes.units import Key, Unit, read_units
from twin_graph.snapshot import Snapshot
from twin_graph.web.comparison import Comparison

UNITS, FINDINGS = "units.gz", "findings.json"
_IRI = re.compile(rb"<([^<> ]+)>")
# Numbers of statements, which no document and no page of a thing shows.
_COUNTED = b"<http://rdfs.org/ns/void#"
# What every document takes from the metadata: titles, licences and rights of graphs, the day of the data.
# A register tells of the whole, a country of the partners of its cities, and a contradiction of whatever stands
# against it; there are few of them.
_ALWAYS = ("register/", "country/", "contradiction/")
# What has no name in the data is called after what it names, so that it changes with that.
_CALLED_AFTER = ("partnership/", "membership/", "event/", "count/", "conferral/")
_EVERYWHERE = ("graph/",)


@dataclass(frozen=True)
class Before:
    """The version of a mirror from which things may be kept."""

    folder: Path
    look: str

    @classmethod
    def find(cls, folder: Path) -> Before | None:
        """The version in a folder; None where there is none that is whole."""
        said = folder / "bake.json"
        if not said.is_file() or not (folder / UNITS).is_file():
            return None
        return cls(folder, str(json.loads(said.read_text())["look"]))

    def records(self) -> Iterator[Record]:
        """What is known of its files."""
        return Journal(self.folder).read()

    def classes(self) -> dict[str, dict[str, str]]:
        """Headers of its files by the names of their classes."""
        return Journal(self.folder).classes()

    def units(self) -> Iterator[tuple[Key, bytes]]:
        """Digests of the units of its snapshot, in order of keys."""
        with gzip.open(self.folder / UNITS, "rb") as lines:
            for line in lines:
                graph, document, digest = line.split()
                yield (graph, document), digest

    def findings(self) -> dict[str, str]:
        """What the comparison said of things, as digests."""
        found: dict[str, str] = json.loads((self.folder / FINDINGS).read_text())
        return found


def note_units(snapshot: Snapshot, comparison: Comparison, version: Path) -> None:
    """Write beside a version what the next one is compared with."""
    (version / FINDINGS).write_text(json.dumps(_digest_findings(comparison), sort_keys=True))
    with TemporaryDirectory(dir=version) as scratch, gzip.open(version / UNITS, "wb", 6) as lines:
        for unit in read_units(snapshot.dump_path, Path(scratch)):
            lines.write(b"%b %b %b\n" % (*unit.key, _digest(unit)))


def changed_things(before: Before, snapshot: Snapshot, version: Path) -> set[str] | None:
    """Kind and key of the things to be made anew; None for all.

    Args:
        version: folder of the new version, for which `note_units` has been called.
    """
    base = snapshot.manifest.base_iri
    documents, named = set[str](), set[str]()
    with TemporaryDirectory(dir=version) as scratch:
        units = read_units(snapshot.dump_path, Path(scratch))
        for key, unit in _compare(units, before.units()):
            document = key[1].decode()
            if document.startswith(tuple(f"{base}{each}" for each in _EVERYWHERE)):
                return None
            documents.add(document)
            if unit is not None:
                named |= {iri.decode() for line in unit.lines for iri in _IRI.findall(line)}
    changed = set(_things(base, documents))
    changed |= _compare_findings(before, version)
    changed |= _renamed(before, changed)
    anew = changed | set(_things(base, named))
    for record in before.records():
        if record.item.startswith(_ALWAYS):
            anew.add(record.item)
        if not changed.isdisjoint(record.names):
            anew.add(record.item)
    return anew


def _renamed(before: Before, changed: set[str]) -> set[str]:
    """The things that are called after one that has changed, or after one that is called so."""
    found = set[str]()
    for _ in range(2):
        for record in before.records():
            if record.item.startswith(_CALLED_AFTER) and not (changed | found).isdisjoint(record.names):
                found.add(record.item)
    return found


def _compare(units: Iterator[Unit], known: Iterator[tuple[Key, bytes]]) -> Iterator[tuple[Key, Unit | None]]:
    """The units that have changed, with their new statements; None for one that is gone."""
    for change in compare(map(_countless, units), known):
        yield change.key, change.unit


def _countless(unit: Unit) -> Unit:
    """A unit without numbers of statements."""
    return Unit(unit.key, tuple(line for line in unit.lines if _COUNTED not in line))


def _digest(unit: Unit) -> bytes:
    return _countless(unit).digest


def _things(base: str, found: Iterable[str]) -> Iterator[str]:
    for iri in found:
        minted = iris.unmint(base, iri)
        if minted is not None and minted.kind and minted.space in ("id", "doc"):
            yield f"{minted.kind}/{minted.key}"


def _compare_findings(before: Before, version: Path) -> set[str]:
    old, new = before.findings(), json.loads((version / FINDINGS).read_text())
    return {thing for thing in {*old, *new} if old.get(thing) != new.get(thing)}


def _digest_findings(comparison: Comparison) -> dict[str, str]:
    """What is said of each city and partnership."""
    rows = comparison.view(datetime.now(UTC)).rows
    found = {f"city/{key}": places for key, places in comparison.by_city.items()}
    found |= {f"partnership/{key}": places for key, places in comparison.by_partnership.items()}
    return {
        thing: hashlib.sha256(repr([rows[place] for place in places]).encode()).hexdigest()[:12]
        for thing, places in found.items()
    }
