"""建筑面重叠: overlapping footprints."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.rule import Card, Evidence, Rule, found, groups, joined, shown

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
    source="测绘成果检查：建筑物面不得重叠",
    detail_zh="建筑 {subject_id} 与 {other} 重叠 {share} %。",
    detail_en="footprint {subject_id} overlaps {other} by {share} %.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Groups of live footprints that lie on each other: one finding a group, its subject the smallest id."""
    live = evidence.buildings[evidence.buildings["live"]]
    outlines, n = live.geometry.to_numpy(), len(live)
    i, j = shapely.STRtree(outlines).query(outlines)
    i, j = i[i < j], j[i < j]
    ratio = evidence.profile.thresholds.overlap_ratio
    # what two outlines share lies in what their boxes share: most neighbours need no more
    area = shapely.area(outlines)
    near = _boxes_share_m2(outlines, i, j) > 0.99 * ratio * np.minimum(area[i], area[j])
    i, j = i[near], j[near]
    # and few of those that stand askew beside each other meet at all
    meet = shapely.intersects(outlines[i], outlines[j])
    i, j = i[meet], j[meet]
    smaller = np.minimum(area[i], area[j])
    share = shapely.area(shapely.intersection(outlines[i], outlines[j])) / smaller
    over = share > ratio
    i, j, share = i[over], j[over], share[over]
    piles = connected_components(coo_array((np.ones(len(i)), (i, j)), shape=(n, n)), directed=False)[1] if n else np.zeros(0, dtype=int)
    worst = pd.Series(share).groupby(piles[i]).max()
    members = pd.DataFrame({"pile": piles, "building_id": live["building_id"].array})
    rows = groups(members[members["pile"].isin(worst.index)], by="pile", id_column="building_id")
    rows["share"] = worst.reindex(rows.index)
    return found(
        rows["subject_id"], related=rows["related"], value=rows["share"], unit="ratio", other=joined(rows["related"]), share=shown(rows["share"] * 100)
    )


def _boxes_share_m2(outlines: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Area that the boxes of every two outlines have in common."""
    box = shapely.bounds(outlines)
    least, most = np.maximum(box[i, :2], box[j, :2]), np.minimum(box[i, 2:], box[j, 2:])
    return np.asarray(np.clip(most - least, 0, None).prod(axis=1))


RULE = Rule(CARD, find)
