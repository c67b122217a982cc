"""The links by which a service or a page leads to the description of the services (RFC 8631, RFC 9727)."""

from __future__ import annotations

from flask import url_for

from twin_graph.formats import LINKSET, PLAIN_JSON
from twin_graph.web.responses import Link, absolute
from twin_graph.web.site import Site


def service_links(here: Site) -> list[Link]:
    """To the description, and to the list of the services of this host."""
    return [
        (absolute(here, url_for("openapi.description")), "service-desc", PLAIN_JSON.media_type),
        (absolute(here, url_for("openapi.api_catalog")), "api-catalog", LINKSET.media_type),
    ]
