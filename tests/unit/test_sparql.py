"""The SPARQL service without HTTP: policy, formats, fingerprints, pages of results, its description."""

from __future__ import annotations

import json
import time

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import RDFS

from twin_graph import formats, graphs, sparql
from twin_graph.errors import MalformedRequest, NotAcceptable, QueryNotAllowed, TwinGraphError
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS
from twin_graph.lexer import bare_words, names_dataset
from twin_graph.namespaces import VOID
from twin_graph.snapshot import Manifest
from twin_graph.sparql import SD
from twin_graph.store import RequestedDataset
from twin_graph.worker import QueryLimits, QueryRequest

ENDPOINT = "http://localhost:8000/sparql"


def request_for(text: str, dataset: RequestedDataset | None = None) -> QueryRequest:
    """A request with the formats of tables on offer."""
    return sparql.make_request(text, endpoint=ENDPOINT, offers=RESULT_FORMATS, dataset=dataset)


class TestMakeRequest:
    """Only what the service runs becomes a request."""

    def test_whole(self) -> None:
        """What was asked is in the request."""
        dataset = RequestedDataset(("http://x/g",))
        request = sparql.make_request(
            "ASK {}",
            endpoint=ENDPOINT,
            offers=RESULT_FORMATS,
            dataset=dataset,
            seconds=2.5,
            client="10.0.0.1",
        )
        key = sparql.answer_key("ASK {}", formats.RESULTS_JSON, ENDPOINT, dataset)
        expected = QueryRequest(
            "ASK {}", ENDPOINT, (formats.RESULTS_JSON,), dataset, 2.5, client="10.0.0.1", key=key
        )
        assert expected == request

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SELECT * {}", formats.CSV),
            ("ASK {}", formats.CSV),
            ("CONSTRUCT {} WHERE {}", formats.RDF_XML),
            ("PREFIX select: <http://x/> DESCRIBE select:x", formats.RDF_XML),
        ],
    )
    def test_the_format_that_will_be_used(self, text: str, expected: formats.Format) -> None:
        """Of what is acceptable the request has the best format that can carry the result."""
        offers = (formats.CSV, formats.RDF_XML, formats.RESULTS_JSON, formats.TURTLE)
        assert (expected,) == sparql.make_request(text, endpoint=ENDPOINT, offers=offers).offers

    def test_words_that_do_not_tell(self) -> None:
        """A text whose form is not clear keeps all formats, and its answer is not kept."""
        request = request_for("Which cities are twins?")
        assert (RESULT_FORMATS, "") == (request.offers, request.key)

    def test_no_format_for_the_result(self) -> None:
        """Formats that cannot carry the result are told before anything is run."""
        with pytest.raises(NotAcceptable) as caught:
            sparql.make_request("CONSTRUCT {} {}", endpoint=ENDPOINT, offers=RESULT_FORMATS)
        assert {fmt.media_type for fmt in GRAPH_FORMATS} == set(caught.value.offers)

    def test_answer_that_is_new_each_time(self) -> None:
        """It has no key."""
        assert "" == request_for("SELECT (NOW() AS ?x) {}").key

    @pytest.mark.parametrize(
        "text", ["", " \n\t", "#" * (sparql.MAX_QUERY_BYTES + 1), "ż" * sparql.MAX_QUERY_BYTES]
    )
    def test_empty_or_too_long(self, text: str) -> None:
        """A query has some text and at most 64 KiB of it."""
        with pytest.raises(MalformedRequest):
            request_for(text)

    def test_byte_order_mark(self) -> None:
        """A mark that some editors write at the beginning of a file is no part of the query."""
        assert "ASK {}" == request_for("\ufeffASK {}").text

    def test_longest(self) -> None:
        """A query of exactly 64 KiB is a request that fits into a message."""
        text = "ASK {}" + "\x00" * (sparql.MAX_QUERY_BYTES - 6)
        assert QueryRequest.decode(request_for(text).encode()).text == text

    def test_nothing_on_offer(self) -> None:
        """A client that accepts nothing is told what there is."""
        with pytest.raises(NotAcceptable) as caught:
            sparql.make_request("ASK {}", endpoint=ENDPOINT, offers=())
        assert len(RESULT_FORMATS) + len(GRAPH_FORMATS) == len(caught.value.offers)


