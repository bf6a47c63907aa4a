"""Points as pairs of numbers."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import move, reproject
from geo.points import XY, absent, apart_m, as_shapes, coordinates, located, nowhere, points_of

SHAPES = np.array([shapely.Point(3, 4), None, shapely.Point(0, 0)], dtype=object)


def test_shapes_become_pairs_and_shapes_again_and_none_stays_none():
    pairs = coordinates(SHAPES)
    assert absent(pairs).tolist() == [False, True, False]
    assert coordinates(pairs) is pairs
    back = as_shapes(pairs)
    assert back[1] is None
    assert shapely.equals(back[[0, 2]], SHAPES[[0, 2]]).all()


@pytest.mark.parametrize("n", [0, 1])
def test_none_and_no_row(n):
    assert as_shapes(nowhere(n)).tolist() == [None] * n
    assert coordinates(np.full(n, None, dtype=object)).shape == (n, 2)
    assert reproject(nowhere(n), "EPSG:4490", "EPSG:4544").shape == (n, 2)


def test_rows_of_a_table():
    rows = pd.DataFrame({"x_m": [1.0, np.nan], "y_m": [2.0, np.nan]})
    assert located(rows).tolist() == [True, False]
    assert points_of(rows)[0].tolist() == [1.0, 2.0]
    assert apart_m(points_of(rows), np.array([[4.0, 6.0], [0.0, 0.0]]))[0] == 5.0
    assert np.isnan(apart_m(points_of(rows), nowhere(2))).all()


def test_the_points_of_a_table_may_be_written_to_and_leave_it_as_it_is():
    rows = pd.DataFrame(np.zeros((2, 2)), columns=list(XY))
    points_of(rows)[0] = 1.0
    assert rows.to_numpy().sum() == 0.0


def test_pairs_go_where_their_shapes_go():
    degrees = np.array([shapely.Point(106.2, 29.6), None, shapely.Point(106.3, 29.7)], dtype=object)
    there = reproject(coordinates(degrees), "EPSG:4490", "EPSG:4544")
    outlines = shapely.buffer(degrees[[0, 2]], 1e-9)
    assert np.allclose(shapely.get_coordinates(shapely.centroid(reproject(outlines, "EPSG:4490", "EPSG:4544"))), there[[0, 2]], atol=0.001)
    assert absent(there).tolist() == [False, True, False]


def test_a_point_that_a_step_cannot_place_is_far_away_and_not_none():
    moved = move(np.array([[1.0, 1.0], [np.nan, np.nan]]), lambda x, y: (x * np.nan, y))
    assert np.isinf(moved[0, 0])
    assert absent(moved).tolist() == [False, True]
