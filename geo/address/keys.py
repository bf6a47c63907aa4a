"""The row of numbers a door stands in, and the door's local key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from geo.address.script import simplify

_WITHIN = ("unit", "floor", "room")
_folded = lru_cache(maxsize=1 << 16)(simplify)


def place_name(part: Mapping[str, str]) -> str | None:
    """Street with its lanes, else hamlet, else group; with the row of a northern village; null if none is written."""
    name = part.get("street") or part.get("hamlet") or part.get("group") or ""
    row = f"{part['row']}排" if "row" in part else ""
    return _folded(name) + part.get("lane", "").replace("/", "") + row or None


def door_key(part: Mapping[str, str], place: str | None) -> str | None:
    """The door without its village: place | prefix | number | subs | letter | yard | estate | section | building | temporary.

    An estate beside a street number adds nothing to it and stays out, unless a building or section of it is named. Null
    where the text names no door.
    """
    get = part.get
    number, building = get("number"), get("building_no")
    if not number and not building and not (get("estate") and any(get(w) for w in _WITHIN)):
        return None
    estate = _folded(get("estate", "")) if building or "section" in part or not number else None
    prefix, section = get("prefix", ""), _folded(get("section", ""))
    temporary = "临" if prefix == "临" else ""
    keys = (
        place or "", prefix, number or "", get("sub_number", ""), get("letter", ""), get("yard", ""), estate or "", section, building or "",
        temporary,
    )  # fmt: skip
    return "|".join(keys).upper()
