"""Entity documents of Wikibase (JSON) as the RDF that Wikibase makes of them, or as its query service holds it.

`triples(document)` follows https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format; the golden pairs of
Wikibase's own tests are its oracle. With `munged=True` it leaves out and moves what the query service leaves out
and moves when it loads a dump (types of items, statements, values and references; `schema:name`; the numbers of
the document stand on the item). Makes no file and runs no query.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fakes.wikibase_dates import clean_time

Triple = tuple[str, str, str]  # terms as N-Triples writes them
Document = Mapping[str, Any]

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
RDFS_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "http://schema.org/"
WIKIBASE = "http://wikiba.se/ontology#"
XSD = "http://www.w3.org/2001/XMLSchema#"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
COMMONS_FILE = "http://commons.wikimedia.org/wiki/Special:FilePath/"
COMMONS_DATA = "http://commons.wikimedia.org/data/main/"
EARTH = "http://www.wikidata.org/entity/Q2"
NO_UNIT = "http://www.wikidata.org/entity/Q199"
DERIVED_FROM = "<http://www.w3.org/ns/prov#wasDerivedFrom>"
LICENSE = "<http://creativecommons.org/ns#license>"
SAME_AS = "<http://www.w3.org/2002/07/owl#sameAs>"
_RANKS = {"preferred": "PreferredRank", "normal": "NormalRank", "deprecated": "DeprecatedRank"}
# Codes that Wikibase writes otherwise in RDF.
LANGUAGES = {
    "simple": "en-simple", "crh": "crh-Latn", "cbk-zam": "cbk-x-zam", "map-bms": "jv-x-bms", "nrm": "fr-x-nrm",
    "roa-tara": "it-x-tara", "zh-classical": "lzh", "zh-min-nan": "nan", "zh-yue": "yue", "be-x-old": "be-tarask",
    "bat-smg": "sgs", "fiu-vro": "vro", "roa-rup": "rup", "de-formal": "de-x-formal",
    "nl-informal": "nl-x-informal", "es-formal": "es-x-formal", "hu-formal": "hu-x-formal", "eml": "egl",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Where the names of one Wikibase begin."""

    entity: str = "http://www.wikidata.org/entity/"
    data: str = "https://www.wikidata.org/wiki/Special:EntityData/"
    prop: str = "http://www.wikidata.org/prop/"
    statement: str = "http://www.wikidata.org/entity/statement/"
    value: str = "http://www.wikidata.org/value/"
    reference: str = "http://www.wikidata.org/reference/"
    genid: str = "http://www.wikidata.org/.well-known/genid/"

    def site(self, name: str) -> tuple[str, str, str] | None:
        """Address before the title, language and group of a wiki; None for wikis that are not followed."""
        language = name.removesuffix("wiki").replace("_", "-")
        if not name.endswith("wiki") or language in ("commons", "species", "meta", "wikidata", "sources"):
            return None
        return f"https://{language}.wikipedia.org/wiki/", tag(language), "wikipedia"

    def entity_of(self, id_: str) -> str:
        """The IRI of an item."""
        return f"<{self.entity}{id_}>"

    def statement_of(self, guid: str) -> str:
        """The IRI of a statement: its GUID, its case kept, with a hyphen for the first dollar sign."""
        return f"<{self.statement}{guid.replace('$', '-', 1)}>"


WIKIDATA = Names()


def iri(text: str) -> str:
    """An IRI; what may not stand in one is percent-encoded, as Wikibase does."""
    return f"<{''.join(quote(each, safe='') if each in _BAD or each <= ' ' else each for each in text)}>"


_BAD = frozenset('\\<>"{}|^`')


def literal(text: str, datatype: str = "", language: str = "") -> str:
    """A literal, escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"' + (f"@{language}" if language else f"^^<{datatype}>" if datatype else "")


def tag(language: str) -> str:
    """The language tag of one of Wikibase's codes; most are their own, and not all of those are valid ones."""
    return LANGUAGES.get(language, language)


