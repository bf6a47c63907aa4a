"""原址重建: rebuilt on site."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="rebuilt",
    zh="原址重建",
    en="rebuilt on site",
    subject="building",
    severity="warning",
    office="civil_affairs",
    rule_zh="已拆建筑的 30 % 以上被现有建筑覆盖",
    rule_en="a live building covers > 30 % of one demolished by document",
    todo_zh="决定新房是否沿用原门牌号",
    todo_en="decide whether the new house keeps the number",
    trap_zh="扩建不是重建",
    trap_en="an extension is not a rebuilding",
    source="门楼牌编制规则：原址重建可沿用原号",
    detail_zh="建筑 {subject_id} 建在已拆建筑 {old} 的原址上（覆盖 {share} %）：是否沿用原号？",
    detail_en="{subject_id} stands on the site of demolished {old} (covers {share} %): keep the number?",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Live footprints on the site of a gone one."""
    rows = evidence.rebuilt.sort_values(["building_id", "gone_id"])
    rows = rows.drop_duplicates("building_id")
    return found(rows["building_id"], related=ids(rows["gone_id"]), value=rows["cover_ratio"], unit="ratio", old=rows["gone_id"], share=shown(rows["cover_ratio"] * 100))


RULE = Rule(CARD, find)
