"""What an archive on disk says of Wikidata, when it said so of each item, and the comparison with it.

Chooses among the archives of a workspace; how one is read and understood is `wikidata`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from twin_graph.compare.model import Ours, Reports
from twin_graph.compare.reports import compare
from twin_graph.compare.watching import read_watched, watch_files
from twin_graph.errors import ArchiveMissing
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import HEAD, MANIFEST, Head, read_head
from twin_graph.wikidata.model import Answer, Observation
from twin_graph.wikidata.replaying import without_network
from twin_graph.wikidata.statements import observe
from twin_graph.wikidata.stored import stored_answers

SHIPPED = "wikidata"  # folder of `data/` with the archives that come with the data
# What must be fresh before a line about an item is written; names may be older.
DECISIVE = ("wikidata_statements", "wikidata_facts")


@dataclass(frozen=True)
class Origin:
    """Where Wikidata's side of a comparison comes from.

    Attributes:
        archive: its name.
        title, publisher, url, licence, notes: what it says of itself, "" where it says nothing.
        endpoint: name of the service that answered.
        state: how its recording ended.
        observed_from, observed_to: times of its first and of its last answer, "" where it has none.
        digest: what changes whenever it, or what else was compared, says something else.
    """

    archive: str
    title: str
    publisher: str
    url: str
    licence: str
    notes: str
    endpoint: str
    state: str
    observed_from: str
    observed_to: str
    digest: str


@dataclass(frozen=True)
class Observed:
    """What an archive says.

    Attributes:
        read_at: by item, when the older of its decisive questions was last answered.
    """

    observation: Observation
    read_at: Mapping[str, str]
    origin: Origin


def read_observed(folder: Path) -> Observed:
    """What an archive says; while it is read no connection is possible.

    Raises:
        ArchiveMissing, ArchiveDamaged: it cannot be read.
    """
    head = read_head(folder)
    answers = list(stored_answers(folder))
    with without_network():
        observation = observe(answers, head.id, planning.unread(head, answers))
    return Observed(observation, read_times(answers), _origin(head, answers))


@dataclass(frozen=True)
class Sides:
    """What a comparison rests on besides our snapshot.

    Attributes:
        archive: the folder of the archive.
        earlier: that of the archive before, None where there is none.
        watch: tables of watched pairs of countries.
    """

    archive: Path
    earlier: Path | None = None
    watch: tuple[Path, ...] = ()

    @cached_property
    def digest(self) -> str:
        """What changes whenever one of them does."""
        archives = [digest_of(folder) for folder in (self.archive, self.earlier) if folder is not None]
        tables = [hashlib.sha256(path.read_bytes()).hexdigest() for path in self.watch]
        return hashlib.sha256(json.dumps([archives, tables]).encode()).hexdigest()


def sides_of(data: Path, archive: Path) -> Sides:
    """An archive with what a workspace has beside it: the latest archive before it in the same folder."""
    ended = _ended(read_head(archive))
    heads = [read_head(path.parent) for path in sorted(archive.parent.glob(f"*/{HEAD}"))]
    before = [head for head in heads if is_about_items(head) and _ended(head) < ended]
    return Sides(archive, max(before, key=_ended).folder if before else None, tuple(watch_files(data)))


def _ended(head: Head) -> tuple[str, str]:
    return str(head.content.get("ended", "")), head.id


def compare_sides(ours: Ours, sides: Sides) -> tuple[Reports, Observed]:
    """The reports, and what the archive says.

    Raises:
        ArchiveMissing, ArchiveDamaged: an archive cannot be read.
    """
    observed = read_observed(sides.archive)
    observed = replace(observed, origin=replace(observed.origin, digest=sides.digest))
    earlier = read_observed(sides.earlier).observation if sides.earlier is not None else None
    reports = compare(ours, observed.observation, earlier=earlier, watched=read_watched(sides.watch))
    return reports, observed


def digest_of(folder: Path) -> str:
    """What changes whenever an archive says something else: its head and its lines name the hash of each answer.

    Raises:
        ArchiveMissing: there is none.
    """
    parts = [(folder / name).read_bytes() for name in (HEAD, MANIFEST) if (folder / name).is_file()]
    if not parts:
        raise ArchiveMissing(f"{folder} is no archive")
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _origin(head: Head, answers: Iterable[Answer]) -> Origin:
    times = sorted(answer.retrieved_at for answer in answers) or [""]
    said = {
        name: str(head.content.get(name, ""))
        for name in ("title", "publisher", "url", "licence", "notes", "endpoint")
    }
    return Origin(
        archive=head.id, state=head.state, observed_from=times[0], observed_to=times[-1],
        digest=digest_of(head.folder), **said,
    )  # fmt: skip


def read_times(answers: Iterable[Answer]) -> dict[str, str]:
    """When each item was read: the older of the last answers to what matters; "" where one of them is not there.

    An answer that was seen to be of the revision of today is as good as one of then.
    """
    last: dict[tuple[str, str], str] = {}
    for answer in answers:
        for item in answer.items:
            place = item, answer.query
            last[place] = max(last.get(place, ""), answer.retrieved_at, answer.confirmed)
    items = {item for item, _ in last}
    return {item: min(last.get((item, query), "") for query in DECISIVE) for item in sorted(items)}


def is_about_items(head: Head) -> bool:
    """Whether an archive was made to know what items say; one without a plan holds what it holds."""
    plan = planning.read_plan(head.content.get("plan"))
    return not plan or any(plan.get(name) for name in DECISIVE)


def usual_archive(data: Path) -> Path | None:
    """The archive that a build compares with: the latest of those that come with the data; None without one."""
    home = data / SHIPPED
    found = [path.parent for path in home.glob(f"*/{HEAD}") if is_about_items(read_head(path.parent))]
    return choose_archive([home]) if found else None


def choose_archive(homes: Sequence[Path], name: str = "") -> Path:
    """The folder of an archive: by its path, by its name in one of the folders of archives, or the latest of them.

    The latest is one in which items were asked about, not one of a search for items or of constraints.

    Raises:
        ArchiveMissing: there is none, or none of this name.
    """
    if name:
        for folder in (*(home / name for home in homes), Path(name)):
            if (folder / HEAD).is_file():
                return folder
        raise ArchiveMissing(f"“{name}” is no archive, neither among those of the workspace nor as a path")
    heads = [read_head(path.parent) for home in homes for path in sorted(home.glob(f"*/{HEAD}"))]
    found = [head for head in heads if is_about_items(head)]
    if not found:
        raise ArchiveMissing(
            "there is no archive of Wikidata; make one with `twin-graph wikidata fetch`, or name one with --archive"
        )
    return max(found, key=_ended).folder
