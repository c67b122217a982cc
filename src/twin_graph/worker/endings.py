"""Why a worker ended by itself in the midst of a query, judged by what the kernel says of its end.

The engine aborts where it gets no memory, and runs out of stack where a query is nested too deeply: both end the
process, and nobody is left to say so.
"""

from __future__ import annotations

import os
import signal

from twin_graph.errors import OperatorError, QueryResources, TwinGraphError


def out_of_memory(memory_mb: int) -> QueryResources:
    """The error of a query that needed more memory than it may have, in MB."""
    return QueryResources(f"the query needed more than {memory_mb:,} MB of memory and was stopped")


def cause_of_end(status: int, memory_mb: int) -> TwinGraphError:
    """The error of a query whose worker has ended.

    Args:
        status: as `os.waitpid` gives it. A worker that was killed was so by the kernel, for want of memory.
        memory_mb: what the query could have, in MB.
    """
    ended = os.waitstatus_to_exitcode(status)
    if ended in (-signal.SIGABRT, -signal.SIGKILL):
        return out_of_memory(memory_mb)
    if ended == -signal.SIGSEGV:
        return QueryResources("the query is nested too deeply: it needed more stack than one query may have")
    how = signal.Signals(-ended).name if ended < 0 else f"exit code {ended}"
    return OperatorError(f"a query process ended in the midst of a query ({how})")
