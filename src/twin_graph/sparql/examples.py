"""The prefixes and the example queries of the service as RDF, where editors look for them.

The examples are the competency questions: what they ask stands in their `.rq` files, and how a page shows them is
the page's matter. Editors find both by asking the endpoint, so the build writes them into the metadata graph.

https://github.com/sib-swiss/sparql-examples
https://www.w3.org/TR/shacl/#sparql-prefixes
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD

from twin_graph import iris
from twin_graph.graphs import Triple
from twin_graph.kinds import BY_NAME
from twin_graph.namespaces import PREFIXES, SCHEMA, SH
from twin_graph.queries import Query, load_all, runnable
from twin_graph.sparql.policy import form_of
from twin_graph.store import Store

# Functions that only the build can call.
_PRIVATE = ("twinfn",)
_GROUP = "competency_"
# The class of an example and the property that holds its text, by its form.
_FORMS = {
    "select": (SH.SPARQLSelectExecutable, SH.select),
    "ask": (SH.SPARQLAskExecutable, SH.ask),
    "construct": (SH.SPARQLConstructExecutable, SH.construct),
}


def endpoint_of(base_iri: str) -> str:
    """Address of the service of a publication, and the base of relative IRIs in its queries.

    >>> endpoint_of("http://localhost:8000/")
    'http://localhost:8000/sparql'
    """
    return f"{base_iri}sparql"


def example_queries(store: Store | None = None, base_iri: str = "") -> tuple[Query, ...]:
    """The queries that are offered as examples, by number; of a store, those that ask about what it knows.

    The values in their headers are things of the data that the program is shipped with; another city's data need
    not have them.
    """
    queries = load_all(_GROUP)
    return queries if store is None else tuple(each for each in queries if _is_known(each, store, base_iri))


def _is_known(query: Query, store: Store, base_iri: str) -> bool:
    named = (each for each in query.parameters if each.kind in BY_NAME)
    things = (iris.thing(base_iri, each.kind, each.example) for each in named)
    return all(next(store.triples(thing), None) for thing in things)


def describe_prefixes(endpoint: str) -> list[Triple]:
    """The prefixes that a query may use, each with an address of its own."""
    all_of_them = _prefixes(endpoint)
    triples: list[Triple] = [(all_of_them, RDF.type, OWL.Ontology)]
    for prefix, namespace in PREFIXES.items():
        if prefix in _PRIVATE:
            continue
        declaration = URIRef(f"{endpoint}#prefix-{prefix}")
        triples += [
            (all_of_them, SH.declare, declaration),
            (declaration, RDF.type, SH.PrefixDeclaration),
            (declaration, SH.prefix, Literal(prefix)),
            (declaration, SH.namespace, Literal(namespace, datatype=XSD.anyURI)),
        ]
    return triples


def describe_examples(queries: Iterable[Query], endpoint: str, base_iri: str) -> list[Triple]:
    """Examples, each with its text as a reader may run it and its question in every language.

    Raises:
        KeyError: one is of a form for which there is no term, such as DESCRIBE.
    """
    return [triple for query in queries for triple in _describe_example(query, endpoint, base_iri)]


def _describe_example(query: Query, endpoint: str, base_iri: str) -> list[Triple]:
    text = runnable(query, base_iri)
    kind, holds_text = _FORMS[form_of(text)]
    example = URIRef(f"{endpoint}#example-{query.name.removeprefix(_GROUP).replace('_', '-')}")
    triples: list[Triple] = [
        (example, RDF.type, SH.SPARQLExecutable),
        (example, RDF.type, kind),
        (example, holds_text, Literal(text)),
        (example, SH.prefixes, _prefixes(endpoint)),
        (example, SCHEMA.target, URIRef(endpoint)),
    ]
    triples += [
        (example, RDFS.label, Literal(title, lang=language)) for language, title in query.titles.items()
    ]
    # Some editors show the comment instead, once for each that there is.
    return [*triples, (example, RDFS.comment, Literal(query.title("en"), lang="en"))]


def _prefixes(endpoint: str) -> URIRef:
    return URIRef(f"{endpoint}#prefixes")
