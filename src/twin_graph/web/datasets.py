"""The datasets in the terms of schema.org, with all that search engines for data ask of one.

Values for the page that a dataset is found by; things in the same terms are `schema_org`, which also writes them. The
files and graphs are those of the catalogue.

https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from rdflib.namespace import DCTERMS

from twin_graph import catalog, iris
from twin_graph.catalog import Agent, Facts, File, Part
from twin_graph.namespaces import TWIN
from twin_graph.web.catalog.facts import gather
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES

Object = dict[str, Any]
_ABOUT = N_(
    "Which cities are partners, since when, by which documents and according to whom: partnerships, agreements, "
    "networks and events as linked open data."
)
_METHOD = N_("Claims of registers and of Wikidata, each with its source, put together by published rules.")
# What the datasets are about.
_MEASURED = (TWIN.Partnership, TWIN.Agreement, TWIN.Network, TWIN.StatusEvent, TWIN.Claim)


def of_site(here: Site, language: str, endpoint: str = "pages.home") -> Object:
    """The whole, with the graphs as its parts, for one of the pages that tell of it."""
    facts = gather(here)
    title = _title(here, language)
    others = {here.manifest.title.get(code, "") for code in LANGUAGES} - {title, ""}
    return _dataset(here, facts, facts.whole, language, facts.issued, facts.modified) | {
        "@id": here.base_iri,
        "identifier": here.base_iri,
        "name": title,
        "alternateName": sorted(others),
        "description": about(language),
        "url": absolute(here, url_for(endpoint, lang=language)),
        "sameAs": str(catalog.whole_of(here.base_iri)),
        "license": _licences(facts),
        "temporalCoverage": _period(facts.extent.start, facts.valid_on),
        "spatialCoverage": _place((-180.0, -90.0, 180.0, 90.0)),
        "citation": citation(here, title),
        "hasPart": [_part(here, part, language) for part in facts.parts],
    }


def of_graph(here: Site, name: str, language: str) -> Object:
    """A graph: what a dataset has besides its name and address."""
    facts = gather(here)
    part = next((each for each in facts.parts if each.name == name), None)
    files, extent = (part.files, part.extent) if part is not None else ((), facts.extent)
    issued, modified = (part.issued, part.modified) if part is not None else (facts.issued, facts.modified)
    return _dataset(here, facts, files, language, issued, modified) | {
        "description": catalog.describe_part(here.base_iri, part, language)
        if part is not None
        else about(language),
        "temporalCoverage": _period(extent.start or facts.extent.start, facts.valid_on),
        "isPartOf": _whole(here, language),
    }


def of_graph_page(here: Site, name: str, language: str) -> Object:
    """A graph, for its own page."""
    graph = iris.graph(here.base_iri, name)
    return of_graph(here, name, language) | {
        "@id": str(graph),
        "identifier": str(graph),
        "name": str(here.names.title(graph, language)),
        "url": absolute(here, url_for("documents.graph_page", lang=language, name=name)),
        "license": [str(value) for value in here.names.values(graph, DCTERMS.license)],
        "spatialCoverage": _place((-180.0, -90.0, 180.0, 90.0)),
    }


def of_comparison(here: Site, language: str) -> Object:
    """The comparison with Wikidata; empty where nothing was compared."""
    facts = gather(here)
    if not facts.reports:
        return {}
    modified = facts.reports_modified or facts.modified
    return (
        _dataset(here, facts, facts.reports, language, facts.issued, modified)
        | _comparison(here, facts, language)
        | {
            "temporalCoverage": _period(facts.extent.start, facts.valid_on),
            "spatialCoverage": _place((-180.0, -90.0, 180.0, 90.0)),
            "isBasedOn": _whole(here, language),
        }
    )


def of_catalogue(here: Site, language: str) -> Object:
    """The catalogue, with its datasets."""
    facts = gather(here)
    compared = [{"@type": "Dataset", **_comparison(here, facts, language)}] if facts.reports else []
    home = {"url": absolute(here, url_for("pages.about", lang=language)), "license": _licences(facts)}
    return _catalogue(here, language) | {
        "description": about(language),
        "publisher": party(here.imprint.publisher),
        "datePublished": facts.issued.date().isoformat(),
        "dateModified": facts.modified.date().isoformat(),
        "dataset": [
            _whole(here, language) | home,
            *(_part(here, part, language) for part in facts.parts),
            *compared,
        ],
    }


def about(language: str) -> str:
    """What is published here, in a sentence."""
    return catalogue(language).gettext(_ABOUT)


def party(found: Agent | None) -> Object | None:
    """An organisation, as far as it is configured."""
    if found is None:
        return None
    return {"@type": "Organization", "name": found.name, "url": found.url, "email": found.email}


def _whole(here: Site, language: str) -> Object:
    return {
        "@type": "Dataset",
        "@id": here.base_iri,
        "name": _title(here, language),
        "description": about(language),
    }


def _comparison(here: Site, facts: Facts, language: str) -> Object:
    thing = catalog.comparison_of(here.base_iri)
    name, description = catalog.describe_comparison(here.base_iri, _title(here, language), language)
    return {
        "@id": str(thing),
        "identifier": str(thing),
        "name": name,
        "description": description,
        "url": absolute(here, url_for("wikidata.overview", lang=language)),
        "license": _licences(facts),
        "creator": party(here.imprint.publisher),
    }


def _catalogue(here: Site, language: str) -> Object:
    return {
        "@type": "DataCatalog",
        "@id": catalog.catalog_address(here.base_iri),
        "name": _title(here, language),
        "url": absolute(here, url_for("catalog.page", lang=language)),
    }


def _licences(facts: Facts) -> list[str]:
    return sorted({part.licence for part in facts.parts} - {""})


def _dataset(here: Site, facts: Facts, files: Iterable[File], language: str, issued: datetime,
             modified: datetime) -> Object:  # fmt: skip
    publisher = party(here.imprint.publisher)
    return {
        "@type": "Dataset",
        "creator": publisher,
        "publisher": publisher,
        "version": facts.offered or facts.current,
        "dateModified": modified.date().isoformat(),
        "datePublished": issued.date().isoformat(),
        "keywords": catalog.keywords(here.base_iri, language),
        "variableMeasured": [str(here.names.title(term, language)) for term in _MEASURED],
        "measurementTechnique": catalogue(language).gettext(_METHOD),
        "isAccessibleForFree": True,
        "includedInDataCatalog": _catalogue(here, language),
        "distribution": [_download(file) for file in _offered(tuple(files))],
    }


def _offered(files: Sequence[File]) -> list[File]:
    """The files without those that are there unpacked, too: a reader of a search engine opens what is not packed."""
    plain = {file.name for file in files if not file.packed_type}
    return [file for file in files if not file.packed_type or file.name.rpartition(".")[0] not in plain]


def _download(file: File) -> Object:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "contentUrl": file.address,
        "encodingFormat": file.packed_type or file.media_type,
        "contentSize": f"{file.bytes} B" if file.bytes is not None else "",
        "sha256": file.sha256,
    }


def _part(here: Site, part: Part, language: str) -> Object:
    graph = iris.graph(here.base_iri, part.name)
    return {
        "@type": "Dataset",
        "@id": str(graph),
        "name": str(here.names.title(graph, language)),
        "description": catalog.describe_part(here.base_iri, part, language),
        "url": absolute(here, url_for("documents.graph_page", lang=language, name=part.name)),
        "license": [str(value) for value in here.names.values(graph, DCTERMS.license)],
        "creator": party(here.imprint.publisher),
    }


def _period(start: str, end: str) -> str:
    return f"{start}/{end}" if start and end else ""


def _place(box: tuple[float, float, float, float]) -> Object:
    """A box, as schema.org writes it: latitude before longitude, south-west before north-east."""
    west, south, east, north = (f"{side:g}" for side in box)
    return {"@type": "Place", "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}}


def _title(here: Site, language: str) -> str:
    return here.manifest.title.get(language) or next(iter(here.manifest.title.values()), "")


def citation(here: Site, title: str) -> str:
    """Who, what, which edition, from when and where."""
    publisher = here.imprint.publisher
    who = f"{publisher.name}: " if publisher is not None and publisher.name else ""
    return f"{who}{title}, {here.manifest.id}, {here.manifest.valid_on}. {here.base_iri}"
