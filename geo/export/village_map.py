"""The work map of a village on paper: footprints with their numbers, what is missing, street names, grid; in few, well filled sheets."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.export.palette import BLUE, WHITE
from geo.export.paper import Paper
from geo.export.village_frames import Frame, adjoining, place_rows
from geo.export.village_labels import draw_beyond, draw_numbers, draw_places
from geo.export.village_legend import draw_codes, draw_index, draw_key, draw_legend, draw_north, draw_paper, draw_scale, draw_sheets
from geo.export.village_looks import MISSING
from geo.export.village_page import MapPage, draw_grid, draw_ground, draw_houses, draw_title
from geo.export.village_rows import VillageSheet


def draw_maps(paper: Paper, sheet: VillageSheet, frames: Sequence[Frame], *, streets: gpd.GeoDataFrame | None = None) -> None:
    """Draw the sheets of the map, the overview first where there is one.

    Parameters
    ----------
    paper
        Document to add the pages to.
    sheet
        The village.
    frames
        From `lay_out`.
    streets
        Centrelines in the CRS of the result; without them streets are named where their doors stand, and no line is invented.
    """
    where = place_rows(sheet, frames)
    for frame in frames:
        if frame.number:
            _draw_page(paper, sheet, frame, frames, where, streets)
        else:
            _draw_overview(paper, sheet, frame, frames, where)


def _draw_page(
    paper: Paper, sheet: VillageSheet, frame: Frame, frames: Sequence[Frame], where: pd.Series, streets: gpd.GeoDataFrame | None
) -> None:
    paper.page(upright=frame.upright)
    page = MapPage(paper, frame)
    n = max(f.number for f in frames)
    of = paper.made.say(f" 图 {frame.number} / {n}", f", sheet {frame.number} of {n}") if len(frames) > 1 else ""
    draw_title(paper, f"{sheet.town}{sheet.name}{of}")
    x, y = (sheet.rows[c].to_numpy(dtype=float) for c in ("x", "y"))
    here, beyond = sheet.rows[frame.holds(x, y)], sheet.rows[frame.holds(x, y, own=False) & ~frame.holds(x, y)]
    shapes, states = _houses(page, sheet)
    with paper.window(page.left, page.top, page.wide, page.high):
        draw_ground(page, sheet, streets)
        for last in (False, True):  # the thick outlines last, so that no neighbour covers them
            drawn = np.isin(states, MISSING) == last
            draw_houses(page, shapes[drawn], states[drawn])
        _draw_lone(page, here)
        draw_places(page, pd.concat([here, beyond]), shapes)
        left_out = draw_numbers(page, here)
        draw_beyond(page, beyond.drop_duplicates(["building_id", "number"]))
    draw_grid(page)
    _draw_adjoining(page, frames)
    _draw_margin(page, here, frames, where, left_out)


def _draw_margin(page: MapPage, here: pd.DataFrame, frames: Sequence[Frame], where: pd.Series, left_out: int) -> None:
    paper, frame, x = page.paper, page.frame, page.left + page.wide + 4.0
    counts = here.drop_duplicates(["building_id", "plate_id", "address_id"])["plate"].value_counts()
    y = draw_legend(paper, x, page.top, codes=here.loc[here["open"], "code"], plates=counts, left_out_n=left_out, several=len(frames) > 2)
    draw_north(paper, x + 8.0, y + 6.0)
    draw_scale(paper, x + 20.0, y + 10.0, scale=frame.scale)
    draw_paper(paper, x, y + 21.0, upright=frame.upright)
    end = page.top + page.high
    if len(frames) > 2:
        end -= 46.0
        draw_key(paper, frames, frame, x, end + 6.0)
    draw_index(paper, x, y + 32.0, end, rows=here, where=where)


def _houses(page: MapPage, sheet: VillageSheet) -> tuple[np.ndarray, np.ndarray]:
    """Footprints on the sheet and the state each is drawn in; those of an adjoining sheet are `beyond`."""
    worst = sheet.rows.assign(rank=sheet.rows["plate"].map({"none": 0, "numbered": 1, "damaged": 2}).fillna(3))
    worst = worst.sort_values("rank", kind="stable").dropna(subset="building_id").drop_duplicates("building_id")
    plate = worst.set_index("building_id")["plate"].replace("unknown", "up")
    shapes = sheet.buildings.geometry.to_numpy()
    seen = page.sees(shapes)
    states = plate.reindex(sheet.buildings["building_id"]).fillna("free").to_numpy(dtype=str)[seen]
    points = shapely.point_on_surface(shapes[seen])
    own = page.frame.holds(shapely.get_x(points), shapely.get_y(points))
    return shapes[seen], np.where(own, states, "beyond")


def _draw_lone(page: MapPage, here: pd.DataFrame) -> None:
    """Plates and addresses that stand on no building: a cross, so that somebody goes and looks."""
    lone = here[here["building_id"].isna()]
    for x, y in page.mm(lone[["x", "y"]].to_numpy(dtype=float)):
        for dx in (-1.0, 1.0):
            page.paper.line(x - dx, y - 1.0, x + dx, y + 1.0, width_mm=0.45, colour=BLUE)


def _draw_adjoining(page: MapPage, frames: Sequence[Frame]) -> None:
    """On each side that borders on another sheet, which one; and the line up to which houses belong to this sheet."""
    paper, frame = page.paper, page.frame
    west, south, east, north = (float(v) for v in frame.own)
    for value, upright, inside in ((west, True, 0), (east, True, 0), (south, False, 1), (north, False, 1)):
        low, high = frame.extent[inside], frame.extent[inside + 2]
        if not low < value < high:
            continue
        at = page.mm(np.array([[value, value]]))[0]
        if upright:
            paper.line(at[0], page.top, at[0], page.top + page.high, width_mm=0.35, colour=BLUE, dash_mm=4.0)
        else:
            paper.line(page.left, at[1], page.left + page.wide, at[1], width_mm=0.35, colour=BLUE, dash_mm=4.0)
    for side, middle, number in adjoining(frame, frames):
        told = paper.made.say(f"接图 {number}", f"to sheet {number}")
        x, y = page.mm(np.array([[middle, middle]]))[0]
        w = paper.wide(told, 9, bold=True) + 3
        x = {"W": page.left + w / 2, "E": page.left + page.wide - w / 2}.get(side, x)
        y = {"N": page.top + 2.75, "S": page.top + page.high - 2.75}.get(side, y)
        x = float(np.clip(x, page.left + w / 2, page.left + page.wide - w / 2))
        paper.box(x - w / 2, y - 2.75, w, 5.5, fill=WHITE, width_mm=0.35, colour=BLUE)
        paper.text(x, y + 1.15, told, 9, bold=True, align="C", colour=BLUE)


def _draw_overview(paper: Paper, sheet: VillageSheet, overview: Frame, frames: Sequence[Frame], where: pd.Series) -> None:
    """All sheets at a glance: what each holds, how much is to do on it, what is on none of them, and where every street is."""
    paper.page(upright=overview.upright)
    draw_title(paper, f"{sheet.town}{sheet.name}" + paper.made.say(" 图 0 分幅总图", ", sheet 0, index of sheets"))
    page = MapPage(paper, overview)
    shapes, states = _houses(page, sheet)
    off = sheet.rows[where.str.startswith("0-")]
    with paper.window(page.left, page.top, page.wide, page.high):
        draw_ground(page, sheet, None)
        draw_houses(page, shapes, states)
        for frame in frames:
            if frame.number:
                (x1, y2), (x2, y1) = page.mm(np.array([frame.extent[:2], frame.extent[2:]]))
                paper.box(x1, y1, x2 - x1, y2 - y1, width_mm=0.7, colour=BLUE)
        for frame in frames:
            if frame.number:
                _draw_sheet_name(page, sheet, frame)
        _draw_lone(page, off)
        draw_numbers(page, off)
        draw_places(page, sheet.rows[~where.str.startswith("0-")], shapes)
    draw_grid(page)
    x = page.left + page.wide + 4.0
    y = draw_sheets(paper, x, page.top, frames, where=where, codes=sheet.codes)
    if len(off):
        y = draw_codes(paper, x, y + 4, off.loc[off["open"], "code"])
    draw_north(paper, x + 8.0, y + 8.0)
    draw_scale(paper, x + 20.0, y + 12.0, scale=overview.scale)
    draw_paper(paper, x, y + 23.0, upright=overview.upright)
    draw_index(paper, x, y + 34.0, page.top + page.high, rows=sheet.rows, where=where)


def _draw_sheet_name(page: MapPage, sheet: VillageSheet, frame: Frame) -> None:
    """The number of a sheet in the corner of its own part."""
    paper, (west, _, _, north) = page.paper, frame.extent
    x, y = page.mm(np.array([[max(west, frame.own[0]), min(north, frame.own[3])]]))[0]
    held = frame.holds(*(sheet.rows[c].to_numpy(dtype=float) for c in ("x", "y")))
    todo = int((sheet.codes.notna() & held).sum())
    name, told = paper.made.say(f"图 {frame.number}", f"Sheet {frame.number}"), paper.made.say(f"待核 {todo} 件", f"{todo} to check")
    wide = max(paper.wide(name, 14, bold=True), paper.wide(told, 8)) + 4
    if page.take([(x + 1, y + 1, x + wide + 1, y + 14)]):
        paper.box(x + 1, y + 1, wide, 12.5, fill=WHITE, colour=None)
    paper.text(x + 3, y + 7.5, name, 14, bold=True, colour=BLUE)
    paper.text(x + 3, y + 12, told, 8, colour=BLUE)
