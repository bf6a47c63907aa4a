"""人口异常: implausible density."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, shown

CARD = Card(
    code="implausible_density",
    zh="人口异常",
    en="implausible density",
    subject="building",
    severity="warning",
    office="police",
    rule_zh="人均不足 5 m² 建筑面积，或一栋村宅超过 30 人",
    rule_en="more than 1 person per 5 m2 floor, or > 30 in one rural house",
    todo_zh="核实登记",
    todo_en="check the register",
    trap_zh="集体宿舍、养老院",
    trap_en="dormitories and homes",
    source="公安机关“一标三实”：人房核对",
    detail_zh="建筑 {subject_id}（楼面 {floor} m²）登记 {n} 人。",
    detail_en="{n} people are recorded in {subject_id} ({floor} m2 of floor).",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Buildings with more people than floor."""
    t = evidence.profile.thresholds
    b = evidence.buildings
    people = b[["registered_n", "resident_n"]].max(axis=1)
    floor = b["area_m2"] * b["floors_n"].fillna(1).clip(lower=1)
    house = (b["use"] == "residential") & (b["floors_n"].fillna(1) <= 3) & (b["doors_n"] <= 1)
    over = b["live"] & b["floors_n"].notna() & ((people * t.density_m2 > floor) | (house & (people > t.rural_house_n)))
    rows = b.assign(people=people, floor=floor)[over]
    return found(rows["building_id"], value=rows["people"], unit="persons", n=shown(rows["people"]), floor=shown(rows["floor"]))


RULE = Rule(CARD, find)
