"""The queries to Wikidata are portable: two engines answer them alike, and what is known as a trap is not in them."""

from __future__ import annotations

import gzip
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox
import pytest
from rdflib import Graph, Literal

from fakes.asking import ask, store_of, term
from fakes.entities import ntriples
from fakes.made_up import FRESH, ITEMS, WORLD
from shared_data import require_shared
from twin_graph.namespaces import PREFIXES, WIKIDATA_PREFIXES
from twin_graph.queries import FOLDER, Query, load_all, read_query
from twin_graph.wikidata.questions import fill, slots

QUERIES = [read_query(path) for path in sorted(FOLDER.glob("wikidata_*.rq"))]
# Each query with what it is asked about, and how many rows the made-up world gives.
ASKED: dict[str, tuple[tuple[str, ...], str, int]] = {
    "wikidata_constraints": ((), "", 2),
    "wikidata_discovery": ((), "Q902", 2),
    "wikidata_facts": (ITEMS, "", 26),
    "wikidata_freshness": ((), "", 1),
    "wikidata_incoming": (ITEMS, "", 8),
    "wikidata_labels": (ITEMS, "", 16),
    "wikidata_members": (("Q900",), "", 2),
    "wikidata_statements": (ITEMS, "", 138),
}
CONSTRAINTS = (
    (
        "<{0}entity/P190> <{0}prop/P2302> <{0}s> . <{0}s> <{0}prop/statement/P2302> <{0}entity/Q21510862> .\n"
        "<{0}s> <http://wikiba.se/ontology#rank> <http://wikiba.se/ontology#NormalRank> .\n"
    )
    .format("http://www.wikidata.org/")
    .replace(" . <", " .\n<")
    .encode()
)
_PLAIN = re.compile(r"(?m)(?:^|\s)#[^\n]*")
_DECLARED = re.compile(r"(?m)^PREFIX ([\w-]+): <([^>]*)>$")
_USED = re.compile(r"(?<![\w?$:-])([A-Za-z][\w-]*):(?=[\w%])")
# What a lint can see, each with the reason.
TRAPS = {
    r"\bSERVICE\b": "is of one engine, or opens connections",
    r"\bLOAD\b": "opens connections",
    r"\b(bd|hint|gas|mwapi):": "is of one engine",
    r"\ba\s+wikibase:\w*(Value|Item|Statement|Reference)\b": "the query service does not keep these types",
    r"rdf:type\s+wikibase:\w*Value": "the query service does not keep these types",
    r"\bwdt:P190\b": "one preferred statement hides the normal ones, and there is neither date nor reference",
    r"\b(schema\w*:name|skos:prefLabel)\b": "the query service does not keep these labels",
    r"\bwdt:P279\s*\*": "a closure inside a query about data does not end in time",
    r"\b(ORDER\s+BY|OFFSET|LIMIT)\b": "paging is slow and not stable",
    r"\bGRAPH\b": "there is one graph",
}  # fmt: skip

every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def code(text: str) -> str:
    """The text without comments."""
    return _PLAIN.sub("", text)


def branches(text: str) -> Iterator[str]:
    """The branches of all unions of a query: groups beside which the word UNION stands."""
    starts: list[int] = []
    for position, character in enumerate(text):
        if character == "{":
            starts.append(position)
        elif character == "}" and starts:
            start = starts.pop()
            before, after = text[:start].rstrip(), text[position + 1 :].lstrip()
            if before.endswith("UNION") or after.startswith("UNION"):
                yield text[start : position + 1]


def flaws(text: str) -> list[str]:
    """What a query does that it must not."""
    body = _DECLARED.sub("", code(text))
    found = [f"{form}: {why}" for form, why in TRAPS.items() if re.search(form, body, re.IGNORECASE)]
    for branch in branches(body):
        if "%" in body and not re.search(r"VALUES\s+\(?\s*\?\w+[^{}]*\{[^}]*%[A-Z]+%", branch):
            found.append("a branch of a union has no items of its own")
        for bound in re.findall(r"\bBIND\s*\(\s*\?(\w+)", branch):
            if not re.search(rf"\?{bound}\b", branch.partition("BIND")[0]):
                found.append("a branch of a union binds a variable from outside")
    return found


def test_the_queries_are_counted() -> None:
    """Statements, incoming links, facts, names, members, discovery, constraints and freshness."""
    assert sorted(ASKED) == [query.name for query in QUERIES]
    assert 8 == len(QUERIES)


@every_query
def test_no_query_has_a_flaw(query: Query) -> None:
    """What `TRAPS` lists and the scope of unions."""
    assert [] == flaws(query.text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE wikibase:label { bd:serviceParam wikibase:language 'en' } }",
        "SELECT * { ?v a wikibase:TimeValue }",
        "SELECT * { ?item wdt:P190 ?other }",
        "SELECT * { ?item wdt:P31/wdt:P279* wd:Q486972 }",
        "SELECT * { ?item p:P190 ?s } ORDER BY ?item LIMIT 10",
        "SELECT * { VALUES ?item { %ITEMS% } { ?item p:P190 ?s } UNION { ?item p:P463 ?s } }",
        "SELECT * { VALUES ?item { wd:Q1 } { ?item ?p ?o } UNION { BIND(?item AS ?s) ?s ?p ?o } }",
        "SELECT * { ?item skos:prefLabel ?name }",
    ],
)
def test_the_lint_sees_each_trap(text: str) -> None:
    """Each of these has a flaw."""
    assert flaws(text)


