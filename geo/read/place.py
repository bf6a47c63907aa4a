"""Where a layer lies: its system told from declaration and values, brought to the working CRS, fitted to the footprints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.columns import repeats
from geo.crs import (  # fmt: skip
    FIT_GAIN,
    FIT_N,
    FIT_Z,
    GEOGRAPHIC,
    SAMPLE_N,
    Fit,
    Floats,
    Shapes,
    common_shift,
    evenly,
    fit_layer,
    hypotheses,
    move,
    paired_z,
    plane_systems,
    prefixed_crs,
    reproject,
    swap,
    transform_xy,
    zone_crs,
)
from geo.errors import CrsError
from geo.points import missing
from geo.read.ledger import Ledger
from geo.tables import LAYERS

ORDER = ("buildings", "villages", "buildings_previous", "plates", "addresses", "demolitions", "streets")
"""Whose position decides on the working CRS, first delivered first."""
_NEAR_M = 50_000.0
_NEAR_DEGREES = 0.5
_MARGIN_DEGREES = 0.002
_USED_DEGREES = 3.0
_DEGREE_M = 111_320.0
_TELLS_APART = 0.05
_SHIFT_M = 0.05
"""A shift of two surveys below this, metres, changes no comparison of outlines; above it four standard errors decide."""
_SHIFT_SURE = 4.0
_COVER = 0.95
_SHARE = 0.95
_ROWS_N = 20_000
_COVERED_N = 4_000


@dataclass(frozen=True)
class Layer:
    """One delivered layer: shapes (of a layer of points: pairs of numbers) in `crs`, what it declared, and what was found out about it.

    source is the system the delivered coordinates are in, after it was told; crs the one of `shapes`; batches the fits of
    single files, where they tell different datums.
    """

    table: str
    shapes: Shapes
    crs: str
    declared: str
    unknown: bool = False
    fit: Fit = field(default_factory=Fit)
    source: str = ""
    batches: tuple[tuple[str, Fit], ...] = ()


@dataclass(frozen=True)
class Reference:
    """Where the project is known to be, in CGCS2000 degrees: the middle of a layer told already and what of it is near that."""

    lon: float
    lat: float
    near: Floats

    @cached_property
    def hull(self) -> shapely.Geometry:
        """The hull of the layer, with a margin; only a layer that tells no system asks for it."""
        return shapely.buffer(shapely.convex_hull(shapely.multipoints(self.near)), _MARGIN_DEGREES)


def identify(table: str, shapes: Shapes, declared: pyproj.CRS | None, reference: Reference | None) -> Layer:
    """The system of a layer from what it declares and what its values can be; axes exchanged as a whole are exchanged back.

    Parameters
    ----------
    shapes
        As delivered; None where absent.
    reference
        Where the place is, once another layer has told.

    Raises
    ------
    CrsError
        The values fit no system or several, and nothing tells which.
    """
    said, geographic = _name(declared), declared is not None and declared.is_geographic
    xy = _middles(shapes)
    if not len(xy):
        return Layer(table, shapes, said or GEOGRAPHIC, said)
    x, y = float(np.median(xy[:, 0])), float(np.median(xy[:, 1]))
    if declared is not None and not geographic and _plausible(declared, x, y, reference):
        return Layer(table, shapes, said, said)
    if abs(x) <= 180 and abs(y) <= 180:
        degrees = Layer(table, shapes, said if geographic else GEOGRAPHIC, said, not geographic)
        turned = ((xy[:, 0] >= 3) & (xy[:, 0] <= 54) & (xy[:, 1] >= 73) & (xy[:, 1] <= 136)).mean() >= _SHARE
        return replace(degrees, shapes=move(shapes, swap), fit=_told("swap", len(xy))) if turned or abs(y) > 90 else degrees
    if _is_northing(x) and (1e5 <= y <= 9e5 or prefixed_crs(y)):
        return replace(identify(table, move(shapes, swap), declared, reference), fit=_told("swap", len(xy)))
    return _by_values(table, shapes, said, declared is not None and not geographic, xy, reference)


def reference(layer: Layer) -> Reference | None:
    """Where a layer is; None for a layer without shapes."""
    xy = _middles(layer.shapes)
    lon, lat = transform_xy(xy[:, 0], xy[:, 1], layer.crs, GEOGRAPHIC)
    good = np.isfinite(lon) & np.isfinite(lat)
    if not good.any():
        return None
    middle = float(np.median(lon[good])), float(np.median(lat[good]))
    near = np.column_stack([lon[good], lat[good]])
    return Reference(*middle, near[np.hypot(*(near - middle).T) <= _NEAR_DEGREES])


def working_crs(place: Reference | None) -> str:
    """The working CRS of a place; that of the middle of China where a project holds no shape at all."""
    return zone_crs(place.lon, place.lat) if place else zone_crs(105.0, 35.0)


def to_working(layer: Layer, crs: str) -> Layer:
    """The layer in the working CRS."""
    return replace(layer, shapes=layer.shapes if layer.crs == crs else reproject(layer.shapes, layer.crs, crs), crs=crs, source=layer.crs)


def corrected(layer: Layer, word: str | tuple[float, float]) -> Layer:
    """The layer, in the working CRS, with a confirmed correction of doorplate.toml applied."""
    if isinstance(word, tuple):
        return replace(
            layer,
            shapes=move(layer.shapes, lambda x, y: (x + word[0], y + word[1])),
            fit=replace(_told("as_is", len(layer.shapes)), dx_m=word[0], dy_m=word[1], shifted=True),
        )
    return replace(layer, shapes=_under(layer, word), fit=_told(word, len(layer.shapes)))


def fit_points(layer: Layer, ids: pd.Series, footprints: shapely.STRtree, *, batch: pd.Series) -> Layer:
    """A layer of points on the footprints: datum and rigid shift applied where they pass their gates.

    Places that several rows share are looked at once: the default position of an office says nothing about a datum. Files
    (`batch`, one name per row) that tell different datums are put right one by one, a row never.
    """
    names = sorted(map(str, batch.unique()))
    fits = {name: _fit_rows(layer, ids, footprints, (batch == name).to_numpy()) for name in names} if len(names) > 1 else {}
    if len({f.hypothesis for f in fits.values()}) < 2:
        return _apply(layer, _fit_rows(layer, ids, footprints, np.ones(len(ids), bool)))
    shapes = layer.shapes.copy()
    for name, fit in fits.items():
        rows = (batch == name).to_numpy()
        shapes[rows] = _apply(replace(layer, shapes=layer.shapes[rows]), fit).shapes
    first, *others = sorted(fits.items(), key=lambda f: (-f[1].points_n, f[0]))
    return replace(layer, shapes=shapes, fit=first[1], batches=tuple(sorted(others)))


def fit_polygons(layer: Layer, ids: pd.Series, footprints: shapely.STRtree) -> Layer:
    """A second survey on the first: the datum by points inside its footprints, then their common shift."""
    rows = np.flatnonzero(~shapely.is_missing(layer.shapes))
    sample = evenly(layer.shapes[_sample(ids, layer.shapes)], SAMPLE_N)
    layer = _apply(layer, fit_layer(shapely.point_on_surface(sample), footprints, layer.crs, shift=False))
    dx, dy, error, n = common_shift(layer.shapes[rows], footprints)
    size = float(np.hypot(dx, dy))
    if n < FIT_N or size <= _SHIFT_M or size < _SHIFT_SURE * error:
        return layer
    fit = replace(layer.fit, dx_m=dx, dy_m=dy, shifted=True, applied=True)
    return replace(layer, shapes=move(layer.shapes, lambda x, y: (x + dx, y + dy)), fit=fit)


def fit_villages(layer: Layer, footprints: shapely.STRtree) -> Layer:
    """Village areas under the datum that covers clearly more footprints than the declared one."""
    areas = layer.shapes[~shapely.is_missing(layer.shapes)]
    surveyed = footprints.geometries
    if not len(areas) or not len(surveyed):
        return layer
    inside = shapely.point_on_surface(evenly(surveyed, _COVERED_N))
    places = shapely.STRtree(inside)
    covered = {"as_is": _covered(areas, places)}
    if not covered["as_is"].all():  # no datum covers more than every footprint
        covered |= {name: _covered(moved, places) for name, moved in hypotheses(areas, layer.crs).items() if name != "as_is"}
    share = {name: float(c.mean()) for name, c in covered.items()}
    best = max(share, key=lambda name: (share[name], name == "as_is", name))
    z = paired_z(covered[best], covered["as_is"]) if best != "as_is" else np.nan
    right = best != "as_is" and len(inside) >= FIT_N and z >= FIT_Z and share[best] >= max(_COVER, share["as_is"] + FIT_GAIN)
    datum = best if right else "as_is"
    return _apply(layer, Fit(datum, 0.0, 0.0, share[datum], z, len(inside), applied=right, scores=share))


def _covered(areas: Shapes, places: shapely.STRtree) -> Floats:
    """1 for each place that one of the areas covers, else 0; areas that a datum sends to infinity cover none."""
    out = np.zeros(len(places))
    out[places.query(areas[np.isfinite(shapely.bounds(areas)).all(axis=1)], predicate="intersects")[1]] = 1.0
    return out


def layers_frame(layers: Mapping[str, Layer]) -> pd.DataFrame:
    """One row per layer with the columns of LAYERS; a file that tells another datum than its layer has its own row, `table:file`."""
    rows = [
        (name, v.declared or None, f.hypothesis, f.dx_m, f.dy_m, f.score, f.z, f.points_n, f.applied, v.unknown)
        for t, v in sorted(layers.items())
        for name, f in [(t, v.fit), *((f"{t}:{file}", fit) for file, fit in v.batches)]
    ]
    kinds = {"table": "str", "declared_crs": "str", "hypothesis": "str", "points_n": "int64", "applied": "bool", "crs_unknown": "bool"}
    return pd.DataFrame(rows, columns=list(LAYERS)).astype({c: kinds.get(c, "float64") for c in LAYERS})


def note(layer: Layer, ledger: Ledger) -> None:
    """What was done to a layer as a whole, into the repairs."""
    if layer.unknown:
        ledger.repair(
            layer.table,
            "*",
            "geometry",
            layer.declared or None,
            layer.source or layer.crs,
            "crs_told: 坐标系未声明或与数值矛盾，由数值判定 / CRS undeclared or contradicted, told from the values",
        )
    for name, fit in (("", layer.fit), *layer.batches):
        key = f"*{name}" if name else "*"
        if fit.applied and fit.hypothesis != "as_is":
            why = f"datum: 按 {fit.hypothesis} 纠正，得分 {fit.score:.2f}，z={fit.z:.1f} / corrected as {fit.hypothesis}"
            ledger.repair(layer.table, key, "geometry", layer.declared or None, fit.hypothesis, why)
        if fit.shifted:
            why = "shift: 整层平移 / the layer was moved as a whole"
            ledger.repair(layer.table, key, "geometry", None, f"dx={fit.dx_m:.2f} m, dy={fit.dy_m:.2f} m", why)


def _sample(ids: pd.Series, shapes: Shapes) -> npt.NDArray[np.int64]:
    """At most 20,000 rows with a shape, evenly from all in the order of their ids; ids that occur twice have no order and stay out."""
    once, same = np.ones(len(ids), bool), repeats(ids)
    once[1:][same], once[:-1][same] = False, False
    rows = np.flatnonzero(once & ~missing(shapes))
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _ROWS_N)).astype(int))] if len(rows) else rows


def _fit_rows(layer: Layer, ids: pd.Series, footprints: shapely.STRtree, rows: npt.NDArray[np.bool_]) -> Fit:
    shapes = layer.shapes[rows]
    xy = shapes[_sample(ids[rows], shapes)]
    first = np.flatnonzero(~pd.DataFrame(xy).duplicated().to_numpy())
    return fit_layer(xy[first[_together(xy[first])]], footprints, layer.crs)


def _apply(layer: Layer, fit: Fit) -> Layer:
    if layer.fit.applied and not fit.applied:
        return replace(layer, fit=replace(layer.fit, score=fit.score, z=fit.z, points_n=fit.points_n))
    shapes = _under(layer, fit.hypothesis) if fit.applied and fit.hypothesis != "as_is" else layer.shapes
    if fit.shifted:
        shapes = move(shapes, lambda x, y: (x + fit.dx_m, y + fit.dy_m))
    return replace(layer, shapes=shapes, fit=fit)


def _under(layer: Layer, word: str) -> Shapes:
    out = layer.shapes.copy()
    rows = ~missing(out)
    out[rows] = hypotheses(layer.shapes[rows], layer.crs, only=word)[word]
    return out


def _told(hypothesis: str, n: int) -> Fit:
    return Fit(hypothesis=hypothesis, points_n=n, applied=True)


def _together(xy: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Points within 50 km of the middle of all; the others are faults of single rows."""
    if not len(xy):
        return np.zeros(0, bool)
    return np.asarray(np.hypot(*(xy - np.median(xy, axis=0)).T) <= _NEAR_M)


