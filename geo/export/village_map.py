"""The work map of a village on paper: footprints with their numbers, what is missing, streets, grid; in as many pages as it takes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.export.palette import BLACK, BLUE, GREY, PALE, SIGNS, VERMILLION, WHITE, YELLOW
from geo.export.paper import MARGIN_MM, Paper
from geo.export.village_frames import CELL_MM, HEAD_MM, SCALES, Frame, holds, map_size
from geo.export.village_legend import draw_legend, draw_north, draw_scale
from geo.export.village_rows import VillageSheet


def draw_maps(paper: Paper, sheet: VillageSheet, frames: list[Frame], *, streets: gpd.GeoDataFrame | None = None) -> None:
    """Draw the map pages; with several, an overview of them first.

    Parameters
    ----------
    paper
        Document to add the pages to.
    sheet
        The village.
    frames
        From `lay_out`.
    streets
        Centrelines with `name`, in the CRS of the result; without them streets are named where their numbers stand.
    """
    size = map_size((paper.width_mm, paper.height_mm))
    if len(frames) > 1:
        _draw_overview(paper, sheet, frames, size)
    for frame in frames:
        _draw_page(paper, sheet, frame, frames, size, streets)


class _Sheet:
    """One page while it is drawn: from metres to mm, and which spots labels have taken."""

    def __init__(self, paper: Paper, frame: Frame, size_mm: tuple[float, float]) -> None:
        self.paper, self.frame, self.size_mm = paper, frame, size_mm
        self.left, self.top = MARGIN_MM, HEAD_MM
        self.taken: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}

    def mm(self, xy: np.ndarray) -> np.ndarray:
        factor = 1000 / self.frame.scale
        out = np.empty((len(xy), 2))
        out[:, 0] = self.left + (xy[:, 0] - self.frame.west) * factor
        out[:, 1] = self.top + self.size_mm[1] - (xy[:, 1] - self.frame.south) * factor
        return np.round(out, 2)

    def inside(self, geometries: np.ndarray) -> np.ndarray:
        wide, high = (side * self.frame.scale / 1000 for side in self.size_mm)
        view = shapely.box(self.frame.west, self.frame.south, self.frame.west + wide, self.frame.south + high)
        seen: np.ndarray = ~shapely.is_missing(geometries) & shapely.intersects(geometries, view)
        return seen

    def take(self, x: float, y: float, w: float, h: float) -> bool:
        """Whether the rectangle is free; it is taken from now on."""
        box = (x, y, x + w, y + h)
        cells = {(int(cx // 10), int(cy // 10)) for cx in (box[0], box[2]) for cy in (box[1], box[3])}
        for cell in cells:
            for other in self.taken.get(cell, ()):
                if box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]:
                    return False
        for cell in cells:
            self.taken.setdefault(cell, []).append(box)
        return True


def _draw_page(
    paper: Paper, sheet: VillageSheet, frame: Frame, frames: list[Frame], size: tuple[float, float], streets: gpd.GeoDataFrame | None
) -> None:
    paper.page()
    page = _Sheet(paper, frame, size)
    name = f"{sheet.town}{sheet.name}" + (
        paper.made.say(f" 图 {frame.number} / {len(frames)}", f", sheet {frame.number} of {len(frames)}") if frame.number else ""
    )
    _title(paper, name)
    with paper.window(page.left, page.top, *size):
        _draw_ground(page, sheet, streets)
        here = _rows_here(page, sheet)
        _draw_buildings(page, sheet, here)
        _draw_lone(page, here)
        left_out = _draw_labels(page, here)
        _draw_places(page, here, named=streets is not None)
    _draw_grid(page)
    x = page.left + size[0] + 4.0
    counts = here.drop_duplicates(["building_id", "plate_id", "address_id"])["plate"].value_counts()
    y = draw_legend(paper, x, page.top, codes=here["code"].dropna(), plates=counts, left_out_n=left_out)
    draw_north(paper, x + 8.0, y + 6.0)
    draw_scale(paper, x + 20.0, y + 12.0, scale=frame.scale)
    if frame.number:
        _draw_key(paper, frames, frame, x, page.top + size[1] - 46.0)


def _title(paper: Paper, name: str) -> None:
    paper.text(MARGIN_MM, 10.5, paper.made.say(f"{name} 门楼牌核对工作图", f"{name}: work map of door plates"), 15, bold=True)


def _rows_here(page: _Sheet, sheet: VillageSheet) -> pd.DataFrame:
    rows = sheet.rows
    here = np.array([holds(page.frame, x, y, page.size_mm) for x, y in zip(rows["x"], rows["y"], strict=True)], dtype=bool)
    return rows[here]


def _draw_ground(page: _Sheet, sheet: VillageSheet, streets: gpd.GeoDataFrame | None) -> None:
    paper = page.paper
    paper.box(page.left, page.top, *page.size_mm, fill="#fdfcf8", colour=None)
    if streets is not None and len(streets):
        lines = streets.geometry.to_numpy()
        for line in shapely.get_parts(lines[page.inside(lines)]):
            paper.path(page.mm(shapely.get_coordinates(line)), width_mm=1.6, colour="#e3ddd0")
    if sheet.outline is not None:
        for ring in shapely.get_rings(shapely.get_parts(sheet.outline)):
            paper.area(page.mm(shapely.get_coordinates(ring)), width_mm=0.45, colour="#8aa0b5", dash_mm=2.5)


def _draw_buildings(page: _Sheet, sheet: VillageSheet, here: pd.DataFrame) -> None:
    """Footprints: what needs no plate white, what is in order pale, what is missing outlined thick and tinted."""
    worst = here.assign(rank=here["plate"].map({"none": 0, "numbered": 1, "damaged": 2}).fillna(3)).sort_values("rank", kind="stable")
    plate = worst.dropna(subset="building_id").drop_duplicates("building_id").set_index("building_id")["plate"]
    shapes = sheet.buildings.geometry.to_numpy()
    seen = page.inside(shapes)
    states = plate.reindex(sheet.buildings["building_id"]).to_numpy()
    for missing in (False, True):  # the thick outlines last, so that no neighbour covers them
        for shape, state in zip(shapes[seen], states[seen], strict=True):
            if (state in ("none", "numbered", "damaged")) is not missing:
                continue
            fill, width, colour = _look(state)
            for part in shapely.get_parts(shape):
                page.paper.area(page.mm(shapely.get_coordinates(part.exterior)), fill=fill, width_mm=width, colour=colour)


def _look(state: object) -> tuple[str, float, str]:
    if state == "none":
        return "#fbd9c6", 0.7, VERMILLION
    if state in ("numbered", "damaged"):
        return "#fdeec9", 0.55, BLACK
    return (PALE, 0.15, "#5b6b7a") if state in ("up", "unknown") else (WHITE, 0.12, GREY)


def _draw_lone(page: _Sheet, here: pd.DataFrame) -> None:
    """Plates and addresses that stand on no building: a cross, so that somebody goes and looks."""
    lone = here[here["building_id"].isna()]
    for x, y in page.mm(lone[["x", "y"]].to_numpy(dtype=float)):
        for dx in (-1.0, 1.0):
            page.paper.line(x - dx, y - 1.0, x + dx, y + 1.0, width_mm=0.45, colour=BLUE)


def _draw_labels(page: _Sheet, here: pd.DataFrame) -> int:
    """Numbers and signs where there is room; returns how many numbers found none. What is to be done goes first."""
    once = here.assign(work=here["code"].notna(), lone=here["building_id"].isna())
    once["spot"] = once["building_id"].fillna(once["plate_id"]).fillna(once["address_id"]).fillna(once["finding_id"])
    first = once.drop_duplicates(["spot", "number"])
    numbers = first.groupby("spot", sort=False)["number"].agg(_several)
    signs = once.dropna(subset="code").groupby("spot", sort=False)["code"].agg(lambda codes: list(dict.fromkeys(codes)))
    spots = once.sort_values("work", ascending=False, kind="stable").drop_duplicates("spot")
    left_out = 0
    for spot, (x, y) in zip(spots["spot"], page.mm(spots[["x", "y"]].to_numpy(dtype=float)), strict=True):
        codes = signs.get(spot, [])
        for n, code in enumerate(codes[:3]):
            _badge(page, x + 3.1 * n - 1.55 * (min(len(codes), 3) - 1), y - (1.9 if numbers.get(spot) else 0.0), code)
        left_out += not _number(page, x, y + (1.7 if codes else 0.0), numbers.get(spot, ""), bold=bool(codes))
    return left_out


def _several(numbers: pd.Series) -> str:
    known = [n for n in numbers if n]
    return "" if not known else known[0] if len(known) == 1 else f"{known[0]}等{len(known)}"


def _badge(page: _Sheet, x: float, y: float, code: str) -> None:
    fill, ink, sign = SIGNS.get(code, (GREY, WHITE, "?"))
    page.paper.disc(x, y, 1.6, fill=fill, width_mm=0.25, colour=BLACK if fill == YELLOW else WHITE)
    page.paper.text(x, y + 0.85, sign or "·", 6.2, bold=True, align="C", colour=ink)
    page.take(x - 1.6, y - 1.6, 3.2, 3.2)


def _number(page: _Sheet, x: float, y: float, number: str, *, bold: bool) -> bool:
    """Write a number near its place; False where every place around is taken."""
    if not number:
        return True
    size_pt = 6.2
    w, h = page.paper.wide(number, size_pt, bold=bold), 2.1
    for dx, dy in ((0, 0), (0, 2.3), (0, -2.3), (w / 2 + 2, 0), (-w / 2 - 2, 0), (w / 2 + 2, 2), (-w / 2 - 2, 2)):
        if page.take(x + dx - w / 2, y + dy - h / 2, w, h):
            page.paper.text(x + dx, y + dy + 0.8, number, size_pt, bold=bold, align="C")
            return True
    page.paper.disc(x, y, 0.35, fill=BLACK, colour=None)
    return False


def _draw_places(page: _Sheet, here: pd.DataFrame, *, named: bool) -> None:
    """Streets, hamlets and groups, in grey where their numbers stand; a name that finds no room is left out."""
    placed = here[here["place"].fillna("") != ""]
    for place, rows in placed.groupby("place", sort=True):
        x, y = page.mm(np.array([[rows["x"].median(), rows["y"].median()]]))[0]
        size_pt = 8.5 if len(rows) > 3 else 7.0
        w = page.paper.wide(str(place), size_pt, bold=True)
        for dy in (-4.5, 5.5, -8.0, 9.0, -12.0, 13.0, -16.0, 17.0):
            if page.take(x - w / 2, y + dy - 1.6, w, 3.2):
                page.paper.text(x, y + dy + 1.2, str(place), size_pt, bold=True, align="C", colour="#35618c" if named else "#3b6ea3")
                break


def _draw_grid(page: _Sheet) -> None:
    paper, (wide, high) = page.paper, page.size_mm
    paper.box(page.left, page.top, wide, high, width_mm=0.4)
    for n in range(int(wide // CELL_MM) + 1):
        x = page.left + n * CELL_MM
        if n:
            paper.line(x, page.top, x, page.top + high, width_mm=0.08, colour="#c3ccd4")
        paper.text(min(x + CELL_MM / 2, (x + page.left + wide) / 2), page.top - 0.8, chr(ord("A") + n), 7, align="C", colour="#4a5560")
    for n in range(int(high // CELL_MM) + 1):
        y = page.top + n * CELL_MM
        if n:
            paper.line(page.left, y, page.left + wide, y, width_mm=0.08, colour="#c3ccd4")
        paper.text(page.left - 2.2, min(y + CELL_MM / 2, (y + page.top + high) / 2), str(n + 1), 7, align="C", colour="#4a5560")


def _draw_overview(paper: Paper, sheet: VillageSheet, frames: list[Frame], size: tuple[float, float]) -> None:
    """All pages at a glance: outlines of the pages over the footprints, with how much there is to do on each."""
    paper.page()
    _title(paper, f"{sheet.town}{sheet.name}" + paper.made.say(" 分幅总图", ", index of sheets"))
    west = min(f.west for f in frames)
    south = min(f.south for f in frames)
    wide, high = (side * frames[0].scale / 1000 for side in size)
    extent = max(f.west for f in frames) + wide - west, max(f.south for f in frames) + high - south
    scale = next((s for s in SCALES if extent[0] * 1000 / s <= size[0] and extent[1] * 1000 / s <= size[1]), SCALES[-1])
    page = _Sheet(
        paper, Frame(0, scale, west - (size[0] * scale / 1000 - extent[0]) / 2, south - (size[1] * scale / 1000 - extent[1]) / 2), size
    )
    with paper.window(page.left, page.top, *size):
        _draw_ground(page, sheet, None)
        _draw_buildings(page, sheet, sheet.rows)
        for frame in frames:
            corners = page.mm(np.array([[frame.west, frame.south], [frame.west + wide, frame.south + high]]))
            (x1, y2), (x2, y1) = corners
            inside = [holds(frame, x, y, size) for x, y in zip(sheet.rows["x"], sheet.rows["y"], strict=True)]
            todo = int((sheet.rows["code"].notna() & np.array(inside, dtype=bool)).sum())
            paper.box(x1, y1, x2 - x1, y2 - y1, width_mm=0.6, colour=BLUE)
            paper.text(x1 + 2, y1 + 7, paper.made.say(f"图 {frame.number}", f"Sheet {frame.number}"), 14, bold=True, colour=BLUE)
            paper.text(x1 + 2, y1 + 11.5, paper.made.say(f"待核 {todo} 件", f"{todo} to check"), 8, colour=BLUE)
    paper.box(page.left, page.top, *size, width_mm=0.4)
    x = page.left + size[0] + 4.0
    draw_north(paper, x + 8.0, page.top + 8.0)
    draw_scale(paper, x + 20.0, page.top + 14.0, scale=scale)


def _draw_key(paper: Paper, frames: list[Frame], here: Frame, x: float, y: float) -> None:
    """Which page lies where, small, with this one filled."""
    wests, souths = sorted({f.west for f in frames}), sorted({f.south for f in frames}, reverse=True)
    side = min(54.0 / len(wests), 36.0 / len(souths), 12.0)
    paper.text(x, y - 1.5, paper.made.say("图幅位置", "sheets"), 8, bold=True)
    for frame in frames:
        cx, cy = x + wests.index(frame.west) * side, y + souths.index(frame.south) * side
        paper.box(cx, cy, side, side, fill=PALE if frame is here else None, width_mm=0.3)
        paper.text(cx + side / 2, cy + side / 2 + 1, str(frame.number), 7, bold=frame is here, align="C")
