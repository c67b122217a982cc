"""Answers in files take room until nobody has them open, of all clients together and of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin_graph.front.answer import IN_MEMORY, Spool
from twin_graph.front.storage import NoRoom, Storage

PART = bytes(IN_MEMORY + 1)


def fill(storage: Storage, client: str) -> Spool:
    """A spool in a file."""
    spool = Spool(storage, client)
    spool.write(PART)
    return spool


def test_room_of_a_client() -> None:
    """One client has half of the room, another one the other half, and a third one nothing."""
    storage = Storage(4 * len(PART))
    spools = [fill(storage, client) for client in "aabb"]
    assert 4 * len(PART) == storage.taken
    for client in "abc":
        with pytest.raises(NoRoom):
            fill(storage, client)
    assert 4 == len(spools)


def test_what_is_small_takes_no_room() -> None:
    """Bytes in memory do not count, and those that were in memory do as soon as they lie in a file."""
    storage = Storage(4 * len(PART))
    spool = Spool(storage, "a")
    spool.write(PART[1:])
    assert 0 == storage.taken
    spool.write(b"x")
    content = spool.content()
    assert isinstance(content, Spool)
    assert (len(PART), PART[1:] + b"x") == (storage.taken, b"".join(content))


def test_closed_files() -> None:
    """A file takes room as long as somebody reads it, though nobody refers to it; then there is room again."""
    storage = Storage(2 * len(PART))
    spool = fill(storage, "a")
    with Path(spool.path).open("rb") as reader:
        del spool
        for _ in range(5):
            with pytest.raises(NoRoom):
                fill(storage, "a")
        assert PART == reader.read()
    for _ in range(5):
        assert len(PART) == fill(storage, "a").size
    assert len(PART) == storage.taken


def test_nobody_refers_to_a_refused_answer() -> None:
    """What was written before there was no more room is given back."""
    storage = Storage(4 * len(PART))
    for _ in range(5):
        spool = fill(storage, "a")
        spool.write(PART)
        with pytest.raises(NoRoom):
            spool.write(PART)
        del spool
    assert 2 * len(PART) == storage.taken
    fill(storage, "a")
    assert len(PART) == storage.taken
