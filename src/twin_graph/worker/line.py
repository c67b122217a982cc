"""The waiting line: who has least comes first, so nobody waits behind the many queries of another client.

Which query may run is said by who asks; here nothing is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from twin_graph.worker.jobs import Job


class WaitingLine:
    """Queries that wait for a worker.

    Args:
        places: how many there are.
        per_client: how many of them one client may have; the client "" has no share.
    """

    def __init__(self, places: int, per_client: int) -> None:
        self._places = places
        self._per_client = per_client
        self._jobs: list[Job] = []

    def __iter__(self) -> Iterator[Job]:
        """Those who wait, first come first; the line may change meanwhile."""
        return iter(self._jobs.copy())

    def __contains__(self, job: object) -> bool:
        return job in self._jobs

    def add(self, job: Job) -> None:
        """Place a query at the end, even where there is no place left: it may be dispatched at once."""
        self._jobs.append(job)

    def remove(self, job: Job) -> None:
        """Take a query out."""
        self._jobs.remove(job)

    def first(self, may_run: Callable[[Job], bool], held: Callable[[Job], int]) -> Job | None:
        """The query that has waited longest among those that may run and whose clients hold the fewest workers.

        Args:
            held: how many workers the client of a query has.
        """
        return min(filter(may_run, self._jobs), key=held, default=None)

    def is_full(self) -> bool:
        """Whether more queries wait than there are places."""
        return len(self._jobs) > self._places

    def is_full_for(self, client: str) -> bool:
        """Whether more queries of one client wait than it has places."""
        return bool(client) and sum(job.client == client for job in self._jobs) > self._per_client
