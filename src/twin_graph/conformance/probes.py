"""The probes: questions to a snapshot whose answers show whether it is as it should be.

A probe is a query `conformance_<words>.rq`. Its header says what is expected:

    # expect: nothing       each row is something that is wrong; its first variable names it
    # expect: share 0.9     the one row has ?part and ?whole, and their quotient is 0.9 or more
    # expect: share         the quotient is measured, whatever it is

and what it is about in three languages (`title-…`, `description-…`). Another probe is another file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from twin_graph.queries import Query, load_all
from twin_graph.store import Row, Store

FILE = "conformance.json"
_GROUP = "conformance_"
_NOTHING, _SHARE = "nothing", "share"
# How many of the things that are wrong are named.
_NAMED = 5


@dataclass(frozen=True)
class Probe:
    """A query and what is expected of its answer.

    Attributes:
        is_share: whether a share is measured; else things that are wrong are counted.
        least: what the share must be; None where it is only measured.
    """

    query: Query
    is_share: bool = False
    least: float | None = None

    @property
    def name(self) -> str:
        """Its name, as a part of addresses."""
        return self.query.name.removeprefix(_GROUP).replace("_", "-")

    def description(self, language: str) -> str:
        """What it is about, in a language."""
        return self.query.notes.get(f"description-{language}", "")


@dataclass(frozen=True)
class Measured:
    """What came of a probe.

    Attributes:
        value: how many things are wrong, or the share.
        examples: some of the things that are wrong.
    """

    name: str
    passed: bool
    value: float
    examples: tuple[str, ...] = ()


def make_probe(query: Query) -> Probe:
    """The probe of a query.

    Raises:
        ValueError: its header does not say what is expected.
    """
    word, *limits = query.notes.get("expect", "").split()
    if word == _NOTHING and not limits:
        return Probe(query)
    if word == _SHARE and len(limits) <= 1:
        return Probe(query, True, float(limits[0]) if limits else None)
    raise ValueError(f"{query.name}: “# expect:” is “nothing”, “share” or “share” with a number")


@cache
def list_probes() -> tuple[Probe, ...]:
    """All probes, by name."""
    return tuple(make_probe(query) for query in load_all(_GROUP))


def measure(store: Store, probes: Iterable[Probe] | None = None) -> list[Measured]:
    """Run probes on a store, one after the other."""
    return [_measure(store, probe) for probe in (list_probes() if probes is None else probes)]


def _measure(store: Store, probe: Probe) -> Measured:
    rows = store.select(probe.query)
    if probe.is_share:
        [row] = rows
        part, whole = (float(str(row.get(name, 0))) for name in ("part", "whole"))
        share = round(part / whole, 4) if whole else 1.0
        return Measured(probe.name, probe.least is None or share >= probe.least, share)
    return Measured(probe.name, not rows, len(rows), _name(rows))


def _name(rows: Sequence[Row]) -> tuple[str, ...]:
    """The first of the things that are wrong, in the order of their names."""
    return tuple(sorted({str(next(iter(row.values()), "")) for row in rows})[:_NAMED])


def write_measured(path: Path, found: Iterable[Measured]) -> None:
    """Write what came of the probes."""
    content = [asdict(each) for each in found]
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_measured(path: Path | None) -> tuple[Measured, ...]:
    """What came of the probes of a snapshot; nothing where it was built without them, or the file is damaged."""
    with suppress(OSError, ValueError, TypeError):
        content = json.loads(path.read_bytes()) if path is not None else []
        return tuple(Measured(**{**each, "examples": tuple(each["examples"])}) for each in content)
    return ()
