"""findings.gpkg: what QGIS opens, drawn and named in Chinese without anybody choosing a style.

Counts of persons stay out of it: this is the file that is handed on, and a count below five names a household.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely

from geo.export.parquet import tabulate
from geo.export.style import Style, build_outline, build_style, style_findings, style_status
from geo.outputs import OUTPUT
from geo.rule import Card
from geo.tables import COUNTS, Table, Verification

LAYERS = ("villages", "buildings", "addresses", "plates", "findings")
"""Bottom first, as QGIS lists them."""

PERSONS = "persons"
"""Unit of a finding that was judged by a count of persons."""

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


def write_geopackage(verification: Verification, path: Path, *, cards: Iterable[Card]) -> None:
    """Write the layers of `LAYERS` with a default style each.

    Parameters
    ----------
    verification
        Result of a run, in the working CRS.
    path
        New file; its folder exists and it does not.
    cards
        Cards of all findings in order of precedence: they give the categories, labels and signs.
    """
    cards = tuple(cards)
    frames = {name: getattr(verification, name) for name in LAYERS}
    frames["findings"] = _withhold_counts(frames["findings"], cards)
    before = {key: pyogrio.get_gdal_config_option(key) for key in _FAST}
    pyogrio.set_gdal_config_options(_FAST)
    try:
        for name in LAYERS:
            _write_layer(frames[name], path, OUTPUT[name])
    finally:
        pyogrio.set_gdal_config_options(before)
    _write_styles(path, _build_styles(cards))


def _withhold_counts(findings: gpd.GeoDataFrame, cards: tuple[Card, ...]) -> gpd.GeoDataFrame:
    """The findings, those judged by a count of persons with the title of their card instead of the sentence."""
    persons = findings["unit"].eq(PERSONS)
    titles_zh, titles_en = {c.code: c.zh for c in cards}, {c.code: c.en for c in cards}
    out = findings.copy()
    out["value"] = findings["value"].mask(persons)
    out["detail_zh"] = findings["detail_zh"].mask(
        persons, findings["code"].map(titles_zh).fillna(findings["code"]) + "（人数不随本文件传递）"
    )
    out["detail_en"] = findings["detail_en"].mask(
        persons, findings["code"].map(titles_en).fillna(findings["code"]) + " (counts are not handed on)"
    )
    return out


def _write_layer(frame: gpd.GeoDataFrame, path: Path, table: Table) -> None:
    area = table.geometry == "polygon"
    shapes = _to_multi(frame.geometry) if area else _to_null(frame.geometry)
    declared = [c.name for c in table.columns if c.name not in COUNTS and c.name in frame]
    rows = tabulate(frame[declared].set_geometry(shapes), table=table)
    rows = rows.drop_columns([c for c in COUNTS if c in rows.column_names])
    for i, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(i, field.name, pc.binary_join(rows.column(i), ","))
    pyogrio.write_arrow(
        rows.replace_schema_metadata(None),
        path,
        layer=table.name,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type="MultiPolygon" if area else "Point",
        crs=frame.crs.to_wkt(),
        append=path.exists(),
        layer_options={"GEOMETRY_NAME": "geom", "FID": "fid", "IDENTIFIER": table.zh, "DESCRIPTION": table.en, "SPATIAL_INDEX": "YES"},
    )


def _to_multi(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    # one geometry type per layer: QGIS gives a mixed layer no default style
    values = np.array(shapes.array, dtype=object)
    single = np.flatnonzero(shapely.get_type_id(values) == shapely.GeometryType.POLYGON)
    if len(single):
        values[single] = shapely.multipolygons(values[single], indices=np.arange(len(single)))
    return gpd.GeoSeries(values, index=shapes.index, crs=shapes.crs)


def _to_null(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    return shapes.mask(shapes.is_empty)


def _build_styles(cards: tuple[Card, ...]) -> Mapping[str, Style]:
    styles = {"villages": build_outline(OUTPUT["villages"])}
    for name, subject in (("buildings", "building"), ("addresses", "address"), ("plates", "plate")):
        styles[name] = build_style(_shown(OUTPUT[name]), style_status(cards, subject=subject), attribute="status")
    styles["findings"] = build_style(OUTPUT["findings"], style_findings(cards), attribute="code")
    return styles


def _shown(table: Table) -> Table:
    return Table(table.name, table.zh, table.en, tuple(c for c in table.columns if c.name not in COUNTS), table.geometry)


def _write_styles(path: Path, styles: Mapping[str, Style]) -> None:
    # GDAL has closed the file: two SQLite libraries on one open file in one process lose data
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(_LAYER_STYLES)
        db.execute(_CONTENTS, (_EPOCH.replace("Z", ".000Z"),))
        for name in LAYERS:
            db.execute(_STYLE, (name, "doorplate", styles[name].qml, styles[name].sld, OUTPUT[name].zh, _EPOCH.replace("Z", ".000Z")))
