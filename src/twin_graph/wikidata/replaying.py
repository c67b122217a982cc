"""Replay: the answers of an archive in place of a query service, while no connection can be opened.

Also the canonical bytes of answers, which are equal for equal facts, however the questions were cut into portions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twin_graph.errors import NotInArchive, OperatorError
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import answers_in, read_answers, read_head
from twin_graph.wikidata.model import Answer

_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})


class _Guard:
    """Counts who wants no connections; the hook of the interpreter cannot be taken away, so there is one for all."""

    def __init__(self) -> None:
        self.depth = 0
        self.is_installed = False

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse connections to other machines while somebody wants none; sockets of this machine are files."""
        if not self.depth or event not in _NETWORK:
            return
        is_file = event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], str | bytes)
        if not is_file:
            raise OperatorError(f"a replay opens no connections ({event})")


_guard = _Guard()


@contextmanager
def without_network() -> Iterator[None]:
    """While this lasts, nothing in this process can open a connection or look up a name."""
    if not _guard.is_installed:
        sys.addaudithook(_guard.watch)
        _guard.is_installed = True
    _guard.depth += 1
    try:
        yield
    finally:
        _guard.depth -= 1


@contextmanager
def replay(
    archive: Path, items: Iterable[str] = (), queries: Iterable[str] = ()
) -> Iterator[Iterator[Answer]]:
    """The answers of an archive; no connection can be opened while they are read.

    Args:
        items, queries: what has to be answered; nothing: whatever is there.

    Raises:
        ArchiveMissing, ArchiveDamaged: there is no archive that can be read.
        NotInArchive: these questions were not asked about these items, or in other words.
    """
    with without_network():
        require_answers(archive, items, queries)
        yield read_answers(archive)


def require_answers(archive: Path, items: Iterable[str], queries: Iterable[str]) -> None:
    """See that an archive answers some questions, as they are put today.

    Raises:
        NotInArchive: it does not; the message names the query.
    """
    head = read_head(archive)
    plan = planning.plan_of(items, queries)
    progress = planning.progress_of(answers_in(archive), str(head.content.get("endpoint")))
    for name, ids in planning.unanswered(plan, progress).items():
        about = f" about {ids[0]}" if ids else ""
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        raise NotInArchive(f"{archive} has no answer to {name}{about}{more}; fetch it with --live")


def canonical(answers: Iterable[Answer]) -> bytes:
    """The rows of all answers as sorted lines, each once: query, then variables with their terms."""
    lines = {
        "\t".join([answer.query, *(f"{name}={term.n3()}" for name, term in sorted(row.items()))])
        for answer in answers
        for row in answer.rows
    }
    return "".join(f"{line}\n" for line in sorted(lines)).encode()
