"""What an archive on disk says of Wikidata, and when it said so of each item.

Chooses among the archives of a workspace; how one is read and understood is `wikidata`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from twin_graph.errors import ArchiveMissing
from twin_graph.wikidata.archive import HEAD, read_answers, read_head
from twin_graph.wikidata.model import Answer, Observation
from twin_graph.wikidata.statements import observe

# What must be fresh before a line about an item is written; names may be older.
DECISIVE = ("wikidata_statements", "wikidata_facts")


@dataclass(frozen=True)
class Observed:
    """What an archive says.

    Attributes:
        read_at: by item, when the older of its decisive questions was last answered.
        state: how the recording of the archive ended.
    """

    observation: Observation
    read_at: Mapping[str, str]
    state: str


def read_observed(folder: Path) -> Observed:
    """What an archive says.

    Raises:
        ArchiveMissing, ArchiveDamaged: it cannot be read.
    """
    head = read_head(folder)
    answers = list(read_answers(folder))
    failed = {item for items in head.failed.values() for item in items}
    return Observed(observe(answers, head.id, failed), read_times(answers), head.state)


def read_times(answers: Iterable[Answer]) -> dict[str, str]:
    """When each item was read: the older of the last answers to what matters; "" where one of them is not there."""
    last: dict[tuple[str, str], str] = {}
    for answer in answers:
        for item in answer.items:
            place = item, answer.query
            last[place] = max(last.get(place, ""), answer.retrieved_at)
    items = {item for item, _ in last}
    return {item: min(last.get((item, query), "") for query in DECISIVE) for item in sorted(items)}


def choose_archive(homes: Sequence[Path], name: str = "") -> Path:
    """The folder of an archive: by its path, by its name in one of the folders of archives, or the latest of them.

    Raises:
        ArchiveMissing: there is none, or none of this name.
    """
    if name:
        for folder in (*(home / name for home in homes), Path(name)):
            if (folder / HEAD).is_file():
                return folder
        raise ArchiveMissing(f"“{name}” is no archive, neither among those of the workspace nor as a path")
    found = [read_head(path.parent) for home in homes for path in sorted(home.glob(f"*/{HEAD}"))]
    if not found:
        raise ArchiveMissing(
            "there is no archive of Wikidata; make one with `twin-graph wikidata fetch`, or name one with --archive"
        )
    return max(found, key=lambda head: (str(head.content.get("ended", "")), head.id)).folder
