"""findings.gpkg opens in QGIS drawn, named and without a count of persons."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import fiona
import geopandas as gpd
import pyogrio
import pytest

from geo.export.geopackage import LAYERS, write_geopackage
from geo.export.palette import COLORS
from geo.export.style import style_status
from geo.outputs import EXTRA_STATUS, OUTPUT
from geo.rules import RULES
from geo.tables import COUNTS
from layers.style import look
from tests.export.town import CARDS, CRS, draw_verification

SLD = "{http://www.opengis.net/sld}"
OGC = "{http://www.opengis.net/ogc}"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "findings.gpkg"
    write_geopackage(draw_verification(), path, cards=CARDS)
    return path


def select(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def read_style(path: Path, layer: str, column: str) -> ET.Element:
    rows = select(path, f"SELECT f_table_name, {column} FROM layer_styles")
    return ET.fromstring(dict(rows)[layer])


def test_all_layers_are_there_with_one_geometry_type_and_the_working_crs(path: Path) -> None:
    for layer in LAYERS:
        info = pyogrio.read_info(path, layer=layer)
        assert info["geometry_type"] == ("MultiPolygon" if OUTPUT[layer].geometry == "polygon" else "Point")
        assert info["crs"] == CRS
        assert info["features"] == len(getattr(draw_verification(), layer))


def test_every_layer_has_exactly_one_default_style_where_qgis_looks_for_it(path: Path) -> None:
    rows = select(
        path, "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, useAsDefault FROM layer_styles ORDER BY id"
    )
    assert rows == [("", "", layer, "geom", 1) for layer in LAYERS]
    assert select(path, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [("attributes",)]
    columns = {row[1] for row in select(path, "PRAGMA table_info(layer_styles)")}
    assert {"styleName", "styleQML", "styleSLD", "description", "owner", "ui", "update_time"} <= columns


@pytest.mark.parametrize(
    ("layer", "attribute"), [("findings", "code"), ("buildings", "status"), ("plates", "status"), ("addresses", "status")]
)
def test_each_category_has_its_symbol_and_each_value_in_the_layer_its_category(path: Path, layer: str, attribute: str) -> None:
    style = read_style(path, layer, "styleQML")
    renderer = style.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == attribute
    categories = {c.get("value"): c.get("symbol") for c in renderer.iter("category")}
    symbols = {s.get("name"): s for s in renderer.iter("symbol")}
    assert set(categories.values()) == set(symbols)
    assert set(gpd.read_file(path, layer=layer)[attribute]) <= set(categories)
    area = OUTPUT[layer].geometry == "polygon"
    assert {s.get("type") for s in symbols.values()} == {"fill" if area else "marker"}
    literals = {e.text for e in read_style(path, layer, "styleSLD").iter(f"{OGC}Literal")}
    assert literals == set(categories) - {""}


def test_every_status_there_is_has_a_sign() -> None:
    for subject in ("building", "plate", "address"):
        signs = [sign.value for sign in style_status(CARDS, subject=subject)]
        assert signs == [card.code for card in CARDS] + list(EXTRA_STATUS)


def test_qgis_and_the_map_of_the_app_show_a_finding_in_one_colour() -> None:
    codes = [rule.card.code for rule in RULES] + list(EXTRA_STATUS)
    assert {code: COLORS.get(code) for code in codes} == {code: look(code).fill for code in codes}


def test_findings_that_differ_in_kind_or_severity_differ_in_more_than_colour(path: Path) -> None:
    style = read_style(path, "findings", "styleQML")
    looks = {}
    for symbol in style.iter("symbol"):
        options = {o.get("name"): o.get("value") for o in symbol.iter("Option")}
        looks[symbol.get("name")] = (options["name"], options["size"])
    assert looks["0"] == ("square", "3.6")
    assert len({looks[str(i)] for i in range(len(CARDS))}) == len(CARDS)


def test_columns_carry_their_chinese_names_and_labels_the_titles_of_the_cards(path: Path) -> None:
    style = read_style(path, "findings", "styleQML")
    aliases = {a.get("field"): a.get("name") for a in style.iter("alias")}
    assert aliases == {c.name: c.zh for c in OUTPUT["findings"].columns}
    labels = [c.get("label") for c in style.iter("category")]
    assert labels[0] == "题unplated_building title of unplated_building"
    fields = list(pyogrio.read_info(path, layer="findings")["fields"])
    assert [a.get("field") for a in sorted(style.iter("alias"), key=lambda a: int(a.get("index", "0")))] == fields


def test_no_layer_carries_a_count_of_persons(path: Path) -> None:
    for layer in LAYERS:
        fields = set(pyogrio.read_info(path, layer=layer)["fields"])
        aliases = {a.get("field") for a in read_style(path, layer, "styleQML").iter("alias")}
        assert not (fields | aliases) & set(COUNTS)


def test_a_finding_judged_by_a_count_of_persons_is_handed_on_without_it(tmp_path: Path) -> None:
    drawn = draw_verification()
    told = {
        "value": [3.0, 41.5],
        "unit": ["persons", "m"],
        "detail_zh": ["登记着 3 人", "距 41.5 米"],
        "detail_en": ["3 people", "41.5 m away"],
    }
    verification = replace(drawn, findings=drawn.findings.assign(**told))
    write_geopackage(verification, tmp_path / "a.gpkg", cards=CARDS)
    rows = select(tmp_path / "a.gpkg", "SELECT value, detail_zh, detail_en FROM findings ORDER BY finding_id")
    assert rows[0] == (None, "题unplated_building（人数不随本文件传递）", "title of unplated_building (counts are not handed on)")
    assert rows[1] == (41.5, "距 41.5 米", "41.5 m away")
    assert verification.findings["value"].tolist() == [3.0, 41.5]


def test_unknown_stays_null_and_missing_geometry_stays_missing(path: Path) -> None:
    assert select(path, "SELECT should_have_plate FROM buildings ORDER BY building_id") == [(1,), (None,)]
    assert select(path, "SELECT finding_id FROM findings WHERE geom IS NULL") == [("F2",)]
    assert select(path, "SELECT related FROM findings ORDER BY finding_id") == [("",), ("B1,B2",)]


def test_settings_of_gdal_are_left_as_they_were(tmp_path: Path) -> None:
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    write_geopackage(draw_verification(), tmp_path / "a.gpkg", cards=CARDS)
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    assert pyogrio.get_gdal_config_option("OGR_SQLITE_SYNCHRONOUS") is None


def test_the_file_is_a_closed_sound_database_without_side_files(path: Path) -> None:
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert select(path, "PRAGMA integrity_check") == [("ok",)]
    assert select(path, "PRAGMA journal_mode") == [("delete",)]
    assert select(path, "PRAGMA foreign_key_check") == []


def test_another_build_of_gdal_reads_the_same_rows(path: Path) -> None:
    with fiona.open(path, layer="findings") as layer:
        rows = [dict(feature.properties) for feature in layer]
        assert layer.crs.to_epsg() == 4544
    ours = draw_verification().findings
    assert [row["finding_id"] for row in rows] == ours["finding_id"].tolist()
    assert [row["detail_zh"] for row in rows] == ours["detail_zh"].tolist()
