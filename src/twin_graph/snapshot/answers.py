"""The answers that a snapshot holds ready, with an index that says what each of them must be.

    answers/index.json     {key: {"file": "….srj", "format": "json", "rows": 3, "sha256": "…"}}
    answers/….srj          one answer, as the query pool would give it

They follow from the dump, as the store does: the manifest does not know them, and a snapshot without them is whole.
Which queries are answered, and what makes a key, is decided by `build` and `sparql`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from twin_graph.formats import Format

ANSWERS = "answers"
INDEX = "index.json"


@dataclass(frozen=True)
class PreparedAnswer:
    """A whole answer: what identifies it, its format, and the number of its rows where that is known."""

    key: str
    fmt: Format
    rows: int | None
    content: bytes


def write_answers(folder: Path, answers: Iterable[PreparedAnswer]) -> None:
    """Write answers and their index into a new folder; each is found by its hash if it did not reach the disk."""
    folder.mkdir()
    index = {}
    for answer in answers:
        name = f"{answer.key}.{answer.fmt.extension}"
        (folder / name).write_bytes(answer.content)
        digest = hashlib.sha256(answer.content).hexdigest()
        index[answer.key] = {"file": name, "format": answer.fmt.name, "rows": answer.rows, "sha256": digest}
    (folder / INDEX).write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_rows(folder: Path) -> dict[str, int | None]:
    """How many rows each answer has, where that is known, by their keys; none where the index cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        return {key: entry["rows"] for key, entry in json.loads((folder / INDEX).read_bytes()).items()}
    return {}


def compare_answers(folder: Path) -> list[str]:
    """What is wrong with a folder of answers; nothing where there is none."""
    if not folder.exists():
        return []
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        index = json.loads((folder / INDEX).read_bytes())
        known = {entry["file"]: entry["sha256"] for entry in index.values()}
        changed = [name for name, digest in sorted(known.items()) if _sha256(folder / name) != digest]
        unknown = sorted({path.name for path in folder.iterdir()} - {INDEX, *known})
        return [
            *(f"{ANSWERS}/{name}: differs from its index" for name in changed),
            *(f"{ANSWERS}/{name}: is not in its index" for name in unknown),
        ]
    return [f"{ANSWERS}/{INDEX}: cannot be read"]


def renew_answers(folder: Path, fresh: Path) -> None:
    """Replace the answers of a snapshot by those of a new build of it, where they differ."""
    if not (fresh / INDEX).exists() or (_sha256(folder / INDEX) == _sha256(fresh / INDEX)
                                        and not compare_answers(folder)):  # fmt: skip
        return
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unreadable"
