"""一楼多牌: several plates on one building."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found

CARD = Card(
    code="several_plates",
    zh="一楼多牌",
    en="several plates on one building",
    subject="building",
    severity="warning",
    office="civil_affairs",
    rule_zh="一栋楼有两块以上不同号的门牌，又不是小区、连号铺面或单元",
    rule_en="two or more installed door plates with different keys on one building that is neither a compound, a row of consecutive numbers, nor units",
    todo_zh="核实保留哪一块",
    todo_en="find out which one stays",
    trap_zh="两户合建、前后两门",
    trap_en="two households built together, doors on two streets",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="建筑 {subject_id} 上有 {n} 块不同的门牌：{texts}。",
    detail_en="{subject_id} carries {n} different plates: {texts}.",
)


ROW_STEP_N = 6
"""Largest step between neighbouring numbers of one row: same side and two reserved numbers between (12, 18)."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Buildings whose installed plates are not one number and not a row."""
    p = evidence.plates
    asked = p["installed"] & p["building_live"] & p["number_n"].notna() & p["building_no"].isna() & ~p["level"].isin(["unit", "room", "side"])
    rows = pd.DataFrame(p[["plate_id", "building_id", "side", "key", "number_n", "text"]])[asked]
    rows = rows[rows["building_id"].duplicated(keep=False)]
    # a building stands in one village: that its plates are said to be in two is another fault
    rows = rows.assign(side=rows["side"].str.split("|", n=1).str[1]).sort_values(["building_id", "side", "number_n", "plate_id"])
    doors = rows.drop_duplicates(["building_id", "key"])
    step = doors.groupby("building_id")["number_n"].diff()
    broken = (doors.groupby("building_id")["side"].transform("nunique") > 1) | (step > ROW_STEP_N)
    wrong = doors.loc[broken, "building_id"].unique()
    listed = doors[among(doors["building_id"], wrong)].groupby("building_id").agg(plates=("plate_id", list), texts=("text", "、".join), n=("plate_id", "size"))
    listed = listed[listed["n"] > 1].reset_index()
    return found(listed["building_id"], related=listed["plates"], certainty="suspect", value=listed["n"].astype(float), unit="plates", n=listed["n"].astype(str), texts=listed["texts"])


RULE = Rule(CARD, find)
