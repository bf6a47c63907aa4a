"""空挂门牌: dangling plate."""

from __future__ import annotations

import pandas as pd

from geo.points import located
from geo.rule import Card, Evidence, Rule, found, ids

CARD = Card(
    code="dangling_plate",
    zh="空挂门牌",
    en="dangling plate",
    subject="plate",
    severity="error",
    office="village",
    rule_zh="已安装，30 m 内没有现存建筑，也没有任何规则能关联",
    rule_en="installed, no live building within 30 m, linked by no rule",
    todo_zh="到现场查看，收回或补测建筑",
    todo_en="look on site; take it down or survey the house",
    trap_zh="本期漏测的建筑",
    trap_en="a house the survey missed",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="门牌 {text} 周围 {reach} m 内没有建筑。",
    detail_en="no building within {reach} m of plate {text}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Installed, located plates with nothing standing near them."""
    p = evidence.plates
    rows = p[p["installed"] & located(p) & p["nearest_m"].isna() & p["building_id"].isna() & ~p["gone_here"]]
    reach = evidence.profile.thresholds.dangling_m
    return found(rows["plate_id"], related=ids(rows["paired_id"]), value=reach, unit="m", text=rows["text"], reach=f"{reach:.0f}")


RULE = Rule(CARD, find)
