"""GeoParquet and plain Parquet."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from geo.columns import as_column, sorting
from geo.crs import Shapes
from geo.errors import SourceError
from geo.points import Points, nowhere
from geo.read.delivered import Delivered, check_headers
from geo.read.headers import match_headers
from geo.read.ledger import Ledger
from geo.tables import INPUT

_POINT_BYTES = 21
_BLOBS_N = 8192
_WORD_BYTES = 3
"""A column of texts with fewer bytes per row in its file is kept there as numbers of words."""
_POINT_HEAD = np.array([1, 1, 0, 0, 0], np.uint8)


def read_parquet(path: Path, role: str, ledger: Ledger) -> Delivered:
    """One Parquet file; shapes and CRS from its geo metadata (absent CRS: longitude/latitude by the format's definition).

    Raises
    ------
    SourceError
        Cut off or damaged, or shapes in an encoding other than WKB.
    """
    try:
        # In one thread: on a file of a few row groups several take twice the work and no less time.
        table = pq.read_table(path, use_threads=False, read_dictionary=_of_few_words(pq.read_metadata(path)))
        # Bytes that are no UTF-8 under a type that promises it would otherwise fail wherever they are first looked at.
        table.validate(full=True)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as e:
        raise SourceError(f"{path.name}：Parquet 文件损坏或不完整", f"{path.name}: the Parquet file is damaged or cut off") from e
    check_headers(table.column_names, path.name, path.name)
    order = _by_id(table, role)
    meta = _geo(table.schema.metadata or {}, path.name)
    name = meta.get("primary_column") or _wkb_column(table)
    shapes, crs, bad = None, None, np.zeros(table.num_rows, bool)
    if name is not None and name in table.column_names:
        column = meta.get("columns", {}).get(name, {})
        if str(column.get("encoding", "WKB")).upper() != "WKB":
            raise SourceError(f"{path.name}：几何编码不是 WKB，请另存", f"{path.name}: shapes are not encoded as WKB; save it again")
        points = _points(table.column(name), order) if INPUT[role].geometry == "point" else None
        shapes, bad = (points, bad) if points is not None else _shapes(_in_order(table.column(name), order))
        crs = _crs(column, meta, path.name)
    texts = _texts(table.drop_columns([n for n in table.column_names if n == name or _opaque(table.schema.field(n).type)]), order)
    rows = np.arange(1, len(texts) + 1) if order is None else order.to_numpy() + 1
    if bad.any():
        refused = pd.DataFrame({"_source": path.name, "_row": rows[bad]})
        ledger.refuse(role, refused, "geom_corrupt", "geometry", None, "几何数据损坏，请重新导出 / the shape is damaged, export it again")
        texts, shapes = texts[~bad].reset_index(drop=True), shapes[~bad] if shapes is not None else None
    return Delivered(texts, rows[~bad], len(rows), "parquet", shapes, crs)


def _of_few_words(file: pq.FileMetaData) -> list[str]:
    """The columns of texts that the file keeps as numbers of words: so they are read and put in order, and written out last."""
    bytes_n: Counter[str] = Counter()
    for group in map(file.row_group, range(file.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            bytes_n[column.path_in_schema] += column.total_uncompressed_size
    return [f.name for f in file.schema.to_arrow_schema() if _is_text(f.type) and bytes_n[f.name] < _WORD_BYTES * file.num_rows]


def _by_id(table: pa.Table, role: str) -> pa.Array | None:
    """The order of the ids, as far as it can be told yet, null if the rows have it: shapes made in it lie side by side in memory.

    Rows without an id are put in the order of their first column, of tables without shapes: there the order of their content begins.
    """
    first = INPUT[role].columns[0].name if INPUT[role].geometry == "none" else ""
    at = match_headers(role, table.column_names).get(INPUT[role].id or first)
    if at is None or not _is_text(table.schema.types[at]):
        return None
    order = sorting(table.column(at).combine_chunks())
    return pa.array(order) if (np.diff(order) < 0).any() else None


def _in_order(column: pa.ChunkedArray, order: pa.Array | None) -> pa.Array:
    whole = column.combine_chunks()
    return whole if order is None else whole.take(order)


def _shapes(blobs: pa.Array) -> tuple[Shapes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Shapes of a column of blobs, some at a time: the blobs of a whole layer leave holes in the memory they are taken from."""
    parts = [parse_wkb(blobs.slice(i, _BLOBS_N).to_numpy(zero_copy_only=False)) for i in range(0, max(len(blobs), 1), _BLOBS_N)]
    return np.concatenate([shapes for shapes, _ in parts]), np.concatenate([bad for _, bad in parts])


def parse_wkb(blobs: np.ndarray[Any, np.dtype[np.object_]]) -> tuple[Shapes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Shapes of WKB blobs (None for null) and which blobs are no shape."""
    shapes = np.asarray(shapely.from_wkb(blobs, on_invalid="ignore"), dtype=object)
    lost = shapely.is_missing(shapes)
    lost[lost] = [b is not None for b in blobs[lost]]
    return shapes, lost


def _points(column: pa.ChunkedArray, order: pa.Array | None) -> Points | None:
    """Points straight from the bytes of a column that holds nothing else; None if it does. Neither a blob nor a shape per row is made."""
    there = column.is_valid().to_numpy()
    blobs = column.combine_chunks().drop_null()
    if not len(blobs) or pc.min_max(pc.binary_length(blobs)).as_py() != {"min": _POINT_BYTES, "max": _POINT_BYTES}:
        return None
    start = blobs.offset * 8 if pa.types.is_large_binary(blobs.type) else blobs.offset * 4
    first = int(np.frombuffer(blobs.buffers()[1], "<i8" if pa.types.is_large_binary(blobs.type) else "<i4", 1, start)[0])
    raw = np.frombuffer(blobs.buffers()[2], np.uint8, _POINT_BYTES * len(blobs), first).reshape(-1, _POINT_BYTES)
    if (raw[:, :5] != _POINT_HEAD).any():
        return None
    # WKB writes an empty point as NaN, NaN: as none
    xy = nowhere(len(column))
    xy[there] = np.ascontiguousarray(raw[:, 5:]).view("<f8")
    return xy if order is None else xy[order.to_numpy()]


def _geo(metadata: dict[bytes, bytes], name: str) -> dict[str, Any]:
    try:
        meta = json.loads(metadata.get(b"geo", b"{}"))
    except ValueError as e:
        raise SourceError(f"{name}：geo 元数据不是有效的 JSON", f"{name}: the geo metadata is not valid JSON") from e
    return meta if isinstance(meta, dict) else {}


def _wkb_column(table: pa.Table) -> str | None:
    names = (n for n in table.column_names if n.lower() in ("geometry", "geom", "wkb", "wkb_geometry"))
    return next(
        (n for n in names if pa.types.is_binary(table.schema.field(n).type) or pa.types.is_large_binary(table.schema.field(n).type)), None
    )


def _crs(column: dict[str, Any], meta: dict[str, Any], name: str) -> pyproj.CRS | None:
    if not meta or ("crs" in column and column["crs"] is None):
        return None
    try:
        return pyproj.CRS.from_user_input(column.get("crs", "OGC:CRS84"))
    except pyproj.exceptions.CRSError as e:
        raise SourceError(
            f"{name}：无法识别坐标系；请在 doorplate.toml 写明 crs", f"{name}: unreadable CRS; name it as crs in doorplate.toml"
        ) from e


def _opaque(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _texts(table: pa.Table, order: pa.Array | None) -> pd.DataFrame:
    """Every column as text; numbers that are whole without '.0', of 16 digits and more as they are really kept."""
    columns, index = {}, pd.RangeIndex(table.num_rows)
    for i, column in enumerate(table.columns):
        values = _in_order(column, order)
        if pa.types.is_integer(values.type):  # mostly counts: each is written once
            values = values.dictionary_encode()
        known = pa.types.is_dictionary(values.type)
        columns[i] = as_column(_as_texts(values.dictionary).take(values.indices) if known else _as_texts(values), index)
    frame = pd.DataFrame(columns, index=index)
    frame.columns = pd.Index(table.column_names, dtype="str")
    return frame


def _as_texts(values: pa.Array) -> pa.Array:
    if pa.types.is_floating(values.type):
        values = _number_texts(values.to_numpy(zero_copy_only=False).astype(float))
    elif pa.types.is_timestamp(values.type):
        values = pa.array(pd.Series(values.to_pandas()).astype("str"), from_pandas=True)
    texts = values.cast(pa.large_string())
    return _blank_to_null(texts) if _is_text(values.type) else texts


def _number_texts(numbers: np.ndarray[Any, np.dtype[np.float64]]) -> pa.Array:
    missing = np.isnan(numbers)
    whole = np.isfinite(numbers) & (numbers == np.round(numbers)) & (np.abs(numbers) < 1e15)
    plain = pa.array(np.where(whole, numbers, 0.0).astype("int64")).cast(pa.large_string())
    exact = pa.array(numbers).cast(pa.large_string())
    large = (
        pa.array([f"{v:.15E}" if abs(v) >= 1e15 else None for v in np.where(np.abs(numbers) >= 1e15, numbers, 0.0)], pa.large_string())
        if (np.abs(numbers) >= 1e15).any()
        else None
    )
    out = pc.if_else(pa.array(whole), plain, exact if large is None else pc.coalesce(large, exact))
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.large_string()), out)


def _blank_to_null(values: pa.Array) -> pa.Array:
    blank = pc.or_(pc.utf8_is_space(values), pc.equal(pc.binary_length(values), 0))
    return pc.if_else(blank, pa.scalar(None, values.type), values) if pc.any(blank).as_py() else values
