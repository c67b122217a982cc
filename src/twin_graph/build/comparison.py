"""The comparison with the latest archive of Wikidata among the data, kept beside the snapshot; none without one.

What is compared is `compare`. It is taken from the cache where neither our side nor the archive has changed.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from twin_graph.build import kept as cache
from twin_graph.compare import kept, words
from twin_graph.compare.kept import Kept
from twin_graph.compare.model import Ours
from twin_graph.compare.observed import Sides, compare_sides, sides_of, usual_archive
from twin_graph.compare.reading import read_store
from twin_graph.snapshot import SideFacts, SideFile
from twin_graph.workspace import Workspace

# As `kept.dump` writes it; within a text the quotation marks would be escaped.
_NAMELESS = b'"snapshot":""'


def write_comparison(path: Path, facts: SideFacts) -> None:
    """Write the document, where there is an archive."""
    folder = usual_archive(facts.workspace.data)
    if folder is None:
        return
    manifest = facts.manifest
    ours = read_store(facts.store, manifest.base_iri, valid_on=manifest.valid_on)
    content = _of(ours, sides_of(facts.workspace.data, folder), facts.workspace)
    path.write_bytes(content.replace(_NAMELESS, _NAMELESS.replace(b'""', f'"{manifest.id}"'.encode()), 1))


def _of(ours: Ours, sides: Sides, workspace: Workspace) -> bytes:
    """The document without the name of its snapshot, which changes with everything else in the data."""
    cached = workspace.cache / cache.name_of("comparison", _made_from(ours, sides), ".compared")
    with suppress(OSError):
        content = cached.read_bytes()
        if content.count(_NAMELESS) == 1:
            cached.touch()
            return content
    reports, observed = compare_sides(ours, sides)
    content = kept.dump(Kept(reports, observed.read_at, observed.origin))
    cache.keep(cached, content)
    return content


def _made_from(ours: Ours, sides: Sides) -> list[bytes]:
    """All that a comparison depends on, but the name of the snapshot."""
    cities = repr(sorted((key, repr(city)) for key, city in ours.cities.items()))
    tables = repr([words.rows(name) for name in ("kinds", "copies")])
    ours_in_short = ours.base_iri, ours.valid_on, cities, repr(ours.links), tables
    return [sides.digest.encode(), *(text.encode() for text in ours_in_short)]


COMPARISON = SideFile(kept.FILE, write_comparison)
