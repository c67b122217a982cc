"""The web side of the pool: send a query, wait for its complete result.

One connection serves one query at a time; connections are kept for the next one, so a pool object may be
used by several threads. Closing a connection while a query runs stops the query.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections import deque
from pathlib import Path

from twin_graph import formats
from twin_graph.errors import OperatorError, QueryTimeout, ServiceBusy, TwinGraphError
from twin_graph.worker.messages import READ, SOCKET_BUFFER, QueryRequest, QueryResult, decode, decode_error

_ANSWER_BYTES = 65_536


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

    def run(self, request: QueryRequest) -> QueryResult:
        """Have a query evaluated.

        Raises:
            MalformedQuery, MalformedRequest, NotAcceptable, QueryNotAllowed, QueryTimeout, QueryResources,
            ResultTooLarge, ServiceBusy
        """
        message = request.encode()
        while self._idle:
            with contextlib.suppress(IndexError, ConnectionError):
                return self._ask(self._idle.pop(), message)
        try:
            return self._ask(self._connect(), message)
        except ConnectionError as problem:
            raise ServiceBusy("the query service is being restarted") from problem

    def close(self) -> None:
        """Close the idle connections, and every other one after its query."""
        self._closed = True
        while self._idle:
            with contextlib.suppress(IndexError):
                self._idle.pop().close()

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

    def _ask(self, connection: socket.socket, message: bytes) -> QueryResult:
        whole = False
        try:
            connection.send(message)
            result = _receive(connection)
            whole = True
        except TimeoutError as problem:
            raise QueryTimeout("the query service did not answer in time") from problem
        finally:
            if not whole:
                connection.close()
        self._keep(connection)
        if isinstance(result, TwinGraphError):
            raise result
        return result

    def _keep(self, connection: socket.socket) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)


def _receive(connection: socket.socket) -> QueryResult | TwinGraphError:
    answer, descriptors, _, _ = socket.recv_fds(connection, _ANSWER_BYTES, 1, socket.MSG_CMSG_CLOEXEC)
    try:
        if not answer:
            raise ConnectionResetError("the pool closed the connection")
        header, _ = decode(answer)
        if "error" in header:
            return decode_error(header)
        body = _read(descriptors[0], header["size"])
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    connection.send(READ)
    fmt = formats.by_name(header["format"])
    if fmt is None or len(body) != header["size"]:
        raise OperatorError("the query service gave an answer that is not whole")
    return QueryResult(fmt, body, header["rows"], header["seconds"])


def _read(descriptor: int, size: int) -> bytes:
    parts = []
    position = 0
    while position < size and (part := os.pread(descriptor, size - position, position)):
        parts.append(part)
        position += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
