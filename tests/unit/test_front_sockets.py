"""Connections whose clients do not read are given up by the kernel."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from twin_graph.front import sockets


def seconds_of(connection: socket.socket) -> float:
    """How long nothing may be sent on a connection."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1_000


def test_accepted_connections_inherit_the_limit() -> None:
    """Every connection accepted from now on has the time limit; those of others have none."""
    loop = asyncio.new_event_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sockets.limit_stalls(loop, 7.5)
        with socket.create_connection(listener.getsockname()) as client:
            connection, _ = listener.accept()
            with connection:
                assert (7.5, 7.5, 0.0) == (seconds_of(listener), seconds_of(connection), seconds_of(client))
    loop.close()


def test_a_server_that_listens_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing listens yet it is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = iter([[], [listener.dup()]])
        monkeypatch.setattr(sockets, "_listeners", lambda: iter(next(found)))

        async def run() -> float:
            sockets.limit_stalls(asyncio.get_running_loop(), 3)
            deadline = time.monotonic() + 10
            while not seconds_of(listener) and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
            return seconds_of(listener)

        assert 3 == asyncio.run(run())
