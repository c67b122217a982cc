"""Write down every request as one line of JSON, with nothing that points to a person.

Of an address there is the network, of an address that was asked the endpoint, of a query its hash; the text of
queries only where whoever runs the service wants it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from twin_graph.clients import name_client, network_of
from twin_graph.front.exchange import Exchange

# The kernel writes so much to a pipe in one piece: lines of several processes do not mix.
LONGEST = 4_096
_AGENT = 200
_STANDARD_ERROR = 2


class RequestLog:
    """A listener that writes.

    Args:
        proxies: how many of ours are in front.
        write: takes one line.
    """

    def __init__(self, proxies: int, write: Callable[[bytes], object] | None = None) -> None:
        self._proxies = proxies
        self._write = write or _write

    def __call__(self, exchange: Exchange) -> None:
        """Write down a request that has been answered."""
        headers = exchange.request.headers
        client = name_client(exchange.request.peer, headers.get("x-forwarded-for", ""), self._proxies)
        self._write(make_line(exchange, network_of(client)))


def make_line(exchange: Exchange, network: str) -> bytes:
    """The line of a request; what is too long in it is cut, for the whole line has a longest length.

    Args:
        network: of the client.
    """
    note = exchange.note
    entry: dict[str, Any] = {
        "time": datetime.fromtimestamp(exchange.began, UTC).isoformat(timespec="milliseconds"),
        "request": exchange.name,
        "client": network,
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "ms": round(exchange.seconds * 1_000, 1),
        "bytes": exchange.size,
        "agent": exchange.request.headers.get("user-agent", "")[:_AGENT],
    }
    if note.form:
        entry |= {"form": note.form, "outcome": note.outcome, "query_sha256": note.digest}
    if not note.text:
        return _encode(entry)
    text = note.text[:LONGEST]
    while len(line := _encode({**entry, "query": text})) > LONGEST:
        text = text[: len(text) * 7 // 8]
    return line


def _encode(entry: dict[str, Any]) -> bytes:
    """One line of ASCII: whatever is no printable character of it is escaped."""
    return json.dumps(entry, separators=(",", ":")).replace("\x7f", "\\u007f").encode() + b"\n"


def _write(line: bytes) -> None:
    with contextlib.suppress(OSError):  # nobody reads it any more, which is no reason not to answer
        os.write(_STANDARD_ERROR, line)
