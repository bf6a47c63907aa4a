"""已拆未注销(无人): demolished, nobody there."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="demolished_vacant",
    zh="已拆未注销(无人)",
    en="demolished, nobody there",
    subject="address",
    severity="error",
    office="police",
    rule_zh="有效地址属于有凭据的已拆建筑；各项人口数齐全、在 30 天内且全部为零",
    rule_en="active address of a building demolished by document; every count known, at most 30 days old, and zero",
    todo_zh="可以提出注销申请，由另一人复核；本系统不删除任何记录",
    todo_en="may be proposed for cancellation, a second person confirms; nothing is deleted here",
    trap_zh="旧址重建可沿用原号；拆除清单可能写错编号",
    trap_en="a house rebuilt on the site may keep the number; lists may name a wrong id",
    source="公安机关标准地址清理；人先于址：登记人口为零方可提出",
    detail_zh="地址 {text} 所在建筑 {gone} 已拆除（{document}），现查无人口和单位登记，可提出注销。",
    detail_en="address {text} belongs to {gone}, demolished ({document}); nobody and no unit is registered: may be proposed for cancellation.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses of gone buildings where everything known says that nobody is left."""
    rows = evidence.addresses[evidence.addresses["demolished_id"].notna()]
    rows = rows[rows["vacant"] & ~rows["demolished_temporary"]]
    return found(rows["address_id"], related=ids(rows["demolished_id"]), value=0.0, unit="persons", text=rows["text"], gone=rows["demolished_id"], document=rows["demolished_document"])


RULE = Rule(CARD, find)
