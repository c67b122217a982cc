"""Distances on the globe.

Maps and projections are the pages' concern; coordinates are read and checked elsewhere.
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius of the IUGG


def great_circle_km(latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float) -> float:
    """Great-circle distance of two points in kilometres, by the haversine formula; degrees in.

    >>> round(great_circle_km(51.25058, 22.57009, 49.83826, 24.02324))
    188
    """
    north_1, north_2 = radians(latitude_1), radians(latitude_2)
    half_north, half_east = (north_2 - north_1) / 2, radians(longitude_2 - longitude_1) / 2
    chord = sin(half_north) ** 2 + cos(north_1) * cos(north_2) * sin(half_east) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))
