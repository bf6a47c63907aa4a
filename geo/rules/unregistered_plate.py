"""有牌无址: plate without address."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.points import located
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="unregistered_plate",
    zh="有牌无址",
    en="plate without address",
    subject="plate",
    severity="error",
    office="police",
    rule_zh="已安装，而登记地址中没有同号（含别名、旧号）的有效地址",
    rule_en="installed, no active address of the same key (nor alias, nor old key)",
    todo_zh="补登地址，或查明门牌来历",
    todo_en="register the address, or find out where the plate comes from",
    trap_zh="新编号码尚未录入",
    trap_en="a new number not yet entered",
    source="公安机关“一标三实”：实有房屋必有标准地址",
    detail_zh="门牌 {text} 在登记地址中查不到。",
    detail_en="plate {text} is not in the register.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Installed plates that the register does not know and that no stronger cause explains."""
    p = evidence.plates
    nothing_here = located(p) & p["nearest_m"].isna() & p["building_id"].isna()
    said = p["text_village"].fillna(p["declared_village"])
    other_village = said.notna() & p["point_village"].notna() & (said != p["point_village"])
    # a permanent plate whose only fault is the building's kind is already a conflict of states
    temporary = evidence.buildings.loc[evidence.buildings["temporary"], "building_id"]
    explained = nothing_here | other_village | (among(p["building_id"], temporary) & ~p["temporary"]) | among(p["plate_id"], evidence.conflicts["plate_id"])
    unknown = p["installed"] & p["door"].notna() & ~p["registered"] & p["retired_id"].isna() & p["demolished_id"].isna()
    rows = p.loc[unknown & ~explained, ["plate_id", "building_id", "text"]]
    return found(rows["plate_id"], related=ids(rows["building_id"]), text=rows["text"])


RULE = Rule(CARD, find)
