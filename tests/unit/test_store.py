"""The store: what is hidden, whole graphs in a file, and the formats that can carry a result."""

from __future__ import annotations

import io
from xml.dom import minidom

import pytest

from twin_graph import iris
from twin_graph.errors import MalformedQuery, NotAcceptable, ServiceNotAllowed
from twin_graph.formats import (
    CSV,
    GRAPH_FORMATS,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    RESULT_FORMATS,
    RESULTS_JSON,
    RESULTS_XML,
    TURTLE,
    Carries,
    Format,
)
from twin_graph.graphs import parse_quads
from twin_graph.store import RequestedDataset, Store, first_fit

BASE = "http://x/"
SHOWN, SECRET = iris.graph(BASE, "shown"), iris.graph(BASE, "wikidata-raw")
DUMP = f"""\
<{BASE}a> <{BASE}p> "żółw" <{SHOWN}> .
<{BASE}a> <{BASE}p> <{BASE}b> <{SHOWN}> .
<{BASE}a> <{BASE}p> "secret" <{SECRET}> .
""".encode()


@pytest.fixture(scope="module")
def store() -> Store:
    """Two statements that are shown, and one that is hidden."""
    return Store.from_nquads(DUMP, frozenset({SECRET}))


def count(store: Store, text: str, dataset: RequestedDataset | None = None) -> int:
    """How many rows a query of a user has."""
    output = io.BytesIO()
    store.answer(text, output, base_iri=BASE, offers=(CSV,), dataset=dataset)
    return output.getvalue().count(b"\n") - 1


class TestHidden:
    """A hidden graph is outside the default graph; its name may be a term or a text."""

    def test_default(self, store: Store) -> None:
        """The default graph is the union of the other graphs."""
        assert [str(SHOWN)] == store.published_names()
        assert 2 == count(store, "SELECT * { ?s ?p ?o }")
        assert 2 == sum(1 for _ in store.triples())

    def test_by_name(self, store: Store) -> None:
        """Who names it in the dataset of a request gets it."""
        assert 1 == count(store, "SELECT * { ?s ?p ?o }", RequestedDataset((str(SECRET),)))


class TestWriteGraphs:
    """Whole graphs, one statement after the other."""

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    @pytest.mark.parametrize(
        ("names", "size"), [((SHOWN,), 2), ((SHOWN, SECRET), 3), ((), 0), (("urn:x",), 0)]
    )
    def test_union(self, store: Store, fmt: Format, names: tuple[str, ...], size: int) -> None:
        """What is written is the union of the graphs that are named."""
        output = io.BytesIO()
        store.write_graphs(map(str, names), output, fmt)
        assert size == len(list(parse_quads(output.getvalue(), fmt, "http://x/")))

    def test_failure_of_the_file(self, store: Store) -> None:
        """What the file says is what is raised."""

        class Full(io.BytesIO):
            def write(self, data: object) -> int:
                raise OSError("no space left")

        with pytest.raises(OSError, match="no space left"):
            store.write_graphs([str(SHOWN)], Full(), N_TRIPLES)


class TestFirstFit:
    """The first format that can carry a result."""

    def test_found(self) -> None:
        """Those of the other sort are passed over."""
        assert TURTLE is first_fit(Carries.GRAPH, (RESULTS_JSON, TURTLE, N_TRIPLES))
        assert RESULTS_JSON is first_fit(Carries.BOOLEAN, (TURTLE, RESULTS_JSON))

    @pytest.mark.parametrize(
        ("needed", "expected"),
        [
            (Carries.GRAPH, GRAPH_FORMATS),
            (Carries.BINDINGS, RESULT_FORMATS),
            (Carries.BOOLEAN, RESULT_FORMATS),
        ],
    )
    def test_none(self, needed: Carries, expected: tuple[Format, ...]) -> None:
        """Where there is none the error lists those that could."""
        with pytest.raises(NotAcceptable) as caught:
            first_fit(needed, ())
        assert tuple(fmt.media_type for fmt in expected) == caught.value.offers


