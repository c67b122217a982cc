"""The catalogue in DCAT-AP: datasets, editions, files and services, with who publishes them.

Says what it is given (`facts`) by the patterns of `catalog.ttl`; what is the same everywhere stands there. Nobody is
made up: without a publisher or contact there is none. Serving it is `web.catalogue`.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, XSD

from twin_graph import iris
from twin_graph.catalog.facts import Agent, Edition, Extent, Facts, File, Part
from twin_graph.catalog.patterns import (
    MEDIA_TYPES,
    Patterns,
    explain,
    file_type,
    licence_of,
    patterns_of,
    publisher_type,
    strictest,
)
from twin_graph.graphs import Triple, literal
from twin_graph.namespaces import PREFIXES

# The services, each with its page: of the reader's language where it does not stand alone.
SERVICES = {
    "sparql": "sparql",
    "reconcile": "{language}/reconcile",
    "reconcile/wikidata": "{language}/reconcile",
}
FEED, _FEED_PAGE = "ldes", "{language}/changes"
ONTOLOGY = "ontology"
DCAT, SPDX, VCARD = (Namespace(PREFIXES[name]) for name in ("dcat", "spdx", "vcard"))
# What the hash of a dataset is of; a file is hashed as it is.
CANONICAL_FORM = URIRef("https://www.w3.org/TR/rdf-canon/")
_WKT = URIRef(PREFIXES["geo"] + "wktLiteral")


def catalog_address(base_iri: str) -> str:
    """Address of the catalogue, which is also its IRI; the nodes that live in it are its fragments."""
    return f"{base_iri}catalog"


def whole_of(base_iri: str) -> URIRef:
    """The dataset of all published graphs: the one that the query service answers about."""
    return URIRef(f"{base_iri}sparql#dataset")


def keywords(base_iri: str, language: str) -> list[str]:
    """What everything here is about, in a language."""
    return patterns_of(base_iri).texts("resource", DCAT.keyword, language)


def describe_part(base_iri: str, part: Part, language: str) -> str:
    """What a graph holds, in a sentence."""
    known = patterns_of(base_iri)
    return next(iter(known.texts(_pattern_of(part, known), DCTERMS.description, language)), "")


def comparison_of(base_iri: str) -> URIRef:
    """The dataset of all that is compared with Wikidata."""
    return URIRef(f"{catalog_address(base_iri)}#comparison")


def describe_comparison(base_iri: str, title: str, language: str) -> tuple[str, str]:
    """What the comparison is called and what it holds; `title` is that of the publication."""
    said = patterns_of(base_iri).say(comparison_of(base_iri), "comparison", words={"title": {"": title}})
    texts = {name: str(text) for _, name, text in said if getattr(text, "language", None) == language}
    return texts.get(DCTERMS.title, ""), texts.get(DCTERMS.description, "")


def describe_catalog(facts: Facts) -> list[Triple]:
    """All statements of the catalogue, sorted, each once."""
    said = set(_Catalog(facts).statements())
    said |= set(explain(said))
    return sorted(said, key=lambda triple: tuple(term.n3() for term in triple))


class _Catalog:
    """One catalogue that is being written."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._patterns = patterns_of(facts.base_iri)
        self._catalog = URIRef(catalog_address(facts.base_iri))
        self._whole = whole_of(facts.base_iri)
        self._series = self._node("editions")
        self._licences = {part.name: licence_of(part.licence) for part in facts.parts if part.licence}
        self._licence = _licence_of_all([part.licence for part in facts.parts])
        self._modified = facts.modified

    def statements(self) -> Iterator[Triple]:
        """Everything but what is known of others' concepts."""
        yield from self._head()
        yield from self._people()
        yield from self._whole_dataset()
        for part in self._facts.parts:
            yield from self._part(part)
        if self._facts.reports:
            yield from self._comparison()
        yield from self._editions()
        for name, page in SERVICES.items():
            yield from self._service(name, page)
        if self._facts.has_feed:
            yield from self._service(FEED, _FEED_PAGE)

    def _node(self, fragment: str) -> URIRef:
        return URIRef(f"{self._catalog}#{quote(fragment, safe='')}")

    def _page(self, path: str) -> URIRef:
        return URIRef(f"{self._facts.base_iri}{self._facts.language}/{path}")

    def _head(self) -> Iterator[Triple]:
        catalog, home = self._catalog, URIRef(self._facts.base_iri)
        yield from self._patterns.say(catalog, "catalog", words={"title": self._facts.title})
        yield from self._patterns.say(self._node("world"), "world")
        yield from self._when(catalog, self._facts.issued, self._modified)
        yield from self._published(catalog, with_contact=False)
        yield from self._link(catalog, FOAF.homepage, home, FOAF.Document)
        metadata = self._licences.get("metadata")
        if metadata is not None:
            yield from self._link(catalog, DCTERMS.license, metadata, DCTERMS.LicenseDocument)

    def _people(self) -> Iterator[Triple]:
        publisher, contact = self._facts.publisher, self._facts.contact
        if publisher is not None and publisher.name:
            node = self._node("publisher")
            yield node, RDF.type, FOAF.Agent
            yield node, FOAF.name, Literal(publisher.name)
            yield from _addresses(node, publisher, FOAF.homepage, FOAF.mbox, FOAF.phone)
            if (kind := publisher_type(publisher.kind)) is not None:
                yield node, DCTERMS.type, kind
        if contact is not None:
            node = self._node("contact")
            yield node, RDF.type, VCARD.Kind
            yield node, RDF.type, VCARD.Organization
            if contact.name:
                yield node, VCARD.fn, Literal(contact.name)
            yield from _addresses(node, contact, VCARD.hasURL, VCARD.hasEmail, VCARD.hasTelephone)

    def _published(self, thing: URIRef, *, with_contact: bool = True) -> Iterator[Triple]:
        publisher = self._facts.publisher
        if publisher is not None and publisher.name:
            yield thing, DCTERMS.publisher, self._node("publisher")
        if with_contact and self._facts.contact is not None:
            yield thing, DCAT.contactPoint, self._node("contact")

    # -- datasets ------------------------------------------------------------------------------------------

    def _dataset(
        self, thing: URIRef, name: str, extent: Extent, page: str, end: str = ""
    ) -> Iterator[Triple]:
        """What is said of every dataset; `end` is the day up to which it speaks, where that is one of its own."""
        yield self._catalog, DCAT.dataset, thing
        yield from self._patterns.say(thing, "resource", "dataset")
        yield thing, DCTERMS.identifier, Literal(str(thing))
        yield from self._published(thing)
        shared = extent is self._facts.extent
        yield from self._period(thing, "all" if shared else name, extent.start, end or self._facts.valid_on)
        if extent.box is not None:
            place = self._node(f"place-{name}")
            yield thing, DCTERMS.spatial, place
            yield from _place(place, extent.box)
        yield from self._link(thing, DCAT.landingPage, self._page(page), FOAF.Document)

    def _whole_dataset(self) -> Iterator[Triple]:
        facts, whole = self._facts, self._whole
        yield from self._dataset(whole, "all", facts.extent, "about")
        yield from self._patterns.say(whole, "whole", words={"title": facts.title})
        yield from self._when(whole, facts.issued, self._modified)
        rights = self._node("rights-all") if any(part.rights for part in facts.parts) else None
        yield from self._rights(rights, facts.parts)
        yield from self._files(whole, "all", facts.whole, self._licence, facts.issued, self._modified, rights)
        for name in ("queried", "followed") if facts.has_feed else ("queried",):
            node = self._node(name)
            yield whole, DCAT.distribution, node
            yield from self._patterns.say(node, "distribution", name)
            yield from self._licensed(node, self._licence)
        for part in facts.parts:
            yield whole, DCTERMS.hasPart, iris.graph(facts.base_iri, part.name)
        # Its files may be those of an edition before: then that one is the newest to be had.
        offered = facts.offered or facts.current
        yield whole, DCAT.version, Literal(offered)
        for edition in facts.editions:
            yield whole, DCAT.hasVersion, self._edition_iri(edition)
            if edition.id == offered:
                yield whole, DCAT.hasCurrentVersion, self._edition_iri(edition)

    def _part(self, part: Part) -> Iterator[Triple]:
        thing = iris.graph(self._facts.base_iri, part.name)
        extent = part.extent if part.is_register else self._facts.extent
        yield from self._dataset(thing, part.name, extent, f"graph/{part.name}")
        yield from self._patterns.say(thing, _pattern_of(part, self._patterns))
        if part.is_register and extent.box is None:
            yield thing, DCTERMS.spatial, self._node("world")
        for language, title in part.titles.items():
            yield thing, DCTERMS.title, Literal(title, language or None)
        yield thing, DCTERMS.isPartOf, self._whole
        yield from self._when(thing, part.issued, part.modified)
        rights = self._node(f"rights-{part.name}") if part.rights else None
        yield from self._rights(rights, [part])
        licence = self._licences.get(part.name)
        yield from self._files(thing, part.name, part.files, licence, part.issued, part.modified, rights)

    @staticmethod
    def _rights(node: URIRef | None, parts: Iterable[Part]) -> Iterator[Triple]:
        """Whom to name when parts are used."""
        if node is None:
            return
        yield node, RDF.type, DCTERMS.RightsStatement
        for part in parts:
            for language, text in part.rights.items():
                yield node, RDFS.label, Literal(text, language or None)

    def _comparison(self) -> Iterator[Triple]:
        facts, thing = self._facts, comparison_of(self._facts.base_iri)
        modified = facts.reports_modified or self._modified
        yield from self._dataset(thing, "comparison", facts.extent, "wikidata")
        yield from self._patterns.say(thing, "comparison", words={"title": facts.title})
        yield from self._when(thing, facts.issued, modified)
        yield thing, DCTERMS.source, self._whole
        yield from self._files(thing, "comparison", facts.reports, self._licence, facts.issued, modified)

    # -- editions ------------------------------------------------------------------------------------------

    def _editions(self) -> Iterator[Triple]:
        facts, series = self._facts, self._series
        if not facts.editions:
            return
        first, last = facts.editions[0], facts.editions[-1]
        yield self._catalog, DCAT.resource, series
        yield from self._patterns.say(series, "series", words={"title": facts.title})
        yield from self._published(series)
        yield from self._period(series, "all", facts.extent.start, facts.valid_on)
        yield from self._when(series, facts.issued, last.again)
        yield series, DCAT.first, self._edition_iri(first)
        yield series, DCAT.last, self._edition_iri(last)
        before: Edition | None = None
        for edition in facts.editions:
            yield from self._edition(edition, before)
            before = edition

    def _edition(self, edition: Edition, before: Edition | None) -> Iterator[Triple]:
        thing, date = self._edition_iri(edition), {"": edition.at.date().isoformat()}
        words = {"title": edition.title, "date": date, "id": {"": edition.id}}
        yield from self._dataset(thing, edition.id, edition.extent, "about", edition.valid_on)
        yield from self._patterns.say(thing, "edition", words=words)
        yield from self._when(thing, edition.at, edition.at)
        yield thing, DCAT.version, Literal(edition.id)
        yield thing, DCAT.isVersionOf, self._whole
        yield thing, DCAT.inSeries, self._series
        if before is not None:
            yield thing, DCAT.previousVersion, self._edition_iri(before)
            yield thing, DCAT.prev, self._edition_iri(before)
        licence = _licence_of_all(edition.licences)
        yield from self._files(thing, edition.id, edition.files, licence, edition.at, edition.at)
        if edition.dataset_hash:
            checksum = URIRef(f"{thing}-checksum")
            yield from self._checksum(thing, checksum, edition.dataset_hash)
            yield from self._link(checksum, DCTERMS.conformsTo, CANONICAL_FORM, DCTERMS.Standard)

    def _edition_iri(self, edition: Edition) -> URIRef:
        return self._node(f"edition-{edition.id}")

    # -- files and services --------------------------------------------------------------------------------

    def _files(self, thing: URIRef, of: str, files: Iterable[File], licence: URIRef | None, issued: datetime,
               modified: datetime, rights: URIRef | None = None) -> Iterator[Triple]:  # fmt: skip
        for file in files:
            node = self._node(f"file-{of}-{file.name}")
            yield thing, DCAT.distribution, node
            yield from self._file(node, file)
            yield from self._licensed(node, licence)
            yield from self._when(node, issued, file.modified or modified)
            if rights is not None:
                yield node, DCTERMS.rights, rights

    def _file(self, node: URIRef, file: File) -> Iterator[Triple]:
        texts = {"format": file.title, "packing": file.packing, "name": file.report}
        words = {slot: {"": text} for slot, text in texts.items()}
        pattern = "report" if file.report else "packed" if file.packing else "file"
        yield from self._patterns.say(node, "distribution", pattern, words=words)
        yield node, DCTERMS.title, Literal(file.name)
        yield node, DCAT.accessURL, URIRef(file.address)
        yield node, DCAT.downloadURL, URIRef(file.address)
        yield from self._link(node, DCAT.mediaType, URIRef(MEDIA_TYPES + file.media_type), DCTERMS.MediaType)
        if (kind := file_type(file.media_type)) is not None:
            yield node, DCTERMS.format, kind
        if file.packed_type:
            packed = URIRef(MEDIA_TYPES + file.packed_type)
            yield from self._link(node, DCAT.compressFormat, packed, DCTERMS.MediaType)
        if file.bytes is not None:
            yield node, DCAT.byteSize, literal(str(file.bytes), str(XSD.nonNegativeInteger))
        if file.sha256:
            yield from self._checksum(node, URIRef(f"{node}-checksum"), file.sha256)

    def _service(self, name: str, page: str) -> Iterator[Triple]:
        service = URIRef(f"{self._facts.base_iri}{name}#service")
        yield self._catalog, DCAT.service, service
        yield from self._patterns.say(service, "resource", "service")
        yield from self._patterns.know(service)
        yield service, DCAT.servesDataset, self._whole
        yield from self._published(service)
        yield from self._licensed(service, self._licence)
        landing = URIRef(f"{self._facts.base_iri}{page.format(language=self._facts.language)}")
        yield from self._link(service, DCAT.landingPage, landing, FOAF.Document)

    # -- parts ---------------------------------------------------------------------------------------------

    def _licensed(self, thing: URIRef, licence: URIRef | None) -> Iterator[Triple]:
        if licence is not None:
            yield from self._link(thing, DCTERMS.license, licence, DCTERMS.LicenseDocument)

    def _checksum(self, thing: URIRef, checksum: URIRef, sha256: str) -> Iterator[Triple]:
        yield from self._link(thing, SPDX.checksum, checksum, SPDX.Checksum)
        yield checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256
        yield checksum, SPDX.checksumValue, literal(sha256, str(XSD.hexBinary))

    def _period(self, thing: URIRef, name: str, start: str, end: str) -> Iterator[Triple]:
        """The days that the data speak of; where none is known, only the last one."""
        node = self._node(f"period-{name}")
        yield from self._link(thing, DCTERMS.temporal, node, DCTERMS.PeriodOfTime)
        if start:
            yield node, DCAT.startDate, literal(start, str(XSD.date))
        if end:
            yield node, DCAT.endDate, literal(end, str(XSD.date))

    @staticmethod
    def _when(thing: URIRef, issued: datetime, modified: datetime) -> Iterator[Triple]:
        for name, moment in ((DCTERMS.issued, issued), (DCTERMS.modified, modified)):
            yield thing, name, literal(f"{moment:%Y-%m-%dT%H:%M:%SZ}", str(XSD.dateTime))

    @staticmethod
    def _link(thing: URIRef, name: URIRef, value: URIRef, sort: URIRef) -> Iterator[Triple]:
        """A link to something that has a class."""
        yield thing, name, value
        yield value, RDF.type, sort


