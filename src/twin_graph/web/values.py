"""How a term is shown to a reader: its name, where it leads, its mark. And facts: the statements about a thing.

Makes values for templates and downloads and writes neither. Tables of queries are `panels`. The variables
`document` (own name), `by` (with its publisher) and `details` say how a thing is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from twin_graph import iris, standing
from twin_graph.namespaces import CONCEPTS_IRI, GEO, TWIN_IRI
from twin_graph.store import Store
from twin_graph.web import addresses, words
from twin_graph.web.dates import EDTF_TERMS, format_edtf, format_number, language_name
from twin_graph.web.languages import catalogue
from twin_graph.web.names import Names, Text, Title, plain
from twin_graph.web.vocabulary_files import VocabularyFiles

# What pages say elsewhere: headings, names in other languages, and shortcuts that repeat a panel.
_NOT_FACTS = {
    *map(
        str,
        (
            RDF.type,
            RDFS.label,
            DCTERMS.title,
            SKOS.altLabel,
            SKOS.exactMatch,
            SKOS.closeMatch,
            GEO.asWKT,
            PROV.wasDerivedFrom,
        ),
    ),
    *(TWIN_IRI + name for name in ("exonym", "formerName", "nativeName", "twinnedWith", "claimsTwin")),
}
_LAST_FACTS = (TWIN_IRI + "confidence", TWIN_IRI + "hasSource", str(SKOS.note))
_STATUS, _RELATION = TWIN_IRI + "currentStatus", TWIN_IRI + "currentRelation"
_DATES = {str(XSD.date), str(XSD.gYear), str(XSD.gYearMonth)}
_NUMBERS = {str(XSD.integer), str(XSD.decimal)}
_LANGUAGE_TAGS = {"language", "nameLanguage", "inLanguage"}
_WHOLE = {"thing", "subject"}  # what these columns name belongs to nothing that the page is about
_CITIES = {"party", "city", "member"}
# Texts of the tables that are written in English, without a tag (data/README.md).
_IN_ENGLISH = {"note", "notes", "conferredBy", "place", "seat", "signedIn", "takesPlaceIn"}
_YEARS = {"year", "in_year"}
_NO_SEPARATORS = {"latitude", "longitude", "westLongitude", "eastLongitude", "southLatitude", "northLatitude"}


class Published(Protocol):
    """The part of a site that panels need."""

    @property
    def store(self) -> Store: ...
    @property
    def names(self) -> Names: ...
    @property
    def vocabulary(self) -> VocabularyFiles: ...
    @property
    def base_iri(self) -> str: ...


@dataclass(frozen=True)
class Value:
    """One value for a reader.

    Attributes:
        href: where it leads; empty for plain text.
        hint: the whole name where `title` is a short one.
        mark: name of a style: the concept that it is, or `number`.
        term: what it shows, for downloads.
        beside: other names that a page shows after it: those of a city in the languages of its place.
    """

    title: Title
    href: str = ""
    hint: str = ""
    mark: str = ""
    term: Node | None = None
    beside: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A property of a thing with its values."""

    name: str
    heading: str
    values: tuple[Value, ...]


def facts(site: Published, thing: URIRef, language: str, hidden: Iterable[str] = ()) -> list[Fact]:
    """The statements about a thing as a table of properties, without those that the page shows elsewhere."""
    skip = _NOT_FACTS | {TWIN_IRI + name for name in hidden}
    found: dict[str, list[Node]] = {}
    for _, predicate, value in site.store.triples(thing):
        if str(predicate) not in skip and value not in found.setdefault(str(predicate), []):
            found[str(predicate)].append(value)
    statuses = found.pop(_STATUS, [])
    if statuses := standing.said(statuses, found.get(_RELATION, ())):
        found[_STATUS] = statuses
    ranks = site.vocabulary.context.ranks
    ordered = sorted(found, key=lambda name: (*_place(name, ranks), name))
    return [
        Fact(
            local_name(name),
            property_heading(site, name, language),
            _fact_values(site, found[name], local_name(name), language),
        )
        for name in ordered
    ]


def make_values(site: Published, terms: Sequence[Node], name: str, language: str) -> tuple[Value, ...]:
    """The cell of a table; equal texts of different documents stay apart."""
    return tuple(_value(site, term, name, language) for term in terms)


