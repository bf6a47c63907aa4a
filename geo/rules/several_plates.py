"""一楼多牌: several plates on one building."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.columns import among, at_positions, positions
from geo.match import slips
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
    """Buildings whose installed plates are not one number and not a row; a plate that is not decided counts where it most likely hangs."""
    p, b = evidence.plates, evidence.buildings
    plate, building = _likely(evidence)
    likely = np.append(positions(building, b["building_id"]), -1)[positions(p["plate_id"], plate)]
    at = np.where(p["building_live"], p["building_at"], likely)
    asked = p["installed"] & (at >= 0) & p["number_n"].notna() & p["building_no"].isna() & ~p["level"].isin(["unit", "room", "side"])
    asked &= np.append(np.bincount(at[asked], minlength=len(b)), 0)[at] > 1
    rows = pd.DataFrame(p.loc[asked, ["plate_id", "village_code", "place", "side", "key", "number_n", "text"]])
    rows["building_id"] = at_positions(b["building_id"], at[asked], rows.index)
    # a building stands in one village: that its plates are said to be in two is another fault
    rows = rows.assign(parity=rows["side"].str[-2:]).drop_duplicates(["building_id", "key"])
    doors = _of_no_row(_as_meant(_of_no_row(rows), evidence))
    listed = doors.groupby("building_id").agg(plates=("plate_id", list), texts=("text", "、".join), n=("plate_id", "size")).reset_index()
    return found(listed["building_id"], related=listed["plates"], certainty="suspect", value=listed["n"].astype(float), unit="plates", n=listed["n"].astype(str), texts=listed["texts"])


def _likely(evidence: Evidence) -> tuple[pd.Series, pd.Series]:
    """Plates that are not decided and the live building each of them hangs on with the profile's `likely_ratio`."""
    rows = evidence.links
    rows = rows[(rows["state"] == "undecided") & rows["plate_id"].notna() & (rows["score"] >= evidence.profile.thresholds.likely_ratio)]
    rows = rows[among(rows["building_id"], evidence.buildings.loc[evidence.buildings["live"], "building_id"])]
    return rows["plate_id"], rows["building_id"]


def _of_no_row(doors: pd.DataFrame) -> pd.DataFrame:
    """The doors of buildings whose numbers are not one row: one side of one street, no step above ROW_STEP_N."""
    doors = doors.sort_values(["building_id", "place", "parity", "number_n", "plate_id"])
    house = doors.groupby("building_id")
    step = house["number_n"].diff()
    sides = doors.groupby(["building_id", "place", "parity"], dropna=False).ngroup()
    broken = (sides.groupby(doors["building_id"]).transform("nunique") > 1) | (step > ROW_STEP_N)
    several = house["building_id"].transform("size") > 1
    return doors[several & broken.groupby(doors["building_id"]).transform("any")]


def _as_meant(doors: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """The doors with the street that a slip of the pen meant: a row of shops is one, though one of its plates is misspelt."""
    told = [t.loc[among(t["village_code"], doors["village_code"].dropna()), ["village_code", "place"]] for t in (evidence.plates, evidence.addresses)]
    meant = slips(pd.concat(told).dropna().value_counts().rename("n").reset_index()).rename(columns={"slip": "place"})
    merged = doors.merge(meant, on=["village_code", "place"], how="left")
    return merged.assign(place=merged["meant"].fillna(merged["place"]))


RULE = Rule(CARD, find)
