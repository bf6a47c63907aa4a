"""Readers of what lies behind the number: estate, section, building, unit, floor, room."""

from __future__ import annotations

import re

from geo.address.names import canonical_section, canonical_street
from geo.address.numeral import CHARACTERS, arabic
from geo.address.numeral import NUMERAL as N
from geo.address.scan import Scan
from geo.address.slots import NAME_END
from geo.address.words import ASSIST, ESTATE

_UNIT = re.compile(rf"({N}|[A-Z]|[甲乙丙丁]|[东南西北中])(?:单元|梯)")
_GATE = re.compile(rf"({N})门(?=\d|[{CHARACTERS}]+[室号楼层])")
_BUILDING = re.compile(rf"([A-Z]{{1,2}}|[甲乙丙丁戊]|[东南西北中])?({N})?([A-Z])?(号楼|号厂房|#楼|栋|幢|座(?!谈)|#)(?:附({N})号)?")
_LETTER_BUILDING = re.compile(r"([A-Z]|[甲乙丙丁]|[东南西北])(?:座|栋|幢|号楼|馆|楼(?=\d))")
_STOREY = re.compile(rf"(负|地下|B(?=\d{{1,2}}[楼层F])|-)?({N})(楼|层|F(?![A-Z]))(?:[之-]({N}))?")
_BUILDING_STOREY = re.compile(rf"(?:{N}|[A-Z])(?:单元|门|梯)|-\d|\d{{1,2}}-(?:\d+-)?\d{{3,4}}(?!\d)")
_BASEMENT = re.compile(rf"(地下室|地下层|地下(?!\d|[一二三]))(?:之({N}))?")
_ROOM = re.compile(rf"([A-Z]?)({N})([A-Z]?)(?:(?<=\d{{3}})-(\d{{1,2}}))?(室|房|户(?!外)|铺)")
_SIDE = re.compile(r"([东南西北中]+户)")
_PHASE = re.compile(rf"{N}(?:期|区|组团|园(?!区)|号苑)|[A-Z]\d*(?:区|组团)")
_BARE = re.compile(r"[A-Z]{0,2}\d+(?:[A-Z](?![A-Z])\d*)?")
_LETTERS = re.compile(r"[A-Z]+")
_BARE_HAN = re.compile(rf"[{CHARACTERS}]+$")
_BLOCK_ROOM = re.compile(r"(\d{1,2}[A-Z])(\d{3,4})")
_NUMBER_LETTER = re.compile(r"(\d+)([A-Z])")
_STALL_ROW = re.compile(r"[街道路巷](?!口)|通道")
_RUN = re.compile(r"[A-Z\d]+")
_STREET = re.compile(r".(?:大道|大街|公路|[路街巷道弄])$")
_SECTION = re.compile(r"(?<=..)(?:[东西南北中]|[A-Z])区$")
_BUILDING_NEXT = re.compile(rf"(?:[A-Z]|[甲乙丙丁东南西北])?(?:{N})?(?:号楼|#|栋|幢|座|单元|楼|层|-|\d|馆)|[A-Z]?\d")


def unit(s: Scan) -> bool:
    """2单元, 3门 (in the north), 二梯."""
    m = s.match(_UNIT) or (s.match(_GATE) if s.habits.gate_is_unit else None)
    if not m or "unit" in s.have:
        return False
    s.put(m.end(), "unit", arabic(m.group(1)), "unit")
    return True


def building(s: Scan) -> bool:
    """3栋, A3幢, 1号楼, 5#; with a sub-number 80栋附106号."""
    m = s.match(_BUILDING)
    if not m or not (m.group(1) or m.group(2)):
        return False
    if m.group(4) == "#" and (not m.group(2) or (s.last in ("street", "group", "hamlet", "village") and "number" not in s.have)):
        return False
    value = (m.group(1) or "") + arabic(m.group(2) or "") + (m.group(3) or "") + ("附" + arabic(m.group(5)) if m.group(5) else "")
    element = "building_no"
    if "building_no" in s.have and "number" in s.have:
        element = "unit" if "unit" not in s.have else "room"
    elif "building_no" in s.have:
        # 5号12号楼: what was taken for the building is the number; `settle` turns the first of two buildings into it.
        s.have.add("number")
    s.put(m.end(), element, value, "building")
    return True


def letter_building(s: Scan) -> bool:
    """A座, 东楼."""
    m = s.match(_LETTER_BUILDING)
    if not m or "building_no" in s.have:
        return False
    s.put(m.end(), "building_no", m.group(1), "building")
    return True


