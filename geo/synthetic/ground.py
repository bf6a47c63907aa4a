"""The ground of an invented town: boundary, villages, streets with bends, and the houses along them.

Everything is laid out in metres around an origin and vectorised over all houses; a loop runs over settlements' few
hundred streets at most. Order of the random draws is fixed, so one seed is one town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.synthetic import names, plots
from geo.synthetic.draft import Floats
from geo.synthetic.streets import SHED_SHARE, Curve, lay_streets, settle, spread

CRS = "EPSG:4544"
"""CGCS2000 / 3-degree Gauss-Kruger CM 105E, metres; the town lies near 106.2E 29.6N."""
ORIGIN_M = (616_200.0, 3_276_500.0)
_PER_KM2 = 480.0
_VILLAGE_N = 1250


@dataclass(frozen=True)
class Ground:
    """What stands where, before anybody numbers or registers it.

    villages: name, geometry. streets: street (index), name, market, geometry. houses: role {house, row, slab, hut,
    shed, big}, footprint, centre x/y, front x/y (the door), heading, width_m, depth_m, village and street (indices,
    street -1 in hamlets), place (text of the numbered row), number, doors_n (doors of a row), building_no (slabs).
    """

    villages: pd.DataFrame
    streets: pd.DataFrame
    houses: pd.DataFrame


def lay_ground(rng: np.random.Generator, *, buildings_n: int, pitch_ratio: float = 1.0) -> Ground:
    """Villages, streets and houses of a town with that many buildings, sheds included.

    Parameters
    ----------
    buildings_n
        Footprints wanted; met exactly unless the town is too small to hold its first street.
    pitch_ratio
        Gaps between houses, 1 = an ordinary town, below 1 denser.
    """
    radius_m = float(np.sqrt(buildings_n / _PER_KM2 / np.pi) * 1000.0)
    boundary = _boundary(rng, radius_m)
    settlements = settle(rng, boundary, buildings_n)
    villages = _villages(rng, boundary, settlements, buildings_n)
    curve = Curve(rng, settlements)
    streets = lay_streets(rng, settlements, curve, pitch_ratio)
    houses = plots.build(rng, streets, curve, pitch_ratio)
    houses = plots.clear(houses, streets, boundary, round(buildings_n * (1 - SHED_SHARE)))
    houses = plots.number(rng, plots.into_villages(houses, villages), villages)
    houses = pd.concat([houses, plots.sheds(rng, houses, streets, buildings_n - len(houses))], ignore_index=True)
    used = np.unique(houses["street"][houses["street"] >= 0])
    return Ground(villages, streets.loc[streets["street"].isin(used)].reset_index(drop=True), houses)


def _boundary(rng: np.random.Generator, radius_m: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    wave = sum(rng.uniform(0.02, 0.11) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 7))
    reach = (radius_m + 60.0) * (1.08 + wave)
    return shapely.Polygon(np.column_stack([ORIGIN_M[0] + reach * np.cos(angle), ORIGIN_M[1] + reach * np.sin(angle)]))


def _villages(rng: np.random.Generator, boundary: shapely.Polygon, settlements: pd.DataFrame, buildings_n: int) -> pd.DataFrame:
    count = max(5, round(buildings_n / _VILLAGE_N))
    anchor = settlements.loc[settlements["market"], ["x", "y"]].to_numpy()[:count]
    seeds = np.vstack([anchor + rng.uniform(-60, 60, anchor.shape), spread(rng, boundary, count)])[:count]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=boundary.buffer(500)))
    owner = shapely.STRtree(cells).query(shapely.points(seeds), predicate="within")
    cells = shapely.intersection(cells[owner[1][np.argsort(owner[0])]], boundary)
    cells = shapely.segmentize(cells, 22.0)
    xy = shapely.get_coordinates(cells)
    cells = shapely.set_coordinates(cells.copy(), np.round(xy + _wander(rng, xy, boundary), 2))
    kind = np.where(rng.random(count) < 0.25, "社区", "村").astype(object)
    kind[0] = "社区"
    return pd.DataFrame({"name": names.stems(rng, count) + kind, "geometry": [shapely.MultiPolygon([c]) if c.geom_type == "Polygon" else c for c in cells]})


def _wander(rng: np.random.Generator, xy: Floats, boundary: shapely.Polygon) -> Floats:
    """Displacement that depends on the place alone, so that neighbours keep one border; zero on the outer boundary."""
    shift = np.zeros_like(xy)
    for length_m, height_m in ((420.0, 26.0), (130.0, 8.0), (47.0, 2.5)):
        phase = rng.uniform(0, 2 * np.pi, 4)
        along = 2 * np.pi * (xy - np.array(ORIGIN_M)) / length_m
        shift[:, 0] += height_m * np.sin(along[:, 1] + phase[0]) * np.cos(0.6 * along[:, 0] + phase[1])
        shift[:, 1] += height_m * np.sin(along[:, 0] + phase[2]) * np.cos(0.6 * along[:, 1] + phase[3])
    inside_m = shapely.distance(shapely.points(xy), boundary.exterior)
    return np.asarray(shift * np.clip(inside_m / 120.0, 0, 1)[:, None], dtype=float)
