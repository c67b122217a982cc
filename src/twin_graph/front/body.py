"""The body of a request, read on the event loop: no more than a limit, no longer than a deadline.

A client that sends slowly, or not at all, costs a connection and nothing else. What is said to it is up to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from enum import Enum, auto

# Of a body above the limit so much more is read and dropped; a client that is still sending reads no answer.
_DROPPED = 1_048_576


class Outcome(Enum):
    """How reading a body ended."""

    WHOLE = auto()
    TOO_LARGE = auto()
    LATE = auto()
    CUT = auto()


@dataclass(frozen=True)
class Body:
    """What came of a body; the content is there only when it is whole."""

    outcome: Outcome
    content: bytes = b""


async def read_body(chunks: AsyncIterable[bytes], length: int | None, limit: int, seconds: float) -> Body:
    """Read a body.

    Args:
        length: how many bytes were announced, None where that is open.
        limit: how many bytes are taken.
        seconds: how long the whole of it may take.
    """
    try:
        async with asyncio.timeout(seconds):
            content = await _collect(chunks, limit)
    except TimeoutError:
        too_large = length is not None and length > limit
        return Body(Outcome.TOO_LARGE if too_large else Outcome.LATE)
    if content is None:
        return Body(Outcome.TOO_LARGE)
    if length is not None and len(content) < length:
        return Body(Outcome.CUT)
    return Body(Outcome.WHOLE, content)


async def _collect(chunks: AsyncIterable[bytes], limit: int) -> bytes | None:
    """The content; None where it is larger than the limit."""
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size <= limit:
            parts.append(chunk)
        elif size > limit + _DROPPED:
            break
    return b"".join(parts) if size <= limit else None
