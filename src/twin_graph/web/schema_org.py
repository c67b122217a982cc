"""Things in the terms of schema.org, as search engines read them from a page.

A search engine knows no partnership of cities: what schema.org has no word for is said with our own property,
by its full IRI. The data themselves are in the documents, which `subjectOf` names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import url_for
from markupsafe import Markup
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

from twin_graph import describe as documents
from twin_graph import iris
from twin_graph.namespaces import TWIN
from twin_graph.web import datasets
from twin_graph.web.languages import page_language
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site, site

Object = dict[str, Any]
_CONTEXT = "https://schema.org"
_ITEMS = "http://www.wikidata.org/entity/"
# What a reader of HTML would take for the end of the script, and two line ends of JavaScript.
_ESCAPES = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
_DATE = re.compile(r"-?[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
# A page has a budget of bytes, and a search engine no use for five hundred cities.
_MOST = 100


def structured_data(kind: str = "", key: str = "") -> Markup:
    """The content of a script element about a thing, or about the dataset that a page tells of (`DATASETS`)."""
    here, language = site(), page_language()
    if kind in DATASETS:
        text = write({"@context": _CONTEXT} | DATASETS[kind](here, key, language))
    else:
        text = describe(here, kind, key, language)
    return Markup(text)  # noqa: S704 - escaped by `write`, where no autoescaping could help


def describe(here: Site, kind: str, key: str, language: str) -> str:
    """A thing that exists, as JSON that may stand in a script element."""
    thing = iris.thing(here.base_iri, kind, key)
    own: Object = {
        "@context": _CONTEXT,
        "@type": "Thing",
        "@id": str(thing),
        "identifier": str(thing),
        "name": str(here.names.title(thing, language)),
        "alternateName": _other_names(here, thing, language),
        "url": absolute(here, url_for("pages.thing", lang=language, kind=kind, key=key)),
        "additionalType": str(here.names.class_of(thing, kind)),
        "description": _text(here, thing, DCTERMS.description, language),
        "sameAs": _same(here, thing),
        "subjectOf": {
            "@type": "Dataset",
            "@id": str(iris.document(here.base_iri, kind, key)),
            "name": str(here.names.title(thing, language)),
            "description": datasets.about(language),
            "license": _licences(here, thing),
            "creator": datasets.party(here.imprint.publisher),
        },
    }
    more = _MAKERS[kind](here, thing, language) if kind in _MAKERS else {}
    return write(own | more)


def write(document: Object) -> str:
    """JSON without what is empty, and with no character that could end a script element.

    >>> write({"name": "</script><b>&", "url": ""})
    '{"name": "\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e\\\\u0026"}'
    """
    return json.dumps(_without_empty(document), ensure_ascii=False).translate(_ESCAPES)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        found = {name: _without_empty(item) for name, item in value.items()}
        return {name: item for name, item in found.items() if item not in ("", None, [], {})}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


# -- kinds of thing --------------------------------------------------------------------------------------


def _city(here: Site, thing: URIRef, language: str) -> Object:
    country = here.names.value(thing, TWIN.inCountry)
    latitude, longitude = (_number(here, thing, name) for name in (TWIN.latitude, TWIN.longitude))
    place = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    is_city = here.names.class_of(thing, "city") == TWIN.City
    return {
        "@type": ["City", "AdministrativeArea"] if is_city else "AdministrativeArea",
        "geo": place if latitude is not None and longitude is not None else None,
        "containedInPlace": _place(here, country, "Country", language) if country is not None else None,
        "additionalProperty": _count(here, thing, TWIN.twinCount, language),
        str(TWIN.twinnedWith): _linked(here, thing, TWIN.twinnedWith, "AdministrativeArea", language),
    }


def _country(here: Site, thing: URIRef, _: str) -> Object:
    sides = (TWIN.southLatitude, TWIN.westLongitude, TWIN.northLatitude, TWIN.eastLongitude)
    corners = [_number(here, thing, side) for side in sides]
    shape = {"@type": "GeoShape", "box": " ".join(map(str, corners))}
    code = _plain(here, thing, TWIN.isoCode)
    identifier = {"@type": "PropertyValue", "propertyID": "ISO 3166-1 alpha-2", "value": code}
    return {
        "@type": "Country",
        "identifier": [str(thing), identifier] if code else str(thing),
        "geo": shape if None not in corners else None,
    }


def _partnership(here: Site, thing: URIRef, language: str) -> Object:
    return {str(TWIN.hasParty): _linked(here, thing, TWIN.hasParty, "AdministrativeArea", language)}


def _agreement(here: Site, thing: URIRef, language: str) -> Object:
    return {
        "@type": "CreativeWork",
        "dateCreated": _date(here, thing, TWIN.signedOn),
        "locationCreated": _named(here, thing, TWIN.signedIn, "Place"),
        "about": _linked(here, thing, TWIN.isDocumentOf, "Thing", language),
    }


def _resolution(here: Site, thing: URIRef, language: str) -> Object:
    return {
        "@type": "Legislation",
        "legislationIdentifier": _plain(here, thing, TWIN.resolutionNumber),
        "legislationDate": _date(here, thing, TWIN.adoptedOn),
        "legislationPassedBy": _linked(here, thing, TWIN.decidedBy, "AdministrativeArea", language),
    }


def _event(here: Site, thing: URIRef, language: str) -> Object:
    return {
        "@type": "Event",
        "startDate": _date(here, thing, TWIN.on),
        "about": _linked(here, thing, TWIN.changesStatusOf, "Thing", language),
    }


def _activity(here: Site, thing: URIRef, language: str) -> Object:
    return {
        "@type": "Event",
        "startDate": _date(here, thing, TWIN["from"]) or _date(here, thing, TWIN.on),
        "endDate": _date(here, thing, TWIN.until),
        "location": _named(here, thing, TWIN.takesPlaceIn, "Place"),
        "about": _linked(here, thing, TWIN.belongsTo, "Thing", language),
        "contributor": _linked(here, thing, TWIN.hasParticipant, "AdministrativeArea", language),
    }


def _network(here: Site, thing: URIRef, _: str) -> Object:
    website = _plain(here, thing, TWIN.website)
    return {
        "@type": "Organization",
        "foundingDate": _date(here, thing, TWIN.foundedOn),
        "location": _named(here, thing, TWIN.seat, "Place"),
        "sameAs": [*_same(here, thing), *([website] if website else [])],
    }


def _membership(here: Site, thing: URIRef, language: str) -> Object:
    role = here.names.value(thing, TWIN.role)
    return {
        "@type": "Role",
        "roleName": str(here.names.title(str(role), language)) if role is not None else "",
        "startDate": _date(here, thing, TWIN["from"]),
        "endDate": _date(here, thing, TWIN.until),
        str(TWIN.isMembershipOf): _linked(here, thing, TWIN.isMembershipOf, "AdministrativeArea", language),
        str(TWIN.isMembershipIn): _linked(here, thing, TWIN.isMembershipIn, "Organization", language),
    }


def _source(here: Site, thing: URIRef, _: str) -> Object:
    address = _plain(here, thing, TWIN.url)
    return {
        "@type": "CreativeWork",
        "inLanguage": _plain(here, thing, TWIN.inLanguage),
        "publisher": _named(here, thing, TWIN.publishedBy, "Organization"),
        "sameAs": [address] if address else [],
        "archivedAt": _plain(here, thing, TWIN.archivedAt),
    }


def _register(here: Site, thing: URIRef, language: str) -> Object:
    graph = documents.find_dataset(here.store, thing).graph
    name = str(graph).rpartition("/")[2]
    return datasets.of_graph(here, name, language) | {
        "license": _licences(here, thing),
        "spatialCoverage": _linked(here, thing, TWIN.keptBy, "AdministrativeArea", language),
        "sameAs": _plain(here, thing, TWIN.url),
        "subjectOf": None,
    }


# The datasets by the word that a page has for its own, "" for the home page; the graph has a name.
DATASETS: dict[str, Callable[[Site, str, str], Object]] = {
    "": lambda here, _, language: datasets.of_site(here, language),
    "about": lambda here, _, language: datasets.of_site(here, language, "pages.about"),
    "graph": datasets.of_graph_page,
    "catalog": lambda here, _, language: datasets.of_catalogue(here, language),
    "comparison": lambda here, _, language: datasets.of_comparison(here, language),
}

_MAKERS: dict[str, Callable[[Site, URIRef, str], Object]] = {
    "city": _city,
    "country": _country,
    "partnership": _partnership,
    "agreement": _agreement,
    "resolution": _resolution,
    "event": _event,
    "activity": _activity,
    "network": _network,
    "membership": _membership,
    "source": _source,
    "register": _register,
}

# -- parts -----------------------------------------------------------------------------------------------


def _licences(here: Site, thing: URIRef) -> list[str]:
    return [str(licence) for licence in documents.find_dataset(here.store, thing).licences]


def _other_names(here: Site, thing: URIRef, language: str) -> list[str]:
    title = str(here.names.title(thing, language))
    properties = (*documents.LABELS, SKOS.altLabel, TWIN.exonym, TWIN.nativeName, TWIN.formerName)
    found = {str(value) for name in properties for value in here.names.values(thing, name)}
    return sorted(found - {title})


def _same(here: Site, thing: URIRef) -> list[str]:
    found = {str(o) for name in (SKOS.exactMatch, SKOS.closeMatch) for o in here.names.values(thing, name)}
    # A close item of Wikidata is that of the sibling: another body, and not the same.
    found -= {str(o) for o in here.names.values(thing, SKOS.closeMatch) if str(o).startswith(_ITEMS)}
    return sorted(found)


def _linked(here: Site, thing: URIRef, name: URIRef, sort: str, language: str) -> list[Object]:
    """Other things that a property leads to, each with its name; the document has those beyond the bound."""
    values: Iterable[Any] = here.names.values(thing, name)[:_MOST]
    return [_place(here, value, sort, language) for value in values]


def _place(here: Site, other: object, sort: str, language: str) -> Object:
    return {"@type": sort, "@id": str(other), "name": str(here.names.title(str(other), language))}


def _named(here: Site, thing: URIRef, name: URIRef, sort: str) -> Object | None:
    """What a property names by a text only."""
    text = _plain(here, thing, name)
    return {"@type": sort, "name": text} if text else None


def _count(here: Site, thing: URIRef, name: URIRef, language: str) -> Object | None:
    number = _number(here, thing, name)
    label = str(here.names.title(name, language))
    return (
        {"@type": "PropertyValue", "propertyID": str(name), "name": label, "value": number}
        if number
        else None
    )


def _number(here: Site, thing: URIRef, name: URIRef) -> float | int | None:
    value = here.names.value(thing, name)
    if value is None:
        return None
    number = float(str(value))
    return int(number) if number.is_integer() and "." not in str(value) else number


def _plain(here: Site, thing: URIRef, name: URIRef) -> str:
    value = here.names.value(thing, name)
    return "" if value is None else str(value)


def _date(here: Site, thing: URIRef, name: URIRef) -> str:
    """A date that schema.org can say: a year, a month or a day, but no interval and nothing uncertain."""
    text = _plain(here, thing, name)
    return text if _DATE.fullmatch(text) else ""


def _text(here: Site, thing: URIRef, name: URIRef, language: str) -> str:
    found = [value for value in here.names.values(thing, name) if isinstance(value, Literal)]
    chosen = [value for value in found if value.language in (language, None)] or found
    return str(chosen[0]) if chosen else ""
