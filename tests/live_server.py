"""The real server in processes of its own, on a snapshot that a test gives, for tests over real HTTP.

`serve` starts it as a user would; nothing in it is replaced. Which requests are sent is the test's.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from twin_graph.snapshot import Snapshot

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Reply:
    """What the server answered; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass
class LiveServer:
    """A running server: where it listens, its process, and what it has printed."""

    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        source: str = "127.0.0.1",
        seconds: float = 60.0,
    ) -> Reply:
        """Send one request on a connection of its own.

        Args:
            target: path and query, percent-encoded.
            source: the address of the client; everything in 127.0.0.0/8 is a client of its own.
        """
        started = time.perf_counter()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=seconds, source_address=(source, 0)
        )
        try:
            connection.request(method, target, body, dict(headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            content = response.read()
            return Reply(response.status, found, content, time.perf_counter() - started)
        finally:
            connection.close()


@contextlib.contextmanager
def live_server(snapshot: Snapshot, **settings: str | int) -> Iterator[LiveServer]:
    """Serve a snapshot, which is the current one of its workspace, for as long as the block runs.

    Args:
        settings: as in the environment; without `port` it listens where nobody else does.
    """
    path = urlsplit(snapshot.manifest.base_iri).path
    port = int(settings.get("port", 0)) or free_port()
    values = {
        "workspace": str(snapshot.path.parents[1]),
        "host": "127.0.0.1",
        **settings,
        "port": port,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_GRAPH_")}
    environment |= {f"TWIN_GRAPH_{name.upper()}": str(value) for name, value in values.items()}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "twin_graph", "serve"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    server = LiveServer(port, process)
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: server.said.extend(process.stdout or ()))
    reader.start()
    try:
        _wait_until_ready(server, path + "readyz")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(_STOP_SECONDS)
        process.stdout.close()


def free_port() -> int:
    """A port on which nobody listens, below those that the system gives to connections of clients."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait_until_ready(server: LiveServer, target: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert server.process.poll() is None, "".join(server.said)
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.ask("GET", target).status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server does not start: {''.join(server.said)}")
