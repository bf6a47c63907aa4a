"""村属不一致: wrong village."""

from __future__ import annotations

import pandas as pd

from geo.locate import distance_to_village
from geo.points import XY, points_of
from geo.rule import Card, Evidence, Rule, found, shown

CARD = Card(
    code="village_mismatch",
    zh="村属不一致",
    en="wrong village",
    subject="address",
    severity="error",
    office="civil_affairs",
    rule_zh="申报的村居不是坐标所在的村居（边界 10 m 内不计）",
    rule_en="the declared village is not the village of the point (10 m tolerance at borders)",
    todo_zh="核实村界与地址，改正其中之一",
    todo_en="check border and address and correct one of them",
    trap_zh="村界图未更新、飞地",
    trap_en="outdated borders, enclaves",
    source="政府通知：标准地址与实地“建筑物、门楼号、GIS坐标”一一对应",
    detail_zh="{what_zh} {subject_id}（{text}）写的是 {said}，坐标却在 {stands}，离 {said} {distance} m。",
    detail_en="{what_en} {subject_id} ({text}) says {said} but its point is in {stands}, {distance} m from {said}.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Plates and active addresses whose text or declaration names another village than their point."""
    p, a = evidence.plates, evidence.addresses
    parts = [
        _mismatch(evidence, p, p["standing"], "plate", "门牌"),
        _mismatch(evidence, a, a["active"] & (a["stack_n"] < evidence.profile.thresholds.stack_n), "address", "地址"),
    ]
    return pd.concat(parts, ignore_index=True)


def _mismatch(evidence: Evidence, rows: pd.DataFrame, asked: pd.Series, subject: str, word: str) -> pd.DataFrame:
    said = rows["declared_village"].where(rows["declared_village"] != rows["point_village"])
    said = rows["text_village"].where(rows["text_village"] != rows["point_village"]).fillna(said)
    rows = rows.assign(said=said).loc[asked & said.notna() & rows["point_village"].notna(), [f"{subject}_id", "text", "said", "point_village", *XY]]
    distance = distance_to_village(points_of(rows), rows["said"].to_numpy(dtype=object), evidence.inputs.villages)
    rows = rows.assign(away_m=distance)[distance > evidence.profile.thresholds.border_m]
    names = evidence.inputs.villages.set_index("village_code")["name"]
    return found(
        rows[f"{subject}_id"],
        value=rows["away_m"],
        unit="m",
        proposal=rows["point_village"],
        subject=subject,
        what_zh=word,
        what_en=subject,
        text=rows["text"],
        said=rows["said"].map(names),
        stands=rows["point_village"].map(names),
        distance=shown(rows["away_m"]),
    )


RULE = Rule(CARD, find)
