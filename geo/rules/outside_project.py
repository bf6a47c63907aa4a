"""坐标超界: outside the project."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, row_words

CARD = Card(
    code="outside_project",
    zh="坐标超界",
    en="outside the project",
    subject="row",
    severity="error",
    office="data",
    rule_zh="离全部村界 500 m 以上，或坐标为 (0,0)、空值",
    rule_en="farther than 500 m outside the villages' union, or (0,0), or empty where required",
    todo_zh="补测坐标",
    todo_en="survey the coordinate",
    trap_zh="飞地与界外管理的院落是合法的，先补全村界",
    trap_en="an enclave is legal: complete the village borders first",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="{table_zh} {key} 的坐标 {before} 不在本项目范围内，按无坐标处理。",
    detail_en="the coordinate {before} of {key} in {table_en} lies outside the project; it is treated as having none.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Rows whose coordinate was set aside while reading, or refused, because it lies outside."""
    repairs, refused = evidence.inputs.repairs, evidence.inputs.quarantine
    aside = repairs[repairs["why"].str.startswith("outside_project", na=False)][["table", "key", "before", "after"]]
    out = refused[refused["code"] == "outside_project"].rename(columns={"value": "before"})[["table", "key", "before"]]
    rows = pd.concat([aside, out], ignore_index=True).drop_duplicates(["table", "key"])
    subject = rows["table"].map(SUBJECTS)
    return found(rows["key"], proposal=rows["after"], subject=subject, key=rows["key"], before=rows["before"], **row_words(rows))


SUBJECTS = {"plates": "plate", "addresses": "address", "buildings": "building"}


RULE = Rule(CARD, find)
