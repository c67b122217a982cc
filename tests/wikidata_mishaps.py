"""A program for tests: record archives and be killed, or run out of disk, at every place where that can be.

Arguments: address of the stand-in, folder for the archives, `kill` or `full`. Writes the states as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path

from fakes.clocks import FakeClock
from fakes.small_world import TOWNS
from twin_graph.wikidata.client import fetch
from twin_graph.wikidata.endpoints import Endpoint
from wikidata_runs import MANNERS

QUERIES = ("wikidata_statements",)
# Head, three portions of body and line, head: each file and folder is brought to the disk.
PLACES = 13
SIZES = (0, 1, 100, 300, 600, 700, 800, 900, 1000, 1100, 1500, 2000, 2500)


def kill_at(place: int) -> None:
    """Be killed the next so-manieth time that something is brought to the disk, just before it is."""
    left = [place]
    to_disk = os.fsync

    def fsync(file: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        to_disk(file)

    setattr(os, "fsync", fsync)  # noqa: B010 - the type of os.fsync takes more


def fill_disk(size: int) -> None:
    """No file can become larger than this."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def main() -> None:
    """Do it at every place."""
    address, folder, what = sys.argv[1:]
    states = {}
    for number in range(1, PLACES + 1) if what == "kill" else SIZES:
        child = os.fork()
        if child == 0:
            (kill_at if what == "kill" else fill_disk)(number)
            ended = fetch(TOWNS, QUERIES, Path(folder) / str(number), Endpoint("stand-in", address), FakeClock(),
                          manners=MANNERS)  # fmt: skip
            os._exit(ended.exit_code)
        states[number] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps(states))


if __name__ == "__main__":
    main()
