"""Clients that do not read: a connection on which nothing can be sent for a while is closed by the kernel.

granian takes a response at once and sends it by itself, so the time limit is the socket's (TCP_USER_TIMEOUT of
tcp(7), which an accepted connection inherits). Headers that do not come are granian's own time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

_TRY_AGAIN = 0.1


def limit_stalls(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Let every connection that will be accepted end when its client reads nothing for so long.

    The server opens its socket only after the loop was handed over: until there is one this is tried again.
    """
    listeners = 0
    for listener in _listeners():
        with listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1_000))
            listeners += 1
    if not listeners:
        loop.call_later(_TRY_AGAIN, limit_stalls, loop, seconds)


def _listeners() -> Iterator[socket.socket]:
    """Second descriptors of the sockets on which this process accepts connections."""
    for path in list(Path("/proc/self/fd").iterdir()):
        with contextlib.suppress(OSError):
            if not str(path.readlink()).startswith("socket:"):
                continue
            found = socket.socket(fileno=os.dup(int(path.name)))
            is_internet = found.family in (socket.AF_INET, socket.AF_INET6)
            if is_internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield found
            else:
                found.close()
