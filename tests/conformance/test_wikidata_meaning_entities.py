"""Our own RDF of entity documents is that of Wikibase, and of the query service.

The oracle are the pairs of JSON and RDF of Wikibase's own tests; they are read where they lie and not copied.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from fakes.asking import answers_of
from fakes.entities import Names, ntriples, triples
from shared_data import require_shared
from twin_graph.wikidata.statements import observe

ACME = "http://acme.test/"
# Numbers of the document that Wikibase's tests give to every entity.
NUMBERS = {"lastrevid": 42, "modified": "2013-10-04T03:31:05Z"}
# Names of entities that a document only mentions; they come from those entities' own documents.
MENTIONED = re.compile(r"<http://acme.test/(Q42|Q666|P\d+)>|<http://acme.test/prop/")
# Which triples of a document each file holds is in its name. Properties (`prop*`, `P2*`, `Q4_props`), dumps of many
# entities and their headers are not made here: the queries ask for none of that.
PAIRS = {
    "Q1": ("RdfBuilder/Q1_info",),
    "Q2": ("RdfBuilder/Q2_meta", "RdfBuilder/Q2_version", "RdfBuilder/Q2_aliases", "RdfBuilder/Q2_stub",
           "RdfBuilder/Q2_stub_request_languages", "TermsRdfBuilder/Q2_terms", "TermsRdfBuilder/Q2_terms_ru",
           "TermsRdfBuilder/Q2_terms_aliases", "TermsRdfBuilder/Q2_terms_descriptions",
           "TermsRdfBuilder/Q2_terms_descriptions_ru", "TermsRdfBuilder/Q2_terms_labels",
           "TermsRdfBuilder/Q2_terms_labels_ru", "TermsRdfBuilder/Q2_terms_stubs",
           "TermsRdfBuilder/Q2_terms_stubs_ru"),
    "Q3": ("RdfBuilder/Q3_meta", "RdfBuilder/Q3_version", "RdfBuilder/Q3_sitelinks",
           "SiteLinksRdfBuilder/Q3_sitelinks", "SiteLinksRdfBuilder/Q3_sitelinks_ruwiki"),
    "Q4": ("RdfBuilder/Q4_meta", "RdfBuilder/Q4_version", "RdfBuilder/Q4_direct", "RdfBuilder/Q4_statements",
           "RdfBuilder/Q4_values"),
    "Q5": ("RdfBuilder/Q5_badges",),
    "Q6": ("RdfBuilder/Q6_meta", "RdfBuilder/Q6_version", "RdfBuilder/Q6_qualifiers", "RdfBuilder/Q6_statements",
           "RdfBuilder/Q6_values"),
    "Q7": ("RdfBuilder/Q7_meta", "RdfBuilder/Q7_version", "RdfBuilder/Q7_references", "RdfBuilder/Q7_reference_refs",
           "RdfBuilder/Q7_statements", "RdfBuilder/Q7_values"),
    "Q8": ("RdfBuilder/Q8_baddates",),
    "Q7 Q9": ("RdfBuilder/Q7_Q9_dedup",),
    "Q10": ("RdfBuilder/Q10_redirect",),
}  # fmt: skip
# Documents whose files together hold all that is said of them.
WHOLE = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q7", "Q8")

Lines = set[tuple[str, str, str]]


class AcmeNames(Names):
    """The Wikibase of Wikibase's tests."""

    def site(self, name: str) -> tuple[str, str, str] | None:
        """Its two wikis, whose pages stand right behind the name."""
        group = "wikipedia" if name == "enwiki" else "none"
        return f"http://{name}.acme.test/", name.removesuffix("wiki"), group


NAMES = AcmeNames(
    entity=ACME, data="http://data.acme.test/", prop=f"{ACME}prop/", statement=f"{ACME}statement/",
    value=f"{ACME}value/", reference=f"{ACME}reference/",
)  # fmt: skip


def golden() -> Path:
    """The folder of the pairs."""
    return require_shared("wikidata/golden")


def lines(content: bytes) -> Lines:
    """The triples; blank nodes have no names, and a reference whose document has no hash has none of ours."""
    found: Lines = set()
    for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=True):
        terms = ["_:" if isinstance(term, ox.BlankNode) else str(term) for term in quad.triple]
        subject, predicate, object_ = (
            re.sub(r"(/reference/)[0-9a-f]{40}", r"\1HASH", term) for term in terms
        )
        found.add((subject, predicate, object_))
    return found


@cache
def ours(ids: str) -> frozenset[tuple[str, str, str]]:
    """What we make of documents."""
    documents = [
        json.loads((golden() / f"entities/{id_}.json").read_bytes()) | NUMBERS for id_ in ids.split()
    ]
    if ids == "Q10":
        documents.append({"entity": "Q4242", "redirect": "Q42"})
    return frozenset(lines(ntriples(documents, NAMES, munged=False)))


def theirs(file: str) -> Lines:
    """What Wikibase makes, without what it says of entities that are only mentioned."""
    found = lines((golden() / f"{file}.nt").read_bytes())
    return {line for line in found if not MENTIONED.match(line[0])}


