"""疑似拆除: suspected demolition."""

from __future__ import annotations

import pandas as pd

from geo.columns import among
from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="suspected_demolition",
    zh="疑似拆除",
    en="suspected demolition",
    subject="building",
    severity="warning",
    office="village",
    rule_zh="前期有、本期最佳重叠（IoU）小于 0.10、原址又没有别的建筑，且无拆除凭据",
    rule_en="in the survey before, best IoU now < 0.10, nothing else stands on its site, and no document",
    todo_zh="到现场看；确已拆除的补办凭据",
    todo_en="look at the site; add the document if it is gone",
    trap_zh="本期漏测",
    trap_en="the present survey may have missed it",
    source="两期测绘比对（IoU），需凭据或人工确认",
    detail_zh="前期建筑 {subject_id} 在本期测绘中消失（最佳重叠 {iou}），没有拆除凭据。",
    detail_en="{subject_id} of the survey before is gone from this one (best overlap {iou}) without a document.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Footprints that vanished without a document."""
    changes = evidence.changes
    # a plan, or a house that is gone itself, is drawn there but does not stand there
    standing = among(changes["other_id"], evidence.buildings.loc[evidence.buildings["live"], "building_id"])
    missing = (changes["state"] == "vanished") | (changes["state"].isin(["merged", "built_over"]) & ~standing)
    rows = changes[(changes["survey"] == "previous") & missing]
    rows = rows[~among(rows["building_id"], evidence.documented)]
    return found(
        rows["building_id"],
        related=ids(rows["other_id"]),
        certainty="suspect",
        value=rows["iou"],
        unit="ratio",
        other=rows["other_id"].fillna("—"),
        iou=shown(rows["iou"], digits=2),
    )


RULE = Rule(CARD, find)
