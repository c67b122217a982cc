"""Distances on the globe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_graph.geo import EARTH_RADIUS_KM, great_circle_km

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("name", "here", "there", "kilometres"),
    [
        ("Lublin–Lviv", (51.25058, 22.57009), (49.83826, 24.02324), 188),
        ("across 180°", (0, 179), (0, -179), 222),
        ("pole to pole", (90, 0), (-90, 0), 20015),
        ("half around", (0, 0), (0, 180), 20015),
        ("nowhere", (10, 10), (10, 10), 0),
    ],
)
def test_known_distances(
    name: str, here: tuple[float, float], there: tuple[float, float], kilometres: int
) -> None:
    """Known distances are met to the kilometre."""
    assert kilometres == pytest.approx(great_circle_km(*here, *there), abs=1), name


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_any_two_points(north_1: float, east_1: float, north_2: float, east_2: float) -> None:
    """A distance is the same both ways, and never more than half around the globe."""
    there, back = (
        great_circle_km(north_1, east_1, north_2, east_2),
        great_circle_km(north_2, east_2, north_1, east_1),
    )
    assert there == pytest.approx(back)
    assert 0 <= there <= 3.1415927 * EARTH_RADIUS_KM
