"""The real csv-reconcile, in an environment and a process of its own, asked over HTTP about the same rows.

It gets the places of the same index as a table, as its users would give them, and answers with its default settings.
What it takes without asking is what its answers call a match. It ignores properties, so that a country does not help.
"""

from __future__ import annotations

import contextlib
import csv
import json
import random
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import venv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from worldwide import SEED, Row, World, index_places

from twin_graph.matching import Place

PACKAGES = ("csv-reconcile==0.3.2",)
_ENVIRONMENT = Path(__file__).resolve().parent / ".peers-reconciliation"
_BIN = _ENVIRONMENT / "bin"
_START_SECONDS = 120.0
# It looks at every name for every query: a sample has to do.
ROWS, NOTHING, BATCH = 300, 100, 50
_SERVE = "import sys; from csv_reconcile import create_app; create_app().run(port=int(sys.argv[1]))"


def measure_peer(
    world: World,
    left_out: frozenset[str],
    planted: float,
    rows: Sequence[Row],
    nothing: Sequence[Row],
    folder: Path,
) -> dict[str, float]:
    """What it takes and whether that is right, and how long a batch of 50 takes."""
    _install()
    table = folder / "places.csv"
    count = _write(table, index_places(world, left_out, planted=("test", planted)))
    subprocess.run(
        [str(_BIN / "csv-reconcile"), "init", str(table), "id", "name"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    chance = random.Random(SEED)
    asked = [*chance.sample(rows, min(ROWS, len(rows))), *chance.sample(nothing, min(NOTHING, len(nothing)))]
    with _serving(folder) as port:
        taken, seconds = _ask(port, asked)
    meant = [row for row in asked if row.item]
    right = sum(taken[at] == row.item for at, row in enumerate(asked) if row.item)
    all_taken = sum(bool(taken[at]) for at, row in enumerate(asked) if row.item)
    false = sum(bool(taken[at]) for at, row in enumerate(asked) if not row.item)
    return {
        "places": float(count),
        "rows": float(len(meant)),
        "taken": all_taken / len(meant),
        "precision": right / max(1, all_taken),
        "recall": right / len(meant),
        "false": false / max(1, len(asked) - len(meant)),
        "batch of 50, seconds": sum(seconds) / len(seconds),
    }


def _install() -> None:
    stamp = _ENVIRONMENT / "installed"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == "\n".join(PACKAGES):
        return
    venv.create(_ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(_BIN / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, *PACKAGES], check=True)
    stamp.write_text("\n".join(PACKAGES), encoding="utf-8")


def _write(path: Path, places: Iterable[Place]) -> int:
    """One line per place, with its first name."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("id", "name", "country"))
        for place in places:
            if place.kind == "city" and place.item:
                count += 1
                writer.writerow((place.item, place.names[0].text, place.country))
    return count


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[int]:
    """It keeps its tables in `instance` of the folder in which it is started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [str(_BIN / "python"), "-c", _SERVE, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    ends = time.monotonic() + _START_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/reconcile", timeout=5).close()
            return
        if time.monotonic() > ends:
            raise TimeoutError("csv-reconcile does not answer")
        time.sleep(0.3)


def _ask(port: int, rows: Sequence[Row]) -> tuple[list[str], list[float]]:
    """The item that is taken for each row, and the seconds of each batch."""
    taken, seconds = [], []
    for at in range(0, len(rows), BATCH):
        some = rows[at : at + BATCH]
        queries = {f"q{number}": {"query": row.name, "limit": 10} for number, row in enumerate(some)}
        data = urllib.parse.urlencode({"queries": json.dumps(queries)}).encode()
        started = time.perf_counter()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/reconcile", data, timeout=600) as answer:
            found = json.load(answer)
        seconds.append(time.perf_counter() - started)
        for number in range(len(some)):
            result = found[f"q{number}"]["result"]
            taken.append(next((str(each["id"]) for each in result if each["match"]), ""))
    return taken, seconds