def heading(site: Published, variable: str, language: str) -> str:
    """Heading of a column: our word for the variable, else the label of the term of that name."""
    if variable in words.COLUMN_WORDS:
        return catalogue(language).gettext(words.COLUMN_WORDS[variable])
    label = site.names.label(TWIN_IRI + variable, language)
    return _capital(label.text if label else variable)


def property_heading(site: Published, iri: str, language: str) -> str:
    """Name of a property in the language of the page."""
    if iri in words.PROPERTY_WORDS:
        return _capital(catalogue(language).gettext(words.PROPERTY_WORDS[iri]))
    label = site.names.label(iri, language)
    return _capital(label.text if label else local_name(iri))


def _place(iri: str, ranks: Mapping[str, int]) -> tuple[int, float]:
    """Where a property stands among the facts: as in the tables, an end after its beginning, sources last."""
    if iri in _LAST_FACTS:
        return 1, _LAST_FACTS.index(iri)
    if iri == TWIN_IRI + "until":
        return 0, ranks.get(TWIN_IRI + "from", 0) + 0.5
    return 0, ranks.get(iri, len(ranks))


def _value(site: Published, term: Node, name: str, language: str) -> Value:
    if isinstance(term, URIRef):
        return _resource(site, term, name, language)
    text = str(term)
    datatype = str(term.datatype or "") if isinstance(term, Literal) else ""
    if datatype == str(XSD.anyURI):
        return Value(plain(text), addresses.external(text), term=term)
    if not text and name in EDTF_TERMS:
        return Value(plain(catalogue(language).gettext("date not known")), term=term)
    if datatype in _DATES or (name in EDTF_TERMS and not datatype):
        return Value(plain(format_edtf(text, language, catalogue(language).gettext)), term=term)
    if datatype in _NUMBERS:
        return Value(plain(_number(text, name, language)), mark="number", term=term)
    if name in _LANGUAGE_TAGS and text:
        return Value(plain(language_name(text, language)), term=term)
    tag = (term.language if isinstance(term, Literal) else "") or ("en" if name in _IN_ENGLISH else "")
    shown = Text(words.value_word(text, catalogue(language).gettext), tag if tag and tag != language else "")
    return Value(Title((shown,)), addresses.authority(name, text), term=term)


def _resource(site: Published, iri: URIRef, name: str, language: str) -> Value:
    if iri.startswith(CONCEPTS_IRI):
        scheme, _, notation = iri[len(CONCEPTS_IRI) :].partition("#")
        return Value(site.names.title(iri, language), mark=f"{scheme} {scheme}-{notation}", term=iri)
    title = site.names.title(iri, language)
    href = addresses.page(site.base_iri, iri, language)
    if name in _WHOLE:
        return Value(title, href, term=iri)
    if name == "details":
        return Value(plain(catalogue(language).gettext("details")), href, str(title), term=iri)
    if iri.startswith(TWIN_IRI):
        return Value(title, href, term=iri)
    if iris.unmint(site.base_iri, iri) is None:
        return Value(plain(iri), addresses.external(iri), term=iri)
    if name == "document":
        return Value(site.names.own(iri, language), href, term=iri)
    if name == "by":
        return Value(site.names.attributed(iri, language), href, term=iri)
    short = site.names.short(iri, language)
    beside = site.names.local(iri, language) if name in _CITIES else ()
    return Value(short, href, "" if str(short) == str(title) else str(title), term=iri, beside=beside)


def _fact_values(site: Published, terms: list[Node], name: str, language: str) -> tuple[Value, ...]:
    """Values of a fact; of texts in several languages only the one for the reader."""
    tagged = [term for term in terms if isinstance(term, Literal) and term.language]
    if len(tagged) > 1:
        known = sorted({str(term.language) for term in tagged})
        spoken = next((tag for tag in (language, "en") if tag in known), known[0])
        others = [term for term in terms if term not in tagged]
        terms = others + [term for term in tagged if term.language == spoken]
    return make_values(site, sorted(terms, key=str), name, language)


def _number(text: str, name: str, language: str) -> str:
    if name in _YEARS:
        return text
    if name in _NO_SEPARATORS:
        return format_number(text, language)
    return format_number(
        text, language, 0 if name in ("distance", "distanceKilometres", "farthest") else None
    )


def local_name(iri: str) -> str:
    """The last part of an IRI: a notation, a key or the name of a term."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
