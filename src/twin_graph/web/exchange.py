"""What the protocols have in common: strict parameters, any method, who asks, and a file as the answer.

What the parameters of one protocol mean is read by its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO
from urllib.parse import parse_qsl

from flask import Response, request
from flask.blueprints import BlueprintSetupState

from twin_graph.clients import name_client
from twin_graph.environ import CLIENT, DEPARTURE, HEAD, NOTE, Note
from twin_graph.errors import MalformedRequest
from twin_graph.web.responses import FRESH, FRESH_FOR_ONE
from twin_graph.worker import Departure

_MAX_FIELDS = 200
_PIECE = 1 << 20


def any_method(endpoint: str) -> Callable[[BlueprintSetupState], None]:
    """What lets a view see requests of every method, so that a method it does not have is refused as all else is."""

    def open_rules(state: BlueprintSetupState) -> None:
        for rule in state.app.url_map.iter_rules(endpoint):
            rule.methods = None

    return open_rules


def freshness(parameters: Iterable[tuple[str, str]], known: frozenset[str]) -> str:
    """How long an answer may be kept, and by whom, whose request has these parameters."""
    return FRESH if all(name in known for name, _ in parameters) else FRESH_FOR_ONE


def decode_form(data: bytes) -> list[tuple[str, str]]:
    """The fields of a form or of the query of an address, percent-decoded once.

    Raises:
        MalformedRequest: they are not UTF-8, or too many.
    """
    try:
        return parse_qsl(decode(data), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError as problem:
        raise MalformedRequest("the request is not UTF-8") from problem
    except ValueError as problem:
        raise MalformedRequest(f"the request has more than {_MAX_FIELDS} parameters") from problem


def decode(data: bytes) -> str:
    """Text that came as UTF-8.

    Raises:
        MalformedRequest: it is something else.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        raise MalformedRequest("the request is not UTF-8") from problem


def find_client(proxies: int) -> str:
    """Who sends the current request.

    Args:
        proxies: how many of ours are in front of a server that does not name the client itself.
    """
    named = request.environ.get(CLIENT)
    if isinstance(named, str):
        return named
    return name_client(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), proxies)


def wants_head() -> bool:
    """Whether only headers are wanted: our front asks HEAD as GET, and says so."""
    return request.method == "HEAD" or HEAD in request.environ


def find_departure() -> Departure | None:
    """What tells that the client of the current request has gone, where the server watches that."""
    found = request.environ.get(DEPARTURE)
    return found if isinstance(found, Departure) else None


def find_note() -> Note:
    """Where to write down what only the application knows of the current request; nobody reads it elsewhere."""
    found = request.environ.get(NOTE)
    return found if isinstance(found, Note) else Note()


def send_file(content: IO[bytes], size: int) -> Response:
    """The content of a file that is read from its beginning and closed afterwards.

    A large file is sent piece by piece, and is never whole in the memory of a web process.

    Args:
        size: of the file, in bytes.
    """
    if size <= _PIECE:
        with content:
            return Response(content.read())
    response = Response(_pieces(content))
    response.call_on_close(content.close)  # also where nobody reads, as with HEAD
    response.content_length = size
    return response


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(_PIECE):
            yield piece
