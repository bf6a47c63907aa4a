"""一牌多楼: one number on several buildings."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, shown
from geo.rules.repeated import same_key_apart

CARD = Card(
    code="plate_for_many_buildings",
    zh="一牌多楼",
    en="one number on several buildings",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="一个地址的门牌挂在两栋以上相距 10-60 m、不属同一小区的应挂牌建筑上",
    rule_en="one address, plates of its text on two or more eligible buildings 10-60 m apart that are not one compound",
    todo_zh="给其余建筑另编号或附号",
    todo_en="number the other buildings",
    trap_zh="同一院落的几栋房合法共用",
    trap_en="houses of one yard may share it",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="门牌 {text} 挂在 {n} 处，相距 {distance} m。",
    detail_en="plate {text} hangs in {n} places, {distance} m apart.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Numbers whose plates hang on several buildings near each other while the register has one address."""
    rows = same_key_apart(evidence)
    rows = rows[~rows["two_addresses"] & (rows["distance_m"] <= evidence.profile.thresholds.many_buildings_max_m)]
    return found(rows["subject_id"], related=rows["related"], value=rows["distance_m"], unit="m", subject="plate", text=rows["text"], n=rows["n"].astype(str), distance=shown(rows["distance_m"]))


RULE = Rule(CARD, find)
