"""GeoPackages: real tables only, and the value that is stored."""

import geopandas as gpd
import pytest
import shapely

from geo.errors import SourceError


@pytest.fixture
def plates(folder):
    frame = gpd.GeoDataFrame(
        {"门牌编号": ["P1", "P2", "P3"], "门牌号": ["长安路1号", "长安路2号", "长安路3号"], "number": [1, 2, 3]},
        geometry=gpd.points_from_xy([106.2, 106.201, 106.202], [29.6, 29.6, 29.6]),
        crs="EPSG:4490",
    )
    folder.frame("plates.gpkg", frame, layer="plates")
    return frame


@pytest.fixture
def counts(folder):
    frame = gpd.GeoDataFrame(
        {"地址编码": ["A1", "A2", "A3"], "户籍人口": [1, 2, 3]}, geometry=gpd.points_from_xy([1, 1, 1], [1, 1, 1]), crs=4490
    )
    folder.frame("population.gpkg", frame, layer="population")


def test_a_layer_is_read_with_its_declared_system(folder, plates):
    raw = folder.read()
    assert raw.tables["plates"].crs.to_epsg() == 4490
    assert shapely.equals_exact(raw.tables["plates"].geometry.array, plates.geometry.array, 1e-12).all()
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1", "P2", "P3"]


def test_text_in_an_integer_column_is_never_zero(folder, counts):
    folder.execute("population.gpkg", "UPDATE population SET 户籍人口 = '三' WHERE 地址编码 = 'A1'")
    assert folder.read().tables["population"]["registered_n"].tolist() == ["三", "2", "3"]
    inputs = folder.standardise()
    assert inputs.population["registered_n"].isna().tolist() == [True, False, False]
    assert inputs.quarantine[["key", "code", "value"]].values.tolist() == [["#1", "count_bad", "三"]]


def test_a_corrupt_shape_refuses_its_row(folder, plates):
    folder.execute(
        "plates.gpkg", "UPDATE plates SET geom = substr(geom, 1, 20) WHERE fid = 2", "UPDATE plates SET geom = x'00' WHERE fid = 3"
    )
    raw = folder.read()
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1"]
    assert raw.quarantine[["row", "code"]].values.tolist() == [[2, "geom_corrupt"], [3, "geom_corrupt"]]


def test_a_view_is_refused_and_its_sql_never_runs(folder, plates):
    folder.execute(
        "plates.gpkg",
        "CREATE VIEW bomb AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT x AS fid, '1' AS 门牌编号, '1' AS 门牌号 FROM c",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('bomb', 'attributes', 'bomb')",
    )
    assert len(folder.read().tables["plates"]) == 3  # the view is no candidate
    folder.text("doorplate.toml", '[sources.plates]\nlayer = "bomb"\n')
    with pytest.raises(SourceError, match="view or virtual table"):
        folder.read()


def test_several_layers_want_a_name_unless_one_is_called_like_the_role(folder, plates):
    folder.frame("plates.gpkg", plates.head(1), layer="other", append=True)
    assert folder.read().sources.loc[0, "layer"] == "plates"
    folder.execute("plates.gpkg", "UPDATE gpkg_contents SET data_type = 'tiles' WHERE table_name = 'plates'")
    assert folder.read().sources.loc[0, "layer"] == "other"
    folder.frame("plates.gpkg", plates.head(1), layer="third", append=True)
    with pytest.raises(SourceError, match="2 layers"):
        folder.read()
    folder.text("doorplate.toml", '[sources.plates]\nlayer = "third"\n')
    assert folder.read().sources.loc[0, "layer"] == "third"
    folder.text("doorplate.toml", '[sources.plates]\nlayer = "fourth"\n')
    with pytest.raises(SourceError, match="no layer fourth"):
        folder.read()


@pytest.mark.parametrize("srs", [0, -1])
def test_an_undefined_system_declares_nothing(folder, plates, srs):
    folder.execute("plates.gpkg", f"UPDATE gpkg_geometry_columns SET srs_id = {srs}")
    assert folder.read().tables["plates"].crs is None


def test_a_cut_file_is_named(folder, plates):
    data = (folder.path / "plates.gpkg").read_bytes()
    folder.bytes("plates.gpkg", data[: len(data) // 2])
    with pytest.raises(SourceError, match="damaged or cut off"):
        folder.read()


def test_a_database_that_is_no_geopackage_is_refused(folder):
    folder.execute("plates.gpkg", "CREATE TABLE a (b)")
    with pytest.raises(SourceError, match=r"plates\.gpkg"):
        folder.read()


def test_names_with_quotes_are_only_names(folder, plates):
    folder.execute(
        "plates.gpkg",
        'CREATE TABLE "a""b; DROP TABLE plates" (fid INTEGER PRIMARY KEY, "门牌编号" TEXT, "门牌号" TEXT)',
        """INSERT INTO "a""b; DROP TABLE plates" VALUES (1, 'Q1', '''); DROP TABLE plates--')""",
        """INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('a"b; DROP TABLE plates', 'attributes', 'x')""",
    )
    folder.text("doorplate.toml", "[sources.plates]\nlayer = 'a\"b; DROP TABLE plates'\n")
    assert folder.read().tables["plates"]["text"].tolist() == ["'); DROP TABLE plates--"]


def test_the_file_is_never_written(folder, plates):
    path = folder.path / "plates.gpkg"
    before = path.read_bytes()
    folder.read()
    assert path.read_bytes() == before
    assert [p.name for p in folder.path.iterdir()] == ["plates.gpkg"]


def test_changes_not_yet_written_are_not_overlooked(folder, plates):
    folder.bytes("plates.gpkg-wal", b"pending")
    with pytest.raises(SourceError, match="still open in another program"):
        folder.read()
    folder.bytes("plates.gpkg-wal", b"")
    assert len(folder.read().tables["plates"]) == 3
