"""The body of a request, read on the event loop: no more than a limit, no longer than a deadline.

A client that sends slowly, or not at all, costs a connection and nothing else. What is said to it is up to others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from enum import Enum

# So much of a body that is not wanted is read and dropped, after the answer: a client reads what it is told only if
# it can send meanwhile.
_DROPPED = 1_048_576
_DROPPING_SECONDS = 2.0


class Outcome(Enum):
    """How reading a body ended; the value is the status that says so."""

    WHOLE = 200
    CUT = 400
    LATE = 408
    TOO_LARGE = 413


@dataclass(frozen=True)
class Body:
    """What came of a body; the content is there only when it is whole."""

    outcome: Outcome
    content: bytes = b""


async def receive(source: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a body; the iteration can be broken off and taken up again, which granian's cannot."""
    async for chunk in source:
        yield chunk


async def read_body(chunks: AsyncIterator[bytes], limit: int, seconds: float, length: int | None) -> Body:
    """Read a body.

    Args:
        limit: how many bytes are taken.
        seconds: how long the whole of it may take.
        length: how many bytes were announced, None where that is open.
    """
    try:
        async with asyncio.timeout(seconds):
            content, is_cut = await _collect(chunks, limit)
    except TimeoutError:
        return Body(Outcome.LATE)
    if len(content) > limit:
        return Body(Outcome.TOO_LARGE)
    if is_cut or (length is not None and len(content) < length):
        return Body(Outcome.CUT)
    return Body(Outcome.WHOLE, content)


async def drop_body(chunks: AsyncIterator[bytes]) -> None:
    """Let a client send, for a while, what nobody wants."""
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DROPPING_SECONDS):
            async for chunk in chunks:
                size += len(chunk)
                if size > _DROPPED:
                    return


async def _collect(chunks: AsyncIterator[bytes], limit: int) -> tuple[bytes, bool]:
    """The content, at most one chunk more than the limit; and whether it ended too early.

    granian gives an empty chunk at the end, and another one in the place of an error. It gives one for trailers
    too: these are so rare that a body with them may as well be refused.
    """
    parts: list[bytes] = []
    size = empty = 0
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        empty += not chunk
        if size > limit:
            break
    return b"".join(parts), empty > 1
