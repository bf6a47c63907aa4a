"""Which file is which table, and what a folder may not be."""

import hashlib

import geopandas as gpd
import pytest
import shapely

from geo.errors import CrsError, ProjectError, SourceError
from geo.read import read
from geo.tables import QUARANTINE, REPAIRS, SOURCES

ROW = "P1,长安路1号,已安装,106.2,29.6\n"


def test_a_register_is_the_table_of_addresses(folder):
    folder.text("register.csv", "地址编码,标准地址\nA1,长安路1号\n")
    assert list(folder.read().tables) == ["addresses"]


def test_endings_in_capitals_and_other_files_do_not_matter(folder):
    folder.plates(ROW).rename(folder.path / "PLATES.CSV")
    folder.text("readme.txt", "hello")
    folder.text("plates_old.csv", "x")
    assert list(folder.read().tables) == ["plates"]


def test_two_files_for_one_role_are_refused_until_one_is_named(folder):
    folder.plates(ROW)
    folder.text("plates.geojson", '{"type": "FeatureCollection", "features": []}')
    with pytest.raises(ProjectError, match=r"plates\.csv, plates\.geojson"):
        folder.read()
    folder.text("doorplate.toml", '[sources.plates]\nfile = "plates.csv"\n')
    assert len(folder.read().tables["plates"]) == 1


def test_an_empty_folder_and_no_folder_say_so(folder):
    with pytest.raises(ProjectError, match="holds no table"):
        folder.read()
    with pytest.raises(ProjectError, match="no project folder"):
        read(folder.path / "nowhere")


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "absent.csv"])
def test_a_named_file_must_lie_in_the_folder(folder, name):
    (folder.path.parent / "secret.csv").write_text("门牌编号,门牌号\nP1,x\n", encoding="utf-8")
    folder.text("doorplate.toml", f'[sources.plates]\nfile = "{name}"\n')
    with pytest.raises(ProjectError, match="in the project folder"):
        folder.read()


def test_files_may_be_a_list_or_a_pattern(folder):
    (folder.path / "parts").mkdir()
    header = "门牌编号,门牌号,安装状态,经度,纬度\n"
    folder.text("parts/a.csv", header + ROW)
    folder.text("parts/b.csv", header + ROW.replace("P1", "P2"), "gb18030")
    folder.text("doorplate.toml", '[sources.plates]\nfile = "parts/*.csv"\n')
    raw = folder.read()
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1", "P2"]
    assert raw.tables["plates"]["_source"].tolist() == ["parts/a.csv", "parts/b.csv"]
    assert raw.sources["file"].tolist() == ["parts/a.csv", "parts/b.csv"]


def test_what_is_read_is_named_with_its_hash_and_counts(folder):
    path = folder.plates(ROW)
    raw = folder.read()
    assert list(raw.sources.columns) == list(SOURCES)
    assert list(raw.quarantine.columns) == list(QUARANTINE)
    assert list(raw.repairs.columns) == list(REPAIRS)
    line = raw.sources.iloc[0]
    assert line["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (line["bytes"], line["format"], line["rows_read"], line["kept"]) == (path.stat().st_size, "csv", 1, 1)


def test_each_table_is_announced_before_it_is_read(folder):
    folder.plates(ROW)
    folder.text("addresses.csv", "地址编码,标准地址\nA1,长安路1号\n")
    told = []
    read(folder.path, on_step=lambda *step: told.append(step))
    assert told == [("plates", 1, 2), ("addresses", 2, 2)]


def test_the_named_system_wins_over_the_declared_one(folder):
    folder.plates(ROW)
    folder.text("doorplate.toml", '[sources.plates]\ncrs = "EPSG:4326"\n')
    assert folder.drawn("plates").crs.to_epsg() == 4326
    folder.text("doorplate.toml", '[sources.plates]\ncrs = "EPSG:99999"\n')
    with pytest.raises(CrsError, match="EPSG:99999"):
        folder.read()


def test_a_named_column_that_is_not_there_lists_what_is(folder):
    folder.plates(ROW)
    folder.text("doorplate.toml", '[sources.plates]\ncolumns = { text = "牌面" }\n')
    with pytest.raises(SourceError, match=r"no column 牌面.*门牌编号, 门牌号"):
        folder.read()


def test_a_named_column_is_used(folder):
    folder.text("plates.csv", "号码,字样,东,北\nP1,长安路1号,106.2,29.6\n")
    folder.text("doorplate.toml", '[sources.plates]\ncolumns = { plate_id = "号码", text = "字样", lon = "东", lat = "北" }\n')
    frame = folder.read().tables["plates"]
    assert frame[["plate_id", "text"]].values.tolist() == [["P1", "长安路1号"]]
    assert folder.drawn("plates")[0].equals(shapely.Point(106.2, 29.6))


def test_files_of_one_role_in_different_systems_are_brought_together(folder):
    def plates(name, crs):
        frame = gpd.GeoDataFrame({"plate_id": [name], "text": ["a"]}, geometry=gpd.points_from_xy([106.2], [29.6]), crs=4490).to_crs(crs)
        folder.frame(f"{name}.parquet", frame)

    plates("a", 4490)
    plates("b", 4544)
    folder.text("doorplate.toml", '[sources.plates]\nfile = ["a.parquet", "b.parquet"]\n')
    raw = folder.read()
    assert shapely.equals_exact(*raw.tables["plates"].geometry.array, tolerance=1e-9)
    assert raw.repairs["why"].str.startswith("reprojected").sum() == 1


def test_a_column_without_use_is_left_out_and_named(folder):
    folder.plates("P1,长安路1号,已安装,106.2,29.6,红\n", header="门牌编号,门牌号,安装状态,经度,纬度,颜色\n")
    raw = folder.read()
    assert raw.repairs[raw.repairs["why"].str.startswith("column_not_read")]["before"].tolist() == ["颜色"]


def test_a_point_layer_without_positions_uses_its_coordinate_columns(folder):
    frame = gpd.GeoDataFrame(
        {"plate_id": ["1"], "text": ["a"], "x": ["35616232"], "y": ["3275800"]}, geometry=gpd.GeoSeries([None], crs=4490)
    )
    folder.frame("plates.parquet", frame)
    out = folder.drawn("plates")
    assert out.crs.to_epsg() == 4523
    assert out[0].equals(shapely.Point(35616232, 3275800))


def test_the_source_files_are_never_changed(folder, houses):
    folder.plates(ROW)
    folder.frame("buildings.shp", houses, encoding="GBK")
    before = {p.name: p.read_bytes() for p in folder.path.iterdir()}
    folder.read()
    assert {p.name: p.read_bytes() for p in folder.path.iterdir()} == before