def triples(document: Document, names: Names = WIKIDATA, *, munged: bool = True) -> Iterator[Triple]:
    """What the RDF says of one item or redirect; a triple may come more than once.

    Args:
        document: the entity itself, or a redirect `{"entity": "Q1", "redirect": "Q2"}`.
        munged: as the query service holds it, else as the dumps have it.
    """
    if "redirect" in document:
        yield (names.entity_of(document["entity"]), SAME_AS, names.entity_of(document["redirect"]))
        return
    maker = _Maker(names, munged=munged)
    yield from maker.numbers(document)
    yield from maker.terms(document)
    yield from maker.articles(document)
    for claims in _parts(document.get("claims")):
        yield from maker.statements(document["id"], claims)


def ntriples(documents: Iterable[Document], names: Names = WIKIDATA, *, munged: bool = True) -> bytes:
    """The triples of all documents as N-Triples, sorted, each once."""
    found = {triple for document in documents for triple in triples(document, names, munged=munged)}
    return "".join(f"{' '.join(triple)} .\n" for triple in sorted(found)).encode()


def _parts(parts: Any) -> Iterable[list[Any]]:
    """The lists of an object by property; PHP writes an empty object as an empty list."""
    return parts.values() if isinstance(parts, dict) else ()


class _Maker:
    def __init__(self, names: Names, *, munged: bool) -> None:
        self.names = names
        self.munged = munged

    def typed(self, node: str, local: str) -> Iterator[Triple]:
        """The type of a node, which the query service does not keep."""
        if not self.munged:
            yield (node, RDF_TYPE, f"<{WIKIBASE}{local}>")

    def numbers(self, document: Document) -> Iterator[Triple]:
        """Revision, time and counts; the query service has them on the item."""
        item = self.names.entity_of(document["id"])
        about = item if self.munged else f"<{self.names.data}{document['id']}>"
        yield from self.typed(item, "Item")
        if not self.munged:
            yield (about, RDF_TYPE, f"<{SCHEMA}Dataset>")
            yield (about, f"<{SCHEMA}about>", item)
            yield (about, f"<{SCHEMA}softwareVersion>", literal("1.0.0"))
            yield (about, LICENSE, "<http://creativecommons.org/publicdomain/zero/1.0/>")
        if "lastrevid" in document:
            yield (about, f"<{SCHEMA}version>", literal(str(document["lastrevid"]), f"{XSD}integer"))
        if "modified" in document:
            yield (about, f"<{SCHEMA}dateModified>", literal(document["modified"], f"{XSD}dateTime"))
        if self.munged:
            claims = [claim for claims in _parts(document.get("claims")) for claim in claims]
            identifiers = sum(claim["mainsnak"].get("datatype") == "external-id" for claim in claims)
            counts = {"statements": len(claims), "identifiers": identifiers}
            if "sitelinks" in document:
                counts["sitelinks"] = len(document["sitelinks"])
            for name, count in counts.items():
                yield (item, f"<{WIKIBASE}{name}>", literal(str(count), f"{XSD}integer"))

    def terms(self, document: Document) -> Iterator[Triple]:
        """Labels, descriptions and aliases."""
        item = self.names.entity_of(document["id"])
        labels = [RDFS_LABEL] if self.munged else [RDFS_LABEL, f"<{SKOS}prefLabel>", f"<{SCHEMA}name>"]
        for text in _texts(document.get("labels")):
            yield from ((item, label, text) for label in labels)
        for text in _texts(document.get("descriptions")):
            yield (item, f"<{SCHEMA}description>", text)
        for text in _texts(document.get("aliases")):
            yield (item, f"<{SKOS}altLabel>", text)

    def articles(self, document: Document) -> Iterator[Triple]:
        """The pages of wikis about the item."""
        links = document.get("sitelinks")
        for link in links.values() if isinstance(links, dict) else ():
            if (site := self.names.site(link["site"])) is None:
                continue
            address, language, group = site
            home = iri(address.removesuffix("wiki/"))
            page = iri(address + quote(link["title"].replace(" ", "_"), safe="!$()*,-./:;@_~"))
            yield (page, f"<{SCHEMA}about>", self.names.entity_of(document["id"]))
            yield (page, f"<{SCHEMA}inLanguage>", literal(language))
            yield (page, f"<{SCHEMA}isPartOf>", home)
            yield (page, f"<{SCHEMA}name>", literal(link["title"], language=language))
            yield (home, f"<{WIKIBASE}wikiGroup>", literal(group))
            if not self.munged:
                yield (page, RDF_TYPE, f"<{SCHEMA}Article>")
            for badge in link.get("badges", ()):
                yield (page, f"<{WIKIBASE}badge>", self.names.entity_of(badge))

    def statements(self, item_id: str, claims: list[Any]) -> Iterator[Triple]:
        """The statements of one property, with its short form for the best of them."""
        ranks = {claim["rank"] for claim in claims}
        best = "preferred" if "preferred" in ranks else "normal"
        item = self.names.entity_of(item_id)
        for claim in claims:
            snak, node = claim["mainsnak"], self.names.statement_of(claim["id"])
            property_ = snak["property"]
            yield (item, f"<{self.names.prop}{property_}>", node)
            yield from self.typed(node, "Statement")
            yield (node, f"<{WIKIBASE}rank>", f"<{WIKIBASE}{_RANKS[claim['rank']]}>")
            if claim["rank"] == best:
                yield (node, RDF_TYPE, f"<{WIKIBASE}BestRank>")
                yield from self.snak(item, "direct/", snak, f"{claim['id']}direct", full=False)
            yield from self.snak(node, "statement/", snak, claim["id"])
            for snaks in _parts(claim.get("qualifiers")):
                for qualifier in snaks:
                    yield from self.snak(node, "qualifier/", qualifier, claim["id"])
            for reference in claim.get("references", ()):
                yield from self.reference(node, reference)

    def reference(self, statement: str, reference: Document) -> Iterator[Triple]:
        """One reference, which statements share."""
        content = json.dumps(reference["snaks"], sort_keys=True)
        digest = reference.get("hash") or hashlib.sha1(content.encode()).hexdigest()
        node = f"<{self.names.reference}{digest}>"
        yield (statement, DERIVED_FROM, node)
        yield from self.typed(node, "Reference")
        for snaks in _parts(reference["snaks"]):
            for snak in snaks:
                yield from self.snak(node, "reference/", snak, digest)

    def snak(
        self, node: str, space: str, snak: Document, inside: str, *, full: bool = True
    ) -> Iterator[Triple]:
        """A value in its short form, and its full form where it has one."""
        property_ = snak["property"]
        predicate = f"<{self.names.prop}{space}{property_}>"
        if snak["snaktype"] == "novalue":
            yield (node, RDF_TYPE, f"<{self.names.prop}novalue/{property_}>")
        elif snak["snaktype"] == "somevalue":
            name = hashlib.md5(f"{inside} {space}{property_}".encode()).hexdigest()
            yield (node, predicate, f"<{self.names.genid}{name}>" if self.munged else f"_:{name}")
        else:
            content, kind = snak["datavalue"]["value"], snak["datavalue"]["type"]
            yield (node, predicate, self.short(content, kind, snak.get("datatype", "")))
            if full and kind in _FULL:
                value = f"<{self.names.value}{_FULL[kind][0](content)}>"
                yield (node, f"<{self.names.prop}{space}value/{property_}>", value)
                yield from self.typed(value, _FULL[kind][1])
                yield from ((value, f"<{WIKIBASE}{name}>", term) for name, term in _FULL[kind][2](content))

    def short(self, content: Any, kind: str, datatype: str) -> str:
        """The one term that stands for a value."""
        match kind:
            case "wikibase-entityid":
                return self.names.entity_of(content.get("id") or f"Q{content['numeric-id']}")
            case "time":
                return _time(content)
            case "globecoordinate":
                place = f"Point({_number(content['longitude'])} {_number(content['latitude'])})"
                globe = content.get("globe") or EARTH
                return literal(place if globe == EARTH else f"<{globe}> {place}", WKT)
            case "quantity":
                return literal(content["amount"], f"{XSD}decimal")
            case "monolingualtext":
                return literal(content["text"], language=tag(content["language"]))
        match datatype:
            case "url":
                return iri(content.strip())
            case "commonsMedia":
                return iri(COMMONS_FILE + quote(content, safe=""))
            case "geo-shape" | "tabular-data":
                return iri(COMMONS_DATA + content)
        return literal(content)


