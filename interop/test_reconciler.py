"""The client `reconciler` of PyPI, in an environment of its own: it wants an older NumPy than other programs."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from clients import RECONCILER

CLIENT = "reconciler"
_PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandas as pd
from reconciler import reconcile
asked = json.load(sys.stdin)
table = pd.DataFrame(asked["table"])
mapping = {name: table[column] for name, column in asked["properties"].items()} or None
found = reconcile(table["city"], type_id=asked["type"], top_res=asked["top"], property_mapping=mapping,
                  reconciliation_endpoint=asked["service"])
print(found.to_json(orient="records"))
"""
_TABLE = {"city": ["Aldorf", "Цедрово", "no such place"], "country": ["Germany", "Polska", "PL"]}


def ask(
    service: str, properties: dict[str, str], wanted: str | None = None, top: int | str = 1
) -> list[dict[str, Any]]:
    """The rows that the client gives."""
    asked = {"service": service, "table": _TABLE, "properties": properties, "type": wanted, "top": top}
    done = subprocess.run(
        [str(RECONCILER), "-c", _PROGRAM],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert 0 == done.returncode, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def test_ours(base: str) -> None:
    """Names are matched with our keys, with a country beside them; what is not there is an empty row."""
    rows = {row["input_value"]: row for row in ask(f"{base}reconcile", {"country": "country"}, "City")}
    assert ("aldorf", True) == (rows["Aldorf"]["id"], rows["Aldorf"]["match"])
    assert ("cedrowo", True) == (rows["Цедрово"]["id"], rows["Цедрово"]["match"])
    assert rows["no such place"]["id"] is None


def test_items(base: str) -> None:
    """The same with items of Wikidata, and with every candidate."""
    rows = ask(f"{base}reconcile/wikidata/en", {"P17": "country"}, top="all")
    assert {"Q900000001", "Q900000003"} <= {row["id"] for row in rows}
