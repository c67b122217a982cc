"""Take away from the current process what a query does not need. There is no way back.

Two walls keep a query from the network, each enough: a filter of system calls (seccomp, on x86-64 and 64-bit
ARM) without sockets and programs, and a limit of descriptors so low that none can be opened. The second stands
only where the store is in memory or has few files: the engine opens sixteen tables at once and others when it
needs them, and aborts when it cannot.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import struct
from pathlib import Path

from twin_graph.errors import OperatorError

STANDARD = 3
_NOBODY = 65_534
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_RETURN_ALLOW, _RETURN_ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_EPERM = 1

# machine: (AUDIT_ARCH, first number of a foreign ABI, numbers of: socket socketpair connect bind execve
# execveat ptrace io_uring_setup)
_MACHINES = {
    "x86_64": (0xC000003E, 0x40000000, (41, 53, 42, 49, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, 0x40000000, (198, 199, 203, 200, 221, 281, 117, 425)),
}


_LIBC = ctypes.CDLL(None)


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process a signal when the one that forked it ends."""
    _prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)


def close_all_but(*kept: int, complaints: int) -> tuple[int, ...]:
    """Close every descriptor but these; of the three standard ones only that for errors leads anywhere.

    Args:
        complaints: a file for what is written to standard error.

    Gives the new numbers of what was kept, the lowest there are: a limit of descriptors is one of their numbers.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(STANDARD):
        os.dup2(null, descriptor)
    os.dup2(complaints, STANDARD - 1)
    highest = _highest_descriptor()
    low = STANDARD
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, highest + 1)
    return tuple(_renumber(descriptor) for descriptor in kept)


def _renumber(descriptor: int) -> int:
    """Give a descriptor the lowest number that is free, if that is lower than its own."""
    low = os.dup(descriptor)
    high = max(low, descriptor)
    os.close(high)
    return min(low, descriptor)


def forbid_calls() -> bool:
    """Filter the system calls of this process and of its threads to come; False where that cannot be done."""
    if platform.machine() not in _MACHINES:
        return False
    program = _program(*_MACHINES[platform.machine()])
    filters = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(filters))
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1) and _prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(header, len(header))
    )


def shut(memory_mb: int, store: Path | None, *, filtered: bool) -> None:
    """Set the limits of a process that has opened everything it needs.

    Args:
        store: the engine's directory where the store is on disk.
        filtered: whether `forbid_calls` succeeded.

    Raises:
        OperatorError: this system offers neither wall.
    """
    missing = _tables_to_open(store) if store else 0
    if missing and not filtered:
        raise OperatorError("a store of this size cannot be isolated here; set TWIN_GRAPH_STORE=memory")
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    memory = pages * resource.getpagesize() + memory_mb * 1024 * 1024
    descriptors = STANDARD + (_highest_descriptor() + missing if missing else 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_NOFILE, descriptors)
    if not missing:
        _become_nobody()


def _become_nobody() -> None:
    """Give up root, where we are root and the system knows nobody; nothing has to be opened any more."""
    if os.geteuid() != 0:
        return
    parent = os.getppid()
    with contextlib.suppress(OSError):
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    die_with_parent(parent)  # a change of user clears it


def _tables_to_open(store: Path) -> int:
    """How many files of the store the engine has not opened yet."""
    tables = {str(path) for path in store.resolve().glob("*.sst")}
    links = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
    return len(tables - {os.path.realpath(link) for link in links})


def _highest_descriptor() -> int:
    return max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _program(architecture: int, foreign: int, denied: tuple[int, ...]) -> bytes:
    """A filter that answers EPERM to the denied calls and to every call of another ABI."""
    deny = len(denied) + 5  # index of the instruction that denies, the last one; jumps count from the next
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_JUMP_IF_EQUAL, 0, deny - 2, architecture),
             (_LOAD, 0, 0, _NUMBER), (_JUMP_IF_AT_LEAST, deny - 4, 0, foreign)]  # fmt: skip
    steps += [(_JUMP_IF_EQUAL, deny - index - 1, 0, number) for index, number in enumerate(denied, start=4)]
    steps += [(_RETURN, 0, 0, _RETURN_ALLOW), (_RETURN, 0, 0, _RETURN_ERRNO | _EPERM)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(*arguments: object) -> bool:
    padded = [*arguments, 0, 0, 0, 0][:5]
    values = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in padded]
    return _LIBC.prctl(*values) == 0  # type: ignore[no-any-return]  # ctypes knows no types
