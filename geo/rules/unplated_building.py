"""有楼无牌: building without number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.rule import Card, Evidence, Rule, found, shown
from geo.rules.unplated import unplated

CARD = Card(
    code="unplated_building",
    zh="有楼无牌",
    en="building without number",
    subject="building",
    severity="error",
    office="civil_affairs",
    rule_zh="应挂牌建筑没有任何门牌，也没有有效地址",
    rule_en="eligible, no plate of any state, no active address",
    todo_zh="编号、制牌、安装",
    todo_en="number it, make and install a plate",
    trap_zh="棚屋、附属房误测成住宅",
    trap_en="sheds surveyed as houses",
    source="政府通知：标准地址上墙率 >= 95 %",
    detail_zh="建筑 {subject_id}（{area} m²）没有门牌，也没有登记地址{but_zh}。",
    detail_en="{subject_id} ({area} m2) has neither plate nor address{but_en}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Eligible buildings that nothing is linked to."""
    rows = unplated(evidence)
    rows = rows[(rows["addresses_n"] == 0) & (rows["plates_n"] == 0) & ~((rows["registered_n"] > 0) | (rows["resident_n"] > 0))]
    unsure = rows["claimed_n"] > UNSURE_N
    return found(
        rows["building_id"],
        certainty=unsure.map({True: "suspect", False: "certain"}),
        value=rows["area_m2"],
        unit="m2",
        area=shown(rows["area_m2"]),
        but_zh=np.where(unsure, "；附近有未定的门牌或地址，可能是它的", ""),
        but_en=np.where(unsure, "; one nearby that is not decided may be its own", ""),
    )


UNSURE_N = 0.05
"""Expected number of undecided doors on a building from which its emptiness is only suspected."""


RULE = Rule(CARD, find)
