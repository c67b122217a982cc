"""The web side of the pool: send a query, wait for its complete result.

One connection serves one query at a time; connections are kept for the next one, so a pool object may be
used by several threads. A query whose client goes away is cancelled by a message on its connection, which stays:
the pool has neither to notice its end nor to accept another one.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from twin_graph import formats
from twin_graph.errors import ClientGone, OperatorError, QueryTimeout, ServiceBusy
from twin_graph.worker.departure import Departure
from twin_graph.worker.messages import (
    CANCEL,
    COUNT,
    READ,
    SOCKET_BUFFER,
    QueryRequest,
    QueryResult,
    decode,
    decode_error,
    encode_charge,
)

_ANSWER_BYTES = 65_536
_IN_MEMORY = _CHUNK = 1_048_576
# How long to knock at a pool that is there but has too many connections to accept, and how often.
_KNOCK_SECONDS, _KNOCK_EVERY = 1.0, 0.01


class QueryPool:
    """The pool that listens on a Unix socket.

    Args:
        path: the socket.
        patience: after how many seconds a pool that says nothing is given up; more than it may take to
            wait for a worker and to run.
    """

    def __init__(self, path: Path, patience: float = 60.0) -> None:
        self.path = path
        self._patience = patience
        self._idle: deque[socket.socket] = deque()
        self._closed = False
        self.hold()

    def hold(self) -> None:
        """Have a connection, if that can be: a pool that is to be replaced stays as long as somebody has one."""
        if not self._idle and not self._closed:
            with contextlib.suppress(ServiceBusy):
                self._keep(self._connect(Departure()))

    def run(self, request: QueryRequest, departure: Departure | None = None) -> QueryResult:
        """Have a query evaluated, or get its kept answer.

        Args:
            departure: tells when the client has gone; the query is stopped then.

        Raises:
            ClientGone, MalformedQuery, MalformedRequest, NotAcceptable, OverBudget, QueryNotAllowed, QueryTimeout,
            QueryResources, ResultTooLarge, ServiceBusy
        """
        header, content = self._exchange(request.encode(), departure or Departure())
        fmt = formats.by_name(header["format"])
        if fmt is None or content is None:
            raise OperatorError("the query service gave an answer that is not whole")
        return QueryResult(fmt, content, header["size"], header["rows"], header["seconds"], header["kept"])

    def charge(self, client: str) -> None:
        """Count a failed request of a client that was found out before it came to the pool.

        A pool that cannot be reached counts nothing.

        Raises:
            OverBudget: the client had no errors left; this one is not counted.
        """
        if client:
            with contextlib.suppress(ServiceBusy, QueryTimeout):
                self._exchange(encode_charge(client), Departure())

    def counts(self) -> dict[str, int]:
        """What the pool counts: its workers by what they do, queries that wait, workers that ended before their time.

        Raises:
            ServiceBusy, QueryTimeout: it cannot be reached.
        """
        header, _ = self._exchange(COUNT, Departure())
        return {name: int(number) for name, number in header.items()}

    def close(self) -> None:
        """Close the idle connections, and every other one after its query."""
        self._closed = True
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()

    def _exchange(self, message: bytes, departure: Departure) -> tuple[dict[str, Any], IO[bytes] | None]:
        """Send a message, on another connection where a kept one turns out to be dead; gives the answer."""
        while self._idle:
            _look_after(departure)
            with contextlib.suppress(IndexError, ConnectionError):
                return self._ask(self._idle.pop(), message, departure)
        try:
            return self._ask(self._connect(departure), message, departure)
        except ConnectionError as problem:
            raise ServiceBusy("the query service is being restarted") from problem

    def _connect(self, departure: Departure) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
            connection.settimeout(self._patience)
            _knock(connection, self.path, departure)
        except OSError as problem:
            connection.close()
            raise ServiceBusy("the query service is not running at the moment") from problem
        except ClientGone:
            connection.close()
            raise
        return connection

    def _ask(
        self, connection: socket.socket, message: bytes, departure: Departure
    ) -> tuple[dict[str, Any], IO[bytes] | None]:
        whole = False
        try:
            connection.send(message)
            # Not before the query is sent: it is what the message cancels. Either way there is one answer.
            with departure.calls(partial(_cancel, connection)):
                header, content = _receive(connection)
            whole = True
        except TimeoutError as problem:
            raise QueryTimeout("the query service did not answer in time") from problem
        except ConnectionError:
            _look_after(departure)
            raise
        finally:
            if not whole:
                connection.close()
        self._keep(connection)
        _look_after(departure)
        if "error" in header:
            raise decode_error(header)
        return header, content

    def _keep(self, connection: socket.socket) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)


class _Content(tempfile.SpooledTemporaryFile[bytes]):
    """A copy of a result, in memory or in a file that is closed with the last reference to it."""

    def __del__(self) -> None:
        self.close()


def _look_after(departure: Departure) -> None:
    if departure.gone:
        raise ClientGone("the client has gone")


def _knock(connection: socket.socket, path: Path, departure: Departure) -> None:
    """Connect; where more connections wait than the kernel notes down, try again for a while."""
    deadline = time.monotonic() + _KNOCK_SECONDS
    while True:
        _look_after(departure)
        try:
            return connection.connect(str(path))
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_KNOCK_EVERY)


def _cancel(connection: socket.socket) -> None:
    """Cancel the query of a connection; where the pool is so busy that no message fits, hang up."""
    try:
        os.write(connection.fileno(), CANCEL)  # unlike `send`, it does not wait until there is room
    except OSError:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _receive(connection: socket.socket) -> tuple[dict[str, Any], IO[bytes] | None]:
    """The next answer of the pool; content where it came with a file and that is whole."""
    answer, descriptors, _, _ = socket.recv_fds(connection, _ANSWER_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
    try:
        if not answer:
            raise ConnectionResetError("the pool closed the connection")
        header, _ = decode(answer)
        content = _copy(descriptors[0], header) if descriptors else None
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    if descriptors and not header["kept"]:
        connection.send(READ)
    return header, content


def _copy(descriptor: int, header: Mapping[str, Any]) -> IO[bytes] | None:
    """A copy of a spool, so that its worker is free at once; None where the spool is shorter than was said."""
    content = cast(IO[bytes], _Content(max_size=_IN_MEMORY))
    position = 0
    while part := os.pread(descriptor, min(_CHUNK, header["size"] - position), position):
        content.write(part)
        position += len(part)
    content.seek(0)
    return content if position == header["size"] else None
