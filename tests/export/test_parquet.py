"""Geometry is written as shapely writes it, whatever the shapes are."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from shapely import MultiPolygon, Point, box

from geo.export.parquet import tabulate
from geo.tables import Column, Table

DOORS = Table("doors", "门", "doors", (Column("door_id", "id", "编号", "id", required=True),), "point")
SHAPES = {
    "points": [Point(600_000.5, 3_275_000.25), None, Point(), Point(-1.0, 0.1)],
    "outlines": [box(0, 0, 1, 1), MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)]), None],
    "both": [Point(1, 2), box(0, 0, 1, 1)],
    "nothing known": [None, None],
    "no rows": [],
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_written_as_shapely_writes_them(name: str) -> None:
    shapes = SHAPES[name]
    frame = gpd.GeoDataFrame({"door_id": pd.Series([f"D{n}" for n in range(len(shapes))], dtype="str")}, geometry=shapes, crs="EPSG:4544")
    written = tabulate(frame, DOORS)["geometry"]
    assert written.type == pa.binary()
    assert written.to_pylist() == [None if shape is None else shapely.to_wkb(shape, byte_order=1) for shape in shapes]


@pytest.mark.parametrize("ids", [["D1", "D2", "D3"], ["D3", "D1", "D2"], ["D10", "D2", "D9"]])
def test_ids_may_stand_in_any_order_but_none_twice(ids: list[str]) -> None:
    frame = gpd.GeoDataFrame({"door_id": pd.Series(ids, dtype="str")}, geometry=[Point(0, 0)] * 3, crs="EPSG:4544")
    assert tabulate(frame, DOORS)["door_id"].to_pylist() == ids
    with pytest.raises(ValueError, match="not unique"):
        tabulate(frame.assign(door_id=pd.Series([ids[0], ids[1], ids[0]], dtype="str")), DOORS)
    with pytest.raises(ValueError, match="not unique"):
        tabulate(frame.assign(door_id=pd.Series([ids[0], ids[0], ids[1]], dtype="str")), DOORS)
