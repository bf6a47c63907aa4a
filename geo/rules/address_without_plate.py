"""有址无牌: address without plate."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="address_without_plate",
    zh="有址无牌",
    en="address without plate",
    subject="address",
    severity="error",
    office="civil_affairs",
    rule_zh="有效地址在（或 8 m 内有）挂着其他门牌的现存建筑上，却没有本号门牌",
    rule_en="active address on (or within 8 m of) a live building that carries other plates, but no plate of its key, alias or old key",
    todo_zh="核实是否换号，换号的更新登记",
    todo_en="find out whether it was renumbered",
    trap_zh="门牌暂时取下",
    trap_en="the plate may be down for a while",
    source="政府通知：标准地址上墙率 >= 95 %",
    detail_zh="地址 {text} 所在建筑挂着别的门牌，却没有本号门牌{next_zh}。",
    detail_en="the building of {text} carries other plates but none of this number{next_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses on plated buildings without a plate of their own, with the likely successor."""
    a = evidence.addresses
    plated = evidence.buildings.loc[evidence.buildings["installed_n"] > 0, "building_id"]
    near = a["nearest_id"].where(a["nearest_m"] <= evidence.profile.thresholds.near_m)
    # a link that only a far point bears out does not put the address on the building
    at = a["building_id"].where(a["building_live"] & ~(a["distance_m"] > evidence.profile.thresholds.near_m)).fillna(near)
    rows = a.assign(at=at)[a["active"] & a["door"].notna() & ~a["on_plate"] & among(at, plated) & (a["stack_n"] < evidence.profile.thresholds.stack_n)]
    rows = rows[~among(rows["address_id"], evidence.conflicts["address_id"]) & rows["demolished_id"].isna()]
    successor = rows["address_id"].map(evidence.successors.set_index("address_id")["plate_id"]).astype("str")
    texts = evidence.plates.set_index("plate_id")["text"]
    successor_text = successor.map(texts).astype("str")
    known = successor.notna()
    return found(
        rows["address_id"],
        related=ids(successor, rows["at"]),
        proposal=successor_text,
        text=rows["text"],
        next_zh=("，附近门牌 " + successor_text.fillna("") + " 没有登记，可能是换号").where(known, ""),
        next_en=("; plate " + successor_text.fillna("") + " nearby is not registered and may have replaced it").where(known, ""),
    )


RULE = Rule(CARD, find)
