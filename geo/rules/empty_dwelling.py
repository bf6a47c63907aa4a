"""有房无人: empty dwelling."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids_on

CARD = Card(
    code="empty_dwelling",
    zh="有房无人",
    en="empty dwelling",
    subject="building",
    severity="notice",
    office="police",
    rule_zh="住宅，已挂牌，各项人口数全部为零",
    rule_en="residential, plated, every count zero",
    todo_zh="核实是否空置",
    todo_en="check whether it is empty",
    trap_zh="季节性居住",
    trap_en="seasonal living",
    source="公安机关“一标三实”：人房核对",
    detail_zh="住宅 {subject_id} 已挂牌，各项人口数均为零。",
    detail_en="dwelling {subject_id} is plated and every count is zero.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Plated dwellings that every count says are empty."""
    b = evidence.buildings
    rows = b[b["live"] & (b["use"] == "residential") & (b["installed_n"] > 0) & b["vacant"]]
    return found(rows["building_id"], related=ids_on(evidence, rows["building_id"]), value=0.0, unit="persons")


RULE = Rule(CARD, find)
