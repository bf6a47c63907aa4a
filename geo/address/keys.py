"""The row of numbers a door stands in, and the door's local key."""

from __future__ import annotations

from collections.abc import Mapping

from geo.address.script import simplify

_WITHIN = ("unit", "floor", "room")


def place_name(part: Mapping[str, str]) -> str | None:
    """Street with its lanes, else hamlet, else group; with the row of a northern village; null if none is written."""
    name = part.get("street") or part.get("hamlet") or part.get("group") or ""
    row = f"{part['row']}排" if "row" in part else ""
    return simplify(name + part.get("lane", "").replace("/", "") + row) or None


def door_key(part: Mapping[str, str], place: str | None) -> str | None:
    """The door without its village: place | prefix | number | subs | letter | yard | estate | section | building | temporary.

    An estate beside a street number adds nothing to it and stays out, unless a building or section of it is named. Null
    where the text names no door.
    """
    get = part.get
    number, building = get("number"), get("building_no")
    if not number and not building and not (get("estate") and any(get(w) for w in _WITHIN)):
        return None
    estate = get("estate") if building or get("section") or not number else None
    keys = (
        place, get("prefix"), number, get("sub_number"), get("letter"), get("yard"), estate, get("section"), building,
        "临" if get("prefix") == "临" else None,
    )  # fmt: skip
    return simplify("|".join(k or "" for k in keys).upper())
