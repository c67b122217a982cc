"""The catalogue for people: the same statements as in the data, as values for a template.

What is said comes from the statements alone, so that the page and the data cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from twin_graph import catalog
from twin_graph.catalog import Facts
from twin_graph.catalog.dcat import DCAT, SPDX
from twin_graph.web.names import Text, choose
from twin_graph.web.site import Site


@dataclass(frozen=True)
class FileRow:
    """One file: name, format and compression, path, size (None where it is made on request) and hash."""

    name: str
    format: str
    packing: str
    href: str
    kilobytes: int | None
    sha256: str


@dataclass(frozen=True)
class Entry:
    """A dataset or service.

    Attributes:
        iri: its identifier; `anchor` its place on this page, `page` the path of its own.
        endpoint: address of a service; `endpoint_path` where that is on this host.
        issued, modified: days.
        start, end: of the period that it is about.
        dataset_hash: of its statements in their canonical form, in hexadecimal.
    """

    iri: str
    anchor: str
    title: Text | None
    description: Text | None
    page: str
    endpoint: str
    endpoint_path: str
    licences: tuple[str, ...]
    version: str
    issued: str
    modified: str
    start: str
    end: str
    files: tuple[FileRow, ...]
    dataset_hash: str


def values(here: Site, facts: Facts, language: str) -> dict[str, Any]:
    """Values of the page."""
    known = Graph()
    for triple in catalog.describe_catalog(facts):
        known.add(triple)
    root = URIRef(catalog.catalog_address(here.base_iri))
    found = [_entry(here, known, thing, language) for thing in known.objects(root, DCAT.dataset)]
    versions = {str(thing) for thing in known.subjects(DCAT.isVersionOf)}
    order = [edition.id for edition in facts.editions]
    services = [_entry(here, known, thing, language) for thing in known.objects(root, DCAT.service)]
    return {
        "description": _text(known, root, DCTERMS.description, language),
        "datasets": sorted((each for each in found if each.iri not in versions), key=_order),
        "editions": sorted(
            (each for each in found if each.iri in versions), key=lambda each: -order.index(each.version)
        ),
        "services": sorted(services, key=_order),
        "address": str(root),
        "imprint": here.imprint,
    }


def _order(entry: Entry) -> tuple[bool, str]:
    """The whole comes first, the others as they are called."""
    return not entry.iri.endswith("#dataset"), entry.title.text if entry.title else entry.iri


def _path(here: Site, address: str, language: str) -> str:
    """Where a page leads for an address of ours: a path, and to the page of the reader's language."""
    path = address.removeprefix(here.base_iri)
    if path == address:
        return address
    own = f"{here.manifest.default_language}/"
    if language and path.startswith(own):
        path = f"{language}/{path.removeprefix(own)}"
    return f"{here.prefix}/{path}"


def _entry(here: Site, known: Graph, thing: Node, language: str) -> Entry:
    period = known.value(thing, DCTERMS.temporal)
    return Entry(
        str(thing),
        "-".join(filter(None, str(thing).partition("://")[2].replace("#", "/").split("/")[1:])),
        _text(known, thing, DCTERMS.title, language),
        _text(known, thing, DCTERMS.description, language),
        _path(here, _plain(known, thing, DCAT.landingPage), language),
        _plain(known, thing, DCAT.endpointURL),
        _path(here, _plain(known, thing, DCAT.endpointURL), ""),
        tuple(sorted(set(_licences(known, thing)))),
        _plain(known, thing, DCAT.version),
        _plain(known, thing, DCTERMS.issued)[:10],
        _plain(known, thing, DCTERMS.modified)[:10],
        _plain(known, period, DCAT.startDate),
        _plain(known, period, DCAT.endDate),
        tuple(sorted(_files(here, known, thing), key=lambda row: row.name)),
        _plain(known, known.value(thing, SPDX.checksum), SPDX.checksumValue),
    )


def _licences(known: Graph, thing: Node) -> Iterator[str]:
    """The licences of a service, or of the files of a dataset, by their own addresses."""
    for each in (thing, *known.objects(thing, DCAT.distribution)):
        for licence in known.objects(each, DCTERMS.license):
            yield str(known.value(licence, SKOS.exactMatch) or licence)


def _files(here: Site, known: Graph, thing: Node) -> Iterator[FileRow]:
    for each in known.objects(thing, DCAT.distribution):
        href = _plain(known, each, DCAT.downloadURL)
        if not href:
            continue
        size = _plain(known, each, DCAT.byteSize)
        checksum = known.value(each, SPDX.checksum)
        yield FileRow(
            _plain(known, each, DCTERMS.title),
            _plain(known, known.value(each, DCTERMS.format), SKOS.prefLabel),
            _plain(known, each, DCAT.compressFormat).rpartition("/")[2],
            _path(here, href, ""),
            -(-int(size) // 1000) if size else None,
            _plain(known, checksum, SPDX.checksumValue),
        )


def _text(known: Graph, thing: Node, name: URIRef, language: str) -> Text | None:
    return choose([text for text in known.objects(thing, name) if isinstance(text, Literal)], language)


def _plain(known: Graph, thing: Node | None, name: URIRef) -> str:
    value = known.value(thing, name) if thing is not None else None
    return "" if value is None else str(value)
