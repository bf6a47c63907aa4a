"""What became of each footprint between two surveys: same, changed, split, merged, built over, vanished or new."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import at_positions, is_sorted, runs, worded
from geo.profile import Thresholds
from geo.threads import in_threads

COLUMNS = ("survey", "building_id", "state", "iou", "other_id", "cover_ratio", "others_n", "parts_n", "group_ids")
TEXTS = ("survey", "building_id", "state", "other_id")
SURE_RATIO = 1e-6
"""Overlap above that of one house from which no rounding can make it another."""
LEAST_GAP_M = 1e-6
"""Gap from which no rounding can close it."""
CHUNK_N = 10_000
"""Pairs of outlines measured at a time, so that their pairs of edges stay small in memory."""


def change(previous: gpd.GeoDataFrame, current: gpd.GeoDataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """State of every footprint of two surveys, by its best overlap with any footprint of the other one.

    The common shift of the two deliveries must be out already (`geo.standardise` does it).

    Beyond one partner: several footprints that lie more than half in one of the other survey, and together are the
    same as it, are its parts (split) or became it (merged); a footprint whose site is covered by what stands there now
    (`rebuilt_cover_ratio`) did not vanish but was built over.

    Returns
    -------
    DataFrame with COLUMNS, one row per footprint of either survey: survey (previous, current), state (same, changed,
    split, merged, built_over, vanished, new), iou with the best partner other_id (null: none), cover_ratio (share of
    its own area covered by the other survey), others_n (footprints of the other survey that share at least a tenth of
    the smaller), parts_n (of how many parts its group of split or merged is; 0: of none) and group_ids (ids of the other
    survey in its group: a whole's parts, a part's whole).
    Empty where one survey was not delivered.
    """
    if previous.empty or current.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c in TEXTS else "float64") for c in COLUMNS})
    pairs = _overlaps(previous.geometry.to_numpy(), current.geometry.to_numpy(), thresholds.same_iou_ratio)
    i, j, common = (pairs[c].to_numpy() for c in ("old", "new", "common_m2"))
    old = _best(previous, current, i, j, common, thresholds).assign(survey="previous")
    new = _best(current, previous, j, i, common, thresholds).assign(survey="current")
    for table, gone in ((old, "vanished"), (new, "new")):
        iou = table["iou"].to_numpy()
        table["state"] = worded(np.select([iou >= thresholds.same_iou_ratio, iou >= thresholds.vanished_iou_ratio], [0, 1], 2), ["same", "changed", gone])
    _regroup(old, new, pairs.rename(columns={"old": "part", "new": "whole"}), "merged", thresholds.same_iou_ratio)
    _regroup(new, old, pairs.rename(columns={"new": "part", "old": "whole"}), "split", thresholds.same_iou_ratio)
    old.loc[(old["state"] == "vanished") & (old["cover_ratio"] > thresholds.rebuilt_cover_ratio), "state"] = "built_over"
    return pd.concat([old, new], ignore_index=True)[list(COLUMNS)]


def _regroup(parts: pd.DataFrame, wholes: pd.DataFrame, pairs: pd.DataFrame, state: str, same_iou_ratio: float) -> None:
    """Write `state` and the group to the several parts that together are one whole, and to the whole; what is the same house stays so."""
    part_m2, whole_m2 = parts["area_m2"].to_numpy(), wholes["area_m2"].to_numpy()
    inside = pairs[pairs["common_m2"].to_numpy() > part_m2[pairs["part"]] / 2]
    inside = inside[inside.duplicated("whole", keep=False)]
    inside = inside.assign(area_m2=part_m2[inside["part"]], id=parts["building_id"].to_numpy()[inside["part"]]).sort_values(["whole", "id"])
    told = inside.groupby("whole").agg(common_m2=("common_m2", "sum"), area_m2=("area_m2", "sum"), n=("id", "size"), ids=("id", list))
    iou = told["common_m2"] / (whole_m2[told.index] + told["area_m2"] - told["common_m2"])
    told = told[iou >= same_iou_ratio]
    inside = inside[inside["whole"].isin(told.index)]
    whole_id = wholes["building_id"].to_numpy()[inside["whole"]]
    for table, rows, n, group in ((parts, inside["part"], told["n"].reindex(inside["whole"]), [[one] for one in whole_id]), (wholes, told.index, told["n"], told["ids"])):
        at = table.index[rows]
        table.loc[at, "parts_n"] = n.to_numpy()
        table.loc[at, "group_ids"] = pd.Series(list(group), index=at, dtype=object)
        table.loc[at[table.loc[at, "state"].to_numpy() != "same"], "state"] = state


def _overlaps(old: np.ndarray, new: np.ndarray, same_iou_ratio: float) -> pd.DataFrame:
    """Common area of all outlines that overlap; of those that are surely one house it is summed up over their edges, a tenth of the cost of an overlay."""
    i, j = shapely.STRtree(new).query(old)
    one, two = _Edges(old), _Edges(new)
    old_m2, new_m2 = shapely.area(old), shapely.area(new)
    common = np.zeros(len(i))
    likely = np.flatnonzero(_boxes_agree(old, new, i, j) & _simple(old)[i] & _simple(new)[j])
    common[likely] = _common_m2(one, two, i[likely], j[likely])
    sure = common > (same_iou_ratio + SURE_RATIO) * (old_m2[i] + new_m2[j] - common)
    rest = np.flatnonzero(~sure)
    common[rest] = 0.0
    rest = rest[~_apart(one, two, i[rest], j[rest])]
    rest = rest[shapely.intersects(old[i[rest]], new[j[rest]])]
    common[rest] = in_threads(lambda a, b: shapely.area(shapely.intersection(a, b)), old[i[rest]], new[j[rest]])
    return pd.DataFrame({"old": i, "new": j, "common_m2": common})[common > 0].reset_index(drop=True)


def _simple(outlines: np.ndarray) -> np.ndarray:
    """Which outlines are one ring."""
    return np.asarray((shapely.get_type_id(outlines) == shapely.GeometryType.POLYGON) & (shapely.get_num_interior_rings(outlines) == 0))


def _boxes_agree(old: np.ndarray, new: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether the boxes of two outlines have at least half of the smaller one in common."""
    one, two = shapely.bounds(old)[i].T, shapely.bounds(new)[j].T
    width, height = np.minimum(one[2:], two[2:]) - np.maximum(one[:2], two[:2])
    smaller = np.minimum(*((east - west) * (north - south) for west, south, east, north in (one, two)))
    return np.asarray(width * height >= smaller / 2)


