"""A project folder that a test fills with files, good and hostile, written by code."""

from __future__ import annotations

import sqlite3
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.points import PAIR, as_shapes
from geo.profile import Profile
from geo.read import Raw, read
from geo.standardise import standardise
from geo.tables import Inputs

PLATES = "门牌编号,门牌号,安装状态,经度,纬度\n"


@dataclass
class Folder:
    """A project folder; every writer returns the path it wrote."""

    path: Path

    def text(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        return self.bytes(name, text.encode(encoding))

    def bytes(self, name: str, data: bytes) -> Path:
        target = self.path / name
        target.write_bytes(data)
        return target

    def plates(self, rows: str = "", *, encoding: str = "utf-8", header: str = PLATES) -> Path:
        return self.text("plates.csv", header + rows, encoding)

    def frame(self, name: str, frame: gpd.GeoDataFrame, **options: Any) -> Path:
        """A layer in the format its name says; parquet through geopandas, the others through GDAL."""
        target = self.path / name
        if name.endswith(".parquet"):
            frame.to_parquet(target, **options)
        else:
            pyogrio.write_dataframe(frame, target, **options)
        return target

    def zipped(self, name: str, members: dict[str, bytes]) -> Path:
        target = self.path / name
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in members.items():
                archive.writestr(member, data)
        return target

    def execute(self, name: str, *statements: str) -> None:
        """Run SQL on a GeoPackage that was written before, the way a hostile tool would, without its triggers."""
        with sqlite3.connect(self.path / name) as base:
            for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                base.execute(f'DROP TRIGGER "{trigger}"')
            for statement in statements:
                base.execute(statement)
        base.close()

    def read(self) -> Raw:
        return read(self.path)

    def drawn(self, role: str) -> gpd.GeoSeries:
        """The shapes of a role as they were read, or the points of its pairs of numbers, in the system they declare."""
        raw = self.read()
        table = raw.tables[role]
        return table.geometry if "geometry" in table else gpd.GeoSeries(as_shapes(table[list(PAIR)].to_numpy()), index=table.index, crs=raw.crs[role])

    def standardise(self, **options: Any) -> Inputs:
        return standardise(self.read(), profile=Profile(), as_of="2026-06-30", **options)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    project = tmp_path / "my-town"
    project.mkdir()
    return Folder(project)


@pytest.fixture
def houses() -> gpd.GeoDataFrame:
    """Sixty footprints of 10 x 8 m on a grid of 30 m near Chongqing, in the plane of the zone."""
    n = 60
    x = [617000 + 30 * (i % 8) for i in range(n)]
    y = [3276000 + 30 * (i // 8) for i in range(n)]
    frame = pd.DataFrame({"建筑编号": [f"{i:05d}" for i in range(n)], "层数": [1 + i % 5 for i in range(n)], "建筑用途": "住宅"})
    return gpd.GeoDataFrame(frame, geometry=[shapely.box(a, b, a + 10, b + 8) for a, b in zip(x, y, strict=True)], crs="EPSG:4544")
