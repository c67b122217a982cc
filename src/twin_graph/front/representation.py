"""An answer of the application as its clients get it: in a coding that they accept, or as 304.

Each coding is made once. Which codings there are is `coding`; which answers are kept for others is `cache`.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from twin_graph.environ import Note
from twin_graph.front.answer import Answer, Content
from twin_graph.front.coding import (
    IDENTITY,
    WORTH_IT,
    acceptable_codings,
    compress,
    compress_chunks,
    is_compressible,
)
from twin_graph.front.request import Request
from twin_graph.front.validators import find_known, tag_of_coding

# RFC 9110 15.4.5: a 304 describes the representation by its validators only.
_NOT_IN_304 = frozenset({"allow", "content-encoding", "content-language", "content-range", "content-type",
                         "last-modified", "server-timing"})  # fmt: skip
_WITHOUT_CONTENT = (204, 206, 304)


class Representation:
    """One answer of the application, and its codings as far as somebody asked for them. Safe in threads.

    Attributes:
        note: what the application said of the request that it answered.
    """

    def __init__(self, answer: Answer, note: Note | None = None) -> None:
        self.note = note or Note()
        self._is_coded_by_us = _may_be_coded(answer)
        # A 304 does not say its media type: what it says of Vary must fit all.
        if answer.status == 304 or is_compressible(answer.header("content-type")):
            answer = answer.with_headers(vary=_with_accept_encoding(answer.header("vary")))
        self._lock = threading.Lock()
        self._made = {IDENTITY: answer}

    @property
    def plain(self) -> Answer:
        """The answer without a coding."""
        return self._made[IDENTITY]

    def find(self, request: Request) -> Answer | None:
        """What a client gets, None where that has to be made first."""
        return self._find_304(request) or self._made.get(self._choose(request))

    def make(self, request: Request) -> Answer:
        """What a client gets; takes long when it has to be compressed."""
        with self._lock:
            found = self.find(request)
            if found is None:
                coding = self._choose(request)
                found = self._made[coding] = _encode(self.plain, coding)
            return found

    def size(self) -> int:
        """Bytes of all codings that were made."""
        return sum(len(answer.content) for answer in list(self._made.values()))

    def _choose(self, request: Request) -> str:
        if not self._is_coded_by_us:
            return IDENTITY
        wanted = acceptable_codings(request.headers.get("accept-encoding"))
        if len(self.plain.content) < WORTH_IT and IDENTITY in wanted:
            return IDENTITY
        return wanted[0] if wanted else IDENTITY

    def _find_304(self, request: Request) -> Answer | None:
        """The 304 that a client gets who has the answer already, and any 304 of the application."""
        header, tag = request.headers.get("if-none-match", ""), self.plain.header("etag")
        known = find_known(header, tag) if header and tag else None
        if self.plain.status == 304:
            return _not_modified(self.plain, known or tag)
        if known and self.plain.status == 200 and request.method in ("GET", "HEAD"):
            return _not_modified(self.plain, known)
        return None


def _not_modified(answer: Answer, tag: str) -> Answer:
    headers = tuple(header for header in answer.headers if header[0] not in _NOT_IN_304)
    vary = _with_accept_encoding(answer.header("vary"))
    found = Answer(304, headers).with_headers(vary=vary)
    return found.with_headers(etag=tag) if tag else found


def _encode(answer: Answer, coding: str) -> Answer:
    coded = replace(answer, content=_compress(answer.content, coding)).with_headers(content_encoding=coding)
    tag = answer.header("etag")
    return coded.with_headers(etag=tag_of_coding(tag, coding)) if tag else coded


def _compress(content: Content, coding: str) -> Content:
    if isinstance(content, bytes):
        return compress(coding, content)
    spool = content.another()
    for part in compress_chunks(coding, content, len(content)):
        spool.write(part)
    return spool.content()


def _may_be_coded(answer: Answer) -> bool:
    return (
        answer.status not in _WITHOUT_CONTENT
        and len(answer.content) > 0
        and not answer.header("content-encoding")
        and "no-transform" not in answer.header("cache-control")
        and is_compressible(answer.header("content-type"))
    )


def _with_accept_encoding(vary: str) -> str:
    names = [name.strip() for name in vary.split(",") if name.strip()]
    if "*" in names or "accept-encoding" in map(str.lower, names):
        return vary
    return ", ".join((*names, "Accept-Encoding"))
