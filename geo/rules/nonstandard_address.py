"""地址不规范: nonstandard address."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.address import standard_text
from geo.rule import Card, Evidence, Rule, found

CARD = Card(
    code="nonstandard_address",
    zh="地址不规范",
    en="nonstandard address",
    subject="address",
    severity="warning",
    office="data",
    rule_zh="缺少必需的级别，或有无法解析的文字",
    rule_en="a required level is missing or text is left over",
    todo_zh="按标准写法改正",
    todo_en="write it in the standard form",
    trap_zh="历史地名",
    trap_en="historic names",
    source="GB/T 23705-2009；GA/T 2000.32-2014 地址元素",
    detail_zh="地址 {text} {why_zh}。",
    detail_en="address {text}: {why_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active plate-level addresses whose text is not a whole standard address."""
    a = evidence.addresses
    numberless, villageless, leftover = a["door"].isna(), a["village"].isna() & a["street"].isna(), a["leftover"].notna()
    mask = a["active"] & (numberless | villageless | leftover)
    rows = a[mask]
    zh = np.select([numberless[mask], villageless[mask]], ["没有门牌号", "没有村居或街路巷"], "有无法解析的文字：" + rows["leftover"].fillna(""))
    en = np.select([numberless[mask], villageless[mask]], ["it has no number", "it names neither village nor street"], "some text could not be read: " + rows["leftover"].fillna(""))
    return found(rows["address_id"], proposal=standard_text(rows, scope=evidence.inputs.scope), text=rows["text"], why_zh=pd.Series(zh, index=rows.index), why_en=pd.Series(en, index=rows.index))


RULE = Rule(CARD, find)
