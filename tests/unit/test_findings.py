"""What is wrong, where, and in which order it is told."""

from __future__ import annotations

from itertools import permutations

import pytest

from twin_graph.findings import Finding, Report, Severity, SourceRef, make_report, problem

WARNING = Finding(Severity.WARNING, {"en": "w"}, SourceRef("a.csv", 9, "x"))
EARLY = Finding(Severity.VIOLATION, {"en": "v"}, SourceRef("a.csv", 2, "x"))
LATE = Finding(Severity.VIOLATION, {"en": "v"}, SourceRef("a.csv", 10, "x"))
NOWHERE = Finding(Severity.VIOLATION, {"en": "v"}, focus="http://x/1")
ADVICE = Finding(Severity.INFO, {"en": "i", "pl": "p"}, SourceRef("a.csv"))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (SourceRef("a.csv"), "a.csv"),
        (SourceRef("a.csv", 3), "a.csv:3"),
        (SourceRef("a.csv", 3, "signed"), "a.csv:3: signed"),
        (SourceRef("publication.toml", None, "registers"), "publication.toml: registers"),
    ],
)
def test_place(where: SourceRef, expected: str) -> None:
    """A place is named from outside to inside."""
    assert expected == str(where)


def test_line_of_a_finding() -> None:
    """A finding is one line: the place, or the focus node, then the message."""
    assert ["a.csv:2: x: v", "http://x/1: v", "a.csv: i"] == [str(each) for each in (EARLY, NOWHERE, ADVICE)]
    assert "v" == str(Finding(Severity.VIOLATION, {"en": "v"}))


def test_order_of_a_report() -> None:
    """The worst comes first, then the place, lines as numbers; the order of discovery leaves no trace."""
    expected = (NOWHERE, EARLY, LATE, WARNING, ADVICE)
    for order in permutations(expected):
        assert expected == make_report(list(order), engine="").findings


def test_equal_findings_stand_once() -> None:
    """What two rules of the same shape say alike is said once."""
    assert (EARLY,) == make_report([EARLY, EARLY], engine="").findings


@pytest.mark.parametrize(
    ("findings", "expected"), [([], True), ([ADVICE], False), ([WARNING], False), ([EARLY, ADVICE], False)]
)
def test_conformance(findings: list[Finding], expected: bool) -> None:
    """Any result, even advice, is one too many."""
    assert expected == Report(tuple(findings)).conforms


def test_hint() -> None:
    """A problem of a file carries its hint in the same line."""
    assert "a.csv: is empty — delete it" == str(problem(SourceRef("a.csv"), "is empty", "delete it"))
