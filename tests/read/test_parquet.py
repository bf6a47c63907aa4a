"""GeoParquet and plain Parquet."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import SourceError


@pytest.fixture
def plates():
    frame = pd.DataFrame({"plate_id": ["001", "002"], "text": ["长安路1号", None]})
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(106.2, 29.6), None], crs="EPSG:4490")


def with_geo(folder, frame, change):
    """The layer with its geo metadata changed."""
    path = folder.frame("plates.parquet", frame)
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    change(geo["columns"]["geometry"])
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), path)


def test_shapes_and_system_are_read(folder, plates):
    folder.frame("plates.parquet", plates)
    points, frame = folder.drawn("plates"), folder.read().tables["plates"]
    assert points.crs.to_epsg() == 4490
    assert points.isna().tolist() == [False, True]
    assert frame["text"].isna().tolist() == [False, True]


def test_a_null_crs_declares_nothing_and_an_absent_one_is_crs84(folder, plates):
    with_geo(folder, plates, lambda c: c.update(crs=None))
    assert folder.drawn("plates").crs is None
    with_geo(folder, plates, lambda c: c.pop("crs"))
    assert folder.drawn("plates").crs.to_authority() == ("OGC", "CRS84")


def test_a_table_without_shapes_takes_its_points_from_its_columns(folder):
    pd.DataFrame({"plate_id": ["1"], "text": ["a"], "lon": [106.2], "lat": [29.6]}).to_parquet(folder.path / "plates.parquet")
    points = folder.drawn("plates")
    assert points[0].equals(shapely.Point(106.2, 29.6))
    assert points.crs.to_epsg() == 4490


def test_numbers_become_texts_without_loss(folder):
    frame = pd.DataFrame(
        {
            "plate_id": np.array([1, 2**53 + 1, 3, 4], dtype="int64"),
            "text": ["a", "b", "c", "d"],
            "address_id": [5001200000045.0, np.nan, 1e15 + 2, 7.5],
            "kind": pd.Categorical(["permanent", None, "temporary", "permanent"]),
            "installed_on": pd.to_datetime(["2024-06-05", None, "2024-06-05 12:30:00", "2020-01-01"], format="ISO8601"),
        }
    )
    frame.to_parquet(folder.path / "plates.parquet")
    out = folder.read().tables["plates"]
    assert out["plate_id"].tolist() == ["1", "9007199254740993", "3", "4"]
    assert out["address_id"].fillna("").tolist() == ["5001200000045", "", "1.000000000000002E+15", "7.5"]
    assert out["kind"].fillna("").tolist() == ["permanent", "", "temporary", "permanent"]
    assert out["installed_on"].fillna("").str[:10].tolist() == ["2024-06-05", "", "2024-06-05", "2020-01-01"]


def test_rows_come_in_the_order_of_their_ids_and_keep_their_numbers(folder, plates):
    turned = plates.iloc[::-1].reset_index(drop=True)
    folder.frame("plates.parquet", turned)
    out = folder.read().tables["plates"]
    assert out["plate_id"].tolist() == ["001", "002"]
    assert out["_row"].tolist() == [2, 1]
    assert folder.drawn("plates").tolist() == plates.geometry.tolist()


def test_a_corrupt_shape_refuses_its_row(folder, plates):
    path = folder.frame("plates.parquet", plates)
    table = pq.read_table(path)
    broken = table.set_column(table.column_names.index("geometry"), "geometry", pa.array([b"\x01\x01\x00", None], pa.binary()))
    pq.write_table(broken.replace_schema_metadata(table.schema.metadata), path)
    raw = folder.read()
    assert raw.quarantine[["row", "code"]].values.tolist() == [[1, "geom_corrupt"]]
    assert raw.tables["plates"]["plate_id"].tolist() == ["002"]


def test_a_cut_file_is_named(folder, plates):
    data = folder.frame("plates.parquet", plates).read_bytes()
    folder.bytes("plates.parquet", data[:-10])
    with pytest.raises(SourceError, match="damaged or cut off"):
        folder.read()


def test_broken_metadata_and_foreign_encodings_are_refused(folder, plates):
    with_geo(folder, plates, lambda c: c.update(encoding="point"))
    with pytest.raises(SourceError, match="WKB"):
        folder.read()
    with_geo(folder, plates, lambda c: c.update(crs="EPSG:999999"))
    with pytest.raises(SourceError, match="unreadable CRS"):
        folder.read()


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@pytest.mark.parametrize("other", [None, shapely.Point(), shapely.Point(1, 2, 3), shapely.LineString([(0, 0), (1, 1)])])
def test_points_read_from_the_bytes_are_the_points_of_their_wkb(folder, kind, other):
    rng = np.random.default_rng(8)
    shapes = [shapely.Point(*xy) if i % 3 else None for i, xy in enumerate(rng.uniform(-1e7, 1e7, (500, 2)))]
    shapes[7] = other
    column = pa.chunked_array(
        [[shapely.to_wkb(s, output_dimension=3) if s is not None else None for s in part] for part in (shapes[:200], [], shapes[200:])],
        kind,
    )
    table = pa.table({"plate_id": [str(i) for i in range(500)], "text": ["a"] * 500, "geometry": column})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}}}
    pq.write_table(table.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), folder.path / "plates.parquet", row_group_size=90)
    out = folder.drawn("plates").loc[folder.read().tables["plates"].sort_values("_row").index]
    for found, true in zip(out, shapes, strict=True):
        assert (found is None or found.is_empty) if true is None or true.is_empty else found.equals(true)


def test_words_that_the_file_keeps_as_numbers_are_read_as_they_were_written(folder):
    n = 4000
    words = ["permanent", None, " ", "temporary", ""] * (n // 5)
    frame = pd.DataFrame({"plate_id": [f"P{n - i:04d}" for i in range(n)], "text": "1", "kind": words})
    # each group of rows has words and numbers of its own
    pq.write_table(pa.Table.from_pandas(frame), folder.path / "plates.parquet", row_group_size=1501)
    table = folder.read().tables["plates"]
    assert table["plate_id"].is_monotonic_increasing
    assert table["_row"].tolist() == list(range(n, 0, -1))
    assert table["kind"].isna().tolist() == [not (w or "").strip() for w in reversed(words)]
    assert table["kind"].dropna().tolist() == [w for w in reversed(words) if w and w.strip()]


def test_a_word_that_is_no_text_refuses_the_file(folder):
    words = pa.array([b"a\xff", b"b"] * 2000, pa.binary())
    bad = pa.StringArray.from_buffers(len(words), *words.buffers()[1:])
    pq.write_table(pa.table({"plate_id": [str(i) for i in range(4000)], "text": bad}), folder.path / "plates.parquet")
    with pytest.raises(SourceError):
        folder.read()


def test_rows_without_an_id_come_in_the_order_of_their_first_column(folder):
    frame = pd.DataFrame({"address_id": ["b", "a", None], "resident_n": [1, 2, 3]})
    frame.to_parquet(folder.path / "population.parquet")
    table = folder.read().tables["population"]
    assert table["resident_n"].tolist() == ["2", "1", "3"]
    assert table["_row"].tolist() == [2, 1, 3]
