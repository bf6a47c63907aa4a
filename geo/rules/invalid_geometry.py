"""几何无效: invalid geometry."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids, row_words

CARD = Card(
    code="invalid_geometry",
    zh="几何无效",
    en="invalid geometry",
    subject="row",
    severity="error",
    office="surveyor",
    rule_zh="图形自相交等，且修复会使面积变化超过 1 %",
    rule_en="not repairable without changing its area by more than 1 %",
    todo_zh="重新测绘该图形",
    todo_en="survey the outline again",
    trap_zh="修复后面积不变的图形已自动修复并记录",
    trap_en="outlines whose area does not change are repaired and recorded",
    source="OGC Simple Features（ISO 19125-1）：有效多边形",
    detail_zh="{table_zh} {key}：几何无效（{fix_zh}），该行已隔离，未参与核对。",
    detail_en="{table_en} {key}: invalid geometry ({fix_en}); the row is set aside.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Rows that reading refused for this reason."""
    rows = evidence.inputs.quarantine
    rows = rows[rows["code"] == "invalid_geometry"].drop_duplicates(["table", "key"])
    return found(rows["table"] + ":" + rows["key"], related=ids(rows["key"]), key=rows["key"], **row_words(rows))


RULE = Rule(CARD, find)
