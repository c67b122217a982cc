"""The service as a whole: it starts, moves to new snapshots without a gap, and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from twin_graph.errors import OperatorError, SnapshotDamaged, SnapshotMissing, WorkspaceInvalid
from twin_graph.serve import MovingApplication, Service, serve
from twin_graph.settings import SETTINGS, Settings, read_settings
from twin_graph.snapshot import Manifest, make_current, open_snapshot, write_snapshot
from twin_graph.worker import QueryLimits, start_pool

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

BASE = "http://localhost:8000/"
REPOSITORY = Path(__file__).parents[2]
PROGRAM = """
import os, sys
from twin_graph.serve import serve
from twin_graph.settings import read_settings
sys.exit(serve(read_settings(os.environ)))
"""
QUERY = "/sparql?" + urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"})


def write(workspace: Path, count: int) -> str:
    """A snapshot with so many labels, made the current one; gives its id."""
    (workspace / "data").mkdir(exist_ok=True)
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    lines = [f'<{BASE}id/city/c{number}> <{label}> "x" <{BASE}graph/shared> .\n' for number in range(count)]
    contents = {
        "dump.nq": "".join(sorted(lines)).encode(),
        "keys.json": b"{}",
        "report.ttl": b"",
        "report.json": b"{}",
    }

    def describe(identity: str, files: Mapping[str, str]) -> Manifest:
        return Manifest(identity, BASE, "2024-01-01", "1", "1", {"en": "Twins"}, "en", "", (), {"shared": count},
                        count, {}, files)  # fmt: skip

    return write_snapshot(workspace / "snapshots", contents, describe).path.name


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether a condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def descendants(pid: int) -> dict[int, str]:
    """Process ids and command lines of everything that a process has started."""
    found: dict[int, str] = {}
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return {}
    for child in map(int, children):
        try:
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        found |= descendants(child)
    return found


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Running:
    """A service in a process of its own."""

    workspace: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of an address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def count(self) -> int:
        """The number that a query counts, -1 while there is no answer."""
        try:
            status, body = self.get(QUERY)
        except (OSError, http.client.HTTPException):
            return -1
        return int(body.split()[1]) if status == 200 else -1

    def pools(self) -> list[int]:
        """Process ids of the query pools."""
        found = descendants(self.process.pid)
        workers = {child for pid in found for child in descendants(pid)}
        return [
            pid for pid, command in found.items() if "twin_graph.worker" in command and pid not in workers
        ]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the service and give its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A service on a snapshot of ten labels, ended at the latest with the test."""
    write(tmp_path, 10)
    port = free_port()
    values = {"workspace": str(tmp_path), "port": str(port), "query_workers": "2", "query_seconds": "2",
              "host": "127.0.0.1"}  # fmt: skip
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TWIN_GRAPH_")}
    environment |= {setting.variable: values[setting.name] for setting in SETTINGS if setting.name in values}
    environment["TMPDIR"] = str(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    )
    service = Running(tmp_path, port, process)
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: service.said.extend(iter(process.stdout.readline, "")))  # type: ignore[union-attr]
    reader.start()
    try:
        assert wait_for(lambda: bool(service.said), 60)
        yield service
    finally:
        everything = descendants(process.pid)
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(is_running, everything)))
        for pid in filter(is_running, everything):
            os.kill(pid, signal.SIGKILL)
        reader.join()
        process.stdout.close()


def settings_for(workspace: Path, **values: str | int) -> Settings:
    """Settings with a workspace."""
    return read_settings({}, workspace=str(workspace), **values)


