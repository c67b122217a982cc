"""The contents of the published dataset in VoID: sizes, classes and properties, links, vocabularies, examples.

Makes statements of numbers that `counts` has; serving them is `web.void`, and the build writes the same statements
into the metadata graph.

https://www.w3.org/TR/void/ and, for datatypes, http://ldf.fi/void-ext#
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from urllib.parse import quote

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF

from twin_graph.catalog.counts import Counts, targets
from twin_graph.formats import GRAPH_FORMATS, N_QUADS, TRIG
from twin_graph.graphs import Triple
from twin_graph.namespaces import PREFIXES, VOID

VOID_EXT = Namespace(PREFIXES["void-ext"])
_BY_NAMESPACE = sorted(((iri, name) for name, iri in PREFIXES.items()), key=lambda pair: -len(pair[0]))
_TITLES = {
    "en": "What is published here, in numbers",
    "pl": "Co jest tu opublikowane, w liczbach",
    "uk": "Що тут опубліковано, в числах",
}


def void_address(base_iri: str) -> str:
    """Address of the description; the nodes that live in it are its fragments."""
    return f"{base_iri}void"


def describe_contents(counts: Counts, base_iri: str, dataset: str, dumps: Iterable[str] = ()) -> list[Triple]:
    """The numbers as statements.

    Args:
        dataset: IRI of the whole; its parts are the named graphs.
        dumps: addresses from which the whole can be fetched.
    """
    whole, document, space = URIRef(dataset), URIRef(void_address(base_iri)), f"{base_iri}id/"
    return [
        (document, RDF.type, VOID.DatasetDescription),
        *((document, DCTERMS.title, Literal(text, language)) for language, text in _TITLES.items()),
        (document, FOAF.primaryTopic, whole),
        (whole, RDF.type, VOID.Dataset),
        (whole, VOID.uriSpace, Literal(space)),
        *((whole, VOID.dataDump, URIRef(dump)) for dump in dumps),
        *(
            (whole, VOID.exampleResource, URIRef(example))
            for example in _examples(counts.entities(space), space)
        ),
        *((whole, VOID.feature, URIRef(fmt.iri)) for fmt in (*GRAPH_FORMATS, TRIG, N_QUADS)),
        *((whole, VOID.vocabulary, URIRef(name)) for name in _vocabularies(counts)),
        *_totals(counts, whole, space),
        *_graphs(counts, whole),
        *_classes(counts, whole, document),
        *_properties(counts, whole, document),
        *_linksets(counts, whole, document),
    ]


def _totals(counts: Counts, whole: URIRef, space: str) -> Iterator[Triple]:
    properties, classes = counts.property_sizes(), counts.class_sizes()
    numbers = {
        "triples": properties.total(),
        "entities": len(counts.entities(space)),
        "classes": len(classes),
        "properties": len(properties),
        "distinctSubjects": len(frozenset().union(*counts.subjects.values())),
        "distinctObjects": len(frozenset().union(*counts.values.values())),
    }
    return _say(whole, numbers)


def _graphs(counts: Counts, whole: URIRef) -> Iterator[Triple]:
    for name in sorted(counts.subjects):
        graph = URIRef(name)
        numbers = {
            "classes": sum(1 for of, _ in counts.classes if of == name),
            "properties": sum(1 for of, _ in counts.properties if of == name),
            "distinctSubjects": len(counts.subjects[name]),
            "distinctObjects": len(counts.values[name]),
        }
        yield whole, VOID.subset, graph
        yield from _say(graph, numbers)


def _classes(counts: Counts, whole: URIRef, document: URIRef) -> Iterator[Triple]:
    for name, entities in sorted(counts.class_sizes().items()):
        part = URIRef(f"{document}#class-{_short(name)}")
        yield whole, VOID.classPartition, part
        yield part, RDF.type, VOID.Dataset
        yield part, VOID["class"], URIRef(name)
        yield part, VOID.entities, Literal(entities)
        owned = {
            predicate: many for (owner, predicate), many in counts.class_properties.items() if owner == name
        }
        yield part, VOID.properties, Literal(len(owned))
        yield part, VOID.triples, Literal(sum(owned.values()))
        for predicate, triples in sorted(owned.items()):
            inner = URIRef(f"{part}-property-{_short(predicate)}")
            yield part, VOID.propertyPartition, inner
            yield from _property(inner, predicate, triples)


def _properties(counts: Counts, whole: URIRef, document: URIRef) -> Iterator[Triple]:
    for name, triples in sorted(counts.property_sizes().items()):
        part = URIRef(f"{document}#property-{_short(name)}")
        yield whole, VOID.propertyPartition, part
        yield from _property(part, name, triples)
        for (of, datatype), many in sorted(counts.datatypes.items()):
            if of != name:
                continue
            inner = URIRef(f"{part}-datatype-{_short(datatype)}")
            yield part, VOID_EXT.datatypePartition, inner
            yield inner, VOID_EXT.datatype, URIRef(datatype)
            yield inner, VOID.triples, Literal(many)


def _property(part: URIRef, name: str, triples: int) -> Iterator[Triple]:
    yield part, RDF.type, VOID.Dataset
    yield part, VOID.property, URIRef(name)
    yield part, VOID.triples, Literal(triples)


def _linksets(counts: Counts, whole: URIRef, document: URIRef) -> Iterator[Triple]:
    for target in targets():
        found = {name: many for (key, name), many in sorted(counts.links.items()) if key == target.key}
        if not found:
            continue
        other = URIRef(f"{document}#dataset-{target.key}")
        yield other, RDF.type, VOID.Dataset
        yield other, DCTERMS.title, Literal(target.title)
        yield other, VOID.uriSpace, Literal(target.space)
        yield other, FOAF.homepage, URIRef(target.page)
        for name, many in found.items():
            links = URIRef(f"{document}#links-{target.key}-{_short(name)}")
            yield whole, VOID.subset, links
            yield links, RDF.type, VOID.Linkset
            yield links, VOID.subjectsTarget, whole
            yield links, VOID.objectsTarget, other
            yield links, VOID.linkPredicate, URIRef(name)
            yield links, VOID.triples, Literal(many)


def _examples(things: Iterable[str], space: str) -> Iterator[str]:
    """The first thing of each kind."""
    for _, of_kind in groupby(things, key=lambda iri: iri.removeprefix(space).partition("/")[0]):
        yield next(of_kind)


def _say(subject: URIRef, numbers: Mapping[str, int]) -> Iterator[Triple]:
    return ((subject, VOID[name], Literal(number)) for name, number in numbers.items())


def _vocabularies(counts: Counts) -> list[str]:
    """The namespaces that terms of the data are of, as far as we have a prefix for them."""
    terms = {*counts.property_sizes(), *counts.class_sizes()}
    found = (next((space for space, _ in _BY_NAMESPACE if term.startswith(space)), "") for term in terms)
    return sorted({*found} - {""})


def _short(iri: str) -> str:
    """A term as part of a fragment: with our prefix for its namespace, or all of it.

    >>> _short("https://w3id.org/twin-graph/ontology#City"), _short("urn:x:y")
    ('twin.City', 'urn%3Ax%3Ay')
    """
    for space, prefix in _BY_NAMESPACE:
        local = iri.removeprefix(space)
        if local != iri and local and quote(local, safe="") == local:
            return f"{prefix}.{local}"
    return quote(iri, safe="")
