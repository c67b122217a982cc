"""`/livez` and `/readyz`: whether the process runs, and whether it can answer from its snapshot."""

from __future__ import annotations

from flask import Blueprint, Response

from twin_graph.errors import SnapshotDamaged
from twin_graph.queries import load
from twin_graph.web.site import site

bp = Blueprint("health", __name__)


@bp.get("/livez")
def live() -> Response:
    """The process answers."""
    return _plain("alive\n")


@bp.get("/readyz")
def ready() -> Response:
    """The snapshot is there and its store answers; 503 otherwise."""
    here = site()
    try:
        answered = here.snapshot.dump_path.exists() and here.store.ask(load("ready"))
    except (OSError, RuntimeError) as problem:
        raise SnapshotDamaged("the store does not answer") from problem
    if not answered:
        raise SnapshotDamaged("the snapshot is gone or empty")
    return _plain(f"ready {here.manifest.id}\n")


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
