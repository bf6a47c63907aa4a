"""What is written on a village map: numbers and signs at the houses, names along their streets; nothing covers anything else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely

from geo.export.palette import BLACK, GREY, SIGNS, WHITE, YELLOW
from geo.export.village_frames import SMALLEST_PT
from geo.export.village_looks import LOOKS
from geo.export.village_page import Box, MapPage

NUMBER_PT = SMALLEST_PT
STREET_PT = 10.0
_STREET = "#2b5f96"
_BADGE_MM = 1.75
_LONG = 2.2
"""So many times longer than broad are the doors of a place that it is a street and its name runs along it."""
_EVERY_MM = 130.0
_GROUP = re.compile(r"\d+组")


def draw_places(page: MapPage, here: pd.DataFrame, houses: np.ndarray) -> None:
    """Names of streets along their doors, of hamlets and groups in their middle, beside the houses where there is room.

    Parameters
    ----------
    here
        Rows of the sheet: place, code, x, y.
    houses
        Footprints on the sheet, in metres.
    """
    outlines = [shapely.polygons(page.mm(shapely.get_coordinates(p.exterior))) for p in shapely.get_parts(houses)]
    signs = page.mm(here.loc[here["code"].notna() & here["x"].notna(), ["x", "y"]].to_numpy(dtype=float))
    tree = shapely.STRtree([*outlines, *shapely.box(signs[:, 0] - 4, signs[:, 1] - 4, signs[:, 0] + 4, signs[:, 1] + 4)])
    placed = here[(here["place"].fillna("") != "") & here["x"].notna()]
    for place, rows in placed.groupby("place", sort=True):
        doors = page.mm(np.unique(rows[["x", "y"]].to_numpy(dtype=float), axis=0))
        for x, y, slope in _spots(doors, along=_GROUP.fullmatch(str(place)) is None):
            _write_place(page, str(place), x, y, slope, tree)


def draw_numbers(page: MapPage, here: pd.DataFrame) -> int:
    """Numbers and signs where there is room; returns how many numbers found none. What is to be done goes first."""
    once = here.assign(work=here["code"].notna(), lone=here["building_id"].isna())
    once["spot"] = once["building_id"].fillna(once["plate_id"]).fillna(once["address_id"]).fillna(once["finding_id"])
    first = once.drop_duplicates(["spot", "number"])
    numbers = first.groupby("spot", sort=False)["number"].agg(several)
    signs = once.dropna(subset="code").groupby("spot", sort=False)["code"].agg(lambda codes: list(dict.fromkeys(codes)))
    hatched = set(once.loc[once["plate"].isin([state for state, look in LOOKS.items() if look.hatch]), "spot"])
    spots = once.sort_values("work", ascending=False, kind="stable").drop_duplicates("spot")
    left_out = 0
    for spot, (x, y) in zip(spots["spot"], page.mm(spots[["x", "y"]].to_numpy(dtype=float)), strict=True):
        codes = signs.get(spot, [])
        for n, code in enumerate(codes[:3]):
            _badge(page, x + 3.4 * n - 1.7 * (min(len(codes), 3) - 1), y - (2.1 if numbers.get(spot) else 0.0), code)
        left_out += not _number(page, x, y + (1.8 if codes else 0.0), numbers.get(spot, ""), bold=bool(codes), clear=spot in hatched)
    return left_out


def draw_beyond(page: MapPage, rows: pd.DataFrame) -> None:
    """Numbers of houses that belong to the next sheet, in grey, where there is room."""
    for number, (x, y) in zip(rows["number"], page.mm(rows[["x", "y"]].to_numpy(dtype=float)), strict=True):
        w = page.paper.wide(number, NUMBER_PT)
        if number and page.take([(x - w / 2, y - 1.3, x + w / 2, y + 1.3)]):
            page.paper.text(x, y + 0.9, number, NUMBER_PT, align="C", colour=GREY)


def several(numbers: pd.Series) -> str:
    """One number, or the first of several and how many there are."""
    known = [n for n in numbers if n]
    return "" if not known else known[0] if len(known) == 1 else f"{known[0]}等{len(known)}"


def _badge(page: MapPage, x: float, y: float, code: str) -> None:
    fill, ink, sign = SIGNS.get(code, (GREY, WHITE, "?"))
    page.paper.disc(x, y, _BADGE_MM, fill=fill, width_mm=0.25, colour=BLACK if fill == YELLOW else WHITE)
    page.paper.text(x, y + 0.9, sign or "·", SMALLEST_PT, bold=True, align="C", colour=ink)
    page.take([(x - _BADGE_MM, y - _BADGE_MM, x + _BADGE_MM, y + _BADGE_MM)])


def _number(page: MapPage, x: float, y: float, number: str, *, bold: bool, clear: bool) -> bool:
    """Write a number near its place, on a cleared ground where the house is hatched; False where every place around is taken."""
    if not number:
        return True
    w, h = page.paper.wide(number, NUMBER_PT, bold=bold), 2.4
    for dx, dy in ((0, 0), (0, 2.6), (0, -2.6), (w / 2 + 2, 0), (-w / 2 - 2, 0), (w / 2 + 2, 2.2), (-w / 2 - 2, 2.2), (0, 5.0)):
        at = (x + dx - w / 2, y + dy - h / 2, x + dx + w / 2, y + dy + h / 2)
        if page.take([at]):
            if clear:
                page.paper.box(at[0] - 0.2, at[1], w + 0.4, h, fill=WHITE, colour=None)
            page.paper.text(x + dx, y + dy + 0.9, number, NUMBER_PT, bold=bold, align="C")
            return True
    page.paper.disc(x, y, 0.35, fill=BLACK, colour=None)
    return False


def _spots(doors: np.ndarray, *, along: bool) -> Iterator[tuple[float, float, float]]:
    """Where the name of a place stands and how it runs (degrees from the horizontal, anticlockwise)."""
    direction, long = _direction(doors)
    if not along or not long:
        x, y = np.median(doors, axis=0)
        yield float(x), float(y), 0.0
        return
    at = (doors - doors.mean(axis=0)) @ direction
    parts_n = int(np.ptp(at) // _EVERY_MM) + 1
    edges = np.linspace(at.min(), at.max() + 1e-6, parts_n + 1)
    for low, high in pairwise(edges):
        part = doors[(at >= low) & (at < high)]
        if len(part) < 2:  # one far door does not carry the name of its street
            continue
        own, straight = _direction(part)
        dx, dy = own if straight else direction
        x, y = np.median(part, axis=0)
        slope = float(np.degrees(np.arctan2(-dy, dx)))
        yield float(x), float(y), (slope + 90) % 180 - 90


def _direction(doors: np.ndarray) -> tuple[np.ndarray, bool]:
    """The main direction of doors, and whether they are far longer than broad."""
    if len(doors) < 4:
        return np.array([1.0, 0.0]), False
    size, axes = np.linalg.eigh(np.cov((doors - doors.mean(axis=0)).T))
    return axes[:, 1], bool(np.sqrt(max(size[1], 0.0)) > _LONG * np.sqrt(max(size[0], 1e-9)))


def _write_place(page: MapPage, name: str, x: float, y: float, slope: float, tree: shapely.STRtree) -> None:
    """Write a name where it covers the fewest houses; one that finds no room is left out."""
    paper, wide, high = page.paper, page.paper.wide(name, STREET_PT, bold=True), 3.6
    angle = np.radians(-slope)
    u, v = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    tried: list[tuple[int, float, float, float]] = []
    for along in (0.0, 12.0, -12.0, 24.0, -24.0):
        for beside in (0.0, 3.0, -3.0, 6.0, -6.0, 9.0, -9.0, 12.0, -12.0):
            cx, cy = np.array([x, y]) + u * along + v * beside
            corners = [(cx, cy) + u * a * wide / 2 + v * b * high / 2 for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            covered = len(tree.query(shapely.polygons(corners), predicate="intersects"))
            tried.append((covered, abs(along) + abs(beside), float(cx), float(cy)))
    for _, _, cx, cy in sorted(tried)[:20]:
        if page.take(list(_squares(cx, cy, u, wide, high))):
            base = np.array([cx, cy]) + v * 1.3
            paper.text(float(base[0]), float(base[1]), name, STREET_PT, bold=True, align="C", colour=_STREET, turn_degrees=slope)
            return


def _squares(cx: float, cy: float, u: np.ndarray, wide: float, high: float) -> Iterator[Box]:
    """A turned label as upright squares, for what has been taken."""
    n = max(int(np.ceil(wide / high)), 1)
    for k in range(n):
        x, y = np.array([cx, cy]) + u * ((k + 0.5) / n - 0.5) * wide
        yield float(x - high / 2), float(y - high / 2), float(x + high / 2), float(y + high / 2)