def _pattern_of(part: Part, known: Patterns) -> str:
    own = f"graph-{part.name}"
    return "register" if part.is_register else own if own in known else "graph"


def _licence_of_all(licences: Sequence[str]) -> URIRef | None:
    """What whoever takes all of it has to keep to; None where nobody has said it of some of it."""
    return strictest(map(licence_of, licences)) if licences and all(licences) else None


def _addresses(node: URIRef, agent: Agent, page: URIRef, mail: URIRef, phone: URIRef) -> Iterator[Triple]:
    """Web address, e-mail and telephone, as far as they are configured and can stand in an IRI."""
    if agent.url.startswith(("http://", "https://")):
        yield node, page, URIRef(quote(agent.url, safe=":/?#[]@!$&'()*+,;=%~"))
    if agent.email:
        yield node, mail, URIRef(f"mailto:{quote(agent.email, safe='@+')}")
    if digits := "".join(letter for letter in agent.phone if letter.isdigit() or letter == "+"):
        yield node, phone, URIRef(f"tel:{digits}")


def _place(node: URIRef, box: tuple[float, float, float, float]) -> Iterator[Triple]:
    """A box of degrees and its middle, as WKT: longitude before latitude."""
    west, south, east, north = (f"{side:g}" for side in box)
    corners = (
        (west, south), (east, south), (east, north), (west, north), (west, south),
    )  # fmt: skip
    ring = ",".join(" ".join(corner) for corner in corners)
    middle = f"{(box[0] + box[2]) / 2:g} {(box[1] + box[3]) / 2:g}"
    yield node, RDF.type, DCTERMS.Location
    yield node, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=_WKT)
    yield node, DCAT.centroid, Literal(f"POINT({middle})", datatype=_WKT)