def _middles(shapes: Shapes) -> Floats:
    """Middles of the bounding boxes of the shapes that are somewhere, finite and not at (0, 0): of at most 20,000, evenly from first to last."""
    xy = shapes = evenly(shapes[~missing(shapes)], _ROWS_N)
    if shapes.dtype == object:
        boxes = shapely.bounds(shapes)
        xy = (boxes[:, :2] + boxes[:, 2:]) / 2
    x, y = xy.T
    return np.asarray(xy[np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))])


def _is_northing(value: float) -> bool:
    return 1.0e6 <= value <= 6.5e6


def _name(crs: pyproj.CRS | None) -> str:
    return "" if crs is None else crs.to_string()


def _plausible(declared: pyproj.CRS, x: float, y: float, place: Reference | None) -> bool:
    """Whether a position is where its system is used, and near the place where that is known."""
    lon, lat = (float(v[0]) for v in transform_xy(np.array([x]), np.array([y]), declared, GEOGRAPHIC))
    if not (np.isfinite(lon) and np.isfinite(lat) and abs(lat) <= 90):
        return False
    if place is not None:
        return float(np.hypot((lon - place.lon) * np.cos(np.radians(place.lat)), lat - place.lat)) * _DEGREE_M <= _NEAR_M
    used = declared.area_of_use
    return used is None or (
        used.west - _USED_DEGREES <= lon <= used.east + _USED_DEGREES and used.south - _USED_DEGREES <= lat <= used.north + _USED_DEGREES
    )


