"""牌位偏离: misplaced plate."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="misplaced_plate",
    zh="牌位偏离",
    en="misplaced plate",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="按号码、编号或人工决定关联，距离 8-150 m",
    rule_en="linked by key, id or decision, 8 m < d <= 150 m from its building",
    todo_zh="核实牌位，改正坐标",
    todo_en="correct the coordinate",
    trap_zh="大院的门牌挂在远处的大门上",
    trap_en="a compound's plate hangs at its gate",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="门牌 {text} 离所属建筑 {building} {distance} m。",
    detail_en="plate {text} is {distance} m from its building {building}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Linked plates whose point is away from their building."""
    t = evidence.profile.thresholds
    p = evidence.plates
    rows = p[p["standing"] & p["building_live"] & (p["distance_m"] > t.near_m) & (p["distance_m"] <= t.misplaced_m)]
    return found(
        rows["plate_id"],
        related=ids(rows["building_id"]),
        value=rows["distance_m"],
        unit="m",
        text=rows["text"],
        building=rows["building_id"],
        distance=shown(rows["distance_m"]),
    )


RULE = Rule(CARD, find)
