"""`/openapi.json` and `/.well-known/api-catalog`: what programs can do here besides RDF, for programs.

    operations.yaml, schemas.yaml, service.yaml   what is said
    tables.py        reads these
    paths.py         paths and their parameters, from the route map
    description.py   both together
    api_catalog.py   the services of this host

https://spec.openapis.org/oas/v3.1.1.html, https://www.rfc-editor.org/rfc/rfc9727
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import yaml
from flask import Blueprint, Response, current_app, url_for

from twin_graph import __version__
from twin_graph.formats import LINKSET, PLAIN_JSON, YAML, Format
from twin_graph.reconcile import V10
from twin_graph.web import memento
from twin_graph.web.lists import title_of_site
from twin_graph.web.openapi.api_catalog import PROFILE, list_services
from twin_graph.web.openapi.description import About, Object, describe
from twin_graph.web.openapi.paths import Path, find_paths
from twin_graph.web.responses import Link, absolute, represent
from twin_graph.web.site import Site, site

bp = Blueprint("openapi", __name__)
# Under /reconcile a language and a service can stand at the same place.
SPELLED_OUT = ("word",)
_DESCRIPTIONS = "twin_graph.openapi"


@bp.get("/openapi.json")
def description() -> Response:
    """The description."""
    return _represent(PLAIN_JSON, _json)


@bp.get("/openapi.yaml", endpoint="yaml")
def description_yaml() -> Response:
    """The same as YAML."""
    return _represent(YAML, _yaml)


@bp.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """The services of this host."""
    here = site()
    own = absolute(here, url_for("openapi.api_catalog"))
    links: list[Link] = [(own, "api-catalog", ""), (PROFILE, "profile", "")]
    body = _json(list_services(here))
    response = represent(here, LINKSET, lambda: body, links=links, also=_digest(body))
    response.headers["Content-Type"] = f'{LINKSET.media_type}; profile="{PROFILE}"'
    return response


def paths(prefix: str) -> list[Path]:
    """The paths of the current application."""
    return list(find_paths(current_app.url_map.iter_rules(), prefix, SPELLED_OUT))


def _represent(fmt: Format, write: Callable[[Object], str]) -> Response:
    here = site()
    links: list[Link] = [
        (absolute(here, url_for(endpoint)), "alternate", other.media_type)
        for endpoint, other in (("openapi.description", PLAIN_JSON), ("openapi.yaml", YAML))
        if other is not fmt
    ]
    found = _describe(here)
    return represent(here, fmt, lambda: write(found), links=links, also=_digest(_json(found)))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _yaml(value: Any) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _describe(here: Site) -> dict[str, Any]:
    """The description; made once, because neither routes nor data change under an application."""
    found: dict[str, Any] | None = current_app.extensions.get(_DESCRIPTIONS)
    if found is None:
        found = current_app.extensions[_DESCRIPTIONS] = describe(paths(here.prefix), _about(here))
    return found


def _about(here: Site) -> About:
    info: dict[str, Any] = {"title": title_of_site(here, "en"), "version": __version__}
    contact = here.imprint.contact
    if contact is not None and contact.name:
        told = {"name": contact.name, "url": contact.url, "email": contact.email}
        info["contact"] = {name: text for name, text in told.items() if text}
    settings = here.settings
    return About(
        info,
        here.base_iri.rstrip("/"),
        absolute(here, url_for("pages.about", lang="en", _anchor="programs")),
        {"key": here.manifest.start_city or "", "snapshot": here.manifest.id},
        {rule.endpoint for rule in current_app.url_map.iter_rules() if memento.is_published(rule.endpoint)},
        () if settings.reconcile_draft == "on" else (V10,),
        settings.reconcile_jsonp == "on",
    )


__all__ = ["bp", "paths"]
