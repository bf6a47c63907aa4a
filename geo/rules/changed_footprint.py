"""形状变化待判: changed footprint."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="changed_footprint",
    zh="形状变化待判",
    en="changed footprint",
    subject="building",
    severity="notice",
    office="surveyor",
    rule_zh="两期最佳重叠（IoU）在 0.10 与 0.85 之间，或一幢分为几幢、几幢合为一幢",
    rule_en="best IoU of the two surveys between 0.10 and 0.85, or one was split, or several merged",
    todo_zh="看图判断：改扩建、重测还是重建",
    todo_en="look at it: extension, new survey or rebuilding",
    trap_zh="两期测绘口径不同（含不含屋檐）",
    trap_en="surveys differ in what they draw (eaves)",
    source="两期测绘比对（IoU）",
    detail_zh="建筑 {subject_id} 与前期 {other} 的重叠只有 {iou}。{how_zh}",
    detail_en="{subject_id} overlaps {other} of the survey before by only {iou}.{how_en}",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Footprints that overlap their predecessor only in part, are a part of it, or took in several."""
    changes = evidence.changes
    rows = changes[(changes["survey"] == "current") & changes["state"].isin(["changed", "split", "merged"])]
    rows = rows[among(rows["building_id"], evidence.buildings.loc[~evidence.buildings["gone"], "building_id"])]
    rows = rows[~among(rows["building_id"], evidence.rebuilt["building_id"])]
    split, merged, n = rows["state"] == "split", rows["state"] == "merged", rows["parts_n"].astype(str)
    return found(
        rows["building_id"],
        related=rows["group_ids"].where(merged, ids(rows["other_id"])),
        certainty="suspect",
        value=rows["iou"],
        unit="ratio",
        other=rows["other_id"].fillna("—"),
        iou=shown(rows["iou"], digits=2),
        how_zh=("前期这一幢现测为 " + n + " 幢。").where(split, ("前期 " + n + " 幢现测为这一幢。").where(merged, "")),
        how_en=(" What was one is surveyed as " + n + " now.").where(split, (" What were " + n + " are surveyed as this one now.").where(merged, "")),
    )


RULE = Rule(CARD, find)
