"""Run the service: a query pool and the web processes, moved to a new snapshot as soon as there is one.

When `snapshots/current` changes, a second pool is started, the link is moved, and each web process opens the
new snapshot beside the old one before it changes over, so nobody is turned away; the old pool ends with its
last query. What a web process does is `application`.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from twin_graph.errors import OperatorError, TwinGraphError
from twin_graph.serve import metrics
from twin_graph.serve.application import connections_per_process, say, snapshot_of
from twin_graph.settings import SETTINGS, Settings
from twin_graph.snapshot import Snapshot, current_id, open_snapshot, require_whole
from twin_graph.worker import PoolProcess, QueryLimits, launch_pool
from twin_graph.worker.isolation import die_with_parent
from twin_graph.workspace import find_workspace

_LOOK_EVERY = 1.0
_LATE_REQUESTS = 5.0
_START_SECONDS = 120.0
_STOP_SECONDS = 5
_RESTART_AFTER = 5.0
_LONGEST_PAUSE = 60.0
_TRY_AGAIN = 10.0
_BACKLOG = 4_096
_HEADER_MILLISECONDS = 10_000
_HEADER_BYTES = 131_072


def serve(settings: Settings) -> int:
    """Serve the current snapshot, and its successors, until told to stop; gives the exit code.

    Raises:
        WorkspaceInvalid, SnapshotMissing, SnapshotDamaged: nothing was started; the message says what to run.
        OperatorError: the port is taken, or a part does not start.
    """
    snapshots = find_workspace(settings.workspace).snapshots
    snapshot = open_snapshot(snapshots)
    require_whole(snapshot)
    _check_port(settings.host, settings.port)
    if settings.metrics_port == settings.port:
        raise OperatorError("metrics_port is a port of its own: what it tells is not for everybody")
    if settings.metrics_port:
        _check_port(metrics.HOST, settings.metrics_port)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, partial(_ask_to_stop, stop))
    folder = Path(tempfile.mkdtemp(prefix="twin-graph-"))
    service = Service(settings, snapshots, folder, stop)
    try:
        service.start(snapshot)
        with metrics.telling_metrics(settings.metrics_port, service.counted, service.link):
            while not stop.wait(_LOOK_EVERY):
                if not service.look_after():
                    return 1
    finally:
        service.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@dataclass(eq=False)
class Service:
    """What `serve` started, and what it does about it every second until `ending` is set.

    What cannot be used is tried again after a while, for it may be mended under the same id.
    """

    settings: Settings
    snapshots: Path
    folder: Path
    ending: threading.Event
    pool: PoolProcess | None = None
    identity: str = ""
    refused: tuple[str, str] = ("", "")
    refused_until: float = 0.0
    pause: float = _RESTART_AFTER
    web: subprocess.Popen[bytes] | None = None
    old: list[tuple[PoolProcess, float]] = field(default_factory=list)
    started_at: float = 0.0
    count: int = 0

    @property
    def link(self) -> Path:
        """The link by which web processes find the pool in use."""
        return Path(self.settings.query_socket) if self.settings.query_socket else self.folder / "pool"

    @property
    def counted(self) -> Path:
        """The folder in which the web processes count; it goes with ours."""
        return self.folder / "metrics"

    def start(self, snapshot: Snapshot) -> None:
        """Start everything on a snapshot, and say where it answers."""
        if self.link.exists() and not self.link.is_symlink():
            raise OperatorError(f"{self.link} is in the way; choose another path for the query socket")
        self._point_to(self._launch_pool(snapshot.path, self._new_socket(snapshot.path.name)))
        self.web = self._start_web()
        if self.pool is not None:
            self.pool.wait_until_ready(self.ending.is_set)
        path = urlsplit(snapshot.manifest.base_iri).path
        if self._wait_until_ready(path + "readyz"):
            say(f"snapshot {self.identity} is served at {self._address()}{path} (Ctrl+C stops)")

    def look_after(self) -> bool:
        """Move to a new snapshot, replace a pool that died, let old ones go; False when the web has ended."""
        if self.web is None or self.web.poll() is not None:
            say("the web processes have ended")
            return False
        wanted = current_id(self.snapshots)
        if wanted and wanted != self.identity and self._may_try(wanted):
            self._move(wanted)
        elif self.pool and not self.pool.is_running and time.monotonic() > self.started_at + self.pause:
            self._restart_pool(self.pool)
        self._let_go()
        return True

    def stop(self) -> None:
        """End everything, web processes first."""
        if self.web is not None:
            _end_group(self.web, _STOP_SECONDS + 2)
        for pool in [*(pool for pool, _ in self.old), *([self.pool] if self.pool else [])]:
            pool.stop()
        if self.link.is_symlink():
            self.link.unlink()

    def _may_try(self, wanted: str) -> bool:
        return wanted != self.refused[0] or time.monotonic() > self.refused_until

    def _move(self, wanted: str) -> None:
        try:
            self._use(open_snapshot(self.snapshots, wanted))
        except (TwinGraphError, OSError) as problem:
            if self.refused != (wanted, str(problem)):
                say(f"snapshot {wanted} is not served: {problem}; {self.identity} stays")
            self.refused, self.refused_until = (wanted, str(problem)), time.monotonic() + _TRY_AGAIN

    def _use(self, snapshot: Snapshot) -> None:
        require_whole(snapshot)
        pool = self._launch_pool(snapshot.path, self._new_socket(snapshot.path.name))
        if not pool.wait_until_ready(self.ending.is_set):
            pool.stop()
            return
        self._point_to(pool)
        say(f"moving to snapshot {self.identity}")

    def _new_socket(self, identity: str) -> Path:
        """Path of the socket of a new pool; by its name the web processes know its snapshot (`snapshot_of`)."""
        self.count += 1
        return self.folder / f"{identity}.{self.count}"

    def _point_to(self, pool: PoolProcess) -> None:
        """Use a pool from now on."""
        if self.pool is not None:
            self.old.append((self.pool, time.monotonic()))
        self.pool, self.identity, self.refused = pool, snapshot_of(pool.socket), ("", "")
        aside = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        aside.symlink_to(pool.socket)
        aside.replace(self.link)

    def _launch_pool(self, snapshot: Path, path: Path) -> PoolProcess:
        self.started_at = time.monotonic()
        limits = QueryLimits.from_settings(self.settings)
        mode, triples = self.settings.store, self.settings.store_memory_triples
        return launch_pool(snapshot, path, limits, store=mode, memory_triples=triples)

    def _restart_pool(self, dead: PoolProcess) -> None:
        """Start a pool in the place of a dead one; each time that fails, the pause before the next one grows."""
        say("the query pool has ended and is started again")
        dead.stop()
        self.started_at = time.monotonic()
        try:
            snapshot = open_snapshot(self.snapshots, self.identity)
            self.pool = self._launch_pool(snapshot.path, dead.socket)
            self.pool.wait_until_ready(self.ending.is_set)
        except (TwinGraphError, OSError) as problem:
            self.pause = min(2 * self.pause, _LONGEST_PAUSE)
            say(f"queries are not answered: {problem}; the next attempt is in {self.pause:g} seconds")
        else:
            self.pause = _RESTART_AFTER

    def _let_go(self) -> None:
        """Old pools end with their last client; one that does not in a reasonable time is stopped."""
        now, patience = time.monotonic(), 3 * self.settings.query_seconds + 60
        for pool, since in list(self.old):
            if now > since + patience:
                pool.stop()
            elif now > since + _LATE_REQUESTS:
                pool.retire()
            if not pool.is_running:
                pool.stop()
                self.old.remove((pool, since))

    def _start_web(self) -> subprocess.Popen[bytes]:
        settings = replace(
            self.settings,
            query_socket=str(self.link),
            workspace=str(Path(self.settings.workspace).absolute()),
        )
        values = {setting.variable: str(getattr(settings, setting.name)) for setting in SETTINGS}
        self.counted.mkdir(exist_ok=True)
        values[metrics.FOLDER_VARIABLE] = str(self.counted)
        # HTTP/2 is a proxy's task; with it granian waits for ever on a connection that says nothing.
        command = [sys.executable, "-P", "-m", "granian", "--interface", "rsgi", "--http", "1", "--no-ws",
                   "--host", settings.host, "--port", str(settings.port),
                   "--workers", str(settings.web_processes), "--backlog", str(_BACKLOG),
                   "--backpressure", str(connections_per_process()),
                   "--http1-header-read-timeout", str(_HEADER_MILLISECONDS),
                   "--http1-buffer-size", str(_HEADER_BYTES),
                   "--respawn-failed-workers", "--workers-kill-timeout", str(_STOP_SECONDS),
                   "--log-level", "error", "--factory", "twin_graph.serve:web_gateway"]  # fmt: skip
        return subprocess.Popen(  # noqa: S603 - a program of ours, no shell
            command,
            # What a web process leaves behind when it is killed goes with our folder.
            env={**os.environ, **values, "TMPDIR": str(self.folder)},
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid(), signal.SIGTERM),  # no threads here
        )

    def _wait_until_ready(self, path: str) -> bool:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.web is not None and self.web.poll() is None:
            if _answers(self.settings.host, self.settings.port, path):
                return True
            if self.ending.wait(0.05):
                return False
        raise OperatorError("the web processes do not start; what they wrote above says why")

    def _address(self) -> str:
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"http://{host}:{self.settings.port}"


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise OperatorError(
                f"port {port} is in use on {host}; stop what listens there, or choose another with --port"
            ) from problem
        raise OperatorError(f"cannot listen on {host}, port {port}: {problem.strerror}") from problem


def _answers(host: str, port: int, path: str) -> bool:
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound to here
    connection = http.client.HTTPConnection(own, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    """End a program that leads a session of its own; what is left of its session is killed."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ask_to_stop(stop: threading.Event, _number: int, _frame: FrameType | None) -> None:
    stop.set()