def test_service_past_the_check(store: Store) -> None:
    """A query that asks another service fails as one, wherever that is noticed."""
    with pytest.raises(ServiceNotAllowed):
        count(store, "SELECT * { SERVICE <http://[::1]:1/> { ?s ?p ?o } }")


@pytest.mark.parametrize(
    ("text", "fmt", "readable"),
    [
        ("CONSTRUCT { <a:a> <http://x/1> 1 } {}", RDF_XML, False),
        ("CONSTRUCT { <a:a> <http://x/> 1 } {}", RDF_XML, False),
        ("CONSTRUCT { <a:a> <http://x/1a> 1 } {}", RDF_XML, True),
        ("CONSTRUCT { <a:a> <http://x/ż> 1 } {}", RDF_XML, True),
        ("CONSTRUCT { <a:a> <http://x/1> 1 } {}", TURTLE, True),
        ('CONSTRUCT { <a:a> <a:b> "\\u0001" } {}', RDF_XML, False),
        ('CONSTRUCT { <a:a> <a:b> "\\t" } {}', RDF_XML, True),
        ('SELECT ("\\u0001" AS ?x) {}', RESULTS_XML, False),
        ('SELECT ("\\uFFFE" AS ?x) {}', RESULTS_XML, False),
        ('SELECT ("\\uFFFD\\n" AS ?x) {}', RESULTS_XML, True),
        ('SELECT ("\\u0001" AS ?x) {}', RESULTS_JSON, True),
        ("CONSTRUCT { <a:a> <a:b> <<( <a:a> <a:b> 1 )>> } {}", JSON_LD, False),
        ("CONSTRUCT { <a:a> <a:b> <<( <a:a> <a:b> 1 )>> } {}", TURTLE, True),
    ],
)
def test_what_a_format_cannot_carry(store: Store, text: str, fmt: Format, readable: bool) -> None:
    """A result that nobody could read again is refused in that format, and in that one only."""
    output = io.BytesIO()
    if readable:
        assert fmt is store.answer(text, output, base_iri=BASE, offers=(fmt,)).fmt
        if fmt in (RDF_XML, RESULTS_XML):
            minidom.parseString(output.getvalue())
    else:
        with pytest.raises(NotAcceptable) as caught:
            store.answer(text, output, base_iri=BASE, offers=(fmt,))
        assert caught.value.offers
        assert fmt.media_type not in caught.value.offers


def test_unknown_function(store: Store) -> None:
    """A call of a function that we do not have leaves a value unbound; the query goes on."""
    text = "SELECT (<http://x/f>(1) AS ?a) (<http://x/g>(?a) AS ?b) (1 AS ?c) {}"
    output = io.BytesIO()
    store.answer(text, output, base_iri=BASE, offers=(CSV,))
    assert b"a,b,c\r\n,,1\r\n" == output.getvalue()


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("SELECT *\nWHERE { ?s ?p ?o ?? }\nLIMIT 5", (2, 18), "?? }"),
        ("SELECT *\r\nWHERE { ?s ?p ?o } }\r\nLIMIT 5", (2, 20), "}"),
        ("SELECT ?x WHERE { ?s ?p ?o FILTER(?x = ) }\nLIMIT 5", (1, 40), ") }"),
        ("SELEC * {}", (1, 1), "SELEC * {}"),
        ("ASK { ?s ?p ?o ", (1, 16), "the query ends too early"),
        ("", (1, 1), "the query ends too early"),
        ('SELECT * { ?s ?p "abc }\n }', (1, 24), "the line ends too early"),
    ],
)
def test_place_of_a_mistake(store: Store, text: str, place: tuple[int, int], word: str) -> None:
    """A mistake is placed at the word that cannot stand there."""
    with pytest.raises(MalformedQuery) as caught:
        store.answer(text, io.BytesIO(), base_iri=BASE, offers=(CSV,))
    assert place == (caught.value.line, caught.value.column)
    assert word in str(caught.value)
