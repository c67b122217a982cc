"""Judge one exchange: which kind of answer it is, after the table of the design (`docs/wikidata.md`).

Pure: an exchange in, a verdict out. What is done about a verdict is `client`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from twin_graph.wikidata.portions import ACCEPT, Question, variables
from twin_graph.wikidata.results import IncompleteResults, WrongResults, clean, parse
from twin_graph.wikidata.subjects import not_asked_about
from twin_graph.wikidata.transport import Exchange, Trouble

Kind = Literal[
    "ok",
    # Ask for less at once: the answer was cut at the service's time limit, or is too large.
    "truncated", "timeout-exception", "too-large",
    # Ask again, then for less.
    "server", "timeout", "transport", "page", "wrong",
    # Wait.
    "throttled", "offline",
    # Stop.
    "banned", "refused", "moved", "rejected", "certificate",
]  # fmt: skip
HALVE: frozenset[Kind] = frozenset({"truncated", "timeout-exception", "too-large"})
AGAIN: frozenset[Kind] = frozenset({"server", "timeout", "transport", "page", "wrong"})

NO_HEADER = 60.0  # seconds to wait when a 429 does not say
LONGEST = 600.0
_BAN = timedelta(hours=24)
_BANNED = re.compile(
    r"banned\s+until\s+([0-9A-Za-z:., +\-]{8,40}?)(?:,\s*please|\.\s|[<\n]|$)", re.IGNORECASE
)
_OF_TROUBLE: dict[Trouble, Kind] = {
    "offline": "offline",
    "certificate": "certificate",
    "timeout": "timeout",
    "cut": "transport",
    "coding": "transport",
    "too-large": "too-large",
    "redirect": "moved",
}
_OF_STATUS: dict[int, Kind] = {
    401: "refused", 403: "refused", 407: "refused", 451: "refused",
    404: "moved", 405: "moved", 406: "moved", 410: "moved", 415: "moved",
    408: "server", 425: "server", 421: "server",
    413: "too-large", 414: "too-large",
    429: "throttled",
}  # fmt: skip
_TIMEOUTS = (b"TimeoutException", b"QueryTimeout")


@dataclass(frozen=True)
class Verdict:
    """What an exchange is.

    Attributes:
        detail: the reason in words.
        rows: those of a complete answer, as they are written.
        wait: seconds that the service asks us to wait; None where it says nothing.
        until: when a ban ends.
    """

    kind: Kind
    detail: str = ""
    rows: Sequence[Mapping[str, Any]] = ()
    wait: float | None = None
    until: datetime | None = None


def judge(
    exchange: Exchange, question: Question, items: Sequence[str], now: Callable[[], datetime]
) -> Verdict:
    """The verdict on an exchange.

    Args:
        items: what was asked about.
        now: for Retry-After as a date, and for a ban that does not say when it ends.
    """
    if exchange.status == 200 and not exchange.trouble:
        return _judge_answer(exchange, question, items)
    if (until := _ban(exchange, now)) is not None:
        return Verdict("banned", f"banned until {until:%Y-%m-%dT%H:%M:%SZ}", until=until)
    wait = retry_after(exchange.headers.get("retry-after"), now)
    kind = _OF_TROUBLE.get(exchange.trouble) if exchange.status in (0, 200, 307, 308) else None
    if kind is None:
        kind = _kind_of_status(exchange)
    return Verdict(kind, exchange.detail or f"status {exchange.status}", wait=wait)


def _kind_of_status(exchange: Exchange) -> Kind:
    status = exchange.status
    if status in _OF_STATUS:
        return _OF_STATUS[status]
    if status >= 500:
        heavy = any(mark in exchange.body for mark in _TIMEOUTS)
        return "timeout-exception" if heavy else "server"
    if status >= 400:
        return "rejected"
    return "moved" if status >= 300 else "page"


def _judge_answer(exchange: Exchange, question: Question, items: Sequence[str]) -> Verdict:
    media = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != ACCEPT:
        return Verdict("page", f"media type {media[:60] or 'missing'}")
    if not clean(exchange.body).strip():
        return Verdict("transport", "an empty body")
    try:
        rows = parse(exchange.body, variables(question))
    except IncompleteResults as problem:
        return Verdict("truncated", str(problem))
    except WrongResults as problem:
        return Verdict("wrong", str(problem))
    if others := not_asked_about(question, items, rows):
        return Verdict("wrong", f"rows about {others[0]}, which was not asked about")
    return Verdict("ok", rows=rows)


def retry_after(value: str | None, now: Callable[[], datetime]) -> float | None:
    """The seconds that a Retry-After asks for, in either form; None where it says nothing we can read.

    >>> retry_after("9", lambda: datetime.now(UTC)), retry_after("abc", lambda: datetime.now(UTC))
    (9.0, None)
    >>> retry_after("Mon, 23 Nov 2026 10:00:30 GMT", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))
    30.0
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return min(float(text[:20]), 10.0**9)
    moment = _moment(text)
    return None if moment is None else max(0.0, (moment - now()).total_seconds())


def _ban(exchange: Exchange, now: Callable[[], datetime]) -> datetime | None:
    """When the ban ends that the answer speaks of; a day from now where it does not say so readably."""
    text = exchange.body[:20_000].decode("utf-8", "replace")
    if exchange.status not in (403, 429) or "banned until" not in " ".join(text.lower().split()):
        return None
    said = _BANNED.search(text)
    until = _moment(said[1].strip()) if said else None
    return until if until is not None and until > now() else now() + _BAN


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
