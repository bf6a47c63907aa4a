"""How the map of a village is cut into sheets: as few as keep the numbers readable, each filled by its houses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.export.paper import A3, MARGIN_MM
from geo.export.village_rows import VillageSheet

SCALES = (
    500, 600, 750, 1000, 1250, 1500, 1750, 2000, 2250, 2500, 3000, 3500, 4000, 5000, 6000, 7500, 10_000, 12_500, 15_000, 20_000, 25_000, 50_000,
    100_000, 200_000,
)  # fmt: skip
SMALLEST_PT = 7.0
"""No text on a sheet is smaller: a figure is then 1.8 mm high, what a map that is read at arm's length needs."""
HOUSE_PITCH_MM = 7.75
"""Paper from one door to the next (the median of the village) that a number of three digits in that size needs beside its house."""
SHEETS_N = 24
"""More sheets than this are not carried through a village: the scale gives way instead."""
LARGE, SPARSE_RATIO, GAIN, FEW_N = 1500, 0.4, 0.7, 15
"""A sheet of a smaller scale than LARGE on which houses stand in fewer of its cells than SPARSE_RATIO is cut in two, where both
get a scale at most GAIN of its own and FEW_N things to show."""
LONE_M = 60.0
"""A plate or address farther from every house than this is looked for on the overview, not on a sheet of its own."""
CELL_MM = 50.0
LEGEND_MM = 62.0
HEAD_MM = 15.0
FOOT_MM = 9.0
_EDGE_MM = 7.0
Region = tuple[float, float, float, float]
PLANE: Region = (-inf, -inf, inf, inf)


