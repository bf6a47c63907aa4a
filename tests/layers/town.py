"""A town of two villages, drawn in metres: what the map and the pages are tested on. Texts are hostile on purpose."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import Point, box

from geo.export import write
from geo.export.parquet import write_parquet
from geo.export.result import RESULT
from geo.outputs import METRICS, OUTPUT
from geo.tables import Verification
from layers.result import Result, load

CRS = "EPSG:4544"
X, Y = 617_000.0, 3_275_000.0
HOSTILE = "<img src=http://evil.example/x.png onerror=alert(1)>![x](http://evil.example/y.png)</script>"
NAN = float("nan")


def draw_result(folder: Path, *, name: str = "town", **changes: object) -> Result:
    """Write the town into `folder`/`name` and read it back; `changes` replace whole tables."""
    target = folder / name
    shutil.copytree(_written(), target, dirs_exist_ok=True)
    for table, value in changes.items():
        if isinstance(value, pd.DataFrame):
            write_parquet(value, target / f"{table}.parquet", table=OUTPUT[table])
        else:
            (target / f"{table}.json").write_text(json.dumps({**value, "result": RESULT}), encoding="utf-8")  # type: ignore[dict-item]
    os.utime(target / "run.json")
    return load(target)


@cache
def _written() -> Path:
    """The unchanged town, written once for all tests: the GeoPackage in it takes most of the time."""
    folder = Path(tempfile.mkdtemp(prefix="doorplate-town-")) / "town"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    write(draw_town(), folder)
    return folder


def draw_town(**changes: object) -> Verification:
    tables: dict[str, object] = {
        "links": draw_links(),
        "findings": draw_findings(),
        "buildings": draw_buildings(),
        "plates": draw_plates(),
        "addresses": draw_addresses(),
        "tallies": draw_tallies(),
        "quarantine": pd.DataFrame(
            [("plates", "plates.csv", "7", "P9", "outside_project", "geometry", "(0, 0)", "补坐标 / give a coordinate")],
            columns=["table", "source", "row", "key", "code", "column", "value", "fix"],
        ).astype("str"),
        "repairs": pd.DataFrame(
            [("plates", "P1", "text", "１号", "1号", "full width")], columns=["table", "key", "column", "before", "after", "why"]
        ).astype("str"),
        "villages": draw_villages(),
        "buildings_previous": draw_previous(),
        "run": {"as_of": "2026-06-30", "seconds": {"read": 0.5, "match": 0.25}, "inputs": [{"table": "plates", "rows_read": 4, "kept": 3}]},
    }
    return Verification(**{**tables, **changes})  # type: ignore[arg-type]


def text(*values: str | None) -> pd.Series:
    return pd.Series(values, dtype="str")


def draw_villages() -> gpd.GeoDataFrame:
    table = {"village_code": text("V1", "V2"), "name": text("普兴村", "石河村"), "town": text("广普镇", "广普镇"), "beat": text(None, None)}
    table["target_ratio"] = pd.Series([NAN, NAN])
    return gpd.GeoDataFrame(table, geometry=[box(X, Y, X + 500, Y + 500), box(X + 500, Y, X + 1000, Y + 500)], crs=CRS)


def draw_buildings() -> gpd.GeoDataFrame:
    """B1 with plate and address, B2 without a plate, B3 matched in the other village, B4 in no village."""
    n = 4
    return gpd.GeoDataFrame(
        {
            "building_id": ["B1", "B2", "B3", "B4"],
            "status": ["text_conflict", "unplated_building", "matched", "exempt"],
            "should_have_plate": pd.array([True, True, True, False], dtype="boolean"),
            "why": ["use_or_size"] * 3 + ["exempt"],
            "plate_n": [1.0, 0.0, 1.0, 0.0],
            "address_n": [1.0, 0.0, 1.0, 0.0],
            "registered_n": [3.0, NAN, 12.0, NAN],
            "resident_n": [0.0, NAN, 11.0, NAN],
            "floating_n": [5.0] + [NAN] * (n - 1),
            "absent_n": [1.0] + [NAN] * (n - 1),
            "unit_n": [2.0] + [NAN] * (n - 1),
            "people_how": ["placed", "none", "placed", "none"],
            "village_code": text("V1", "V1", "V2", None),
            "area_m2": [100.0] * n,
        },
        geometry=[box(X + x, Y + 200, X + x + 10, Y + 210) for x in (100, 140, 700, 2000)],
        crs=CRS,
    )


def draw_previous() -> gpd.GeoDataFrame:
    """The survey before: B1 as it is, OLD gone by document between B1 and B2, OLD2 gone without one in the other village."""
    return gpd.GeoDataFrame(
        {
            "building_id": ["B1", "OLD", "OLD2"],
            "fate": ["same", "vanished", "vanished"],
            "document": text(None, "拆〔2026〕7号", None),
            "demolished_on": pd.to_datetime([None, "2026-03-01", None]),
            "village_code": text("V1", "V1", "V2"),
        },
        geometry=[box(X + x, Y + 200, X + x + 10, Y + 210) for x in (100, 120, 730)],
        crs=CRS,
    )


def draw_plates() -> gpd.GeoDataFrame:
    """P1 on B1, P2 on nothing with a hostile text and no point, P3 on B3."""
    doors = {"plate_id": ["P1", "P2", "P3"], "text": text("中山巷14号", HOSTILE, "中山巷3号"), "number": text("14", None, "3")}
    return draw_doors(
        doors, ["text_conflict", "dangling_plate", "matched"], ["B1", None, "B3"], [Point(X + 101, Y + 201), None, Point(X + 701, Y + 201)]
    )


def draw_addresses() -> gpd.GeoDataFrame:
    """A1 on B1, A2 a room of A1, A3 on B3."""
    doors = {
        "address_id": ["A1", "A2", "A3"],
        "text": text("广普镇普兴村中山巷4号", "广普镇普兴村中山巷4号2室", "广普镇石河村中山巷3号"),
        "number": text("4", "4", "3"),
        "room": text(None, "2", None),
        "parent_id": text(None, "A1", None),
    }
    return draw_doors(
        doors,
        ["text_conflict", "no_part", "matched"],
        ["B1", "B1", "B3"],
        [Point(X + 105, Y + 205), Point(X + 105, Y + 205), Point(X + 705, Y + 205)],
    )


def draw_doors(doors: dict[str, object], status: list[str], buildings: list[str | None], points: list[Point | None]) -> gpd.GeoDataFrame:
    absent = {
        part: text(None, None, None)
        for part in ("town", "village", "group", "number", "sub_number", "building_no", "unit", "room", "key", "parent_id")
    }
    placed = {"status": status, "building_id": text(*buildings), "village_code": text("V1", "V1", "V2")}
    return gpd.GeoDataFrame({**absent, "street": text("中山巷", None, "中山巷"), **doors, **placed}, geometry=points, crs=CRS)


def draw_links() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "building_id": text("B1", "B3", None),
            "plate_id": text("P1", "P3", "P2"),
            "address_id": text("A1", "A3", "A3"),
            "state": ["one_to_one", "grouped", "undecided"],
            "distance_m": [4.2, 0.0, NAN],
            "score": [0.97, 0.99, 0.5],
            "reason": ["declared_id", "same_key", "margin"],
        }
    )


def draw_findings() -> gpd.GeoDataFrame:
    """In order of precedence; F4 speaks of a layer, F5 counts people, F6 has no village but a subject with a place."""
    rows = [
        ("F1", "text_conflict", "plate", "P1", ["A1", "B1"], "V1", "error", "certain", "civil_affairs", "牌址不符：14 与 4", "text differs: 14 and 4", "中山巷4号", NAN, None),
        ("F2", "unplated_building", "building", "B2", [], "V1", "error", "certain", "civil_affairs", "有楼无牌", "no plate", None, 120.0, "m2"),
        ("F3", "dangling_plate", "plate", "P2", [], "V1", "error", "suspect", "village", HOSTILE, HOSTILE, HOSTILE, NAN, None),
        ("F4", "systematic_shift", "layer", "plates", [], None, "error", "certain", "data", "整层偏移", "layer shifted", None, 1.5, "m"),
        ("F5", "registered_not_present", "building", "B1", [], "V1", "notice", "certain", "police", "建筑 B1 有 1 人户在人不在。", "1 people live elsewhere.", None, 1.0, "persons"),
        ("F6", "suspected_demolition", "building", "OLD", [], None, "warning", "suspect", "village", "疑似拆除", "vanished", None, 0.0, "ratio"),
    ]  # fmt: skip
    names = [
        "finding_id",
        "code",
        "subject",
        "subject_id",
        "related",
        "village_code",
        "severity",
        "certainty",
        "office",
        "detail_zh",
        "detail_en",
        "proposal",
        "value",
        "unit",
    ]
    table = pd.DataFrame(rows, columns=names)
    for column in ("village_code", "proposal", "unit"):
        table[column] = table[column].astype("str")
    points = [Point(X + 101, Y + 201), Point(X + 145, Y + 205), None, None, Point(X + 101, Y + 201), Point(X + 300, Y + 300)]
    return gpd.GeoDataFrame(table, geometry=points, crs=CRS)


def draw_tallies() -> pd.DataFrame:
    """V1 misses its target by three plates, V2 is too small to be judged."""
    counts = {"plates_on_wall": [(90, 98), (7, 9)], "people_placed": [(40, 42), (300, 300)], "dangling_share": [(1, 100), (0, 30)]}
    table = pd.DataFrame({"village_code": text("V1", "V2", "total"), "name": text("普兴村", "石河村", None)})
    for metric in METRICS:
        pairs = counts.get(metric.name)
        n = [float(p[0]) for p in pairs] if pairs else [NAN, NAN]
        d = [float(p[1]) for p in pairs] if pairs else [NAN, NAN]
        table[f"{metric.name}_n"] = [*n, sum(n)]
        table[f"{metric.name}_d"] = [*d, sum(d)]
        table[f"{metric.name}_ratio"] = table[f"{metric.name}_n"] / table[f"{metric.name}_d"]
        table[f"{metric.name}_target"] = {"plates_on_wall": 0.95, "people_placed": 0.98, "dangling_share": 0.0}.get(metric.name, NAN)
    return table
