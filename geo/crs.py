"""Coordinate systems of Chinese deliveries: GCJ-02 and BD-09, CGCS2000 zones, and the fit of a layer to the footprints.

Inside this module a coordinate is always (x = east, y = north) or (longitude, latitude): pyproj is only called with
always_xy, because every Chinese system of the EPSG register puts north first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.points import Points, absent, coordinates, nowhere
from geo.threads import in_threads

Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[Any]
"""Shapely shapes (None: none), or points as pairs of numbers (`geo.points`)."""

GEOGRAPHIC = "EPSG:4490"
"""CGCS2000 degrees; what a bare longitude and latitude in China mean."""
FIT_N = 50
"""Fewest points a datum is told from; of 12,600 simulated layers none with more than ten passed a wrong one."""
FIT_Z = 3.0
"""Paired t a hypothesis must reach against the declared position."""
FIT_GAIN = 0.05
"""Least gain of the mean score; below it two hypotheses are as good as each other, however many the points."""
FIT_SCORE = 0.30
"""A hypothesis that leaves most points off the footprints explains nothing (foreign points reach 0.03-0.06 in a village)."""
FIT_SCALE_M = 4.0
"""Length scale of the score exp(-(d / scale)^2)."""
_REACHES_M = (4.0, 12.0, 30.0)
"""How far to look for the nearest footprint, nearest first: most points hang on one. Beyond the last a point scores nothing."""
SAMPLE_N = 2000
"""Most shapes of a layer that are asked where it lies."""

_A = 6378245.0
_E2 = 0.00669342162296594323
_BD_K = np.pi * 3000.0 / 180.0


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 position (degrees) of WGS84 or CGCS2000 degrees; unchanged outside 72.004..137.8347 E, 0.8293..55.8271 N.

    Source: the published transformation; check value (116.397389, 39.908860) -> (116.403633, 39.910263).
    """
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    radians = np.radians(lat)
    m = 1 - _E2 * np.sin(radians) ** 2
    there = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    moved_lat = lat + north * 180 / (np.pi * _A * (1 - _E2) / m**1.5)
    moved_lon = lon + east * 180 / (np.pi * _A * np.cos(radians) / np.sqrt(m))
    return np.where(there, moved_lon, lon), np.where(there, moved_lat, lat)


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 position (degrees) of GCJ-02 degrees."""
    z = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_K)
    t = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_K)
    return z * np.cos(t) + 0.0065, z * np.sin(t) + 0.006


def wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 position (degrees) of WGS84 or CGCS2000 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS84 (CGCS2000) position of GCJ-02 degrees, to better than 0.001 mm."""
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS84 (CGCS2000) position of BD-09 degrees, to better than 0.001 mm."""
    return _inverse(wgs84_to_bd09, lon, lat)


def swap(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The two coordinates exchanged."""
    return lat, lon


CORRECTIONS: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
    "swap": swap,
    "gcj02_twice": lambda lon, lat: gcj02_to_wgs84(*gcj02_to_wgs84(lon, lat)),
    "overcorrected": wgs84_to_gcj02,
}
"""What each word of `datum_correction` does to the longitude and latitude of a layer. gcj02_twice was put into GCJ-02 twice;
overcorrected was taken out of it once too often, or its footprints are in GCJ-02 themselves."""


