"""坐标偏离: misplaced address."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="misplaced_address",
    zh="坐标偏离",
    en="misplaced address",
    subject="address",
    severity="warning",
    office="data",
    rule_zh="按号码、编号或人工决定关联，距离 8-150 m",
    rule_en="linked by key, id or decision, 8 m < d <= 150 m from its building",
    todo_zh="改正坐标",
    todo_en="correct the coordinate",
    trap_zh="大院的门牌挂在远处的大门上",
    trap_en="a compound's plate hangs at its gate",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="地址 {text} 的坐标离所属建筑 {building} {distance} m。",
    detail_en="the point of address {text} is {distance} m from its building {building}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Linked addresses whose point is away from their building."""
    t = evidence.profile.thresholds
    a = evidence.addresses
    away = (a["distance_m"] > t.near_m) & (a["distance_m"] <= t.misplaced_m)
    rows = a[away & a["active"] & a["building_live"] & (a["stack_n"] < t.stack_n)]
    return found(
        rows["address_id"],
        related=ids(rows["building_id"]),
        value=rows["distance_m"],
        unit="m",
        text=rows["text"],
        building=rows["building_id"],
        distance=shown(rows["distance_m"]),
    )


RULE = Rule(CARD, find)
