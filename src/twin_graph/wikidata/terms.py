"""The names of Wikibase's RDF: from IRIs to the ids of items, properties, statements and references, and back.

Only names. What the nodes say is `statements`, `identity` and `references`.
"""

from __future__ import annotations

from rdflib import BNode, URIRef
from rdflib.term import Node

from twin_graph.namespaces import WD, WIKIDATA_PREFIXES
from twin_graph.wikidata.questions import ITEM, PROPERTY

WDS, P, PS, PQ, PQV, PR, WDNO, WIKIBASE = (
    WIKIDATA_PREFIXES[name] for name in ("wds", "p", "ps", "pq", "pqv", "pr", "wdno", "wikibase")
)
# Under these a value stands that exists and is not known: as the service writes it, and as the archive names it.
_UNKNOWN = ("http://www.wikidata.org/.well-known/genid/", "urn:twin:somevalue:")


def item_id(node: Node | None) -> str:
    """The item that an IRI names, "" for everything else.

    >>> item_id(URIRef("http://www.wikidata.org/entity/Q270")), item_id(None)
    ('Q270', '')
    """
    local = _local(node, str(WD))
    return local if ITEM.fullmatch(local) else ""


def property_id(node: Node | None, space: str) -> str:
    """The property of an IRI in one of the name spaces of properties, "" for everything else.

    >>> property_id(URIRef("http://www.wikidata.org/prop/qualifier/P580"), PQ)
    'P580'
    """
    local = _local(node, space)
    return local if PROPERTY.fullmatch(local) else ""


def guid_of(node: Node | None) -> str:
    """The GUID of a statement, its case kept: the first hyphen of the name stands for a dollar sign.

    >>> guid_of(URIRef("http://www.wikidata.org/entity/statement/q270-2b40e2c8-46a7-c892-3a69-a29395c42801"))
    'q270$2b40e2c8-46a7-c892-3a69-a29395c42801'
    """
    return _local(node, WDS).replace("-", "$", 1)


def statement_iri(guid: str) -> URIRef:
    """The IRI of a statement.

    >>> str(statement_iri("Q270$2b40")).rpartition("/")[2]
    'Q270-2b40'
    """
    return URIRef(WDS + guid.replace("$", "-", 1))


def is_unknown(node: Node | None) -> bool:
    """Whether a value is there and nobody knows which (Wikibase's `somevalue`)."""
    return isinstance(node, BNode) or (isinstance(node, URIRef) and str(node).startswith(_UNKNOWN))


def digest_of(node: Node) -> str:
    """The hash by which a reference is named."""
    return str(node).rpartition("/")[2]


def _local(node: Node | None, space: str) -> str:
    if not isinstance(node, URIRef) or not node.startswith(space):
        return ""
    return str(node)[len(space) :]
