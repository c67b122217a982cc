"""Write in a folder alone: whoever else wants to waits, and a full disk is told in words.

What is written is the business of whoever asks. Folders of snapshots need no lock: `writing` writes them aside.
"""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twin_graph.errors import OperatorError

LOCK = ".lock"
_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room on the disk"),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS), "let the user who runs this write in this folder"
    ),
}


@contextmanager
def writing_alone(folder: Path) -> Iterator[None]:
    """Make a folder where there is none, and wait until nobody else writes in it.

    Raises:
        OperatorError: something cannot be written or read; the message says what to do.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except BrokenPipeError:
        raise  # who reads our output has read enough
    except OSError as problem:
        advice = _ADVICE.get(problem.errno or 0, "put that right")
        reason = problem.strerror or str(problem)
        raise OperatorError(
            f"{problem.filename or folder}: {reason}; {advice} and run the command again, what is whole stays"
        ) from problem