def _by_values(table: str, shapes: Shapes, said: str, wrong_zone: bool, xy: Floats, place: Reference | None) -> Layer:
    """The one system that the values fit; a wrong zone is a hypothesis that was applied, an absent one is told."""
    x, y = float(np.median(xy[:, 0])), float(np.median(xy[:, 1]))
    prefixed = prefixed_crs(x)
    if prefixed and _is_northing(y):
        fits = [prefixed]
    elif place is not None:
        shares = {c: _share_inside(xy, c, place) for c in plane_systems(place.lon)}
        most = max(shares.values())
        fits = sorted(c for c, share in shares.items() if share >= max(most - _TELLS_APART, 0.5))
    else:
        fits = []
    if len(fits) != 1:
        found = ", ".join(fits) or "无 / none"
        zh = f"{table}：坐标系不明（声明：{said or '无'}，数值约 {x:.0f}, {y:.0f}，可能：{found}）；请在 doorplate.toml 的 [sources.{table}] 写明 crs"
        raise CrsError(
            zh,
            f"{table}: unknown CRS (declared {said or 'none'}, values about {x:.0f}, {y:.0f}, possible: {found}); name it as crs in doorplate.toml",
        )
    return Layer(table, shapes, fits[0], said, not wrong_zone, _told(fits[0], len(shapes)) if wrong_zone else Fit())


def _share_inside(xy: Floats, crs: str, place: Reference) -> float:
    lon, lat = transform_xy(xy[:, 0], xy[:, 1], crs, GEOGRAPHIC)
    finite = np.isfinite(lon) & np.isfinite(lat)
    return float(shapely.contains_xy(place.hull, lon[finite], lat[finite]).sum() / len(xy))
