"""虚拟门楼号: virtual address."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.points import located
from geo.rule import Card, Evidence, Rule, found, once
from geo.rules.torn import torn_between_none

CARD = Card(
    code="virtual_address",
    zh="虚拟门楼号",
    en="virtual address",
    subject="address",
    severity="error",
    office="police",
    rule_zh="有效地址，没有同号门牌，也关联不到现存建筑；坐标缺失或 30 m 内无建筑，且不是已拆建筑",
    rule_en="active, no plate of its key, no live building by any rule, coordinate absent or > 30 m from every live building, no gone building there",
    todo_zh="查明登记由来；无人登记的可提出清理",
    todo_en="find out where it came from; may be cleared where nobody is registered",
    trap_zh="本期漏测的建筑、尚未上图的地址",
    trap_en="a house the survey missed, an address not yet on the map",
    source="公安机关清理虚拟门楼号",
    detail_zh="地址 {text} 没有门牌，{why_zh}。",
    detail_en="address {text} has no plate and {why_en}.",
)


@once
def find(evidence: Evidence) -> pd.DataFrame:
    """Active addresses that neither wall nor house bears out."""
    a = evidence.addresses
    nothing_here = ~a["on_plate"] & a["building_id"].isna() & a["nearest_m"].isna() & ~a["gone_here"] & a["demolished_id"].isna()
    asked = a["active"] & a["door"].notna() & (a["stack_n"] < evidence.profile.thresholds.stack_n)
    rows = a[asked & nothing_here & ((a["link_state"] == "unlinked") | torn_between_none(evidence))]
    placed = located(rows)
    between = rows["bracket"].notna() & ~placed
    return found(
        rows["address_id"],
        certainty=pd.Series(np.where(between, "suspect", "certain"), index=rows.index),
        proposal=rows["bracket"].where(between),
        text=rows["text"],
        why_zh=pd.Series(np.select([placed, between], ["坐标 30 m 内没有建筑", "没有坐标，但邻号在现存房屋上"], "没有坐标"), index=rows.index),
        why_en=pd.Series(np.select([placed, between], ["no building within 30 m of its point", "no point, though its neighbours' numbers stand"], "no point"), index=rows.index),
    )


RULE = Rule(CARD, find)
