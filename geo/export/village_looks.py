"""How a house looks on a printed map by the state of its plate: colour, line and hatching, so that a copy in grey tells it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import shapely

from geo.export.palette import BLACK, GREY, PALE, VERMILLION, WHITE
from geo.export.paper import Paper, Points

_HATCH_MM = 1.5


@dataclass(frozen=True)
class Look:
    """Words of the legend, fill, outline and its width and dashes, and the directions of its hatching (1 rising, -1 falling)."""

    zh: str
    en: str
    fill: str
    colour: str
    width_mm: float
    dash_mm: float = 0.0
    hatch: tuple[int, ...] = ()


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "up": Look("已挂牌", "plate on the wall", PALE, "#5b6b7a", 0.15),
        "none": Look("无号无牌", "neither number nor plate", "#fbd9c6", VERMILLION, 0.7, hatch=(1, -1)),
        "numbered": Look("有号未挂牌", "number, but no plate", "#fdeec9", BLACK, 0.55),
        "damaged": Look("牌破损缺失", "plate damaged or missing", "#efd9e6", BLACK, 0.55, 2.0, (1,)),
        "free": Look("不编门牌", "needs no number", WHITE, GREY, 0.12),
        "beyond": Look("属邻图，号码见邻图", "on the next sheet", WHITE, GREY, 0.12, 0.6),
    }
)
"""State of the plate -> look. free needs none; beyond belongs to an adjoining sheet."""
MISSING = ("none", "numbered", "damaged")


def draw_house(paper: Paper, points: Points, state: str) -> None:
    """Draw an outline, in mm, in the look of a state."""
    look = LOOKS[state]
    paper.area(points, fill=look.fill, colour=None)
    for rising in look.hatch:
        for line in _hatching(points, rising):
            paper.path(line, width_mm=0.14, colour=look.colour)
    paper.area(points, width_mm=look.width_mm, colour=look.colour, dash_mm=look.dash_mm)


def _hatching(points: Points, rising: int) -> list[np.ndarray]:
    """Parallel lines across a shape; y grows downwards on paper."""
    shape = shapely.make_valid(shapely.polygons(np.asarray(points, dtype=float)))
    west, north, east, south = shapely.bounds(shape)
    if not east > west:
        return []
    slope = -rising
    # y = c + slope x: the offsets of the lines that meet the shape, counted from nought so that neighbours' lines match
    ends = [y - slope * x for x in (west, east) for y in (north, south)]
    starts = np.arange(np.ceil(min(ends) / _HATCH_MM), np.floor(max(ends) / _HATCH_MM) + 1) * _HATCH_MM
    if not len(starts):
        return []
    lines = [shapely.linestrings([(west, c + slope * west), (east, c + slope * east)]) for c in starts]
    cut = shapely.intersection(np.array(lines, dtype=object), shape)
    return [shapely.get_coordinates(one).round(2) for one in shapely.get_parts(cut) if shapely.get_type_id(one) == 1]
