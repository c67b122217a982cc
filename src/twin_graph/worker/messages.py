"""What clients, pool and workers say to each other: one line of JSON, then the query as it was written.

A message is one packet of a SOCK_SEQPACKET socket, so the kernel keeps the boundaries. Nothing is pickled:
an error travels by the name of its class and its public attributes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from twin_graph import formats
from twin_graph.errors import (
    ClientGone,
    MalformedQuery,
    MalformedRequest,
    NotAcceptable,
    OperatorError,
    OverBudget,
    QueryNotAllowed,
    QueryResources,
    QueryTimeout,
    QueryUnsupported,
    ResultTooLarge,
    ServiceBusy,
    ServiceNotAllowed,
    TwinGraphError,
)
from twin_graph.formats import Format
from twin_graph.settings import Settings
from twin_graph.store import RequestedDataset

# Twice this is the room that the kernel gives a socket of ours: the longest query and its header fit.
SOCKET_BUFFER = 212_992
LONGEST = 2 * SOCKET_BUFFER - 32_768
# What a caller says besides its queries: the result has been read, the client has gone, what do you count?
READ, CANCEL, COUNT = b"read", b"cancel", b"count"

_ERRORS: dict[str, type[TwinGraphError]] = {
    error.__name__: error
    for error in (ClientGone, MalformedQuery, MalformedRequest, NotAcceptable, OperatorError, OverBudget,
                  QueryNotAllowed, QueryResources, QueryTimeout, QueryUnsupported, ResultTooLarge, ServiceBusy,
                  ServiceNotAllowed)
}  # fmt: skip


@dataclass(frozen=True)
class QueryLimits:
    """How much the pool runs at once, and how much one query, one client and the kept answers may take.

    `client_seconds` and `client_errors` are what one client may use at once; 0: no limit.
    """

    workers: int = 4
    queue: int = 16
    seconds: float = 10.0
    memory_mb: int = 512
    rows: int = 100_000
    megabytes: float = 64.0
    recycle_after: int = 500
    client_seconds: float = 120.0
    client_errors: float = 500.0
    cache_megabytes: float = 64.0

    @classmethod
    def from_settings(cls, settings: Settings) -> QueryLimits:
        """The limits that the settings name."""
        return cls(
            workers=settings.query_workers,
            queue=settings.query_queue,
            seconds=settings.query_seconds,
            memory_mb=settings.query_memory_mb,
            rows=settings.query_rows,
            megabytes=settings.query_megabytes,
            client_seconds=settings.client_seconds,
            client_errors=settings.client_errors,
            cache_megabytes=settings.cache_megabytes,
        )

    @property
    def client_workers(self) -> int:
        """How many workers one client may have at once."""
        return max(1, self.workers // 2)

    @property
    def client_places(self) -> int:
        """How many queries of one client may wait."""
        return max(1, self.queue // 2)

    @property
    def patience(self) -> float:
        """After how many seconds who asks the pool may conclude that it has failed."""
        return self.seconds + 10

    def to_json(self) -> str:
        """The limits as an argument of the pool process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> QueryLimits:
        """The limits of an argument."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class QueryRequest:
    """One query: its text, what relative IRIs stand for, acceptable formats best first, the dataset asked.

    Attributes:
        seconds: may lower the pool's time limit, not raise it.
        client: who asks, as an address; empty: nobody in particular, who has no share and no budget.
        key: what identifies the answer among those of the snapshot; empty: it is not to be kept.
    """

    text: str
    base_iri: str
    offers: tuple[Format, ...]
    dataset: RequestedDataset = field(default_factory=RequestedDataset)
    seconds: float | None = None
    client: str = ""
    key: str = ""

    def encode(self) -> bytes:
        """The request as one message.

        Raises:
            MalformedRequest: it is longer than a message may be, or not Unicode text.
        """
        header = {
            "base_iri": self.base_iri,
            "offers": [fmt.name for fmt in self.offers],
            "default_graphs": self.dataset.default_graphs,
            "named_graphs": self.dataset.named_graphs,
            "seconds": self.seconds,
            "client": self.client,
            "key": self.key,
        }
        try:
            message = encode(header, self.text.encode())
        except UnicodeEncodeError as problem:
            raise MalformedRequest("the query is not Unicode text") from problem
        if len(message) > LONGEST:
            raise MalformedRequest("the query and the graphs it names are too long")
        return message

    @classmethod
    def decode(cls, message: bytes) -> QueryRequest:
        """The request of a message."""
        header, text = decode(message)
        found = (formats.by_name(name) for name in header["offers"])
        dataset = RequestedDataset(_names(header["default_graphs"]), _names(header["named_graphs"]))
        return cls(
            text=text.decode(),
            base_iri=header["base_iri"],
            offers=tuple(fmt for fmt in found if fmt is not None),
            dataset=dataset,
            seconds=header["seconds"],
            client=header["client"],
            key=header["key"],
        )


@dataclass(frozen=True)
class QueryResult:
    """A complete result.

    Attributes:
        content: its bytes, read from their beginning; a file that is closed with the last reference to it.
        size: how many bytes.
        rows: rows or triples, where their number is known.
        seconds: what evaluating took; 0 where the answer was kept.
        kept: whether it is the kept answer of an earlier query.
    """

    fmt: Format
    content: IO[bytes]
    size: int
    rows: int | None
    seconds: float
    kept: bool = False

    @property
    def body(self) -> bytes:
        """All bytes; `content` is at its beginning again afterwards."""
        self.content.seek(0)
        data = self.content.read()
        self.content.seek(0)
        return data


def encode(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A message: the header on one line, then the body."""
    return json.dumps(header, separators=(",", ":")).encode() + b"\n" + body


def decode(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and body of a message."""
    head, _, body = message.partition(b"\n")
    header = json.loads(head)
    if not isinstance(header, dict):
        raise TypeError("the header of a message is an object")
    return header, body


def encode_charge(client: str) -> bytes:
    """The message that counts a failed request of a client, which never came to a worker."""
    return encode({"charge": client})


def encode_error(problem: TwinGraphError) -> bytes:
    """An error of ours as a message."""
    name = type(problem).__name__
    if name not in _ERRORS:
        name = OperatorError.__name__
    return encode({"error": name, "message": str(problem), "details": vars(problem)})


def decode_error(header: Mapping[str, Any]) -> TwinGraphError:
    """The error of a message."""
    given = header["details"].items()
    details = {key: tuple(value) if isinstance(value, list) else value for key, value in given}
    return _ERRORS[header["error"]](header["message"], **details)


def _names(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)
