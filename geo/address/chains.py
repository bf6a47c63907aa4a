"""A-B, A-B-C: what the places mean depends on what was read before and on the region."""

from __future__ import annotations

import re

from geo.address.numeral import arabic
from geo.address.scan import Scan

_CHAIN = re.compile(r"([A-Z]?\d+[A-Z]?(?!\d)|[A-Z](?=-\d))((?:-(?:[A-Z]?\d+[A-Z]?|[A-Z](?=-|$)))+)(号楼|栋|幢|号|室|房|户|楼|层)?")
_LONG = re.compile(r"[A-Z]?\d{3,}")
_PLACE = frozenset(("group", "hamlet", "village", "row", "name", "neighbourhood", ""))


def read_chain(s: Scan) -> bool:
    """Numbers joined by dashes: a range, number and sub-number, or building, unit, floor and room."""
    m = s.match(_CHAIN)
    if not m:
        return False
    values = [arabic(x) for x in (m.group(1) + m.group(2)).split("-")]
    whole = _whole(s, values, m.group(3) or "")
    if whole:
        s.put(m.end(), *whole)
        return True
    slots = _slots(s, values, m.group(3) or "")
    start = s.at
    for i, slot in enumerate(slots):
        s.put_from(start, m.end(), slot, "-".join(values[i:]) if i == len(slots) - 1 else values[i], "chain")
    s.last = "number" if slots[0] == "number" else slots[-1]
    return True


def is_range(a: str, b: str) -> bool:
    """183-185: both of three digits and close together, so the second is no sub-number."""
    return a.isdigit() and b.isdigit() and len(a) >= 3 and 0 < int(b) - int(a) <= 50


def _whole(s: Scan, values: list[str], word: str) -> tuple[str, str, str] | None:
    """The chain as one element: element, value, rule; None if its places are elements of their own."""
    if word in ("号楼", "栋", "幢"):
        return "building_no", "-".join(values), "building"
    if len(values) != 2:
        return None
    a, b = values
    if word in ("楼", "层"):
        return "floor", f"{a}~{b}", "range"
    if len(b) < 3 and _LONG.fullmatch(a) and (s.in_tower or (s.inside and a.isdigit())):
        return "room", f"{a}-{b}", "room_dash"
    if is_range(a, b):
        if word == "室" or s.inside or s.in_tower:
            return "room", f"{a}~{b}", "range"
        if s.have.isdisjoint(("number", "estate")):
            return "number", f"{a}~{b}", "range"
    return None


def _slots(s: Scan, values: list[str], word: str) -> tuple[str, ...]:
    """The element of each place, from the first; the last takes what is left."""
    count, floor_door = len(values), s.habits.dash_after_number == "floor_door"
    if count == 2 and not s.numbered and not s.inside and _sub_follows(s, values, word):
        return "number", "sub_number" if values[1][0].isdigit() else "letter"
    if "floor" in s.have:
        return ("room",)
    if "unit" in s.have:
        return "floor", "room"
    if "building_no" in s.have:
        return ("floor" if floor_door else "unit", "room") if count == 2 else ("unit", "floor", "room")
    if count > 2:
        return ("building_no", "unit", "room") if count == 3 else ("building_no", "unit", "floor", "room")
    if "number" in s.have and "estate" not in s.have:
        # 12号1-302: whatever 1 is, 302 is a room and 12号 the door that is certain.
        if len(values[1]) > 2:
            return "unit" if values[0].isdigit() else "building_no", "room"
        return "floor" if floor_door else "building_no", "room"
    # In a compound of flats a room has three digits, so one or two behind the building are its unit.
    unit = "estate" in s.have and not s.in_tower and not floor_door and values[1].isdigit() and len(values[1]) < 3
    return "building_no", "unit" if unit else "room"


def _sub_follows(s: Scan, values: list[str], word: str) -> bool:
    """A-B is number and sub-number after a street, and in a village unless B is a room; R9-242 never is."""
    first, second = values
    if not first.isdigit():
        return False
    if s.last == "street" or (s.last == "lane" and not (s.lane_counts_buildings and len(second) > 2)):
        return True
    return s.last in _PLACE and (word == "号" or len(second) < 3)
