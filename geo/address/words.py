"""Words that end a name: what kind of place a name is can be told from its last characters only."""

from __future__ import annotations

import re

PROVINCES = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北",
    "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
)  # fmt: skip
"""Provinces by their short names; not a gazetteer of towns: only these 34 may be written without a suffix."""

ESTATE_WORDS = (
    "小区|花园|家园|公寓|新村|新城|新苑|嘉苑|佳苑|名苑|苑|大厦|大楼|广场|商场|市场|中心|山庄|别墅|华庭|豪庭|名庭|雅居|名居|家属院|宿舍|公馆|公社|庄园|名邸|花苑|庭院|"
    "国际|商城|商厦|宾馆|酒店|饭店|学校|小学|中学|大学|学院|医院|工厂|厂区|公司|园|苑|城|府|邸|轩|阁|庭|墅|厂|寓|馆|里弄|住宅区|生活区|住宅|安置房|安置区|集团|银行|园区|产业园|科技园|工业园|创业园|软件园|校区|市场|基地|码头|车站|货站|新院|医院|宿舍楼|商务楼|综合楼|写字楼|楼"
)
TOWER = re.compile(r"(?:大厦|大楼|商务楼|写字楼|综合楼|办公楼|商厦|商城|商场|市场|酒店|宾馆|饭店|中心|国际|公馆|楼)$")
"""An estate that is one building: a number in it is a room."""
COMPOUND = re.compile(r"(?:小区|花园|花苑|家园|新村|苑|山庄|别墅|家属院|宿舍|庄园|华庭|[一二三四五六七八九十]村)$")
"""An estate of many buildings: a bare number in it is a building."""
HAMLET_WORDS = "自然村|屯|湾|塆|院子|大院|坝|寨|冲|垸|坪|岗|坡|庄|沟|组|坑|洞|嘴|咀|岭|塘|畈|圩|浜|埭|营|堡|店|头|山|桥|家|坞|岙|峪|窝|梁|塬|滩|洼|崖|口|窑|铺|集|墩|台"
STREET = re.compile(r"大道|大街|公路|国道|省道|县道|乡道|胡同|支路|[路街巷弄道条里横]")
ASSIST = re.compile(r"附近|旁边?|对面|隔壁|交叉口?|交汇处|路口|对过|以[东南西北]|[东南西北]侧|[东南西北]面|[东南西北]?\d+米|向[东南西北]|往[东南西北前]|门口|楼下|院内|背后|后面|前面|侧面")
COLLECTIVE = re.compile(r"集体户|公共户|空挂户|挂靠户")
DEMOLISHED = re.compile(r"已拆|拆迁|拆除|已毁|灭失")
UNNUMBERED = re.compile(r"无(?:门牌)?号(?!码)|无门牌|未编号?|无牌|没有门牌")
UNAUTHORISED = re.compile(r"违章|违建|违法建筑")