class TestPolicy:
    """Harmless texts that look like more; the refused ones are in the hostile suite."""

    @pytest.mark.parametrize(
        "text",
        [
            "ASK { ?service ?p ?o }",
            "ASK { $SERVICE ?p ?o }",
            "PREFIX ex: <http://x/> ASK { ex:service ex:a.service ex:SERVICE }",
            "PREFIX : <http://x/> ASK { :service :x-service :a\\.service }",
            "ASK { <http://x/service> <service> 'service' }",
            'ASK { ?s ?p "SERVICE <http://x/> {}" }',
            'ASK { ?s ?p """a " SERVICE <x> {} """ }',
            "ASK { ?s ?p '''it's SERVICE''' }",
            "ASK { ?s ?p 'it\\'s SERVICE' }",
            "# SERVICE <http://x/> {}\nASK {}",
            "ASK {} # SERVICE",
            "ASK { ?s ?p 'x'@service }",
            "ASK { _:service ?p ?o }",
            "PREFIX insert: <http://x/> ASK { ?s insert:data ?o }",
            "BASE <http://x/> PREFIX load: <http://x/> SELECT * { load:x ?p ?o }",
            "SELECT ?delete { ?delete ?insert ?load }",
            "# INSERT DATA {}\nASK {}",
            "ASK { ?s ?p '\\u0053ERVICE' }",
        ],
    )
    def test_harmless(self, text: str) -> None:
        """A word in a string, comment, IRI, variable or local name is no keyword."""
        sparql.check_policy(text)

    @pytest.mark.parametrize(
        "text",
        [
            '"' + '\\"' * 32_000,
            '"""\n' + '\\"""\n' * 13_000,
            "a." * 32_000,
            "x:" + "a." * 32_000,
            "x:a" + "." * 65_000,
            "<a" * 32_000,
            "'" * 65_000,
            "\\u0041" * 10_000,
            "_:a" + "." * 65_000,
            "#\n" * 32_000,
            "BASE<a>" * 9_000,
            "PREFIX a:" * 7_000,
            "{ ?s ?p 'a  b' } " * 3_800,
        ],
        ids=lambda text: text[:6],
    )
    def test_takes_no_time(self, text: str) -> None:
        """Reading the longest text takes a moment, however it is made."""
        started = time.monotonic()
        for function in (
            sparql.check_policy,
            sparql.is_repeatable,
            sparql.canonical,
            sparql.form_of,
            names_dataset,
        ):
            try:
                function(text)
            except TwinGraphError:
                continue
        assert time.monotonic() - started < 1.0

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("SELECT*{?s a ex:b}", ["SELECT", "a", "ex:"]),
            ("ASK{?s?p'x'SERVICE:x{}}", ["ASK", "SERVICE:"]),
            ("ASK { ?s ?p 1.5e3SERVICE }", ["ASK", "e3SERVICE"]),
            ("ASK { ex:.SERVICE <x> {} }", ["ASK", "ex:", "SERVICE"]),
        ],
    )
    def test_words(self, text: str, words: list[str]) -> None:
        """Words are found without spaces between them."""
        assert words == list(bare_words(text))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SELECT * {}", False),
            ("SELECT * FROM <http://x/> {}", True),
            ("SELECT *FROM<http://x/>{}", True),
            ("SELECT * FROM NAMED <http://x/> {}", True),
            ("ASKFROM<http://x/>{}", True),
            ("PREFIX : <http://x/> SELECT * FROM:g {}", True),
            ("PREFIX from: <http://x/> ASK { ?s from:x ?from }", False),
            ("# FROM <x>\nASK { ?s ?p 'FROM' }", False),
        ],
    )
    def test_dataset(self, text: str, expected: bool) -> None:
        """A text that names its dataset keeps it; every other one has the default."""
        assert expected == names_dataset(text)


