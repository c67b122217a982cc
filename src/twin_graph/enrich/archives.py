"""Which archives a workspace has, and which of them counts for an item.

The rule of completeness: an item that an archive has no complete answer about is what the archive before says of it.
Only a complete answer without a statement means that the statement is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from twin_graph import iris
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import HEAD, Head, read_head
from twin_graph.wikidata.identity import follow
from twin_graph.wikidata.model import Answer, Item, Observation, Statement
from twin_graph.wikidata.statements import observe
from twin_graph.wikidata.stored import stored_answers

FOLDER = "wikidata"  # of `data/`; each folder in it that holds `archive.json` is an archive
_UNFIT = re.compile(r"[^a-z0-9]+")
_LONGEST = 32


@dataclass(frozen=True)
class Archive:
    """One archive and what it says."""

    head: Head
    answers: tuple[Answer, ...]

    @cached_property
    def key(self) -> str:
        """The key of the source that it is.

        It is the name of the archive where that may be a key.
        """
        name = _UNFIT.sub("-", self.head.id.lower()).strip("-")
        fits = name == self.head.id and len(name) <= _LONGEST
        return name if fits else f"{name[:_LONGEST].strip('-')}-{iris.digest(self.head.id)}"

    @cached_property
    def observation(self) -> Observation:
        """All that it says."""
        return observe(self.answers, self.head.id, planning.unread(self.head, self.answers))

    @cached_property
    def bodies(self) -> Mapping[str, Answer]:
        """Its answers by the sha256 of their bodies."""
        return {answer.body: answer for answer in self.answers}

    def knows(self, item: Item) -> bool:
        """Whether it says all of an item. What a merged item said stands on another, which it must know, too."""
        items = self.observation.items
        last = items.get(follow(item.id, items))
        return item.state != "failed" and last is not None and last.state != "failed"

    def answer_about(self, query: str, item: str) -> Answer | None:
        """The latest answer to a query about an item."""
        return self._about.get((query, item))

    @cached_property
    def _about(self) -> Mapping[tuple[str, str], Answer]:
        ordered = sorted(self.answers, key=lambda answer: (answer.retrieved_at, answer.body))
        return {(answer.query, item): answer for answer in ordered for item in answer.items}


def find_archives(data: Path) -> list[Path]:
    """The folders of the archives of a workspace."""
    return sorted(path.parent for path in (data / FOLDER).glob(f"*/{HEAD}"))


def read_archive(folder: Path) -> Archive:
    """An archive with all its answers.

    Raises:
        ArchiveMissing, ArchiveDamaged: it cannot be read.
    """
    return Archive(read_head(folder), tuple(stored_answers(folder)))


class Latest:
    """Of several archives the one that counts for each item: the latest that says anything complete about it."""

    def __init__(self, archives: Iterable[Archive]) -> None:
        self.archives = sorted(archives, key=lambda each: (each.observation.retrieved_at, each.key))
        self.of_item: dict[str, Archive] = {}
        for archive in self.archives:
            for item in archive.observation.items.values():
                if archive.knows(item):
                    self.of_item[item.id] = archive

    def items(self) -> Iterator[tuple[Archive, Item]]:
        """Every item that exists, with its archive; merged ones are not among them."""
        for id_, archive in sorted(self.of_item.items(), key=lambda pair: int(pair[0][1:])):
            item = archive.observation.items[id_]
            if item.state == "complete" and not item.redirect:
                yield archive, item

    def item(self, id_: str) -> Item | None:
        """What is known of an item."""
        archive = self.of_item.get(id_)
        return archive.observation.items[id_] if archive else None

    def statements(self) -> Iterator[tuple[Archive, Statement]]:
        """Every statement that counts, with its archive, ascending by GUID."""
        found = (
            (statement.guid, archive, statement)
            for archive in self.archives
            for statement in archive.observation.statements
            if self.of_item.get(statement.item) is archive
        )
        for _, archive, statement in sorted(found, key=lambda each: each[0]):
            yield archive, statement
