"""牌址不符: plate and address disagree."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="text_conflict",
    zh="牌址不符",
    en="plate and address disagree",
    subject="plate",
    severity="error",
    office="civil_affairs",
    rule_zh="门牌与地址关联同一建筑，号码不同，附近都没有各自的另一半",
    rule_en="plate and address of one building whose keys differ, and neither key exists elsewhere nearby",
    todo_zh="查明哪一个号码是对的",
    todo_en="find out which number is right",
    trap_zh="换号后只改了一边",
    trap_en="renumbered on one side only",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="建筑 {building} 上的门牌写 {text}，登记地址却是 {address}（不同：{parts_zh}）。",
    detail_en="on {building} the plate says {text}, the register says {address} (differing: {parts_en}).",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Plates and addresses left over on one building with different numbers."""
    rows = evidence.conflicts
    return found(rows["plate_id"], related=ids(rows["address_id"], rows["building_id"]), proposal=rows["address_text"], building=rows["building_id"], text=rows["text"], address=rows["address_text"], parts_zh=rows["parts_zh"], parts_en=rows["parts_en"])


RULE = Rule(CARD, find)
