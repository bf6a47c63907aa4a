"""Which footprints lie near a point, and which village holds it. Found once; everything nearer is derived from it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.threads import in_threads

CHUNK_N = 100_000
"""Points asked of the index at a time, so that the candidate arrays stay small in memory."""


def locate(points: np.ndarray, footprints: np.ndarray, *, within_m: float) -> pd.DataFrame:
    """Every footprint within `within_m` of every point.

    Parameters
    ----------
    points
        shapely points in the working CRS; None where not known.
    footprints
        shapely polygons in the same CRS; None where not known.
    within_m
        Reach in metres, measured to the polygon (0 inside).

    Returns
    -------
    DataFrame sorted by (point, distance_m, footprint): point, footprint (positions), distance_m, and offset_m, the
    distance to the outline, negative inside. Points without a footprint in reach are absent.
    """
    known = np.flatnonzero(~shapely.is_missing(points) & ~shapely.is_empty(points))
    if not len(known) or not len(footprints):
        return pd.DataFrame({"point": np.zeros(0, int), "footprint": np.zeros(0, int), "distance_m": np.zeros(0), "offset_m": np.zeros(0)})
    known = known[_along_curve(points[known])]
    tree = shapely.STRtree(footprints)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for start in range(0, len(known), CHUNK_N):
        part = known[start : start + CHUNK_N]
        x, y = shapely.get_x(points[part]), shapely.get_y(points[part])
        i, j = tree.query(shapely.box(x - within_m, y - within_m, x + within_m, y + within_m))
        distance = in_threads(shapely.distance, points[part[i]], footprints[j])
        near = distance <= within_m
        found.append((part[i[near]], j[near], distance[near]))
    point, footprint, distance = (np.concatenate(c) for c in zip(*found, strict=True))
    del found
    offset = distance.copy()
    inside = np.flatnonzero(distance == 0)
    offset[inside] = -shapely.distance(points[point[inside]], shapely.boundary(footprints[footprint[inside]]))
    order = np.lexsort((footprint, distance, point))
    return pd.DataFrame({"point": point[order], "footprint": footprint[order], "distance_m": distance[order], "offset_m": offset[order]})


def locate_villages(points: np.ndarray, villages: gpd.GeoDataFrame) -> np.ndarray:
    """Code of the village that holds each point.

    Points on a shared border go to the village with the smaller code. The result is an object array of codes, None
    where the point is not known or in no village.
    """
    code = np.full(len(points), None, dtype=object)
    known = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    x, y = np.full(len(points), np.nan), np.full(len(points), np.nan)
    x[known], y[known] = shapely.get_x(points[known]), shapely.get_y(points[known])
    for name, polygon in zip(villages["village_code"].to_numpy()[::-1], villages.geometry.to_numpy()[::-1], strict=True):
        if polygon is None:
            continue
        west, south, east, north = polygon.bounds
        box = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        shapely.prepare(polygon)
        code[box[shapely.intersects_xy(polygon, x[box], y[box])]] = name
    return code


def distance_to_village(points: np.ndarray, codes: np.ndarray, villages: gpd.GeoDataFrame) -> np.ndarray:
    """Metres from each point to the village of the given code (0 inside); NaN where either is not known."""
    polygons = dict(zip(villages["village_code"], villages.geometry, strict=True))
    targets = np.array([polygons.get(c) for c in codes], dtype=object)
    distance: np.ndarray = shapely.distance(points, targets)
    return distance


def _along_curve(points: np.ndarray) -> np.ndarray:
    """Order of the points along a Hilbert curve: neighbours in space become neighbours in memory (5x faster queries)."""
    order: np.ndarray = np.argsort(gpd.GeoSeries(points).hilbert_distance().to_numpy(), kind="stable")
    return order
