"""The canonical text of an address, written from its elements."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from geo.tables import PARTS, Scope

Part = Mapping[str, str | None]
"""Value by element; null or absent: not written."""

_UPPER = ("province", "city", "county", "town")
_NAMED = (*_UPPER, "village", "group", "hamlet", "street", "estate")
_HAN = re.compile(r"[\u3400-\u9fff]")
_JAPAN = re.compile(r"丁目$|^(?:東京都|东京都|北海道|京都府|大阪府)$|県$")


def standard_text(parsed: pd.DataFrame, *, scope: Scope) -> pd.Series:
    """The canonical full text of each address; upper levels that are not written come from the scope.

    A proposal for a person: it is written in the characters of the delivery, not folded. Reading it again gives the same door.

    Parameters
    ----------
    parsed
        Columns of PARSE as `parse` returns them.
    scope
        Upper address levels of the project.

    Returns
    -------
    Text with the index of `parsed`; null where nothing was read.
    """
    given = {level: getattr(scope, level) for level in _UPPER}
    names = (*PARTS, "flag")
    columns = (parsed[c].astype(object).where(parsed[c].notna(), None) for c in names)
    texts = [_compose(dict(zip(names, row, strict=True)), given) for row in zip(*columns, strict=True)]
    return pd.Series(pd.array(texts, dtype="str"), index=parsed.index, name="text")


def local_text(part: Part) -> str:
    """The text from the village down."""
    return _written(part, "village") + _below_village(part)


def number_text(part: Part) -> str:
    """The number with everything that belongs to it, as 临12号附1号甲; empty if there is none."""
    number = part.get("number") or (part.get("building_no") if _numbered_building(part) else None)
    if not number:
        return ""
    subs = [s for s in _written(part, "sub_number").split("/") if s]
    letter = _written(part, "letter")
    if "inner_sub" in _written(part, "flag").split("/"):
        body = number + "".join(f"之{s}" for s in subs) + "号" + letter
    else:
        inside, behind = (letter, "") if letter.isascii() else ("", letter)
        body = f"{number}{inside}号" + "".join(f"附{s}号" for s in subs) + behind
    return _written(part, "prefix") + body + _written(part, "yard")


def within_text(part: Part) -> str:
    """Unit, floor and room, as 1单元3层302室; empty for a door."""
    out = f"{part['unit']}单元" if part.get("unit") else ""
    if floor := part.get("floor"):
        storey = f"负{floor[1:]}层" if floor.startswith("-") else f"{floor}层"
        out += floor if floor == "地下室" else storey
    if room := part.get("room"):
        out += room if room.endswith("户") else f"{room}室"
    return out


def _compose(part: Part, given: Part) -> str | None:
    lower = local_text(part)
    if not lower and not any(part.get(level) for level in _UPPER):
        return None
    names = "".join(_written(part, e) for e in _NAMED)
    if names and not _HAN.search(names):
        return _european(part)
    if any(_JAPAN.search(_written(part, level)) for level in ("province", "street")):
        return _japanese(part)
    levels = {level: part.get(level) or given[level] or "" for level in _UPPER}
    if levels["city"] == levels["province"]:
        levels["city"] = ""
    return "".join(levels.values()) + lower


def _below_village(part: Part) -> str:
    out = f"{part['neighbourhood']}邻" if part.get("neighbourhood") else ""
    out += _written(part, "group") + _written(part, "hamlet") + _written(part, "street")
    out += _written(part, "lane").replace("/", "")
    out += f"{part['row']}排" if part.get("row") else ""
    number, estate, section = number_text(part), _written(part, "estate"), _written(part, "section")
    if _numbered_building(part):
        return out + estate + section + number + within_text(part)
    out += number + estate + section if estate else section + number
    if part.get("building_no"):
        building, _, sub = _written(part, "building_no").partition("附")
        out += f"{building}栋" + (f"附{sub}号" if sub else "")
    return out + within_text(part)


def _numbered_building(part: Part) -> bool:
    """The building is written as a number: behind 弄, and behind an estate where it has a sub-number, letter or prefix."""
    if part.get("number") or not part.get("building_no"):
        return False
    return bool(part.get("lane") and not part.get("estate")) or any(part.get(e) for e in ("sub_number", "letter", "prefix"))


def _japanese(part: Part) -> str:
    upper = "".join(_written(part, level) for level in (*_UPPER, "village"))
    number = f"{part['number']}番" if part.get("number") else ""
    house = f"{part['sub_number']}号" if part.get("sub_number") else ""
    return upper + _written(part, "street") + number + house + within_text(part)


def _european(part: Part) -> str:
    number = _written(part, "number").replace("~", "-").replace("、", ";")
    letter, flat = _written(part, "letter"), _written(part, "room")
    number += f"/{part['sub_number']}" if part.get("sub_number") else ""
    number += f" {letter} {flat}".rstrip() if flat else letter
    written = " ".join(x for x in (_written(part, "street"), _written(part, "prefix"), number) if x)
    return f"{written}, {part['town']}" if part.get("town") else written


def _written(part: Part, element: str) -> str:
    return part.get(element) or ""
