"""Why a worker ended by itself in the midst of a query, judged by what the kernel says of its end and it itself.

The engine aborts where it gets no memory or meets a fault of its own, and runs out of stack where a query is nested
too deeply: all end the process, and what was written to standard error is all that is left.
"""

from __future__ import annotations

import os
import signal

from twin_graph.errors import OperatorError, QueryResources, QueryTimeout, QueryUnsupported, TwinGraphError
from twin_graph.worker.jobs import Job

# What the engine writes at a fault of its own; where it gets no memory it says so in other words.
_WORTH_SAYING = 0.1
_FAULT, _NO_ORDER = " panicked at ", "total order"
_UNSORTABLE = (
    "the query engine cannot sort values of such different kinds; sort them as texts, with ORDER BY STR(?value), "
    "or one kind at a time"
)


def out_of_memory(memory_mb: int) -> QueryResources:
    """The error of a query that needed more memory than it may have, in MB."""
    return QueryResources(f"the query needed more than {memory_mb:,} MB of memory and was stopped")


def engine_fault(last_words: str) -> QueryUnsupported:
    """The error of a query at which the engine fails, by what it says of that."""
    return QueryUnsupported(
        _UNSORTABLE if _NO_ORDER in last_words else "the query engine fails at this query"
    )


def cause_of_end(status: int, last_words: str, memory_mb: int) -> TwinGraphError:
    """The error of a query whose worker has ended.

    Args:
        status: as `os.waitpid` gives it. A worker that was killed was so by the kernel, for want of memory.
        last_words: what it wrote to standard error.
        memory_mb: what the query could have, in MB.
    """
    ended = os.waitstatus_to_exitcode(status)
    if _FAULT in last_words:
        return engine_fault(last_words)
    if ended in (-signal.SIGABRT, -signal.SIGKILL):
        return out_of_memory(memory_mb)
    if ended == -signal.SIGSEGV:
        return QueryResources("the query is nested too deeply: it needed more stack than one query may have")
    how = signal.Signals(-ended).name if ended < 0 else f"exit code {ended}"
    return OperatorError(f"a query process ended in the midst of a query ({how})")


def at_time_limit(job: Job) -> QueryTimeout:
    """What to say of a query at its time limit."""
    waited = round(_waited(job), 2)
    if not waited_long(job):
        return QueryTimeout(f"the query was stopped after {_seconds(job.seconds)}")
    ran = round(job.seconds - waited, 2)
    return QueryTimeout(
        f"the query was stopped after it had waited {_seconds(waited)} for a worker and run {_seconds(ran)}: "
        f"together {_seconds(job.seconds)}"
    )


def waited_long(job: Job) -> bool:
    """Whether a query waited for a worker for a part of its time that is worth a word."""
    return _waited(job) >= job.seconds * _WORTH_SAYING


def _waited(job: Job) -> float:
    return (job.started or job.arrived) - job.arrived


def _seconds(number: float) -> str:
    return f"{number:g} second{'' if number == 1 else 's'}"
