"""A canary: a listener on the loopback interface that nobody may call."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Canary:
    """Counts who calls, and hangs up on them."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.calls += 1
                connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@contextlib.contextmanager
def listening_canary() -> Iterator[Canary]:
    """A canary for as long as the block runs."""
    bird = Canary()
    try:
        yield bird
    finally:
        bird.close()
