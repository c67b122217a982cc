"""A run of the tests says what it has found of public suites, and fails where that is not what the report says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from earl import Recorder, Result, differences, read_results, write_report
from twin_graph import __version__
from twin_graph.conformance import REPORT, read_suites
from workspaces import REPOSITORY

pytest_plugins = ["pytester"]
# A suite with a case of each sort, and a test that is about none.
TESTS = """
import pytest

def case(name, *known):
    return pytest.mark.suite("shacl", name, "http://example.org/" + name, *known)

@pytest.mark.parametrize("number", [1, 2])
@case("twice")
def test_twice(number):
    pass

@case("broken", "failed", "it is known")
@case("refused", "inapplicable", "not offered")
def test_known():
    pass

@case("expected")
@pytest.mark.xfail(reason="not yet", strict=True)
def test_expected():
    raise AssertionError

@case("absent")
def test_absent():
    pytest.skip("nothing there")

def test_other():
    pass
"""
CONFTEST = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import earl

def pytest_addoption(parser):
    parser.addoption("--record-earl", action="store_true")

def pytest_configure(config):
    config.addinivalue_line("markers", "suite: is about a case")
    recorder = earl.Recorder(Path({report!r}), is_recording=config.option.record_earl)
    config.pluginmanager.register(recorder, "earl")
"""
EXPECTED = [
    ("absent", "untested", "skipped"),
    ("broken", "failed", "it is known"),
    ("expected", "failed", "not yet"),
    ("refused", "inapplicable", "not offered"),
    ("twice", "passed", ""),
]


@pytest.fixture
def report(pytester: pytest.Pytester) -> Path:
    """A folder with the tests, and the report that their runs are compared with."""
    path = pytester.path / "report.ttl"
    pytester.makeconftest(CONFTEST.format(folder=str(Path(__file__).parents[1]), report=str(path)))
    pytester.makepyfile(TESTS)
    return path


def run(pytester: pytest.Pytester, *options: str) -> tuple[int, str]:
    """Status and output of a run in a process of its own."""
    done = pytester.runpytest_subprocess("-p", "no:randomly", *options)
    return int(done.ret), done.stdout.str()


def outcomes(path: Path) -> list[tuple[str, str, str]]:
    """Name, outcome and reason of each case of a report."""
    return [(result.name, result.outcome, result.reason) for result in read_results(path)]


def test_a_run_is_recorded(pytester: pytest.Pytester, report: Path) -> None:
    """Each case once; a second run agrees, and records the same bytes."""
    status, output = run(pytester, "--record-earl")
    assert (0, EXPECTED) == (status, outcomes(report))
    assert "5 cases of 1 public suites were recorded in report.ttl" in output
    first = report.read_bytes()
    status, output = run(pytester)
    assert 0 == status
    assert "5 cases of public suites were compared with report.ttl" in output
    run(pytester, "--record-earl")
    assert first == report.read_bytes()


def test_a_run_without_a_report_fails(pytester: pytest.Pytester, report: Path) -> None:
    """What is not in the report is said, also where every test passes."""
    status, output = run(pytester)
    assert 1 == status
    assert "EARL: shacl twice is passed, and not in the report" in output
    assert not report.exists()


def test_another_outcome_fails(pytester: pytest.Pytester, report: Path) -> None:
    """A case that is no longer what the report says makes the run fail, and so does another reason."""
    run(pytester, "--record-earl")
    pytester.makepyfile(
        TESTS.replace("def test_twice(number):\n    pass", "def test_twice(number):\n    assert number == 1")
    )
    status, output = run(pytester)
    assert 1 == status
    assert "EARL: shacl twice is failed (http://example.org/twice), and in the report passed" in output
    pytester.makepyfile(TESTS.replace("not offered", "not wanted"))
    status, output = run(pytester)
    assert 1 == status
    assert "EARL: shacl refused is inapplicable (not wanted)" in output


def test_a_part_is_compared_and_not_recorded(pytester: pytest.Pytester, report: Path) -> None:
    """Who runs some of the tests need not run all, and forgets none."""
    run(pytester, "--record-earl")
    first = report.read_bytes()
    assert 0 == run(pytester, "-k", "twice")[0]
    status, output = run(pytester, "-k", "twice", "--record-earl")
    assert 1 == status
    assert "nothing was recorded" in output
    assert first == report.read_bytes()
    status, output = run(pytester, "-k", "other")
    assert 0 == status
    assert "public suites" not in output


def test_the_worst_of_several_is_kept(tmp_path: Path) -> None:
    """A case that passes in one format and fails in another has failed."""
    recorder = Recorder(tmp_path / "x.ttl", is_recording=True)
    for outcome in ("passed", "failed", "untested"):
        recorder.add(Result("shacl", "a", "urn:a", outcome))
    assert {("shacl", "a"): "failed"} == {key: found.outcome for key, found in recorder._found.items()}


def test_the_day_is_that_of_the_last_change(tmp_path: Path) -> None:
    """Equal results on another day are the same bytes."""
    path, found = (
        tmp_path / "x.ttl",
        [Result("shacl", "a", "urn:a", "passed"), Result("shacl", "b", "urn:b", "failed", "x")],
    )
    write_report(path, found, date(2030, 1, 1))
    first = path.read_bytes()
    write_report(path, reversed(found), date(2030, 1, 2))
    assert first == path.read_bytes()
    write_report(path, found[:1], date(2030, 1, 3))
    assert b"2030-01-03" in path.read_bytes()


def test_what_was_not_run_is_not_compared() -> None:
    """Suites that are not at hand leave the report as it is."""
    found = Result("shacl", "a", "urn:a", "passed")
    assert [] == list(differences([found, Result("protocol", "b", "urn:b", "failed")], [found]))
    assert [] == list(differences([found], []))


def test_the_committed_report_is_of_this_version() -> None:
    """Whoever makes a new version runs `make conformance`."""
    assert __version__ == read_suites().version
    results = read_results(REPORT)
    assert (
        716
        == len(results)
        == len({(each.suite, each.name) for each in results})
        == len({each.iri for each in results})
    )
    assert f"each of {len(results)} cases" in (REPOSITORY / "docs/harvest.md").read_text(encoding="utf-8")
    assert {"passed", "failed", "inapplicable"} == {each.outcome for each in results}
    assert [] == [each for each in results if each.outcome != "passed" and not each.reason]
