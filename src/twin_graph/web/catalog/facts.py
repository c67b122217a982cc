"""What a site has to tell its catalogue: graphs, editions and files with their public addresses, and who publishes.

Addresses come from the route map and the base IRI. How it is said is `twin_graph.catalog`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from flask import current_app, url_for
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, PROV

from twin_graph import iris, ldes
from twin_graph.catalog import Edition, Extent, Facts, File, Part
from twin_graph.compare import kept
from twin_graph.compare.decisions import FILE as DECISIONS
from twin_graph.compare.model import REPORTS
from twin_graph.dumps import Dump
from twin_graph.dumps.dataset import ALL
from twin_graph.dumps.files import BY_EXTENSION
from twin_graph.errors import OperatorError
from twin_graph.formats import CSV, GRAPH_FORMATS, PLAIN_JSON, TABLE_FORMATS
from twin_graph.namespaces import TWIN
from twin_graph.queries import load
from twin_graph.snapshot import Publication, changed_at, read_publications
from twin_graph.web import editions, graph_store
from twin_graph.web.editions import Kept
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site

_EXTENTS = "twin_graph.extents"
# The graph about the graphs names the sizes of all: it says of no other that it has changed.
_ABOUT_ITSELF = frozenset({"metadata", "ontology"})


def gather(here: Site) -> Facts:
    """What there is at this moment."""
    published = read_publications(here.workspace.snapshots)
    extents = read_extents(here)
    offered = editions.offered(here)
    parts = tuple(_part(here, name, published, extents, offered) for name in _names(here))
    compared = here.snapshot.side(kept.FILE) is not None
    return Facts(
        here.base_iri,
        here.manifest.title,
        here.manifest.default_language,
        here.manifest.valid_on,
        parts,
        _editions(here),
        here.manifest.id,
        published[0].at,
        extents[""],
        _files(here, ALL, graph_store.addresses(here)[0], offered),
        _reports(here) if compared else (),
        _reports_modified(here, published) if compared else None,
        here.imprint.publisher,
        here.imprint.contact,
        bool(ldes.read_feed(here.workspace.snapshots, here.base_iri)),
        offered.id if offered is not None else "",
    )


def _names(here: Site) -> list[str]:
    """The published graphs that hold anything."""
    hidden = {str(graph).rpartition("/")[2] for graph in here.snapshot.hidden}
    return sorted(name for name, size in here.manifest.graphs.items() if size and name not in hidden)


def _part(here: Site, name: str, published: Sequence[Publication], extents: dict[str, Extent],
          offered: Kept | None) -> Part:  # fmt: skip
    graph = iris.graph(here.base_iri, name)
    known = [each.at for each in published if name in each.contents]
    licences = sorted(map(str, here.names.values(graph, DCTERMS.license)))
    files = _files(here, name, f"{absolute(here, url_for('graph_store.graphs'))}?graph={graph}", offered)
    if offered is not None and offered.id != here.manifest.id:
        modified = changed_at(published, offered.id, name)
        files = tuple(replace(each, modified=modified) if each.sha256 else each for each in files)
    return Part(
        name,
        _texts(here, graph, DCTERMS.title),
        known[0] if known else published[0].at,
        changed_at(published, here.manifest.id, name),
        licences[0] if licences else "",
        _texts(here, graph, DCTERMS.rights),
        name in here.manifest.registers,
        extents.get(name, Extent()),
        files,
    )


def _texts(here: Site, thing: URIRef, name: URIRef) -> dict[str, str]:
    found = [value for value in here.names.values(thing, name) if isinstance(value, Literal)]
    return {value.language or "": str(value) for value in sorted(found)}


def read_extents(here: Site) -> dict[str, Extent]:
    """What the whole ("") and each register are about; asked once, because a snapshot never changes."""
    found: dict[str, Extent] | None = current_app.extensions.get(_EXTENTS)
    if found is None:
        starts = [str(value) for _, _, value in here.store.triples(None, TWIN.earliestStart)]
        found = {"": Extent(min(starts, default=""))}
        for name in here.manifest.registers:
            found[name] = _extent_of(here, name)
        current_app.extensions[_EXTENTS] = found
    return found


def _extent_of(here: Site, name: str) -> Extent:
    register = here.names.value(iris.graph(here.base_iri, name), PROV.wasDerivedFrom)
    if register is None:
        return Extent()
    found: dict[str, str] = {}
    for query in ("catalog_start", "catalog_box"):
        for row in here.store.select(load(query), this=register):
            found |= {name: str(value) for name, value in row.items()}
    sides = [float(found[side]) for side in ("west", "south", "east", "north") if side in found]
    box = (sides[0], sides[1], sides[2], sides[3]) if len(sides) == 4 else None
    return Extent(found.get("start", ""), box)


# -- files -----------------------------------------------------------------------------------------------


def _files(here: Site, content: str, address: str, offered: Kept | None) -> tuple[File, ...]:
    """The files of a content in the edition that is offered; where there are none, what the graph store makes."""
    if offered is not None:
        found = tuple(_file(here, offered, dump) for dump in offered.index.dumps if _is_of(dump, content))
        if found:
            return found
    return tuple(
        File(f"{content}.{fmt.extension}", f"{address}&format={fmt.name}", fmt.media_type, fmt.title)
        for fmt in GRAPH_FORMATS
    )


def _is_of(dump: Dump, content: str) -> bool:
    """Whether a file is of a content; the tables are of the whole, because they are made of all graphs."""
    return dump.content == content or (content == ALL and dump.kind in TABLE_FORMATS)


def _file(here: Site, edition: Kept, dump: Dump) -> File:
    fmt, packing = dump.kind, BY_EXTENSION[dump.compression]
    address = absolute(here, url_for("dumps.file", identity=edition.id, name=dump.name))
    name = packing.media_type.rpartition("/")[2]
    # What is offered in the place of what is served now is as old as its edition.
    modified = edition.first if edition.id != here.manifest.id else None
    return File(dump.name, address, fmt.media_type, fmt.title, packing.media_type, name, dump.bytes, dump.sha256,
                modified=modified)  # fmt: skip


def _editions(here: Site) -> tuple[Edition, ...]:
    """The editions, as they say themselves."""
    found = []
    for each in editions.editions(here):
        with suppress(OperatorError):  # what is damaged, or deleted this very moment, is no edition
            found.append(_edition(here, each))
    return tuple(found)


def _edition(here: Site, kept: Kept) -> Edition:
    manifest, told = kept.snapshot.manifest, editions.tell(here, kept.snapshot)
    files = tuple(_file(here, kept, dump) for dump in kept.index.dumps if _is_of(dump, ALL))
    return Edition(kept.id, kept.first, kept.last, files, manifest.title, manifest.valid_on,
                   Extent(told.start), told.licences, kept.index.dataset_hash)  # fmt: skip


def _reports(here: Site) -> tuple[File, ...]:
    """Every report of the comparison, as files."""
    return tuple(
        File(
            f"{report}.{fmt.extension}",
            absolute(here, url_for("wikidata.file", report=report, extension=fmt.extension)),
            fmt.media_type,
            fmt.title,
            report=report,
        )
        for report in REPORTS
        for fmt in (PLAIN_JSON, CSV)
    )


def _reports_modified(here: Site, published: Sequence[Publication]) -> datetime:
    """When anything that is compared, or a decision about it, changed last."""
    names = [name for name in _names(here) if name not in _ABOUT_ITSELF]
    current = next(each for each in reversed(published) if each.id == here.manifest.id)
    decided = [DECISIONS] if DECISIONS in current.contents else []
    return max(changed_at(published, here.manifest.id, name) for name in (*names, *decided))
