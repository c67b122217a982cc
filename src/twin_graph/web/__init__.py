"""The web application: `create_app` opens the current snapshot and lists the groups of addresses.

The only package that knows Flask. A view reads the request into a value, calls a service, makes the response.
"""

from __future__ import annotations

import gc
from functools import partial

from flask import Flask

from twin_graph.settings import Settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import (
    archive,
    browse,
    catalog,
    conformance,
    curation,
    discovery,
    documents,
    dumps,
    embed,
    errors,
    explore,
    feeds,
    graph_store,
    graph_tables,
    health,
    languages,
    ldes,
    memento,
    moments,
    noting,
    openapi,
    pages,
    pictures,
    policy,
    reconcile,
    reports,
    responses,
    search,
    sparql,
    statement,
    tables,
    templating,
    vocabulary,
    void,
    wikidata,
)
from twin_graph.web.pictures.data import cities, continents
from twin_graph.web.site import EXTENSION, TEMPLATES, open_site, site


def create_app(settings: Settings, snapshot: Snapshot | None = None, *, is_old: bool = False) -> Flask:
    """The WSGI application of a workspace.

    Args:
        snapshot: the snapshot to serve; by default the current one of the workspace.
        is_old: whether it is asked for by its id, and not what is published today.

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
    for group in (feeds, curation, reports, wikidata, embed, statement, documents, sparql, graph_store, vocabulary,
                  search, explore, reconcile, memento, void, catalog, conformance, discovery, openapi, policy, dumps,
                  ldes, pages, tables, browse, pictures, errors, health):  # fmt: skip
        app.register_blueprint(group.bp, url_prefix=here.prefix or None)
    noting.install(app)
    languages.install(app)
    templating.install(app)
    responses.install(app)
    errors.install(app)
    if not is_old:
        archive.install(app, settings, here.workspace.snapshots, partial(create_app, is_old=True))
    moments.install(app)
    if not is_old:
        memento.install(app)
    return app


def warm(app: Flask) -> None:
    """Read what lists and maps of everything need, once, so that no reader waits for it.

    It stays as long as the application, so Python need not look through millions of objects for cycles later.
    """
    with app.app_context():
        here = site()
        here.shelves.warm()
        here.comparison.warm()
        graph_tables.kept(here)
        cities(here)
        continents(here)
        here.matchers  # noqa: B018 - it is made when it is asked for first
    settle_memory()


def settle_memory() -> None:
    """Let go what nobody refers to, and take what is left out of later searches for it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


__all__ = ["create_app", "settle_memory", "warm"]
