"""A file as it was asked for: whole, in part, or not at all (RFC 9110, sections 13.2.2 and 14.2).

The order of the conditions is that of the standard. A range that need not be understood (of another unit, of several
parts, of another method than GET, or not well-formed) is as if nobody had sent it: the file comes whole.
"""

from __future__ import annotations

import re

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable

from twin_graph.web.exchange import wants_head

# One part; numbers of as many digits as any file has.
_PART = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})[ \t]*", re.IGNORECASE)
_RANGE = ("HTTP_RANGE", "HTTP_IF_RANGE")


def answer_in_part(response: Response, size: int) -> None:
    """Make of a whole file what its client asked for: the same, a part (206), or nothing new (304).

    Args:
        response: with the entity tag of the file, and the time of its last change where it has one.
        size: of the file in bytes.

    Raises:
        PreconditionFailed: the client wants another file than this one.
        RequestedRangeNotSatisfiable: the file is shorter.
    """
    try:
        _require_wanted(response)
        asked = {name: value for name, value in request.environ.items() if name != "HTTP_IF_MATCH"}
        whole = {name: value for name, value in asked.items() if name not in _RANGE}
        response.make_conditional(whole, accept_ranges=True, complete_length=size)
        if response.status_code == 200 and _asks_for_part():
            response.make_conditional(asked, accept_ranges=True, complete_length=size)
    except (PreconditionFailed, RequestedRangeNotSatisfiable):
        response.close()
        raise


def _require_wanted(response: Response) -> None:
    """If-Match must hold; without it, If-Unmodified-Since."""
    if "If-Match" in request.headers:
        tag, is_weak = response.get_etag()
        wanted = request.if_match
        holds = wanted.star_tag or (not is_weak and tag is not None and wanted.is_strong(tag))
    else:
        until, changed = request.if_unmodified_since, response.last_modified
        holds = until is None or changed is None or changed <= until
    if not holds:
        raise PreconditionFailed


def _asks_for_part() -> bool:
    found = _PART.fullmatch(request.headers.get("Range", "").strip())
    if found is None or wants_head():
        return False
    first, last = found.groups()
    return not (first and last) or int(first) <= int(last)
