"""An archive: what a query service answered, body by body under the sha256 of its content, and a line for each try.

    archive.json              what was asked, of whom, when and by which program; how it ended
    manifest.jsonl            one line for each exchange, also for those that failed
    bodies/<sha256>.json.gz   the answers as received

Kill-safe: a body is complete on the disk before the line that names it is written, and a line counts only with its
end. Reads and writes files; sends nothing (`client`) and understands nothing of the answers (`statements`).
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from rdflib.term import Node

from twin_graph.errors import ArchiveDamaged, ArchiveMissing, OperatorError
from twin_graph.wikidata.model import Answer
from twin_graph.wikidata.portions import find_question, variables
from twin_graph.wikidata.results import IncompleteResults, WrongResults, read_rows
from twin_graph.wikidata.subjects import only_about

HEAD, MANIFEST, BODIES = "archive.json", "manifest.jsonl", "bodies"
OPEN = "open"  # state of an archive that is being recorded, or whose recording was killed
FORMAT = 1
SAMPLE = 2_000
ENOUGH = 2  # silences about an item that are believed
# Of the headers of an answer only these are kept: they tell its age and its server, and nothing of us.
KEPT_HEADERS = ("age", "content-type", "last-modified", "retry-after", "x-served-by")

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Line:
    """One exchange, as a line of the manifest says it.

    Attributes:
        key: under what the answer is found again (`portions.key`).
        query: name of the query file.
        items: what was asked about.
        body: sha256 of the body, "" where there is no complete answer.
        modified: how fresh the service said its data are.
        silent: ids of which the answer says nothing ("" for a question without ids).
        redirects: items into which some of these were merged.
        part: the body is the answer to a question about more items than these; what it says of the others is not
            meant here.
        confirmed: when the items were last seen to be at the revision that this answer is about, where that is later.
        sample: the beginning of what came instead of an answer.
    """

    key: str
    query: str
    items: tuple[str, ...]
    verdict: str
    retrieved_at: str
    attempt: int = 1
    status: int = 200
    duration_ms: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0
    body: str = ""
    rows: int = 0
    modified: str = ""
    silent: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()
    detail: str = ""
    sample: str = ""
    part: bool = False
    confirmed: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether a complete answer came."""
        return self.verdict == "ok"

    def as_json(self) -> dict[str, Any]:
        """The line as it is written; what is empty is left out where that says the same."""
        content: dict[str, Any] = {
            "key": self.key, "query_id": self.query, "items": list(self.items), "attempt": self.attempt,
            "status": self.status, "retrieved_at": self.retrieved_at, "duration_ms": self.duration_ms,
            "headers": dict(sorted(self.headers.items())), "bytes": self.bytes, "body_sha256": self.body,
            "rows": self.rows, "dataset_modified": self.modified, "verdict": self.verdict,
        }  # fmt: skip
        for name in ("silent", "redirects", "detail", "sample", "part", "confirmed"):
            if value := getattr(self, name):
                content[name] = value
        return content


