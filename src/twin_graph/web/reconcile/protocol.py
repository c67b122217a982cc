"""Requests and responses of the reconciliation protocol: forms and JSON that come, JSON and JSONP that go.

What a query means, and what is answered, is `twin_graph.reconcile`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, RequestURITooLarge

from twin_graph.errors import MalformedRequest, NotAcceptable, UnsupportedMediaType
from twin_graph.formats import JAVASCRIPT, PLAIN_JSON
from twin_graph.reconcile import V02
from twin_graph.web.exchange import decode_form
from twin_graph.web.negotiation import negotiate
from twin_graph.web.openapi.links import service_links
from twin_graph.web.responses import represent
from twin_graph.web.site import site

MAX_BODY = 1_048_576
MAX_ADDRESS = 8_192
FORM = "application/x-www-form-urlencoded"
CALLBACK = "callback"
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,127}", re.ASCII)
_UTF8 = ("utf-8", "utf8")


def read_fields() -> dict[str, str]:
    """The fields of the address, or of the form that was sent; the first of several of one name.

    Raises:
        RequestURITooLarge, RequestEntityTooLarge, UnsupportedMediaType, MalformedRequest
    """
    if len(request.query_string) > MAX_ADDRESS:
        raise RequestURITooLarge
    pairs = decode_form(request.query_string)
    if request.method == "POST":
        _require_type((FORM,))
        pairs = [*decode_form(_read_body()), *pairs]
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def read_json() -> bytes:
    """The JSON that was sent.

    Raises:
        RequestEntityTooLarge, UnsupportedMediaType
    """
    _require_type((PLAIN_JSON.media_type,))
    return _read_body()


def send(body: Callable[[], Any], parameters: Iterable[str] = ()) -> Response:
    """What answers a request: JSON, or a call of a function with it where a GET names one (R1).

    Args:
        parameters: names of those of the address that choose it.

    Raises:
        MalformedRequest: the name of the function is none.
        NotAcceptable: no JSON is wanted.
    """
    if request.method == "POST":
        _require_json()
        response = Response(write(body()), content_type=PLAIN_JSON.content_type)
        response.headers["Cache-Control"] = "no-store"
        return response
    vary = () if "lang" in (request.view_args or {}) else ("Accept-Language",)
    accept = (
        "Accept",
        *vary,
    )  # not for a call of a function: a browser says of a script that it wants anything
    callback = request.args.get(CALLBACK, "") if _has_jsonp() else ""
    if not callback:
        _require_json()
        return represent(site(), PLAIN_JSON, lambda: write(body()), parameters=parameters, vary=accept,
                         links=service_links(site()))  # fmt: skip
    if not _CALLBACK.fullmatch(callback):
        raise MalformedRequest("callback: must be the name of a function")
    return represent(site(), JAVASCRIPT, lambda: f"/**/{callback}({_for_script(write(body()))});\n",
                     parameters=(*parameters, CALLBACK), vary=vary)  # fmt: skip


def write(value: Any) -> str:
    """JSON, with the characters as they are unless one of them is no character (R19)."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text


def number(name: str, default: int, most: int, least: int = 0) -> int:
    """A number of the address; the default where it is none."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return default
    return max(least, min(most, int(text)))


def _has_jsonp() -> bool:
    """Whether scripts of other origins may be served: only in the version that asks for it, and by choice."""
    return site().settings.reconcile_jsonp == "on" and (request.view_args or {}).get("version") == V02


def _for_script(text: str) -> str:
    """JSON as a program may hold it, too: two separators of lines are none there."""
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _require_type(accepted: tuple[str, ...]) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in accepted or charset not in _UTF8:
        raise UnsupportedMediaType(f"this is sent as {accepted[0]}, in UTF-8", accepted)


def _require_json() -> None:
    if negotiate(request.headers.get("Accept"), (PLAIN_JSON,)) is None:
        raise NotAcceptable("the answer is JSON", (PLAIN_JSON.media_type,))


def _read_body() -> bytes:
    # A stream that does not say how long it is ends at the limit without an error, so that is one byte further.
    request.max_content_length = MAX_BODY + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    return body
