"""A run of the client from outside: how patiently it asks, whom it tells, and how it ended, with its exit code.

Values only; the run itself is `client`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal

from twin_graph.errors import UpstreamBanned, UpstreamBusy, UpstreamError, UpstreamInvalid, UpstreamRefused
from twin_graph.wikidata.pacing import chance
from twin_graph.wikidata.transport import Limits

State = Literal[
    "complete", "partial", "unavailable", "banned", "throttled", "offline", "rejected", "disk", "refused", "moved"
]  # fmt: skip
EXIT_CODES: Mapping[State, int] = {
    "complete": 0, "partial": 3, "unavailable": 3, "banned": 4, "throttled": 5,
    "offline": 69, "rejected": 70, "disk": 74, "refused": 77, "moved": 78,
}  # fmt: skip


@dataclass(frozen=True)
class Manners:
    """How patiently and in which portions is asked.

    Attributes:
        contact: where who runs this can be reached; nothing is sent without.
        attempts: how often one portion is asked before it is given up.
        patience: seconds that a run waits because of faults, all in all.
        sizes: portions other than those of the table, by name of the question.
        jitter: a number from 0 to 1, so that clients do not come back all at once.
    """

    contact: str
    limits: Limits = field(default_factory=Limits)
    attempts: int = 6
    patience: float = 1200.0
    sizes: Mapping[str, int] = field(default_factory=dict)
    jitter: Callable[[], float] = chance


@dataclass(frozen=True)
class Run:
    """How a run ended.

    Attributes:
        archive: its id.
        failed: by question, what got no answer. It is never read as "there is nothing".
        missing: items that the service answered about and does not know.
        requests: how many were sent.
        waited: seconds waited because of faults.
        paced: seconds waited so as not to ask too much.
        message: why it ended early.
    """

    archive: str
    state: State
    failed: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...] = ()
    requests: int = 0
    waited: float = 0.0
    paced: float = 0.0
    message: str = ""

    @property
    def exit_code(self) -> int:
        """The exit code of a program that did nothing else."""
        return EXIT_CODES[self.state]


@dataclass(frozen=True)
class Telling:
    """Whom a run tells what it does: a step for each portion, and notes about what is out of the ordinary."""

    step: Callable[[str], AbstractContextManager[object]] = lambda _: nullcontext()
    note: Callable[[str], object] = lambda _: None


def state_of(problem: UpstreamError) -> State:
    """How a run ended that this problem stopped."""
    if isinstance(problem, UpstreamBanned):
        return "banned"
    if isinstance(problem, UpstreamBusy):
        return "throttled"
    if isinstance(problem, UpstreamRefused):
        return "refused"
    if isinstance(problem, UpstreamInvalid):
        return "rejected" if problem.ours else "moved"
    return "offline" if str(problem).startswith("offline") else "unavailable"