def read_line(content: Mapping[str, Any]) -> Line:
    """A line from its JSON.

    Raises:
        ValueError: it is none.
    """
    try:
        return Line(
            str(content["key"]), find_question(str(content["query_id"])).name, tuple(content["items"]),
            str(content["verdict"]), str(content["retrieved_at"]), int(content.get("attempt", 1)),
            int(content.get("status", 200)), int(content.get("duration_ms", 0)), dict(content.get("headers", {})),
            int(content.get("bytes", 0)), str(content.get("body_sha256", "")), int(content.get("rows", 0)),
            str(content.get("dataset_modified") or ""), tuple(content.get("silent", ())),
            tuple(content.get("redirects", ())),
            str(content.get("detail", "")), str(content.get("sample", "")), bool(content.get("part", False)),
            str(content.get("confirmed", "")),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a line of a manifest: {problem!r}") from problem


@dataclass(frozen=True)
class Head:
    """What `archive.json` says, and where the archive is."""

    folder: Path
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Name of the archive."""
        return str(self.content.get("id") or self.folder.name)

    @property
    def state(self) -> str:
        """How its recording ended: complete, partial …, or `open`."""
        return str(self.content.get("state", "complete"))

    @property
    def failed(self) -> Mapping[str, tuple[str, ...]]:
        """The items that a question got no answer about; they are never read as items without claims."""
        return {str(name): tuple(items) for name, items in dict(self.content.get("failed", {})).items()}


def read_head(folder: Path) -> Head:
    """The head of an archive.

    Raises:
        ArchiveMissing: there is none here.
        ArchiveDamaged: it cannot be read.
    """
    path = folder / HEAD
    if not path.is_file():
        raise ArchiveMissing(f"{folder} is no archive: it has no {HEAD}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ArchiveDamaged(f"{path} cannot be read: {problem}") from problem
    if not isinstance(content, dict) or int(content.get("format", FORMAT)) != FORMAT:
        raise ArchiveDamaged(f"{path} is not of format {FORMAT}")
    return Head(folder, content)


def read_lines(folder: Path) -> list[Line]:
    """The lines of an archive; one that a kill cut short does not count.

    Raises:
        ArchiveDamaged: a line with its end is none.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return []
    lines = []
    complete = path.read_bytes().split(b"\n")[:-1]
    for place, text in enumerate(complete, 1):
        try:
            lines.append(read_line(json.loads(text)))
        except ValueError as problem:
            raise ArchiveDamaged(f"{path}:{place}: {problem}") from problem
    return lines


def read_body(folder: Path, digest: str) -> bytes:
    """The body of a digest.

    Raises:
        ArchiveDamaged: it is not there or not what its name says.
    """
    path = body_path(folder, digest)
    try:
        body = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as problem:
        raise ArchiveDamaged(f"{path} cannot be read: {problem}") from problem
    if sha256(body).hexdigest() != digest:
        raise ArchiveDamaged(f"{path} is not what its name says")
    return body


def body_path(folder: Path, digest: str) -> Path:
    """Where the body of a digest is.

    Raises:
        ArchiveDamaged: this is no digest.
    """
    if not _SHA256.fullmatch(digest):
        raise ArchiveDamaged(f"{folder / MANIFEST}: “{digest[:80]}” is no sha256")
    return folder / BODIES / f"{digest}.json.gz"


def answers_in(folder: Path) -> list[Line]:
    """The lines with a complete answer; where the same was asked twice, the last, in the place of the first."""
    latest = {line.key: line for line in read_lines(folder) if line.is_answer}
    return list(latest.values())


def read_answers(folder: Path) -> Iterator[Answer]:
    """The answers of an archive, in the order in which they were recorded.

    Raises:
        ArchiveMissing: there is no archive here.
        ArchiveDamaged: a body or a line is not what it should be.
    """
    endpoint = str(read_head(folder).content.get("endpoint", ""))
    for line, items in lines_that_count(folder):
        yield read_answer(folder, line, endpoint, items)


def lines_that_count(folder: Path) -> Iterator[tuple[Line, tuple[str, ...]]]:
    """The lines of answers, each with the items that it answers about.

    An item that an answer is silent on belongs to it only when another was silent, too, and to the later of them.
    """
    silences = Counter(
        (line.query, item) for line in read_lines(folder) if line.is_answer for item in line.silent
    )
    lines = answers_in(folder)
    for place, line in enumerate(lines):
        later = lines[place + 1 :] if line.silent else []
        again = {item for other in later if other.query == line.query for item in other.items}
        not_here = {item for item in line.silent if item in again or silences[line.query, item] < ENOUGH}
        items = tuple(item for item in line.items if item not in not_here)
        if items or not (line.items or not_here):
            yield line, items


def read_answer(folder: Path, line: Line, endpoint: str, items: tuple[str, ...]) -> Answer:
    """The answer of a line.

    Raises:
        ArchiveDamaged: its body is not what the line says.
    """
    return answer_of(line, endpoint, items, rows_of(folder, line))


def answer_of(
    line: Line, endpoint: str, items: tuple[str, ...], rows: Sequence[Mapping[str, Node]]
) -> Answer:
    """The answer of a line with its rows."""
    return Answer(
        line.query, items, rows, endpoint, line.retrieved_at, line.modified, line.body, line.confirmed
    )


def rows_of(folder: Path, line: Line) -> tuple[Mapping[str, Node], ...]:
    """The rows of the answer of a line.

    Raises:
        ArchiveDamaged: its body is not what the line says.
    """
    try:
        question = find_question(line.query)
        rows = read_rows(read_body(folder, line.body), variables(question))
    except (IncompleteResults, WrongResults) as problem:
        raise ArchiveDamaged(f"{body_path(folder, line.body)}: {problem}") from problem
    return only_about(question, line.items, rows) if line.part else rows


class Recorder:
    """Writes one archive. Every method leaves on the disk what `resume` can go on from."""

    def __init__(self, folder: Path, head: Mapping[str, Any]) -> None:
        """Begin an archive, or go on with one that was not finished.

        Raises:
            ArchiveDamaged: there is one whose files cannot be read.
            OperatorError: another process is recording it.
            OSError: the disk does not take it.
        """
        self.folder = folder
        (folder / BODIES).mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        try:
            self.lines = self._mend()
            self.head = dict(head)
            self._write_head()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others record; what is there stays, and can be gone on with."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _mend(self) -> list[Line]:
        """Cut off what a kill left of a line, and remove the beginnings of files."""
        for leftover in (*self.folder.glob("*.part"), *(self.folder / BODIES).glob("*.part")):
            leftover.unlink()
        lines = read_lines(self.folder)
        path = self.folder / MANIFEST
        if path.is_file():
            content = path.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                os.truncate(path, whole)
        return lines

    def add(self, line: Line, body: bytes | None = None) -> None:
        """Write a body and then the line that names it.

        Raises:
            OSError: the disk does not take it; the archive is as it was before.
        """
        if body is not None:
            path = body_path(self.folder, line.body)
            if not path.is_file():
                write_whole(path, gzip.compress(body, mtime=0))
        self._append(json.dumps(line.as_json(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self.lines.append(line)

    def _append(self, text: bytes) -> None:
        path = self.folder / MANIFEST
        before = path.stat().st_size if path.is_file() else 0
        try:
            with path.open("ab", buffering=0) as file:
                written = file.write(text)
                os.fsync(file.fileno())
                problem = None
        except OSError as failure:
            written, problem = 0, failure
        if written != len(text):
            with suppress(OSError):
                os.truncate(path, before)
            raise problem or OSError(errno.ENOSPC, "a line was not written to its end", str(path))

    def finish(self, **end: Any) -> None:
        """Write how it ended, and remove bodies that no line names; nothing more can be added."""
        try:
            self._seal(end)
        finally:
            self.close()

    def _seal(self, end: Mapping[str, Any]) -> None:
        named = {line.body for line in self.lines}
        for path in (self.folder / BODIES).iterdir():
            if path.name.partition(".")[0] not in named:
                path.unlink()
        manifest = self.folder / MANIFEST
        manifest.touch()
        self.head |= {**end, "manifest_sha256": sha256(manifest.read_bytes()).hexdigest()}
        self._write_head()

    def _write_head(self) -> None:
        text = json.dumps(self.head, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_whole(self.folder / HEAD, text.encode())


def _lock(folder: Path) -> int:
    """Keep an archive to this process for as long as the file that is returned is open; a kill ends that, too."""
    file = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        os.close(file)
        raise OperatorError(f"{folder} is being recorded by another process") from problem
    return file


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile.

    Raises:
        OSError: the disk does not take it.
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
