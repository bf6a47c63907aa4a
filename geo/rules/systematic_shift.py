"""系统性偏移: systematic shift."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.rule import Card, Evidence, Rule, found, shown

CARD = Card(
    code="systematic_shift",
    zh="系统性偏移",
    en="systematic shift",
    subject="layer",
    severity="error",
    office="data",
    rule_zh="一种坐标基准（GCJ-02、BD-09、坐标互换、错误分带）或一个整体平移明显优于图层声明的坐标系",
    rule_en="one datum (GCJ-02, BD-09, swapped axes, wrong zone) or one rigid shift explains the layer clearly better than its declared CRS",
    todo_zh="确认后写入 datum_correction，并请提供单位改正原始数据",
    todo_en="confirm it as datum_correction and have the supplier correct the data",
    trap_zh="规则排列的房屋平移一个间距也能吻合；点数少于 50 时不判断",
    trap_en="regular rows of houses also fit when moved by one spacing; below 50 points nothing is said",
    source="GCJ-02 / BD-09 加偏算法；CGCS2000 分带（EPSG:4491-4554）",
    detail_zh="图层 {subject_id} 与建筑物整体不符：按 {hypothesis} 改正后吻合（平移 {dx} m，{dy} m；{n} 个点，z = {z}）。判断距离时已改正，原始数据未动。",
    detail_en="layer {subject_id} does not fit the footprints as declared; it does as {hypothesis} (shift {dx} m, {dy} m; {n} points, z = {z}). Distances were judged after the correction; the source is untouched.",
)


LARGE_SHIFT_M = 4.0
"""A rigid shift below the width of the fit is ordinary between two deliveries and only reported in run.json."""


def find(evidence: Evidence) -> pd.DataFrame:
    """Layers that another datum or a large rigid shift explains better."""
    layers = evidence.inputs.layers
    shift = np.hypot(layers["dx_m"].astype(float).fillna(0.0), layers["dy_m"].astype(float).fillna(0.0))
    other = layers["hypothesis"].notna() & ~layers["hypothesis"].isin(["as_is"])
    layers = layers.assign(shift_m=shift)[layers["applied"].astype(bool) & (other | (shift >= LARGE_SHIFT_M)) & ~layers["crs_unknown"].astype(bool)]
    return found(
        layers["table"],
        value=layers["shift_m"],
        unit="m",
        proposal=layers["hypothesis"],
        hypothesis=layers["hypothesis"],
        dx=shown(layers["dx_m"].astype(float), digits=1),
        dy=shown(layers["dy_m"].astype(float), digits=1),
        n=layers["points_n"].astype(str),
        z=shown(layers["z"].astype(float), digits=1),
    )


RULE = Rule(CARD, find)
