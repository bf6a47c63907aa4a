"""系统性偏移: a whole layer beside its houses, by a datum or by a rigid shift."""

from __future__ import annotations

from functools import cache

import numpy as np
from shapely import Point

from geo.crs import GEOGRAPHIC, reproject, transform_xy, wgs84_to_gcj02
from tests.town import CRS, ORIGIN, Seen, Town

SEED = 5


def scattered(n: int, *, regular: bool = False) -> Town:
    """n correct houses; irregularly spaced, so that no step of one house to the next fits as well as the truth."""
    drawn, rng = Town().village(), np.random.default_rng(SEED)
    for i in range(n):
        jitter = (0.0, 0.0) if regular else rng.uniform(-6, 6, 2)
        drawn.home(str(i + 1), 25.0 * (i % 15) + jitter[0], 30.0 * (i // 15) + jitter[1], f"普兴社区{i // 99 + 1}组{i % 99 + 1}号")
    return drawn


def shifted(drawn: Town, dx: float, dy: float) -> Town:
    for row in drawn.rows["plates"]:
        row["geometry"] = Point(row["geometry"].x + dx, row["geometry"].y + dy)
    return drawn


def as_gcj02(drawn: Town) -> Town:
    """Plates whose degrees went through a phone's map."""
    for row in drawn.rows["plates"]:
        lon, lat = wgs84_to_gcj02(*transform_xy(np.array([row["geometry"].x]), np.array([row["geometry"].y]), CRS, GEOGRAPHIC))
        row["geometry"] = Point(*(float(v[0]) for v in transform_xy(lon, lat, GEOGRAPHIC, CRS)))
    return drawn


@cache
def gcj02() -> Seen:
    return as_gcj02(scattered(60)).verify()


def test_plates_in_gcj02_are_told_and_read_where_they_are() -> None:
    finding = gcj02().finding("systematic_shift", "plates")
    assert finding["proposal"] == "gcj02"
    assert gcj02().codes() == {"systematic_shift"}, "after the correction nothing else is wrong"


def test_too_few_points_tell_no_datum() -> None:
    assert as_gcj02(scattered(40)).verify().subjects("systematic_shift") == []


def test_a_shift_of_nine_metres_is_found_with_its_vector() -> None:
    seen = shifted(scattered(160), 0, -9.0).verify()
    finding = seen.finding("systematic_shift", "plates")
    assert abs(finding["value"] - 9.0) < 1.0
    assert seen.subjects("misplaced_plate") == []


def test_plates_that_all_hang_on_the_south_wall_are_no_shift() -> None:
    assert shifted(scattered(160), 0, -2.0).verify().codes() == set()


def test_regular_rows_moved_by_one_spacing_are_not_taken_for_a_shift() -> None:
    seen = shifted(scattered(160, regular=True), 25.0, 0).verify()
    assert seen.subjects("systematic_shift") == []


def test_exchanged_axes_are_told() -> None:
    drawn = scattered(12)
    for row in drawn.rows["addresses"]:
        row["geometry"] = Point(row["geometry"].y, row["geometry"].x)
    seen = drawn.verify()
    assert seen.finding("systematic_shift", "addresses")["proposal"] == "swap"
    assert seen.codes() == {"systematic_shift"}


def test_the_transformation_of_this_test_is_some_hundred_metres() -> None:
    here = reproject(np.array([Point(*ORIGIN)]), CRS, GEOGRAPHIC)[0]
    lon, lat = wgs84_to_gcj02(np.array([here.x]), np.array([here.y]))
    assert 200 < np.hypot((lon[0] - here.x) * 96_000, (lat[0] - here.y) * 111_000) < 800
