"""单双号或次序异常: number out of order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="number_out_of_order",
    zh="单双号或次序异常",
    en="number out of order",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="在 80 % 以上遵守单双号的街道上，号码在另一侧",
    rule_en="parity against its side on a street that obeys parity in >= 80 %",
    todo_zh="核实号码",
    todo_en="check the number",
    trap_zh="多数地方只是习惯，不能单凭此项判错",
    trap_en="a habit in most places, never a proof",
    source="address.md 1.3",
    detail_zh="门牌 {text} 的单双号与所在街侧的其他门牌相反。",
    detail_en="the parity of plate {text} is against its side of the street.",
)


LEAST_N = 10
"""Plates a street needs before its habit is known: with ten, 80 % cannot be eight of ten by chance (p = 0.055)."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Plates whose two nearest numbers on each side of the street say that they stand on the wrong one."""
    p = evidence.plates
    rows = p[p["installed"] & p["street"].notna() & p["number_n"].notna() & p.geometry.notna() & p["sub_number"].isna() & p["building_no"].isna()]
    rows = rows.assign(street_key=rows["village_code"].fillna("") + "|" + rows["place"], odd=rows["number_n"] % 2 == 1)
    rows = rows[rows.groupby("street_key")["plate_id"].transform("size") >= LEAST_N].sort_values(["street_key", "plate_id"])
    agree = [_neighbours_agree(street) for _, street in rows.groupby("street_key")]  # a tree per street: no column form exists
    rows = rows.assign(agrees=pd.concat(agree).reindex(rows.index) if agree else np.nan)
    obeys = rows["agrees"].gt(0.5).groupby(rows["street_key"]).transform("mean") >= evidence.profile.thresholds.parity_ratio
    rows = rows[obeys & (rows["agrees"] == 0.0)]
    return found(rows["plate_id"], related=ids(rows["building_id"]), certainty="suspect", text=rows["text"])


def _neighbours_agree(street: pd.DataFrame) -> pd.Series:
    """Share of the three nearest plates of the street that have the same parity."""
    points = street["geometry"].to_numpy()
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    _, near = KDTree(xy).query(xy, k=4)
    odd = street["odd"].to_numpy()
    return pd.Series((odd[near[:, 1:]] == odd[:, None]).mean(axis=1), index=street.index)


RULE = Rule(CARD, find)
