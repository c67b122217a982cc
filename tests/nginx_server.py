"""A real nginx on the configuration of a mirror, in a process of its own, for tests over real HTTP.

What is asked and compared is decided by the tests.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from twin_graph.bake.asking import Answer, Asker

_LINK = re.compile(r'<[^<>]*>; rel="[^"]*"(?:; type="(?:[^"\\]|\\.)*")?')
# Who may do everything would give the files to somebody who may not read the folders of tests.
AS_THIS_USER = "user root;" if os.geteuid() == 0 else "worker_processes 1;"
_MAIN = f"daemon off; {AS_THIS_USER}"
_COMPARED = (
    "content-type", "cache-control", "content-location", "content-language", "location", "content-disposition",
    "content-security-policy", "access-control-allow-origin", "access-control-expose-headers",
    "x-content-type-options", "referrer-policy",
)  # fmt: skip


def require_nginx() -> str:
    """The program; without it the test is skipped, or fails where it is required."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail("nginx is required and is not there")
        pytest.skip("nginx is absent")
    return found


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mirror:
    """A running nginx: where it listens, and the folder of the mirror."""

    port: int
    folder: Path
    host: str

    def ask(self, address: str, accept: str = "", language: str = "", method: str = "GET") -> Answer:
        """What nginx answers to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        wanted = {"Host": self.host, "Accept": accept, "Accept-Language": language}
        with contextlib.closing(connection):
            connection.request(method, address, headers={k: v for k, v in wanted.items() if v})
            response = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                known = found.get(name.lower())
                found[name.lower()] = f"{known}, {value}" if known else value
            return Answer(response.status, found, response.read())


@contextlib.contextmanager
def serve_mirror(folder: Path, port: int, base_iri: str) -> Iterator[Mirror]:
    """Run nginx on a mirror that was made for a port."""
    command = [require_nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", _MAIN]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
            time.sleep(0.05)
        yield Mirror(port, folder, urlsplit(base_iri).netloc)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def differences(live: Asker, mirror: Mirror, address: str, accept: str = "", language: str = "",
                method: str = "GET") -> list[str]:  # fmt: skip
    """What nginx answers otherwise than the application; ETag and Last-Modified are each one's own."""
    one, other = live(address, accept, language, method), mirror.ask(address, accept, language, method)
    if one.status != other.status:
        return [f"{address} {accept}: status {one.status}, mirror {other.status}"]
    found = [
        f"{name}: {one.headers.get(name, '')}, mirror {other.headers.get(name, '')}"
        for name in _COMPARED
        if one.headers.get(name, "") != other.headers.get(name, "")
    ]
    if _words(one, "vary") != _words(other, "vary") - {"Accept-Encoding"}:
        found.append(f"vary: {one.headers.get('vary')}, mirror {other.headers.get('vary')}")
    if _links(one) != _links(other):
        found.append(f"link: {sorted(_links(one) ^ _links(other))}")
    if method != "HEAD" and one.body != other.body:
        found.append(f"body: {one.body[:200]!r}, mirror {other.body[:200]!r}")
    return [f"{address} {accept} {language}: {each}" for each in found]


def _words(answer: Answer, name: str) -> set[str]:
    return set(filter(None, answer.headers.get(name, "").split(", ")))


def _links(answer: Answer) -> set[str]:
    return set(_LINK.findall(answer.headers.get("link", "")))
