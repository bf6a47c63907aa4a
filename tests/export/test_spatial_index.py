"""The packed index finds what a search without index finds, and stays sound when rows come and go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio
import pytest

import geo.export.geopackage as geopackage
from geo.export.geopackage import LAYERS, write_geopackage
from geo.export.spatial_index import CELLS_N, can_pack, write_spatial_index
from tests.export.town import CARDS, draw_verification

WEST, SOUTH, SIDE = 614_000.0, 3_274_000.0, 5_000.0


def draw_bounds(n: int, *, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    low = np.column_stack([chance.uniform(WEST, WEST + SIDE, n), chance.uniform(SOUTH, SOUTH + SIDE, n)]).round(3)
    bounds = np.hstack([low, low + chance.uniform(0, 20, (n, 2))])
    bounds[chance.random(n) < 0.1] = np.nan
    return bounds


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            db.create_function(name, 1, float)
        db.execute("CREATE TABLE doors (fid INTEGER PRIMARY KEY, geom)")
        yield db


def check(db: sqlite3.Connection) -> object:
    return db.execute("SELECT rtreecheck('rtree_doors_geom')").fetchone()[0]


@pytest.mark.parametrize("n", [0, 1, CELLS_N, CELLS_N + 1, 3 * CELLS_N, CELLS_N**2 + 1, 20_000])
def test_every_search_finds_what_lies_there(db: sqlite3.Connection, n: int) -> None:
    bounds = draw_bounds(n, seed=n)
    write_spatial_index(db, "doors", bounds)
    assert check(db) == "ok"
    there = np.flatnonzero(~np.isnan(bounds[:, 0])) + 1
    assert [fid for (fid,) in db.execute("SELECT id FROM rtree_doors_geom ORDER BY id")] == there.tolist()
    for x, y, side in np.random.default_rng(n).uniform([WEST, SOUTH, 1.0], [WEST + SIDE, SOUTH + SIDE, 800.0], (20, 3)):
        window = (x, x + side, y, y + side)
        found = db.execute("SELECT id FROM rtree_doors_geom WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?", window)
        inside = (bounds[:, 2] >= x) & (bounds[:, 0] <= x + side) & (bounds[:, 3] >= y) & (bounds[:, 1] <= y + side)
        found_n = {fid for (fid,) in found}
        assert set((np.flatnonzero(inside) + 1).tolist()) <= found_n
        near = (bounds[:, 2] >= x - 1) & (bounds[:, 0] <= x + side + 1) & (bounds[:, 3] >= y - 1) & (bounds[:, 1] <= y + side + 1)
        assert found_n <= set((np.flatnonzero(near) + 1).tolist())


def test_the_index_follows_whoever_edits_the_layer(db: sqlite3.Connection) -> None:
    db.executemany("INSERT INTO doors VALUES (?, ?)", [(fid, 1.0 if fid % 10 else None) for fid in range(1, 201)])
    write_spatial_index(db, "doors", np.array([[1.0 if fid % 10 else np.nan] * 4 for fid in range(1, 201)]))
    db.execute("DELETE FROM doors WHERE fid <= 120")
    db.execute("UPDATE doors SET geom = NULL WHERE fid BETWEEN 121 AND 130")
    db.execute("UPDATE doors SET geom = 7.0 WHERE fid BETWEEN 135 AND 140")
    db.execute("UPDATE doors SET fid = 300 WHERE fid = 199")
    db.execute("UPDATE doors SET fid = 301, geom = NULL WHERE fid = 198")
    db.executemany("INSERT INTO doors VALUES (?, ?)", [(fid, 3.0) for fid in range(400, 900)])
    assert check(db) == "ok"
    rows = db.execute("SELECT fid, geom FROM doors WHERE geom NOTNULL ORDER BY fid").fetchall()
    assert db.execute("SELECT id, minx FROM rtree_doors_geom ORDER BY id").fetchall() == rows


def test_gdal_sees_the_index_and_its_own_is_written_where_python_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_pack()
    write_geopackage(draw_verification(), tmp_path / "ours.gpkg", cards=CARDS)
    monkeypatch.setattr(geopackage, "can_pack", lambda: False)
    write_geopackage(draw_verification(), tmp_path / "gdal.gpkg", cards=CARDS)
    names = []
    for path in (tmp_path / "ours.gpkg", tmp_path / "gdal.gpkg"):
        assert all(pyogrio.read_info(path, layer=layer)["capabilities"]["fast_spatial_filter"] for layer in LAYERS)
        with closing(sqlite3.connect(path)) as db:
            kept = "SELECT type, name, tbl_name FROM sqlite_master WHERE name LIKE 'rtree%' ORDER BY name"
            names.append((db.execute(kept).fetchall(), db.execute("SELECT * FROM gpkg_extensions ORDER BY table_name").fetchall()))
            ids = [db.execute(f"SELECT id FROM rtree_{layer}_geom ORDER BY id").fetchall() for layer in LAYERS]
            assert ids == [db.execute(f"SELECT fid FROM {layer} WHERE geom NOTNULL ORDER BY fid").fetchall() for layer in LAYERS]
    assert names[0] == names[1]
