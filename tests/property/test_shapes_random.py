"""Random shapes on random small graphs: our engine finds what pySHACL finds, and a change is judged as the whole.

What the shapes and graphs are made of is said in `random_shapes.py`.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from random_shapes import PREFIXES, graphs, texts, triples
from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Report
from twin_graph.graphs import Triple, read_turtle
from twin_graph.shapes import Shapes, check, read_shapes, recheck, validate, validate_by_reference
from twin_graph.store import Store

GRAPH = "http://example.org/graph"
slow = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def found(report: Report) -> Counter[tuple[object, ...]]:
    """What a report says, without wording."""
    return Counter(
        (f.severity, f.severity_iri, f.focus_node, f.rule, f.path, f.value_node, f.component)
        for f in report.findings
    )


def shapes_of(text: str) -> Shapes:
    """Shapes, if the text is well-formed: a random shape may have a constraint twice that it may have once."""
    try:
        return read_shapes(read_turtle((PREFIXES + text).encode()))
    except WorkspaceInvalid as problem:
        assume("a shape has it once" not in str(problem) and "one sh:qualifiedValueShape" not in str(problem))
        raise


def graph_of(data: list[Triple]) -> Graph:
    """An rdflib graph."""
    graph = Graph()
    for triple in data:
        graph.add(triple)
    return graph


@slow
@given(text=texts, data=graphs)
def test_random_shapes(text: str, data: list[Triple]) -> None:
    """On any graph, any shapes find what they find in pySHACL, and nothing is left to it."""
    shapes, graph = shapes_of(text), graph_of(data)
    report = validate(graph, shapes)
    assert () == report.fallbacks
    assert found(validate_by_reference(graph, shapes)) == found(report)


@slow
@given(
    text=texts,
    data=graphs,
    changes=st.lists(st.tuples(st.lists(triples, max_size=3), st.integers(0, 3)), max_size=4),
)
def test_changes(text: str, data: list[Triple], changes: list[tuple[list[Triple], int]]) -> None:
    """After any sequence of changes, the report of the changes is the report of the whole."""
    shapes = shapes_of(text)
    state = Store.in_memory()
    state.add(data, GRAPH)
    report = check(state, shapes)
    for added, number in changes:
        before = list(state.triples())
        kept = sorted(before, key=str)[number:]
        after = Store.in_memory()
        after.add([*kept, *added], GRAPH)
        now = list(after.triples())
        report = recheck(
            after,
            shapes,
            report,
            added=[t for t in now if t not in before],
            removed=[t for t in before if t not in now],
        )
        assert check(after, shapes) == report
        state = after
