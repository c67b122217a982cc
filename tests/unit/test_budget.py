"""Budgets: what a client may use, reckoned with a clock that stands still until it is told otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_graph.errors import OverBudget
from twin_graph.worker.budget import Bucket, Budgets

ONE, OTHER = "192.0.2.1", "192.0.2.2"


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def budgets(clock: Clock) -> Budgets:
    """Budgets of ten seconds and three errors, for at most four clients."""
    return Budgets(10, 3, clock, most=4)


class TestSeconds:
    """The seconds that queries take are used up, and come back one a second."""

    def test_used_up(self, budgets: Budgets, clock: Clock) -> None:
        """A client without seconds is told how many seconds it has to wait, and may ask then."""
        budgets.use(ONE, seconds=12.5)
        with pytest.raises(OverBudget, match="used up 10 seconds") as caught:
            budgets.check(ONE)
        assert 3 == caught.value.retry_after
        clock.now += 3
        budgets.check(ONE)

    def test_nearly_used_up(self, budgets: Budgets) -> None:
        """What is left may be used, however little it is."""
        budgets.use(ONE, seconds=9.9)
        budgets.check(ONE)

    def test_no_more_than_full(self, budgets: Budgets, clock: Clock) -> None:
        """Who asks nothing for long has a full bucket, not more."""
        budgets.use(ONE, seconds=1)
        clock.now += 1_000
        budgets.use(ONE, seconds=10)
        with pytest.raises(OverBudget) as caught:
            budgets.check(ONE)
        assert 1 == caught.value.retry_after


class TestErrors:
    """Failed requests are counted whole."""

    def test_used_up(self, budgets: Budgets, clock: Clock) -> None:
        """After as many errors as there may be a client is refused, until one is forgotten."""
        for _ in range(3):
            budgets.charge(ONE)
        for refuse in (budgets.charge, budgets.check):
            with pytest.raises(OverBudget, match="3 of your requests have failed") as caught:
                refuse(ONE)
            assert 1 == caught.value.retry_after
        clock.now += 1
        budgets.check(ONE)
        budgets.charge(ONE)

    def test_refused_ones_do_not_count(self, budgets: Budgets, clock: Clock) -> None:
        """Who goes on while it is refused does not wait longer for it."""
        budgets.use(ONE, errors=3)
        for _ in range(100):
            with pytest.raises(OverBudget):
                budgets.charge(ONE)
        clock.now += 1
        budgets.check(ONE)


class TestClients:
    """Each client has its own buckets, and only so many are remembered."""

    def test_one_does_not_pay_for_another(self, budgets: Budgets) -> None:
        """Nobody is refused for what somebody else has used."""
        budgets.use(ONE, seconds=100, errors=100)
        budgets.check(OTHER)
        budgets.charge(OTHER)

    def test_nobody_in_particular(self, budgets: Budgets) -> None:
        """Who has no name has no limits, and is not remembered."""
        budgets.use("", seconds=100, errors=100)
        budgets.check("")
        assert 0 == len(budgets)

    def test_without_limits(self, clock: Clock) -> None:
        """A limit of 0 is none; the other one holds."""
        budgets = Budgets(0, 1, clock)
        budgets.use(ONE, seconds=100)
        budgets.check(ONE)
        budgets.use(ONE, errors=1)
        with pytest.raises(OverBudget, match="have failed"):
            budgets.check(ONE)

    def test_full_buckets_are_forgotten(self, budgets: Budgets, clock: Clock) -> None:
        """A bucket that has filled again says nothing that has to be remembered."""
        budgets.use(ONE, seconds=1)
        clock.now += 1
        budgets.use(OTHER, seconds=1)
        assert 1 == len(budgets)

    def test_number_is_bounded(self, budgets: Budgets) -> None:
        """Where there are too many clients, the one that used its buckets longest ago is forgotten."""
        for number in range(4):
            budgets.use(f"192.0.2.{number}", seconds=100)
        budgets.use("192.0.2.0", errors=1)
        budgets.use("198.51.100.1", seconds=1)
        assert 4 == len(budgets)
        budgets.check("192.0.2.1")
        with pytest.raises(OverBudget):
            budgets.check("192.0.2.0")


@given(
    st.floats(0.5, 1e4),
    st.lists(st.tuples(st.floats(0, 1e3), st.floats(0, 1e3)), max_size=50),
    st.floats(0, 2),
)
def test_waiting_is_enough(capacity: float, used: list[tuple[float, float]], wanted: float) -> None:
    """After the wait that a bucket names there is what was wanted in it, and never more than its capacity."""
    bucket, now = Bucket(capacity, capacity, 0.0), 0.0
    for pause, amount in used:
        now += pause
        bucket.take(amount, now)
    level = bucket.look(now + bucket.wait(wanted, now))
    assert min(wanted, capacity) - 1e-6 <= level <= capacity
