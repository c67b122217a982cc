"""Every exception of twin_graph, sorted by who can put it right.

Exceptions know nothing of HTTP or exit codes: `web/errors.py` and `cli.py` hold those tables. A foreign
exception is caught in the one module that may import that library and raised again as one of these.

    TwinGraphError
    ├── SourceError              staff: carries every finding of the sources, raised together
    ├── NotConformant            staff: carries the report of the SHACL gate
    ├── RequestError             the client
    │   ├── EntityNotFound
    │   ├── EntityGone
    │   ├── NotAcceptable
    │   ├── UnsupportedMediaType
    │   ├── MalformedRequest
    │   ├── TooMuchAtOnce
    │   ├── MalformedQuery
    │   ├── QueryNotAllowed
    │   │   └── ServiceNotAllowed
    │   ├── OverBudget
    │   ├── ClientGone
    │   ├── QueryUnsupported
    │   ├── OnlyOnServer
    │   └── QueryTooCostly
    │       ├── QueryTimeout
    │       ├── QueryResources
    │       └── ResultTooLarge
    ├── ServiceBusy              nobody: the pool is full, the client comes back later
    ├── UpstreamError            nobody here: a service that we ask does not answer as it should
    │   ├── UpstreamUnavailable
    │   ├── UpstreamBusy
    │   ├── UpstreamBanned
    │   ├── UpstreamRefused
    │   └── UpstreamInvalid
    ├── NotInArchive             who asks: a replay has no answer, fetch it first
    └── OperatorError            who runs the server
        ├── SettingInvalid
        ├── WorkspaceInvalid
        ├── SnapshotMissing
        ├── SnapshotDamaged
        ├── ArchiveMissing
        └── ArchiveDamaged
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin_graph.findings import Finding, Report


class TwinGraphError(Exception):
    """Whatever twin_graph itself raises."""


class SourceError(TwinGraphError):
    """Raised by `sources` and `claims` after all files were read; staff put the named cells right."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class NotConformant(TwinGraphError):
    """Raised by `build` when the SHACL gate found a violation; staff put the data right."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{len(report.violations)} violation(s)")


class RequestError(TwinGraphError):
    """What a client asked cannot be answered as it was asked."""


class EntityNotFound(RequestError):
    """Raised by `describe`: no thing has this kind and key."""


class EntityGone(RequestError):
    """Raised by `describe`: the key is retired; the message says why."""

    def __init__(self, message: str, *, on: str | None = None) -> None:
        self.on = on
        super().__init__(message)


class NotAcceptable(RequestError):
    """Raised by the negotiation: no offered format is acceptable."""

    def __init__(self, message: str, offers: tuple[str, ...] = ()) -> None:
        self.offers = offers
        super().__init__(message)


class UnsupportedMediaType(RequestError):
    """The body's media type is not one the address reads."""

    def __init__(self, message: str, accepted: tuple[str, ...] = ()) -> None:
        self.accepted = accepted
        super().__init__(message)


class MalformedRequest(RequestError):
    """The request is not one the protocol allows (two queries, an unreadable body …)."""


class TooMuchAtOnce(RequestError):
    """One request asks for more things than one may."""


class MalformedQuery(RequestError):
    """Raised by `store` for SPARQL text that does not parse; `line` and `column` count from 1."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        self.column = column
        super().__init__(message)


class QueryNotAllowed(RequestError):
    """Raised by `sparql`: an update, which the public service does not run; its leaf is a query of another kind."""


class ServiceNotAllowed(QueryNotAllowed):
    """Raised by `sparql`: a query that would ask another service (SERVICE)."""


class OverBudget(RequestError):
    """Raised by `worker`: a client has used up its seconds or its errors; the query was not run."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ClientGone(RequestError):
    """Raised by `worker`: the client has closed its connection, and what ran for it was stopped."""


class QueryUnsupported(RequestError):
    """Raised by `worker`: the query is right, and the engine fails at it all the same."""


class OnlyOnServer(RequestError):
    """Raised by `web` for `bake`: a copy of the site holds files, and this address is answered by a program."""


class QueryTooCostly(RequestError):
    """The query passed a limit; its leaves say which."""


class QueryTimeout(QueryTooCostly):
    """Raised by `worker`: the time limit was reached and the query was stopped."""


class QueryResources(QueryTooCostly):
    """Raised by `worker`: the memory limit was reached and the query was stopped."""


class ResultTooLarge(QueryTooCostly):
    """Raised by `worker`: more rows or bytes than the limits allow."""


class ServiceBusy(TwinGraphError):
    """Raised by `worker` when all workers and waiting places are taken; the query was not run."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class UpstreamError(TwinGraphError):
    """Raised by `wikidata`: the query service does not answer as it should, and the run stops; it can be resumed."""


class UpstreamUnavailable(UpstreamError):
    """Nobody answers, or nobody answers any more: without a network, use an archive."""


class UpstreamBusy(UpstreamError):
    """The service asked us to wait again and again."""

    def __init__(self, message: str, *, until: str = "") -> None:
        self.until = until
        super().__init__(message)


class UpstreamBanned(UpstreamError):
    """The service has banned this client; nothing is sent before `until`."""

    def __init__(self, message: str, *, until: str = "") -> None:
        self.until = until
        super().__init__(message)


class UpstreamRefused(UpstreamError):
    """The service does not want this client, most often because of its User-Agent."""


class UpstreamInvalid(UpstreamError):
    """What was sent is wrong, or sent to the wrong address; sending it again would be, too."""

    def __init__(self, message: str, *, ours: bool = False) -> None:
        self.ours = ours  # a mistake of the query, not of the address
        super().__init__(message)


class OperatorError(TwinGraphError):
    """Something on the machine must be put right by who runs it."""


class SettingInvalid(OperatorError):
    """Raised by `settings`: a value cannot be read."""


class WorkspaceInvalid(OperatorError):
    """Raised by `workspace`: a folder or `publication.toml` is missing or unreadable."""


class SnapshotMissing(OperatorError):
    """Raised by `snapshot`: there is none (yet); the message says what to run."""


class SnapshotDamaged(OperatorError):
    """Raised by `snapshot`: a file differs from the manifest; the message says what to run."""


class ArchiveMissing(OperatorError):
    """Raised by `wikidata`: there is no archive in this folder."""


class ArchiveDamaged(OperatorError):
    """Raised by `wikidata`: a file of an archive is not what its manifest says."""


class NotInArchive(TwinGraphError):
    """Raised by `wikidata`: a replay asks what the archive has no answer to; the message names the query."""


# What only `wikidata` raises: no page of the site meets any of these.
OF_WIKIDATA: tuple[type[TwinGraphError], ...] = (
    UpstreamError,
    UpstreamUnavailable,
    UpstreamBusy,
    UpstreamBanned,
    UpstreamRefused,
    UpstreamInvalid,
    ArchiveMissing,
    ArchiveDamaged,
    NotInArchive,
)
