"""临建无临时牌: temporary building without a number."""

from __future__ import annotations

import pandas as pd

from geo.rule import UNCLAIMED_N, Card, Evidence, Rule, found

CARD = Card(
    code="temporary_unplated",
    zh="临建无临时牌",
    en="temporary building without a number",
    subject="building",
    severity="error",
    office="civil_affairs",
    rule_zh="临时建筑没有临时门牌或临时地址",
    rule_en="a live temporary building without a temporary plate or address",
    todo_zh="按临时门牌规定编临时号",
    todo_en="give it a temporary number",
    trap_zh="违章建筑在有的地方不编号",
    trap_en="illegal buildings get no number in some places",
    source="重庆市临时门牌规定",
    detail_zh="临时建筑 {subject_id} 没有临时门牌。",
    detail_en="temporary building {subject_id} carries no temporary number.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Live temporary buildings that nothing temporary is linked to."""
    b = evidence.buildings
    rows = b[b["live"] & b["temporary"] & (b["temporary_n"] == 0) & (b["doors_n"] == 0) & (b["claimed_n"] < UNCLAIMED_N) & ~b["exempt"]]
    return found(rows["building_id"], value=rows["claimed_n"], unit="doors")


RULE = Rule(CARD, find)
