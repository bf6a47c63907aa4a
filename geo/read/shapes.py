"""Shapes that can be used: what is repaired without changing it, what is refused, which points are no position."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import Floats, Shapes, without
from geo.errors import SourceError
from geo.points import PAIR, Points, absent, coordinates, nowhere
from geo.read.ledger import Ledger
from geo.tables import Table

Flags = npt.NDArray[np.bool_]

LEAST_M2 = 1.0
"""A footprint below one square metre is a sliver of drawing, no building."""
HUGE_M2 = 20_000.0
"""A footprint above this that holds five others is a boundary drawn into the wrong layer; a station or a mill holds none."""
_HOLDS_N = 5
_NO_BUILDING_M2 = 1_000_000.0
_HUGE_SHARE = 0.5
_APART_M = 50.0
_VERTICES_N = 5000
_EARTH_M = 1e9
_POLYGON, _LINE, _POINT = (3, 6), (1, 5), (0, 4)
_KIND = {"polygon": _POLYGON, "line": _LINE, "point": _POINT}
COORD_NAN = "coord_nan: 坐标为 NaN / the coordinate is NaN"


def shape_array(frame: pd.DataFrame, table: Table, ledger: Ledger) -> Shapes:
    """Geometry column of a frame as an array (None where absent or empty), two-dimensional; heights are dropped with a note.

    Points delivered as pairs of numbers (columns of PAIR) stay such, and so does a layer of points without any.
    """
    if set(PAIR) <= set(frame):
        return frame[list(PAIR)].to_numpy()
    if "geometry" not in frame:
        return nowhere(len(frame)) if table.geometry == "point" else np.full(len(frame), None, dtype=object)
    shapes = np.asarray(frame["geometry"].array, dtype=object)
    empty = shapely.is_empty(shapes)
    shapes = without(shapes, empty) if empty.any() else shapes
    high = shapely.get_coordinate_dimension(shapes) > 2
    if high.any():
        ledger.repair(
            table.name,
            "*",
            "geometry",
            None,
            None,
            f"z_dropped: {int(high.sum())} 个图形的 Z/M 值未使用 / Z or M values of that many shapes are not used",
        )
        shapes = shapely.force_2d(shapes)
    return np.asarray(shapes, dtype=object)


def check_kind(shapes: Shapes, table: Table, name: str) -> None:
    """Raise SourceError when most shapes of a layer are of another kind than its role asks for: the wrong file."""
    kinds = shapely.get_type_id(shapes)
    there = kinds >= 0
    wrong = there & ~np.isin(kinds, (*_KIND[table.geometry], 7))
    if there.sum() >= 5 and wrong.sum() > 0.5 * there.sum():
        zh = f"{name}：多数图形不是{table.zh}应有的类型（应为 {table.geometry}）；是否放错了文件？"
        raise SourceError(zh, f"{name}: most shapes are not of the kind {table.name} has ({table.geometry}); is this the wrong file?")


def points_only(shapes: Shapes, frame: pd.DataFrame, table: str, ledger: Ledger) -> Points:
    """Points of a layer of points, as pairs of numbers; a multipoint of one point is that point, everything else becomes none with a repair."""
    if shapes.dtype != object:
        return shapes
    kinds = shapely.get_type_id(shapes)
    points = shapes if (kinds <= 0).all() else _single(shapes, kinds, frame, table, ledger)
    xy = coordinates(points)
    lost = absent(xy) & ~shapely.is_missing(points)
    if lost.any():
        ledger.repair(table, frame.loc[lost, "_key"].array, "geometry", pd.Series(shapely.to_wkt(points[lost]), dtype="str"), None, COORD_NAN)
    return xy


def _single(shapes: Shapes, kinds: npt.NDArray[np.int32], frame: pd.DataFrame, table: str, ledger: Ledger) -> Shapes:
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    out = np.where(single, shapely.get_geometry(shapes, 0), shapes)
    wrong = (kinds >= 0) & (kinds != 0) & ~single
    if wrong.any():
        ledger.repair(
            table,
            frame.loc[wrong, "_key"].array,
            "geometry",
            shapely.to_wkt(shapely.centroid(shapes[wrong])),
            None,
            "geometry_type: 不是点，坐标按未知处理 / no point; taken as not located",
        )
    return without(np.asarray(out, dtype=object), wrong)


def finite(shapes: Shapes) -> Flags:
    """Which shapes have only coordinates of this earth: finite, and nearer than a million kilometres; True for None."""
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    out = np.ones(len(shapes), bool)
    out[row[~_on_earth(xy)]] = False
    return out


def _on_earth(numbers: Floats) -> Flags:
    return np.asarray((np.abs(numbers) < _EARTH_M).all(axis=1))


def check_polygons(
    shapes: Shapes, frame: pd.DataFrame, table: Table, ledger: Ledger, *, repair_ratio: float, villages_m2: float = 0.0
) -> tuple[Shapes, Flags]:
    """Polygons of a layer in the working CRS, valid and in one order of vertices, and which rows are kept.

    An invalid polygon is repaired where that changes its area by at most `repair_ratio`, with a row in the repairs; a bow-tie
    is not: its area is the difference of its wings before and their sum after. What cannot be repaired is refused as
    `invalid_geometry`, with the reason as its value.

    Parameters
    ----------
    frame
        Rows of the layer with `_key`, `_source` and `_row`.
    repair_ratio
        Greatest change of area, as a share of the larger area.
    villages_m2
        Area of all villages together; a footprint of more than half of it is none. 0: not known.
    """
    out, why = _polygonal(shapes), np.full(len(shapes), None, dtype=object)
    absent = shapely.is_missing(shapes)
    why[absent] = "geom_null: 没有图形 / no shape"
    why[~absent & shapely.is_missing(out)] = "geom_type: 不是面 / not a polygon"
    broken = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    # A coordinate that is no number makes a polygon invalid, one that is too large shows in its box.
    doubtful = np.flatnonzero(broken | ~_on_earth(shapely.bounds(out)) | (shapely.get_type_id(shapes) != shapely.get_type_id(out)))
    endless = doubtful[~finite(shapes[doubtful])]
    why[endless], out[endless], broken[endless] = "geom_inf: 坐标不是有限数 / coordinates are not finite", None, False
    if broken.any():
        out[broken], why[broken] = _repair(out[broken], frame[broken], table.name, ledger, repair_ratio)
    area = np.nan_to_num(shapely.area(out))
    for bad, reason in _implausible(out, area, table, villages_m2):
        why[bad & pd.isna(why)] = reason
    keep = pd.isna(why)
    vertices_n = shapely.get_num_coordinates(out)
    fine = vertices_n > _VERTICES_N
    if fine.any():
        count = pd.Series(vertices_n[fine].astype(str), dtype="str")
        ledger.repair(
            table.name,
            frame.loc[fine, "_key"].array,
            "geometry",
            count,
            count,
            f"many_vertices: 节点超过 {_VERTICES_N}，保留 / more than {_VERTICES_N} vertices, kept",
        )
    fix = "请在测绘软件中修正后重新提交 / correct it in the survey software and hand it in again"
    required = ~keep if table.geometry_required else ~keep & ~absent
    if not table.geometry_required and "building_id" in frame:
        # A demolition that names its building is known without its shape.
        named = required & frame["building_id"].notna().to_numpy()
        if named.any():
            ledger.repair(
                table.name,
                frame.loc[named, "_key"].array,
                "geometry",
                pd.Series(why[named], dtype="str"),
                None,
                "geometry_dropped: 图形不可用，以编号为准 / unusable shape; the id counts",
            )
        out, required = without(out, named), required & ~named
    ledger.refuse(table.name, frame[required], "invalid_geometry", "geometry", pd.Series(why[required], dtype="str"), fix)
    # Formats turn rings round and wrap single polygons: the same footprint shall be the same vertices. Not `normalize`:
    # where it starts a ring depends on the last digit of a coordinate.
    several = np.flatnonzero(shapely.get_type_id(out) == _POLYGON[1])
    single = several[shapely.get_num_geometries(out[several]) == 1]
    out[single], out[required] = shapely.get_geometry(out[single], 0), None
    turned = ~_lies_right(out, vertices_n) & ~shapely.is_missing(out)
    out[turned] = shapely.orient_polygons(out[turned])
    return out, ~required


def _lies_right(shapes: Shapes, vertices_n: npt.NDArray[np.int64]) -> Flags:
    """Which shapes are one ring that runs against the clock: they need not be made anew."""
    plain = (shapely.get_type_id(shapes) == _POLYGON[0]) & (vertices_n > 0) & (shapely.get_num_interior_rings(shapes) == 0)
    (x, y), n = shapely.get_coordinates(shapes[plain]).T, vertices_n[plain]
    if len(n):
        end = np.cumsum(n)
        # twice the area on the left of each edge; the edge from one ring to the next has none
        twice = np.append((y[:-1] + y[1:]) * (x[:-1] - x[1:]), 0.0)
        twice[end - 1] = 0.0
        plain[plain] = np.add.reduceat(twice, end - n) > 0
    return np.asarray(plain)


def check_lines(shapes: Shapes, frame: pd.DataFrame, table: Table, ledger: Ledger) -> Flags:
    """Which rows of a layer of lines can be kept; the others are refused as `invalid_geometry`."""
    kinds = shapely.get_type_id(shapes)
    why = np.full(len(shapes), None, dtype=object)
    why[~np.isin(kinds, _LINE)] = "geom_type: 不是线 / not a line"
    why[kinds < 0] = "geom_null: 没有图形 / no shape"
    why[~finite(shapes)] = "geom_inf: 坐标不是有限数 / coordinates are not finite"
    keep = pd.isna(why)
    fix = "请修正后重新提交 / correct it and hand it in again"
    ledger.refuse(table.name, frame[~keep], "invalid_geometry", "geometry", pd.Series(why[~keep], dtype="str"), fix)
    return keep


def _polygonal(shapes: Shapes) -> Shapes:
    """Polygons and multipolygons; a collection that holds exactly one polygon is that polygon; others None."""
    kinds = shapely.get_type_id(shapes)
    out = without(shapes, ~np.isin(kinds, _POLYGON))
    for i in np.flatnonzero(kinds == 7):  # collections are rare: one look each
        parts = shapely.get_parts(shapes[i])
        faces = parts[np.isin(shapely.get_type_id(parts), _POLYGON)]
        out[i] = faces[0] if len(faces) == 1 else None
    return out


def _repair(shapes: Shapes, frame: pd.DataFrame, table: str, ledger: Ledger, ratio: float) -> tuple[Shapes, npt.NDArray[np.object_]]:
    """Valid shapes where the two ways of repairing agree with the drawn area, else None and the reason."""
    reason = shapely.is_valid_reason(shapes)
    lines, structure = shapely.make_valid(shapes), shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    drawn, fixed, other = (np.nan_to_num(shapely.area(s)) for s in (shapes, lines, structure))
    largest = np.maximum(np.maximum(drawn, fixed), np.maximum(other, 1e-9))
    change = np.maximum(np.abs(fixed - drawn), np.abs(other - drawn)) / largest
    usable = (change <= ratio) & np.isin(shapely.get_type_id(structure), _POLYGON) & ~shapely.is_empty(structure)
    if usable.any():
        before = pd.Series(reason[usable], dtype="str")
        after = pd.Series([f"{a:.2f} -> {b:.2f} m2" for a, b in zip(drawn[usable], other[usable], strict=True)], dtype="str")
        ledger.repair(
            table,
            frame.loc[usable, "_key"].array,
            "geometry",
            before,
            after,
            "geometry_repaired: 图形无效，已修复，面积基本不变 / invalid shape repaired, its area kept",
        )
    why = np.array([None if good else f"geom_invalid: {r}" for r, good in zip(reason, usable, strict=True)], dtype=object)
    return without(np.asarray(structure, dtype=object), ~usable), why


def _implausible(shapes: Shapes, area: Floats, table: Table, villages_m2: float) -> list[tuple[Flags, str]]:
    """Polygons that cannot be what the layer holds."""
    if table.name not in ("buildings", "buildings_previous"):
        return [((area == 0) & ~shapely.is_missing(shapes), "geom_zero_area: 面积为零 / no area")]
    return [
        (area < LEAST_M2, f"geom_zero_area: 面积不足 {LEAST_M2:.0f} m2 / below {LEAST_M2:.0f} m2"),
        (_boundaries(shapes, area, villages_m2), "geom_too_big: 面积异常大，疑为边界误入 / far too large, a boundary in the wrong layer"),
        (_far_apart(shapes), f"multipart_far: 各部分相距超过 {_APART_M:.0f} m / parts more than {_APART_M:.0f} m apart"),
    ]


def _boundaries(shapes: Shapes, area: Floats, villages_m2: float) -> Flags:
    """Polygons that are no building: half of all villages, a square kilometre, or large and holding five other footprints."""
    out = (area > _NO_BUILDING_M2) | ((area > _HUGE_SHARE * villages_m2) if villages_m2 > 0 else False)
    large = np.flatnonzero(area > HUGE_M2)
    if len(large):
        inside = shapely.point_on_surface(shapes)
        i, _ = shapely.STRtree(inside).query(shapes[large], predicate="contains")
        out[large] |= np.bincount(i, minlength=len(large)) > _HOLDS_N
    return np.asarray(out, dtype=bool)


def _far_apart(shapes: Shapes) -> Flags:
    """Multipolygons with a part more than 50 m from all other parts."""
    out = np.zeros(len(shapes), bool)
    several = np.flatnonzero(shapely.get_num_geometries(shapes) > 1)
    if not len(several):
        return out
    parts, row = shapely.get_parts(shapes[several], return_index=True)
    boxes = shapely.bounds(shapes[several])
    wide = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) > _APART_M
    for i in np.flatnonzero(wide):  # few footprints have parts, fewer are that wide
        own = parts[row == i]
        out[several[i]] = any(shapely.distance(p, shapely.multipolygons(np.delete(own, k))) > _APART_M for k, p in enumerate(own))
    return out
