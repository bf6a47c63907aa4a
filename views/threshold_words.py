"""Units and sources of the thresholds in Chinese; the profile itself keeps them in English, where engineers read them."""

from __future__ import annotations

import re
from collections.abc import Mapping

UNITS: Mapping[str, str] = {
    "m": "米", "m2": "平方米", "m2 per person": "平方米/人", "ratio": "比例", "days": "天", "keys": "个号", "persons": "人", "objects": "个", "probability": "概率",
    "odds": "优势比", "log odds": "对数优势",
}  # fmt: skip
SOURCES: Mapping[str, str] = {
    "candidate_m": "更远的建筑不作候选；50 万栋的合成区县里，只有 0.15% 的真实对应在此之外",
    "near_m": "问题目录：8 米以内算在位，以外为错位；已拆建筑也按 8 米认",
    "misplaced_m": "问题目录“对应”：同号最远 150 米仍连，记为错位",
    "dangling_m": "问题目录：空挂门牌、虚拟门楼号",
    "outside_m": "问题目录：坐标超界",
    "border_m": "问题目录：村属不一致，村界两侧的容差",
    "stack_n": "问题目录：地址堆点",
    "eligible_area_m2": "问题目录：应编号建筑的条件（二）",
    "same_iou_ratio": "问题目录“两期变化”",
    "vanished_iou_ratio": "问题目录“两期变化”",
    "rebuilt_cover_ratio": "问题目录：原址重建",
    "overlap_ratio": "问题目录：建筑面重叠",
    "repair_area_ratio": "问题目录：几何无效，修复最多改变 1% 的面积",
    "fresh_days": "问题目录：已拆未注销(无人)，人口数最多 30 天",
    "many_buildings_min_m": "问题目录：一牌多楼，相距 10–60 米",
    "many_buildings_max_m": "问题目录：一牌多楼",
    "parity_ratio": "问题目录：单双号或次序异常；四个县 1,857 条街中有 59–91% 达到",
    "density_m2": "问题目录：人数不合理",
    "rural_house_n": "问题目录：人数不合理",
    "decided_ratio": "决策记录 0050：在最乱的一镇上，判定的对应错误不超过 1.5% 的最低值",
    "likely_ratio": "决策记录 0050：未判定的门牌按此概率计入疑似；十一个生成镇 186 处一楼多牌：0.9、0.8、0.6 时找到 105、113、125，误报 1、1、3",
    "share_ratio": "决策记录 0050：已有号的楼再有一号；约十户之一有多号，差一倍结果不变",
    "stray_ratio": "决策记录 0050：位置说明不了什么的点",
    "no_building_ratio": "决策记录 0050：看证据之前，没有楼的号所占的份额",
    "declared_log_odds": "决策记录 0050：假定登记的编号一百个里对九十八个，周围约有八个邻居",
    "roof_log_odds": "决策记录 0050：假定高于楼顶的房间五十个里有一个；见过的最差登记为十五分之一",
    "outbuilding_ratio": "决策记录 0083：同样描述的房屋有号的比例不足周围房屋的十分之一；杂物房信息留空处为 0.06，其余各地 0.99 以上",
    "plates_complete_ratio": "决策记录 0050：有牌的有效地址达到此份额，缺牌才算反证；上墙率目标为 95%",
    "plates_on_wall_ratio": "政府通知：上墙率不低于 95%",
    "on_map_ratio": "政府通知：登记与上图不低于 98%",
    "people_placed_ratio": "问题目录“指标”（城镇中心 99%）",
    "undecided_ratio": "问题目录“指标”",
    "small_sample_n": "问题目录“指标”：不足此数不着色",
    "suppress_n": "能公开的最小人数：取 OMOP 的最小单元人数",
}  # fmt: skip
"""Where the value of each threshold comes from, as the profile that comes along says it in English."""
_BY_HAND = re.compile(r"^changed in Settings by (.*)$")


def unit_zh(unit: str) -> str:
    """A unit in Chinese; one that is not known stays."""
    return UNITS.get(unit, unit)


def source_zh(name: str, source: str, *, default: str) -> str:
    """A source in Chinese: the threshold's own where the profile says what the default says, who changed it, else as it was written."""
    if source == default:
        return SOURCES.get(name, source)
    by = _BY_HAND.match(source)
    return f"「设置」中由 {by[1]} 修改" if by else source
