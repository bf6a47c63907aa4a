"""Points as pairs of numbers: a shape is made of one only where a shape is asked for, on a map or in a file.

A shapely point takes thirteen times the memory of its two numbers, and half a microsecond to make.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Points = npt.NDArray[np.float64]
"""A row per point, x and y; NaN and NaN where there is none."""
XY = ("x_m", "y_m")
"""Columns of a point in the working CRS: metres east and north; NaN: not known."""

PAIR = ("x", "y")
"""Columns of a point as it was delivered, in whatever system."""


def coordinates(points: npt.NDArray[Any]) -> Points:
    """X and y of shapely points (None: none), or of what are pairs already."""
    return points if points.dtype != object else np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def absent(points: Points) -> npt.NDArray[np.bool_]:
    """Which points are none."""
    return np.asarray(np.isnan(points).all(axis=1))


def missing(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a layer have no shape, or no point."""
    return np.asarray(shapely.is_missing(shapes)) if shapes.dtype == object else absent(shapes)


def nowhere(n: int) -> Points:
    """So many points that are none."""
    return np.full((n, 2), np.nan)


def as_shapes(points: Points) -> npt.NDArray[np.object_]:
    """Shapely points, None where there is none."""
    out, there = np.full(len(points), None, dtype=object), ~absent(points)
    out[there] = shapely.points(points[there])
    return out


def located(rows: pd.DataFrame) -> pd.Series:
    """Which rows with columns XY have a point."""
    return rows["x_m"].notna()


def points_of(rows: pd.DataFrame) -> Points:
    """The points of rows with columns XY, to be written to: pandas shares no memory with them."""
    return rows[list(XY)].to_numpy(copy=True)


def apart_m(one: Points, two: Points) -> npt.NDArray[np.float64]:
    """Metres between the points of each pair; NaN where one of them is none."""
    return np.asarray(np.hypot(*(one - two).T))
