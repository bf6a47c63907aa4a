"""多余房间: surplus rooms."""

from __future__ import annotations

import pandas as pd

from geo.columns import among, at_positions, look_up
from geo.rule import Card, Evidence, Rule, found

CARD = Card(
    code="surplus_rooms",
    zh="多余房间",
    en="surplus rooms",
    subject="address",
    severity="warning",
    office="police",
    rule_zh="房室地址属于已拆建筑，或超出建筑层数，且没有查到登记在这些房室的人",
    rule_en="room addresses on a gone building, or beyond what its floors can hold, and nobody is known to be registered in them",
    todo_zh="核实后清理",
    todo_en="check and clear",
    trap_zh="层数可能测错、地下室、跃层",
    trap_en="floors may be surveyed wrongly; basements",
    source="公安机关“一标三实”：房屋与房室核对",
    detail_zh="{n} 个房室（如 {text}）{why_zh}；{people_zh}。",
    detail_en="{n} rooms (e.g. {text}) {why_en}; {people_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Rooms of a building that cannot be there, one finding per building."""
    r, a, b = evidence.register, evidence.addresses, evidence.buildings
    asked = r["rolls_up"] & r["active"] & ~r["inhabited"]
    r = pd.DataFrame(r[["address_id", "floor", "room", "building_id", "building_gone", "declared_building", "parent_id", "counted"]])
    r = r.assign(text=evidence.texts["text"])[asked]
    floor = pd.to_numeric(r["floor"], errors="coerce").astype("float64").fillna(_floor_of_room(r["room"]))
    held = look_up(r["building_id"], b["building_id"], b["floors_n"]).astype("float64")
    gone = evidence.gone["building_id"]
    # what the house's own address is known to have belonged to, its rooms belonged to
    left = look_up(r["parent_id"], a["address_id"], a["demolished_id"])
    away = r["building_gone"].eq(True) | among(r["declared_building"], gone) | left.notna()
    rows = r.assign(away=away, owner=left.fillna(r["building_id"]).fillna(r["parent_id"]))[away | (floor > held)]
    rows = rows.sort_values(["owner", "address_id"])
    listed = rows.groupby("owner").agg(all_ids=("address_id", list), text=("text", "first"), away=("away", "any"), counted=("counted", "all")).reset_index()
    return found(
        listed["all_ids"].str[0].astype("str"),
        related=listed["all_ids"].map(lambda x: x[1:]) + listed["owner"].map(lambda x: [x]),
        certainty=listed["counted"].map({True: "certain", False: "suspect"}),
        value=listed["all_ids"].map(len).astype(float),
        unit="rooms",
        n=listed["all_ids"].map(len).astype(str),
        text=listed["text"],
        why_zh=listed["away"].map({True: "所在建筑已拆除", False: "高于建筑层数"}),
        why_en=listed["away"].map({True: "belong to a demolished building", False: "lie above its top floor"}),
        # Of the rooms alone: the house they are in is counted elsewhere, and an unknown count is not nobody.
        people_zh=listed["counted"].map({True: "这些房室统计为无人，整个门户另计", False: "这些房室没有全部统计，是否有人未知"}),
        people_en=listed["counted"].map(
            {True: "the counts of these rooms show nobody, the rest of the house is counted apart", False: "not all of them were counted: nobody knows whether somebody is there"}
        ),
    )


def _floor_of_room(room: pd.Series) -> pd.Series:
    """Storey a room number begins with (502 -> 5, 1203 -> 12); NaN where it does not say."""
    which, rooms = pd.factorize(room)
    digits = pd.Series(rooms, dtype="str").str.extract(r"^(\d{1,2})\d{2}$", expand=False)
    return at_positions(pd.to_numeric(digits, errors="coerce"), which, room.index)


RULE = Rule(CARD, find)
