"""OpenRefine as people use it, without a window: its HTTP API, which its pages use, too.

Starts the program of Debian's package `openrefine` with a folder of its own. Which tables are matched is the tests'.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from live_server import free_port

PROGRAM = "openrefine"
_START_SECONDS = 120.0
_JOB_SECONDS = 120.0
_BOUNDARY = "----twin-graph-table"
Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class OpenRefine:
    """A running OpenRefine."""

    address: str

    def create(self, name: str, table: str) -> str:
        """The id of a project made of a table as CSV."""
        token = self._token()
        fields = {"project-name": name, "format": "text/line-based/*sv",
                  "options": json.dumps({"separator": ",", "encoding": "UTF-8", "headerLines": 1})}  # fmt: skip
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'
            for each, value in fields.items()
        ]
        head = (
            'Content-Disposition: form-data; name="project-file"; filename="t.csv"\r\nContent-Type: text/csv'
        )
        parts.append(f"--{_BOUNDARY}\r\n{head}\r\n\r\n{table}\r\n--{_BOUNDARY}--\r\n")
        request = urllib.request.Request(
            f"{self.address}/command/core/create-project-from-upload?csrf_token={token}",
            "".join(parts).encode(),
            {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            address = str(response.url)
        return urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["project"][0]

    def register(self, service: str) -> Manifest:
        """Read the manifest of a service and keep it among the services, as the dialogue does."""
        with urllib.request.urlopen(service, timeout=5) as response:
            manifest: dict[str, Any] = json.load(response)
        known = json.loads(
            self.get("get-preference", name="reconciliation.standardServices").get("value") or "[]"
        )
        kept = [*known, {**manifest, "url": service}]
        self.post("set-preference", name="reconciliation.standardServices", value=json.dumps(kept))
        return manifest

    def guess_types(self, project: str, column: str, service: str) -> list[dict[str, Any]]:
        """The types that the candidates of the first rows have, the most frequent first."""
        found = self.post("guess-types-of-column", project=project, columnName=column, service=service)
        types: list[dict[str, Any]] = found["types"]
        return types

    def reconcile(
        self,
        project: str,
        column: str,
        service: str,
        manifest: Manifest,
        wanted: Mapping[str, str] | None = None,
        details: Sequence[tuple[str, str]] = (),
    ) -> list[dict[str, Any]]:
        """Match a column, and give what each of its cells was matched with.

        Args:
            wanted: id and name of a type.
            details: other columns, and the properties that they hold.
        """
        config = {
            "mode": "standard-service", "service": service, "identifierSpace": manifest["identifierSpace"],
            "schemaSpace": manifest["schemaSpace"], "type": wanted, "autoMatch": True, "limit": 0,
            "columnDetails": [{"column": name, "propertyName": pid, "propertyID": pid} for name, pid in details],
        }  # fmt: skip
        self.post("reconcile", project=project, columnName=column, engine=_ENGINE, config=json.dumps(config))
        self._wait(project)
        return [row[column] for row in self.rows(project)]

    def preview_extension(self, project: str, column: str, rows: int, properties: Sequence[str]) -> Any:
        """What the dialogue of data extension shows of the first rows."""
        extension = {"properties": [{"id": name, "name": name} for name in properties]}
        return self.post("preview-extend-data", project=project, columnName=column,
                         rowIndices=json.dumps(list(range(rows))), extension=json.dumps(extension))  # fmt: skip

    def extend(
        self,
        project: str,
        column: str,
        service: str,
        manifest: Manifest,
        properties: Sequence[Mapping[str, Any]],
    ) -> list[dict[str, dict[str, Any]]]:
        """Add columns with the values of properties; the rows afterwards."""
        self.post("extend-data", project=project, baseColumnName=column, columnInsertIndex="1", engine=_ENGINE,
                  endpoint=service, identifierSpace=manifest["identifierSpace"],
                  schemaSpace=manifest["schemaSpace"],
                  extension=json.dumps({"properties": list(properties)}))  # fmt: skip
        self._wait(project)
        return self.rows(project)

    def rows(self, project: str) -> list[dict[str, dict[str, Any]]]:
        """The rows of a project: for each column its cell, with what it was matched with."""
        columns = self.get("get-models", project=project)["columnModel"]["columns"]
        found = self.post("get-rows", project=project, start="0", limit="1000", engine=_ENGINE)
        pool = found.get("pool", {}).get("recons", {})
        return [
            {
                each["name"]: _cell(row["cells"], each["cellIndex"], pool)
                for each in columns
            }
            for row in found["rows"]
        ]  # fmt: skip

    def get(self, command: str, **fields: str) -> Any:
        """The answer to a question."""
        query = urllib.parse.urlencode(fields)
        with urllib.request.urlopen(f"{self.address}/command/core/{command}?{query}", timeout=60) as response:
            return json.load(response)

    def post(self, command: str, **fields: str) -> Any:
        """The answer to an order."""
        data = urllib.parse.urlencode({**fields, "csrf_token": self._token()}).encode()
        with urllib.request.urlopen(f"{self.address}/command/core/{command}", data, timeout=120) as response:
            body = json.load(response)
        assert body.get("code", "ok") in ("ok", "pending"), body
        return body

    def _token(self) -> str:
        return str(self.get("get-csrf-token")["token"])

    def _wait(self, project: str) -> None:
        deadline = time.monotonic() + _JOB_SECONDS
        while self.get("get-processes", project=project)["processes"]:
            assert time.monotonic() < deadline, "OpenRefine does not come to an end"
            time.sleep(0.2)


_ENGINE = json.dumps({"facets": [], "mode": "row-based"})


def _cell(cells: Sequence[Any], place: int, pool: Mapping[str, Any]) -> dict[str, Any]:
    cell = dict(cells[place] or {}) if place < len(cells) else {}
    recon = pool.get(str(cell.get("r")), {})
    return {
        "value": cell.get("v"),
        "judgment": recon.get("j"),
        "match": recon.get("m"),
        "candidates": recon.get("c", []),
    }


@contextlib.contextmanager
def running(folder: Path) -> Iterator[OpenRefine]:
    """Have OpenRefine run, with a folder of its own, for as long as the block does."""
    assert shutil.which(PROGRAM), "apt-get install openrefine"
    port = free_port()
    log = folder / "openrefine.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, "-p", str(port), "-d", str(folder), "-m", "800M", "-x", "refine.headless=true"],
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        found = OpenRefine(f"http://127.0.0.1:{port}")
        _wait_until_ready(found, process, log)
        yield found
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_until_ready(found: OpenRefine, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        with contextlib.suppress(OSError, ValueError, urllib.error.URLError):
            if found.get("get-version"):
                return
        time.sleep(0.3)
    raise AssertionError(f"OpenRefine does not start: {log.read_text(errors='replace')}")
