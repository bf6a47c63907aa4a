"""One sheet of a village map while it is drawn: from metres to paper, what is seen, and which spots labels have taken."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from geo.export.palette import BLACK
from geo.export.paper import MARGIN_MM, Paper
from geo.export.village_frames import CELL_MM, HEAD_MM, SMALLEST_PT, Frame
from geo.export.village_looks import draw_house
from geo.export.village_rows import VillageSheet

_CELL = 10.0
INK = "#4a5560"
Box = tuple[float, float, float, float]


class MapPage:
    """The map of one sheet: `mm` turns metres into paper, `take` keeps labels apart."""

    def __init__(self, paper: Paper, frame: Frame) -> None:
        self.paper, self.frame = paper, frame
        self.left, self.top = MARGIN_MM, HEAD_MM
        self.wide, self.high = frame.size_mm
        self._taken: dict[tuple[int, int], list[Box]] = {}

    def mm(self, xy: np.ndarray) -> np.ndarray:
        """Places in metres as mm from the upper left corner of the paper."""
        factor = 1000 / self.frame.scale
        out = np.empty((len(xy), 2))
        out[:, 0] = self.left + (xy[:, 0] - self.frame.west) * factor
        out[:, 1] = self.top + self.high - (xy[:, 1] - self.frame.south) * factor
        return np.round(out, 2)

    def sees(self, geometries: np.ndarray) -> np.ndarray:
        """Which geometries reach onto the map."""
        seen: np.ndarray = ~shapely.is_missing(geometries) & shapely.intersects(geometries, shapely.box(*self.frame.extent))
        return seen

    def take(self, boxes: Sequence[Box]) -> bool:
        """Whether all the boxes (x, y, x, y) are free and on the map; they are taken from now on."""
        if any(b[0] < self.left or b[1] < self.top or b[2] > self.left + self.wide or b[3] > self.top + self.high for b in boxes):
            return False
        if any(self._meets(box, other) for box in boxes for cell in _cells(box) for other in self._taken.get(cell, ())):
            return False
        for box in boxes:
            for cell in _cells(box):
                self._taken.setdefault(cell, []).append(box)
        return True

    @staticmethod
    def _meets(a: Box, b: Box) -> bool:
        return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def draw_ground(page: MapPage, sheet: VillageSheet, streets: gpd.GeoDataFrame | None) -> None:
    """Paper colour, streets where their lines are known, and the border of the village."""
    paper = page.paper
    paper.box(page.left, page.top, page.wide, page.high, fill="#fdfcf8", colour=None)
    if streets is not None and len(streets):
        lines = streets.geometry.to_numpy()
        for line in shapely.get_parts(lines[page.sees(lines)]):
            paper.path(page.mm(shapely.get_coordinates(line)), width_mm=1.6, colour="#e3ddd0")
    if sheet.outline is not None:
        for ring in shapely.get_rings(shapely.get_parts(sheet.outline)):
            paper.area(page.mm(shapely.get_coordinates(ring)), width_mm=0.45, colour="#8aa0b5", dash_mm=2.5)


def draw_houses(page: MapPage, shapes: np.ndarray, states: np.ndarray) -> None:
    """Footprints in the look of their state."""
    for shape, state in zip(shapes, states, strict=True):
        for part in shapely.get_parts(shape):
            draw_house(page.paper, page.mm(shapely.get_coordinates(part.exterior)), str(state))


def draw_grid(page: MapPage) -> None:
    """The frame of the map and the cells that the list names."""
    paper = page.paper
    paper.box(page.left, page.top, page.wide, page.high, width_mm=0.4)
    for n in range(int(page.wide // CELL_MM) + 1):
        x = page.left + n * CELL_MM
        if n:
            paper.line(x, page.top, x, page.top + page.high, width_mm=0.08, colour="#c3ccd4")
        middle = min(x + CELL_MM / 2, (x + page.left + page.wide) / 2)
        paper.text(middle, page.top - 0.8, chr(ord("A") + n), SMALLEST_PT, align="C", colour=INK)
    for n in range(int(page.high // CELL_MM) + 1):
        y = page.top + n * CELL_MM
        if n:
            paper.line(page.left, y, page.left + page.wide, y, width_mm=0.08, colour="#c3ccd4")
        middle = min(y + CELL_MM / 2, (y + page.top + page.high) / 2)
        paper.text(page.left - 2.2, middle, str(n + 1), SMALLEST_PT, align="C", colour=INK)


def draw_title(paper: Paper, name: str) -> None:
    """The heading of a sheet of the map."""
    told = paper.made.say(f"{name} 门楼牌核对工作图", f"{name}: work map of door plates")
    paper.text(MARGIN_MM, 10.5, told, 15, bold=True, colour=BLACK, width_mm=paper.width_mm - 2 * MARGIN_MM)


def _cells(box: Box) -> set[tuple[int, int]]:
    across = range(int(box[0] // _CELL), int(box[2] // _CELL) + 1)
    return {(x, y) for x in across for y in range(int(box[1] // _CELL), int(box[3] // _CELL) + 1)}