@every_query
def test_it_is_declared(query: Query) -> None:
    """Three titles, the letter of its question, and exactly the prefixes that it uses, as they are everywhere."""
    assert {"en", "pl", "uk"} == set(query.titles)
    assert re.fullmatch(r"[A-Z][0-9]", query.notes["wikidata"])
    declared = dict(_DECLARED.findall(query.text))
    body = re.sub(r"<[^<>\s]*>", "", _DECLARED.sub("", code(query.text)))
    items = {"wd"} if {"ITEMS", "NETWORKS"} & set(slots(query.name)) else set()
    assert set(declared) == set(_USED.findall(body)) | items
    assert {name: (PREFIXES | WIKIDATA_PREFIXES).get(name) for name in declared} == declared


@cache
def _triples() -> bytes:
    return ntriples(WORLD) + FRESH + CONSTRAINTS


@cache
def _oxigraph() -> ox.Store:
    return store_of(WORLD, FRESH + CONSTRAINTS)


@cache
def _rdflib() -> Graph:
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # bad dates are part of the data
    return Graph().parse(data=_triples(), format="nt")


def rows_of_oxigraph(
    name: str, items: tuple[str, ...], country: str, store: ox.Store | None = None
) -> Counter[str]:
    """The rows of one engine."""
    rows = json.loads(ask(store or _oxigraph(), name, items, country))["results"]["bindings"]
    return Counter(_shown({variable: term(value) for variable, value in row.items()}) for row in rows)


def rows_of_rdflib(
    name: str, items: tuple[str, ...], country: str, graph: Graph | None = None
) -> Counter[str]:
    """The rows of the other."""
    result = (graph if graph is not None else _rdflib()).query(fill(name, items, country=country))
    assert result.vars is not None
    return Counter(
        _shown({str(v): row[v] for v in result.vars if row[v] is not None})  # type: ignore[index,call-overload]
        for row in result
    )


def _shown(row: dict[str, object]) -> str:
    def shown(value: object) -> str:
        # The engines write a number with and without its sign, and a time with Z or its offset.
        if isinstance(value, Literal) and str(value.datatype).endswith(("#decimal", "#dateTime")):
            return str(value).removeprefix("+").replace("+00:00", "Z")
        return str(getattr(value, "n3", str)())

    return " ".join(f"{name}={shown(row[name])}" for name in sorted(row))


@pytest.mark.parametrize("name", sorted(ASKED))
def test_two_engines_give_equal_rows(name: str) -> None:
    """Oxigraph and rdflib give the same rows, each as often, and as many as there are."""
    items, country, count = ASKED[name]
    found = rows_of_oxigraph(name, items, country)
    assert rows_of_rdflib(name, items, country) == found
    assert count == found.total()
    assert slots(name) == () or count


@pytest.mark.parametrize(
    "name", ["wikidata_facts", "wikidata_incoming", "wikidata_labels", "wikidata_statements"]
)
def test_two_engines_agree_about_real_documents(name: str) -> None:
    """Gera and Bielefeld, as they were."""
    items = ("Q2112", "Q3750")
    folder = require_shared("wikidata/entities")
    documents = [json.loads(gzip.decompress((folder / f"{item}.json.gz").read_bytes())) for item in items]
    triples = ntriples([document.get("entities", {}).get(item, document) for document, item in
                        zip(documents, items, strict=True)])  # fmt: skip
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    found = rows_of_oxigraph(name, items, "", store_of([], triples))
    assert rows_of_rdflib(name, items, "", Graph().parse(data=triples, format="nt")) == found
    assert found.total() or name == "wikidata_incoming"


def test_batches_do_not_matter() -> None:
    """What is asked about items one by one is what is asked about all at once."""
    for name in ("wikidata_statements", "wikidata_incoming", "wikidata_facts", "wikidata_labels"):
        alone: Counter[str] = Counter()
        for item in ITEMS:
            alone |= rows_of_oxigraph(name, (item,), "")
        assert rows_of_oxigraph(name, ITEMS, "") == alone


def test_the_comment_says_whose_question_it_is() -> None:
    """The first line of what is sent names the program and the question; titles are not sent."""
    first, *rest = fill("wikidata_facts", ["Q2", "Q10", "Q2"]).splitlines()
    assert re.fullmatch(r"# twin_graph/\S+ S3", first)
    assert not any(line.startswith("#") for line in rest)
    assert "{ wd:Q2 wd:Q10 }" in "\n".join(rest)


@pytest.mark.parametrize(
    "arguments",
    [
        {"items": ["Q1 } UNION { ?s ?p ?o"]}, {"items": ["q1"]}, {"items": ["Q0"]}, {"items": ["P190"]},
        {"items": []},
        {"items": ["Q1"], "languages": ['en") } #']}, {"items": ["Q1\n"]},
    ],
)  # fmt: skip
def test_nothing_but_items_goes_into_a_slot(arguments: dict[str, list[str]]) -> None:
    """A value that is not of its form is refused, and so is an empty slot."""
    with pytest.raises(ValueError):
        fill("wikidata_labels", **arguments)  # type: ignore[arg-type]


def test_load_all_knows_them() -> None:
    """They are found by their prefix as all others are."""
    assert [query.name for query in load_all("wikidata_")] == [query.name for query in QUERIES]
