"""What changed between two snapshots: the statements that only one of them has.

Compares the sorted dumps in one pass; knows nothing of what the statements mean.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from twin_graph.snapshot import Snapshot, Step


@dataclass(frozen=True)
class Difference:
    """Statements as lines of N-Quads, sorted."""

    removed: tuple[str, ...]
    added: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The difference as plain values."""
        return {"removed": list(self.removed), "added": list(self.added)}


def between(old: Snapshot, new: Snapshot, step: Step = nullcontext) -> Difference:
    """The difference of two snapshots.

    Raises:
        SnapshotDamaged: a dump is not as it was written.
    """
    with step("read the old snapshot"):
        before = set(old.read("dump.nq").splitlines())
    with step("read the new snapshot"):
        after = set(new.read("dump.nq").splitlines())
    with step("compare"):
        return Difference(_sorted(before - after), _sorted(after - before))


def _sorted(lines: set[bytes]) -> tuple[str, ...]:
    return tuple(line.decode() for line in sorted(lines))
