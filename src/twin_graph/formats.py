"""Every RDF, result and page format once: name, media type, aliases, extension, what it can carry.

Nobody else writes a media type. Choosing among formats by an Accept header is `web/negotiation.py`;
writing them is `graphs` and `store`.

>>> by_media_type("text/turtle; charset=utf-8").name
'turtle'
>>> by_extension("jsonld").media_type
'application/ld+json'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto


class Carries(Flag):
    """What a format can carry."""

    GRAPH = auto()
    DATASET = auto()
    BINDINGS = auto()
    BOOLEAN = auto()
    PAGE = auto()
    PROBLEM = auto()


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        content_type: the exact header sent; equals `media_type` where no parameter is due.
        aliases: media types accepted in requests and never sent.
        iri: the W3C format IRI (https://www.w3.org/ns/formats/), empty where there is none.
    """

    name: str
    media_type: str
    extension: str
    carries: Carries
    aliases: tuple[str, ...] = ()
    iri: str = ""
    parameters: str = ""

    @property
    def content_type(self) -> str:
        """What the Content-Type header says."""
        return f"{self.media_type}; {self.parameters}" if self.parameters else self.media_type


_W3C = "http://www.w3.org/ns/formats/"
_UTF8 = "charset=utf-8"

TURTLE = Format("turtle", "text/turtle", "ttl", Carries.GRAPH,
                ("application/x-turtle", "text/rdf+n3", "text/n3"), _W3C + "Turtle", _UTF8)  # fmt: skip
JSON_LD = Format(
    "json-ld", "application/ld+json", "jsonld", Carries.GRAPH, ("application/json",), _W3C + "JSON-LD"
)
N_TRIPLES = Format(
    "n-triples", "application/n-triples", "nt", Carries.GRAPH, ("text/plain",), _W3C + "N-Triples"
)
RDF_XML = Format(
    "rdf-xml", "application/rdf+xml", "rdf", Carries.GRAPH, ("application/xml",), _W3C + "RDF_XML"
)
TRIG = Format("trig", "application/trig", "trig", Carries.GRAPH | Carries.DATASET,
              ("application/x-trig",), _W3C + "TriG")  # fmt: skip
N_QUADS = Format("n-quads", "application/n-quads", "nq", Carries.GRAPH | Carries.DATASET,
                 ("text/x-nquads",), _W3C + "N-Quads")  # fmt: skip
RESULTS_JSON = Format("json", "application/sparql-results+json", "srj", Carries.BINDINGS | Carries.BOOLEAN,
                      ("application/json",), _W3C + "SPARQL_Results_JSON")  # fmt: skip
RESULTS_XML = Format("xml", "application/sparql-results+xml", "srx", Carries.BINDINGS | Carries.BOOLEAN,
                     ("application/xml", "text/xml"), _W3C + "SPARQL_Results_XML")  # fmt: skip
CSV = Format("csv", "text/csv", "csv", Carries.BINDINGS | Carries.BOOLEAN, (),
             _W3C + "SPARQL_Results_CSV", _UTF8 + "; header=present")  # fmt: skip
TSV = Format("tsv", "text/tab-separated-values", "tsv", Carries.BINDINGS | Carries.BOOLEAN, (),
             _W3C + "SPARQL_Results_TSV", _UTF8)  # fmt: skip
HTML = Format(
    "html", "text/html", "html", Carries.PAGE | Carries.PROBLEM, ("application/xhtml+xml",), "", _UTF8
)
PROBLEM_JSON = Format("problem", "application/problem+json", "json", Carries.PROBLEM, ("application/json",))

FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS,
           RESULTS_JSON, RESULTS_XML, CSV, TSV, HTML, PROBLEM_JSON)  # fmt: skip

# In the server's order of preference.
DOCUMENT_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, HTML)
GRAPH_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
RESULT_FORMATS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)


def by_name(name: str) -> Format | None:
    """The format of a name, as in `--format`."""
    return next((fmt for fmt in FORMATS if fmt.name == name), None)


def by_extension(extension: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """The format of a file extension without its dot."""
    return next((fmt for fmt in among if fmt.extension == extension), None)


def by_media_type(media_type: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """The format of a media type or one of its aliases; parameters are ignored."""
    essence = media_type.partition(";")[0].strip().lower()
    exact = (fmt for fmt in among if fmt.media_type == essence)
    alias = (fmt for fmt in among if essence in fmt.aliases)
    return next(exact, None) or next(alias, None)
