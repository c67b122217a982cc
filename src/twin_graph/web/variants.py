"""The variants of a document: which formats it has, where each is, what the Link headers say, how it is written.

Which of them a client gets is `negotiation`; which statements they hold is `describe`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from rdflib import URIRef
from rdflib.namespace import DCTERMS, FOAF

from twin_graph import describe, graphs, iris
from twin_graph.describe import Listing
from twin_graph.formats import (
    CSV,
    DOCUMENT_FORMATS,
    GEO_JSON,
    HTML,
    JSON_LD,
    JSON_LD_EXPANDED,
    JSON_LD_FRAMED,
    JSON_LD_SCHEMA,
    LIST_FORMATS,
    THING_FORMATS,
    Carries,
    Format,
)
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN_IRI
from twin_graph.store.xml import replace_characters
from twin_graph.web import geojson, jsonld
from twin_graph.web.responses import Link, absolute
from twin_graph.web.site import Site
from twin_graph.web.tables.writers import guard
from twin_graph.workspace import LANGUAGES

_COLUMNS = ("iri", "key", "type", *(f"name_{code}" for code in LANGUAGES))


@dataclass(frozen=True)
class Variants:
    """The formats of a document, in the server's order, and the route of a variant with the names in it.

    Attributes:
        whole: those that have no pages.
    """

    formats: tuple[Format, ...]
    endpoint: str
    names: Mapping[str, str]
    whole: tuple[Format, ...] = ()

    def path(self, fmt: Format, page: int = 1) -> str:
        """Path of a variant; a form that shares its extension is told by its profile."""
        first = next(other for other in self.formats if other.extension == fmt.extension)
        profile = None if fmt is first else fmt.token
        number = page if page > 1 and fmt not in self.whole else None
        names: dict[str, Any] = {
            **self.names,
            "extension": fmt.extension,
            "_profile": profile,
            "page": number,
        }
        return url_for(self.endpoint, **names)

    def links(self, here: Site, page: int = 1, *, with_page: bool = False) -> list[Link]:
        """The Link headers to all variants.

        Args:
            with_page: whether the page for people is among them; not from there itself.
        """
        shown = [fmt for fmt in self.formats if with_page or fmt is not HTML]
        return [(absolute(here, self.path(fmt, page)), "alternate", fmt.described_type) for fmt in shown]

    def turns(self, here: Site, fmt: Format, page: int, pages: int) -> Iterator[Link]:
        """The Link headers to the other pages of the same variant."""
        for relation, number in describe.turn_page(page, pages):
            yield absolute(here, self.path(fmt, number)), relation, fmt.described_type


def of_thing(here: Site, kind: str, key: str) -> Variants:
    """The variants of the document of a thing; GeoJSON where the data say a place."""
    placed = geojson.has_place(here, kind, key)
    formats = tuple(fmt for fmt in THING_FORMATS if placed or fmt is not GEO_JSON)
    # Two tell of the thing itself, not of all that points to it; the page has tables with pages of their own.
    whole = (GEO_JSON, JSON_LD_SCHEMA, HTML)
    return Variants(formats, "documents.variant", {"kind": kind, "key": key}, whole)


def of_list(kind: str) -> Variants:
    """The variants of the list of a kind."""
    formats = tuple(fmt for fmt in LIST_FORMATS if kind in geojson.LISTED or fmt is not GEO_JSON)
    return Variants(formats, "documents.listing_variant", {"kind": kind})


def of_graph(name: str) -> Variants:
    """The variants of the description of a named graph."""
    return Variants(DOCUMENT_FORMATS, "documents.graph_variant", {"name": name})


def alternates(here: Site, endpoint: str, **names: str) -> list[Link]:
    """The Link headers from a page to its data formats; from that of a thing also to what `thing_links` names.

    Args:
        endpoint: documents.variant, documents.listing_variant or documents.graph_variant.
        names: those in its route.
    """
    if endpoint == "documents.variant":
        return [*of_thing(here, **names).links(here), *thing_links(here, **names)]
    return (of_list(**names) if endpoint == "documents.listing_variant" else of_graph(**names)).links(here)


def graph_links(here: Site, name: str) -> list[Link]:
    """The Link headers to the licences of a named graph."""
    graph = iris.graph(here.base_iri, name)
    licences = sorted({str(o) for _, _, o in here.store.triples(graph, DCTERMS.license)})
    return [(licence, "license", "") for licence in licences]


def list_links(here: Site, kind: str) -> list[Link]:
    """The Link headers to the licences of what a list names."""
    return [(str(licence), "license", "") for licence in describe.find_licences(here.store, kind)]


def thing_links(here: Site, kind: str, key: str) -> list[Link]:
    """The Link headers that the document and the page of a thing share: topic, citation, list, licences."""
    thing = iris.thing(here.base_iri, kind, key)
    return [
        (str(thing), str(FOAF.primaryTopic), ""),
        (str(thing), "cite-as", ""),
        (absolute(here, url_for("documents.listing", kind=kind)), "collection", ""),
        *((str(licence), "license", "") for licence in describe.find_dataset(here.store, thing).licences),
    ]


def profile_of(fmt: Format) -> str:
    """IRI of what a representation conforms to: the form of its JSON-LD, else our ontology where it is RDF."""
    return fmt.profile or (TWIN_IRI.rstrip("#") if Carries.GRAPH in fmt.carries else "")


def write(here: Site, triples: Iterable[Triple], fmt: Format, root: URIRef) -> bytes:
    """A graph without blank nodes in a format of RDF; JSON-LD with our own context.

    Args:
        root: the node that a tree begins with.

    A character that XML has not is replaced in RDF/XML, and a comment says so: who asks for a document is to get one.
    """
    address = absolute(here, url_for("vocabulary.context"))
    if fmt is JSON_LD:
        return jsonld.write(triples, here.vocabulary.context, address)
    if fmt is JSON_LD_FRAMED:
        return jsonld.write_framed(triples, here.vocabulary.context, address, str(root))
    if fmt is JSON_LD_EXPANDED:
        return jsonld.write_expanded(triples)
    if Carries.DATASET in fmt.carries:
        return graphs.serialise_quads(describe.locate(here.store, triples), fmt)
    return replace_characters(graphs.serialise(triples, fmt), fmt)


def write_list(here: Site, kind: str, listing: Listing, fmt: Format) -> bytes:
    """One page of a list in a format."""
    if fmt is CSV:
        return _write_csv(here, kind, listing.things)
    if fmt is GEO_JSON:
        return geojson.write_list(here, kind, listing.things)
    return write(here, listing.triples, fmt, listing.document)


def _write_csv(here: Site, kind: str, things: Iterable[URIRef]) -> bytes:
    """IRI, key, class and names of things, as RFC 4180 writes a table."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for thing in things:
        names = [str(here.names.title(thing, code)) for code in LANGUAGES]
        sort = here.names.class_of(thing, kind).removeprefix(TWIN_IRI)
        table.writerow((thing, thing.rpartition("/")[2], sort, *map(guard, names)))
    return text.getvalue().encode()
