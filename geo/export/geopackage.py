"""findings.gpkg: what QGIS opens, drawn and named in Chinese without anybody choosing a style.

Counts of persons stay out of it: this is the file that is handed on, and a count below five names a household.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely
from pyproj import CRS

from geo.export.parquet import tabulate
from geo.export.spatial_index import can_pack, write_spatial_index
from geo.export.style import Style, build_outline, build_style, style_findings, style_status
from geo.heap import give_back
from geo.outputs import OUTPUT
from geo.rule import Card
from geo.tables import COUNTS, Table, Verification

LAYERS = ("villages", "buildings", "addresses", "plates", "findings")
"""Bottom first, as QGIS lists them."""

PERSONS = "persons"
"""Unit of a finding that was judged by a count of persons."""

PART_N = 20_000
"""Rows handed to GDAL at a time, which holds the interpreter while it writes them."""

_POLYGON = b"\x01\x03\x00\x00\x00"
_ONE_OF_SEVERAL = pa.scalar(b"\x01\x06\x00\x00\x00\x01\x00\x00\x00")
_NOWHERE = np.full(2, np.nan).tobytes()
"""How a well-known binary of a polygon, of a multipolygon of one part and of a point without coordinates begins or ends."""

_EPOCH = "2000-01-01T00:00:00Z"  # GeoPackage notes when a layer was written; equal results must be equal files
_FAST = {"OGR_CURRENT_DATE": _EPOCH, "OGR_SQLITE_SYNCHRONOUS": "OFF", "OGR_SQLITE_JOURNAL": "OFF"}

_LAYER_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME DEFAULT CURRENT_TIMESTAMP)
"""
_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)
"""
_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault,
                          description, owner, update_time)
VALUES ('', '', ?, 'geom', ?, ?, ?, 1, ?, '', ?)
"""


def write_geopackage(
    verification: Verification, path: Path, *, cards: Iterable[Card], tabulated: Callable[[pd.DataFrame, Table], pa.Table] = tabulate
) -> None:
    """Write the layers of `LAYERS` with a default style each.

    Parameters
    ----------
    verification
        Result of a run, in the working CRS.
    path
        New file; its folder exists and it does not.
    cards
        Cards of all findings in order of precedence: they give the categories, labels and signs.
    tabulated
        Called with each layer and its declaration just before it is written; returns what `tabulate` does.
    """
    cards = tuple(cards)
    ours = can_pack()
    before = {key: pyogrio.get_gdal_config_option(key) for key in _FAST}
    pyogrio.set_gdal_config_options(_FAST)
    try:
        for name in LAYERS:
            give_back()
            frame = getattr(verification, name)
            _write_layer(tabulated(frame, OUTPUT[name]), path, OUTPUT[name], crs=frame.crs, cards=cards, index=not ours)
    finally:
        pyogrio.set_gdal_config_options(before)
    # GDAL has closed the file: two SQLite libraries on one open file in one process lose data
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        for name in LAYERS if ours else ():
            write_spatial_index(db, name, shapely.bounds(getattr(verification, name).geometry.array))
        _write_styles(db, _build_styles(cards))


def _write_layer(rows: pa.Table, path: Path, table: Table, *, crs: CRS, cards: tuple[Card, ...], index: bool) -> None:
    area = table.geometry == "polygon"
    rows = rows.select([*(c.name for c in table.columns if c.name not in COUNTS), "geometry"]).replace_schema_metadata(None)

    def parts() -> Iterator[pa.RecordBatch]:
        for first in range(0, max(len(rows), 1), PART_N):
            part = rows.slice(first, PART_N)
            part = _withhold_counts(part, cards) if table.name == "findings" else part
            yield from _for_ogr(part, area=area).combine_chunks().to_batches()

    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(_for_ogr(rows.slice(0, 0), area=area).schema, parts()),
        path,
        layer=table.name,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="MultiPolygon" if area else "Point",
        crs=crs.to_wkt(),
        append=path.exists(),
        layer_options={
            "GEOMETRY_NAME": "geom",
            "FID": "fid",
            "IDENTIFIER": table.zh,
            "DESCRIPTION": table.en,
            "SPATIAL_INDEX": "YES" if index else "NO",
        },
    )


def _withhold_counts(findings: pa.Table, cards: tuple[Card, ...]) -> pa.Table:
    """The findings, those judged by a count of persons with the title of their card instead of the sentence."""
    persons = pc.fill_null(pc.equal(findings["unit"], PERSONS), False)
    card = pc.index_in(findings["code"], pa.array([c.code for c in cards]))
    withheld = {"value": pa.scalar(None, pa.float64())}
    for column, titles, why in (
        ("detail_zh", [c.zh for c in cards], "（人数不随本文件传递）"),
        ("detail_en", [c.en for c in cards], " (counts are not handed on)"),
    ):
        title = pc.coalesce(pa.array(titles, pa.string()).take(card), findings["code"])
        withheld[column] = pc.binary_join_element_wise(title, why, "")
    for column, instead in withheld.items():
        at = findings.column_names.index(column)
        findings = findings.set_column(at, column, pc.if_else(persons, instead, findings[column]))
    return findings


def _for_ogr(rows: pa.Table, *, area: bool) -> pa.Table:
    """The rows with lists as text and one type of geometry."""
    for i, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(i, field.name, pc.binary_join(rows[field.name], ","))
    shapes = rows["geometry"]
    # one geometry type per layer: QGIS gives a mixed layer no default style
    if area:
        several = pc.binary_join_element_wise(_ONE_OF_SEVERAL, shapes, pa.scalar(b""))
        shapes = pc.if_else(pc.starts_with(shapes, _POLYGON), several, shapes)
    else:
        shapes = pc.if_else(pc.ends_with(shapes, _NOWHERE), pa.scalar(None, pa.binary()), shapes)
    return rows.set_column(len(rows.column_names) - 1, "geometry", shapes)


def _build_styles(cards: tuple[Card, ...]) -> Mapping[str, Style]:
    styles = {"villages": build_outline(OUTPUT["villages"])}
    for name, subject in (("buildings", "building"), ("addresses", "address"), ("plates", "plate")):
        styles[name] = build_style(_shown(OUTPUT[name]), style_status(cards, subject=subject), attribute="status")
    styles["findings"] = build_style(OUTPUT["findings"], style_findings(cards), attribute="code")
    return styles


def _shown(table: Table) -> Table:
    return Table(table.name, table.zh, table.en, tuple(c for c in table.columns if c.name not in COUNTS), table.geometry)


def _write_styles(db: sqlite3.Connection, styles: Mapping[str, Style]) -> None:
    db.execute(_LAYER_STYLES)
    db.execute(_CONTENTS, (_EPOCH.replace("Z", ".000Z"),))
    for name in LAYERS:
        db.execute(_STYLE, (name, "doorplate", styles[name].qml, styles[name].sld, OUTPUT[name].zh, _EPOCH.replace("Z", ".000Z")))
