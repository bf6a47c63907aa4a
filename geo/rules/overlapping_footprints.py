"""建筑面重叠: overlapping footprints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.rule import Card, Evidence, Rule, found, ids, shown

CARD = Card(
    code="overlapping_footprints",
    zh="建筑面重叠",
    en="overlapping footprints",
    subject="building",
    severity="warning",
    office="surveyor",
    rule_zh="重叠超过较小者的 10 %；互相覆盖 85 % 以上为重复",
    rule_en="overlap > 10 % of the smaller; duplicates when both cover >= 85 %",
    todo_zh="核实后删去重复图形或改正边界",
    todo_en="correct the outlines",
    trap_zh="挑檐、骑楼与地下室会合法重叠",
    trap_en="eaves, arcades and basements overlap legally",
    source="findings.md",
    detail_zh="建筑 {subject_id} 与 {other} 重叠 {share} %。",
    detail_en="footprint {subject_id} overlaps {other} by {share} %.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Pairs of live footprints that lie on each other."""
    live = evidence.buildings[evidence.buildings["live"]]
    outlines, names = live.geometry.to_numpy(), live["building_id"].to_numpy(dtype=object)
    i, j = shapely.STRtree(outlines).query(outlines)
    i, j = i[names[i] < names[j]], j[names[i] < names[j]]
    smaller = np.minimum(shapely.area(outlines[i]), shapely.area(outlines[j]))
    share = shapely.area(shapely.intersection(outlines[i], outlines[j])) / smaller
    over = share > evidence.profile.thresholds.overlap_ratio
    pairs = pd.DataFrame({"one": names[i[over]], "other": names[j[over]], "share": share[over]}).sort_values(["one", "other"], ignore_index=True)
    return found(
        pairs["one"].astype("str"),
        related=ids(pairs["other"]),
        value=pairs["share"],
        unit="ratio",
        other=pairs["other"],
        share=shown(pairs["share"] * 100),
    )


RULE = Rule(CARD, find)
