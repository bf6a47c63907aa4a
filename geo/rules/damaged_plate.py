"""门牌破损缺失: damaged plate."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="damaged_plate",
    zh="门牌破损缺失",
    en="damaged plate",
    subject="plate",
    severity="error",
    office="civil_affairs",
    rule_zh="已安装而牌面破损、不清、遮挡或缺失",
    rule_en="installed and face damaged, illegible, obscured or missing",
    todo_zh="更换或清理",
    todo_en="replace or clear it",
    trap_zh="遮挡可能是暂时的",
    trap_en="an obstruction may be temporary",
    source="GB 17733-2008 地名标志",
    detail_zh="门牌 {text} {face_zh}，需更换或清理。",
    detail_en="plate {text} is {face}: replace or clear it.",
)


FACES = {"damaged": "破损", "illegible": "字迹不清", "obscured": "被遮挡", "missing": "缺失"}


def find(evidence: Evidence) -> pd.DataFrame:
    """Installed plates that cannot be read."""
    rows = evidence.plates
    rows = rows[rows["installed"] & rows["face"].isin(list(FACES))]
    return found(rows["plate_id"], related=ids(rows["building_id"]), text=rows["text"], face=rows["face"], face_zh=rows["face"].map(FACES))


RULE = Rule(CARD, find)
