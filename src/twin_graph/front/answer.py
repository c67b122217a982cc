"""What an application answers: called as PEP 3333 says, and taken whole before the first byte is sent.

A large content lies in a file, so a client that reads slowly costs a descriptor and neither a thread nor memory, and
an application that fails half-way never leaves a cut answer. The file has a name of its own, which nothing else ever
has: a server that opens it too late finds nothing. Codings are `representation`.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from twin_graph.environ import HEAD
from twin_graph.front.storage import Room, Storage

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

Header = tuple[str, str]
IN_MEMORY = 262_144
_CHUNK = 262_144
# Those of the connection are the server's; those of every single response are given when it is sent.
_NOT_KEPT = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding",
                       "x-request-id"})  # fmt: skip


class Spool:
    """Bytes, in memory as long as they are few, then in a file that is gone when nobody refers to this object.

    Args:
        storage, client: where the room for the file is taken, and for whom.
    """

    def __init__(self, storage: Storage, client: str) -> None:
        self._room = Room(storage, client)
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    def write(self, part: bytes) -> None:
        """Add bytes at the end.

        Raises:
            NoRoom: there is no room for them in files.
        """
        if self._file is None and self.size + len(part) <= IN_MEMORY:
            self._parts.append(part)
        else:
            self._write_to_file(part)
        self.size += len(part)

    def another(self) -> Spool:
        """An empty one for the same client."""
        return Spool(self._room.storage, self._room.client)

    def _write_to_file(self, part: bytes) -> None:
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - removed with this object
                prefix="twin-graph-", dir=Path(tempfile.gettempdir()).resolve(), delete=False
            )
            weakref.finalize(self, _remove, self._file, self._room)
        self._room.take(self.size + len(part) - self._room.size)
        self._file.writelines((*self._parts, part))
        self._parts.clear()

    def content(self) -> Content:
        """What was written; nothing may be added any more."""
        if self._file is None:
            return b"".join(self._parts)
        self._file.flush()
        return self

    @property
    def path(self) -> str:
        """A path by which this process can open the file anew, as long as somebody refers to this object."""
        if self._file is None:
            raise ValueError("the content is in memory")
        return self._file.name

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        position = 0
        while part := os.pread(self._descriptor, _CHUNK, position):
            yield part
            position += len(part)

    @property
    def _descriptor(self) -> int:
        if self._file is None:
            raise ValueError("the content is in memory")
        return self._file.fileno()


def _remove(file: IO[bytes], room: Room) -> None:
    file.close()
    Path(file.name).unlink(missing_ok=True)
    # What /proc calls a file that somebody has still open.
    room.leave(f"{file.name} (deleted)")


Content = bytes | Spool


@dataclass(frozen=True)
class Answer:
    """A complete answer; names of headers are in lower case, Content-Length is not among them.

    Attributes:
        left_out: the content was not made, because only the headers were asked for.
    """

    status: int
    headers: tuple[Header, ...]
    content: Content = b""
    left_out: bool = False

    def header(self, name: str) -> str:
        """The value of a header, empty where it is absent."""
        return next((value for key, value in self.headers if key == name), "")

    def with_headers(self, **values: str) -> Answer:
        """The same with headers in the place of those of the same name; an underscore stands for a hyphen."""
        new = {name.replace("_", "-"): value for name, value in values.items()}
        kept = tuple(header for header in self.headers if header[0] not in new)
        return replace(self, headers=(*kept, *new.items()))


def plain_answer(status: int) -> Answer:
    """An answer of one line, for when the application has none."""
    headers: tuple[Header, ...] = (
        ("content-type", "text/plain; charset=utf-8"),
        ("cache-control", "no-store"),
    )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = (*headers, ("retry-after", "1"))
    return Answer(status, headers, f"{HTTPStatus(status).phrase}\n".encode())


def call_application(app: WSGIApplication, environ: WSGIEnvironment, spool: Spool) -> Answer:
    """What an application answers.

    Args:
        spool: an empty one for the content.

    Raises:
        NoRoom: the content is large, and there is no room for it.
        Exception: whatever the application raises; RuntimeError where it breaks its own word.
    """
    status, headers = 0, list[Header]()

    def start_response(line: str, given: list[Header], _: object = None, /) -> Any:
        nonlocal status, headers
        status = int(line[:3])
        headers = [(name.lower(), value) for name, value in given]
        return spool.write

    parts = app(environ, start_response)
    try:
        for part in parts:
            spool.write(part)
    finally:
        if close := getattr(parts, "close", None):
            close()
    if not status:
        raise RuntimeError("the application did not start a response")
    answer = Answer(status, tuple(headers), spool.content())
    announced = answer.header("content-length")
    left_out = HEAD in environ and not announced and not answer.content
    if announced and status not in (204, 304) and int(announced) != len(answer.content):
        raise RuntimeError(f"the application announced {announced} bytes and gave {len(answer.content)}")
    kept = tuple(header for header in headers if header[0] not in _NOT_KEPT)
    return replace(answer, headers=kept, left_out=left_out)
