"""Every triple that was taken from Wikidata leads back to the answer that it came from, by PROV-O."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from fakes.archives import write_archive
from fakes.made_up import CITY, claim, item, link, place, text, twin, year
from twin_graph import iris
from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from workspaces import copy_tiny

BASE = "http://localhost:8000/"
ALDORF, BELMONT, NEW = "Q900000001", "Q900000002", "Q900000077"
ITEMS = [ALDORF, NEW, "Q900000078"]
WHEN = "2024-01-02T03:04:05Z"  # not after the day on which the data are valid
DOCUMENTS = [
    item(
        ALDORF,
        [
            twin(
                ALDORF,
                1,
                link(BELMONT),
                [("P580", year(1990))],
                [[("P854", text("https://aldorf.example/p"))]],
            ),
            twin(ALDORF, 2, link(NEW)),
        ],
        {"en": "Aldorf", "de": "Aldorf", "fr": "Aldorf-le-Vieux"},
        aliases={"en": ["Old Village"]},
    ),
    item(
        NEW,
        [
            twin(NEW, 1, link(ALDORF), [("P580", year(1999))]),
            claim(f"{NEW}$a", "P31", CITY),
            claim(f"{NEW}$b", "P625", place(50, 10)),
        ],
        {"en": "Newtown", "pl": "Nowe Miasto"},
    ),
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The tiny workspace with an archive."""
    folder = tmp_path_factory.mktemp("enriched")
    workspace = copy_tiny(folder)
    write_archive(workspace.data / "wikidata" / "answers", DOCUMENTS, ITEMS, when=WHEN)
    made, _ = build(workspace)
    return made


@pytest.fixture(scope="module")
def everything(snapshot: Snapshot) -> Graph:
    """The published triples in one graph."""
    lines = snapshot.dump_path.read_text(encoding="utf-8").splitlines()
    triples = "\n".join(line.rpartition(" <")[0] + " ." for line in lines)
    return Graph().parse(data=triples, format="nt")


@pytest.fixture(scope="module")
def taken(snapshot: Snapshot) -> Graph:
    """The triples of the graph `wikidata`."""
    suffix = f" <{iris.graph(BASE, 'wikidata')}> ."
    lines = snapshot.dump_path.read_text(encoding="utf-8").splitlines()
    triples = "\n".join(line.removesuffix(suffix) + " ." for line in lines if line.endswith(suffix))
    return Graph().parse(data=triples, format="nt")


ORIGINS = """
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?origin { ?thing prov:wasDerivedFrom+ ?origin }
"""


def origins(graph: Graph, thing: URIRef) -> set[str]:
    """Everything that a thing was derived from, over as many steps as it takes."""
    return {str(row[0]) for row in graph.query(ORIGINS, initBindings={"thing": thing})}  # type: ignore[index]


def source(key: str) -> str:
    """The address of a source."""
    return str(iris.thing(BASE, "source", key))


class TestProvenance:
    """https://www.w3.org/TR/prov-o/#wasDerivedFrom: "A derivation is a transformation of an entity into another"."""

    def test_every_subject_leads_to_an_answer_and_its_archive(self, everything: Graph, taken: Graph) -> None:
        """Claims, names, cities, references and answers; only the archive itself comes from nowhere."""
        subjects = {subject for subject in taken.subjects() if isinstance(subject, URIRef)}
        partnerships = {subject for subject in subjects if "/id/partnership/" in subject}
        archive = URIRef(source("answers"))
        assert 8 <= len(subjects)
        lost = {
            subject
            for subject in subjects - {archive}
            if source("answers") not in origins(everything, subject)
        }
        assert set() == lost
        assert partnerships

    def test_a_partnership_leads_to_the_answers_of_its_claims(self, everything: Graph) -> None:
        """From the partnership over the claim to the answer and to the archive."""
        partnership = iris.thing(BASE, "partnership", "q900000001-q900000077")
        found = origins(everything, partnership)
        claims = {origin for origin in found if "#claim-answers-" in origin}
        answers = {origin for origin in found if origin.startswith(f"{source('answers')}-")}
        assert (2, 1) == (len(claims), len(answers))
        assert source("answers") in found

    def test_an_answer_says_which_body_it_is(self, everything: Graph) -> None:
        """Its note names the SHA-256 under which the archive keeps it."""
        notes = {str(each) for each in everything.objects() if "SHA-256 " in str(each)}
        assert 3 <= len(notes)
        assert all(len(note.partition("SHA-256 ")[2].partition(".")[0]) == 64 for note in notes)


def test_the_register_comes_first(everything: Graph) -> None:
    """What Aldorf registers keeps its address; Wikidata's statement is one more claim on it, with its reference."""
    claim_iri = iris.document(BASE, "partnership", "aldorf-belmont", "claim-answers-aldorf")
    assert (claim_iri, None, None) in everything
    assert any("reference-" in str(each) for each in everything.objects(claim_iri))


def test_both_sides_make_a_listed_partnership(everything: Graph) -> None:
    """Two statements, one from each side, are a link that both sides state."""
    partnership = iris.thing(BASE, "partnership", "q900000001-q900000077")
    assert any(str(each).endswith("relation#listed") for each in everything.objects(partnership))


def test_a_city_gains_what_no_table_has(taken: Graph) -> None:
    """The French name of Aldorf, and nothing that its table says; Newtown with its place."""
    aldorf, new = iris.thing(BASE, "city", "aldorf"), iris.thing(BASE, "city", "q900000077")
    assert "Aldorf-le-Vieux" in {str(each) for each in taken.objects(aldorf)}
    assert {"Newtown", "Nowe Miasto"} <= {str(each) for each in taken.objects(new)}


def test_the_same_archive_gives_the_same_bytes(tmp_path: Path, snapshot: Snapshot) -> None:
    """Written and built once more, the dump is the same."""
    workspace = copy_tiny(tmp_path)
    write_archive(workspace.data / "wikidata" / "answers", DOCUMENTS[::-1], ITEMS[::-1], when=WHEN)
    again, _ = build(workspace)
    assert snapshot.dump_path.read_bytes() == again.dump_path.read_bytes()
