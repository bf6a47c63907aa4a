"""临时牌超期: temporary plate overdue."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="temporary_overdue",
    zh="临时牌超期",
    en="temporary plate overdue",
    subject="plate",
    severity="warning",
    office="civil_affairs",
    rule_zh="临时门牌过了有效期，或没有写有效期",
    rule_en="temporary plate past expires_on, or without expiry",
    todo_zh="换永久号、延期或收回",
    todo_en="renew, replace or take it down",
    trap_zh="有的地方临时牌长期有效",
    trap_en="some places issue them without end",
    source="重庆市临时门牌规定",
    detail_zh="临时门牌 {text} {why_zh}。",
    detail_en="temporary plate {text} {why_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Installed temporary plates that have run out or never said when."""
    p = evidence.plates
    over = p["expires_on"] < evidence.inputs.as_of
    rows = p[p["installed"] & p["temporary"] & (over | p["expires_on"].isna())]
    dated = rows["expires_on"].notna()
    day = rows["expires_on"].astype("datetime64[s]").dt.strftime("%Y-%m-%d").astype("str")
    return found(
        rows["plate_id"],
        related=ids(rows["building_id"]),
        text=rows["text"],
        why_zh=("有效期至 " + day + "，已过期").where(dated, "没有写明有效期"),
        why_en=("expired on " + day).where(dated, "has no expiry"),
    )


RULE = Rule(CARD, find)