@dataclass(frozen=True)
class Frame:
    """One sheet of the map.

    Its number (0 is the overview), its scale, the south-west corner of the map in metres, the size of the map in
    mm, and `own`: west, south, east and north of the houses that belong to this sheet. Maps may overlap, what is own does not.
    """

    number: int
    scale: int
    west: float
    south: float
    size_mm: tuple[float, float]
    own: Region = PLANE

    @property
    def extent(self) -> Region:
        """West, south, east and north of the map, in metres."""
        wide, high = (side * self.scale / 1000 for side in self.size_mm)
        return self.west, self.south, self.west + wide, self.south + high

    @property
    def upright(self) -> bool:
        """Whether the sheet stands."""
        return self.size_mm[1] > self.size_mm[0]

    def holds(self, x: np.ndarray, y: np.ndarray, *, own: bool = True) -> np.ndarray:
        """Which places lie on the sheet; those of a neighbour that are seen as well only where not `own`."""
        inside = _within(x, y, self.extent)
        held: np.ndarray = inside & _within(x, y, self.own) if own else inside
        return held

    def cell(self, x: float, y: float) -> str:
        """The grid cell of a place, as B3; columns from the west, rows from the north."""
        across = int((x - self.west) * 1000 / self.scale // CELL_MM)
        down = int((self.size_mm[1] - (y - self.south) * 1000 / self.scale) // CELL_MM)
        return f"{chr(ord('A') + max(across, 0))}{max(down, 0) + 1}"


def map_size(paper_mm: tuple[float, float] = A3) -> tuple[float, float]:
    """Width and height of the map itself on a sheet of paper of that size, in mm."""
    return paper_mm[0] - 2 * MARGIN_MM - LEGEND_MM, paper_mm[1] - HEAD_MM - FOOT_MM - 2.0


MAPS: tuple[tuple[float, float], ...] = (map_size(A3), map_size((A3[1], A3[0])))
"""The two ways an A3 sheet may lie, as width and height of its map in mm."""


def lay_out(sheet: VillageSheet) -> list[Frame]:
    """The sheets of the map: the overview where there is one, then the others west to east from the north.

    One sheet where the houses fit at a scale that keeps their numbers apart; otherwise the village is cut, and cut again, where
    that takes the fewest sheets, then the largest scale, then cuts through the fewest streets and groups, then has the widest
    gap. Each sheet lies or stands and has the largest scale that holds its houses. A plate or address far from every house
    empties no sheet: it is on the overview. There is an overview where there are several sheets, or something is on none
    of them. A village without anything that has a place has no sheet.
    """
    things, lone = _things(sheet)
    if not len(things):
        things, lone = lone, things
    if not len(things):
        return []
    coarsest, places = _legible(sheet), _places(sheet)
    regions = _cut(things, PLANE, coarsest, places)
    while len(regions) > SHEETS_N:
        coarsest *= 1.2
        regions = _cut(things, PLANE, coarsest, places)
    frames = [_frame(n, region, part) for n, (region, part) in enumerate(regions, 1)]
    off = lone[~np.any([f.holds(lone[:, 0], lone[:, 1]) for f in frames], axis=0)]
    if len(frames) == 1 and not len(off):
        return frames
    corners = np.array([f.extent for f in frames])
    every = np.vstack([np.hstack([corners[:, :2], corners]), off])
    return [_frame(0, PLANE, every), *frames]


def place_rows(sheet: VillageSheet, frames: Sequence[Frame]) -> pd.Series:
    """Where each row of the list is found on the map, as "B3" or, with several sheets, "2-B3"; "" for what has no place."""
    out = pd.Series("", index=sheet.rows.index, dtype="str")
    x, y = (sheet.rows[c].to_numpy(dtype=float) for c in ("x", "y"))
    for frame in sorted(frames, key=lambda f: (f.number == 0, f.number)):  # what is on no other sheet is on the overview
        mark = f"{frame.number}-" if len(frames) > 1 else ""
        for at in np.flatnonzero(frame.holds(x, y) & (out == "").to_numpy()).tolist():
            out.iloc[at] = mark + frame.cell(x[at], y[at])
    return out


def adjoining(frame: Frame, frames: Sequence[Frame]) -> list[tuple[str, float, int]]:
    """The neighbours of a sheet: the side they lie on (W, E, S, N), the middle of the common border in metres, their number."""
    west, south, east, north = frame.extent
    found: list[tuple[str, float, int]] = []
    for other in frames:
        if other is frame or not other.number:
            continue
        mine, theirs = frame.own, other.own
        for side, at, opposite, along in (("W", 0, 2, 1), ("S", 1, 3, 0), ("E", 2, 0, 1), ("N", 3, 1, 0)):
            low = max(mine[along], theirs[along], south if along else west)
            high = min(mine[along + 2], theirs[along + 2], north if along else east)
            if mine[at] == theirs[opposite] and low < high:
                found.append((side, (low + high) / 2, other.number))
    return sorted(found)


def _things(sheet: VillageSheet) -> tuple[np.ndarray, np.ndarray]:
    """Place (x, y) and bounds (west, south, east, north) of all houses and what is near them, and of what is far from every house."""
    rows = sheet.rows[["x", "y"]].to_numpy(dtype=float)
    own = sheet.buildings.geometry.to_numpy()
    own = own[~(shapely.is_missing(own) | shapely.is_empty(own))]
    rows = rows[~np.isnan(rows).any(axis=1)]
    if sheet.outline is not None and len(own):
        # a plate whose coordinate is in the next county must not shrink the map
        rows = rows[shapely.contains_xy(sheet.outline.buffer(100.0), rows)]
    points = shapely.point_on_surface(own)
    houses = np.column_stack([shapely.get_x(points), shapely.get_y(points), shapely.bounds(own)])
    far = np.ones(len(rows), dtype=bool)
    if len(houses) and len(rows):
        far = cKDTree(houses[:, :2]).query(rows)[0] > LONE_M
    return np.vstack([houses, np.hstack([rows[~far]] * 3)]), np.hstack([rows[far]] * 3)


def _legible(sheet: VillageSheet) -> float:
    """The smallest scale at which the numbers of neighbouring doors stand apart."""
    doors = sheet.rows[["x", "y"]].to_numpy(dtype=float)
    once = np.unique(np.round(doors[~np.isnan(doors).any(axis=1)]), axis=0)
    if len(once) < 3:
        return 1000.0
    pitch_m = float(np.median(cKDTree(once).query(once, k=2)[0][:, 1]))
    return max(pitch_m * 1000 / HOUSE_PITCH_MM, float(SCALES[1]))


def _places(sheet: VillageSheet) -> np.ndarray:
    """West, south, east and north of each street, hamlet and group, without the farthest tenth of its doors on each side."""
    named = sheet.rows[(sheet.rows["place"].fillna("") != "") & sheet.rows["x"].notna()]
    groups = named.groupby("place", sort=True)[["x", "y"]]
    return np.hstack([groups.quantile(q).to_numpy(dtype=float).reshape(-1, 2) for q in (0.1, 0.9)])


def _cut(things: np.ndarray, region: Region, coarsest: float, places: np.ndarray) -> list[tuple[Region, np.ndarray]]:
    """The parts of a region that each fit one sheet at a scale not smaller than `coarsest`, in reading order."""
    scale = _scale(_bounds(things))[0]
    fits = scale <= coarsest
    if fits and (scale <= LARGE or _filled(things) >= SPARSE_RATIO):
        return [(region, things)]
    best = min(((*found, axis) for axis in (0, 1) if (found := _best_cut(things, axis, coarsest, places)) is not None), default=None)
    if best is None:  # all in one place, larger than a sheet
        return [(region, things)]
    _, value, axis = best
    low = things[:, axis] < value
    if fits and not _gains(things, low):
        return [(region, things)]
    west, south, east, north = region
    below: Region = (west, south, value, north) if axis == 0 else (west, south, east, value)
    above: Region = (value, south, east, north) if axis == 0 else (west, value, east, north)
    parts = [(below, things[low]), (above, things[~low])]
    return [one for area, part in (parts if axis == 0 else parts[::-1]) for one in _cut(part, area, coarsest, places)]


def _filled(things: np.ndarray) -> float:
    """The share of the cells of one sheet of these things in which something stands."""
    frame = _frame(1, PLANE, things)
    cells = {frame.cell(x, y) for x, y in things[:, :2].tolist()}
    return len(cells) / float(np.prod(np.ceil(np.array(frame.size_mm) / CELL_MM)))


def _gains(things: np.ndarray, low: np.ndarray) -> bool:
    """Whether two sheets instead of a sparse one are worth their paper: both of some houses, and at a far larger scale."""
    parts = things[low], things[~low]
    return min(map(len, parts)) >= FEW_N and max(_scale(_bounds(part))[0] for part in parts) <= GAIN * _scale(_bounds(things))[0]


def _best_cut(things: np.ndarray, axis: int, coarsest: float, places: np.ndarray) -> tuple[tuple[float, ...], float] | None:
    """What the best cut across an axis costs and where it is; null where everything has the same coordinate."""
    at = np.argsort(things[:, axis], kind="stable")
    where, first, last = things[at, axis], things[at, 2:], things[at, 2:][::-1]
    left = np.column_stack([np.minimum.accumulate(first[:, :2]), np.maximum.accumulate(first[:, 2:])])[:-1]
    right = np.column_stack([np.minimum.accumulate(last[:, :2]), np.maximum.accumulate(last[:, 2:])])[::-1][1:]
    gap, cut = np.diff(where), (where[1:] + where[:-1]) / 2
    through = ((places[:, axis] < cut[:, None]) & (cut[:, None] < places[:, axis + 2])).sum(axis=1)
    costs = np.column_stack(
        [
            _sheets(left, coarsest) + _sheets(right, coarsest),
            (np.maximum(_need(left), _need(right)) / 250).round(),
            through,
            -gap.round(1),
        ]
    )
    able = np.flatnonzero(gap > 0)
    if not len(able):
        return None
    best = able[np.lexsort((able, *costs[able].T[::-1]))][0]
    return tuple(float(v) for v in costs[best]), float(cut[best])


def _bounds(things: np.ndarray) -> np.ndarray:
    return np.concatenate([things[:, 2:4].min(axis=0), things[:, 4:].max(axis=0)])[None, :]


def _need(bounds: np.ndarray) -> np.ndarray:
    """The scale at which bounds just fit a sheet, whichever way it lies."""
    wide, high = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
    ways = [np.maximum(wide / (w - 2 * _EDGE_MM), high / (h - 2 * _EDGE_MM)) * 1000 for w, h in MAPS]
    need: np.ndarray = np.minimum(*ways)
    return need


def _scale(bounds: np.ndarray) -> tuple[int, tuple[float, float]]:
    """The largest scale that holds the bounds, and how the sheet lies for it; lying where both ways are equal."""
    wide, high = float(bounds[0, 2] - bounds[0, 0]), float(bounds[0, 3] - bounds[0, 1])
    ways = [(max(wide / (w - 2 * _EDGE_MM), high / (h - 2 * _EDGE_MM)) * 1000, n) for n, (w, h) in enumerate(MAPS)]
    fits = [(next((s for s in SCALES if s >= need), SCALES[-1]), n) for need, n in ways]
    scale, n = min(fits)
    return scale, MAPS[n]


def _sheets(bounds: np.ndarray, coarsest: float) -> np.ndarray:
    """How many sheets of the coarsest scale bounds take, in rows and columns."""
    scale = max(s for s in SCALES if s <= max(coarsest, SCALES[0])) / 1000
    wide, high = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
    ways = [np.ceil(wide / ((w - 2 * _EDGE_MM) * scale)).clip(1) * np.ceil(high / ((h - 2 * _EDGE_MM) * scale)).clip(1) for w, h in MAPS]
    taken: np.ndarray = np.minimum(*ways)
    return taken


def _frame(number: int, region: Region, things: np.ndarray) -> Frame:
    bounds = _bounds(things)
    scale, size_mm = _scale(bounds)
    west, south, east, north = bounds[0]
    x = (west + east) / 2 - size_mm[0] * scale / 2000
    y = (south + north) / 2 - size_mm[1] * scale / 2000
    return Frame(number, scale, float(x), float(y), size_mm, region)


def _within(x: np.ndarray, y: np.ndarray, region: Region) -> np.ndarray:
    inside: np.ndarray = (x >= region[0]) & (x < region[2]) & (y >= region[1]) & (y < region[3])
    return inside
