"""What runs in a web process: the application on the snapshot of the pool in use, bare or behind the front.

    web_gateway       RSGI, for granian as `serve` starts it
    web_application   WSGI, for a production server of somebody's choice (`server.py`)

Starting and replacing pools is `service`.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from twin_graph.front import Gateway
from twin_graph.front.exchange import Listener
from twin_graph.front.gateway import Limits
from twin_graph.front.request_log import RequestLog
from twin_graph.settings import Settings, read_settings
from twin_graph.snapshot import open_snapshot
from twin_graph.sparql import MAX_QUERY_BYTES
from twin_graph.worker import QueryPool
from twin_graph.workspace import find_workspace

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SOCKET_NAME = re.compile(r"([0-9a-f]{12})\.[0-9]+")
_LOOK_EVERY = 0.5
_LATE_REQUESTS = 5.0
_RESTART_AFTER = 5.0
_MOST_CONNECTIONS = 8_192
# A batch of queries about rows of a table, of which 64 KiB hold too few.
MAX_TABLE_BYTES = 1_048_576
_SWITCH_SECONDS = 0.000_5


class MovingApplication:
    """A WSGI application that changes over to the snapshot of the pool that a link points to.

    The next application is made beside the one in use, so a request meets the one or the other, whole. Where
    the socket is no link that `serve` made, the current snapshot is served and nothing is followed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._link = Path(settings.query_socket)
        self._target = self._find_target() or self._link
        self._app, self._pool, self._close = self._open(self._target)
        self._failed = ("", 0.0)
        self._moved: Callable[[WSGIApplication], None] | None = None

    @property
    def app(self) -> WSGIApplication:
        """The application in use."""
        return self._app

    def follow(self, moved: Callable[[WSGIApplication], None] | None = None) -> None:
        """Follow the link from now on, in a thread, until the parent of the process has ended.

        Args:
            moved: called with each next application.
        """
        self._moved = moved
        threading.Thread(target=self._follow, args=(os.getppid(),), daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the application in use."""
        return self._app(environ, start_response)

    def _open(self, target: Path) -> tuple[WSGIApplication, QueryPool | None, Callable[[], None]]:
        """The application on the snapshot of a pool, the pool, and what lets its files go."""
        from twin_graph.web import create_app, warm  # the process that only supervises needs no web framework
        from twin_graph.web.site import EXTENSION
        from twin_graph.web.sparql import POOL

        snapshots = find_workspace(self._settings.workspace).snapshots
        settings = replace(self._settings, query_socket=str(target))
        app = create_app(settings, open_snapshot(snapshots, snapshot_of(target)))
        # Beside the first requests: nobody waits for a list that somebody may ask for.
        threading.Thread(target=warm, args=(app,), daemon=True).start()
        return app.wsgi_app, app.extensions.get(POOL), app.extensions[EXTENSION].close

    def _find_target(self) -> Path | None:
        """Where the link points to, None where there is no link."""
        with contextlib.suppress(OSError):
            return self._link.parent / self._link.readlink()
        return None

    def _follow(self, parent: int) -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
            self.look()
        os.kill(os.getpid(), signal.SIGTERM)

    def look(self) -> None:
        """Change over when the link points elsewhere; what fails is tried again after a while."""
        if self._pool is not None:
            self._pool.hold()
        target = self._find_target()
        said, retry_at = self._failed
        if target is None or target == self._target or time.monotonic() < retry_at:
            return
        try:
            self._change_over(target)
        except Exception as problem:  # whatever it is, the thread that follows must not end
            text = f"a web process stays with its snapshot: {problem}"
            if text != said:
                say(text)
            self._failed = (text, time.monotonic() + _RESTART_AFTER)

    def _change_over(self, target: Path) -> None:
        from twin_graph.web import settle_memory

        app, pool, close = self._open(target)
        self._app, self._pool, old = app, pool, self._pool
        self._close, old_close = close, self._close
        self._target, self._failed = target, ("", 0.0)
        if self._moved is not None:
            self._moved(app)
        # Requests that came in just before may not have asked yet.
        for close_old in (*([old.close] if old is not None else []), old_close, settle_memory):
            threading.Timer(_LATE_REQUESTS, close_old).start()


def web_application() -> WSGIApplication:
    """The application of a web process, from the settings in its environment.

    It asks the query pool that TWIN_GRAPH_QUERY_SOCKET names; without that, `/sparql` answers 503.
    """
    _prepare_process()
    settings = read_settings(os.environ)
    if settings.query_socket:
        moving = MovingApplication(settings)
        moving.follow()
        return moving
    from twin_graph.web import create_app

    return create_app(settings)


def web_gateway() -> Gateway:
    """The same behind the front, for granian with the interface RSGI."""
    from twin_graph.web.site import stamp_of  # as above

    _prepare_process()
    # Who computes lets others have the interpreter sooner than usual: their steps are many and short.
    sys.setswitchinterval(_SWITCH_SECONDS)
    settings = read_settings(os.environ)
    limits = Limits(
        # A thread for every query that may run or wait, and some for what needs no query.
        threads=settings.query_workers + settings.query_queue + 8,
        cache_bytes=settings.cache_megabytes * 1_048_576,
        proxies=settings.proxies,
        body_bytes=MAX_QUERY_BYTES,
        large_segment="reconcile",
        large_bytes=MAX_TABLE_BYTES,
    )
    front = partial(
        Gateway,
        limits=limits,
        # What is published and which files there are changes while a snapshot stays.
        stamp=partial(stamp_of, find_workspace(settings.workspace).snapshots),
        listeners=_listeners(settings),
        keeps_text=settings.log_queries == "on",
    )
    if not settings.query_socket:
        from twin_graph.web import create_app

        return front(create_app(settings))
    moving = MovingApplication(settings)
    gateway = front(moving.app)
    moving.follow(gateway.move)
    return gateway


def _listeners(settings: Settings) -> list[Listener]:
    """Who is told of every request."""
    found: list[Listener] = []
    if settings.metrics_port:
        from twin_graph.front.metrics import RequestMetrics  # it looks at the environment when it is imported

        found.append(RequestMetrics())
    if settings.log_requests == "on":
        found.append(RequestLog(settings.proxies))
    return found


def connections_per_process() -> int:
    """How many clients a web process may have at once: each costs a descriptor, and some a file besides."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = _MOST_CONNECTIONS if descriptors == resource.RLIM_INFINITY else descriptors // 2
    return max(1, min(most, _MOST_CONNECTIONS))


def _prepare_process() -> None:
    # Until granian has set its own handler, the one inherited from its parent would swallow an order to end.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections_per_process()
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def snapshot_of(socket_path: Path) -> str:
    """The snapshot to which a pool's socket belongs, by the name that `serve` gave it; else the current one."""
    match = _SOCKET_NAME.fullmatch(socket_path.name)
    return match.group(1) if match else "current"


def say(text: str) -> None:
    """A line for who runs the service."""
    print(f"twin-graph: {text}", flush=True)
