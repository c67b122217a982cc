"""The compiled queries find what pySHACL finds: on every example of a shape, and on a graph with planted defects.

Whether the rules are the right ones is tested by their examples.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from parsed_once import queries_parsed_once
from twin_graph import formats
from twin_graph.findings import Finding
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN_IRI
from twin_graph.shapes import Shapes, check, check_by_reference, read_shapes, recheck
from twin_graph.store import Store
from workspaces import REPOSITORY

EXAMPLES = REPOSITORY / "shapes" / "examples"
CLASSES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
GRAPH = "http://localhost:8000/graph/test"
BASE = "http://localhost:8000/"
Found = tuple[str, str, str, str, str, str]


@pytest.fixture(scope="module", autouse=True)
def spared() -> Iterator[None]:
    """pySHACL parses each query once."""
    with queries_parsed_once():
        yield


@cache
def shapes() -> Shapes:
    """The rules of `shapes/`, read once."""
    return read_shapes(REPOSITORY / "shapes")


def found(findings: tuple[Finding, ...]) -> Counter[Found]:
    """What a report says, without its wording."""
    return Counter((f.severity.value, f.focus, f.rule, f.path, f.value, f.component) for f in findings)


def assert_equal_reports(store: Store) -> int:
    """Both engines find the same, nothing is left to the slow one; returns how much they found."""
    compiled = check(store, shapes())
    reference = found(check_by_reference(store, shapes()).findings)
    assert () == compiled.fallbacks
    assert reference == found(compiled.findings)
    return reference.total()


def store_of(triples: list[Triple]) -> Store:
    """A store with one graph."""
    store = Store.in_memory()
    store.add(triples, GRAPH)
    return store


@pytest.mark.parametrize("name", CLASSES)
def test_examples_of_a_class(name: str) -> None:
    """All examples of a class, each under a base of its own so that they do not mix, are judged alike."""
    store = Store.in_memory()
    invalid = 0
    for number, path in enumerate(sorted((EXAMPLES / name).glob("*/*.ttl"))):
        text = path.read_text(encoding="utf-8").replace(BASE, f"http://example-{number}.org/")
        store.load_graph(text.encode(), formats.TURTLE, f"{GRAPH}-{number}")
        invalid += path.parent.name == "invalid"
    assert invalid <= assert_equal_reports(store)


def test_examples_are_many() -> None:
    """The collected folders are those of the classes."""
    assert 17 <= len(CLASSES) == sum(1 for _ in EXAMPLES.iterdir())
    assert 450 <= sum(1 for _ in EXAMPLES.glob("*/*/*.ttl"))


def test_tiny_workspace(tiny_store: Store) -> None:
    """The complete small workspace is judged alike."""
    assert 0 < assert_equal_reports(tiny_store)


@pytest.fixture(scope="module")
def tiny_triples(tiny_store: Store) -> list[Triple]:
    """The statements about the things of the small workspace, in a fixed order."""
    ours = (triple for triple in tiny_store.triples() if not str(triple[0]).startswith(TWIN_IRI))
    return sorted(set(ours), key=lambda triple: tuple(term.n3() for term in triple))


WRONG: list[Node] = [
    Literal(""), Literal("Ółd", lang="xx"), Literal("zwei", lang="pl"), Literal("2004-04-31"), Literal("1750"),
    Literal("3000-01"), Literal("2001/1999"), Literal("x", datatype=XSD.integer),
    Literal("-1", datatype=XSD.integer), Literal("181.5", datatype=XSD.decimal),
    Literal("1e3", datatype=XSD.double), Literal("2004-04-31", datatype=XSD.date),
    Literal("99", datatype=XSD.gYear), Literal("not an address", datatype=XSD.anyURI), Literal(True),
    URIRef(f"{BASE}id/city/nowhere"), URIRef(f"{BASE}id/city/aldorf"), URIRef("http://example.org/Ä b"[:20]),
]  # fmt: skip


NUMBERS: list[Node] = [
    Literal("-91", datatype=XSD.decimal), Literal("0.5", datatype=XSD.decimal), Literal("1e3", datatype=XSD.double),
    Literal("52", datatype=XSD.integer), Literal("-1", datatype=XSD.integer), Literal("181.5", datatype=XSD.decimal),
]  # fmt: skip
DAYS: list[Node] = [Literal(day, datatype=XSD.date) for day in ("1799-12-31", "2004-04-30", "2030-01-01")]
# Values that are compared with others, by datatype.
COMPARED: dict[URIRef | None, list[Node]] = {XSD.integer: NUMBERS, XSD.decimal: NUMBERS, XSD.date: DAYS}


def wrong_values(triples: list[Triple]) -> dict[Node, list[Node]]:
    """Values that are probably wrong, by predicate, but numbers and days where those are due.

    rdflib compares a number with a text where SPARQL has an error, so pySHACL is no judge of a comparison of
    such values; that they are of the wrong datatype is said by a rule of its own.
    """
    datatypes = {predicate: value.datatype for _, predicate, value in triples if isinstance(value, Literal)}
    return {
        predicate: COMPARED[datatype] for predicate, datatype in datatypes.items() if datatype in COMPARED
    }


def damage(triples: list[Triple], seed: int) -> list[Triple]:
    """Some statements deleted, given to another subject, or with a wrong value instead or in addition."""
    generator = random.Random(seed)
    compared = wrong_values(triples)
    changed = list(triples)
    for _ in range(generator.randint(1, 40)):
        position = generator.randrange(len(changed))
        subject, predicate, value = changed[position]
        other = changed[generator.randrange(len(changed))]
        wrong = generator.choice(compared.get(predicate, WRONG))
        action = generator.choice(["delete", "wrong", "add", "copy", "move", "exchange"])
        if action == "delete":
            del changed[position]
        elif action == "wrong":
            changed[position] = (subject, predicate, wrong)
        elif action == "add":
            changed.append((subject, predicate, wrong))
        elif action == "copy":
            changed.append((other[0], predicate, value))
        elif action == "move":
            changed[position] = (other[0], predicate, value)
        elif predicate not in compared:
            changed.append((subject, predicate, other[2]))
    return changed


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_planted_defects(tiny_triples: list[Triple], seed: int) -> None:
    """Whatever is deleted, doubled or corrupted, both engines find the same."""
    assert 0 < len(tiny_triples)
    assert_equal_reports(store_of(damage(tiny_triples, seed)))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_planted_changes(tiny_triples: list[Triple], seed: int) -> None:
    """Whatever is deleted, doubled or corrupted, the change is judged as the whole is."""
    before, after = store_of(tiny_triples), store_of(damage(tiny_triples, seed))
    old, new = set(before.triples()), set(after.triples())
    report = recheck(after, shapes(), check(before, shapes()), added=new - old, removed=old - new)
    assert check(after, shapes()) == report
