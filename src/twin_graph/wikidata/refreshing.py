"""What a new archive may take over from an older one: answers that are young, or about items that have not changed.

An item's revision tells whether its own page has changed; what other pages say about it does not show there, so
incoming statements are taken over only while they are young. Item by item: of a portion only what changed is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from twin_graph.errors import OperatorError
from twin_graph.wikidata.archive import Line, answers_in, read_answer, read_body, read_head
from twin_graph.wikidata.endpoints import Endpoint
from twin_graph.wikidata.planning import is_current
from twin_graph.wikidata.portions import FACTS, FRESHNESS, LABELS, STATEMENTS, Question, key, text_of

_OWN_PAGE = (STATEMENTS.name, LABELS.name)
_ENTITY = "http://www.wikidata.org/entity/"


class Previous:
    """An older archive of the same endpoint, and how old an answer may be that is taken over unseen."""

    def __init__(self, folder: Path, older_than: timedelta) -> None:
        self._folder, self._older_than = folder, older_than
        self._endpoint = str(read_head(folder).content.get("endpoint"))
        lines = answers_in(folder)
        self._revisions = revisions(folder, lines)
        # By question and item the last answer, where it says something and the question is put so today.
        self._lines: dict[tuple[str, str], Line | None] = {}
        for line in sorted(lines, key=lambda line: line.retrieved_at):
            usable = line if is_current(line, self._endpoint) else None
            self._lines |= {
                (line.query, item): None if item in line.silent else usable for item in line.items
            }

    def check(self, endpoint: Endpoint) -> None:
        """See that it is of the same service.

        Raises:
            OperatorError: it is of another.
        """
        if self._endpoint != endpoint.name:
            raise OperatorError(f"{self._folder} holds answers of “{self._endpoint}”; two services never mix")

    def find(
        self, question: Question, items: Sequence[str], now: datetime, current: Mapping[str, Revision]
    ) -> list[tuple[Line, bytes]]:
        """The lines and bodies to take over in place of a request about some of these items.

        Args:
            current: the revisions that items have today.
        """
        lines: dict[str, Line] = {}
        taken: dict[tuple[str, str], list[str]] = {}  # by line, and when it was confirmed
        for item in items if question is not FRESHNESS else ():
            line = self._lines.get((question.name, item))
            if line is None:
                continue
            seen = self._seen(line, item, current)
            if seen or now - datetime.fromisoformat(line.retrieved_at) < self._older_than:
                lines[line.key] = line
                taken.setdefault((line.key, seen), []).append(item)
        return [
            (self._part(lines[name], question, tuple(found), seen), read_body(self._folder, lines[name].body))
            for (name, seen), found in taken.items()
        ]

    def _seen(self, line: Line, item: str, current: Mapping[str, Revision]) -> str:
        """When an item was seen to be at the revision that an answer is about; "" where it was not."""
        now, then = current.get(item), self._revisions.get(item)
        is_same = now is not None and then is not None and now.number == then.number
        return now.read_at if now is not None and is_same and line.query in _OWN_PAGE else ""

    def _part(self, line: Line, question: Question, items: tuple[str, ...], seen: str) -> Line:
        """The line of an answer as one about some of its items."""
        line = replace(line, confirmed=max(line.confirmed, seen))
        if set(items) == set(line.items):
            return line
        name = key(self._endpoint, text_of(question, items))
        return replace(line, key=name, items=items, silent=(), part=True)


@dataclass(frozen=True)
class Revision:
    """The revision of an item, and when the service told it."""

    number: str
    read_at: str


def revisions(folder: Path, lines: Iterable[Line]) -> dict[str, Revision]:
    """The revision of each item, as the answers about identity in an archive have it."""
    found = {}
    for line in lines:
        if line.query != FACTS.name or not line.is_answer:
            continue
        for row in read_answer(folder, line, "", line.items).rows:
            if str(row.get("k")) == "revision":
                item = str(row.get("item")).removeprefix(_ENTITY)
                found[item] = Revision(str(row.get("v")), line.retrieved_at)
    return found
