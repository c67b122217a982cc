"""The synthetic graph of the benchmark has exactly the flaws that were planted, whichever engine looks.

It stands in `bench/`; its size and the time that engines need are not tested.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from planted import FLAWS, Expected
from rdflib import Graph
from twins import make_world, write_world

from twin_graph.findings import Finding
from twin_graph.shapes import Shapes, check, read_shapes
from twin_graph.shapes.reference import check_graph
from twin_graph.store import Store
from workspaces import REPOSITORY

SCALE = 0.001


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    """The rules of the benchmark."""
    return read_shapes(REPOSITORY / "bench" / "shapes")


def found(findings: list[Finding] | tuple[Finding, ...]) -> Counter[Expected]:
    """What a report says, as the plan of the flaws says it."""
    return Counter(Expected(f.focus, f.rule, f.component) for f in findings)


def test_planted_flaws_are_found(tmp_path: Path, shapes: Shapes) -> None:
    """Both engines find each planted flaw and nothing else, with the same values and severities."""
    planted = write_world(SCALE, tmp_path / "world.nq", graphs=True)
    assert planted == write_world(SCALE, tmp_path / "world.nt", graphs=False)
    store = Store.from_nquads((tmp_path / "world.nq").read_bytes())
    report = check(store, shapes)
    reference = check_graph(Graph().parse(tmp_path / "world.nt", format="nt"), shapes, shapes.rules)
    keys = [
        sorted((f.severity, f.focus, f.rule, f.path, f.value, f.component) for f in findings)
        for findings in (report.findings, reference)
    ]
    assert () == report.fallbacks
    assert Counter(planted) == found(report.findings) == found(reference)
    assert keys[0] == keys[1]


def test_each_flaw_is_planted(shapes: Shapes) -> None:
    """There are at least twelve sorts of flaws; a small graph has each once, a larger one up to 1,000."""
    rules = {(rule.shape, rule.component) for rule in shapes.rules}
    world, larger = make_world(SCALE), make_world(1)
    assert 12 <= len(FLAWS) == len({(flaw.rule, flaw.component) for flaw in FLAWS})
    assert Counter(FLAWS) == Counter(world.flaws.values())
    assert 1_000 == len(larger.flaws)
    assert set(FLAWS) == set(larger.flaws.values())
    assert 60 <= len(rules)


def test_graph_is_the_same_each_time(tmp_path: Path) -> None:
    """Two runs write the same bytes."""
    for name in ("one", "two"):
        write_world(SCALE, tmp_path / name, graphs=True)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert 3_000 <= len((tmp_path / "one").read_bytes().splitlines())
