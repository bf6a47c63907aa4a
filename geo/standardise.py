"""Raw tables become checked tables: one CRS, one vocabulary, one address form. Every change is a row in the repairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from geopandas.array import GeometryArray

from geo.columns import repeats, sorting
from geo.crs import Shapes, move, reproject, swap
from geo.errors import CrsError, ProjectError
from geo.points import PAIR, XY, as_shapes, missing, nowhere, points_of
from geo.profile import Profile
from geo.read import Raw, Settings, Source
from geo.read.elements import agreed_scope, begin_reading, hold_texts, with_parts
from geo.read.ledger import CELL_CODES, Ledger
from geo.read.place import (  # fmt: skip
    ORDER,
    Layer,
    Reference,
    corrected,
    fit_points,
    fit_polygons,
    fit_villages,
    identify,
    layers_frame,
    note,
    reference,
    to_working,
    working_crs,
)
from geo.read.rows import Rows, by_key, ground, note_outside, texts_by_id, with_keys, without_duplicates, without_nowhere, without_outside
from geo.read.shapes import check_kind, check_lines, check_polygons, points_only, shape_array
from geo.read.values import OPEN_END, parse_date, type_table
from geo.tables import INPUT, Inputs, Table

_PAST = ("surveyed_on", "installed_on", "valid_from", "counted_on", "demolished_on")
"""Dates that record what has happened (a renaming may lie ahead); the newest of them is the day the data speak of."""
_FUTURE = ("expires_on", "valid_to")


def standardise(raw: Raw, *, profile: Profile, as_of: str | None = None, release: bool = False) -> Inputs:
    """Typed, checked tables in the working CRS.

    Parameters
    ----------
    raw
        What `read` returned; not changed unless `release`.
    profile
        Thresholds and address habits.
    as_of
        ISO day the rules mean by today; wins over doorplate.toml. Default: the newest past date in the data.
    release
        Let each raw table go as soon as it is typed: `raw.tables` is empty afterwards, and the two never fill memory together.

    Returns
    -------
    Inputs
        See its docstring. A datum or shift that passed its gate is applied and listed in `layers` and `repairs`.

    Raises
    ------
    CrsError
        The system of a layer cannot be told.
    SourceError
        A layer holds shapes of the wrong kind.
    ProjectError
        `as_of` is no day, or is needed and the data hold no date.
    """
    ledger = Ledger([raw.quarantine] if len(raw.quarantine) else [], [raw.repairs] if len(raw.repairs) else [])
    delivered = frozenset(raw.tables)
    declared = {role: getattr(table, "crs", raw.crs.get(role)) for role, table in raw.tables.items()}
    take = raw.tables.pop if release else raw.tables.__getitem__
    rows = {role: _typed(take(role), role, raw.settings.source(role), ledger) for role in hold_texts(raw.tables)}
    scope = raw.settings.scope or agreed_scope([texts_by_id(rows[r]) for r in ("addresses", "population") if r in rows], profile)
    # texts and shapes ask nothing of each other, and shapely lets go of the interpreter
    reading = begin_reading(rows, scope, profile)
    rows |= {role: _typed(take(role), role, raw.settings.source(role), ledger) for role in INPUT if role in delivered - rows.keys()}
    rows, layers, crs = _placed_rows(rows, declared, raw.settings, profile, ledger)
    system = pyproj.CRS(crs)
    at = {role: r.values["_at"] for role, r in rows.items()}
    frames = {t.name: _finished(rows.pop(t.name), system) if t.name in rows else _empty(t, system) for t in INPUT.values()}
    if frames["villages"].empty:
        frames["villages"] = _whole(frames, profile.thresholds.outside_m)
    frames |= with_parts(frames, at, reading)
    frames["decisions"] = _placed(frames["decisions"], crs)
    quarantine = ledger.quarantine_frame()
    day, notes = _as_of(as_of or raw.settings.as_of, frames)
    return Inputs(
        **frames,
        delivered=delivered,
        crs=crs,
        as_of=day,
        scope=scope,
        layers=layers,
        quarantine=quarantine,
        repairs=ledger.repairs_frame(),
        sources=_counted(raw.sources, quarantine),
        notes=notes,
    )


def _placed_rows(
    rows: dict[str, Rows], declared: Mapping[str, pyproj.CRS | None], settings: Settings, profile: Profile, ledger: Ledger
) -> tuple[dict[str, Rows], pd.DataFrame, str]:
    """Rows whose shapes are checked and in the working CRS, what was found out about each layer (LAYERS), and that CRS.

    The given ones are taken out of their dict: nobody holds the shapes of a table beside those it comes to have.
    """
    rows = {role: rows.pop(role) for role in INPUT if role in rows}
    layers, place = _identified(rows, declared)
    crs = working_crs(place)
    layers = {role: to_working(layer, crs) for role, layer in layers.items()}
    rows = {role: _moved(r, layers[role].shapes) if role in layers else r for role, r in rows.items()}
    for role in ("villages", "buildings"):
        if role in rows:
            rows[role] = _polygons(rows[role], rows, ledger, profile)
    footprints = shapely.STRtree(rows["buildings"].shapes if "buildings" in rows else np.array([], dtype=object))
    for role in (r for r in ORDER if r in layers):
        ready = replace(layers[role], shapes=rows[role].shapes)
        layers[role] = _fitted(ready, rows, footprints, settings)
        note(layers[role], ledger)
        rows[role] = replace(rows[role], shapes=layers[role].shapes)
    for role in ("buildings_previous", "demolitions", "streets"):
        if role in rows:
            rows[role] = _polygons(rows[role], rows, ledger, profile) if INPUT[role].geometry == "polygon" else _lines(rows[role], ledger)
    for role in rows:  # one after the other: a table and its thinned copy are only in memory together while it is made
        rows[role] = without_duplicates(rows[role], ledger)
    return _located(rows, layers, crs, profile, ledger), layers_frame(layers), crs


def _moved(rows: Rows, shapes: Shapes) -> Rows:
    """Rows with their shapes in the working CRS; as delivered they are only kept where a message may show them."""
    return replace(rows, shapes=shapes, delivered=rows.delivered if rows.table.name in ("plates", "addresses", "buildings") else shapes)


def _identified(rows: dict[str, Rows], declared: Mapping[str, pyproj.CRS | None]) -> tuple[dict[str, Layer], Reference | None]:
    """The system of every layer; one that only its neighbours can tell is asked again when a neighbour is known."""
    layers: dict[str, Layer] = {}
    place: Reference | None = None
    waiting = [r for r in ORDER if r in rows and not missing(rows[r].shapes).all()]
    for role in (r for r in waiting if INPUT[r].geometry != "point"):
        check_kind(rows[role].shapes, INPUT[role], role)
    for last in (False, True):
        for role in [r for r in waiting if r not in layers]:
            try:
                layers[role] = identify(role, rows[role].shapes, declared[role], place)
            except CrsError:
                if last or (place is None and role == waiting[-1]):
                    raise
                continue
            place = place or reference(layers[role])
    return layers, place


def _typed(frame: pd.DataFrame, role: str, source: Source, ledger: Ledger) -> Rows:
    table = INPUT[role]
    frame = pd.DataFrame(with_keys(frame, table, ledger))
    shapes = shape_array(frame, table, ledger)
    frame = frame.drop(columns=["geometry", *PAIR], errors="ignore")
    loose = table.id is None and table.geometry == "none"  # to be put in the order of its content
    frame, shapes = (frame, shapes) if loose else by_key(frame, shapes)
    typed = type_table(frame, table, source.values, ledger)
    values = typed.assign(_key=frame["_key"], _source=frame["_source"], _row=frame["_row"])
    rows = Rows(table, values, shapes, shapes)
    if table.geometry == "point":
        points = points_only(shapes, values, role, ledger)
        rows = without_nowhere(replace(rows, delivered=points, shapes=points), ledger)
    rows = _by_content(rows) if loose else rows
    return replace(rows, values=rows.values.assign(_at=np.arange(len(values))))


def _polygons(rows: Rows, others: dict[str, Rows], ledger: Ledger, profile: Profile) -> Rows:
    areas = shapely.area(others["villages"].shapes) if rows.table.name == "buildings" and "villages" in others else np.array([])
    shapes, keep = check_polygons(
        rows.shapes, rows.values, rows.table, ledger, repair_ratio=profile.thresholds.repair_area_ratio, villages_m2=float(np.nansum(areas))
    )
    return replace(rows, shapes=shapes).keep(keep)


def _lines(rows: Rows, ledger: Ledger) -> Rows:
    return rows.keep(check_lines(rows.shapes, rows.values, rows.table, ledger))


def _fitted(layer: Layer, rows: dict[str, Rows], footprints: shapely.STRtree, settings: Settings) -> Layer:
    """The layer where it belongs: as confirmed in doorplate.toml, else as its fit to the footprints tells."""
    word = settings.source(layer.table).datum_correction
    if word is not None:
        return corrected(layer, word)
    if layer.table in ("buildings", "streets") or not len(footprints):
        return layer
    if layer.table == "villages":
        return fit_villages(layer, footprints)
    if layer.table in ("plates", "addresses"):
        return fit_points(layer, rows[layer.table].values["_key"], footprints, batch=rows[layer.table].values["_source"])
    if layer.table == "demolitions" and "buildings_previous" in rows:
        # What was demolished stands in the survey before, already brought onto the present one; ORDER puts that first.
        previous = rows["buildings_previous"].shapes
        footprints = shapely.STRtree(np.concatenate([footprints.geometries, previous[~shapely.is_missing(previous)]]))
    return fit_polygons(layer, rows[layer.table].values["_key"], footprints)


def _located(rows: dict[str, Rows], layers: dict[str, Layer], crs: str, profile: Profile, ledger: Ledger) -> dict[str, Rows]:
    """Points outside the project become null; what stands for the project is its villages, else its footprints."""
    area = next((rows[r].shapes for r in ("villages", "buildings") if r in rows and len(rows[r].shapes)), None)
    if area is None:
        return rows
    area = (
        area if "villages" in rows and len(rows["villages"].shapes) else np.array([shapely.convex_hull(shapely.geometrycollections(area))])
    )
    out, project = dict(rows), ground(area, profile.thresholds.outside_m)
    for role in ("plates", "addresses"):
        if role in layers:
            out[role] = without_outside(rows[role], project, _exchanging(layers[role].source, crs), ledger)
    if "buildings" in rows:
        note_outside(rows["buildings"], project, ledger)
    return out


def _exchanging(source: str, crs: str) -> Callable[[Shapes], Shapes]:
    """What puts delivered points, with their coordinates exchanged, into the working CRS."""
    return lambda shapes: reproject(move(shapes, swap), source, crs)


def _finished(rows: Rows, crs: pyproj.CRS) -> pd.DataFrame:
    """Rows in their order: by id, or by content where there is none."""
    rows = _by_content(rows) if rows.table.id is None and rows.table.geometry != "none" else rows
    table, frame = rows.table, rows.values[[c.name for c in rows.table.columns]]
    if table.name == "population":
        several = len(rows.values["_source"].unique()) > 1
        frame = frame.assign(source_row=rows.values["_source"] + rows.values["_key"] if several else rows.values["_key"])
    if table.geometry == "point":
        return frame.assign(**dict(zip(XY, map(np.ascontiguousarray, rows.shapes.T), strict=True)))
    return gpd.GeoDataFrame(frame, geometry=GeometryArray(rows.shapes, crs=crs)) if table.geometry != "none" else frame


def _by_content(rows: Rows) -> Rows:
    """Rows of a table without ids in the order of their content."""
    order = _order(rows)
    return rows if np.array_equal(order, np.arange(len(order))) else rows.at(order)


def _order(rows: Rows) -> npt.NDArray[np.intp]:
    """Rows in the order of their content, where that is equal of their place, then of their key."""
    columns = [c.name for c in rows.table.columns]
    order = sorting(rows.values[columns[0]])
    # only rows with equal first values are compared by the others
    again = repeats(rows.values[columns[0]].iloc[order])
    tied = order[np.append(again, False) | np.insert(again, 0, False)] if len(order) else order
    content = rows.values[[*columns, "_key"]].iloc[tied].set_axis(tied)
    if rows.table.geometry != "none":
        box = pd.DataFrame(shapely.bounds(rows.shapes[tied]).round(1), index=tied).add_prefix("_b")
        content = pd.concat([content[columns], box, content["_key"]], axis=1)
    order[np.isin(order, tied)] = content.sort_values(list(content.columns), kind="stable").index
    return order


def _empty(table: Table, crs: pyproj.CRS) -> pd.DataFrame:
    """A table that was not delivered: every column, no row."""
    nothing = pd.DataFrame({"_source": pd.Series(dtype="str"), "_row": pd.Series(dtype="int64"), "_key": pd.Series(dtype="str")})
    values = type_table(nothing, table, {}, Ledger()).assign(**nothing)
    none = nowhere(0) if table.geometry == "point" else np.array([], dtype=object)
    return _finished(Rows(table, values, none, none), crs)


def _placed(decisions: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Decisions with x_m, y_m: where a plate really hangs, in the working CRS."""
    known = decisions["to_lon"].notna() & decisions["to_lat"].notna()
    xy = nowhere(len(decisions))
    if known.any():
        xy[known.to_numpy()] = reproject(decisions.loc[known, ["to_lon", "to_lat"]].to_numpy(dtype=float), "EPSG:4490", crs)
    return decisions.assign(x_m=xy[:, 0], y_m=xy[:, 1])


