"""The reports that are queries, on a small world: who is listed, and who is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from twin_graph.build.graph import make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.queries import load
from twin_graph.store import Store
from workspaces import write_guide

PARTNERSHIPS = "key,parties,relation,source\nalfa-beta,alfa;beta,partner,archive\n"
AGREEMENTS = """key,type,partnership,relation,signed,source
beta-1990,PartnershipAgreement,alfa-beta,partner,1990,archive
"""


def store(folder: Path, tables: Mapping[str, str]) -> Store:
    """The graph of the guide's world, valid on 2024-12-31, with some tables."""
    return make_graph(read_inputs(write_guide(folder, tables))).store


@pytest.mark.parametrize(
    ("confirmed", "status", "expected"),
    [
        ("", "", [("", "")]),
        ("2021-12-31", "", []),
        ("2021-12-30", "", [("2021-12-30", "36")]),
        ("2021-12", "", []),
        ("2021", "", []),
        ("2021-11", "", [("2021-11", "37")]),
        ("2020", "", [("2020", "48")]),
        ("2020~", "", [("2020", "48")]),
        ("2019/2024-02", "", []),
        ("2024-05-01", "terminated", [("", "")]),
    ],
)
def test_not_confirmed_for_36_months(
    tmp_path: Path, confirmed: str, status: str, expected: list[tuple[str, str]]
) -> None:
    """Listed where the last day that the latest confirmation may mean is more than three years ago."""
    claims = (
        f"partnership,claimed_by,on_side_of,status,confirmed\nalfa-beta,beta-page,beta,{status},{confirmed}\n"
    )
    tables = {
        "alfa/partnerships.csv": PARTNERSHIPS,
        "alfa/agreements.csv": AGREEMENTS,
        "alfa/claims.csv": claims,
    }
    rows = store(tmp_path, tables).select(load("report_unconfirmed"))
    assert expected == [(str(row.get("confirmedOn", "")), str(row.get("months", ""))) for row in rows]


def test_one_sided_without_a_country_are_counted(tmp_path: Path) -> None:
    """A city of which nobody knows the country is no reason to leave its partnerships out."""
    claims = "parties,claimed_by,on_side_of\nq2;q3,extract,q2\nq3;q4,extract,q4\n"
    rows = store(tmp_path, {"world/claims.csv": claims}).select(load("report_countries"))
    assert [("country-not-known", "2")] == [(str(row["country"]), str(row["one_sided"])) for row in rows]