def _common_m2(one: _Edges, two: _Edges, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Common area of pairs of rings, to some eight digits.

    A point lies in a ring if the edges above it, those that run one way counted up and those that run the other way counted down, do not cancel. So it
    lies in both if the pairs of edges above it do not, and the common area is the sum over all pairs of edges of the area below both, up or down.
    """
    parts = [_below_both(one, two, i[k : k + CHUNK_N], j[k : k + CHUNK_N]) for k in range(0, len(i), CHUNK_N)]
    return np.concatenate([*parts, np.zeros(0)])


def _apart(one: _Edges, two: _Edges, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Whether outlines surely lie apart, seen along the first edge of the one or across it: most neighbours do, told in a third of shapely's time."""
    first = one.first[i]
    dx, dy = one.corners[:, first + 1] - one.corners[:, first]
    apart, least = np.zeros(len(i), dtype=bool), LEAST_GAP_M * np.hypot(dx, dy)
    for east, north in ((dx, dy), (-dy, dx)):
        (low, high), (lowest, highest) = (_extent(e, k, east, north) for e, k in ((one, i), (two, j)))
        apart |= np.maximum(lowest - high, low - highest) > least
    return apart


def _extent(edges: _Edges, rings: np.ndarray, east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From where to where rings reach in a direction of their own each, in lengths of it."""
    n = edges.n[rings] + 1
    x, y = edges.corners[:, runs(edges.first[rings], n)]
    along = x * np.repeat(east, n) + y * np.repeat(north, n)
    begin = np.cumsum(n) - n
    return np.minimum.reduceat(along, begin), np.maximum.reduceat(along, begin)


class _Edges:
    """Edges of rings from west to east: y is that of the western end; sign says which way the ring runs along it.

    n, first
        Edges of each ring, and the first of them; its corners begin there too, and are one more.
    """

    def __init__(self, rings: np.ndarray) -> None:
        xy, of = shapely.get_coordinates(rings, return_index=True)
        self.corners = np.ascontiguousarray(xy.T)
        x, y = self.corners
        corners_n = np.bincount(of, minlength=len(rings))
        self.n, self.first = np.maximum(corners_n - 1, 0), np.cumsum(corners_n) - corners_n
        # what runs from the last corner of a ring to the first of the next is an edge of neither, and nobody asks for it
        x0, x1, y0, y1 = x[:-1], x[1:], y[:-1], y[1:]
        eastward = x0 <= x1
        self.west, self.east, self.y = np.minimum(x0, x1), np.maximum(x0, x1), np.where(eastward, y0, y1)
        self.slope = np.divide(y1 - y0, x1 - x0, out=np.zeros(len(x0)), where=x0 != x1)
        around = np.bincount(of[:-1], weights=np.where(of[:-1] == of[1:], x0 * y1 - x1 * y0, 0.0), minlength=len(rings))
        self.sign = np.where(eastward, -1.0, 1.0) * np.sign(around)[of[:-1]]


def _below_both(one: _Edges, two: _Edges, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Sum over all pairs of edges of the area below both of them and above the lowest point, signed."""
    edge, pair = runs(one.first[i], one.n[i]), np.repeat(np.arange(len(i)), one.n[i])
    others_n = two.n[j][pair]
    a, b, pair = np.repeat(edge, others_n), runs(two.first[j][pair], others_n), np.repeat(pair, others_n)
    west, east = np.maximum(one.west[a], two.west[b]), np.minimum(one.east[a], two.east[b])
    meet = np.flatnonzero(east > west)
    pair, a, b, west, east = (v[meet] for v in (pair, a, b, west, east))
    # from the first point of the pair's first ring, lest large coordinates cost digits
    ground = one.y[one.first[i]][pair]
    left = (one.y[a] - ground + one.slope[a] * (west - one.west[a]), two.y[b] - ground + two.slope[b] * (west - two.west[b]))
    width = east - west
    right = (left[0] + one.slope[a] * width, left[1] + two.slope[b] * width)
    low = np.minimum(*left), np.minimum(*right)
    before, after = left[0] - left[1], right[0] - right[1]
    # where the two cross, the lower line has a bend: so far along, and so far above the straight line
    cross = np.flatnonzero(before * after < 0)
    at = before[cross] / (before[cross] - after[cross])
    bend = np.zeros(len(pair))
    bend[cross] = left[0][cross] + at * (right[0] - left[0])[cross] - low[0][cross] - at * (low[1] - low[0])[cross]
    area = width * (low[0] + low[1] + bend) / 2
    return np.bincount(pair, weights=area * one.sign[a] * two.sign[b], minlength=len(i))


def _best(mine: gpd.GeoDataFrame, other: gpd.GeoDataFrame, me: np.ndarray, you: np.ndarray, common: np.ndarray, thresholds: Thresholds) -> pd.DataFrame:
    n, ids = len(mine), other["building_id"]
    my_m2, your_m2 = shapely.area(mine.geometry.to_numpy()), shapely.area(other.geometry.to_numpy())
    iou = common / (my_m2[me] + your_m2[you] - common)
    order = np.lexsort((you if is_sorted(ids) else ids.rank().to_numpy()[you], -iou, me))
    best = order[np.diff(me[order], prepend=-1) > 0]
    best_iou, best_other = np.zeros(n), np.full(n, -1)
    best_iou[me[best]], best_other[me[best]] = iou[best], you[best]
    partner = common >= thresholds.overlap_ratio * np.minimum(my_m2[me], your_m2[you])
    return pd.DataFrame(
        {
            "building_id": mine["building_id"].array,
            "area_m2": my_m2,
            "parts_n": 0,
            "group_ids": pd.Series([[]] * n, dtype=object),
            "iou": best_iou,
            "other_id": at_positions(ids, best_other, pd.RangeIndex(n)),
            "cover_ratio": (np.bincount(me, common, minlength=n) / my_m2).clip(max=1.0),
            "others_n": np.bincount(me, partner, minlength=n),
        }
    )
