"""The web side of the pool: send a query, wait for its complete result.

One connection serves one query at a time; connections are kept for the next one, so a pool object may be
used by several threads. Closing a connection while a query waits or runs stops the query.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections import deque
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from twin_graph import formats
from twin_graph.errors import ClientGone, OperatorError, QueryTimeout, ServiceBusy
from twin_graph.worker.departure import Departure
from twin_graph.worker.messages import (
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
                self._keep(self._connect())

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

    def close(self) -> None:
        """Close the idle connections, and every other one after its query."""
        self._closed = True
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()

    def _exchange(self, message: bytes, departure: Departure) -> tuple[dict[str, Any], IO[bytes] | None]:
        """Send a message, on another connection where a kept one turns out to be dead; gives the answer."""
        while self._idle:
            with contextlib.suppress(IndexError, ConnectionError):
                return self._ask(self._idle.pop(), message, departure)
        try:
            return self._ask(self._connect(), message, departure)
        except ConnectionError as problem:
            raise ServiceBusy("the query service is being restarted") from problem

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
            connection.settimeout(self._patience)
            connection.connect(str(self.path))
        except OSError as problem:
            connection.close()
            raise ServiceBusy("the query service is not running at the moment") from problem
        return connection

    def _ask(
        self, connection: socket.socket, message: bytes, departure: Departure
    ) -> tuple[dict[str, Any], IO[bytes] | None]:
        whole = False
        try:
            with departure.calls(partial(_hang_up, connection)):
                connection.send(message)
                header, content = _receive(connection)
            whole = not departure.gone
        except TimeoutError as problem:
            raise QueryTimeout("the query service did not answer in time") from problem
        except ConnectionError:
            if not departure.gone:
                raise
        finally:
            if not whole:
                connection.close()
        if not whole:
            raise ClientGone("the client has gone")
        self._keep(connection)
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


def _hang_up(connection: socket.socket) -> None:
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
