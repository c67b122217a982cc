"""What is merged and found contradictory depends on what sources say, never on the order in which they say it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from twin_graph.build.graph import DERIVED, BuiltGraph, make_graph
from twin_graph.build.inputs import read_inputs
from workspaces import copy_tiny, shuffle, table

DATES = st.sampled_from(["1985", "1990", "1990-05", "1990-05-05", "1999", "2003/2004", ""])
SIDES = st.sampled_from(["aldorf", "belmont", "cedrowo", ""])
STATUSES = st.sampled_from(["", "in-force", "terminated"])
CLAIMS = st.lists(st.tuples(SIDES, DATES, STATUSES), min_size=1, max_size=5)


def derived(graph: BuiltGraph) -> bytes:
    end = f"/graph/{DERIVED}> .".encode()
    return b"\n".join(line for line in graph.dump.splitlines() if line.endswith(end))


def built(claims: list[tuple[str, str, str]], order: list[int], seed: int) -> bytes:
    """The derived facts of the tiny workspace with these claims, written in an order."""
    folder = Path(tempfile.mkdtemp())
    try:
        workspace = copy_tiny(folder)
        file = table(workspace, "aldorf/claims")
        for number in order:
            side, since, status = claims[number]
            file.append(
                key=f"generated-{number}", parties="belmont;cedrowo;aldorf;estuary" if side != "cedrowo" else "",
                partnership="aldorf-cedrowo" if side == "cedrowo" else "", claimed_by="evening-post",
                on_side_of=side, since=since, status=status,
            )  # fmt: skip
        if seed:
            shuffle(workspace, seed, columns=True)
        return derived(make_graph(read_inputs(workspace)))
    finally:
        shutil.rmtree(folder)


@settings(max_examples=8, deadline=None)
@given(claims=CLAIMS, data=st.data())
def test_the_order_of_rows_and_columns_changes_nothing(
    claims: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """The same claims in another order give the same partnerships, contradictions and digests, byte for byte."""
    numbers = list(range(len(claims)))
    order = data.draw(st.permutations(numbers))
    assert built(claims, numbers, 0) == built(claims, list(order), data.draw(st.integers(1, 1000)))
