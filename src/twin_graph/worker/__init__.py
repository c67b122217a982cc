"""The isolated query processes: a pool that runs the text of strangers where it can do no harm.

    web process ── Unix socket ──▶ pool (`pool`) ── fork ──▶ worker (`isolated`), one query at a time
    `client.QueryPool`             started by exec           no socket, little memory, no other files
    `departure`                    (`start`)                 (`isolation`)

    pool.py      the event loop: who is answered, refused, run and stopped
    answers.py   kept answers, which need no worker
    budget.py    what each client may use
    line.py      who waits
    crew.py      forking and burying workers
    endings.py   why a worker ended by itself
    jobs.py      what the pool knows of callers, queries and workers
    messages.py  what they all say to each other

The pool keeps the store once, forks workers from it, and kills a worker at the time limit or when the client
is gone. A result is complete in a file in memory before anything is said about it. What may be asked
is decided in `sparql`; evaluating is `store`. Linux only: descriptors are passed, memory files used.
"""

from twin_graph.worker.client import QueryPool
from twin_graph.worker.departure import Departure
from twin_graph.worker.messages import QueryLimits, QueryRequest, QueryResult
from twin_graph.worker.start import PoolProcess, launch_pool, start_pool

__all__ = [
    "Departure",
    "PoolProcess",
    "QueryLimits",
    "QueryPool",
    "QueryRequest",
    "QueryResult",
    "launch_pool",
    "start_pool",
]
