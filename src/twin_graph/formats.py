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
    PLACES = auto()
    PAGE = auto()
    PROBLEM = auto()


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        content_type: the exact header sent; equals `media_type` where no parameter is due.
        aliases: media types accepted in requests and never sent.
        iri: the W3C format IRI (https://www.w3.org/ns/formats/), empty where there is none.
        title: what people call it, empty for what no document has.
        profile: IRI of the form that it takes, where the media type has several.
    """

    name: str
    media_type: str
    extension: str
    carries: Carries
    aliases: tuple[str, ...] = ()
    iri: str = ""
    parameters: str = ""
    title: str = ""
    profile: str = ""

    @property
    def content_type(self) -> str:
        """What the Content-Type header says."""
        return f"{self.media_type}; {self.parameters}" if self.parameters else self.media_type

    @property
    def described_type(self) -> str:
        """The media type as a link to this format says it: with its profile where that is what tells it apart.

        >>> TURTLE.described_type, JSON_LD_SCHEMA.described_type
        ('text/turtle', 'application/ld+json;profile="https://schema.org/"')
        """
        return f"{self.media_type};{self.parameters}" if self.profile and self.parameters else self.media_type

    @property
    def token(self) -> str:
        """The word for the profile in an address.

        >>> JSON_LD.token, JSON_LD_SCHEMA.token, TURTLE.token
        ('compacted', 'schema', '')
        """
        _, hash_sign, last = self.profile.partition("#")
        return last if hash_sign else self.name.rpartition("-")[2] if self.profile else ""


_W3C = "http://www.w3.org/ns/formats/"
_UTF8 = "charset=utf-8"

_JSON_LD = "http://www.w3.org/ns/json-ld#"

TURTLE = Format("turtle", "text/turtle", "ttl", Carries.GRAPH,
                ("application/x-turtle", "text/rdf+n3", "text/n3"), _W3C + "Turtle", _UTF8, "Turtle")  # fmt: skip
JSON_LD = Format("json-ld", "application/ld+json", "jsonld", Carries.GRAPH, ("application/json",),
                 _W3C + "JSON-LD", title="JSON-LD", profile=_JSON_LD + "compacted")  # fmt: skip
N_TRIPLES = Format("n-triples", "application/n-triples", "nt", Carries.GRAPH, ("text/plain",),
                   _W3C + "N-Triples", title="N-Triples")  # fmt: skip
RDF_XML = Format("rdf-xml", "application/rdf+xml", "rdf", Carries.GRAPH, ("application/xml",),
                 _W3C + "RDF_XML", title="RDF/XML")  # fmt: skip
TRIG = Format("trig", "application/trig", "trig", Carries.GRAPH | Carries.DATASET, ("application/x-trig",),
              _W3C + "TriG", title="TriG")  # fmt: skip
N_QUADS = Format("n-quads", "application/n-quads", "nq", Carries.GRAPH | Carries.DATASET, ("text/x-nquads",),
                 _W3C + "N-Quads", title="N-Quads")  # fmt: skip
RESULTS_JSON = Format("json", "application/sparql-results+json", "srj", Carries.BINDINGS | Carries.BOOLEAN,
                      ("application/json",), _W3C + "SPARQL_Results_JSON")  # fmt: skip
RESULTS_XML = Format("xml", "application/sparql-results+xml", "srx", Carries.BINDINGS | Carries.BOOLEAN,
                     ("application/xml", "text/xml"), _W3C + "SPARQL_Results_XML")  # fmt: skip
CSV = Format("csv", "text/csv", "csv", Carries.BINDINGS | Carries.BOOLEAN, (),
             _W3C + "SPARQL_Results_CSV", _UTF8 + "; header=present", "CSV")  # fmt: skip
TSV = Format("tsv", "text/tab-separated-values", "tsv", Carries.BINDINGS | Carries.BOOLEAN, (),
             _W3C + "SPARQL_Results_TSV", _UTF8)  # fmt: skip
HTML = Format(
    "html", "text/html", "html", Carries.PAGE | Carries.PROBLEM, ("application/xhtml+xml",), "", _UTF8
)
PROBLEM_JSON = Format("problem", "application/problem+json", "json", Carries.PROBLEM, ("application/json",))
# The downloads of tables: a list of objects, and a workbook.
PLAIN_JSON = Format("objects", "application/json", "json", Carries.BINDINGS, title="JSON")
# For scripts of other origins that cannot read JSON.
JAVASCRIPT = Format("javascript", "application/javascript", "js", Carries.BINDINGS)
XLSX = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
              Carries.BINDINGS, title="XLSX")  # fmt: skip
GEO_JSON = Format("geojson", "application/geo+json", "geojson", Carries.PLACES, ("application/vnd.geo+json",),
                  title="GeoJSON")  # fmt: skip
# Tables as files: by columns, and what the columns mean (https://www.w3.org/TR/tabular-metadata/).
PARQUET = Format("parquet", "application/vnd.apache.parquet", "parquet", Carries.BINDINGS, title="Parquet")
CSVW = Format("csvw", "application/csvm+json", "json", Carries.GRAPH, title="CSVW")
# What programs look for on every host.
PLAIN_TEXT = Format("text", "text/plain", "txt", Carries.PAGE, parameters=_UTF8)
SITEMAP = Format("sitemap", "application/xml", "xml", Carries.PAGE)
# Sets of links (https://www.rfc-editor.org/rfc/rfc9264, section 4), and the description of the service as YAML.
LINK_FORMAT = Format("link-format", "application/link-format", "link", Carries.PAGE)
LINKSET = Format("linkset", "application/linkset+json", "json", Carries.PAGE)
YAML = Format("yaml", "application/yaml", "yaml", Carries.PAGE)
# What was added and removed between two publications.
RDF_PATCH = Format(
    "rdf-patch", "application/rdf-patch", "rdfp", Carries.DATASET, ("text/rdf-patch",), title="RDF Patch"
)
# What the office subscribes to.
ATOM = Format("atom", "application/atom+xml", "atom", Carries.PAGE, parameters=_UTF8, title="Atom")
ICALENDAR = Format("icalendar", "text/calendar", "ics", Carries.PAGE, parameters=_UTF8, title="iCalendar")
# Pictures as files.
SVG = Format("svg", "image/svg+xml", "svg", Carries.PAGE, title="SVG")
PNG = Format("png", "image/png", "png", Carries.PAGE, title="PNG")


def _form(name: str, extension: str, profile: str, title: str) -> Format:
    """A form of JSON-LD; only the compacted one goes by the bare media type and its aliases."""
    return Format(f"json-ld-{name}", JSON_LD.media_type, extension, Carries.GRAPH,
                  parameters=f'profile="{profile}"', title=title, profile=profile)  # fmt: skip


# The others of JSON-LD: one tree below the thing, full IRIs without a context, and the terms of schema.org.
JSON_LD_FRAMED = _form("framed", "json", _JSON_LD + "framed", "JSON")
JSON_LD_EXPANDED = _form("expanded", "jsonld", _JSON_LD + "expanded", "JSON-LD (expanded)")
JSON_LD_SCHEMA = _form("schema", "jsonld", "https://schema.org/", "JSON-LD (schema.org)")

FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS,
           RESULTS_JSON, RESULTS_XML, CSV, TSV, HTML, PROBLEM_JSON, GEO_JSON)  # fmt: skip

# In the server's order of preference.
DOCUMENT_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS, HTML)
THING_FORMATS = (TURTLE, JSON_LD, JSON_LD_FRAMED, JSON_LD_EXPANDED, JSON_LD_SCHEMA,
                 N_TRIPLES, RDF_XML, TRIG, N_QUADS, GEO_JSON, HTML)  # fmt: skip
LIST_FORMATS = (TURTLE, JSON_LD, JSON_LD_FRAMED, JSON_LD_EXPANDED,
                N_TRIPLES, RDF_XML, TRIG, N_QUADS, CSV, GEO_JSON, HTML)  # fmt: skip
GRAPH_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
RESULT_FORMATS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)


# Of files that are offered for download.
TABLE_FORMATS = (CSV, PARQUET, GEO_JSON, CSVW)
DUMP_FORMATS = (N_QUADS, TRIG, JSON_LD, TURTLE, *TABLE_FORMATS)


def by_name(name: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """The format of a name, as in `--format`."""
    return next((fmt for fmt in among if fmt.name == name), None)


def by_extension(extension: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """The format of a file extension without its dot."""
    return next((fmt for fmt in among if fmt.extension == extension), None)


def by_media_type(media_type: str, among: tuple[Format, ...] = FORMATS) -> Format | None:
    """The format of a media type or one of its aliases; parameters are ignored."""
    essence = media_type.partition(";")[0].strip().lower()
    exact = (fmt for fmt in among if fmt.media_type == essence)
    alias = (fmt for fmt in among if essence in fmt.aliases)
    return next(exact, None) or next(alias, None)
