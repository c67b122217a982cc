"""Every worked example of `docs/claims.md` is built and gives exactly the facts that stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import PROV

from twin_graph.build.graph import BuiltGraph, make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.findings import Severity
from twin_graph.namespaces import TWIN
from workspaces import write_guide

GUIDE = Path(__file__).parents[2] / "docs" / "claims.md"
BASE = "http://localhost:8000/"
NOTHING = "–"
PROPERTIES = {"type": RDF.type, "wasDerivedFrom": PROV.wasDerivedFrom}
_FENCE = re.compile(r"^```(csv [\w./-]+|facts)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """The tables of an example by their paths, and the lines of its facts."""

    name: str
    tables: dict[str, str]
    facts: tuple[str, ...]


@cache
def examples() -> list[Example]:
    found: list[Example] = []
    for section in GUIDE.read_text(encoding="utf-8").split("\n## ")[1:]:
        tables: dict[str, str] = {}
        for head, body in _FENCE.findall(section):
            if head == "facts":
                found.append(Example(section.partition("\n")[0], tables, tuple(body.splitlines())))
                tables = {}
            else:
                tables[head.removeprefix("csv data/")] = body
    return found


def built(folder: Path, example: Example, **words: str) -> BuiltGraph:
    tables = dict(example.tables)
    for word, meant in words.items():
        tables = {name: text.replace(word, meant) for name, text in tables.items()}
    return make_graph(read_inputs(write_guide(folder, tables)))


def subject(name: str) -> URIRef:
    if "#" in name:
        return URIRef(f"{BASE}doc/partnership/{name}")
    return URIRef(f"{BASE}id/{name if '/' in name else f'partnership/{name}'}")


def short(value: object) -> str:
    return str(value) if isinstance(value, Literal) else re.split(r"[/#]", str(value))[-1]


def said(graph: BuiltGraph, name: str, term: str) -> list[str]:
    property_ = PROPERTIES.get(term) or TWIN[term]
    return sorted(short(value) for _, _, value in graph.store.triples(subject(name), property_))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_example(tmp_path: Path, example: Example) -> None:
    """The facts of an example are those that the build makes, and the data keep the rules."""
    digest = "00000000"
    if any("DIGEST" in text for text in example.tables.values()):
        first = built(tmp_path, example, DIGEST=digest)
        (digest,) = said(first, "contradiction/relation-alfa-beta", "evidenceDigest")
    graph = built(tmp_path, example, DIGEST=digest)
    found, expected = [], []
    for line in example.facts:
        name, term, *values = line.split(" ")
        expected.append((name, term, sorted(value for value in values if value != NOTHING)))
        found.append((name, term, said(graph, name, term)))
    assert expected == found
    assert [] == [finding for finding in graph.report.findings if finding.severity is Severity.VIOLATION]


def test_examples_are_many() -> None:
    """Each rule of the guide has an example."""
    text = GUIDE.read_text(encoding="utf-8")
    rules = re.findall(r"^## [0-9]+\. (.*)$", text, re.MULTILINE)
    assert 13 == len(rules)
    assert set(rules) <= {example.name.partition(". ")[2] for example in examples()}
    assert text.count("**Rule.**") == text.count("**Why.**") == text.count("**Where.**") == len(rules)


def test_queries_of_the_guide_exist() -> None:
    """What the guide names is there."""
    source = GUIDE.parents[1] / "src/twin_graph"
    named = set(re.findall(r"`(derive_\w+\.rq)`", GUIDE.read_text(encoding="utf-8")))
    assert 10 <= len(named)
    assert [] == sorted(name for name in named if not (source / "queries" / name).is_file())


EVIDENCE = {
    "alfa/partnerships.csv": "key,parties,relation,source\nalfa-beta,alfa;beta,partner,archive\n",
    "alfa/agreements.csv": "key,type,partnership,relation,signed,source\n"
    "beta-1990,PartnershipAgreement,alfa-beta,partner,1990,archive\n",
    "alfa/events.csv": "key,partnership,event,on,decided_by,source\n"
    "beta-1,alfa-beta,terminated,2018-03,alfa,archive\n",
    "alfa/claims.csv": "partnership,claimed_by,on_side_of,status,confirmed,confidence\n"
    "alfa-beta,beta-page,beta,in-force,2020,high\n",
}


@pytest.mark.parametrize(
    ("table", "was", "is_now"),
    [
        ("alfa/events.csv", "2018-03", "2015-06"),
        ("alfa/claims.csv", "2020", "2024-05"),
        ("alfa/claims.csv", "high", "low"),
        ("alfa/claims.csv", "beta-page,", "post,"),
        ("alfa/agreements.csv", "1990,archive", "1990,post"),
    ],
)
def test_changed_evidence_has_another_digest(tmp_path: Path, table: str, was: str, is_now: str) -> None:
    """Whatever a decision about a contradiction rests on is in its digest, so that a change opens it again."""
    changed = {**EVIDENCE, table: EVIDENCE[table].replace(was, is_now)}
    assert EVIDENCE != changed
    digests = [
        said(
            built(tmp_path / name, Example("", tables, ())),
            "contradiction/reciprocity-alfa-beta",
            "evidenceDigest",
        )
        for name, tables in (("before", EVIDENCE), ("after", changed))
    ]
    assert [1, 1] == [len(found) for found in digests]
    assert digests[0] != digests[1]


def test_side_of_a_register_is_what_it_ended(tmp_path: Path) -> None:
    """A register ends by an event; its claim does not hold what it ended."""
    graph = built(tmp_path, Example("", EVIDENCE, ()))
    assert ["2018-03", "in-force"] == said(graph, "contradiction/reciprocity-alfa-beta", "competingValue")
