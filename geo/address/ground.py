"""Readers of what stands before the number: group, row, lane, numbered roads; and of what is no number at all."""

from __future__ import annotations

import re

from geo.address.names import canonical_street
from geo.address.numeral import NUMERAL as N
from geo.address.numeral import arabic
from geo.address.scan import Scan
from geo.address.slots import NEIGHBOURHOOD

_SEPARATORS = re.compile(r"[\s,，、。.;:/_·|~]+|-+(?!\d)")
_UNNUMBERED = re.compile(r"无门牌号?|无号|未编号?")
_SEVERAL = re.compile(rf"等(?:\d+[户间])?$|(?:[、,]\s*{N}号?(?:[附之-]{N}号?)?)+(?=$|等)")
_NUMBERED_ROAD = re.compile(
    rf"(?:{N}号(?:大街|大道|公路|路|街)(?=$|[\d东西南北中甲乙丙丁A-Z,、临附]|{N})|\d+(?:国道|省道|县道|乡道)|[GSXY]\d{{3}}(?:国道|省道|县道|公路|线)?(?![\d号])|"
    rf"\d{{1,2}}[东西南北中]?(?:大街|大道|路|街(?!坊)|里(?=\d))|\d+(?:[东西南北中](?:{N})?|之\d+)巷)(?:(?:[东西南北中]|{N})段)?"
)
_NUMBERED_VILLAGE = re.compile(r"\d{1,2}村(?!路|街|民)")
_NOT_NUMBER = re.compile(
    rf"{N}号(?:线|桥|库|码头|井|门(?![市诊卫面])|电梯|柜|馆|厅|通道|仓库|库房|车间|机台|窗口|地块|加油站)|\d+S店|\d+(?:米|公里|天|元|度|路车|工程|分公司)|"
    r"\d+[A-Z]{2,}(?!\d)|(?<!\d)\d{6}(?![\d号室])"
)
_SEGMENT = re.compile(rf"({N})段")
_ROW = re.compile(rf"({N})排(?!楼)")
_LANE = re.compile(rf"({N})(支弄|支巷|弄|巷|衖)")
_GROUP = re.compile(rf"第?({N})(村民小组|居民小组|小组|生产队|组(?!团)|社(?!区)|队|连)")


def separator(s: Scan) -> bool:
    """Commas, dots and dashes between elements; nothing is read."""
    m = s.match(_SEPARATORS)
    if m:
        s.at = m.end()
    return m is not None


def unnumbered(s: Scan) -> bool:
    """无号: the text itself says that there is no number."""
    m = s.match(_UNNUMBERED)
    if not m or "number" in s.have:
        return False
    s.put(m.end(), "flag", "unnumbered", "unnumbered")
    return True


def several(s: Scan) -> bool:
    """等, 等3户, 3号、5号: one record stands for several doors."""
    m = s.match(_SEVERAL) if s.last in ("number", "building_no", "sub_number", "flag", "floor") else None
    if m:
        s.put(m.end(), "flag", "range", "several")
    return m is not None


def numbered_road(s: Scan) -> bool:
    """12号大街, 318国道, 光明7巷, 8路: the numeral belongs to the road's name."""
    m = None if s.numbered or s.inside else s.match(_NUMBERED_ROAD)
    if m:
        s.put(m.end(), "street", canonical_street(s.shown[s.at : m.end()]), "numbered_road")
    return m is not None


def numbered_village(s: Scan) -> bool:
    """2村: the numeral belongs to the village's name."""
    m = None if s.numbered or s.inside else s.match(_NUMBERED_VILLAGE)
    if m:
        s.put(m.end(), "hamlet" if "village" in s.have else "village", s.shown[s.at : m.end()], "numbered_village")
    return m is not None


def not_number(s: Scan) -> bool:
    """3号桥, 4S店, 100米, a postcode: digits that number no door."""
    m = s.match(_NOT_NUMBER)
    if m and s.last == "street" and m.group().isalnum() and m.group()[-1].isascii() and m.group()[-1].isalpha():
        # 宾虹路853OPPO体验店: behind a street the digits are the number, whatever firm follows.
        return False
    if m:
        s.put(m.end(), "leftover", s.shown[s.at : m.end()], "not_number")
    return m is not None


def segment(s: Scan) -> bool:
    """二段 behind a street is part of its name."""
    m = s.match(_SEGMENT) if s.last in ("street", "name") else None
    if m:
        s.put(m.end(), "street", arabic(m.group(1)) + "段", "segment")
    return m is not None


def neighbourhood(s: Scan) -> bool:
    """5鄰, below a village of Taiwan."""
    m = s.match(NEIGHBOURHOOD)
    if m:
        s.put(m.end(), "neighbourhood", arabic(m.group(1)), "neighbourhood")
    return m is not None


def row(s: Scan) -> bool:
    """12排: a row of houses in a northern village."""
    m = s.match(_ROW) if "number" not in s.have else None
    if m:
        s.put(m.end(), "row", arabic(m.group(1)), "row")
    return m is not None


def lane(s: Scan) -> bool:
    """669弄, 307巷12弄."""
    m = None if s.numbered else s.match(_LANE)
    if m:
        s.put(m.end(), "lane", arabic(m.group(1)) + m.group(2).replace("衖", "弄"), "lane")
    return m is not None


def group(s: Scan) -> bool:
    """3组, 第三村民小组, 三社, 2队; behind a building it is the unit."""
    m = s.match(_GROUP)
    if m and s.numbered:
        s.put(m.end(), "unit", arabic(m.group(1)), "unit")
    elif m:
        s.put(m.end(), "group", arabic(m.group(1)) + ("连" if m.group(2) == "连" else "组"), "group")
    return m is not None
