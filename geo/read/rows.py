"""Rows that cannot stay: without id, with a broken id, or with an id that another row has; and points that are nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.columns import as_texts, is_sorted, repeats, rows_at, sorting
from geo.crs import Shapes, without
from geo.points import Points, absent, as_shapes
from geo.read.ledger import Ledger
from geo.read.shapes import COORD_NAN
from geo.read.values import clean_ids, excel_dates, float_like
from geo.read.words import CHOICES
from geo.tables import Table

_NEARLY = 0.9


@dataclass(frozen=True)
class Rows:
    """Rows of one table: values (declared columns, `_key`, `_source`, `_row`), shapes as delivered and in the working CRS (points as pairs of numbers).

    Once typed and in order the values also have `_at`, the place of a row among all of its table: some are refused later.
    """

    table: Table
    values: pd.DataFrame
    delivered: Shapes
    shapes: Shapes

    def keep(self, mask: npt.NDArray[np.bool_]) -> Rows:
        """The rows of a mask, renumbered."""
        if mask.all():
            return self
        return self.at(np.flatnonzero(mask))

    def at(self, places: npt.NDArray[np.intp]) -> Rows:
        """The rows at some places, renumbered."""
        return replace(self, values=rows_at(self.values, places), delivered=self.delivered[places], shapes=self.shapes[places])


def with_keys(frame: pd.DataFrame, table: Table, ledger: Ledger) -> pd.DataFrame:
    """The rows whose id can be used, with it as `_key`; rows without one, or with one that was a float, are refused.

    Tables without an id have their row number as key.
    """
    if table.id is None:
        return _named(frame.assign(_key="#" + as_texts(frame["_row"])), table, ledger)
    out = frame.assign(_key=clean_ids(frame[table.id]))
    missing, broken = out["_key"].isna(), float_like(out["_key"])
    if missing.any():
        ledger.refuse(table.name, out[missing], "id_missing", table.id, None, "请补上编号 / give the row an id")
    if broken.any():
        fix = "编码经过浮点数，位数可能丢失；请按文本格式重新导出 / the code went through a floating-point number; export it as text"
        ledger.refuse(table.name, out[broken], "code_in_scientific_notation", table.id, out.loc[broken, "_key"].array, fix)
    dated = excel_dates(out["text"]) if "text" in out else missing & False
    if dated.any():
        day = out.loc[dated, "text"].str.slice(0, 10).str.split("-")
        number = day.str[1].str.lstrip("0") + "-" + day.str[2].str.lstrip("0")
        fix_date = "Excel 把门牌号变成了日期，是否为 " + number + "？ / Excel made a date of the number, perhaps " + number
        ledger.refuse(table.name, out[dated], "number_turned_into_date", "text", out.loc[dated, "text"].array, fix_date)
    refused = missing | broken | dated
    return out[~refused].reset_index(drop=True) if refused.any() else out


def by_key(frame: pd.DataFrame, shapes: Shapes) -> tuple[pd.DataFrame, Shapes]:
    """Rows as delivered, with their shapes, in the order of their keys.

    Shapes in another order are made anew, side by side in memory: every later look at all of them takes a fifth of the time.
    """
    if is_sorted(frame["_key"]):
        return frame, shapes
    order = sorting(frame["_key"])
    shapes = shapes[order]
    return rows_at(frame, order), shapes if shapes.dtype != object else np.asarray(shapely.set_srid(shapes, shapely.get_srid(shapes)))


def without_duplicates(rows: Rows, ledger: Ledger) -> Rows:
    """One row per id: the smallest content stays, others are refused as `duplicate_id`; equal rows are one row, with a repair.

    Pieces of one village or street (equal but for their shape) are joined.
    """
    key = rows.table.id
    twice = _twice(rows.values["_key"]) if key is not None else np.zeros(0, bool)
    if key is None or not twice.any():
        return rows
    if rows.table.name in ("villages", "streets"):
        rows = _joined(rows, twice, ledger)
        twice = _twice(rows.values["_key"])
    content = _content(rows.keep(twice))
    content.index = pd.Index(np.flatnonzero(twice))
    order = content.sort_values(list(content.columns), kind="stable")
    equal = order.duplicated()
    first = ~order["_key"].duplicated()
    again = np.asarray(order.index[equal])
    others = np.asarray(order.index[~equal & ~first])
    if len(again):
        ledger.repair(
            rows.table.name,
            rows.values["_key"].iloc[again].array,
            None,
            None,
            None,
            "row_twice: 完全相同的行只计一次 / equal rows count once",
        )
    fix = "同一编号有不同内容，请核对后改正 / one id with different contents; correct one of them"
    ledger.refuse(
        rows.table.name, rows.values.iloc[np.sort(others)], "duplicate_id", key, rows.values["_key"].iloc[np.sort(others)].array, fix
    )
    mask = np.ones(len(rows.values), bool)
    mask[again], mask[others] = False, False
    return rows.keep(mask)


def texts_by_id(rows: Rows) -> pd.Series:
    """The texts of the rows that stay when of several with one id only one does, in the order of their ids.

    `without_duplicates` keeps the smallest content, and in it the text comes right behind the id: of several texts the smallest stays.
    """
    values = rows.values
    if rows.table.id is None or not _twice(values["_key"]).any():
        return values["text"]
    return values[["_key", "text"]].sort_values(["_key", "text"], kind="stable").drop_duplicates("_key")["text"]


def without_nowhere(rows: Rows, ledger: Ledger) -> Rows:
    """Points that are no position become null: NaN and infinite coordinates, and (0, 0), each with a repair."""
    x, y = rows.delivered.T
    nan, inf, zero = np.isnan(x) ^ np.isnan(y), np.isinf(x) | np.isinf(y), (x == 0) & (y == 0)
    for bad, why in (
        (nan, COORD_NAN),
        (inf & ~nan, "coord_inf: 坐标为无穷大 / the coordinate is infinite"),
        (zero, "outside_project: 坐标为 (0, 0) / the coordinate is (0, 0)"),
    ):
        _unlocate(rows, bad, None, why, ledger)
    unusable = nan | inf | zero
    return replace(rows, shapes=without(rows.shapes, unusable), delivered=without(rows.delivered, unusable)) if unusable.any() else rows


@dataclass(frozen=True)
class Ground:
    """The area of a project in the working CRS, how far outside it something may lie, and what is surely no farther, prepared."""

    area: shapely.Geometry
    near: shapely.Geometry
    outside_m: float


def ground(areas: Shapes, outside_m: float) -> Ground:
    """The villages (or what stands for the project), in the working CRS, as one ground."""
    area = shapely.union_all(areas)
    near = shapely.buffer(area, outside_m * _NEARLY)
    shapely.prepare(near)
    return Ground(area, near, outside_m)


def without_outside(rows: Rows, project: Ground, exchanged: Callable[[Points], Points], ledger: Ledger) -> Rows:
    """Points outside the project's ground become null, with a repair that proposes the swapped position if that is inside.

    Parameters
    ----------
    exchanged
        Delivered points -> the points, in the working CRS, with their coordinates exchanged.
    """
    outside, outside_m = _outside(rows.shapes, project), project.outside_m
    if not outside.any():
        return rows
    turned = np.zeros(len(outside), bool)
    turned[outside] = ~_outside(exchanged(rows.delivered[outside]), project)
    why = "outside_project: 经纬度疑似颠倒 / longitude and latitude look exchanged"
    _unlocate(rows, turned, _written(rows.delivered[turned], exchanged=True), why, ledger)
    far = outside & ~turned
    _unlocate(rows, far, None, f"outside_project: 距村界超过 {outside_m:.0f} m / farther than {outside_m:.0f} m from every village", ledger)
    return replace(rows, shapes=without(rows.shapes, outside))


def note_outside(rows: Rows, project: Ground, ledger: Ledger) -> None:
    """Footprints outside the project, into the repairs; they keep their shape, without which they are nothing."""
    outside, outside_m = np.zeros(len(rows.shapes), bool), project.outside_m
    boxes = shapely.bounds(rows.shapes)
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, np.hypot(*(boxes[:, 2:] - boxes[:, :2]).T) / 2
    # a footprint no larger than what is left between near and far, with its middle near, has no point that is far
    doubtful = np.flatnonzero(~((half < (1 - _NEARLY) * outside_m) & shapely.contains_xy(project.near, middle)))
    outside[doubtful] = _outside(shapely.get_coordinates(shapely.point_on_surface(rows.shapes[doubtful])), project)
    if outside.any():
        place = _written(shapely.get_coordinates(shapely.point_on_surface(rows.delivered[outside])))
        why = f"outside_project: 距村界超过 {outside_m:.0f} m，图形保留 / farther than {outside_m:.0f} m from every village, the shape is kept"
        ledger.repair(rows.table.name, rows.values.loc[outside, "_key"].array, "geometry", place, place, why)


def _named(frame: pd.DataFrame, table: Table, ledger: Ledger) -> pd.DataFrame:
    """Rows of a table without ids that say what they are about; a pair with one side, a demolition or decision of nothing, is refused."""
    if table.name == "crosswalk":
        empty = frame["old"].isna() | frame["new"].isna()
    elif table.name == "demolitions":
        shapes = frame["geometry"].isna() if "geometry" in frame else True
        empty = shapes & (frame["building_id"].isna() if "building_id" in frame else True) & frame["_row"].notna()
    elif table.name == "decisions":
        named_n = sum(frame[c].notna().astype(int) if c in frame else 0 for c in ("building_id", "plate_id", "address_id"))
        kind = frame["kind"].str.strip().map(CHOICES["decisions", "kind"])
        empty = kind.isna() | (named_n < 1 + kind.isin(["confirm_link", "reject_link"]).astype(int))
    else:
        return frame
    fix = (
        "请补全：新旧两侧，建筑编号或图形，裁定种类及其对象 / complete it: both sides, the building's id or shape, what was decided of what"
    )
    if not empty.any():
        return frame
    ledger.refuse(table.name, frame[empty], "nothing_named", None, None, fix)
    return frame[~empty].reset_index(drop=True)


def _twice(keys: pd.Series) -> npt.NDArray[np.bool_]:
    """Which rows have the key of another; rows stand in the order of their keys."""
    again = repeats(keys)
    return np.asarray(np.append(again, np.zeros(min(len(keys), 1), bool)) | np.insert(again, 0, np.zeros(min(len(keys), 1), bool)))


def _joined(rows: Rows, twice: npt.NDArray[np.bool_], ledger: Ledger) -> Rows:
    """Pieces of one village or street as one shape: same id, same values."""
    columns = [c.name for c in rows.table.columns]
    position = rows.values[twice].groupby(columns, dropna=False, sort=True).indices
    at = np.flatnonzero(twice)
    shapes, mask = rows.shapes.copy(), np.ones(len(rows.values), bool)
    for pieces in position.values():  # one union per village or street delivered in pieces
        if len(pieces) > 1:
            own = np.sort(at[pieces])
            merged = (
                shapely.union_all(shapes[own])
                if rows.table.geometry == "polygon"
                else shapely.multilinestrings(shapely.get_parts(shapes[own]))
            )
            shapes[own[0]], mask[own[1:]] = merged, False
            key = rows.values["_key"].iloc[own[0]]
            ledger.repair(
                rows.table.name, key, "geometry", f"{len(own)}", "1", "pieces_joined: 同一编号的几块已合并 / pieces of one id joined"
            )
    return replace(rows, shapes=shapes).keep(mask)


def _content(rows: Rows) -> pd.DataFrame:
    """Everything a row says, as texts that sort the same wherever they come from; the box and area of its shape, last."""
    out = pd.DataFrame({c.name: rows.values[c.name].astype("str").fillna("\uffff") for c in rows.table.columns})
    shapes = rows.shapes if rows.shapes.dtype == object else as_shapes(rows.shapes)
    size = np.column_stack([shapely.bounds(shapes), shapely.area(shapes)]).tolist()
    box = [" ".join(f"{v:.1f}" for v in s) for s in size]  # only rows whose id occurs twice
    return out.assign(_shape=pd.Series(box, index=out.index, dtype="str"), _key=rows.values["_key"].to_numpy())[
        ["_key", *out.columns, "_shape"]
    ]


def _outside(xy: Points, project: Ground) -> npt.NDArray[np.bool_]:
    """Which points are farther outside the ground than they may be; the exact distance only near its edge."""
    finite = np.isfinite(xy[:, 0]) & np.isfinite(xy[:, 1])
    out = ~absent(xy)
    out[finite] = ~shapely.contains_xy(project.near, xy[finite, 0], xy[finite, 1])
    doubtful = np.flatnonzero(out & finite)
    out[doubtful] = shapely.distance(shapely.points(xy[doubtful]), project.area) > project.outside_m
    return out


def _unlocate(rows: Rows, bad: npt.NDArray[np.bool_], proposed: pd.Series | None, why: str, ledger: Ledger) -> None:
    if bad.any():
        ledger.repair(rows.table.name, rows.values.loc[bad, "_key"].array, "geometry", _written(rows.delivered[bad]), proposed, why)


def _written(xy: Points, *, exchanged: bool = False) -> pd.Series:
    return pd.Series([f"POINT ({a:.10g} {b:.10g})" for a, b in (xy[:, ::-1] if exchanged else xy).tolist()], dtype="str")
