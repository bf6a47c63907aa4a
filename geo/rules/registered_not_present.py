"""户在人不在: registered, not present."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, shown

CARD = Card(
    code="registered_not_present",
    zh="户在人不在",
    en="registered, not present",
    subject="building",
    severity="notice",
    office="police",
    rule_zh="户在人不在人数大于零（只报数）",
    rule_en="absent_n > 0 (counts only)",
    todo_zh="入户核实",
    todo_en="visit",
    trap_zh="外出务工属正常",
    trap_en="working elsewhere is normal",
    source="公安机关“一标三实”：人户分离",
    detail_zh="建筑 {subject_id} 有 {n} 人户在人不在。",
    detail_en="{n} people registered at {subject_id} live elsewhere.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Buildings with people registered who live elsewhere."""
    rows = evidence.buildings[evidence.buildings["absent_n"] > 0]
    return found(rows["building_id"], value=rows["absent_n"], unit="persons", n=shown(rows["absent_n"]))


RULE = Rule(CARD, find)
