"""Fixtures that build once per run: the tiny workspace, and the data that the program is shipped with.

Each builds from a copy in a temporary folder, so that no test writes into the repository.
"""

from __future__ import annotations

import shutil
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

import earl
from compared_towns import copy_compared, decide_some, publish
from partnership_data import write_tables
from twin_graph import conformance
from twin_graph.build import build
from twin_graph.pictures import preview
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.workspace import Workspace, find_workspace

TESTS = Path(__file__).parent
REPOSITORY = TESTS.parent
# The smallest PNG.
ONE_PIXEL = b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
_REAL_FIXTURES = {"real_workspace", "real_snapshot", "real_store", "real_address"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of `tests/earl.py`."""
    parser.addoption("--record-earl", action="store_true", help="write what is found of public suites")
    parser.addoption(
        "--earl", type=Path, default=conformance.REPORT, help="the report that is compared or written"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Every run is compared with the report."""
    recorder = earl.Recorder(config.option.earl, is_recording=config.option.record_earl)
    config.pluginmanager.register(recorder, "earl")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for the real data has the marker `real`, so that `-m "not real"` leaves it out."""
    for item in items:
        if not _REAL_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session", autouse=True)
def _quick_previews() -> Iterator[None]:
    """Previews of pictures are drawn but not rendered: a tenth of a second each, in hundreds of builds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preview, "render", lambda _: ONE_PIXEL)
        yield


@pytest.fixture(scope="session")
def tiny_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The snapshot of `tests/tiny`."""
    workspace = _copy(TESTS / "tiny", tmp_path_factory.mktemp("tiny"))
    return _shared(build(workspace)[0])


@pytest.fixture(scope="session")
def tiny_store(tiny_snapshot: Snapshot) -> Store:
    """The graph of `tests/tiny` in memory. Only for questions: every test of the run shares it."""
    return tiny_snapshot.open_store("memory")


@pytest.fixture(scope="session")
def compared_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The snapshot of `tests/tiny` with an archive of its towns, and with decisions in every state."""
    workspace = copy_compared(tmp_path_factory.mktemp("compared"))
    publish(workspace)
    decide_some(workspace)
    return publish(workspace)[0]


@pytest.fixture(scope="session")
def generated_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The snapshot of the workspace that is hard to publish."""
    folder = tmp_path_factory.mktemp("generated")
    write_tables(folder)
    return build(find_workspace(folder))[0]


@pytest.fixture(scope="session")
def real_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the repository's own workspace."""
    return _copy(REPOSITORY, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def real_snapshot(real_workspace: Workspace) -> Snapshot:
    """The snapshot of the shipped data; building it takes a quarter of a minute."""
    return _shared(build(real_workspace)[0])


@pytest.fixture(scope="module", autouse=True)
def _nobody_writes_into_what_all_share() -> Iterator[None]:
    """Files that one module leaves in a snapshot of the session would make others fail, in some orders."""
    yield
    for snapshot, names in _SHARED.items():
        assert names == _names_in(snapshot)


@pytest.fixture(scope="session")
def real_store(real_snapshot: Snapshot) -> Store:
    """The graph of the shipped data, on disk as it is served. Only for questions."""
    return real_snapshot.open_store("disk")


_SHARED: dict[Path, set[str]] = {}


def _names_in(snapshot: Path) -> set[str]:
    return {path.name for folder in (snapshot, snapshot.parent) for path in folder.iterdir()}


def _shared(snapshot: Snapshot) -> Snapshot:
    _SHARED[snapshot.path] = _names_in(snapshot.path)
    return snapshot


def _copy(source: Path, target: Path) -> Workspace:
    """A workspace with a copy of what staff write; folders that it has not come with the program."""
    for name in ("data", "ontology", "shapes"):
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
    return find_workspace(target)
