"""临建已拆未注销: temporary building gone, number active."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="temporary_gone",
    zh="临建已拆未注销",
    en="temporary building gone, number active",
    subject="address",
    severity="error",
    office="police",
    rule_zh="临时建筑已拆，其临时地址仍然有效",
    rule_en="a temporary building is gone, its number still active",
    todo_zh="核实后收回临时号；有人登记的先迁移",
    todo_en="withdraw the temporary number; people first",
    trap_zh="临建转为永久建筑时应换号而非注销",
    trap_en="a temporary building made permanent gets a new number instead",
    source="重庆市临时门牌规定：拆除后注销",
    detail_zh="临时地址 {text} 的建筑 {gone} 已拆除（{document}）。",
    detail_en="the building {gone} of temporary address {text} is demolished ({document}).",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active temporary addresses of gone buildings."""
    rows = evidence.addresses[evidence.addresses["demolished_id"].notna()]
    rows = rows[rows["demolished_temporary"]]
    return found(rows["address_id"], related=ids(rows["demolished_id"]), text=rows["text"], gone=rows["demolished_id"], document=rows["demolished_document"])


RULE = Rule(CARD, find)
