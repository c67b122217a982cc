"""nginx with the configuration of `deploy/nginx`, in a folder and on ports of its own, in front of a live server.

Only what names this machine is replaced: ports, certificate, log, upstream. What is asked is the test's.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from live_server import Reply, free_port
from workspaces import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
_MAIN = "daemon off; worker_processes 1; pid {0}/pid; error_log {0}/error.log;\nevents {{}}\nhttp {{\n{1}\n{2}\n}}\n"
_PATHS = "".join(
    f"{name}_temp_path {{0}}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)
_START_SECONDS = 20.0


def require_program(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where everything is required."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail(f"{name} is required and is not there")
        pytest.skip(f"{name} is not installed")
    return found


@dataclass(frozen=True)
class Ports:
    """Where nginx listens."""

    plain: int
    tls: int
    numbers: int


@dataclass(frozen=True)
class Nginx:
    """A running nginx: its ports and its log."""

    ports: Ports
    log: Path

    def ask(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        *,
        source: str = "127.0.0.1",
    ) -> Reply:
        """Send one request over TLS, on a connection of its own; `source` is the address of the client."""
        context = ssl._create_unverified_context()  # the certificate was made a moment ago
        connection = HTTPSConnection(
            "127.0.0.1", self.ports.tls, timeout=60, context=context, source_address=(source, 0)
        )
        return _reply(connection, method, target, headers, body)

    def ask_plainly(self, target: str, port: int = 0) -> Reply:
        """Send a GET without TLS."""
        return _reply(
            HTTPConnection("127.0.0.1", port or self.ports.plain, timeout=60), "GET", target, None, None
        )


def write_configuration(folder: Path, ports: Ports, upstream: int, **changes: str) -> Path:
    """The files of `deploy/nginx` as one that `nginx -c` takes.

    Args:
        upstream: the port of the service.
        changes: further pieces of text and what to write instead, joined by `=>`.
    """
    certificate = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost "
        f"-keyout {folder}/key.pem -out {folder}/fullchain.pem"
    )
    subprocess.run(certificate.split(), check=True, capture_output=True)
    site = (DEPLOY / "nginx/twin-graph.conf").read_text(encoding="utf-8")
    (folder / "upstream.conf").write_text(
        (DEPLOY / "nginx/upstream.conf").read_text(encoding="utf-8").replace(":8000", f":{upstream}")
    )
    replaced = {
        "/etc/nginx/twin-graph-upstream.conf": f"{folder}/upstream.conf",
        "/etc/ssl/twin-graph": str(folder),
        "/var/log/nginx": str(folder),
        "listen 80;": f"listen 127.0.0.1:{ports.plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{ports.tls} ssl",
        "127.0.0.1:8081": f"127.0.0.1:{ports.numbers}",
        **dict(change.split("=>") for change in changes.values()),
    }
    for old, new in replaced.items():
        assert old in site, old
        site = site.replace(old, new)
    site = re.sub(r"^ *listen \[::\].*\n", "", site, flags=re.MULTILINE)  # not every machine has IPv6
    path = folder / "nginx.conf"
    path.write_text(_MAIN.format(folder, _PATHS.format(folder), site), encoding="utf-8")
    return path


@contextlib.contextmanager
def nginx_before(upstream: int, folder: Path, **changes: str) -> Iterator[Nginx]:
    """nginx in front of a port for as long as the block runs."""
    program = require_program("nginx")
    ports = Ports(free_port(), free_port(), free_port())
    path = write_configuration(folder, ports, upstream, **changes)
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(path)], stderr=subprocess.DEVNULL)
    running = Nginx(ports, folder / "twin-graph.log")
    try:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, (folder / "error.log").read_text()
            with contextlib.suppress(OSError):
                running.ask_plainly("/")
                break
            time.sleep(0.05)
        yield running
    finally:
        process.terminate()
        process.wait(_START_SECONDS)


def _reply(
    connection: HTTPConnection, method: str, target: str, headers: dict[str, str] | None, body: bytes | None
) -> Reply:
    started = time.perf_counter()
    with contextlib.closing(connection):
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, response.read(), time.perf_counter() - started)