def storey(s: Scan) -> bool:
    """5楼 is a floor, but a building where a unit or A-B follows; 三楼之一 is floor 3, room 1."""
    m = s.match(_STOREY)
    if not m or "floor" in s.have:
        return False
    if m.group(3) == "楼" and s.have.isdisjoint(("building_no", "unit")) and _BUILDING_STOREY.match(s.key, m.end(3)):
        s.put(m.end(3), "building_no", arabic(m.group(2)), "storey_building")
        return True
    s.put(m.end(3), "floor", ("-" if m.group(1) else "") + arabic(m.group(2)), "floor")
    if m.group(4):
        s.put(m.end(), "room", arabic(m.group(4)), "floor_room")
    return True


def basement(s: Scan) -> bool:
    """地下室, 地下之1."""
    m = s.match(_BASEMENT)
    if not m or "floor" in s.have:
        return False
    s.put(m.end(1), "floor", "地下室", "basement")
    if m.group(2):
        s.put(m.end(), "room", arabic(m.group(2)), "floor_room")
    return True


def room(s: Scan) -> bool:
    """302室, 东户; N户 in a village without number is the number of the household."""
    if "room" not in s.have and (m := s.match(_SIDE)):
        s.put(m.end(), "room", m.group(1), "room")
        return True
    m = s.match(_ROOM)
    if not m:
        return False
    if m.group(5) == "户" and not m.group(1) and not s.inside and s.have.isdisjoint(("number", "estate")):
        s.put(m.end(), "number", arabic(m.group(2)), "household")
        return True
    value = m.group(1) + arabic(m.group(2)) + m.group(3) + (f"-{arabic(m.group(4))}" if m.group(4) else "")
    s.put(m.end(), "leftover" if "room" in s.have else "room", value, "room")
    return True


def section(s: Scan) -> bool:
    """二期, 3区, B区, 5组团 of an estate."""
    m = None if "section" in s.have or s.inside else s.match(_PHASE)
    if m:
        s.put(m.end(), "section", canonical_section(m.group()), "section")
    return m is not None


def bare(s: Scan) -> bool:
    """Digits without a word: the number if none was read yet, a building in a compound, else the room."""
    m = s.match(_BARE) or (s.match(_BARE_HAN) if s.last in ("unit", "floor") else None)
    if not m or "room" in s.have:
        return False
    if stall := _STALL_ROW.match(s.key, m.end()):
        s.put(stall.end(), "leftover", s.shown[s.at : stall.end()], "stall_row")
        return True
    value, start = m.group(), s.at
    if "building_no" not in s.have and (split := _BLOCK_ROOM.fullmatch(value)):
        s.put(start + len(split.group(1)), "building_no", split.group(1), "bare")
        s.put(m.end(), "room", split.group(2), "bare")
        return True
    element = _bare_element(s, value)
    if element == "number" and (prefix := _LETTERS.match(value)):
        s.put(start + prefix.end(), "prefix", prefix.group(), "prefix")
        value = value[prefix.end() :]
    if element == "number" and (split := _NUMBER_LETTER.fullmatch(value)):
        s.put(m.end() - 1, element, arabic(split.group(1)), "bare")
        s.put(m.end(), "letter", split.group(2), "letter")
        return True
    s.put(m.end(), element, arabic(value), "bare")
    return True


def _bare_element(s: Scan, value: str) -> str:
    if s.inside:
        return "room"
    if s.last == "name" and s.name is not None and s.name.hamlet:
        return "number"
    if s.lane_counts_buildings:
        return "building_no"
    named = s.last in ("estate", "section", "name", "landmark")
    if s.in_compound or (named and len(value) <= 2):
        return "building_no"
    return "room" if named or "number" in s.have else "number"


def name(s: Scan) -> bool:
    """Whatever stands up to the next number: a street or hamlet before it, behind it an estate, or nothing that can be read."""
    run = s.match(_RUN)
    following = NAME_END.search(s.key, run.end() if run else s.at + 1)
    end = following.start() if following else len(s.key)
    text, shown = s.key[s.at : end], s.shown[s.at : end]
    if ASSIST.search(text):
        s.put(end, "assist", shown, "assist")
    elif not s.have.isdisjoint(("unit", "floor", "room")):
        s.put(end, "leftover", shown, "leftover")
    elif not s.numbered:
        if _STREET.search(text):
            s.put(end, "street", canonical_street(shown), "street")
        else:
            s.put(end, "estate" if ESTATE.search(text) else "name", shown, "estate")
    elif "estate" not in s.have and (ESTATE.search(text) or (len(text) > 1 and _BUILDING_NEXT.match(s.key, end))):
        cut = _SECTION.search(text)
        s.put(s.at + cut.start() if cut else end, "estate", shown[: cut.start()] if cut else shown, "estate")
        if cut:
            s.put(end, "section", cut.group(), "section")
    else:
        s.put(end, "leftover", shown, "leftover")
    return True
