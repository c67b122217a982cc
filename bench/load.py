"""Send requests to a server as fast as it answers, and measure: one generator for all servers.

Each connection sends its next request when it has the whole answer to the one before. Knows as much of HTTP/1.1 as
the servers here use. What is sent is the caller's.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"
_PATIENCE = 60.0


@dataclass
class Measured:
    """What was measured: seconds of each request, and of all of them together."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Measured) -> None:
        """Count what was measured at another time."""
        self.latencies += other.latencies
        self.seconds += other.seconds

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """The time, in milliseconds, that so many of a hundred requests do not pass."""
        if len(self.latencies) == 1:
            return self.latencies[0] * 1000
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


class Connection(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next, until the time is over."""

    def __init__(self, requests: Iterator[bytes], until: float, measured: Measured) -> None:
        self._requests, self._until, self._measured = requests, until, measured
        self._buffer = bytearray()
        self._expected: int | None = None  # bytes of the whole answer; None: not known yet, or sent in chunks
        self._received = 0
        self._started = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole; of a long one only the end is kept."""
        try:
            self._received += len(data)
            self._buffer += data
            if self._expected is None and self._received == len(self._buffer):
                self._read_head()
            if self._is_whole():
                self._measured.latencies.append(time.perf_counter() - self._started)
                self._send()
            elif (
                self._received > len(self._buffer) or self._expected is not None or len(self._buffer) > 8_192
            ):
                del self._buffer[: -len(_END_OF_CHUNKS)]
        except Exception as problem:
            self._finish(problem)

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up has not answered."""
        self._finish(exc or ConnectionError("the server has closed the connection"))

    def _read_head(self) -> None:
        head, found, _ = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if b" 200 " not in head[:16]:
            raise ConnectionError(f"the server answers {head[:200].decode(errors='replace')}")
        if length := _LENGTH.search(head + b"\r\n"):
            self._expected = len(head) + 4 + int(length.group(1))

    def _is_whole(self) -> bool:
        if self._expected is not None:
            return self._received >= self._expected
        return self._buffer.endswith(_END_OF_CHUNKS)

    def _send(self) -> None:
        if time.perf_counter() >= self._until:
            self._finish(None)
            return
        self._buffer.clear()
        self._expected, self._received = None, 0
        self._started = time.perf_counter()
        self._transport.write(next(self._requests))

    def _finish(self, problem: Exception | None) -> None:
        if not self.done.done():
            if problem is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(problem)
            self._transport.close()


def measure(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Measured:
    """Send requests for some time over some connections; each connection sends one at least.

    Raises:
        ConnectionError: an answer is not 200.
        TimeoutError: an answer takes more than a minute.
    """
    return asyncio.run(_measure(port, requests, connections, seconds))


async def _measure(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Measured:
    measured, begin = Measured(), time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(
            lambda: Connection(requests, begin + seconds, measured), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.wait_for(asyncio.gather(*(protocol.done for _, protocol in made)), seconds + _PATIENCE)
    measured.seconds = time.perf_counter() - begin
    return measured
