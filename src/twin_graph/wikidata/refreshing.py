"""What a new archive may take over from an older one: answers that are young, or about items that have not changed.

An item's revision tells whether its own page has changed; what other pages say about it does not show there, so
incoming statements are taken over only while they are young. Whole portions only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from twin_graph.errors import OperatorError
from twin_graph.wikidata.archive import Line, answers_in, read_answer, read_body, read_head
from twin_graph.wikidata.endpoints import Endpoint
from twin_graph.wikidata.portions import FACTS, FRESHNESS, LABELS, STATEMENTS

_OWN_PAGE = (STATEMENTS.name, LABELS.name)
_ENTITY = "http://www.wikidata.org/entity/"


class Previous:
    """An older archive of the same endpoint, and how old an answer may be that is taken over unseen."""

    def __init__(self, folder: Path, older_than: timedelta) -> None:
        self._folder, self._older_than = folder, older_than
        self._endpoint = str(read_head(folder).content.get("endpoint"))
        lines = answers_in(folder)
        self._lines = {line.key: line for line in lines}
        self._revisions = revisions(folder, lines)

    def check(self, endpoint: Endpoint) -> None:
        """See that it is of the same service.

        Raises:
            OperatorError: it is of another.
        """
        if self._endpoint != endpoint.name:
            raise OperatorError(f"{self._folder} holds answers of “{self._endpoint}”; two services never mix")

    def find(self, key: str, now: datetime, current: Mapping[str, str]) -> tuple[Line, bytes] | None:
        """The line and body to take over in place of a request, None where it has to be sent.

        Args:
            current: the revisions that items have today.
        """
        line = self._lines.get(key)
        if line is None or line.query == FRESHNESS.name or line.silent:
            return None
        is_young = now - datetime.fromisoformat(line.retrieved_at) < self._older_than
        is_unchanged = line.query in _OWN_PAGE and all(
            item in current and current[item] == self._revisions.get(item) for item in line.items
        )
        return (line, read_body(self._folder, line.body)) if is_young or is_unchanged else None


def revisions(folder: Path, lines: Iterable[Line]) -> dict[str, str]:
    """The revision of each item, as the answers about identity in an archive have it."""
    found = {}
    for line in lines:
        if line.query != FACTS.name or not line.is_answer:
            continue
        for row in read_answer(folder, line, "", line.items).rows:
            if str(row.get("k")) == "revision":
                found[str(row.get("item")).removeprefix(_ENTITY)] = str(row.get("v"))
    return found