class TestRepeatable:
    """What may be cached."""

    @pytest.mark.parametrize(
        "text",
        ["SELECT (NOW() AS ?x) {}", "SELECT (rand() AS ?x) {}", "SELECT (UUID() AS ?x) {}",
         "SELECT (STRUUID() AS ?x) {}", "SELECT (BNODE() AS ?x) {}", "SELECT (bnode ('x') AS ?x) {}",
         "SELECT * {} ORDER BYRAND()", "SELECT (Now # comment\n () AS ?x) {}", "SELECT (\\u004eOW() AS ?x) {}",
         "ASK { FILTER(?a<NOW()&&?b>?c) }", "ASK { BIND(1 AS ?a) FILTER(?a<?b&&'>')BIND(NOW() AS ?x)#'\n}"],
    )  # fmt: skip
    def test_volatile(self, text: str) -> None:
        """A function whose value is new each time makes an answer that is not kept."""
        assert not sparql.is_repeatable(text)

    def test_ordinary(self) -> None:
        """Variables, names and strings do not matter; a string that looks like a call only costs the keeping."""
        assert sparql.is_repeatable("SELECT ?now (COUNT(?rand) AS ?n) { ?now <uuid> 'now' ; ex:rand ?rand }")
        assert not sparql.is_repeatable("SELECT * { ?s ?p 'BNODE()' }")


class TestForm:
    """What sort of answer a query has, by its first keyword."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("SELECT * {}", "select"),
            ("select*{}", "select"),
            ("SELECTDISTINCT?x{}", "select"),
            ("ASKFROM<http://x/>{}", "ask"),
            ("CONSTRUCTWHERE{}", "construct"),
            ("describe<http://x/>", "describe"),
            ("DESCRIBE:x", "describe"),
            ("BASE <http://x/>\r\nPREFIX : <#> SELECT * {}", "select"),
            ("base<http://x/>prefix ask:<http://x/>construct{}where{}", "construct"),
            ("PREFIXselect:<http://x/>ASK{}", "ask"),
            ("PREFIX a·select: <http://x/> ASK {}", "ask"),
            ("PREFIX : <http://x/> # SELECT\n ASK {}", "ask"),
            ("VERSION '1.2' ASK {}", "ask"),
            ("{ SELECT * {} }", ""),
            ("PREFIX select <http://x/> ASK {}", ""),
            ("\\u0053ELECT * {}", ""),
            ("INSERT DATA {}", ""),
            ("", ""),
        ],
    )
    def test_form(self, text: str, expected: str) -> None:
        """The prologue is passed over; where the words do not tell, the form is empty."""
        assert expected == sparql.form_of(text)


class TestAnswerKey:
    """Equal for equal answers, different for all others."""

    def key(
        self,
        text: str = "ASK {}",
        fmt: formats.Format = formats.CSV,
        base_iri: str = ENDPOINT,
        dataset: RequestedDataset | None = None,
    ) -> str:
        """A key, with one part as a test says."""
        return sparql.answer_key(text, fmt, base_iri, dataset or RequestedDataset())

    def test_every_part_counts(self) -> None:
        """Text, format, base and dataset each make another answer."""
        keys = [
            self.key(),
            self.key("ASK { }"),
            self.key(fmt=formats.TSV),
            self.key(base_iri="http://x/"),
            self.key(dataset=RequestedDataset(("http://x/",))),
            self.key(dataset=RequestedDataset(None, ("http://x/",))),
            self.key(dataset=RequestedDataset((), None)),
        ]
        assert len(keys) == len(set(keys))
        assert all(len(key) == 24 and set(key) <= set("0123456789abcdef") for key in keys)

    def test_what_does_not_matter(self) -> None:
        """Layout, comments and the order of graphs do not."""
        assert self.key("ASK # all\r\n{}") == self.key("ASK {}")
        first, second = (RequestedDataset(names) for names in (("http://x/", "http://y/"),
                                                               ("http://y/", "http://x/", "http://y/")))  # fmt: skip
        assert self.key(dataset=first) == self.key(dataset=second)

    def test_program_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another version of the program may write another answer."""
        before = self.key()
        monkeypatch.setattr("twin_graph.sparql.requests.__version__", "other")
        assert before != self.key()


