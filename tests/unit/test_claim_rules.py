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
from twin_graph.workspace import find_workspace

GUIDE = Path(__file__).parents[2] / "docs" / "claims.md"
BASE = "http://localhost:8000/"
NOTHING = "–"
PROPERTIES = {"type": RDF.type, "wasDerivedFrom": PROV.wasDerivedFrom}
_FENCE = re.compile(r"^```(csv [\w./-]+|facts)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What the introduction of the guide says of the places and sources.
FILES = {
    "publication.toml": 'title = { en = "Rules" }\ndefault_language = "en"\nregisters = ["alfa"]\n'
    'valid_on = "2024-12-31"\n',
    "cities.csv": "key,type,name_en,wikidata,sibling,source\n"
    "alfa,City,Alfa,Q1,,gazetteer\nbeta,City,Beta,Q2,beta-rural,gazetteer\ngamma,City,Gamma,Q3,,gazetteer\n"
    "delta,City,Delta,Q4,,gazetteer\nepsilon,City,Epsilon,Q5,,gazetteer\n"
    "beta-rural,Municipality,Beta Rural,Q6,beta,gazetteer\n",
    "sources.csv": "key,title,url\ngazetteer,Gazetteer,https://example.org/gazetteer\n",
    "alfa/register.csv": "key,name_en,city,publisher,url,as_of\n"
    "alfa,Register of Alfa,alfa,City of Alfa,https://example.org/alfa,2024-12-31\n",
    "alfa/sources.csv": "key,title,url\n"
    + "".join(
        f"{key},{key},https://example.org/{key}\n"
        for key in ("archive", "beta-page", "gamma-page", "delta-page", "post")
    ),
    "world/sources.csv": "key,title,url\nextract,Extract,https://example.org/extract\n",
}


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
    for name, text in {**FILES, **example.tables}.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        for word, meant in words.items():
            text = text.replace(word, meant)
        path.write_text(text, encoding="utf-8")
    return make_graph(read_inputs(find_workspace(folder)))


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