class TestRefusals:
    """What is not there is said before anything is started."""

    def test_no_workspace(self, tmp_path: Path) -> None:
        """A folder without data/ is no workspace."""
        with pytest.raises(WorkspaceInvalid, match="init"):
            serve(settings_for(tmp_path))

    def test_no_snapshot(self, tmp_path: Path) -> None:
        """Without a snapshot the message says to build one."""
        (tmp_path / "data").mkdir()
        with pytest.raises(SnapshotMissing, match="twin-graph build"):
            serve(settings_for(tmp_path))

    def test_damaged_snapshot(self, tmp_path: Path) -> None:
        """A snapshot with a part missing is not served."""
        identity = write(tmp_path, 3)
        (tmp_path / "snapshots" / identity / "dump.nq").unlink()
        with pytest.raises(SnapshotDamaged, match=r"dump\.nq"):
            serve(settings_for(tmp_path))

    def test_port_in_use(self, tmp_path: Path) -> None:
        """A port that is taken is named, with what to do."""
        write(tmp_path, 3)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(OperatorError, match=rf"port {port} is in use.*--port"):
                serve(settings_for(tmp_path, port=port))

    def test_unknown_host(self, tmp_path: Path) -> None:
        """A host that is not of this machine is an operator's mistake too."""
        write(tmp_path, 3)
        with pytest.raises(OperatorError, match=r"192\.0\.2\.1"):
            serve(settings_for(tmp_path, host="192.0.2.1"))

    @pytest.mark.parametrize("name", ["dump.nq", "keys.json", "report.ttl", "manifest.json", "store"])
    def test_changed_snapshot(self, tmp_path: Path, name: str) -> None:
        """A snapshot that is not as it was written is not served, whatever was changed."""
        path = tmp_path / "snapshots" / write(tmp_path, 3) / name
        for file in path.glob("*.sst") if path.is_dir() else [path]:
            file.write_text("[]")
        with pytest.raises(SnapshotDamaged, match="run `twin-graph build` again"):
            serve(settings_for(tmp_path))


class FakePool:
    """A pool process that starts or does not."""

    def __init__(self, path: Path, *, starts: bool = True) -> None:
        self.socket, self.starts, self.is_running = path, starts, True

    def wait_until_ready(self, _: Callable[[], bool]) -> bool:
        """As the real one."""
        if not self.starts:
            self.is_running = False
            raise OperatorError("the query pool could not start")
        return True

    def stop(self) -> None:
        """As the real one."""
        self.is_running = False


