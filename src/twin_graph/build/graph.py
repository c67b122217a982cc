"""One named graph per source, the derived facts, and the gate.

A statement stands in one graph only, the first by precedence: the engine's union of graphs would count it
twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from rdflib import DCTERMS, PROV, RDF, XSD, Literal, URIRef

from twin_graph import catalog, formats, graphs, iris, queries
from twin_graph.build.functions import FUNCTIONS_OF_OURS
from twin_graph.build.gate import METADATA, run_gate
from twin_graph.build.inputs import Inputs, Step, silent
from twin_graph.catalog import Counts, describe_contents
from twin_graph.findings import Report
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN, VOID
from twin_graph.snapshot import HIDDEN_GRAPHS
from twin_graph.sparql import (
    describe_dataset,
    describe_examples,
    describe_prefixes,
    endpoint_of,
    example_queries,
)
from twin_graph.store import Store

DERIVED, ONTOLOGY = "derived", "ontology"
Load = Callable[[bytes], None]
# The numbers settle in three or four rounds: the graph grows, then its size, then nothing.
_ROUNDS = 12


def forget(_: bytes) -> None:
    """For callers that write nothing."""


@dataclass
class BuiltGraph:
    """The graph in memory, its report, the number of statements of each named graph, and all of them, sorted."""

    store: Store
    report: Report
    sizes: dict[str, int]
    dump: bytes


def make_graph(inputs: Inputs, step: Step = silent, load: Load = forget) -> BuiltGraph:
    """Load the sources, derive, and run the gate.

    Args:
        load: is given the statements of each named graph as soon as they are complete.
    """
    base = inputs.publication.base_iri
    store = Store.in_memory()
    parts: dict[str, bytes] = {}

    def complete(name: str) -> None:
        parts[name] = store.nquads(iris.graph(base, name))
        load(parts[name])

    with step("load the graphs"):
        for name, content in _disjoint(inputs):
            store.load_nquads(content)
            parts[name] = content
            load(content)
        store.add(_sorted(inputs.vocabulary.terms), iris.graph(base, ONTOLOGY))
        complete(ONTOLOGY)
    metadata = iris.graph(base, METADATA)
    store.add([_valid_on(inputs)], metadata)
    with step("derive facts"):
        derive(store, iris.graph(base, DERIVED))
        complete(DERIVED)
    with step("check the shapes"):
        statements = graphs.join_sorted(parts.values())
        report = run_gate(store, statements, _valid_on(inputs), inputs.workspace)
    with step("count what is published"):
        _describe(inputs, store, parts)
    complete(METADATA)
    sizes = {name: part.count(b"\n") for name, part in parts.items()}
    return BuiltGraph(store, report, sizes, graphs.join_sorted([statements, parts[METADATA]]))


def derive(store: Store, graph: str) -> None:
    """Run the queries `derive_<stage>_<words>.rq`, stage by stage.

    The queries of one stage see what the stages before it gave, and nothing of each other; so they run at once.
    """
    stages = groupby(queries.load_all("derive_"), key=lambda query: query.name.split("_")[1])
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _, stage in stages:
            made = threads.map(lambda query: store.construct_ntriples(query, FUNCTIONS_OF_OURS), stage)
            store.load_graph(b"".join(list(made)), formats.N_TRIPLES, graph)


def _disjoint(inputs: Inputs) -> Iterable[tuple[str, bytes]]:
    seen: set[bytes] = set()
    last = len(inputs.quads) - 1
    for position, (name, content) in enumerate(inputs.quads.items()):
        suffix = f" <{iris.graph(inputs.publication.base_iri, name)}> .".encode()
        lines = content.splitlines()
        statements = [line.removesuffix(suffix) for line in lines]
        fresh = [line for line, statement in zip(lines, statements, strict=True) if statement not in seen]
        if position != last:
            seen.update(statements)
        yield name, b"\n".join(fresh) + b"\n" if fresh else b""


def _describe(inputs: Inputs, store: Store, parts: Mapping[str, bytes]) -> None:
    """Write into the metadata graph what is said of all published graphs, itself among them.

    Its own statements count too, so they are said anew until the numbers in them are true.
    """
    base = inputs.publication.base_iri
    graph, examples = iris.graph(base, METADATA), example_queries(store, base)
    published = {
        str(iris.graph(base, name)): part for name, part in parts.items() if name not in HIDDEN_GRAPHS
    }
    others, sizes = catalog.count(published), {name: part.count(b"\n") for name, part in parts.items()}
    said = store.nquads(graph)
    for _ in range(_ROUNDS):
        counts = others + catalog.count({str(graph): said})
        statements = _metadata(inputs, {**sizes, METADATA: said.count(b"\n")}, counts, examples)
        before = said
        store.replace(graph, [_valid_on(inputs), *statements])
        said = store.nquads(graph)
        if said == before:
            break


def _valid_on(inputs: Inputs) -> Triple:
    """The "today" of the data, for which the rules ask."""
    graph = iris.graph(inputs.publication.base_iri, METADATA)
    return graph, TWIN.validOn, Literal(inputs.valid_on, datatype=XSD.date)


def _metadata(
    inputs: Inputs, sizes: Mapping[str, int], counts: Counts, examples: Iterable[queries.Query]
) -> list[Triple]:
    """What the metadata graph says about the named graphs, and about the service that can be asked about them."""
    base, title = inputs.publication.base_iri, inputs.publication.title
    endpoint = endpoint_of(base)
    return [
        *_descriptions(inputs, sizes),
        *describe_dataset(endpoint, base, title, sizes),
        *describe_contents(counts, base, f"{endpoint}#dataset", [f"{base}graphs?default"]),
        *describe_prefixes(endpoint),
        *describe_examples(examples, endpoint, base),
    ]


def _descriptions(inputs: Inputs, sizes: Mapping[str, int]) -> list[Triple]:
    """What the metadata graph says about each named graph."""
    base = inputs.publication.base_iri
    found: list[Triple] = []
    for name, size in sizes.items():
        graph = iris.graph(base, name)
        found.append((graph, RDF.type, VOID.Dataset))
        found.append((graph, VOID.triples, Literal(size)))
        terms = inputs.publication.graphs.get(name, {})
        titles = [(term[-2:], text) for term, text in terms.items() if term.startswith("title_")]
        found.extend((graph, DCTERMS.title, Literal(text, lang=language)) for language, text in titles)
        if not titles:
            found.extend(
                (graph, DCTERMS.title, title) for title in _register_titles(inputs, name) or [Literal(name)]
            )
        if "licence" in terms:
            found.append((graph, DCTERMS.license, URIRef(terms["licence"])))
        if "attribution" in terms:
            found.append((graph, DCTERMS.rights, Literal(terms["attribution"], lang="en")))
    for source in inputs.sources:
        graph = iris.graph(base, source.name)
        if source.register is not None and (key := source.register.cells.get("key")):
            found.append((graph, PROV.wasDerivedFrom, iris.thing(base, "register", key)))
    return found


def _register_titles(inputs: Inputs, name: str) -> list[Literal]:
    """The names of the register whose graph has this name; none where there is no such register."""
    return [
        Literal(text, lang=column.removeprefix("name_"))
        for source in inputs.sources
        if source.name == name and source.register is not None
        for column, text in sorted(source.register.cells.items())
        if column.startswith("name_") and text
    ]


def _sorted(triples: Iterable[Triple]) -> list[Triple]:
    return sorted(triples, key=lambda triple: tuple(graphs.from_rdflib(term).__str__() for term in triple))
