"""已编未挂: numbered, plate not installed."""

from __future__ import annotations

import pandas as pd

from geo.columns import look_up
from geo.rule import Card, Evidence, Rule, found, ids_on
from geo.rules.unplated import unplated

CARD = Card(
    code="plate_not_installed",
    zh="已编未挂",
    en="numbered, plate not installed",
    subject="building",
    severity="error",
    office="civil_affairs",
    rule_zh="应挂牌建筑有有效地址，却没有装好的门牌",
    rule_en="eligible, an active address is linked, no installed plate",
    todo_zh="制作安装",
    todo_en="make and install it",
    trap_zh="门牌刚拆下维修",
    trap_en="the plate may be down for repair",
    source="政府通知：标准地址上墙率 >= 95 %",
    detail_zh="建筑 {subject_id} 已编地址 {text}，但没有安装门牌。",
    detail_en="{subject_id} has the address {text} but no plate is up.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Eligible buildings with an active address and no installed plate, nobody registered."""
    rows = unplated(evidence)
    rows = rows[(rows["addresses_n"] > 0) & ~((rows["registered_n"] > 0) | (rows["resident_n"] > 0))]
    related = ids_on(evidence, rows["building_id"])
    first = pd.Series([ids[0] for ids in related], index=rows.index, dtype="str")
    text = look_up(first, evidence.addresses["address_id"], evidence.addresses["text"])
    return found(rows["building_id"], related=related, text=text)


RULE = Rule(CARD, find)
