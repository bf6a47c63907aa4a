"""空挂户口: people registered on nothing."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, shown
from geo.rules.virtual_address import find as virtual

CARD = Card(
    code="people_on_nothing",
    zh="空挂户口",
    en="people registered on nothing",
    subject="address",
    severity="error",
    office="police",
    rule_zh="虚拟或已拆地址上人口数大于零",
    rule_en="counts > 0 on virtual or demolished addresses",
    todo_zh="查明实际住处，迁移登记",
    todo_en="find where they live and move the registration",
    trap_zh="旧址待安置",
    trap_en="waiting for resettlement",
    source="公安机关清理空挂户",
    detail_zh="地址 {text} 上没有房屋，却登记着 {n} 人。",
    detail_en="{n} people are registered at {text}, where no house stands.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Virtual and demolished addresses with people."""
    a = evidence.addresses
    nothing = a["demolished_id"].notna() | among(a["address_id"], virtual(evidence)["subject_id"])
    rows = a[nothing & a["inhabited"]]
    n = rows[["registered_n", "resident_n"]].max(axis=1)
    return found(rows["address_id"], value=n, unit="persons", text=rows["text"], n=shown(n))


RULE = Rule(CARD, find)
