"""The isolated query processes: a pool that runs the text of strangers where it can do no harm.

    web process ── Unix socket ──▶ pool (`pool`) ── fork ──▶ worker (`isolated`), one query at a time
    `client.QueryPool`             started by exec           no socket, little memory, no other files
                                   (`start`)

The pool keeps the store once, forks workers from it, and kills a worker at the time limit or when the asker
is gone. A result is complete in a file in memory before anything is said about it. What may be asked
is decided in `sparql`; evaluating is `store`. Linux only: descriptors are passed, memory files used.
"""

from twin_graph.worker.client import QueryPool
from twin_graph.worker.messages import QueryLimits, QueryRequest, QueryResult
from twin_graph.worker.start import PoolProcess, launch_pool, start_pool

__all__ = [
    "PoolProcess",
    "QueryLimits",
    "QueryPool",
    "QueryRequest",
    "QueryResult",
    "launch_pool",
    "start_pool",
]
