"""The web application: `create_app` opens the current snapshot and lists the groups of addresses.

The only package that knows Flask. A view reads the request into a value, calls a service, makes the response.
"""

from __future__ import annotations

from flask import Flask

from twin_graph.settings import Settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import (
    documents,
    errors,
    graph_store,
    health,
    languages,
    pages,
    responses,
    sparql,
    templating,
    vocabulary,
)
from twin_graph.web.site import EXTENSION, TEMPLATES, open_site


def create_app(settings: Settings, snapshot: Snapshot | None = None) -> Flask:
    """The WSGI application of a workspace.

    Args:
        snapshot: the snapshot to serve; by default the current one of the workspace.

    Raises:
        WorkspaceInvalid, SnapshotMissing, SnapshotDamaged: the message says what to run.
    """
    here = open_site(settings, snapshot)
    app = Flask("twin_graph", static_folder=None, template_folder=str(TEMPLATES))
    app.extensions[EXTENSION] = here
    # Werkzeug's own redirects would repeat the Host header; each view redirects to its canonical path itself.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    for blueprint in (documents.bp, sparql.bp, graph_store.bp, vocabulary.bp, pages.bp, errors.bp, health.bp):
        app.register_blueprint(blueprint, url_prefix=here.prefix or None)
    languages.install(app)
    templating.install(app)
    responses.install(app)
    errors.install(app)
    return app


__all__ = ["create_app"]