def _texts(terms: Any) -> Iterator[str]:
    for entry in terms.values() if isinstance(terms, dict) else ():
        for term in entry if isinstance(entry, list) else [entry]:
            yield literal(term["value"], language=tag(term["language"]))


def _number(number: float) -> str:
    """A number as PHP writes it: 52.0 is 52, and 14 digits count."""
    return f"{number:.14g}"


def _time(content: Document) -> str:
    cleaned = clean_time(content["time"], content["precision"], content["calendarmodel"])
    return literal(content["time"]) if cleaned is None else literal(cleaned, f"{XSD}dateTime")


def _php(name: str, text: str) -> str:
    """How PHP serialises an object that serialises itself."""
    return f'C:{len(name)}:"{name}":{len(text.encode())}:{{{text}}}'


def _php_text(text: str) -> str:
    return f's:{len(text.encode())}:"{text}";'


def _time_hash(content: Document) -> str:
    fields = [content["time"], content["timezone"], content["before"], content["after"], content["precision"]]
    text = json.dumps([*fields, content["calendarmodel"]], separators=(",", ":")).replace("/", r"\/")
    return hashlib.md5(_php(r"DataValues\TimeValue", text).encode()).hexdigest()


def _globe_hash(content: Document) -> str:
    numbers = (content["latitude"], content["longitude"], content["precision"])
    parts = ["" if number is None else _number(number) for number in numbers]
    return hashlib.md5("|".join([*parts, content.get("globe") or EARTH]).encode()).hexdigest()


