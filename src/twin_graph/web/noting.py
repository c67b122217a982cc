"""Write down which endpoint answers a request and which problem it met, for whoever counts and logs.

Counting and logging is the server's in front (`front`); which query was asked is written down in `web.sparql`.
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from twin_graph.web.exchange import find_note


def install(app: Flask) -> None:
    """Name the endpoint of every request before anything else is done with it."""
    app.url_value_preprocessor(_name_route)


def _name_route(endpoint: str | None, _: dict[str, Any] | None) -> None:
    find_note().route = endpoint or ""
