"""The services of this host as a set of links (RFC 9264): what each is, where it is described and explained.

Which relations there are is said by RFC 8631 and RFC 9727.
"""

from __future__ import annotations

from typing import Any

from flask import url_for

from twin_graph import ldes
from twin_graph.formats import ATOM, HTML, PLAIN_JSON, TURTLE, YAML, Format
from twin_graph.reconcile import SERVICES
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES

PROFILE = "https://www.rfc-editor.org/info/rfc9727"
Target = dict[str, Any]


def list_services(here: Site) -> dict[str, Any]:
    """The document: the catalogue of services first, then each service with its links."""
    services = [*_queries(here), *_reconciliation(here), *_data(here)]
    own = _address(here, "openapi.api_catalog")
    items = [{"href": each["anchor"]} for each in services]
    return {"linkset": [{"anchor": own, "item": items}, *services]}


def _queries(here: Site) -> list[Target]:
    endpoint = _address(here, "sparql.endpoint")
    return [{
        "anchor": endpoint,
        "service-desc": [_target(endpoint, TURTLE), *_described(here)],
        "service-doc": _pages(here, "pages.about", anchor="programs"),
        "service-meta": [_target(_address(here, "void.description", extension=TURTLE.extension), TURTLE)],
        "status": [{"href": _address(here, "health.ready")}],
    }]  # fmt: skip


def _reconciliation(here: Site) -> list[Target]:
    root = _address(here, "reconcile.root", version="0.2")
    anchors = [f"{root}/{word}" if word else root for word in SERVICES]
    return [
        {
            "anchor": anchor,
            "service-desc": [_target(anchor, PLAIN_JSON), *_described(here)],
            "service-doc": _pages(here, "reconcile.help_page"),
        }
        for anchor in anchors
    ]


def _data(here: Site) -> list[Target]:
    found = [
        {
            "anchor": _address(here, "catalog.description"),
            "service-meta": [_target(_address(here, "catalog.description", extension=TURTLE.extension), TURTLE)],
            "service-doc": _pages(here, "catalog.page"),
        },
        {"anchor": here.base_iri, "service-desc": _described(here),
         "service-doc": _pages(here, "pages.about", anchor="programs")},
    ]  # fmt: skip
    if ldes.read_feed(here.workspace.snapshots, here.base_iri):
        found.append({
            "anchor": _address(here, "ldes.view"),
            "service-meta": [_target(_address(here, "ldes.view", extension=TURTLE.extension), TURTLE)],
            "service-doc": _pages(here, "feeds.changes"),
            "alternate": [_target(_address(here, "feeds.changes_feed", lang=lang), ATOM, lang) for lang in LANGUAGES],
        })  # fmt: skip
    return found


def _described(here: Site) -> list[Target]:
    return [
        _target(_address(here, "openapi.description"), PLAIN_JSON),
        _target(_address(here, "openapi.yaml"), YAML),
    ]


def _pages(here: Site, endpoint: str, *, anchor: str | None = None) -> list[Target]:
    return [_target(_address(here, endpoint, lang=lang, _anchor=anchor), HTML, lang) for lang in LANGUAGES]


def _target(address: str, fmt: Format, language: str = "") -> Target:
    return {"href": address, "type": fmt.media_type} | ({"hreflang": [language]} if language else {})


def _address(here: Site, endpoint: str, **names: Any) -> str:
    return absolute(here, url_for(endpoint, **names))
