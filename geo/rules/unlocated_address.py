"""未上图: address without coordinate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.columns import positions
from geo.points import located, nowhere, points_of
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="unlocated_address",
    zh="未上图",
    en="address without coordinate",
    subject="address",
    severity="warning",
    office="data",
    rule_zh="有效地址没有坐标，而同号门牌存在",
    rule_en="active, no coordinate, a plate of its key exists",
    todo_zh="采用门牌的位置",
    todo_en="adopt the plate's position",
    trap_zh="门牌位置本身可能偏离",
    trap_en="the plate itself may be misplaced",
    source="政府通知：地址上图率 >= 98 %",
    detail_zh="地址 {text} 没有坐标，可采用同号门牌 {plate} 的位置。",
    detail_en="address {text} has no coordinate; plate {plate} of its number has.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses that could be put on the map by their plate."""
    a = evidence.addresses
    rows = a.loc[a["active"] & ~located(a) & a["paired_id"].notna(), ["address_id", "paired_id", "text"]]
    xy = np.vstack([points_of(evidence.plates), nowhere(1)])[positions(rows["paired_id"], evidence.plates["plate_id"])]
    where = pd.Series([None if np.isnan(x) else f"{x:.2f},{y:.2f}" for x, y in xy], index=rows.index, dtype="str")
    return found(rows["address_id"], related=ids(rows["paired_id"]), proposal=where, text=rows["text"], plate=rows["paired_id"])


RULE = Rule(CARD, find)
