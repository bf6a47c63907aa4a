"""编号重复: duplicate id."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids, row_words

CARD = Card(
    code="duplicate_id",
    zh="编号重复",
    en="duplicate id",
    subject="row",
    severity="error",
    office="data",
    rule_zh="同一表中同一编号出现两次且内容不同",
    rule_en="the same id twice in one table with different content",
    todo_zh="查明哪一条是对的，另一条改编号",
    todo_en="find out which one is right and give the other its own id",
    trap_zh="完全相同的重复行只是多交了一次，已合并",
    trap_en="exactly equal rows were delivered twice and are merged",
    source="GB/T 39609-2020：地址代码唯一",
    detail_zh="{table_zh} {key}：编号重复（{fix_zh}），该行已隔离，未参与核对。",
    detail_en="{table_en} {key}: duplicate id ({fix_en}); the row is set aside.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Rows that reading refused for this reason."""
    rows = evidence.inputs.quarantine
    rows = rows[rows["code"] == "duplicate_id"].drop_duplicates(["table", "key"])
    return found(rows["table"] + ":" + rows["key"], related=ids(rows["key"]), key=rows["key"], **row_words(rows))


RULE = Rule(CARD, find)
