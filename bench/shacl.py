"""Measure the SHACL gate on a synthetic graph of the world, and against pySHACL on a tenth of it.

    python bench/shacl.py            3.7 million statements, and pySHACL on 370,000
    python bench/shacl.py --quick    370,000 statements, and pySHACL on 37,000

The large graph is then changed, one row after the other, and each change validated. Prints a table, and ends with an
error where the gate misses a planted flaw, invents one, or differs from pySHACL. Each run is a process of its own.
Only ratios of one run mean something.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from gate import Clock, Outcome
from planted import Expected, expected_of_rows
from twins import write_world

GATE = Path(__file__).with_name("gate.py")
NAMES = {"compiled": "compiled shapes", "reference": "pySHACL", "core": "pySHACL, SHACL Core alone"}
SECONDS, MEGABYTES = 120, 2_000  # at scale 1
ROW = 1.0  # seconds
TIMES_BOTH, TIMES_VALIDATE = 12, 10
_HEAD = f"{'':<28}{'load':>9}{'validate':>10}{'both':>9}{'processor':>11}{'memory':>10}{'findings':>10}"


def main() -> None:
    """Read the command line, run both parts, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, help="of the graph for the gate alone (default: 1)")
    parser.add_argument("--against", type=float, help="of the graph for the comparison (default: a tenth)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the default scales")
    given = parser.parse_args()
    scale = given.scale or (0.1 if given.quick else 1.0)
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.against or scale / 10)
        measure(Path(folder), scale)


def compare(folder: Path, scale: float) -> None:
    """The gate and pySHACL on the same statements: equal findings, and how many times as fast."""
    quads, triples = folder / "compared.nq", folder / "compared.nt"
    planted = write_world(scale, quads, graphs=True)
    write_world(scale, triples, graphs=False)
    ours = run("compiled", quads)
    theirs, core = run("reference", triples), run("core", triples)
    print_rows(scale, {"compiled": ours, "reference": theirs, "core": core})
    for name, peer in (("times pySHACL", theirs), ("times SHACL Core alone", core)):
        print(
            f"{name:<28}{ratio(peer.load, ours.load):>9.1f}{ratio(peer.validate, ours.validate):>10.1f}"
            f"{both(peer) / both(ours):>9.1f}{processor(peer) / processor(ours):>11.1f}"
            f"{peer.peak / ours.peak:>10.1f}"
        )
    print(f"targets{'':<21}{'':>9}{TIMES_VALIDATE:>10}{TIMES_BOTH:>9}\n")
    judge(ours, planted)
    if ours.findings != theirs.findings:
        different = set(ours.findings) ^ set(theirs.findings)
        sys.exit(f"the gate and pySHACL differ: {sorted(different)[:5]}")


def measure(folder: Path, scale: float) -> None:
    """The gate alone, on the large graph."""
    quads = folder / "large.nq"
    planted = write_world(scale, quads, graphs=True)
    ours = run("compiled", quads)
    print_rows(scale, {"compiled": ours})
    print(f"targets at scale 1{'':<29}{SECONDS:>9}{'':>11}{MEGABYTES:>10,}{len(planted):>10,}\n")
    for name, clock in ours.rows.items():
        print(f"{name:<28}{'':>9}{clock.wall:>8.3f} s")
    print(f"target of a row{'':<22}{ROW:>8.3f} s\n")
    judge(ours, planted)
    print(f"all {len(planted):,} planted flaws found, none invented")


def run(engine: str, data: Path) -> Outcome:
    """What one engine took and found."""
    result = data.with_suffix(f".{engine}.json")
    subprocess.run([sys.executable, str(GATE), engine, str(data), str(result)], check=True)
    found = json.loads(result.read_text(encoding="utf-8"))
    load, validate = (Clock(**found.pop(name)) for name in ("load", "validate"))
    findings = [tuple(finding) for finding in found.pop("findings")]
    changed = [tuple(finding) for finding in found.pop("changed")]
    rows = {name: Clock(**clock) for name, clock in found.pop("rows").items()}
    return Outcome(load=load, validate=validate, findings=findings, changed=changed, rows=rows, **found)


def judge(outcome: Outcome, planted: Iterable[Expected]) -> None:
    """Stop where a flaw was missed or invented, before a change or after it, or where pySHACL had to help."""
    found = count(outcome.findings)
    missed, invented = Counter(planted) - found, found - Counter(planted)
    if missed or invented or outcome.fallbacks:
        sys.exit(f"missed {[*missed][:5]}, invented {[*invented][:5]}, left to pySHACL {outcome.fallbacks}")
    more = count(outcome.changed) - count(outcome.findings)
    if more != Counter(expected_of_rows()) or not outcome.agrees:
        sys.exit(f"changed rows: found {[*more]}, equal to a run over everything: {outcome.agrees}")


def count(findings: Iterable[tuple[str, ...]]) -> Counter[Expected]:
    """Findings as the plan of the flaws says them."""
    return Counter(Expected(focus, rule, component) for _, focus, rule, _, _, component in findings)


def print_rows(scale: float, outcomes: dict[str, Outcome]) -> None:
    """A block of the table: seconds, megabytes, findings."""
    statements = next(iter(outcomes.values())).statements
    print(f"scale {scale:g}: {statements:,} statements\n{_HEAD}")
    for engine, outcome in outcomes.items():
        print(
            f"{NAMES[engine]:<28}{outcome.load.wall:>7.2f} s{outcome.validate.wall:>8.2f} s"
            f"{both(outcome):>7.2f} s{processor(outcome):>9.2f} s{outcome.peak:>7,} MB{len(outcome.findings):>10,}"
        )


def ratio(theirs: Clock, ours: Clock) -> float:
    """How many times as long."""
    return theirs.wall / ours.wall


def both(outcome: Outcome) -> float:
    """Seconds to load and validate."""
    return outcome.load.wall + outcome.validate.wall


def processor(outcome: Outcome) -> float:
    """Seconds of the processor to load and validate; less disturbed by what else the machine does."""
    return outcome.load.processor + outcome.validate.processor


if __name__ == "__main__":
    main()
