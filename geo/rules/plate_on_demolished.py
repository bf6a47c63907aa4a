"""已拆牌未收: plate of a demolished building."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="plate_on_demolished",
    zh="已拆牌未收",
    en="plate of a demolished building",
    subject="plate",
    severity="warning",
    office="village",
    rule_zh="门牌已安装，而建筑有凭据已拆",
    rule_en="installed plate of a building demolished by document",
    todo_zh="收回门牌",
    todo_en="take the plate down",
    trap_zh="门牌可能已移到新房",
    trap_en="the plate may have moved to the new house",
    source="地名标志管理：建筑灭失后收回门牌",
    detail_zh="门牌 {text} 所在建筑 {gone} 已拆除（{document}），请收回。",
    detail_en="the building {gone} of plate {text} is demolished ({document}): take the plate down.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Installed plates of gone buildings."""
    rows = evidence.plates[evidence.plates["demolished_id"].notna()]
    return found(rows["plate_id"], related=ids(rows["demolished_id"]), text=rows["text"], gone=rows["demolished_id"], document=rows["demolished_document"])


RULE = Rule(CARD, find)
