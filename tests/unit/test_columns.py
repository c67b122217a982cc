"""What a column means is read from the context and the ontology."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import RDFS, SKOS, XSD

from twin_graph.errors import WorkspaceInvalid
from twin_graph.kinds import BY_NAME, KINDS
from twin_graph.namespaces import TWIN_IRI, concept
from twin_graph.sources.columns import Column, Vocabulary
from workspaces import REPOSITORY


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The vocabulary of the repository."""
    return Vocabulary(REPOSITORY / "ontology")


def column(vocabulary: Vocabulary, kind: str, name: str) -> Column:
    """A column of a kind."""
    return vocabulary.columns(BY_NAME[kind])[name]


@pytest.mark.parametrize(
    ("kind", "name", "term", "datatype", "kinds", "many"),
    [
        ("city", "country", "inCountry", "", ("country",), False),
        ("city", "latitude", "latitude", str(XSD.decimal), (), False),
        ("city", "sibling", "hasSibling", "", ("city",), True),
        ("city", "population_year", "populationYear", str(XSD.gYear), (), False),
        ("name", "city", "isNameOf", "", ("city",), False),
        ("register", "city", "keptBy", "", ("city",), False),
        ("membership", "city", "isMembershipOf", "", ("city",), False),
        ("partnership", "parties", "hasParty", "", ("city",), True),
        ("agreement", "partnership", "isDocumentOf", "", ("partnership",), False),
        ("event", "partnership", "changesStatusOf", "", ("partnership",), False),
        ("agreement", "renews", "renews", "", ("agreement",), False),
        ("agreement", "approved_by", "approvedBy", "", ("resolution",), True),
        ("claim", "claimed_by", "claimedBy", "", ("register", "source"), False),
        ("claim", "membership", "isAbout", "", ("membership",), False),
        ("activity", "source", "hasSource", "", ("source",), True),
    ],
)
def test_column_of_a_kind(
    vocabulary: Vocabulary,
    kind: str,
    name: str,
    term: str,
    datatype: str,
    kinds: tuple[str, ...],
    many: bool,
) -> None:
    """A column has a property, a datatype or the kinds that it refers to, by the class of its table."""
    found = column(vocabulary, kind, name)
    assert (TWIN_IRI + term, datatype, many) == (found.property, found.datatype, found.many)
    assert set(kinds) <= set(found.kinds)
    assert bool(kinds) == found.is_reference


def test_texts_by_language(vocabulary: Vocabulary) -> None:
    """The last letters of a name's column are its language."""
    found = [column(vocabulary, "city", f"name_{language}") for language in ("en", "pl", "uk", "zh")]
    assert [(str(RDFS.label), language) for language in ("en", "pl", "uk", "zh")] == [
        (each.property, each.language) for each in found
    ]
    assert str(SKOS.note) == column(vocabulary, "city", "notes").property


def test_words_of_a_list(vocabulary: Vocabulary) -> None:
    """A column of a concept class takes the notations of its concepts."""
    assert concept("relation", "partner") == column(vocabulary, "partnership", "relation").concepts["partner"]
    assert {"high", "medium", "low"} == set(column(vocabulary, "claim", "confidence").concepts)
    assert "signatory" in column(vocabulary, "membership", "role").concepts
    assert "signatory" not in column(vocabulary, "event", "event").concepts


def test_keywords_prefixes_and_classes_are_no_columns(vocabulary: Vocabulary) -> None:
    """Only terms with a property are columns."""
    for kind in KINDS:
        names = set(vocabulary.columns(kind))
        assert names.isdisjoint({"id", "type", "key", "twin", "rdfs", "City", "Name", "@version"})
        assert {"source", "confidence", "notes"} <= names


def test_types(vocabulary: Vocabulary) -> None:
    """A kind may have subclasses, and is one of more general classes itself."""
    assert {"City", "LocalAuthority", "Region"} <= set(vocabulary.classes(BY_NAME["city"]))
    assert {"Agreement", "Renewal", "Protocol"} <= set(vocabulary.classes(BY_NAME["agreement"]))
    assert ("Network",) == vocabulary.classes(BY_NAME["network"])
    assert ["Register", "Source"] == vocabulary.general_classes(BY_NAME["register"])


def test_version(vocabulary: Vocabulary) -> None:
    """The ontology has a version."""
    assert 3 == len(vocabulary.version.split("."))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"context": {}}', '{"@context": 1}'])
def test_context_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """A broken context is named."""
    (tmp_path / "context.jsonld").write_text(text)
    with pytest.raises(WorkspaceInvalid, match=r"ontology/context\.jsonld: cannot be read"):
        Vocabulary(tmp_path).context  # noqa: B018 - the access is the test


@pytest.mark.parametrize(
    "definition",
    [None, {"@id": "twin:x", "@container": None, "@type": None, "@language": None}, {"@id": None}, 5, []],
)
def test_term_without_the_usual_parts(tmp_path: Path, definition: object) -> None:
    """JSON-LD allows null for a part of a term, or for all of it."""
    context = {"twin": TWIN_IRI, "odd": definition, "Name": {"@id": "twin:Name", "@context": definition}}
    (tmp_path / "context.jsonld").write_text(json.dumps({"@context": context}))
    found = Vocabulary(tmp_path).columns(BY_NAME["name"]).get("odd", Column("odd", ""))
    assert ("", "", False) == (found.datatype, found.language, found.many)


def test_missing_files(tmp_path: Path) -> None:
    """A missing file is named."""
    (tmp_path / "context.jsonld").write_text(json.dumps({"@context": {}}))
    with pytest.raises(WorkspaceInvalid, match=r"ontology/twin\.ttl: cannot be read"):
        Vocabulary(tmp_path).terms  # noqa: B018 - the access is the test