class TestTryingAgain:
    """What fails is tried again, but not without end at once."""

    @pytest.fixture
    def service(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
        """A service with pools that are none."""
        write(tmp_path, 3)
        made = Service(settings_for(tmp_path), tmp_path / "snapshots", tmp_path, threading.Event())
        monkeypatch.setattr(made, "_launch_pool", lambda _, path: FakePool(path))
        snapshot = open_snapshot(tmp_path / "snapshots")
        made._point_to(made._launch_pool(snapshot.path, made._new_socket(snapshot.path.name)))
        monkeypatch.setattr(made, "web", subprocess.Popen(["sleep", "60"]))
        monkeypatch.setattr(made.web, "poll", lambda: None)
        assert made.web is not None
        made.web.kill()
        made.web.wait()
        return made

    def test_repaired_snapshot_is_taken(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A refused snapshot that was mended under the same id is served; the refusal is said once."""
        old, new = service.identity, write(service.folder, 4)
        dump = service.snapshots / new / "dump.nq"
        whole = dump.read_bytes()
        dump.write_bytes(b"")
        monkeypatch.setattr("twin_graph.serve.service._TRY_AGAIN", 0.0)
        assert (True, True) == (service.look_after(), service.look_after())
        assert (old, 1) == (service.identity, capsys.readouterr().out.count("is not served"))
        dump.write_bytes(whole)
        assert service.look_after()
        assert new == service.identity

    def test_refused_snapshot_rests_for_a_while(self, service: Service) -> None:
        """Between two attempts there is a pause, but none for another snapshot."""
        bad = write(service.folder, 4)
        (service.snapshots / bad / "dump.nq").write_bytes(b"")
        service.look_after()
        assert not service._may_try(bad)
        good = write(service.folder, 5)
        service.look_after()
        assert good == service.identity

    def test_pool_of_a_snapshot_that_is_gone(
        self, service: Service, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A pool that cannot be started again is tried in longer and longer pauses, and it is said why."""
        assert service.pool is not None
        shutil.rmtree(service.snapshots / service.identity)
        service.pool.stop()
        pauses = []
        for _ in range(6):
            service.started_at = -1_000.0
            service.look_after()
            pauses.append(service.pause)
        assert [10, 20, 40, 60, 60, 60] == pauses
        said = capsys.readouterr().out
        assert "queries are not answered: there is no snapshot" in said
        assert "the next attempt is in 60 seconds" in said
        started = service.started_at
        service.look_after()
        assert started == service.started_at

    def test_pool_that_starts_again(self, service: Service) -> None:
        """After a success the pause is short again."""
        assert service.pool is not None
        service.pool.stop()
        service.pause, service.started_at = 40.0, -1_000.0
        service.look_after()
        assert (5.0, True) == (service.pause, service.pool.is_running)

    def test_web_process_tries_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A web process that cannot open the next snapshot stays with its own, and opens it later."""
        first, second = write(tmp_path, 3), write(tmp_path, 4)
        link = tmp_path / "pool"
        link.symlink_to(tmp_path / f"{first}.1")
        monkeypatch.setattr(threading.Thread, "start", lambda _: None)
        monkeypatch.setattr("twin_graph.serve.application._RESTART_AFTER", 0.0)
        app = MovingApplication(settings_for(tmp_path, query_socket=str(link)))
        assert f"ready {first}\n" == ready(app)
        manifest = tmp_path / "snapshots" / second / "manifest.json"
        text = manifest.read_text()
        manifest.write_text("{")
        link.unlink()
        link.symlink_to(tmp_path / f"{second}.2")
        app.look()
        assert f"ready {first}\n" == ready(app)
        manifest.write_text(text)
        app.look()
        assert f"ready {second}\n" == ready(app)


def ready(app: WSGIApplication) -> str:
    """What an application says at /readyz."""
    return Client(app).get("/readyz").text


class TestServerApp:
    """`server:app`, as a production server loads it."""

    @pytest.fixture
    def load(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WSGIApplication]:
        """Loads the application from an environment."""
        write(tmp_path, 3)
        monkeypatch.setattr(threading.Thread, "start", lambda _: None)

        def load_with(**values: str) -> WSGIApplication:
            for name in [name for name in os.environ if name.startswith("TWIN_GRAPH_")]:
                monkeypatch.delenv(name)
            for name, value in {"workspace": str(tmp_path), **values}.items():
                monkeypatch.setenv(f"TWIN_GRAPH_{name.upper()}", value)
            app: WSGIApplication = runpy.run_path(str(REPOSITORY / "server.py"))["app"]
            return app

        return load_with

    def test_without_a_pool(self, load: Callable[..., WSGIApplication]) -> None:
        """Everything but queries is answered; those are 503 with what to run."""
        client = Client(load())
        answer = client.get(QUERY)
        assert (200, 503) == (client.get("/readyz").status_code, answer.status_code)
        assert "twin-graph serve" in answer.text

    def test_with_a_pool_started_by_hand(self, load: Callable[..., WSGIApplication], tmp_path: Path) -> None:
        """A socket that is no link of ours belongs to the current snapshot."""
        snapshot, limits = open_snapshot(tmp_path / "snapshots"), QueryLimits(workers=1)
        with start_pool(snapshot.path, tmp_path / "by-hand", limits, store="memory") as pool:
            app = load(query_socket=str(pool.socket))
            assert isinstance(app, MovingApplication)
            assert "3" == Client(app).get(QUERY).text.split()[-1]
            app.look()
            assert f"ready {snapshot.path.name}\n" == ready(app)
            assert app._pool is not None
            app._pool.close()

    @pytest.mark.serve
    def test_granian_beside_the_service(self, running: Running) -> None:
        """Under granian alone it asks the pool of the service, and moves along to the next snapshot."""
        (link,) = running.workspace.glob("twin-graph-*/pool")
        port = free_port()
        environment = {name: text for name, text in os.environ.items() if not name.startswith("TWIN_GRAPH_")}
        environment |= {"TWIN_GRAPH_WORKSPACE": str(running.workspace), "TWIN_GRAPH_QUERY_SOCKET": str(link)}
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port),
                   "--blocking-threads", "4", "--log-level", "error", "server:app"]  # fmt: skip
        process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, text=True)
        beside = Running(running.workspace, port, process)
        try:
            assert wait_for(lambda: beside.count() == 10)
            write(running.workspace, 20)
            assert wait_for(lambda: (running.count(), beside.count()) == (20, 20))
            assert 0 == beside.end()
        finally:
            process.kill()
            process.wait()


@pytest.mark.serve
class TestService:
    """The real thing."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
    def test_start_and_stop(self, running: Running, number: signal.Signals) -> None:
        """It says where it answers, answers, and at the end there is no process, no socket and no file."""
        assert f"http://127.0.0.1:{running.port}/" in running.said[0]
        assert 200 == running.get("/readyz")[0]
        assert 10 == running.count()
        everything = descendants(running.process.pid)
        # One pool with two workers and a spare, granian with two web processes.
        assert (1, 7) == (len(running.pools()), len(everything))
        assert 0 == running.end(number)
        assert wait_for(lambda: not any(map(is_running, everything)))
        assert [] == list(running.workspace.glob("twin-graph-*"))
        with socket.create_server(("127.0.0.1", running.port)):
            pass

    def test_stop_while_a_query_runs(self, running: Running) -> None:
        """A query that runs does not hold up the end for longer than its limit."""
        endless = urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . "
                                      "?m ?n1 ?o . ?p ?q ?r . ?s ?t ?u . ?v ?w ?x . ?y ?z ?z1 }"})  # fmt: skip
        answers: list[object] = []

        def ask() -> None:
            try:
                answers.append(running.get(f"/sparql?{endless}")[0])
            except (OSError, http.client.HTTPException) as problem:
                answers.append(problem)

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        started = time.monotonic()
        assert 0 == running.end()
        assert time.monotonic() - started < 12
        thread.join()
        assert 200 not in answers

    def test_moves_without_a_gap(self, running: Running) -> None:
        """While snapshots change, every request is answered, and answers never mix two snapshots."""
        found: Counter[object] = Counter()
        stop = threading.Event()

        def ask(path: str) -> None:
            while not stop.is_set():
                try:
                    status, body = running.get(path)
                    found[(status, body.split()[-1])] += 1
                except (OSError, http.client.HTTPException) as problem:
                    found[repr(problem)] += 1

        threads = [threading.Thread(target=ask, args=(path,)) for path in (QUERY, QUERY, "/readyz")]
        for thread in threads:
            thread.start()
        first = running.get("/readyz")[1].split()[-1]
        ids = {first: 10}
        for count in (20, 30):
            ids[write(running.workspace, count)] = count
            assert wait_for(lambda: running.count() == count)  # noqa: B023 - used at once
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join()
        expected = {(200, str(count)) for count in ids.values()} | {(200, identity) for identity in ids}
        assert expected == set(found)
        # The pools of the snapshots that are gone end when nobody asks them any more.
        assert wait_for(lambda: len(running.pools()) == 1, 30)
        assert running.count() == 30

    def test_damaged_successor(self, running: Running) -> None:
        """A new snapshot that cannot be read is not served; the old one stays."""
        good = running.get("/readyz")[1]
        bad = write(running.workspace, 40)
        (running.workspace / "snapshots" / bad / "manifest.json").write_text("{")
        assert wait_for(lambda: any(f"snapshot {bad} is not served" in line for line in running.said))
        assert (10, good) == (running.count(), running.get("/readyz")[1])
        make_current(running.workspace / "snapshots", good.split()[-1])
        write(running.workspace, 50)
        assert wait_for(lambda: running.count() == 50)

    def test_pool_that_died(self, running: Running) -> None:
        """A pool that was killed is started again; pages are served meanwhile."""
        (pool,) = running.pools()
        os.kill(pool, signal.SIGKILL)
        assert wait_for(lambda: running.get(QUERY)[0] == 503, 2)
        assert 200 == running.get("/readyz")[0]
        assert wait_for(lambda: running.count() == 10)

    def test_web_process_that_died(self, running: Running) -> None:
        """A web process that was killed is started again."""
        granian = next(
            pid for pid, command in descendants(running.process.pid).items() if "granian" in command
        )
        victim = next(iter(descendants(granian)))
        os.kill(victim, signal.SIGKILL)
        assert wait_for(lambda: len(descendants(granian)) == 2 and victim not in descendants(granian))
        assert wait_for(lambda: running.count() == 10)

    def test_killed(self, running: Running) -> None:
        """When the supervisor is killed, nothing that it started survives it."""
        everything = descendants(running.process.pid)
        assert len(everything) == 7
        running.process.kill()
        running.process.wait()
        assert wait_for(lambda: not any(map(is_running, everything)))
