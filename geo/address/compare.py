"""Whether two addresses name the same door: element by element, never by similarity of spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from geo.address.script import simplify
from geo.address.standard import number_text
from geo.address.village import canonical_village

VERDICT = ("same", "variant", "possible", "different")


def compare(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """The verdict on each pair of addresses and the parts in which they differ.

    same: every element of the door is written on both sides and equal; upper levels may be missing on one side.
    variant: equal only after another reading of the same signs (6之2号 and 6号之2, 甲10号 and 10号甲, A-B, a name in brackets);
    to be merged only with the same building, at most 5 m apart, or by a person.
    possible: one side lacks what the other has; only the county or higher levels differ; or one of them is no door.
    different: an element is written on both sides and differs.

    Parameters
    ----------
    a, b
        Columns of PARSE as `parse` returns them, the same number of rows; row i of `a` is compared with row i of `b`.

    Returns
    -------
    verdict {same, variant, possible, different} and differing (names of parts joined by '/', null if none), index of `a`.
    """
    left, right = _records(a), _records(b)
    known: dict[tuple[object, ...], tuple[str, str | None]] = {}
    found = []
    for x, y in zip(left, right, strict=True):
        pair = (x, y)
        if pair not in known:
            known[pair] = _verdict(dict(zip(_READ, x, strict=True)), dict(zip(_READ, y, strict=True)))
        found.append(known[pair])
    columns = list(zip(*found, strict=True)) if found else [(), ()]
    return pd.DataFrame({"verdict": pd.array(columns[0], dtype="str"), "differing": pd.array(columns[1], dtype="str")}, index=a.index)


_DIVISIONS = ("province", "city", "county", "town", "village")
_NUMBER = ("prefix", "number", "sub_number", "letter", "yard")
_INSIDE = ("estate", "section", "building_no", "unit", "floor", "room")
_ROW = ("neighbourhood", "group", "hamlet", "street", "lane", "row")
_COMPARED = (*_DIVISIONS, *_ROW, *_NUMBER, *_INSIDE)
_READ = (*_COMPARED, "alias", "flag", "leftover", "place", "door")
_STRICT = frozenset(("prefix", "sub_number", "letter"))
"""A door with one of these is another door than the one without it."""
_UPPER_ONLY = frozenset(("province", "city", "county"))
_SLOTS = ("building_no", "unit", "floor", "room")

Part = Mapping[str, str | None]


def _records(parsed: pd.DataFrame) -> list[tuple[str | None, ...]]:
    columns = (parsed[c].astype(object).where(parsed[c].notna(), None) for c in _READ)
    return list(zip(*columns, strict=True))


def _verdict(a: Part, b: Part) -> tuple[str, str | None]:
    a, b = _same_level(a, b), _same_level(b, a)
    differing = [p for p in _compared(a, b) if _fold(p, a[p]) != _fold(p, b[p])]
    unequal = {p for p in differing if (a[p] and b[p]) or (p in _STRICT and a["door"] and b["door"])}
    missing = {p for p in differing if p not in unequal}
    missing -= {"province", "city", "town", "neighbourhood"}
    # A side that writes the city but no county is no abridgement: it may be a place without counties, or another one.
    missing -= set() if (a["city"] and not a["county"]) or (b["city"] and not b["county"]) else {"county"}
    names = "/".join(p for p in differing if p in unequal or p in missing) or None
    if a["door"] is None or b["door"] is None:
        return ("different" if unequal & {"group", "hamlet", "street", "lane", "village", "town"} else "possible"), names
    if not unequal and not missing and _fold("leftover", a["leftover"]) != _fold("leftover", b["leftover"]):
        return "possible", "leftover"
    if not unequal and not missing:
        return ("variant", "sub_number") if _inner(a) != _inner(b) else ("same", None)
    if _variant(a, b, unequal | missing):
        return "variant", names
    return ("different" if unequal - _UPPER_ONLY else "possible"), names


def _same_level(a: Part, b: Part) -> Part:
    """A city written alone may be a city of county rank: it is read as the county where the other side has it as county."""
    if a["city"] and not a["county"] and b["county"] and _fold("city", a["city"]) == _fold("city", b["county"]):
        return {**a, "city": None, "county": b["county"]}
    return a


def _compared(a: Part, b: Part) -> list[str]:
    """The parts that count: a group does not where both sides name a street or hamlet and one leaves the group out."""
    skip: set[str] = set()
    if not (a["group"] and b["group"]) and (a["street"] or a["hamlet"]) and (b["street"] or b["hamlet"]):
        skip.add("group")
    if a["street"] and b["street"] and not (a["hamlet"] and b["hamlet"]):
        skip.add("hamlet")
    if a["street"] and a["number"] and b["street"] and b["number"] and not (a["estate"] and b["estate"]):
        skip.add("estate")
    return [p for p in _COMPARED if p not in skip]


_LEVEL_WORD = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|省|市)$")


def _fold(part: str, value: str | None) -> str | None:
    if value is None:
        return None
    text = simplify(value).upper()
    if part in ("province", "city"):
        return _LEVEL_WORD.sub("", text)
    if part == "town":
        return re.sub(r"街道办(?:事处)?$", "街道", text)
    return canonical_village(text) if part == "village" else text


def _inner(part: Part) -> bool:
    return "inner_sub" in (part["flag"] or "").split("/")


def _variant(a: Part, b: Part, parts: set[str]) -> bool:
    """Equal after another reading of the same signs."""
    if parts <= {"prefix", "letter"} and {a["prefix"], a["letter"]} == {b["prefix"], b["letter"]}:
        return True
    if parts <= set(_SLOTS) and [a[s] for s in _SLOTS if a[s]] == [b[s] for s in _SLOTS if b[s]]:
        return True
    return _by_alias(a, b) or _by_alias(b, a)


def _by_alias(a: Part, b: Part) -> bool:
    """The name in brackets of one side is the place and number, or the village, of the other."""
    if not a["alias"]:
        return False
    alias = simplify(a["alias"])
    local = simplify((b["place"] or "") + number_text(b))
    if alias == local:
        return True
    same = all(_fold(p, a[p]) == _fold(p, b[p]) for p in _compared(a, b) if p != "village" and (p not in _UPPER_ONLY or (a[p] and b[p])))
    return bool(b["village"]) and canonical_village(alias) == _fold("village", b["village"]) and same
