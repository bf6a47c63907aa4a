"""Readers of the number: N号 with its prefix, letter and sub-numbers, ranges and lists; what it is depends on what stands before."""

from __future__ import annotations

import re

from geo.address.chains import is_range, read_chain
from geo.address.numeral import NUMERAL as N
from geo.address.numeral import arabic
from geo.address.scan import Scan

_PREFIX = r"(临时?|特|建|新|旧|老|增|[甲乙丙丁戊]|[A-Z]{1,2})?"
_LIST = re.compile(r"(\d+(?:[、,]\d+)+)(号|室|房|楼|层|栋|幢)")
_RANGE = re.compile(rf"{_PREFIX}({N})号?(?:~|至|到)({N})(号|室|房|层|楼)?")
_HAO = re.compile(
    rf"{_PREFIX}(?P<number>{N})(?P<letter>[A-Z]|[甲乙丙丁戊己])?(?P<inner>(?:[附付副之-]{N})*)(?P<letter_inside>[A-Z])?(?:号(?![楼码]|厂房)|#(?!楼))"
    rf"(?P<outer>(?:[附付副之]第?{N}(?!\d|[-~]\d+号)号?)+|-{N}号?(?!-|\d))?(?:附(?P<low>\d+)[-~](?P<high>\d+)号?)?"
    r"(?P<letter_after>[甲乙丙丁戊己]|[A-Z](?![\dA-Z\u4e00-\u9fff-]))?(?P<yard>院(?!子)|大院)?"
)
_INNER_DASH = re.compile(r"-(\d{3,})")
_RUN_TOGETHER = re.compile(r"[附付副之-]\d{1,2}(\d)$")
_TAKES_DIGIT = re.compile(r"单元|栋|幢|号楼|#楼|-\d{3,4}(?!\d)|门\d")
_UNIT_FOLLOWS = re.compile(rf"{N}(?:室|房|楼|层|$)|\d")
_LISTED = {"号": "number", "室": "room", "房": "room", "楼": "floor", "层": "floor", "栋": "building_no", "幢": "building_no"}


def number_list(s: Scan) -> bool:
    """991、993号: several doors in one record."""
    m = s.match(_LIST)
    if not m:
        return False
    element = _LISTED[m.group(2)]
    if element == "number" and (s.numbered or (s.in_tower and s.on_street)):
        element = "room"
    s.put(m.end(), element, m.group(1).replace(",", "、"), "list")
    return True


def number_range(s: Scan) -> bool:
    """12号至16号: several doors in one record."""
    m = s.match(_RANGE)
    element = _LISTED[m.group(4) or "号"] if m else ""
    if not m or (element == "number" and s.numbered) or element in s.have:
        return False
    if m.group(1):
        s.put(m.start(2), "prefix", _prefix(m.group(1)), "prefix")
    s.put(m.end(), element, f"{arabic(m.group(2))}~{arabic(m.group(3))}", "range")
    return True


def number(s: Scan) -> bool:
    """N号 with all that belongs to it: number, building, unit or room, by what stands before."""
    m = _number_match(s)
    if not m:
        return False
    if _is_chain(s, m):
        return read_chain(s)
    if s.in_tower and s.on_street and "building_no" not in s.have:
        s.put(m.end(), "room", _plain(m), "tower_room")
    elif "floor" in s.have or ("unit" in s.have and "room" not in s.have):
        s.put(m.end(), "room", _plain(m), "room_behind")
    elif "building_no" in s.have:
        s.put(m.end(), "unit" if _UNIT_FOLLOWS.match(s.key, m.end()) else "room", _plain(m), "behind_building")
    elif "number" in s.have:
        s.put(m.end(), "building_no", _plain(m), "second_number")
    elif s.lane_counts_buildings:
        _put(s, m, "building_no", "lane_building")
    elif s.last in ("estate", "section") and "estate" in s.have and not (s.name and s.name.square):
        _put(s, m, "building_no", "estate_building")
    else:
        _put(s, m, "number", "number")
    return True


def _number_match(s: Scan) -> re.Match[str] | None:
    m = s.match(_HAO)
    if m and m["outer"] and (split := _RUN_TOGETHER.search(m["outer"])) and _TAKES_DIGIT.match(s.key, m.end()):
        # 附11单元 is 附1 and 1单元 run together: the unit must have a numeral, so the last digit is its own.
        return _HAO.match(s.key, s.at, m.end() - len(split.group(1)))
    return m


def _is_chain(s: Scan, m: re.Match[str]) -> bool:
    """12-3号 behind an estate or building is building and unit or room, not a sub-number; 183-185号 is a range."""
    inner = m["inner"]
    if "-" not in inner:
        return False
    if m.group(1) and m.group(1).isascii():
        return True
    if s.last in ("estate", "section", "landmark", "building_no") or (s.lane_counts_buildings and len(inner) > 3):
        return True
    dash = _INNER_DASH.fullmatch(inner)
    return dash is not None and is_range(arabic(m["number"]), dash.group(1))


def _plain(m: re.Match[str]) -> str:
    """The number with its letters and dashes, where it is a unit or room."""
    dashes = "".join("-" + arabic(x) for x in re.findall(N, m["inner"]))
    return (m.group(1) or "") + arabic(m["number"]) + (m["letter"] or "") + dashes


def _put(s: Scan, m: re.Match[str], element: str, rule: str) -> None:
    """The number and, as elements of their own, its prefix, sub-numbers, letter and yard."""
    prefix, value, start, end = m.group(1), arabic(m["number"]), s.at, m.end()
    if prefix and prefix.isascii() and element == "building_no":
        value = prefix + value
    elif prefix:
        s.put(m.start("number"), "prefix", _prefix(prefix), "prefix")
        start = s.at
    subs = [arabic(x) for x in re.findall(N, f"{m['inner']} {m['outer'] or ''}")]
    if m["low"]:
        subs.append(f"{arabic(m['low'])}~{arabic(m['high'])}")
    s.put(end, element, value, rule)
    if subs:
        s.put_from(start, end, "sub_number", "/".join(subs), "sub_number")
    if "之" in m["inner"] and not m["outer"]:
        s.put_from(start, end, "flag", "inner_sub", "inner_sub")
    if letter := m["letter"] or m["letter_inside"] or m["letter_after"]:
        s.put_from(start, end, "letter", letter, "letter")
    if m["yard"]:
        s.put_from(start, end, "yard", "院", "yard")
    s.last = element


def _prefix(text: str) -> str:
    return "临" if text == "临时" else text
