"""牌楼待判: undecided plate."""

from __future__ import annotations

import pandas as pd

from geo.columns import lists_at, positions
from geo.rule import Card, Evidence, Rule, found, joined

CARD = Card(
    code="undecided_plate",
    zh="牌楼待判",
    en="undecided plate",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="附近有候选，但没有规则能够决定",
    rule_en="candidates nearby, no rule decides",
    todo_zh="到现场看，或在图上判定",
    todo_en="look on site, or decide on the map",
    trap_zh="多为密集小房，坐标精度不够",
    trap_en="mostly dense small houses: the points are not good enough",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应；证据不足不作判断",
    detail_zh="门牌 {text} 附近有几栋可能的建筑（{candidates}），证据不足，未作判断。",
    detail_en="plate {text} may belong to {candidates}; the evidence does not decide.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Plate rows whose candidates are too close to call."""
    rows = evidence.plates
    rows = rows[(rows["link_state"] == "undecided") & rows["demolished_id"].isna()]
    open_ = evidence.links[evidence.links["state"] == "undecided"]
    other = open_["building_id"].fillna(open_["address_id"])
    related = pd.Series(lists_at(other, positions(open_["plate_id"], rows["plate_id"]), len(rows)), index=rows.index, dtype=object)
    return found(rows["plate_id"], related=related, certainty="suspect", value=rows["score"], unit="probability", text=rows["text"], candidates=joined(related))


RULE = Rule(CARD, find)