def zone_crs(lon: float, lat: float) -> str:
    """Working CRS of a place: its CGCS2000 3-degree zone without prefix in China's range, else its UTM zone.

    Parameters
    ----------
    lon, lat
        Degrees of the middle of the place.
    """
    if 73.5 <= lon < 136.5 and 3.0 <= lat <= 54.0:
        return f"EPSG:{4534 + int((lon + 1.5) // 3) - 25}"
    zone = int((lon + 180.0) // 6) % 60 + 1
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def prefixed_crs(easting: float) -> str | None:
    """CGCS2000 system named by the zone prefix of an 8-digit easting; None where the number carries no zone.

    3-degree zones have the prefixes 25-45, 6-degree zones 13-23.
    """
    prefix = int(easting // 1_000_000)
    if 25 <= prefix <= 45:
        return f"EPSG:{4513 + prefix - 25}"
    if 13 <= prefix <= 23:
        return f"EPSG:{4491 + prefix - 13}"
    return None


def plane_systems(lon: float) -> tuple[str, ...]:
    """Plane systems without prefix that a place at this longitude is delivered in, each different from the others."""
    three, six = int((lon + 1.5) // 3), int(lon // 6) + 1
    near = [f"EPSG:{4534 + z - 25}" for z in (three - 1, three, three + 1) if 25 <= z <= 45]
    # A 6-degree zone whose central meridian is that of a 3-degree zone holds the same numbers.
    wide = [f"EPSG:{4502 + z - 13}" for z in (six - 1, six, six + 1) if 13 <= z <= 23 and 2 * z - 1 not in (three - 1, three, three + 1)]
    island = ["EPSG:3825", "EPSG:3826"] if 116.0 <= lon <= 124.0 else []
    return (*near, *wide, *island, f"EPSG:{32601 + int((lon + 180.0) // 6) % 60}", "EPSG:3857")


def transform_xy(x: Floats, y: Floats, source: str | pyproj.CRS, target: str | pyproj.CRS) -> tuple[Floats, Floats]:
    """Coordinates of `source` in `target`, east before north on both sides; what cannot be transformed becomes inf."""
    step = _between(source, target)
    if step is None:
        return np.asarray(x, float), np.asarray(y, float)
    out = step.transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(out[0], float), np.asarray(out[1], float)


def reproject(shapes: Shapes, source: str | pyproj.CRS, target: str | pyproj.CRS) -> Shapes:
    """Shapes or points of `source` in `target`; None stays None, Z and M are dropped."""
    if _between(source, target) is None:  # nothing to move: the shapes themselves, not rebuilt from their vertices
        if shapes.dtype != object:
            return shapes
        return np.asarray(shapely.force_2d(shapes)) if (shapely.get_coordinate_dimension(shapes) > 2).any() else shapes
    return move(shapes, lambda x, y: transform_xy(x, y, source, target))


def move(shapes: Shapes, step: Callable[[Floats, Floats], tuple[Floats, Floats]]) -> Shapes:
    """Shapes with every vertex (x, y), or points, replaced by step(x, y), all in one call; None stays None."""
    if shapes.dtype != object:
        there, pairs = ~absent(shapes), nowhere(len(shapes))
        moved = np.column_stack(step(*shapes[there].T))
        # a point that no step can place is not none: it lies farther than anything
        pairs[there] = np.where(np.isnan(moved), np.inf, moved)
        return pairs
    flat = shapely.force_2d(shapes) if shapely.has_z(shapes).any() else shapes
    moved = shapely.transform(flat, lambda xy: np.column_stack(step(xy[:, 0], xy[:, 1])))
    return np.asarray(moved, dtype=object)


def without(shapes: Shapes, rows: npt.NDArray[np.bool_]) -> Shapes:
    """Shapes with none in the given rows."""
    out = shapes.copy()
    out[rows] = None
    return out


def evenly(shapes: Shapes, n: int) -> Shapes:
    """At most n of the shapes, evenly from first to last."""
    if len(shapes) <= n:
        return shapes
    return shapes[np.unique(np.linspace(0, len(shapes) - 1, n).astype(int))]


@dataclass(frozen=True)
class Fit:
    """How a layer lies on the footprints.

    score is the mean of exp(-(d / 4 m)^2) over points_n points under `hypothesis`, z the paired t against the declared
    position; dx_m, dy_m the rigid shift to add after the hypothesis, `shifted` whether it passed its gate (else it is only a
    proposal); applied whether hypothesis or shift passed its gate. scores holds the mean score of every hypothesis tried.
    """

    hypothesis: str = "as_is"
    dx_m: float = 0.0
    dy_m: float = 0.0
    score: float = np.nan
    z: float = np.nan
    points_n: int = 0
    shifted: bool = False
    applied: bool = False
    scores: dict[str, float] = field(default_factory=dict)


def hypotheses(shapes: Shapes, crs: str, *, only: str | None = None) -> dict[str, Shapes]:
    """The layer under each datum: as it is, and under each of CORRECTIONS; all in the working CRS.

    Parameters
    ----------
    shapes
        Layer in the working CRS, no None.
    only
        The one hypothesis that is wanted.
    """
    lonlat = reproject(shapes, crs, GEOGRAPHIC) if only != "as_is" else shapes
    wanted = {name: correct for name, correct in CORRECTIONS.items() if only in (None, name)}
    out = {name: move(lonlat, functools.partial(_corrected_xy, correct, crs)) for name, correct in wanted.items()}
    return out if only in CORRECTIONS else {"as_is": shapes, **out}


def _corrected_xy(correct: Callable[[Floats, Floats], tuple[Floats, Floats]], crs: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return transform_xy(*correct(lon, lat), GEOGRAPHIC, crs)


def fit_layer(points: Shapes, footprints: shapely.STRtree, crs: str, *, shift: bool = True) -> Fit:
    """Which datum and rigid shift make a layer of points lie on the footprints.

    Parameters
    ----------
    points
        One point per object in the working CRS, in the order of their ids; no None. Representative points of polygons will do.
    footprints
        Index of the polygons in the working CRS; one for all layers, as building it takes longer than asking it.
    crs
        Working CRS of both, metres.
    shift
        Also look for a rigid shift of a few metres that remains.

    Returns
    -------
    Fit
        `as_is` unless a hypothesis passes the gate: 50 points, z >= 3 and a clearly better score.
    """
    sample = coordinates(evenly(points, SAMPLE_N))
    if not len(sample) or not len(footprints):
        return Fit(points_n=len(sample))
    tried = {name: _score(footprints, xy) for name, xy in hypotheses(sample, crs).items()}
    means = {name: float(s.mean()) for name, s in tried.items()}
    best = max(means, key=lambda name: (means[name], name == "as_is", name))
    z = (
        paired_z(tried[best], tried["as_is"])
        if best != "as_is"
        else paired_z(tried["as_is"], tried[max(CORRECTIONS, key=means.__getitem__)])
    )
    right = best != "as_is" and len(sample) >= FIT_N and z >= FIT_Z and means[best] >= max(FIT_SCORE, means["as_is"] + FIT_GAIN)
    datum = best if right or best == "as_is" else "as_is"
    fit = Fit(datum, 0.0, 0.0, means[datum], z, len(sample), applied=right, scores=means)
    return _with_shift(fit, hypotheses(sample, crs, only=datum)[datum], footprints) if shift and len(sample) >= SHIFT_N else fit


SHIFT_N = 150
"""Fewest points a rigid shift is told from."""
SHIFT_APPLIED_M = 5.0
"""A shorter shift is only proposed: plates that all hang on the south wall look like it."""
SHIFT_GAIN = 0.10
_SHIFT_SAMPLE_N = 600
_SHIFT_RINGS_M = (3.0, 6.0, 10.0)
_SHIFT_REACH_M = 12.0
_SHIFT_STEPS: Sequence[tuple[float, float]] = ((_SHIFT_REACH_M, 4.0), (3.0, 1.0), (0.75, 0.25))
_SHIFT_LOOKS = 4
_SHIFT_LEAST_M = 2.0
_SHIFT_SPREAD_M = 1.5


def _with_shift(fit: Fit, points: Points, tree: shapely.STRtree) -> Fit:
    """The fit with the rigid shift that both halves of the points agree on; unchanged where they do not."""
    xy = evenly(points, _SHIFT_SAMPLE_N)
    angles = np.arange(8) * np.pi / 4
    rings = [(r * np.cos(a), r * np.sin(a)) for r in _SHIFT_RINGS_M for a in angles]
    # A layer that no step in any direction improves has no shift: three rings are a sixth of the work of the search.
    stay = _shift_scores(xy, np.zeros((1, 2)), tree)[0]
    if not _reached(xy, np.array(rings), tree, stay + FIT_GAIN / 2):
        return fit
    whole = _best_shift(xy, tree)
    before, after = _score(tree, xy), _score(tree, xy + np.asarray(whole))
    size, gain = float(np.hypot(*whole)), float(after.mean() - before.mean())
    if size < _SHIFT_LEAST_M or gain < FIT_GAIN or after.mean() < FIT_SCORE or paired_z(after, before) < 2 * FIT_Z:
        return fit
    halves = [_best_shift(xy[i::2], tree) for i in (0, 1)]
    if any(float(np.hypot(h[0] - whole[0], h[1] - whole[1])) > _SHIFT_SPREAD_M for h in halves):
        return fit
    sure = size >= SHIFT_APPLIED_M and gain >= SHIFT_GAIN
    return replace(fit, dx_m=whole[0], dy_m=whole[1], shifted=sure, applied=fit.applied or sure)


def _reached(xy: Floats, offsets: Floats, tree: shapely.STRtree, least: float) -> bool:
    """Whether the mean score under one of the offsets is at least that; an offset that cannot come to it any more is let go early."""
    total = np.zeros(len(offsets))
    for start in range(_SHIFT_LOOKS):
        part, left_n = xy[start::_SHIFT_LOOKS], sum(len(xy[i::_SHIFT_LOOKS]) for i in range(start + 1, _SHIFT_LOOKS))
        total += _shift_scores(part, offsets, tree) * len(part)
        open_yet = total + left_n > least * len(xy) - 1e-6
        offsets, total = offsets[open_yet], total[open_yet]
        if not len(offsets):
            return False
    return bool(_shift_scores(xy, offsets, tree).max() >= least)


def _best_shift(xy: Floats, tree: shapely.STRtree) -> tuple[float, float]:
    """Shift of the highest mean score within 12 m, found coarse to fine; equal scores prefer the smaller shift."""
    centre = np.zeros(2)
    for reach, step in _SHIFT_STEPS:
        axis = np.arange(-reach, reach + step / 2, step)
        offsets = centre + np.array([(dx, dy) for dx in axis for dy in axis])
        offsets = offsets[np.lexsort((offsets[:, 1], offsets[:, 0], np.hypot(*offsets.T)))]
        centre = offsets[int(np.argmax(np.round(_shift_scores(xy, offsets, tree), 9)))]
    return float(centre[0]), float(centre[1])


def _shift_scores(xy: Floats, offsets: Floats, tree: shapely.STRtree) -> Floats:
    """Mean score of the points under each offset."""
    moved = (xy[None, :, :] + offsets[:, None, :]).reshape(-1, 2)
    return np.asarray(_score(tree, moved).reshape(len(offsets), len(xy)).mean(axis=1))


def common_shift(previous: Shapes, survey: shapely.STRtree) -> tuple[float, float, float, int]:
    """The shift that brings one survey onto another: median vector of the footprints that are each other's best overlap.

    Parameters
    ----------
    previous
        Polygons in the working CRS, no None. Of many only 2,000, evenly taken, are asked.
    survey
        Index of the polygons of the present survey, in the same CRS.

    Returns
    -------
    dx_m, dy_m, error_m, pairs_n
        Shift to add to `previous`, the standard error of the median, and the number of pairs it rests on (0: no shift told).
    """
    previous = evenly(previous, SAMPLE_N)
    current = survey.geometries
    i, j = survey.query(previous, predicate="intersects")
    if not len(i):
        return 0.0, 0.0, np.inf, 0
    before, after = shapely.area(previous), shapely.area(current)
    # rows that will be refused for their shape are still among these; what they share is only weighed here
    shared = in_threads(_shared_m2, previous[i], current[j])
    overlap = shared / np.maximum(before[i] + after[j] - shared, 1e-9)
    best_i, best_j = np.zeros(len(previous)), np.zeros(len(current))
    np.maximum.at(best_i, i, overlap)
    np.maximum.at(best_j, j, overlap)
    ratio = before[i] / np.maximum(after[j], 1e-9)
    mutual = (overlap > 0.3) & (overlap == best_i[i]) & (overlap == best_j[j]) & (ratio > 0.9) & (ratio < 1.1)
    old, new = shapely.centroid(previous[i[mutual]]), shapely.centroid(current[j[mutual]])
    vectors = shapely.get_coordinates(new) - shapely.get_coordinates(old)
    if not len(vectors):
        return 0.0, 0.0, np.inf, 0
    middle = np.median(vectors, axis=0)
    spread = 1.4826 * np.median(np.abs(vectors - middle), axis=0)
    error = float(np.hypot(*spread) * 1.2533 / np.sqrt(len(vectors)))
    return float(middle[0]), float(middle[1]), error, len(vectors)


def _shared_m2(one: Shapes, two: Shapes) -> Floats:
    broken_one, broken_two = ~shapely.is_valid(one), ~shapely.is_valid(two)
    one, two = one.copy(), two.copy()
    one[broken_one], two[broken_two] = shapely.make_valid(one[broken_one]), shapely.make_valid(two[broken_two])
    return np.asarray(shapely.area(shapely.intersection(one, two)))


def _between(source: str | pyproj.CRS, target: str | pyproj.CRS) -> pyproj.Transformer | None:
    return _transformer(*(c if isinstance(c, str) else c.to_wkt() for c in (source, target)))


@functools.lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> pyproj.Transformer | None:
    """The transformation between two systems, None where they are one; pyproj takes 8 ms to find it, each time."""
    one, other = pyproj.CRS(source), pyproj.CRS(target)
    one, other = _of_datum(one, other), _of_datum(other, one)
    return None if one.equals(other, ignore_axis_order=True) else pyproj.Transformer.from_crs(one, other, always_xy=True)


_ALIKE = frozenset({"World Geodetic System 1984", "World Geodetic System 1984 ensemble", "China 2000"})
"""Datums PROJ knows no way between: it leaves degrees as they are (a matter of decimetres), after a search of 0.1 to 0.4 s."""


def _of_datum(crs: pyproj.CRS, other: pyproj.CRS) -> pyproj.CRS:
    """Degrees of a datum that is the other's for PROJ, as degrees of the other's; any other system as it is."""
    plain = crs.is_geographic and len(crs.axis_info) == 2 and not (crs.is_bound or other.is_bound or other.is_compound)
    base = other.geodetic_crs if plain else None
    if base is None or len(base.axis_info) != 2 or not {_datum(crs), _datum(base)} <= _ALIKE:
        return crs
    return base


def _datum(crs: pyproj.CRS) -> str:
    return crs.datum.name if crs.datum is not None else ""


def _inverse(forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Fixed point w <- w - (f(w) - g); each pass is some hundred times closer, the fifth is below 1e-6 mm for GCJ-02."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    x, y = lon, lat
    for _ in range(6):
        fx, fy = forward(x, y)
        x, y = x - (fx - lon), y - (fy - lat)
    return x, y


def _score(tree: shapely.STRtree, xy: Floats) -> Floats:
    """exp(-(d / 4 m)^2) per point, d to the nearest footprint, 0 beyond reach or where the point is not finite."""
    distance = np.full(len(xy), np.inf)
    rows = np.flatnonzero(np.isfinite(xy).all(axis=1))
    for reach in _REACHES_M:
        points = shapely.points(xy[rows])
        # the tree looks at the box of a shape only: a line from corner to corner has it, and is made in half the time
        i, j = tree.query(shapely.linestrings(np.stack([xy[rows] - reach, xy[rows] + reach], axis=1)))
        np.minimum.at(distance, rows[i], shapely.distance(points[i], tree.geometries[j]))
        # a footprint nearer than the reach is among those asked; who has one is done
        rows = rows[distance[rows] > reach]
    distance[rows] = np.inf
    return np.asarray(np.exp(-((distance / FIT_SCALE_M) ** 2)))


def paired_z(a: Floats, b: Floats) -> float:
    """Paired t of a over b; infinite where all differ by the same amount."""
    d = a - b
    spread = float(d.std(ddof=1)) if len(d) > 1 else 0.0
    if spread == 0.0:
        return 0.0 if not d.any() else float(np.sign(d.mean()) * np.inf)
    return float(d.mean() / (spread / np.sqrt(len(d))))
