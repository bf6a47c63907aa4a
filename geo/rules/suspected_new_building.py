"""疑似新建: suspected new building."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="suspected_new_building",
    zh="疑似新建",
    en="suspected new building",
    subject="building",
    severity="notice",
    office="surveyor",
    rule_zh="本期有、前期最佳重叠（IoU）小于 0.10",
    rule_en="in this survey, best IoU in the one before < 0.10",
    todo_zh="核实是否新建，按程序编号",
    todo_en="confirm and have it numbered",
    trap_zh="前期漏测",
    trap_en="the survey before may have missed it",
    source="两期测绘比对（IoU）",
    detail_zh="建筑 {subject_id} 在前期测绘中没有（最佳重叠 {iou}）。",
    detail_en="{subject_id} was not in the survey before (best overlap {iou}).",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Footprints that appeared and are not a rebuilding."""
    changes = evidence.changes
    rows = changes[(changes["survey"] == "current") & (changes["state"] == "new")]
    rows = rows[among(rows["building_id"], evidence.buildings.loc[~evidence.buildings["gone"], "building_id"])]
    rows = rows[~among(rows["building_id"], evidence.rebuilt["building_id"])]
    return found(
        rows["building_id"],
        related=ids(rows["other_id"]),
        certainty="suspect",
        value=rows["iou"],
        unit="ratio",
        other=rows["other_id"].fillna("—"),
        iou=shown(rows["iou"], digits=2),
    )


RULE = Rule(CARD, find)
