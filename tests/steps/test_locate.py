"""Which footprints lie near a point, and which village holds it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

import geo.locate as module
import geo.threads
from geo.locate import Outlines, distance_to_village, locate, locate_villages

EMPTY = np.array([], dtype=object)
HOUSES = np.array([box(0, 0, 10, 10), box(20, 0, 30, 10)], dtype=object)
VILLAGES = gpd.GeoDataFrame({"village_code": ["1", "2"]}, geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)])


def points(*xy: tuple[float, float] | None) -> np.ndarray:
    return np.array([*(None if p is None else Point(p) for p in xy), None], dtype=object)[:-1]


@pytest.mark.parametrize(("asked", "houses"), [(EMPTY, HOUSES), (points((1, 1)), EMPTY), (points(None), HOUSES), (EMPTY, EMPTY)])
def test_nothing_asked_or_nothing_there_is_an_empty_table(asked: np.ndarray, houses: np.ndarray) -> None:
    found = locate(asked, Outlines(houses), within_m=30)
    assert list(found.columns) == ["point", "footprint", "distance_m", "offset_m"]
    assert found.empty


def test_one_point_inside_one_house() -> None:
    found = locate(points((2, 5)), Outlines(HOUSES[:1]), within_m=30)
    assert found.to_dict("records") == [{"point": 0, "footprint": 0, "distance_m": 0.0, "offset_m": -2.0}]


def test_equal_distances_are_ordered_by_footprint() -> None:
    found = locate(points((15, 5)), Outlines(HOUSES), within_m=30)
    assert found["distance_m"].tolist() == [5, 5]
    assert found["footprint"].tolist() == [0, 1]


def test_the_reach_is_inclusive() -> None:
    assert len(locate(points((5, 40)), Outlines(HOUSES[:1]), within_m=30)) == 1
    assert len(locate(points((5, 40.001)), Outlines(HOUSES[:1]), within_m=30)) == 0


def test_the_corner_of_the_search_box_is_out_of_reach() -> None:
    assert locate(points((31, 31)), Outlines(HOUSES[:1]), within_m=25).empty


def test_points_without_place_are_absent_and_positions_stay() -> None:
    found = locate(points(None, (5, 5), None, (25, 5)), Outlines(HOUSES), within_m=2)
    assert found[["point", "footprint"]].to_numpy().tolist() == [[1, 0], [3, 1]]


def test_a_point_in_a_courtyard_is_outside_the_house() -> None:
    yard = np.array([Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)]])], dtype=object)
    assert locate(points((15, 15)), Outlines(yard), within_m=30)[["distance_m", "offset_m"]].to_numpy().tolist() == [[5, 5]]


def test_distances_of_odd_shapes_are_those_of_shapely() -> None:
    rng = np.random.default_rng(8)
    yard = Polygon([(0, 0), (30, 0), (30, 30), (0, 30)], [[(10, 10), (20, 10), (20, 20), (10, 20)], [(2, 2), (4, 2), (3, 5)]])
    star = Polygon([(60 + r * np.cos(a), 10 + r * np.sin(a)) for r, a in zip(rng.uniform(2, 15, 23), np.linspace(0, 6, 23), strict=True)])
    apart = MultiPolygon([box(-40, -20, -30, -5), yard.buffer(-1).difference(box(5, 5, 25, 12)), box(40, 40, 41, 41)])
    shapes = np.array([yard, None, star, apart, Polygon(), box(0, 0, 1e-9, 20), yard.buffer(3)], dtype=object)
    shapes = shapely.transform(shapes, lambda xy: np.array([4.1e5, 3.3e6]) + xy)
    corners = shapely.points(shapely.get_coordinates(shapes))
    asked = np.concatenate([shapely.points(4.1e5 + rng.uniform(-70, 100, 3000), 3.3e6 + rng.uniform(-50, 70, 3000)), corners])
    found = locate(asked, Outlines(shapes), within_m=30)
    i, j = shapely.STRtree(shapes).query(asked, predicate="dwithin", distance=30)
    assert set(zip(found["point"], found["footprint"], strict=True)) == set(zip(i, j, strict=True))
    one, two = asked[found["point"]], shapes[found["footprint"]]
    np.testing.assert_allclose(found["distance_m"], shapely.distance(one, two), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["offset_m"].abs(), shapely.distance(one, shapely.boundary(two)), rtol=0, atol=1e-9)
    assert found.equals(found.sort_values(["point", "distance_m", "footprint"], ignore_index=True))
    clear = found["offset_m"].abs() > 1e-5
    np.testing.assert_array_equal((found["offset_m"] < 0)[clear], shapely.contains(two, one)[clear])
    assert (found["offset_m"] < 0).sum() > 100


def test_what_lies_nowhere_is_at_no_distance() -> None:
    shapes = np.array([HOUSES[0], MultiPolygon(list(HOUSES)), Polygon()], dtype=object)
    offsets = Outlines(shapes).offset_m(np.array([np.nan, 5, np.nan, 15, 5]), np.array([np.nan, 5, np.nan, 5, 5]), np.array([0, 0, 1, 1, 2]))
    np.testing.assert_array_equal(offsets, [np.nan, -5, np.nan, 5, np.inf])


def test_shuffled_points_find_the_same_in_any_chunk_size_and_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    xy = rng.uniform(-40, 70, (200, 2))
    asked = points(*[tuple(p) for p in xy])
    whole = locate(asked, Outlines(HOUSES), within_m=30)
    monkeypatch.setattr(module, "PAIRS_N", 7)
    monkeypatch.setattr(geo.threads, "PART_N", 1)
    pd.testing.assert_frame_equal(locate(asked, Outlines(HOUSES), within_m=30), whole)
    order = rng.permutation(200)
    again = locate(asked[order], Outlines(HOUSES), within_m=30)
    again = again.assign(point=order[again["point"]]).sort_values(["point", "distance_m", "footprint"], ignore_index=True)
    pd.testing.assert_frame_equal(again, whole)


def test_a_shared_border_belongs_to_the_smaller_code() -> None:
    assert locate_villages(points((100, 50), (50, 50), (150, 50), (250, 50), None), VILLAGES).fillna("").tolist() == ["1", "1", "2", "", ""]
    backwards = VILLAGES.iloc[::-1].sort_values("village_code")
    assert locate_villages(points((100, 50)), backwards).tolist() == ["1"]


def test_a_village_without_shape_holds_nothing() -> None:
    assert locate_villages(points((1, 1)), gpd.GeoDataFrame({"village_code": [""]}, geometry=[None])).isna().tolist() == [True]


def test_the_distance_to_a_village_is_zero_inside_and_unknown_without_one() -> None:
    distance = distance_to_village(points((50, 50), (111, 50), (50, 50), None), np.array(["1", "1", "9", "1"], dtype=object), VILLAGES)
    np.testing.assert_array_equal(distance, [0, 11, np.nan, np.nan])