@pytest.mark.parametrize(
    ("ids", "file"),
    [(ids, file) for ids, files in PAIRS.items() for file in files],
    ids=lambda each: str(each),
)
def test_everything_that_wikibase_says_is_said(ids: str, file: str) -> None:
    """Terms, numbers, statements, ranks, qualifiers, references, values and the hashes of values are the same."""
    expected = theirs(file)
    assert expected
    assert set() == expected - ours(ids)


@pytest.mark.parametrize("id_", WHOLE)
def test_nothing_else_is_said(id_: str) -> None:
    """All files of a document together hold every triple of ours."""
    expected = set().union(*(theirs(file) for file in PAIRS[id_]))
    assert set() == ours(id_) - expected


def test_the_files_are_counted() -> None:
    """Each file about items is in the table, and what is left out is a list."""
    known = {file for files in PAIRS.values() for file in files}
    found = {
        f"{path.parent.name}/{path.stem}"
        for path in golden().rglob("*.nt")
        if path.parent.name in ("RdfBuilder", "TermsRdfBuilder", "SiteLinksRdfBuilder")
    }
    left_out = {
        "RdfBuilder/Q4_props", "RdfBuilder/Q4_referenced", "RdfBuilder/Q6_referenced", "RdfBuilder/dumpheader",
        "RdfBuilder/prop1", "RdfBuilder/prop2", "RdfBuilder/prop3", "RdfBuilder/prop4",
        "TermsRdfBuilder/Q2_terms_aliases_ru", "TermsRdfBuilder/predicate.Q2_terms_labels",
        "TermsRdfBuilder/predicate.Q2_terms_labels_ru",
    }  # fmt: skip
    assert left_out == found - known
    assert 40 == len(known)


def real(item: str) -> dict[str, Any]:
    """A real entity document."""
    path = require_shared("wikidata/entities") / f"{item}.json.gz"
    document: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    entities = document.get("entities")
    return entities[item] if entities else document


@pytest.mark.parametrize(
    ("item", "statements", "dated"),
    [("Q270", 35, 7), ("Q3750", 12, 12), ("Q2112", 8, 7), ("Q727", 23, 0), ("Q9899", 24, 0)],
)
def test_real_documents(item: str, statements: int, dated: int) -> None:
    """Warsaw, Gera, Bielefeld and Amsterdam have all their statements, and their dates."""
    counted = Counter(predicate for _, predicate, _ in set(triples(real(item))))
    assert statements == counted["<http://www.wikidata.org/prop/P190>"]
    nodes = {object_ for _, predicate, object_ in triples(real(item)) if predicate.endswith("/prop/P190>")}
    since = "<http://www.wikidata.org/prop/qualifier/P580>"
    assert dated == len({s for s, p, _ in triples(real(item)) if s in nodes and p == since})


def test_what_the_query_service_leaves_out() -> None:
    """Types of items, statements, values and references are gone, the best rank stays, numbers are on the item."""
    found = set(triples(real("Q2112")))
    types = {object_ for _, predicate, object_ in found if predicate.endswith("#type>")}
    assert {"<http://wikiba.se/ontology#BestRank>"} == {each for each in types if "novalue" not in each}
    item = "<http://www.wikidata.org/entity/Q2112>"
    assert (
        item,
        "<http://schema.org/version>",
        '"1867923350"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ) in found
    assert not any("prefLabel" in predicate for _, predicate, _ in found)


@pytest.mark.parametrize(
    ("item", "statements", "precisions"),
    [
        ("Q270", 35, {9: 4, 11: 3}),
        ("Q3750", 12, {9: 7, 10: 2, 11: 3}),
        ("Q2112", 8, {9: 7}),
    ],
)
def test_real_statements_have_the_right_precision(
    item: str, statements: int, precisions: dict[int, int]
) -> None:
    """Through our own RDF, the queries and the normalisation the precision is that of the document."""
    document = real(item)
    found = [each for each in observe(answers_of([document], [item])).statements if each.property == "P190"]
    counted = Counter(date.precision for each in found for date in each.since)
    there = Counter(
        snak["datavalue"]["value"]["precision"]
        for claim in document["claims"]["P190"]
        for snak in claim.get("qualifiers", {}).get("P580", ())
    )
    assert (statements, precisions) == (len(found), dict(counted))
    assert there == counted
    lengths = {9: 4, 10: 7, 11: 10}
    assert all(lengths[date.precision] == len(date.edtf) for each in found for date in each.since)


def test_amsterdam_is_two_items() -> None:
    """Town and municipality have 23 and 24 partners, 13 of them in common; nothing is merged."""
    items = ["Q727", "Q9899"]
    found = observe(answers_of([real(item) for item in items], items))
    town, municipality = (
        {each.value for each in found.statements if each.item == item and each.property == "P190"}
        for item in items
    )
    assert (23, 24, 13) == (len(town), len(municipality), len(town & municipality))
