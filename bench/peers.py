"""Start twin_graph and its peers on the same statements, each with its own command, in processes of its own.

The peers are installed into `bench/.peers` with the versions of `peers.txt`. They get the statements without the
names of graphs, which spares them the union that is our default graph.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_ENVIRONMENT = HERE / ".peers"
_BIN = _ENVIRONMENT / "bin"
_START_SECONDS = 180.0


@dataclass(frozen=True)
class Server:
    """A running server: its name for the table, its port, and the path of its endpoint."""

    name: str
    port: int
    path: str


def install_peers() -> None:
    """Make the environment of the peers where there is none of these versions yet."""
    wanted, stamp = (HERE / "peers.txt").read_text(encoding="utf-8"), _ENVIRONMENT / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    venv.create(_ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(_BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "-r", str(HERE / "peers.txt")], check=True)
    stamp.write_text(wanted, encoding="utf-8")


@contextlib.contextmanager
def twin_graph(workspace: Path) -> Iterator[Server]:
    """Ours, with its default settings but no budget: all requests here are those of one client."""
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_GRAPH_")}
    settings = {"WORKSPACE": workspace, "PORT": port, "CLIENT_SECONDS": 0, "CLIENT_ERRORS": 0}
    environment |= {f"TWIN_GRAPH_{name}": str(value) for name, value in settings.items()}
    with _running([sys.executable, "-P", "-m", "twin_graph", "serve"], environment):
        yield _ready(Server("twin_graph", port, "/sparql"))


@contextlib.contextmanager
def rdflib_endpoint(statements: Path) -> Iterator[Server]:
    """rdflib-endpoint with rdflib's store in memory, which is its default."""
    port = _free_port()
    command = ["rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", str(port), str(statements)]
    with _running([str(_BIN / command[0]), *command[1:]]):
        yield _ready(Server("rdflib-endpoint", port, "/"))


@contextlib.contextmanager
def oxigraph(statements: Path) -> Iterator[Server]:
    """The server of the engine itself, in memory."""
    port = _free_port()
    with _running([str(_BIN / "oxigraph"), "serve", "--bind", f"127.0.0.1:{port}"]):
        server = _ready(Server("Oxigraph", port, "/query"))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
        with contextlib.closing(connection), statements.open("rb") as file:
            connection.request("PUT", "/store?default", file, {"Content-Type": "application/n-triples"})
            assert connection.getresponse().status < 300
        yield server


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(server: Server) -> Server:
    """Wait until it answers a query."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request(
                "GET", f"{server.path}?query=ASK%7B%7D", headers={"Accept": "application/json"}
            )
            if connection.getresponse().status == 200:
                connection.close()
                return server
        time.sleep(0.2)
    raise TimeoutError(f"{server.name} does not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
