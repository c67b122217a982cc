"""The news that a client has gone."""

from __future__ import annotations

import threading

import pytest

from twin_graph.worker import Departure


class TestDeparture:
    """What is to be done when a client goes away is done once, and only while it matters."""

    def test_during_the_block(self) -> None:
        """The action is run when the departure is announced, once."""
        departure, done = Departure(), []
        with departure.calls(lambda: done.append("stopped")):
            assert not departure.gone
            departure.announce()
            departure.announce()
        assert ["stopped"] == done
        assert departure.gone

    def test_before_the_block(self) -> None:
        """A client that has already gone is not waited for."""
        departure, done = Departure(), []
        departure.announce()
        with departure.calls(lambda: done.append("stopped")):
            assert ["stopped"] == done

    def test_after_the_block(self) -> None:
        """What has ended is not stopped any more, even where the block was left by an error."""
        departure, done = Departure(), []
        with pytest.raises(ZeroDivisionError), departure.calls(lambda: done.append("stopped")):
            1 / 0  # noqa: B018
        departure.announce()
        assert [] == done

    def test_from_another_thread(self) -> None:
        """The announcement comes from the thread that sees the connection."""
        departure, stopped = Departure(), threading.Event()
        with departure.calls(stopped.set):
            announcer = threading.Thread(target=departure.announce)
            announcer.start()
            assert stopped.wait(5)
        announcer.join()
