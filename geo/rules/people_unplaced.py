"""人口未落房: people without a building."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found
from geo.rules.virtual_address import find as virtual

CARD = Card(
    code="people_unplaced",
    zh="人口未落房",
    en="people without a building",
    subject="row",
    severity="error",
    office="police",
    rule_zh="人口记录的地址未知，或该地址没有现存建筑",
    rule_en="population row whose address is unknown or has no live building",
    todo_zh="核对地址",
    todo_en="check the address",
    trap_zh="新建小区尚未测绘",
    trap_en="new estates not yet surveyed",
    source="政府通知：人口落房率 >= 98 %",
    detail_zh="人口记录“{text}”：{why_zh}。",
    detail_en="population row of {text}: {why_en}.",
)


REASONS = {
    "no_such_address": ("登记地址中没有这个地址", "no such address in the register"),
    "ambiguous": ("有几个相同的地址", "several addresses fit"),
    "no_building": ("该地址没有现存建筑", "its address has no live building"),
}


def find(evidence: Evidence) -> pd.DataFrame:
    """Population rows that found no house, unless the address itself already says why."""
    p, a = evidence.people, evidence.addresses
    rows = p[p["reason"].notna()]
    explained = pd.concat([a.loc[a["demolished_id"].notna(), "address_id"], virtual(evidence)["subject_id"]])
    open_ = among(rows["door_id"], a.loc[(a["link_state"] == "undecided") | ~a["active"], "address_id"])
    rows = rows[~among(rows["door_id"], explained) & ~((rows["reason"] == "no_building") & open_)]
    row = "population:" + rows["source_row"]
    # what names the row for good is the address it gives, not its place in the file
    rows = rows.assign(row=row, named=rows["given_id"].fillna(rows["text"]).fillna(row), text=rows["text"].fillna(rows["given_id"]))
    rows = rows.sort_values(["named", "row"])
    once = rows.drop_duplicates("named").set_index("named")
    n = rows.groupby("named")["registered_n"].sum(min_count=1)
    return found(
        pd.Series(once.index, index=once.index),
        value=n,
        unit="persons",
        text=once["text"],
        why_zh=once["reason"].map({k: v[0] for k, v in REASONS.items()}),
        why_en=once["reason"].map({k: v[1] for k, v in REASONS.items()}),
    )


RULE = Rule(CARD, find)
