"""坐标系不明: coordinate system unknown."""

from __future__ import annotations

import pandas as pd

from geo.rule import Card, Evidence, Rule, found

CARD = Card(
    code="crs_unknown",
    zh="坐标系不明",
    en="coordinate system unknown",
    subject="layer",
    severity="error",
    office="data",
    rule_zh="图层没有坐标系且数值同时符合两种坐标系，或数值与所标坐标系矛盾",
    rule_en="a layer without CRS whose values fit two systems, or whose values contradict its CRS",
    todo_zh="向提供单位问清坐标系，写入 doorplate.toml",
    todo_en="ask the supplier and write the CRS into doorplate.toml",
    trap_zh="数值只可能是一种坐标系时可以直接采用，已记录在运行信息中",
    trap_en="where the values fit one system only it is used and recorded",
    source="GB/T 39609-2020 地名地址地理编码规则：空间参考",
    detail_zh="图层 {subject_id} 没有可信的坐标系声明，按 {hypothesis} 读取，请核实。",
    detail_en="layer {subject_id} declares no usable CRS; it was read as {hypothesis}, please confirm.",
)


def find(evidence: Evidence) -> pd.DataFrame:
    """Layers whose CRS was not declared or contradicts their values."""
    layers = evidence.inputs.layers
    layers = layers[layers["crs_unknown"].astype(bool)]
    repairs = evidence.inputs.repairs
    told = repairs[repairs["why"].str.startswith("crs_told", na=False)].drop_duplicates("table").set_index("table")["after"]
    return found(layers["table"], certainty="suspect", hypothesis=layers["table"].map(told).astype("str"))


RULE = Rule(CARD, find)
