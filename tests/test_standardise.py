"""Raw tables become checked tables: the same ones, however they are delivered."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely

from geo.address import parse
from geo.crs import GEOGRAPHIC, move, reproject, wgs84_to_gcj02
from geo.errors import CrsError, ProjectError, SourceError
from geo.points import XY, as_shapes, points_of
from geo.profile import Profile
from geo.read import Raw, read
from geo.standardise import standardise
from geo.tables import INPUT, LAYERS, PARSE, Inputs, Scope

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "judge"
CRS = "EPSG:4544"
N = 120


def grid():
    side = 12
    return 617000 + 30.0 * (np.arange(N) % side), 3276000 + 30.0 * (np.arange(N) // side)


@pytest.fixture(scope="module")
def town():
    """A complete small town in the working CRS: 120 houses with a plate and an address each, two villages, people."""
    rng = np.random.default_rng(11)
    x, y = grid()
    houses = shapely.box(x, y, x + rng.uniform(8, 11, N), y + rng.uniform(6, 9, N))
    doors = shapely.points(x + 5 + rng.normal(0, 2, N), y + 4 + rng.normal(0, 2, N))
    number = [f"{i:04d}" for i in range(N)]
    text = [f"重庆市璧山区广普镇双河社区长安路{i + 1}号" for i in range(N)]
    ground = {
        "buildings": gpd.GeoDataFrame(
            {"building_id": number, "use": "住宅", "floors_n": "2", "surveyed_on": "2025-01-01"}, geometry=houses, crs=CRS
        ),
        "plates": gpd.GeoDataFrame({"plate_id": [f"P{n}" for n in number], "text": text, "state": "已安装"}, geometry=doors, crs=CRS),
        "addresses": gpd.GeoDataFrame(
            {"address_id": [f"A{n}" for n in number], "text": text, "building_id": number}, geometry=doors, crs=CRS
        ),
        "villages": gpd.GeoDataFrame(
            {"village_code": ["500120101001", "500120101002"], "name": ["双河社区", "普兴村"]},
            geometry=[shapely.box(616900, 3275900, 617180, 3276400), shapely.box(617180, 3275900, 617500, 3276400)],
            crs=CRS,
        ),
        "buildings_previous": gpd.GeoDataFrame(
            {"building_id": number, "surveyed_on": "2019-05-01"}, geometry=move(houses, lambda a, b: (a + 1.2, b - 0.7)), crs=CRS
        ),
    }
    people = pd.DataFrame({"address_id": [f"A{n}" for n in number], "registered_n": "3", "counted_on": "2026-06-01"}, dtype="str")
    return ground | {"population": people}


def deliver(folder: Path, tables, *, crs=CRS, split=(), seed=None):
    """The town as parquet files: in some CRS, some tables in two files, rows and columns shuffled."""
    folder.mkdir(parents=True)
    toml = []
    for name, frame in tables.items():
        frame = frame.to_crs(crs) if isinstance(frame, gpd.GeoDataFrame) and crs else frame
        if seed is not None:
            rng = np.random.default_rng(seed)
            frame = frame.iloc[rng.permutation(len(frame)), rng.permutation(len(frame.columns))].reset_index(drop=True)
        if name in split:
            for k in (0, 1):
                frame.iloc[k::2].to_parquet(folder / f"{name}_{k}.parquet")
            toml.append(f'[sources.{name}]\nfile = ["{name}_0.parquet", "{name}_1.parquet"]')
        else:
            frame.to_parquet(folder / f"{name}.parquet")
    (folder / "doorplate.toml").write_text("\n".join(toml), encoding="utf-8")
    return folder


def inputs_of(folder, **options) -> Inputs:
    return standardise(read(folder), profile=Profile(), **options)


@pytest.fixture(scope="module")
def plain(town, tmp_path_factory):
    """The town delivered plainly, and what becomes of it."""
    return inputs_of(deliver(tmp_path_factory.mktemp("plain") / "a", town))


def shapes_of(frame):
    """The shapes of a checked table, or the points of its pairs of numbers."""
    return as_shapes(points_of(frame)) if XY[0] in frame else frame.geometry.array


def same(a: Inputs, b: Inputs, *, tolerance_m=1e-4):
    """Whether two runs see the same town; the row numbers of the population are the only thing a file may change."""
    for name in INPUT:
        one, two = getattr(a, name), getattr(b, name)
        drop = [c for c in ("geometry", "source_row", *XY) if c in one]
        pd.testing.assert_frame_equal(one.drop(columns=drop), two.drop(columns=drop))
        if INPUT[name].geometry != "none":
            mine, yours = (np.asarray(shapes_of(t), dtype=object) for t in (one, two))
            missing = shapely.is_missing(mine)
            assert (missing == shapely.is_missing(yours)).all()
            assert shapely.equals_exact(mine[~missing], yours[~missing], tolerance=tolerance_m).all()
    assert (a.crs, a.as_of, a.scope, a.delivered) == (b.crs, b.as_of, b.scope, b.delivered)
    assert a.layers["hypothesis"].tolist() == b.layers["hypothesis"].tolist()
    assert a.layers["applied"].tolist() == b.layers["applied"].tolist()


def test_every_table_has_every_declared_column_in_order_and_type(plain, town):
    inputs = plain
    kinds = {"bool": "boolean", "date": "datetime64[ns]", "count": "float64", "number": "float64", "ratio": "float64"}
    for table in INPUT.values():
        frame = getattr(inputs, table.name)
        assert list(frame.columns[: len(table.columns)]) == [c.name for c in table.columns]
        assert [str(frame[c.name].dtype) for c in table.columns] == [kinds.get(c.kind, "str") for c in table.columns]
        assert frame.index.equals(pd.RangeIndex(len(frame)))
        if table.geometry == "point":
            assert [str(frame[c].dtype) for c in XY] == ["float64", "float64"]
        elif table.geometry != "none":
            assert frame.crs.to_string() == inputs.crs
        if table.id:
            assert frame[table.id].is_monotonic_increasing
            assert frame[table.id].is_unique
            assert frame[table.id].notna().all()
    for role in ("plates", "addresses", "population"):
        assert set(PARSE) <= set(getattr(inputs, role).columns)
    assert {f"{c}_{side}" for c in PARSE for side in ("old", "new")} <= set(inputs.crosswalk.columns)
    assert list(inputs.layers.columns) == list(LAYERS)
    assert inputs.population["source_row"].tolist()[:2] == ["#1", "#2"]
    assert inputs.delivered == set(town)


def test_row_order_and_column_order_change_nothing(tmp_path, town, plain):
    same(plain, inputs_of(deliver(tmp_path / "b", town, seed=1)))


def test_two_files_are_one_table(tmp_path, town, plain):
    split = ("plates", "addresses", "buildings", "population")
    same(plain, inputs_of(deliver(tmp_path / "b", town, split=split)))


def test_columns_nobody_asked_for_change_nothing(tmp_path, town, plain):
    more = {k: v.assign(备注="x", colour=1.5) for k, v in town.items()}
    same(plain, inputs_of(deliver(tmp_path / "b", more)))


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4523", "EPSG:4545", "EPSG:3857", "EPSG:32648"])
def test_the_system_of_delivery_changes_nothing(tmp_path, town, plain, crs):
    same(plain, inputs_of(deliver(tmp_path / "b", town, crs=crs)), tolerance_m=0.01)


def test_the_same_town_in_other_formats_headers_words_and_encodings(tmp_path, town, plain):
    folder = tmp_path / "b"
    folder.mkdir()
    houses = (
        town["buildings"]
        .to_crs("EPSG:4523")
        .rename(columns={"building_id": "JZWBM", "use": "房屋用途", "floors_n": "LCS", "surveyed_on": "测量日期"})
    )
    pyogrio.write_dataframe(houses.assign(房屋用途="居住", 测量日期="2025/1/1"), folder / "buildings.shp", encoding="GBK")
    (folder / "buildings.cpg").unlink()
    marks = [
        f"<Placemark><name>{text}</name><ExtendedData><Data name='门楼牌编号'><value>{key}</value></Data>"
        f"<Data name='挂牌状态'><value>已上墙</value></Data></ExtendedData><Point><coordinates>{p.x!r},{p.y!r},0</coordinates></Point></Placemark>"
        for key, text, p in zip(town["plates"]["plate_id"], town["plates"]["text"], town["plates"].to_crs(4490).geometry, strict=True)
    ]
    (folder / "plates.kml").write_text(
        f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{''.join(marks)}</Document></kml>", encoding="utf-8"
    )
    survey = town["addresses"].to_crs("EPSG:4523")  # survey sheets: X is north, Y is east with its zone
    sheet = pd.DataFrame(survey.drop(columns="geometry")).assign(
        X坐标=survey.geometry.y.map("{:.5f}".format), Y坐标=survey.geometry.x.map("{:.5f}".format)
    )
    sheet = sheet.rename(columns={"address_id": "标准地址编号", "text": "DZMC", "building_id": "楼栋编号"})
    (folder / "register.csv").write_bytes(("标准地址清单\t\t\n" + sheet.to_csv(index=False, sep="\t") + "合计\t120\t\n").encode("gb18030"))
    villages = town["villages"].to_crs(4326).rename(columns={"village_code": "统计代码", "name": "行政村"})
    pyogrio.write_dataframe(villages, folder / "villages.gpkg", layer="任意")
    pyogrio.write_dataframe(town["buildings_previous"].to_crs(4326), folder / "buildings_previous.geojson")
    people = town["population"].rename(columns={"address_id": "地址编码", "registered_n": "户籍人数", "counted_on": "截止日期"})
    people.assign(户籍人数="３").to_excel(folder / "population.xlsx", index=False, startrow=2, engine="xlsxwriter")
    two = inputs_of(folder)
    same(plain, two, tolerance_m=0.001)
    assert (two.sources["rows_read"] == two.sources["kept"]).all()
    assert two.quarantine.empty


def test_the_arguments_are_not_changed(tmp_path, town):
    raw = read(deliver(tmp_path / "a", town))
    before = {k: v.copy(deep=True) for k, v in raw.tables.items()}
    standardise(raw, profile=Profile())
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, raw.tables[name])
    assert isinstance(raw, Raw)


def test_the_shift_between_two_surveys_is_removed_and_said(plain):
    inputs = plain
    layer = inputs.layers.set_index("table").loc["buildings_previous"]
    assert (layer["dx_m"], layer["dy_m"]) == pytest.approx((-1.2, 0.7), abs=0.05)
    assert layer["applied"]
    both = shapely.area(shapely.intersection(inputs.buildings.geometry.array, inputs.buildings_previous.geometry.array))
    assert (both / shapely.area(inputs.buildings.geometry.array)).min() > 0.98
    said = inputs.repairs[inputs.repairs["why"].str.startswith("shift")]
    assert said[["table", "key", "column"]].values.tolist() == [["buildings_previous", "*", "geometry"]]


def test_plates_in_gcj02_are_recognised_corrected_and_said(tmp_path, town):
    true = town["plates"].geometry.array
    lonlat = reproject(np.asarray(true, dtype=object), CRS, GEOGRAPHIC)
    moved = town["plates"].set_geometry(gpd.GeoSeries(move(lonlat, wgs84_to_gcj02), crs=4490))
    folder = deliver(tmp_path / "a", town | {"plates": moved}, crs=None)
    inputs = inputs_of(folder)
    assert inputs.layers.set_index("table").loc["plates", ["hypothesis", "applied", "declared_crs"]].tolist() == [
        "gcj02",
        True,
        "EPSG:4490",
    ]
    assert np.max(shapely.distance(shapes_of(inputs.plates), true)) < 0.001
    assert inputs.repairs["why"].str.startswith("datum").sum() == 1
    assert inputs.layers.set_index("table").loc["addresses", "hypothesis"] == "as_is"


def test_files_of_one_layer_in_two_datums_are_put_right_one_by_one(tmp_path, town):
    true = town["plates"]
    lonlat = reproject(np.asarray(true.geometry.array, dtype=object), CRS, GEOGRAPHIC)
    moved = true.set_geometry(gpd.GeoSeries(move(lonlat, wgs84_to_gcj02), crs=4490))
    folder = deliver(tmp_path / "a", {k: v for k, v in town.items() if k != "plates"}, crs="EPSG:4490")
    moved.iloc[:60].to_parquet(folder / "phone.parquet")
    true.to_crs(4490).iloc[60:].to_parquet(folder / "rtk.parquet")
    (folder / "doorplate.toml").write_text('[sources.plates]\nfile = ["phone.parquet", "rtk.parquet"]\n', encoding="utf-8")
    inputs = inputs_of(folder)
    assert np.max(shapely.distance(shapes_of(inputs.plates), true.geometry.array)) < 0.001
    told = inputs.layers.set_index("table")["hypothesis"]
    assert sorted(told[told.index.str.startswith("plates")].items()) == [("plates", "gcj02"), ("plates:rtk.parquet", "as_is")]


def test_a_confirmed_correction_is_applied_without_a_fit(tmp_path, town):
    few = {k: v.head(5) for k, v in town.items() if k != "villages"} | {"villages": town["villages"]}
    lonlat = reproject(np.asarray(few["plates"].geometry.array, dtype=object), CRS, GEOGRAPHIC)
    moved = few["plates"].set_geometry(gpd.GeoSeries(move(lonlat, wgs84_to_gcj02), crs=4490))
    folder = deliver(tmp_path / "a", few | {"plates": moved}, crs=None)
    toml = '[sources.plates]\ndatum_correction = "gcj02"\n[sources.addresses]\ndatum_correction = { dx_m = 2.5, dy_m = -1.0 }\n'
    (folder / "doorplate.toml").write_text(toml, encoding="utf-8")
    inputs = inputs_of(folder)
    assert np.max(shapely.distance(shapes_of(inputs.plates), few["plates"].geometry.array)) < 0.001
    vector = shapely.get_coordinates(shapes_of(inputs.addresses)) - shapely.get_coordinates(few["addresses"].geometry.array)
    assert np.allclose(vector, [2.5, -1.0])
    assert inputs.layers.set_index("table").loc[["plates", "addresses"], "applied"].all()


@pytest.mark.parametrize("table", ["plates", "buildings", "villages"])
def test_exchanged_axes_of_a_whole_layer_are_exchanged_back(tmp_path, town, plain, table):
    turned = town[table].to_crs(4490)
    turned = turned.set_geometry(gpd.GeoSeries(move(np.asarray(turned.geometry.array, dtype=object), lambda x, y: (y, x)), crs=4490))
    inputs = inputs_of(deliver(tmp_path / "b", town | {table: turned}, crs=None))
    same_place = getattr(plain, table)
    assert shapely.equals_exact(shapes_of(getattr(inputs, table)), shapes_of(same_place), tolerance=0.001).all()
    assert inputs.layers.set_index("table").loc[table, ["hypothesis", "applied"]].tolist() == ["swap", True]


@pytest.mark.parametrize("table", ["plates", "buildings"])
@pytest.mark.parametrize("crs", ["EPSG:4544", "EPSG:4523", "EPSG:4490"])
def test_a_layer_without_system_is_told_from_its_values(tmp_path, town, table, crs):
    silent = town[table].to_crs(crs).set_crs(None, allow_override=True)
    inputs = inputs_of(deliver(tmp_path / "a", town | {table: silent}, crs=None))
    layer = inputs.layers.set_index("table").loc[table]
    assert layer["crs_unknown"]
    assert np.max(shapely.hausdorff_distance(shapes_of(getattr(inputs, table)), town[table].geometry.array)) < 0.01
    assert inputs.repairs["why"].str.startswith("crs_told").sum() == 1


def test_metres_labelled_as_degrees_are_told_by_their_zone_prefix(tmp_path, town):
    wrong = town["plates"].to_crs("EPSG:4523").set_crs(4490, allow_override=True)
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": wrong}, crs=None))
    assert np.max(shapely.distance(shapes_of(inputs.plates), town["plates"].geometry.array)) < 0.01
    assert inputs.layers.set_index("table").loc["plates", "crs_unknown"]


def test_a_layer_in_the_neighbouring_zone_is_put_right(tmp_path, town):
    wrong = town["plates"].to_crs("EPSG:4545").set_crs(CRS, allow_override=True)
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": wrong}, crs=None))
    assert inputs.layers.set_index("table").loc["plates", ["hypothesis", "applied"]].tolist() == ["EPSG:4545", True]
    assert np.max(shapely.distance(shapes_of(inputs.plates), town["plates"].geometry.array)) < 0.01


def test_plane_metres_without_system_and_without_neighbours_are_refused(tmp_path, town):
    alone = {"buildings": town["buildings"].set_crs(None, allow_override=True)}
    with pytest.raises(CrsError, match="name it as crs"):
        inputs_of(deliver(tmp_path / "a", alone, crs=None))


def test_single_exchanged_rows_and_zeros_lose_their_position_and_keep_their_row(tmp_path, town):
    plates = town["plates"].to_crs(4490)
    points = np.array(plates.geometry.array, dtype=object)
    x, y = shapely.get_coordinates(points).T
    points[3], points[4], points[5], points[6] = shapely.Point(y[3], x[3]), shapely.Point(0, 0), shapely.Point(107.9, 29.6), None
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": plates.set_geometry(gpd.GeoSeries(points, crs=4490))}, crs=None))
    assert len(inputs.plates) == N
    assert np.flatnonzero(inputs.plates["x_m"].isna()).tolist() == [3, 4, 5, 6]
    said = inputs.repairs[inputs.repairs["why"].str.startswith("outside_project")].set_index("key")
    assert sorted(said.index) == ["P0003", "P0004", "P0005"]
    assert said["column"].unique().tolist() == ["geometry"]
    assert said.loc["P0003", "after"] == f"POINT ({x[3]:.10g} {y[3]:.10g})"
    assert said.loc[["P0004", "P0005"], "after"].isna().all()
    assert said.loc["P0004", "before"] == "POINT (0 0)"
    assert inputs.quarantine.empty


def test_infinite_and_undefined_coordinates_are_no_position(tmp_path, town):
    points = np.array(town["plates"].geometry.array, dtype=object)
    with np.errstate(invalid="ignore"):
        points[0], points[1] = shapely.Point(np.inf, 3276000), shapely.Point(np.nan, np.nan)
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": town["plates"].set_geometry(gpd.GeoSeries(points, crs=CRS))}, crs=None))
    assert inputs.plates["x_m"].isna().sum() == 2


def test_the_outside_begins_at_500_m_from_the_villages(tmp_path, town):
    points = np.array(town["plates"].geometry.array, dtype=object)
    points[0], points[1] = shapely.Point(616900 - 499.9, 3276000), shapely.Point(616900 - 500.1, 3276000)
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": town["plates"].set_geometry(gpd.GeoSeries(points, crs=CRS))}, crs=None))
    assert inputs.plates["x_m"].isna().tolist()[:2] == [False, True]


def test_of_two_rows_with_one_id_the_same_one_stays_in_any_order(tmp_path, town):
    twice = pd.concat(
        [town["addresses"], town["addresses"].iloc[[7]].assign(text="重庆市璧山区广普镇双河社区长安路900号"), town["addresses"].iloc[[9]]]
    )
    one = inputs_of(deliver(tmp_path / "a", town | {"addresses": twice}))
    two = inputs_of(deliver(tmp_path / "b", town | {"addresses": twice}, seed=3, crs="EPSG:4490"))
    same(one, two)
    for inputs in (one, two):
        assert inputs.quarantine[["key", "code"]].values.tolist() == [["A0007", "duplicate_id"]]
        assert inputs.repairs[inputs.repairs["why"].str.startswith("row_twice")]["key"].tolist() == ["A0009"]
        line = inputs.sources.set_index("table").loc["addresses"]
        assert (line["rows_read"], line["kept"], line["quarantined"]) == (N + 2, N + 1, 1)


def test_elements_stand_beside_their_texts_where_rows_were_refused(tmp_path, town):
    other = town["addresses"].iloc[[7, 30]].assign(text=["重庆市璧山区广普镇双河社区安长路900号", "重庆市璧山区广普镇双河社区站前路31号"])
    people = town["population"].assign(text=town["addresses"]["text"].to_numpy()[::-1])
    pairs = pd.DataFrame({"old": ["长安路1号", "长安路2号"], "new": ["站前路8号", "站前路9号"]}, dtype="str")
    tables = town | {"addresses": pd.concat([town["addresses"], other]), "population": people, "crosswalk": pairs}
    inputs = inputs_of(deliver(tmp_path / "a", tables, seed=5))
    assert len(inputs.addresses) == N
    assert inputs.addresses["street"].value_counts().to_dict() == {"长安路": N - 2, "安长路": 1, "站前路": 1}
    columns = (
        ("plates", "text", ""),
        ("addresses", "text", ""),
        ("population", "text", ""),
        ("crosswalk", "old", "_old"),
        ("crosswalk", "new", "_new"),
    )
    for role, text, suffix in columns:
        frame = getattr(inputs, role)
        alone = parse(frame[text], scope=inputs.scope, habits=Profile().habits).add_suffix(suffix)
        pd.testing.assert_frame_equal(pd.DataFrame(frame[alone.columns]), alone)


def test_tables_without_texts_have_the_elements_of_none(plain):
    for frame, suffix in ((plain.population, ""), (plain.crosswalk, "_old"), (plain.crosswalk, "_new")):
        nothing = pd.Series([None] * len(frame), dtype="str")
        alone = parse(nothing, scope=plain.scope, habits=Profile().habits).add_suffix(suffix)
        pd.testing.assert_frame_equal(pd.DataFrame(frame[alone.columns]), alone)


def test_the_scope_is_told_by_the_rows_that_stay(tmp_path, town):
    again = town["addresses"].iloc[::2]
    again = again.assign(text=again["text"].str.replace("璧山区广普镇", "铜梁区水口镇"))
    inputs = inputs_of(deliver(tmp_path / "a", town | {"addresses": pd.concat([again, town["addresses"]])}, seed=1))
    assert len(inputs.addresses) == N
    assert inputs.addresses["text"].str.contains("璧山区").all(), "of two texts the smaller one stays"
    assert inputs.scope == Scope(province="重庆市", county="璧山区", town="广普镇")


def test_columns_that_hold_nothing_share_their_memory(plain):
    places = {pa.array(plain.addresses[c]).buffers()[1].address for c in ("kind", "lane", "yard", "alias")}
    assert len(places) == 1


def test_a_footprint_outside_is_said_and_one_across_the_edge_is_not(tmp_path, town):
    shapes = np.array(town["buildings"].geometry.array, dtype=object)
    west = 616900.0
    shapes[0] = shapely.box(west - 530, 3276000, west - 505, 3276010)
    shapes[1] = shapely.box(west - 530, 3276050, west - 420, 3276060)
    shapes[2] = shapely.box(west - 460, 3276100, west - 440, 3276110)
    inputs = inputs_of(deliver(tmp_path / "a", town | {"buildings": town["buildings"].set_geometry(gpd.GeoSeries(shapes, crs=CRS))}))
    outside = inputs.repairs[(inputs.repairs["table"] == "buildings") & inputs.repairs["why"].str.startswith("outside_project")]
    assert outside["key"].tolist() == ["0000"]


def test_pieces_of_one_village_are_one_village(tmp_path, town):
    pieces = pd.concat(
        [
            town["villages"],
            town["villages"].iloc[[0]].set_geometry(gpd.GeoSeries([shapely.box(617500, 3275900, 617600, 3276000)], crs=CRS).set_axis([0])),
        ]
    )
    inputs = inputs_of(deliver(tmp_path / "a", town | {"villages": pieces}))
    assert len(inputs.villages) == 2
    assert inputs.villages.geometry.area.sum() == pytest.approx(town["villages"].area.sum() + 10_000)
    assert inputs.quarantine.empty


def test_a_row_without_id_is_refused_and_counted(tmp_path, town):
    blank = town["plates"].assign(plate_id=[None, " ", "1.5E+10", *town["plates"]["plate_id"][3:]])
    inputs = inputs_of(deliver(tmp_path / "a", town | {"plates": blank}))
    assert inputs.quarantine["code"].tolist() == ["id_missing", "id_missing", "code_in_scientific_notation"]
    assert inputs.sources.set_index("table").loc["plates", ["rows_read", "kept", "quarantined"]].tolist() == [N, N - 3, 3]
    assert len(inputs.plates) == N - 3


def test_rows_read_are_kept_or_refused_for_every_table(tmp_path, town):
    broken = town["buildings"].copy()
    broken.loc[5, "geometry"] = shapely.from_wkt(
        "POLYGON ((617000 3276000, 617020 3276020, 617020 3276000, 617000 3276020, 617000 3276000))"
    )
    broken.loc[6, "geometry"] = None
    broken.loc[7, "floors_n"] = "三"
    inputs = inputs_of(deliver(tmp_path / "a", town | {"buildings": broken}))
    assert (inputs.sources["rows_read"] == inputs.sources["kept"] + inputs.sources["quarantined"]).all()
    kept = inputs.sources.set_index("table")["kept"]
    assert all(len(getattr(inputs, name)) == kept[name] for name in town)
    refused = inputs.quarantine[inputs.quarantine["table"] == "buildings"]
    assert refused[["key", "code"]].values.tolist() == [["0005", "invalid_geometry"], ["0006", "invalid_geometry"], ["0007", "count_bad"]]


def test_without_villages_the_whole_project_is_one(tmp_path, town):
    inputs = inputs_of(deliver(tmp_path / "a", {k: v for k, v in town.items() if k != "villages"}))
    assert inputs.villages[["village_code", "name"]].values.tolist() == [["", ""]]
    assert shapely.covers(inputs.villages.geometry[0], shapely.union_all(inputs.buildings.geometry.array))
    assert "villages" not in inputs.delivered


@pytest.mark.parametrize("roles", [("buildings", "buildings_previous"), ("plates",), ("population",), ("addresses", "villages")])
def test_a_part_of_the_tables_is_a_job_that_runs(tmp_path, town, roles):
    inputs = inputs_of(deliver(tmp_path / "a", {r: town[r] for r in roles}), as_of="2026-06-30")
    assert inputs.delivered == set(roles)
    assert all(len(getattr(inputs, r)) == len(town[r]) for r in roles)
    assert len(inputs.villages) >= 1


def test_empty_tables_are_there_and_empty(tmp_path, town):
    inputs = inputs_of(deliver(tmp_path / "a", {k: v.head(0) for k, v in town.items()}), as_of="2026-06-30")
    assert inputs.delivered == set(town)
    assert all(getattr(inputs, r).empty for r in INPUT if r != "villages")


def test_points_outside_china_get_their_own_zone(tmp_path, town):
    abroad = gpd.GeoDataFrame({"building_id": ["1"]}, geometry=[shapely.box(13.9075, 50.4359, 13.9077, 50.4361)], crs=4326)
    inputs = inputs_of(deliver(tmp_path / "a", {"buildings": abroad}, crs=None), as_of="2026-06-30")
    assert inputs.crs == "EPSG:32633"
    assert inputs.buildings.area[0] == pytest.approx(14.2 * 22.2, rel=0.02)


def test_today_is_the_newest_day_that_has_happened_unless_it_is_said(tmp_path, town):
    folder = deliver(tmp_path / "a", town | {"plates": town["plates"].assign(expires_on="2031-01-01")})
    assert inputs_of(folder).as_of == pd.Timestamp(2026, 6, 1)
    (folder / "doorplate.toml").write_text('as_of = "2026-07-01"', encoding="utf-8")
    assert inputs_of(folder).as_of == pd.Timestamp(2026, 7, 1)
    assert inputs_of(folder, as_of="2026-08-01").as_of == pd.Timestamp(2026, 8, 1)
    with pytest.raises(ProjectError, match="must be a day"):
        inputs_of(folder, as_of="gestern")


def test_a_today_before_the_newest_count_is_noted(tmp_path, town):
    folder = deliver(tmp_path / "a", town)
    assert inputs_of(folder, as_of="2026-05-01").notes[0].startswith("as_of_older")
    assert inputs_of(folder, as_of="2026-06-01").notes == ()


def test_without_any_day_the_user_is_asked_only_where_it_matters(tmp_path, town):
    plates = town["plates"]
    inputs = inputs_of(deliver(tmp_path / "a", {"plates": plates}))
    assert inputs.notes[0].startswith("as_of_unknown")
    with pytest.raises(ProjectError, match="as_of"):
        inputs_of(deliver(tmp_path / "b", {"plates": plates.assign(expires_on="2031-01-01")}))


def test_the_scope_is_what_nine_tenths_of_the_register_agree_on(tmp_path, town, plain):
    assert plain.scope == Scope(province="重庆市", county="璧山区", town="广普镇")
    text = [t.replace("广普镇", "大路街道") if i % 5 == 0 else t for i, t in enumerate(town["addresses"]["text"])]
    mixed = inputs_of(deliver(tmp_path / "b", town | {"addresses": town["addresses"].assign(text=text)}))
    assert (mixed.scope.county, mixed.scope.town) == ("璧山区", None)
    folder = deliver(tmp_path / "c", town)
    (folder / "doorplate.toml").write_text('scope = { town = "来凤街道" }', encoding="utf-8")
    assert inputs_of(folder).scope == Scope(town="来凤街道")


def test_texts_are_parsed_where_they_stand(plain):
    inputs = plain
    assert inputs.plates[["street", "number"]].values.tolist() == [["长安路", str(i + 1)] for i in range(N)]
    assert inputs.population["number"].isna().all()
    assert not inputs.population["temporary"].any()


def test_the_wrong_file_is_refused(tmp_path, town):
    wrong = town["plates"].rename(columns={"plate_id": "building_id"})
    with pytest.raises(SourceError, match="wrong file"):
        inputs_of(deliver(tmp_path / "a", town | {"buildings": wrong}))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/judge")
@pytest.mark.parametrize("name", ["easy", "town", "hard"])
def test_the_dealt_towns_are_read_whole_and_where_they_are(name):
    inputs = inputs_of(SHARED / "towns" / name)
    assert inputs.crs == CRS
    assert (inputs.sources["rows_read"] == inputs.sources["kept"] + inputs.sources["quarantined"]).all()
    assert inputs.quarantine["code"].value_counts().to_dict() == {"invalid_geometry": 6, "duplicate_id": 4}
    assert inputs.repairs["why"].str.startswith("outside_project").sum() == 6
    assert not inputs.repairs["why"].str.startswith(("value_unknown", "column_not_read")).any()
    layers = inputs.layers.set_index("table")
    assert layers.loc["plates", "hypothesis"] == ("gcj02" if name == "hard" else "as_is")
    assert layers.loc["addresses", "hypothesis"] == "as_is"
    world = pd.read_parquet(SHARED / "truth" / name / "world.parquet")
    for kind, frame, key in (("plate", inputs.plates, "plate_id"), ("address", inputs.addresses, "address_id")):
        true = world[world["table"] == kind].drop_duplicates("id").set_index("id").reindex(frame[key])
        away = np.hypot(frame["x_m"].to_numpy() - true["x"].to_numpy(), frame["y_m"].to_numpy() - true["y"].to_numpy())
        assert np.nanpercentile(away, 99) < 0.01


def test_a_village_goes_by_the_one_name_it_has(tmp_path, town):
    for column, other in (("village_code", "name"), ("name", "village_code")):
        inputs = inputs_of(deliver(tmp_path / column, town | {"villages": town["villages"].drop(columns=column)}))
        assert inputs.villages[column].tolist() == inputs.villages[other].tolist() == sorted(town["villages"][other])


def test_a_demolition_that_names_its_building_needs_no_usable_shape(tmp_path, town):
    rows = gpd.GeoDataFrame(
        {"building_id": ["0001", None, None, "0004"], "demolished_on": "2025-05-01", "document": "征字1号"},
        geometry=[shapely.Point(617035, 3276003), shapely.Point(617065, 3276003), None, None],
        crs=CRS,
    )
    inputs = inputs_of(deliver(tmp_path / "a", town | {"demolitions": rows}))
    assert inputs.demolitions["building_id"].tolist() == ["0001", "0004"]
    assert inputs.demolitions.geometry.isna().all()
    assert sorted(inputs.quarantine["code"]) == ["invalid_geometry", "nothing_named"]
    assert (inputs.sources["rows_read"] == inputs.sources["kept"] + inputs.sources["quarantined"]).all()


def test_a_pair_with_one_side_is_refused(tmp_path, town):
    pairs = pd.DataFrame({"old": ["白云村", None, "梁家村"], "new": ["双河社区", "普兴村", None], "reason": "合并"})
    inputs = inputs_of(deliver(tmp_path / "a", town | {"crosswalk": pairs}))
    assert inputs.crosswalk["old"].tolist() == ["白云村"]
    assert inputs.quarantine["code"].tolist() == ["nothing_named"] * 2
