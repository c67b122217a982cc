"""How pages of the feed are found: the statements of `/ldes`, which changes, and of a publication, which does not.

`/ldes` leads to each publication that has members, and that to its pages, always with the time that all members
behind a relation have: whoever has read up to a time need not look at what was published before. What the feed says
of itself is `feed.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV, RDF, XSD

from twin_graph.graphs import Triple
from twin_graph.ldes.reading import Entry
from twin_graph.namespaces import LDES, TREE

PATH = "ldes"
_ABOUT = Path(__file__).with_name("feed.ttl")


def address(base_iri: str, name: str = "") -> str:
    """IRI of the view, or of a publication in it.

    >>> address("http://x/"), address("http://x/", "20261123T093000Z-3f9c2a81b0d4")
    ('http://x/ldes', 'http://x/ldes/20261123T093000Z-3f9c2a81b0d4')
    """
    return f"{base_iri}{PATH}/{name}" if name else f"{base_iri}{PATH}"


def page_address(base_iri: str, name: str, number: int) -> str:
    """IRI of a page of a publication."""
    return f"{address(base_iri, name)}/{number}"


def stream(base_iri: str) -> str:
    """IRI of the feed itself, of which `/ldes` is the view."""
    return f"{address(base_iri)}#stream"


def time_text(at: datetime) -> str:
    """A time in UTC as members and relations say it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def describe_feed(base_iri: str, entries: Iterable[Entry]) -> list[Triple]:
    """What `/ldes` says: of the feed, its shape, and where each publication is; in one order."""
    about = Graph().parse(_ABOUT, format="turtle", publicID=base_iri)
    view = URIRef(address(base_iri))
    found = sorted(about, key=lambda triple: tuple(term.n3() for term in triple))
    for entry in entries:
        if entry.pages:
            found.extend(_lead(view, entry.name, entry.at, URIRef(address(base_iri, entry.name))))
    return found


def describe_entry(base_iri: str, entry: Entry) -> list[Triple]:
    """What the address of a publication says: where its pages are."""
    node = URIRef(address(base_iri, entry.name))
    found: list[Triple] = [
        (URIRef(stream(base_iri)), RDF.type, LDES.EventStream),
        (URIRef(stream(base_iri)), TREE.view, URIRef(address(base_iri))),
        (node, RDF.type, TREE.Node),
        (node, LDES.immutable, Literal(True)),
    ]
    for number in range(1, entry.pages + 1):
        page = URIRef(page_address(base_iri, entry.name, number))
        found.extend(_lead(node, str(number), entry.at, page))
    return found


def _lead(node: URIRef, name: str, at: datetime, target: URIRef) -> Iterable[Triple]:
    """Two relations with one target: all that is behind it is neither before nor after a time."""
    time = Literal(time_text(at), datatype=XSD.dateTime, normalize=False)
    for end, sort in (
        ("from", TREE.GreaterThanOrEqualToRelation),
        ("to", TREE.LessThanOrEqualToRelation),
    ):
        relation = URIRef(f"{node}#{end}-{name}")
        yield node, TREE.relation, relation
        yield relation, RDF.type, sort
        yield relation, TREE.node, target
        yield relation, TREE.path, PROV.generatedAtTime
        yield relation, TREE.value, time
