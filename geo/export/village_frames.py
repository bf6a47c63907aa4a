"""How the map of a village is cut into pages: its scale, the pages, and the grid cell of each row of the list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.export.paper import A3, MARGIN_MM
from geo.export.village_rows import VillageSheet

SCALES = (500, 750, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10_000, 15_000, 20_000, 25_000, 50_000)
HOUSE_PITCH_MM = 6.5
"""Paper from one house to the next that a number of three digits with its sign needs."""
CROWDED = 1.35
"""So much closer the houses may stand when that brings the whole village onto one page."""
SHEETS_N = 24
"""More map pages than this are not carried through a village: the scale gives way instead."""
CELL_MM = 50.0
LEGEND_MM = 62.0
HEAD_MM = 15.0
FOOT_MM = 9.0


@dataclass(frozen=True)
class Frame:
    """One map page: its number (0 where it is the only one), scale, and its south-west corner in metres."""

    number: int
    scale: int
    west: float
    south: float

    def cell(self, x: float, y: float, *, height_mm: float) -> str:
        """The grid cell of a place, as B3; columns from the west, rows from the north."""
        across = int((x - self.west) * 1000 / self.scale // CELL_MM)
        down = int((height_mm - (y - self.south) * 1000 / self.scale) // CELL_MM)
        return f"{chr(ord('A') + max(across, 0))}{max(down, 0) + 1}"


def map_size(size_mm: tuple[float, float] = A3) -> tuple[float, float]:
    """Width and height of the map itself on a page of that size, in mm."""
    return size_mm[0] - 2 * MARGIN_MM - LEGEND_MM, size_mm[1] - HEAD_MM - FOOT_MM - 2.0


def lay_out(sheet: VillageSheet, size_mm: tuple[float, float]) -> list[Frame]:
    """The pages of the map, west to east from the north.

    One page where the houses fit at a scale that keeps the numbers apart; otherwise pages of one scale that cover every
    house, without those that would be empty. A village without anything that has a place has none.
    """
    spots = _spots(sheet)
    if not len(spots):
        return []
    west, south = spots.min(axis=0)
    east, north = spots.max(axis=0)
    room = np.array(size_mm) - 16.0
    whole = next((s for s in SCALES if max((east - west) * 1000 / s - room[0], (north - south) * 1000 / s - room[1]) <= 0), SCALES[-1])
    wanted = _legible(spots)
    if whole <= max(wanted * CROWDED, 1000):
        centre = (west + east) / 2, (south + north) / 2
        return [Frame(0, whole, centre[0] - size_mm[0] * whole / 2000, centre[1] - size_mm[1] * whole / 2000)]
    frames: list[Frame] = []
    for scale in (s for s in SCALES if s >= wanted):
        frames = _tiles(spots, scale, size_mm)
        if len(frames) <= SHEETS_N:
            break
    return frames


def place_rows(sheet: VillageSheet, frames: list[Frame], size_mm: tuple[float, float]) -> pd.Series:
    """Where each row of the list is found on the map, as "B3" or, with several pages, "2-B3"; "" for what has no place."""
    out = pd.Series("", index=sheet.rows.index, dtype="str")
    for label, x, y in zip(sheet.rows.index, sheet.rows["x"], sheet.rows["y"], strict=True):
        frame = next((f for f in frames if holds(f, x, y, size_mm)), None)
        if frame is not None:
            out.loc[label] = (f"{frame.number}-" if frame.number else "") + frame.cell(x, y, height_mm=size_mm[1])
    return out


def _spots(sheet: VillageSheet) -> np.ndarray:
    rows = sheet.rows[["x", "y"]].to_numpy(dtype=float)
    own = sheet.buildings.geometry.to_numpy()
    own = own[~(shapely.is_missing(own) | shapely.is_empty(own))]
    inside = sheet.outline.buffer(100.0) if sheet.outline is not None else None
    rows = rows[~np.isnan(rows).any(axis=1)]
    if inside is not None and len(own):
        # a plate whose coordinate is in the next county must not shrink the map
        rows = rows[shapely.contains_xy(inside, rows)]
    corners = shapely.bounds(own)
    return np.vstack([rows, corners[:, :2], corners[:, 2:]]) if len(own) else rows


def _legible(spots: np.ndarray) -> int:
    """The smallest scale at which the numbers of neighbouring houses stand apart."""
    once = np.unique(np.round(spots), axis=0)
    if len(once) < 3:
        return 1000
    near = cKDTree(once).query(once, k=2)[0][:, 1]
    pitch = max(float(np.median(near[near > 0])) * 1.4, 8.0)
    return next((s for s in SCALES if s >= pitch * 1000 / HOUSE_PITCH_MM), SCALES[-1])


def _tiles(spots: np.ndarray, scale: int, size_mm: tuple[float, float]) -> list[Frame]:
    wide, high = (side * scale / 1000 for side in size_mm)
    west, south = spots.min(axis=0)
    east, north = spots.max(axis=0)
    across, down = int(np.ceil((east - west) / wide)) or 1, int(np.ceil((north - south) / high)) or 1
    left, low = (west + east - across * wide) / 2, (south + north - down * high) / 2
    frames: list[Frame] = []
    for row in range(down - 1, -1, -1):
        for column in range(across):
            x, y = left + column * wide, low + row * high
            if ((spots[:, 0] >= x) & (spots[:, 0] <= x + wide) & (spots[:, 1] >= y) & (spots[:, 1] <= y + high)).any():
                frames.append(Frame(len(frames) + 1, scale, x, y))
    return frames


def holds(frame: Frame, x: float, y: float, size_mm: tuple[float, float]) -> bool:
    """Whether a place lies on a page."""
    wide, high = (side * frame.scale / 1000 for side in size_mm)
    return bool(frame.west <= x < frame.west + wide and frame.south <= y < frame.south + high)
