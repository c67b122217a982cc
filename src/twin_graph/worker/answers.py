"""The kept answers: whole results in files in memory, found by a key, within a number of bytes.

A snapshot never changes, so an answer is right for as long as the pool lives. The answers that it brings along
stay, the others give way to newer ones. What makes a key is `sparql`; which answers are prepared is `build`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import resource
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin_graph import formats
from twin_graph.worker.messages import QueryLimits

# One answer may have this part of all room; all prepared ones together, that part.
_PART, _PREPARED_PART = 8, 4
# Each answer has a descriptor: at most so many, and at most half of those that the process may have.
_MOST_ANSWERS = 2_000
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Answer:
    """A kept answer: the file that holds it, its size in bytes, the name of its format, its rows where known."""

    descriptor: int
    size: int
    fmt: str
    rows: int | None

    @property
    def cost(self) -> int:
        """Bytes of memory: whole pages, and one for what the kernel notes about the file."""
        return (self.size // _PAGE + 2) * _PAGE


class KeptAnswers:
    """Answers by their keys; where room is needed, those that were asked for longest ago go first.

    Prepared answers do not go: whoever asks for much else, they are there. They have a quarter of the room.

    Args:
        most: bytes of memory that all answers may take; 0: none is kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._most_answers = min(_MOST_ANSWERS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._prepared: dict[str, Answer] = {}
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self.cost = 0

    def __len__(self) -> int:
        """How many answers there are."""
        return len(self._prepared) + len(self._answers)

    def find(self, key: str) -> Answer | None:
        """The answer of a key."""
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._prepared.get(key) or self._answers.get(key)

    def keep(self, key: str, source: int, size: int, fmt: str, rows: int | None) -> None:
        """Keep a copy of an answer, unless it is too large or there is no memory.

        Args:
            source: descriptor of a file that holds the answer from its beginning.
        """
        if Answer(-1, size, fmt, rows).cost * _PART > self._most or self.find(key) is not None:
            return
        with contextlib.suppress(OSError):
            self._answers[key] = self._take(source, size, fmt, rows)
        while self.cost > self._most or len(self) > self._most_answers:
            self._let_go(self._answers.popitem(last=False)[1])

    def load(self, folder: Path, limits: QueryLimits) -> list[str]:
        """Keep the answers of a folder that are as its `index.json` says; gives what is wrong, in sentences.

        A snapshot need not have any. Those for which there is no room, or that the limits do not allow, are left
        out, which is not wrong.
        """
        try:
            index = json.loads((folder / "index.json").read_bytes())
            entries: list[tuple[str, dict[str, Any]]] = list(index.items())
        except FileNotFoundError:
            return []
        except (OSError, ValueError, AttributeError) as problem:
            return [f"the prepared answers are left out: {problem}"]
        wrong = []
        for key, entry in entries:
            try:
                self._load(folder, key, entry, limits)
            except (OSError, ValueError, KeyError, TypeError) as problem:
                wrong.append(f"the prepared answer {key} is left out: {problem}")
        return wrong

    def close(self) -> None:
        """Let go of all answers."""
        for kept in (self._prepared, self._answers):
            while kept:
                self._let_go(kept.popitem()[1])

    def _load(self, folder: Path, key: str, entry: dict[str, Any], limits: QueryLimits) -> None:
        if formats.by_name(entry["format"]) is None:
            raise ValueError(f"there is no format {entry['format']!r}")
        rows = entry["rows"]
        if not isinstance(rows, int | None):
            raise TypeError("rows are counted in whole numbers")
        with (folder / Path(entry["file"]).name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != entry["sha256"]:
                raise ValueError(f"{entry['file']} has another hash than the index says")
            if file.tell() > limits.megabytes * 1_000_000 or rows is None or rows > limits.rows:
                return
            self._prepare(key, file.fileno(), file.tell(), entry["format"], rows)

    def _prepare(self, key: str, source: int, size: int, fmt: str, rows: int | None) -> None:
        """Keep an answer for good, where there is room for it."""
        cost = sum(answer.cost for answer in self._prepared.values()) + Answer(-1, size, fmt, rows).cost
        fits = (
            cost <= self._most // _PREPARED_PART
            and len(self._prepared) < self._most_answers // _PREPARED_PART
        )
        if fits and key not in self._prepared:
            self._prepared[key] = self._take(source, size, fmt, rows)

    def _take(self, source: int, size: int, fmt: str, rows: int | None) -> Answer:
        """A copy of an answer, whose cost is counted.

        Raises:
            OSError: as `_copy` does.
        """
        answer = Answer(_copy(source, size), size, fmt, rows)
        self.cost += answer.cost
        return answer

    def _let_go(self, answer: Answer) -> None:
        self.cost -= answer.cost
        os.close(answer.descriptor)


def _copy(source: int, size: int) -> int:
    """A file in memory with the first bytes of another one, which nobody can change.

    Raises:
        OSError: the source is shorter, or there is no memory or no descriptor.
    """
    copy = os.memfd_create("twin-graph-answer", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        _fill(copy, source, size)
        fcntl.fcntl(copy, fcntl.F_ADD_SEALS, _SEALS)
    except OSError:
        os.close(copy)
        raise
    return copy


def _fill(copy: int, source: int, size: int) -> None:
    position = 0
    while position < size:
        sent = os.sendfile(copy, source, position, size - position)
        if not sent:
            raise OSError("the result is not whole")
        position += sent
