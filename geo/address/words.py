"""Words that end a name: what kind of place a name is can be told from its last characters only."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from geo.address.script import simplify

PROVINCES = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北",
    "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)  # fmt: skip
"""Provinces by their short names; not a gazetteer of towns: only these 34 may be written without a suffix."""

ESTATE = re.compile(
    r"(?:小区|花园|家园|公寓|新村|新城|大厦|大楼|广场|商场|市场|中心|山庄|别墅|雅居|名居|家属院|宿舍|公社|国际|商城|宾馆|酒店|饭店|学校|小学|中学|大学|"
    r"工厂|公司|[园苑城府邸轩阁庭墅厂寓馆楼]|里弄|住宅|住宅区|生活区|安置房|安置区|集团|银行|园区|校区|基地|码头|车站|货站|新院|学院|医院)$"
)
"""Ends of an estate's, building's or firm's name."""
TOWER = re.compile(r"(?:大厦|大楼|商务楼|写字楼|综合楼|办公楼|商厦|商城|商场|市场|酒店|宾馆|饭店|中心|国际|公馆|楼)$")
"""An estate that is one building: a number in it is a room."""
COMPOUND = re.compile(r"(?:小区|花园|花苑|家园|新村|苑|山庄|别墅|家属院|宿舍|庄园|华庭|[一二三四五六七八九十]村)$")
"""An estate of many buildings: a bare number in it is a building."""
HAMLET = re.compile(r"(?:自然村|院子|大院|[屯湾塆坝寨冲垸坪岗坡庄沟组坑洞嘴咀岭塘畈圩浜埭营堡店头山桥家坞岙峪窝梁塬滩洼崖口窑铺集墩台])$")
"""Ends of a hamlet's name; any bare name before a number is taken for one, these also before bare digits."""


class Ending(NamedTuple):
    """All that the numbers behind an estate, a lane or a bare name depend on: how that name ends.

    tower, compound: it is one building, or many; hamlet: it sounds like one; square: 广场; lane: 弄.
    """

    tower: bool
    compound: bool
    hamlet: bool
    square: bool
    lane: bool


@lru_cache(maxsize=1 << 14)
def ending(name: str) -> Ending:
    """How a name ends, in whatever script."""
    key = simplify(name)
    return Ending(
        TOWER.search(key) is not None,
        COMPOUND.search(key) is not None,
        HAMLET.search(key) is not None,
        key.endswith("广场"),
        key.endswith("弄"),
    )


STREET_END = re.compile(r"(?:大道|大街|公路|[国省县乡]道|胡同|[路街巷弄道条里横])$")
ASSIST = re.compile(
    r"附近|旁边?|对面|隔壁|交叉口?|交汇处|路口|对过|以[东南西北]|[东南西北]侧|[东南西北]面|\d+米|向[东南西北]|往[东南西北前]|门口|楼下|院内|背后|后面|前面|侧面"
)
"""A place named by what it is near: no element of a door."""
COLLECTIVE = re.compile(r"集体户|公共户|空挂户|挂靠户")
DEMOLISHED = re.compile(r"已拆|拆迁|拆除|已毁|灭失")
UNNUMBERED = re.compile(r"无(?:门牌)?号(?!码)|无门牌|未编号?|无牌|没有门牌")
UNAUTHORISED = re.compile(r"违章|违建|违法建筑")
