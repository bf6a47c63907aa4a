"""GeoPackage, read row by row from its tables: a value is what is stored, never what its column promises.

GDAL reads the text 三 in an INTEGER column as 0, and runs the SQL of a view while opening a file; SQLite itself hands
out each stored value with its own type, and only real tables are asked.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj

from geo.crs import Shapes
from geo.errors import SourceError
from geo.read.delivered import Delivered, check_headers, text_frame
from geo.read.ledger import Ledger
from geo.read.parquet import parse_wkb

_ENVELOPE = (0, 32, 48, 48, 64)


def read_gpkg(path: Path, role: str, ledger: Ledger, *, layer: str | None = None) -> Delivered:
    """One table of a GeoPackage: the named one, the one named like the role, or the only one.

    Raises
    ------
    SourceError
        Damaged, no GeoPackage, changes that are not yet written into the file, the layer is a view or virtual table, or
        several layers and none is named.
    """
    pending = path.with_name(path.name + "-wal")
    if pending.is_file() and pending.stat().st_size:
        zh = f"{path.name}：仍被其他程序打开，有未写入的改动（{pending.name}）；请关闭后重新提交"
        raise SourceError(
            zh, f"{path.name}: still open in another program, with changes not yet written ({pending.name}); close it and hand in again"
        )
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            base.text_factory = lambda b: b.decode("utf-8", "replace")
            name = _layer(base, path.name, role, layer)
            columns, geometry = _columns(base, name)
            crs = _crs(base, name, path.name)
            listed = ", ".join(_quoted(c) for c in ([geometry] if geometry else []) + columns)
            records = base.execute(f"SELECT {listed} FROM {_quoted(name)}").fetchall()  # noqa: S608  identifiers quoted, from the schema
    except (sqlite3.Error, UnicodeDecodeError) as e:
        raise SourceError(f"{path.name}：文件损坏或不完整（{e}）", f"{path.name}: the file is damaged or cut off ({e})") from e
    check_headers(columns, path.name, path.name)
    values = list(zip(*records, strict=True)) if records else [()] * (len(columns) + bool(geometry))
    rows = np.arange(1, len(records) + 1)
    shapes, keep = None, np.ones(len(records), bool)
    if geometry:
        shapes, corrupt = _shapes(values[0])
        refused = pd.DataFrame({"_source": path.name, "_row": rows[corrupt]})
        ledger.refuse(role, refused, "geom_corrupt", "geometry", None, "几何数据损坏，请重新导出 / the shape is damaged, export it again")
        keep, shapes = ~corrupt, shapes[~corrupt]
    texts = text_frame([["" if isinstance(v, bytes) else v for v in column] for column in values[bool(geometry) :]], columns, len(records))
    texts = texts[keep].reset_index(drop=True)
    return Delivered(texts, rows[keep], len(rows), "gpkg", shapes, crs, "utf-8", name)


def _layer(base: sqlite3.Connection, file: str, role: str, layer: str | None) -> str:
    kinds = dict(base.execute("SELECT name, type || ' ' || substr(upper(ltrim(sql)), 1, 15) FROM sqlite_master").fetchall())
    listed = [
        r[0] for r in base.execute("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY table_name")
    ]
    tables = [t for t in listed if kinds.get(t, "").startswith("table CREATE TABLE")]
    wanted = [t for t in listed if t == layer] if layer else listed
    if layer and layer not in listed:
        raise SourceError(f"{file}：没有图层 {layer}；有：{', '.join(listed)}", f"{file}: no layer {layer}; there are: {', '.join(listed)}")
    if wanted and not set(wanted) & set(tables):
        raise SourceError(
            f"{file}：图层 {wanted[0]} 是视图或虚表，不予读取；请导出为表",
            f"{file}: layer {wanted[0]} is a view or virtual table and is refused; export it as a table",
        )
    wanted = [t for t in wanted if t in tables]
    if len(wanted) > 1 and role in wanted:
        wanted = [role]
    if len(wanted) != 1:
        zh = f"{file}：有 {len(wanted)} 个图层（{', '.join(wanted)}）；请在 doorplate.toml 用 layer 指定一个"
        raise SourceError(zh, f"{file}: {len(wanted)} layers ({', '.join(wanted)}); name one as layer in doorplate.toml")
    return str(wanted[0])


def _columns(base: sqlite3.Connection, table: str) -> tuple[list[str], str | None]:
    """Attribute columns without the row number of the format, and the geometry column."""
    info = base.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
    found = (
        base.execute("SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()
        if _has(base, "gpkg_geometry_columns")
        else None
    )
    geometry = found[0] if found else None
    return [
        n for n, kind, pk in info if n != geometry and not (pk and kind.upper().startswith("INT") and n.lower() in ("fid", "ogc_fid"))
    ], geometry


def _has(base: sqlite3.Connection, table: str) -> bool:
    return base.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone() is not None


def _crs(base: sqlite3.Connection, table: str, file: str) -> pyproj.CRS | None:
    if not _has(base, "gpkg_geometry_columns"):
        return None
    query = (
        "SELECT s.srs_id, s.organization, s.organization_coordsys_id, s.definition FROM gpkg_geometry_columns g "
        "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id WHERE g.table_name = ?"
    )
    found = base.execute(query, (table,)).fetchone()
    if found is None or found[0] in (0, -1, 99999) or str(found[3]).strip().lower() in ("", "undefined"):
        return None
    try:
        known = str(found[1]).upper() == "EPSG"
        return pyproj.CRS.from_epsg(found[2]) if known else pyproj.CRS.from_user_input(found[3])
    except pyproj.exceptions.CRSError as e:
        raise SourceError(
            f"{file}：无法识别坐标系；请在 doorplate.toml 写明 crs", f"{file}: unreadable CRS; name it as crs in doorplate.toml"
        ) from e


def _shapes(blobs: tuple[Any, ...]) -> tuple[Shapes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Shapes of GeoPackage blobs: a header of 8 bytes and an envelope, then WKB."""
    plain = np.full(len(blobs), None, dtype=object)
    plain[:] = [
        None if b is None else b[8 + _ENVELOPE[min(b[3] >> 1 & 7, 4)] :] if isinstance(b, bytes) and b[:2] == b"GP" and len(b) > 8 else b""
        for b in blobs
    ]
    return parse_wkb(plain)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
