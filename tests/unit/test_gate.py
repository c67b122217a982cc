"""The gate of a build validates what changed since the last publication, and reports as if it were everything.

That `shapes.recheck` is right about any change is tested in `property/`; here is what a build makes of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from twin_graph.build import build, check, gate
from twin_graph.errors import NotConformant
from twin_graph.findings import Report
from twin_graph.shapes import Shapes
from twin_graph.shapes import check as everything
from twin_graph.store import Store
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, table

Change = Callable[[Workspace], object]
CHANGES: dict[str, Change] = {
    "nothing": lambda _: None,
    "a cell": lambda here: table(here, "aldorf/agreements").change(2, "signed", "1990-05-06"),
    "a name less": lambda here: table(here, "cities").change(3, "name_uk", ""),
    "a date that cannot be": lambda here: table(here, "aldorf/agreements").change(2, "until", "1980-01-01"),
    "a row less": lambda here: table(here, "aldorf/claims").write(
        table(here, "aldorf/claims").records()[:-1]
    ),
    "a row more": lambda here: table(here, "aldorf/claims").append(
        partnership="aldorf-belmont", claimed_by="aldorf-news", relation="friendly", since="1990"
    ),
    "another day": lambda here: settings(here, 'valid_on = "2034-06-30"\n'),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the tiny workspace, with a snapshot."""
    made = copy_tiny(tmp_path)
    build(made)
    return made


def settings(workspace: Workspace, line: str) -> None:
    """Put a line at the beginning of the publication's settings."""
    path = workspace.data / "publication.toml"
    lines = [each for each in path.read_text("utf-8").splitlines(True) if not each.startswith("valid_on")]
    path.write_text("".join([line, *lines]), "utf-8")


def report_of(workspace: Workspace) -> Report:
    """The report of a build, also of one that is refused."""
    try:
        return build(workspace)[1]
    except NotConformant as problem:
        return problem.report


def forbidden(*_: object) -> Report:
    """Stands for a validation of everything."""
    raise AssertionError("everything was validated")


class TestChange:
    """A build after a build."""

    @pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
    def test_report_is_that_of_everything(
        self, workspace: Workspace, change: Change, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only the change is validated, and the report is the same to the byte."""
        change(workspace)
        with monkeypatch.context() as context:
            context.setattr(gate, "check", forbidden)
            quick = report_of(workspace)
        shutil.rmtree(workspace.cache)
        assert quick == report_of(workspace)

    def test_changes_are_seen(self, workspace: Workspace) -> None:
        """The changes of these tests are not without effect on the report."""
        before = check(workspace)
        CHANGES["a date that cannot be"](workspace)
        assert before != report_of(workspace)

    def test_chain_of_changes(self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is kept of a report that was not made anew is as good as one that was."""
        with monkeypatch.context() as context:
            context.setattr(gate, "check", forbidden)
            for name in ("a cell", "a name less", "a row more", "another day"):
                CHANGES[name](workspace)
                quick = report_of(workspace)
        shutil.rmtree(workspace.cache)
        assert quick == report_of(workspace)

    def test_refused_build_is_not_the_one_before(self, workspace: Workspace) -> None:
        """A build that the gate stopped leaves the findings of the published one."""
        CHANGES["a date that cannot be"](workspace)
        assert report_of(workspace).violations
        assert report_of(workspace).violations
        table(workspace, "aldorf/agreements").change(2, "until", "")
        assert not report_of(workspace).violations


class TestEverything:
    """When nothing is known that a change could be compared with."""

    @pytest.fixture
    def counted(self, monkeypatch: pytest.MonkeyPatch) -> list[None]:
        """One entry for each validation of everything."""
        runs: list[None] = []

        def counting(store: Store, shapes: Shapes) -> Report:
            runs.append(None)
            return everything(store, shapes)

        monkeypatch.setattr(gate, "check", counting)
        return runs

    def test_other_shapes(self, workspace: Workspace, counted: list[None]) -> None:
        """A changed rule is for all data."""
        shutil.copytree(workspace.shapes, own := workspace.root / "shapes")
        path = own / "city.ttl"
        path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")
        build(workspace)
        assert 1 == len(counted)
        build(workspace)
        assert 1 == len(counted)

    def test_large_change(
        self, workspace: Workspace, counted: list[None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Beyond a number of statements, the whole is quicker."""
        monkeypatch.setattr(gate, "MOST", 0)
        CHANGES["a cell"](workspace)
        build(workspace)
        assert 1 == len(counted)

    def test_damaged_snapshot(self, workspace: Workspace, counted: list[None]) -> None:
        """A dump that is not as it was written is no base for a comparison."""
        dump = workspace.snapshots / "current" / "dump.nq"
        dump.write_bytes(dump.read_bytes()[:-10])
        CHANGES["a cell"](workspace)
        build(workspace)
        assert 1 == len(counted)

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"[]", b'{"findings": [{}], "engine": "", "fallbacks": []}']
    )
    def test_damaged_findings(self, workspace: Workspace, counted: list[None], content: bytes) -> None:
        """What is kept may be lost or cut; it costs time only."""
        (kept,) = workspace.cache.glob("findings-*.json")
        kept.write_bytes(content)
        CHANGES["a cell"](workspace)
        build(workspace)
        assert 1 == len(counted)
