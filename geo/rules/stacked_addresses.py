"""坐标堆叠: stacked addresses."""

from __future__ import annotations

import pandas as pd

from geo.columns import look_up
from geo.rule import Card, Evidence, Rule, found, groups

CARD = Card(
    code="stacked_addresses",
    zh="坐标堆叠",
    en="stacked addresses",
    subject="address",
    severity="warning",
    office="data",
    rule_zh="五个以上不同门牌号的地址落在同一点",
    rule_en="five or more plate-level keys on one point",
    todo_zh="逐个补测坐标",
    todo_en="survey each",
    trap_zh="同一建筑的房室除外",
    trap_en="rooms of one building excepted",
    source="政府通知：地址上图率 >= 98 %",
    detail_zh="{n} 个地址堆在同一点上，如 {text}。",
    detail_en="{n} addresses lie on one point, e.g. {text}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Points that carry too many different numbers."""
    a = evidence.addresses
    rows = a[a["active"] & (a["stack_n"] >= evidence.profile.thresholds.stack_n)]
    piles = groups(rows, by="stack", id_column="address_id")
    text = look_up(piles["subject_id"], rows["address_id"], rows["text"])
    return found(piles["subject_id"], related=piles["related"], value=piles["n"].astype(float), unit="addresses", n=piles["n"].astype(str), text=text)


RULE = Rule(CARD, find)