def _quantity_hash(content: Document) -> str:
    def decimal(text: str) -> str:
        return _php(r"DataValues\DecimalValue", _php_text(text))

    parts = [decimal(content["amount"]), _php_text(content["unit"])]
    bounds = [content[name] for name in ("upperBound", "lowerBound") if name in content]
    parts += [decimal(bound) for bound in bounds]
    array = f"a:{len(parts)}:{{{''.join(f'i:{place};{part}' for place, part in enumerate(parts))}}}"
    name = r"DataValues\QuantityValue" if bounds else r"DataValues\UnboundedQuantityValue"
    return hashlib.md5(_php(name, array).encode()).hexdigest()


def _time_parts(content: Document) -> Iterator[tuple[str, str]]:
    yield "timeValue", _time(content)
    yield "timePrecision", literal(str(content["precision"]), f"{XSD}integer")
    yield "timeTimezone", literal(str(content["timezone"]), f"{XSD}integer")
    yield "timeCalendarModel", iri(content["calendarmodel"])


def _globe_parts(content: Document) -> Iterator[tuple[str, str]]:
    yield "geoLatitude", literal(_number(content["latitude"]), f"{XSD}double")
    yield "geoLongitude", literal(_number(content["longitude"]), f"{XSD}double")
    if content["precision"] is not None:
        yield "geoPrecision", literal(_number(content["precision"]), f"{XSD}double")
    yield "geoGlobe", iri(content.get("globe") or EARTH)


def _quantity_parts(content: Document) -> Iterator[tuple[str, str]]:
    for name in ("amount", "upperBound", "lowerBound"):
        if name in content:
            yield f"quantity{name[0].upper()}{name[1:]}", literal(content[name], f"{XSD}decimal")
    yield "quantityUnit", iri(NO_UNIT if content["unit"] == "1" else content["unit"])


_FULL: Mapping[
    str, tuple[Callable[[Document], str], str, Callable[[Document], Iterator[tuple[str, str]]]]
] = {
    "time": (_time_hash, "TimeValue", _time_parts),
    "globecoordinate": (_globe_hash, "GlobecoordinateValue", _globe_parts),
    "quantity": (_quantity_hash, "QuantityValue", _quantity_parts),
}
