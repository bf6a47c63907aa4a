"""A result drawn in metres: two buildings, one of them without a plate, a plate on nothing, one address of each kind."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import MultiPolygon, Point, box

from geo.outputs import METRICS
from geo.rule import Card
from geo.tables import Verification

CRS = "EPSG:4544"
X, Y = 600_000.0, 3_275_000.0


def text(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str")


def draw_verification(**run: object) -> Verification:
    return Verification(
        links=draw_links(),
        findings=draw_findings(),
        buildings=draw_buildings(),
        plates=draw_doors("plate", [("P1", "B1"), ("P2", None)]),
        addresses=draw_doors("address", [("A1", "B1"), ("A2", None)]),
        tallies=draw_tallies(),
        quarantine=pd.DataFrame({c: text(["x"]) for c in ("table", "source", "row", "key", "code", "column", "value", "fix")}),
        repairs=pd.DataFrame({c: text([]) for c in ("table", "key", "column", "before", "after", "why")}),
        villages=gpd.GeoDataFrame(
            {"village_code": ["V1"], "name": ["普兴村"], "town": ["广普镇"], "beat": text([None]), "target_ratio": [float("nan")]},
            geometry=[box(X - 500, Y - 500, X + 500, Y + 500)],
            crs=CRS,
        ),
        buildings_previous=gpd.GeoDataFrame(
            {"building_id": ["B1"], "fate": ["same"], "document": text([None]), "demolished_on": pd.to_datetime([None]), "village_code": ["V1"]},
            geometry=[box(X, Y, X + 10, Y + 10)],
            crs=CRS,
        ),
        run={"seconds": {"read": 0.1}, "peak_memory_mb": 100.0, "counts": {"unplated_building": 1}, **run},
    )


def draw_links() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "building_id": text(["B1"]),
            "plate_id": text(["P1"]),
            "address_id": text(["A1"]),
            "state": ["one_to_one"],
            "distance_m": [2.5],
            "score": [0.98],
            "reason": ["inside"],
        }
    )


def draw_findings() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "finding_id": ["F1", "F2"],
            "code": ["unplated_building", "dangling_plate"],
            "subject": ["building", "plate"],
            "subject_id": ["B2", "P2"],
            "related": [[], ["B1", "B2"]],
            "village_code": text(["V1", None]),
            "severity": ["error", "error"],
            "certainty": ["certain", "suspect"],
            "office": ["civil_affairs", "village"],
            "detail_zh": ["该楼无门牌", "=危险"],
            "detail_en": ["no plate", "on nothing"],
            "proposal": text([None, None]),
            "value": [float("nan"), 41.5],
            "unit": text([None, "m"]),
        },
        geometry=[Point(X + 35, Y + 5), None],
        crs=CRS,
    )


def draw_buildings() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "building_id": ["B1", "B2"],
            "status": ["matched", "unplated_building"],
            "should_have_plate": pd.array([True, None], dtype="boolean"),
            "why": ["use", "area"],
            "plate_n": [1.0, 0.0],
            "address_n": [1.0, 0.0],
            "registered_n": [3.0, float("nan")],
            "resident_n": [2.0, float("nan")],
            "floating_n": [0.0, float("nan")],
            "absent_n": [1.0, float("nan")],
            "unit_n": [0.0, float("nan")],
            "people_how": ["placed", "none"],
            "village_code": ["V1", "V1"],
            "area_m2": [100.0, 100.0],
        },
        geometry=[box(X, Y, X + 10, Y + 10), MultiPolygon([box(X + 30, Y, X + 40, Y + 10)])],
        crs=CRS,
    )


def draw_doors(kind: str, rows: list[tuple[str, str | None]]) -> gpd.GeoDataFrame:
    n = len(rows)
    parts = ("town", "village", "group", "street", "number", "sub_number", "building_no", "unit", "room")
    return gpd.GeoDataFrame(
        {
            f"{kind}_id": [r[0] for r in rows],
            "text": text([f"中山巷{i + 1}号" for i in range(n)]),
            **{part: text([None] * n) for part in parts},
            "key": text([f"V1|中山巷|{i + 1}" for i in range(n)]),
            "parent_id": text([None] * n),
            "status": ["matched" if r[1] else f"{'dangling_plate' if kind == 'plate' else 'virtual_address'}" for r in rows],
            "building_id": text([r[1] for r in rows]),
            "village_code": ["V1"] * n,
        },
        geometry=[Point(X + 1, Y + 1), *([None] * (n - 1))],
        crs=CRS,
    )


def draw_tallies() -> pd.DataFrame:
    places = {"village_code": ["V1", "total"], "name": text(["普兴村", None]), "town": text(["广普镇", None]), "beat": text([None, None])}
    rates = {f"{m.name}_{end}": [0.5, 0.5] for m in METRICS for end in ("n", "d", "ratio", "target")}
    return pd.DataFrame(places | rates)


def make_card(code: str, *, subject: str = "building", severity: str = "error", office: str = "civil_affairs") -> Card:
    words = dict.fromkeys(("rule_zh", "rule_en", "todo_zh", "todo_en", "trap_zh", "trap_en", "source", "detail_zh", "detail_en"), "…")
    return Card(code=code, zh=f"题{code}", en=f"title of {code}", subject=subject, severity=severity, office=office, **words)


CARDS = (
    make_card("unplated_building"),
    make_card("dangling_plate", subject="plate", office="village"),
    make_card("virtual_address", subject="address", severity="warning", office="police"),
    make_card("systematic_shift", subject="layer", severity="notice", office="data"),
)
