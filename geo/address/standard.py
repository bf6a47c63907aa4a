"""The canonical text of an address, written from its elements."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo.tables import Scope

_UPPER = ("province", "city", "county", "town")


def standard_text(parsed: pd.DataFrame, *, scope: Scope) -> pd.Series:
    """The canonical full text of each address; upper levels that are not written come from the scope.

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
    columns = [c for c in _WRITTEN if c in parsed.columns]
    rows = zip(*(parsed[c].astype(object).where(parsed[c].notna(), None) for c in columns), strict=True)
    texts = [_compose(dict(zip(columns, row, strict=True)), given) for row in rows]
    return pd.Series(texts, index=parsed.index, dtype="str", name="text")


_WRITTEN = (
    *_UPPER, "village", "neighbourhood", "group", "hamlet", "row", "street", "lane", "prefix", "number", "sub_number", "letter", "yard",
    "estate", "section", "building_no", "unit", "floor", "room", "flag",
)  # fmt: skip


def _compose(part: Mapping[str, str | None], given: Mapping[str, str | None]) -> str | None:
    lower = local_text(part)
    if not lower and not any(part.get(level) for level in _UPPER):
        return None
    levels = {level: part.get(level) or given[level] for level in _UPPER}
    if levels["city"] == levels["province"]:
        levels["city"] = None
    return "".join(levels[level] or "" for level in _UPPER) + lower


def local_text(part: Mapping[str, str | None]) -> str:
    """The text from the village down."""
    get = part.get
    out = get("village") or ""
    out += f"{get('neighbourhood')}邻" if get("neighbourhood") else ""
    out += (get("group") or "") + (get("hamlet") or "")
    out += get("street") or ""
    out += (get("lane") or "").replace("/", "")
    out += f"{get('row')}排" if get("row") else ""
    out += number_text(part)
    out += (get("estate") or "") + (get("section") or "")
    out += f"{get('building_no')}栋" if get("building_no") and not _lane_building(part) else ""
    return out + within_text(part)


def number_text(part: Mapping[str, str | None]) -> str:
    """The number with everything that belongs to it, as 临12号附1号甲."""
    get = part.get
    number = get("number") or (get("building_no") if _lane_building(part) else None)
    if not number:
        return ""
    subs = (get("sub_number") or "").split("/") if get("sub_number") else []
    letter = get("letter") or ""
    if "inner_sub" in (get("flag") or "").split("/"):
        body = number + "".join(f"之{s}" for s in subs) + "号" + letter
    elif letter.isascii():
        body = number + letter + "号" + "".join(f"附{s}号" for s in subs)
    else:
        body = number + "号" + "".join(f"附{s}号" for s in subs) + letter
    return (get("prefix") or "") + body + (get("yard") or "")


def within_text(part: Mapping[str, str | None]) -> str:
    """Unit, floor and room, as 1单元3层302室."""
    get = part.get
    out = f"{get('unit')}单元" if get("unit") else ""
    floor = get("floor")
    if floor:
        out += floor if floor == "地下室" else (f"负{floor[1:]}" if floor.startswith("-") else floor) + "层"
    room = get("room")
    if room:
        out += room if room.endswith("户") else f"{room}室"
    return out


def _lane_building(part: Mapping[str, str | None]) -> bool:
    """N号 after a lane is the building there and written as 弄..号."""
    return bool(part.get("lane")) and not part.get("number") and not part.get("estate")
