"""旧牌未换: old plate."""

from __future__ import annotations

import pandas as pd

from geo.columns import look_up
from geo.match import OLD
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="old_plate",
    zh="旧牌未换",
    en="old plate",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="门牌仍是对照表中的旧名、旧号",
    rule_en="plate text carries the old side of the crosswalk",
    todo_zh="换新牌",
    todo_en="replace the plate",
    trap_zh="过渡期内旧牌合法",
    trap_en="old plates are legal for a time",
    source="地名管理条例：更名后更换标志",
    detail_zh="门牌 {text} 仍是旧{what_zh}，应为 {new}。",
    detail_en="plate {text} carries the old {what_en}; it should read {new}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Standing plates that still name an abolished village or a renumbered door."""
    p = evidence.plates
    renumbered = p["renewed_door"].notna() & ((p["pair_via"] == OLD) | ~p["registered"])
    rows = p[p["installed"] & (p["village_abolished"] | renumbered)]
    text = look_up(rows["paired_id"], evidence.addresses["address_id"], evidence.addresses["text"])
    by_village = rows["village_abolished"]
    return found(
        rows["plate_id"],
        related=ids(rows["paired_id"], rows["building_id"]),
        proposal=text,
        text=rows["text"],
        new=text.fillna(rows["renewed_door"]).fillna("—"),
        what_zh=by_village.map({True: "村名", False: "号码"}),
        what_en=by_village.map({True: "village", False: "number"}),
    )


RULE = Rule(CARD, find)
