"""有人无牌: people but no plate."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found, ids_on, shown
from geo.rules.unplated import unplated

CARD = Card(
    code="inhabited_unplated",
    zh="有人无牌",
    en="people but no plate",
    subject="building",
    severity="error",
    office="civil_affairs",
    rule_zh="应挂牌建筑没有装好的门牌，而有人登记",
    rule_en="unplated_building or plate_not_installed with people registered",
    todo_zh="优先补牌",
    todo_en="first in the queue",
    trap_zh="人口可能登记错了房子",
    trap_en="people may be registered at the wrong house",
    source="政府通知：标准地址上墙率 >= 95 %",
    detail_zh="建筑 {subject_id} 没有安装门牌，登记 {n} 人（户籍 / 实有），应优先补牌。",
    detail_en="{subject_id} has no plate up while {n} people (registered / resident) are recorded: plate it first.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Eligible buildings without an installed plate where people are registered."""
    rows = unplated(evidence)
    rows = rows[(rows["registered_n"] > 0) | (rows["resident_n"] > 0)]
    n = shown(rows["registered_n"]) + " / " + shown(rows["resident_n"])
    return found(rows["building_id"], related=ids_on(evidence, rows["building_id"]), value=rows["registered_n"], unit="persons", n=n)


RULE = Rule(CARD, find)