class TestNamedFormats:
    """`format=` by name, extension or media type."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("json", (formats.RESULTS_JSON, formats.JSON_LD)),
            ("xml", (formats.RESULTS_XML, formats.RDF_XML)),
            ("CSV", (formats.CSV,)),
            ("ttl", (formats.TURTLE,)),
            ("application/sparql-results+json", (formats.RESULTS_JSON,)),
            ("n-triples", (formats.N_TRIPLES,)),
            ("application/rdf xml", (formats.RDF_XML,)),  # a plus sign that was typed into an address
        ],
    )
    def test_known(self, name: str, expected: tuple[formats.Format, ...]) -> None:
        """A short name may mean one format for tables and one for graphs."""
        assert expected == sparql.named_formats(name)

    def test_unknown(self) -> None:
        """Another name is an error that lists the names."""
        with pytest.raises(NotAcceptable, match="docx"):
            sparql.named_formats("docx")

    def test_every_format_has_its_name(self) -> None:
        """Each format on offer is found by its own name."""
        offered = (*RESULT_FORMATS, *GRAPH_FORMATS)
        assert [fmt for fmt in offered if fmt in sparql.named_formats(fmt.name)] == list(offered)


class TestTable:
    """The first rows of a table, for a page."""

    def body(self, rows: int) -> bytes:
        """A result as the engine writes it, with values that look like its syntax."""
        row = {"x": {"type": "literal", "value": '}],{"'}, "y": {"type": "uri", "value": "http://x/"}}
        bindings = [row if number % 2 else {} for number in range(rows)]
        found = {"head": {"vars": ["x", "y"]}, "results": {"bindings": bindings}}
        return json.dumps(found, separators=(",", ":")).encode()

    @pytest.mark.parametrize(
        ("rows", "shown", "more"), [(0, 0, False), (1, 1, False), (3, 3, False), (4, 3, True)]
    )
    def test_first_rows(self, rows: int, shown: int, more: bool) -> None:
        """As many rows as asked for, and whether there are more."""
        table = sparql.read_table(self.body(rows), 3)
        assert (shown, more, ("x", "y")) == (len(table.rows), table.more, table.variables)
        assert all(row[0] is None or row[0]["value"] == '}],{"' for row in table.rows)

    def test_truth_value(self) -> None:
        """An ASK has no rows."""
        assert sparql.read_table(b'{"head":{},"boolean":false}', 3).boolean is False


class TestDescription:
    """Service description: https://www.w3.org/TR/sparql11-service-description/"""

    def describe(self) -> Graph:
        """The description of a small dataset, parsed from Turtle."""
        manifest = Manifest("x", "http://localhost:8000/", "2024-01-01", "1", "1", {"en": "Twins"}, "en", "", (),
                            {"shared": 5, "world": 7, "wikidata-raw": 9}, 21, {})  # fmt: skip
        triples = sparql.describe_service(manifest, ENDPOINT, QueryLimits(seconds=7))
        text = graphs.serialise(triples, formats.TURTLE, sparql.DESCRIPTION_PREFIXES)
        return Graph().parse(data=text, format="turtle")

    def test_service(self) -> None:
        """“The service description … must have one sd:endpoint.”"""
        graph = self.describe()
        service = graph.value(predicate=RDF.type, object=SD.Service)
        assert [URIRef(ENDPOINT)] == list(graph.objects(service, SD.endpoint))
        assert {SD.UnionDefaultGraph} == set(graph.objects(service, SD.feature))
        assert any("7 s" in str(comment) for comment in graph.objects(service, RDFS.comment))

    def test_formats(self) -> None:
        """Every format that is offered is described, and no other."""
        expected = {URIRef(fmt.iri) for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)}
        assert expected == set(self.describe().objects(None, SD.resultFormat))

    def test_graphs(self) -> None:
        """Published graphs are described with their number of triples; hidden ones are not."""
        graph = self.describe()
        found = {
            str(graph.value(entry, SD.name)): graph.value(graph.value(entry, SD.graph), VOID.triples)
            for entry in graph.subjects(RDF.type, SD.NamedGraph)
        }
        base = "http://localhost:8000/graph/"
        assert {f"{base}shared": Literal(5), f"{base}world": Literal(7)} == found


class TestLimits:
    """Limits travel to the pool as text."""

    def test_round_trip(self) -> None:
        """What is written is read."""
        limits = QueryLimits(seconds=0.5, megabytes=0.25, workers=3)
        assert limits == QueryLimits.from_json(limits.to_json())

    def test_update_is_refused_with_a_reason(self) -> None:
        """The refusal says where changes are made."""
        with pytest.raises(QueryNotAllowed, match="build"):
            sparql.check_policy("CLEAR ALL")
