"""Which footprints lie near a point, and which village holds it. Found once; everything nearer is derived from it."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array

from geo.columns import at_positions, first_places, runs
from geo.points import as_shapes, coordinates
from geo.threads import in_threads

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

CELLS_N = 180
"""Cells to a side of the grid in which points are sought that lie in a village: all of them have numbers of two bytes, which numpy counts instead of sorting."""
PAIRS_N = 50_000
"""Pairs of point and footprint measured at a time, so that they stay small in memory."""


def locate(points: np.ndarray, outlines: Outlines, *, within_m: float) -> pd.DataFrame:
    """Every footprint within `within_m` of every point.

    Parameters
    ----------
    points
        In the working CRS, as pairs of numbers or shapely points; none where not known.
    outlines
        Of the footprints, in the same CRS.
    within_m
        Reach in metres, measured to the polygon (0 inside).

    Returns
    -------
    DataFrame sorted by (point, distance_m, footprint): point, footprint (positions), distance_m, and offset_m, the
    distance to the outline, negative inside. Points without a footprint in reach are absent.
    """
    points = coordinates(points)
    if np.isnan(points).all() or not outlines.corners_n.any():
        return pd.DataFrame({"point": np.zeros(0, int), "footprint": np.zeros(0, int), "distance_m": np.zeros(0), "offset_m": np.zeros(0)})
    found = in_threads(partial(_found, _Rows(points, within_m), outlines, within_m), np.arange(len(outlines.boxes)))
    found = found[_order(found, len(points), within_m)]
    point, footprint, offset = found["point"].astype(np.int64), found["footprint"].astype(np.int64), found["offset_m"].copy()
    return pd.DataFrame({"point": point, "footprint": footprint, "distance_m": np.maximum(offset, 0.0), "offset_m": offset}, copy=False)


def _found(rows: _Rows, outlines: Outlines, within_m: float, footprints: Positions) -> npt.NDArray[np.void]:
    """Points within reach of some footprints, by footprint."""
    first, n, box = rows.met(outlines.boxes[footprints], within_m)
    found = []
    for part in np.array_split(np.arange(len(box)), 1 + int(n.sum()) // PAIRS_N):
        pairs_n, owner = n[part], footprints[box[part]]
        at = runs(first[part], pairs_n)
        # along its row a point is known to lie beside the box: across the rows it may still lie beyond
        south, north = (np.repeat(outlines.boxes[owner, side] + reach_m, pairs_n) for side, reach_m in ((1, -within_m), (3, within_m)))
        y = rows.y[at]
        level = np.flatnonzero((south <= y) & (y <= north))
        at, footprint = at[level], np.repeat(owner, pairs_n)[level]
        offset = outlines.offset_m(rows.x[at], y[level], footprint)
        reached = np.flatnonzero(offset <= within_m)
        pairs = np.empty(len(reached), dtype=_FOUND)
        pairs["point"], pairs["footprint"], pairs["offset_m"] = rows.point[at[reached]], footprint[reached], offset[reached]
        found.append(pairs)
    return np.concatenate(found)


_FOUND = np.dtype([("point", np.int32), ("footprint", np.int32), ("offset_m", np.float64)])
"""A point, a footprint within its reach, and how far it lies from the outline: positions of a town fit in half the width."""


def _order(found: npt.NDArray[np.void], points_n: int, within_m: float) -> npt.NDArray[np.intp]:
    """Order by point, distance, footprint of what is in the order of the footprints: by one number for the first two."""
    distance = np.maximum(found["offset_m"], 0.0)
    place = found["point"] * (1.0 + within_m) + distance
    # rows of a matrix are counted, not sorted: what is in the order of the points is in order but for a few places, a third of the work
    row = np.arange(len(found), dtype=np.int32)
    order = coo_array((np.ones(len(row), dtype=bool), (found["point"], row)), shape=(points_n, len(row))).tocsr().indices
    order = order[np.argsort(place[order], kind="stable")]
    # only what is nearer by less than that number can tell needs to be looked at once more
    same = np.flatnonzero(np.diff(place[order]) == 0)
    close = np.union1d(same, same + 1)
    rows = order[close]
    order[close] = rows[np.lexsort((found["footprint"][rows], distance[rows], found["point"][rows]))]
    return order


def nearest(near: pd.DataFrame, asked: npt.NDArray[np.bool_], points_n: int) -> tuple[Positions, Floats]:
    """The nearest footprint of those asked, and its distance, for each of so many points; -1 and NaN where none is in reach.

    Parameters
    ----------
    near
        `locate` of the points.
    asked
        By footprint.
    """
    rows = np.flatnonzero(asked[near["footprint"]])[::-1] if len(near) else np.zeros(0, dtype=np.int64)
    point, footprint, distance_m = near["point"].to_numpy()[rows], np.full(points_n, -1), np.full(points_n, np.nan)
    # backwards, so that the first, the nearest, is written last
    footprint[point], distance_m[point] = near["footprint"].to_numpy()[rows], near["distance_m"].to_numpy()[rows]
    return footprint, distance_m


def locate_villages(points: np.ndarray, villages: gpd.GeoDataFrame) -> pd.Series:
    """Code of the village that holds each point, null where the point is not known or in no village.

    Points on a shared border go to the village with the smaller code.
    """
    village, polygons = np.full(len(points), -1), villages.geometry.to_numpy()
    boxes = shapely.bounds(polygons)
    there = np.flatnonzero(~np.isnan(boxes[:, 0]))
    if len(there):
        (west, south), (east, north) = boxes[there, :2].min(axis=0), boxes[there, 2:].max(axis=0)
        x, y = coordinates(points).T
        inside = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        side_m = max(east - west, north - south) / (CELLS_N - 1)
        cell = np.floor((y[inside] - south) / side_m).astype(np.int16) * CELLS_N + np.floor((x[inside] - west) / side_m).astype(np.int16)
        inside = inside[np.argsort(cell, kind="stable")]
        x, y = x[inside], y[inside]
        # the points of neighbouring cells of a row lie one after the other
        first = np.append(0, np.cumsum(np.bincount(cell, minlength=CELLS_N**2)))
        met = np.floor((boxes - [west, south, west, south]) / side_m)
        for place in there[::-1]:
            left, low, right, high = met[place].astype(int)
            rows = np.arange(low, high + 1) * CELLS_N
            at = runs(first[rows + left], first[rows + right + 1] - first[rows + left])
            shapely.prepare(polygons[place])
            village[inside[at[shapely.intersects_xy(polygons[place], x[at], y[at])]]] = place
    return at_positions(villages["village_code"].astype("str"), village, pd.RangeIndex(len(points)))


def distance_to_village(points: np.ndarray, codes: np.ndarray, villages: gpd.GeoDataFrame) -> np.ndarray:
    """Metres from each point to the village of the given code (0 inside); NaN where either is not known."""
    polygons = dict(zip(villages["village_code"], villages.geometry, strict=True))
    targets = np.array([polygons.get(c) for c in codes], dtype=object)
    distance: np.ndarray = shapely.distance(as_shapes(coordinates(points)), targets)
    return distance


class _Rows:
    """Points in rows from south to north, and along each row from west to east: what a box holds is one run in every row it meets.

    point, x, y
        Position among the points given, and coordinates; points that are not known are absent.
    """

    def __init__(self, points: np.ndarray, height_m: float) -> None:
        x, y = points.T
        known = np.flatnonzero(~np.isnan(x))
        self._height_m, self._south, self._west = height_m, y[known].min(), x[known].min()
        # longer than any row, so that places grow from row to row
        self._length_m = x[known].max() - self._west + height_m
        place = self._place(self._row(y[known]), x[known])
        order = np.argsort(place, kind="stable")
        self._places, self.point = place[order], known[order]
        self.x, self.y = x[self.point], y[self.point]

    def met(self, boxes: Floats, reach_m: float) -> tuple[Positions, Positions, Positions]:
        """The runs of points that lie within reach of each box as seen along the rows: first and n of each run, and its box."""
        drawn = np.flatnonzero(~np.isnan(boxes[:, 0]))
        west, south, east, north = (boxes[drawn] + reach_m * np.array([-1, -1, 1, 1])).T
        lowest = self._row(south)
        rows_n = self._row(north) - lowest + 1
        row, box = runs(lowest, rows_n), np.repeat(np.arange(len(drawn)), rows_n)
        first = np.searchsorted(self._places, self._place(row, west[box]))
        n = np.searchsorted(self._places, self._place(row, east[box]), side="right") - first
        some = n > 0
        return first[some], n[some], drawn[box[some]]

    def _row(self, y: Floats) -> Positions:
        return np.floor((y - self._south) / self._height_m).astype(np.int64)

    def _place(self, row: Positions, x: Floats) -> Floats:
        """Metres from the west end of the lowest row to a place, all rows laid one behind the other."""
        return row * self._length_m + np.clip(x - self._west, 0.0, self._length_m - self._height_m / 2)


class Outlines:
    """Every corner of every footprint, of holes and of parts too, as numbers: distances are measured to them without a shape.

    Parameters
    ----------
    footprints
        shapely polygons; None where not known.
    """

    def __init__(self, footprints: np.ndarray) -> None:
        self.boxes: Floats = shapely.bounds(footprints)
        # rings are shapes of their own, and costly: most outlines are one ring, and their corners follow each other as they are
        one_ring = (shapely.get_type_id(footprints) == shapely.GeometryType.POLYGON) & (shapely.get_num_interior_rings(footprints) == 0)
        none = np.array(None)
        plain = shapely.get_coordinates(np.where(one_ring, footprints, none), return_index=True)
        parts, of_part = shapely.get_parts(np.where(one_ring, none, footprints), return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        others, ring = shapely.get_coordinates(rings, return_index=True)
        x, y, ring = *np.concatenate([plain[0], others]).T, np.concatenate([plain[1], len(footprints) + ring])
        again = 1 + np.flatnonzero((ring[1:] == ring[:-1]) & (x[1:] == x[:-1]) & (y[1:] == y[:-1]))
        x, y, ring = (np.delete(v, again) for v in (x, y, ring))
        footprint = np.concatenate([np.arange(len(footprints)), of_part[of_ring]])[ring]
        # between two rings of a footprint lies a corner nowhere: what it is part of is no side
        gap = 1 + np.flatnonzero((footprint[1:] == footprint[:-1]) & (ring[1:] != ring[:-1]))
        self._x, self._y = np.insert(x, gap, np.nan), np.insert(y, gap, np.nan)
        footprint = np.insert(footprint, gap, footprint[gap])
        self.corners_n = np.bincount(footprint, minlength=len(footprints))
        self._first = first_places(footprint, len(footprints))

    def offset_m(self, x: Floats, y: Floats, footprint: Positions) -> Floats:
        """Metres from each point to the outline of the footprint at the position beside it, negative inside; NaN for no point.

        To the last digit what shapely tells, which measures by the same formula.
        """
        # the longest last: side by side, those that have no further corner drop out at the front
        order = np.argsort(self.corners_n[footprint], kind="stable")
        x, y, corners_n, first = x[order], y[order], self.corners_n[footprint[order]], self._first[footprint[order]]
        corner2, side, inside = np.where(np.isnan(x), np.nan, np.inf), np.full(len(x), np.inf), np.zeros(len(x), dtype=bool)
        begin = int(np.searchsorted(corners_n, 0, side="right"))
        bx, by = self._x[first[begin:]], self._y[first[begin:]]
        x1, y1 = x[begin:] - bx, y[begin:] - by
        for corner in range(1, int(corners_n.max(initial=0))):
            done, begin = begin, int(np.searchsorted(corners_n, corner, side="right"))
            ax, ay, x0, y0 = (v[begin - done :] for v in (bx, by, x1, y1))
            at, left = first[begin:] + corner, slice(begin, None)
            bx, by = self._x[at], self._y[at]
            dx, dy, x1, y1 = bx - ax, by - ay, x[left] - bx, y[left] - by
            length2, cross = dx * dx + dy * dy, x0 * dy - y0 * dx
            share = (x0 * dx + y0 * dy) / length2
            corner2[left] = np.fmin(corner2[left], x1 * x1 + y1 * y1)
            side[left] = np.fmin(side[left], np.where((share > 0.0) & (share < 1.0), np.abs(cross / length2) * np.sqrt(length2), np.inf))
            # a ray to the east crosses the outline once more: from inside out, or in again
            inside[left] ^= (cross < 0) & (y0 >= 0) & (y1 < 0) | (cross > 0) & (y0 < 0) & (y1 >= 0)
        nearest = np.minimum(np.sqrt(corner2), side)
        offset = np.empty(len(x))
        offset[order] = np.where(inside, -nearest, nearest)
        return offset