def _whole(frames: dict[str, pd.DataFrame], outside_m: float) -> gpd.GeoDataFrame:
    """The one area of a project without villages: the hull of everything it holds; without any shape an empty one."""
    shapes = [np.asarray(frames[r].geometry.array, dtype=object) for r in ("buildings", "buildings_previous", "demolitions")]
    shapes += [as_shapes(points_of(frames[r])) for r in ("plates", "addresses")]
    there = np.concatenate([s[~shapely.is_missing(s)] for s in shapes])
    hull = shapely.buffer(shapely.convex_hull(shapely.geometrycollections(there)), outside_m) if len(there) else None
    crs = frames["buildings"].crs
    row = frames["villages"].drop(columns="geometry").reindex([0])
    row = row.astype(frames["villages"].drop(columns="geometry").dtypes).assign(village_code="", name="")
    return gpd.GeoDataFrame(
        row.astype({"village_code": "str", "name": "str"}), geometry=gpd.GeoSeries([hull], index=row.index, crs=crs), crs=crs
    )


def _as_of(said: str | None, frames: dict[str, pd.DataFrame]) -> tuple[pd.Timestamp, tuple[str, ...]]:
    """The day the rules mean by today, and what must be said about it."""
    dates = [frame[c].dropna() for frame in frames.values() for c in _PAST if c in frame]
    newest = max((d[d < OPEN_END].max() for d in dates if (d < OPEN_END).any()), default=None)
    if said is not None:
        day = parse_date(said)
        if day is None:
            raise ProjectError(f"as_of 应为 2026-06-30 这样的日期，实际为 {said}", f"as_of must be a day like 2026-06-30, not {said}")
        older = newest is not None and day < newest
        return day, (
            f"as_of_older: as_of 早于数据中的 {newest:%Y-%m-%d} / as_of is older than the data of {newest:%Y-%m-%d}",
        ) if older else ()
    if newest is not None:
        return pd.Timestamp(newest), ()
    if any(frame[c].notna().any() for frame in frames.values() for c in _FUTURE if c in frame):
        zh = "数据中没有可作为“今天”的日期；请在 doorplate.toml 写明 as_of 或使用 --as-of"
        raise ProjectError(zh, "the data hold no date to take as today; set as_of in doorplate.toml or use --as-of")
    return pd.Timestamp(1970, 1, 1), (
        "as_of_unknown: 数据中没有日期，与日期有关的规则不起作用 / the data hold no date; rules about dates find nothing",
    )


def _counted(sources: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """SOURCES with the rows refused so far: rows_read = kept + quarantined, refused cells not counted."""
    refused = quarantine[~quarantine["code"].isin(CELL_CODES)].groupby(["table", "source"])["row"].nunique()
    key = pd.MultiIndex.from_arrays([sources["table"], sources["file"]])
    n = refused.reindex(key, fill_value=0).to_numpy()
    return sources.assign(quarantined=n, kept=sources["rows_read"].to_numpy() - n)
