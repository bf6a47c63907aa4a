"""已拆未注销(有人): demolished, people registered or unknown."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="demolished_occupied",
    zh="已拆未注销(有人)",
    en="demolished, people registered or unknown",
    subject="address",
    severity="error",
    office="police",
    rule_zh="同上，但有任何一项人数大于零、缺失、不可读或过期",
    rule_en="as demolished_vacant, but some count is above zero, missing, unreadable or stale",
    todo_zh="先安置、迁移户口，再谈注销；人数未知时先核实",
    todo_en="people first: move the registrations; where counts are unknown find out",
    trap_zh="人口数过期不等于无人",
    trap_en="a stale count is not zero",
    source="公安机关标准地址清理；人先于址",
    detail_zh="地址 {text} 所在建筑 {gone} 已拆除（{document}），但人口数 {why_zh}，不得提出注销。",
    detail_en="address {text} belongs to {gone}, demolished ({document}), but its counts are {why_en}: never proposed.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses of gone buildings where somebody is, or may be, registered."""
    rows = evidence.addresses[evidence.addresses["demolished_id"].notna()]
    rows = rows[~rows["vacant"] & ~rows["demolished_temporary"]]
    inhabited = rows["inhabited"]
    return found(
        rows["address_id"],
        related=ids(rows["demolished_id"]),
        value=rows["registered_n"],
        unit="persons",
        text=rows["text"],
        gone=rows["demolished_id"],
        document=rows["demolished_document"],
        why_zh=inhabited.map({True: "不为零", False: "未知或过期"}),
        why_en=inhabited.map({True: "not zero", False: "unknown or stale"}),
    )


RULE = Rule(CARD, find)
