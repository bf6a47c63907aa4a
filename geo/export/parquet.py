"""Tables as (Geo)Parquet: the schema comes from the declaration, never from what the rows happen to hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from geo.columns import is_sorted, repeats
from geo.tables import Column, Table

_TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "choice": pa.string(),
    "bool": pa.bool_(),
    "count": pa.float64(),
    "number": pa.float64(),
    "ratio": pa.float64(),
    "date": pa.date32(),
    "ids": pa.list_(pa.string()),
}
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""Well-known binary of a point."""


def write_parquet(frame: pd.DataFrame, path: Path, *, table: Table) -> None:
    """Write one table so that equal tables give equal bytes.

    Parameters
    ----------
    frame
        Rows of `table`, with its geometry (any CRS, metres or degrees) where it has one.
    path
        File to write.
    table
        The declaration; columns it does not know are written behind its own, by name.

    Raises
    ------
    ValueError
        A required column is missing or has nulls where the declaration knows none, or a choice is not one of its choices.
    """
    write_rows(tabulate(frame, table), path)


def write_rows(rows: pa.Table, path: Path) -> None:
    """Write what `tabulate` returned."""
    pq.write_table(rows, path, compression="zstd")


def tabulate(frame: pd.DataFrame, table: Table) -> pa.Table:
    """The rows as an Arrow table of the declared columns, in declared order, geometry as WKB with GeoParquet metadata.

    Parameters
    ----------
    frame
        Rows of `table`; an optional column that is missing is written as all-null (unknown).
    table
        The declaration.

    Returns
    -------
    pyarrow.Table
        Declared columns, then others by name, then `geometry` as the last one where the table has geometry.

    Raises
    ------
    ValueError
        As `write_parquet`.
    """
    _check(frame, table)
    n = len(frame)
    declared = {c.name: c for c in table.columns}
    others = sorted(set(frame.columns) - set(declared) - {"geometry"})
    columns = {
        name: _array(frame[name], column) if name in frame else pa.nulls(n, _TYPES[column.kind]) for name, column in declared.items()
    }
    columns |= {name: pa.array(frame[name], from_pandas=True) for name in others}
    metadata: dict[str, str] = {}
    if table.geometry != "none":
        series = gpd.GeoSeries(frame["geometry"])
        shapes = series.to_numpy()
        columns["geometry"] = _to_wkb(shapes)
        metadata["geo"] = json.dumps(_describe(shapes, series.crs), sort_keys=True, ensure_ascii=False)
    return pa.table(columns).replace_schema_metadata(metadata or None)


def read_parquet(path: Path, *, table: Table) -> pd.DataFrame:
    """The rows of one written table with the types of the engine: text `str`, counts float64, bools `boolean`, ids lists.

    Parameters
    ----------
    path
        File that `write_parquet` wrote.
    table
        The declaration.
    """
    frame: pd.DataFrame = gpd.read_parquet(path) if table.geometry != "none" else pd.read_parquet(path)
    for column in table.columns:
        if column.kind == "ids":
            frame[column.name] = [list(ids) for ids in frame[column.name]]
        elif column.kind == "bool":
            frame[column.name] = frame[column.name].astype("boolean")
        elif column.kind == "date":
            frame[column.name] = frame[column.name].astype("datetime64[ns]")
        elif _TYPES[column.kind] == pa.string():
            frame[column.name] = frame[column.name].astype("str")
    return frame


def _check(frame: pd.DataFrame, table: Table) -> None:
    wrong = []
    for column in table.columns:
        where = f"{table.name}.{column.name}"
        if column.name not in frame:
            if column.required:
                wrong.append(f"{where} is missing")
            continue
        values = frame[column.name]
        if column.required and column.null == "unknown" and values.isna().any():
            wrong.append(f"{where} has {int(values.isna().sum())} nulls")
        if column.choices and (others := set(values.dropna().unique()) - set(column.choices)):
            wrong.append(f"{where} has {sorted(others)[:3]}, none of {column.choices}")
        if column.kind == "id" and column.required and (repeats(values).any() if is_sorted(values) else values.duplicated().any()):
            wrong.append(f"{where} is not unique: {values[values.duplicated()].iloc[:3].tolist()}")
    if table.geometry != "none" and "geometry" not in frame:
        wrong.append(f"{table.name}.geometry is missing")
    if wrong:
        raise ValueError("; ".join(wrong))


def _array(values: pd.Series[Any], column: Column) -> pa.Array:
    kind = _TYPES[column.kind]
    if column.kind == "ids":
        return pa.array([[str(i) for i in ids] if isinstance(ids, list | tuple | np.ndarray) else [] for ids in values], type=kind)
    if values.isna().all():
        return pa.nulls(len(values), kind)
    if kind == pa.string():
        return pa.array(values.astype("str"), type=kind, from_pandas=True)
    if kind == pa.float64():
        return pa.array(values.astype("float64"), type=kind, from_pandas=True)
    if kind == pa.bool_():
        return pa.array(values.astype("boolean"), type=kind, from_pandas=True)
    return pa.array(values, from_pandas=True).cast(kind)


def _to_wkb(shapes: npt.NDArray[Any]) -> pa.Array:
    """Well-known binary of plane shapes; of points, which all have one length, written as one block, without an object for each."""
    if not np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.MISSING, shapely.GeometryType.POINT]).all():
        return pa.array(shapely.to_wkb(shapes, byte_order=1), type=pa.binary())
    wkb = np.full(len(shapes), np.array((1, 1, np.nan, np.nan), dtype=_POINT))
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    wkb["x"][there], wkb["y"][there] = shapely.get_coordinates(shapes[there]).T
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_POINT.itemsize), len(shapes), [None, pa.py_buffer(wkb)])
    return pc.if_else(pa.array(shapely.is_missing(shapes)), pa.scalar(None, pa.binary()), fixed.cast(pa.binary()))


def _describe(shapes: npt.NDArray[Any], crs: CRS | None) -> dict[str, Any]:
    """GeoParquet 1.1 metadata; https://geoparquet.org/releases/v1.1.0/."""
    present = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    _, first = np.unique(shapely.get_type_id(present), return_index=True)
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(shape.geom_type for shape in present[first])}
    if crs is not None:
        column["crs"] = crs.to_json_dict()
    if len(present):
        column["bbox"] = shapely.total_bounds(present).tolist()
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
