"""A column of address texts to columns of elements."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from geo.address.abroad import read_abroad
from geo.address.clean import Clean, clean
from geo.address.notes import read_notes
from geo.address.script import simplify
from geo.address.standard import within_text
from geo.address.tail import FIRST, read_tail
from geo.address.upper import Piece, read_upper
from geo.profile import Habits
from geo.tables import PARSE, PARTS, Scope


def parse(texts: pd.Series, *, scope: Scope, habits: Habits) -> pd.DataFrame:
    """The elements of each address, its row of numbers, its local door key and what lies within the door.

    Nothing is guessed: a division is read where its suffix or the scope's own name stands in the text, upper levels that
    are not written stay null. Each distinct upper part and each distinct lower part is read once.

    Parameters
    ----------
    texts
        Addresses or plate texts as delivered; null is allowed.
    scope
        Upper address levels of the project, for recognising their names.
    habits
        How the region writes what regions write differently.

    Returns
    -------
    One row per text, the same index, columns of `geo.tables.PARSE`; a null text is all null (temporary False).
    """
    reader = Reader(scope, habits)
    rows = {text: reader.row(text) for text in texts.dropna().unique()}
    empty: tuple[object, ...] = tuple(False if c == "temporary" else None for c in PARSE)
    found = [rows.get(text, empty) for text in texts.array]
    columns = zip(*found, strict=True) if found else ([] for _ in PARSE)
    data = {c: pd.array(list(v), dtype="bool" if c == "temporary" else "str") for c, v in zip(PARSE, columns, strict=True)}
    return pd.DataFrame(data, index=texts.index)


class Reader:
    """Reads single texts; remembers the upper and lower parts it has met."""

    def __init__(self, scope: Scope, habits: Habits) -> None:
        self._scope, self._habits = scope, habits
        self._uppers: dict[str, tuple[Piece, ...]] = {}
        self._tails: dict[tuple[str, str], tuple[Piece, ...]] = {}

    def row(self, text: str) -> tuple[object, ...]:
        """The values of PARSE for one text."""
        cleaned = clean(str(text))
        return _assemble(self.pieces(cleaned), cleaned)

    def pieces(self, cleaned: Clean) -> list[Piece]:
        """Everything read, in the order of the text, with places in the cleaned text."""
        if not cleaned.han:
            return read_abroad(cleaned.shown)
        key, shown = cleaned.key, cleaned.shown
        abroad = read_abroad(shown, key=key)
        if abroad:
            return abroad
        cut = self._cut(key)
        upper = shown[:cut]
        if upper not in self._uppers:
            self._uppers[upper] = read_upper(key[:cut], upper, scope=self._scope)
        pieces = list(self._uppers[upper])
        if cut < len(key):
            pieces = _as_estate(pieces, key[cut:], self._scope)
            after = _after(pieces)
            known = (shown[cut:], after)
            if known not in self._tails:
                self._tails[known] = read_tail(key[cut:], shown[cut:], after=after, habits=self._habits)
            pieces.extend(Piece(p.start + cut, p.end + cut, *p[2:]) for p in self._tails[known])
        return _settle(pieces, cleaned)

    def _cut(self, key: str) -> int:
        m = _POSTCODE.match(key)
        at = m.end() if m else 0
        found = FIRST.search(key, at)
        if found and (m := _NEIGHBOURHOOD.match(key, found.start())):
            found = FIRST.search(key, m.end())
        return found.start() if found else len(key)


_NEIGHBOURHOOD = re.compile(r"\d+邻")
_POSTCODE = re.compile(r"(?:\d{3}|\d{5,6})(?=[\u3400-\u9fff])(?![号弄巷栋幢组室层楼单])")


def _after(pieces: list[Piece]) -> str:
    """What stands before the lower part, as far as it changes the reading of it."""
    if not pieces:
        return ""
    last = pieces[-1]
    street = "@" if any(p.element == "street" for p in pieces) else ""
    if last.element == "name" and street:
        return "landmark"
    if last.element in ("estate", "zone"):
        return f"estate:{last.value}{street}"
    if last.element == "lane":
        return "lane:" + last.value
    if last.element == "section":
        estates = [p.value for p in pieces if p.element == "estate"]
        return f"section:{estates[-1]}{street}" if estates else "section"
    return f"name:{last.value}" if last.element == "name" else last.element


_NUMBERED_ESTATE = re.compile(r"(?:[一二三四五六七八九十]|新)村$")
_GROUP_FIRST = re.compile(r"第?[\d一二三四五六七八九十]+(?:村民小组|小组|组|社|队)")


def _as_estate(pieces: list[Piece], tail: str, scope: Scope) -> list[Piece]:
    """曹杨一村 in a town centre is an estate, not a village: a subdistrict or district is written and no group follows."""
    if not pieces or pieces[-1].element != "village" or not _NUMBERED_ESTATE.search(pieces[-1].value) or _GROUP_FIRST.match(tail):
        return pieces
    written = {p.element: p.value for p in pieces}
    town = written.get("town") or scope.town or "街道"
    urban = town.endswith(("街道", "街道办事处")) and written.get("county", "").endswith("区")
    return [*pieces[:-1], pieces[-1]._replace(element="estate", rule="estate_village")] if urban else pieces


_NEEDS_ESTATE = {"building_no", "unit", "floor", "room", "section", "estate"}


def _settle(pieces: list[Piece], cleaned: Clean) -> list[Piece]:
    """Bare names become what the element behind them makes of them."""
    out: list[Piece] = []
    have: set[str] = set()
    for i, piece in enumerate(pieces):
        if piece.element == "name":
            following = next((p.element for p in pieces[i + 1 :] if p.element not in ("flag", "leftover", "country")), "")
            if following == "lane" and "street" in have and pieces[i + 1].value.endswith("巷"):
                element = "street"
            elif following == "street" and pieces[i + 1].rule in ("numbered_road", "segment"):
                element = "street"
            elif following in _NEEDS_ESTATE:
                element = "estate"
            elif following in ("", "alias"):
                element = "leftover"
            else:
                element = "hamlet" if "street" not in have else "estate"
            if element in have and element in ("estate", "hamlet"):
                element = "leftover"
            piece = piece._replace(element=element, rule="name_" + element)
        elif piece.element == "zone" and i + 1 < len(pieces) and pieces[i + 1].element in _DOOR_PARTS and "street" not in have:
            piece = piece._replace(element="estate", rule="zone_estate")
        have.add(piece.element)
        out.append(piece)
    return out


_DOOR_PARTS = {"number", "building_no", "unit", "floor", "room", "section"}


_JOIN = {"street": "", "lane": "/", "sub_number": "/", "flag": "/", "leftover": "/", "room": "-", "floor": "-"}


def _assemble(pieces: Iterable[Piece], cleaned: Clean) -> tuple[object, ...]:
    part: dict[str, str] = {}
    for p in pieces:
        if p.element in ("country", "zone"):
            continue
        if p.element in part:
            if p.element in _JOIN:
                part[p.element] += _JOIN[p.element] + p.value
            else:
                part["leftover"] = "/".join(x for x in (part.get("leftover"), p.value) if x) if part[p.element] != p.value else part.get("leftover", "")
        elif p.value:
            part[p.element] = p.value
    flags = part.pop("flag", "").split("/") if "flag" in part else []
    alias = None
    for note in read_notes(cleaned.notes, part):
        if note.kind == "alias":
            alias = alias or note.text
        elif note.kind == "flag":
            flags.append(note.text)
        elif note.kind == "prefix":
            part.setdefault("prefix", note.text)
        elif note.kind == "village":
            alias, part["village"] = part.get("village") or alias, note.text
        else:
            part["leftover"] = "/".join(x for x in (part.get("leftover"), note.text) if x)
    if cleaned.over.strip():
        part["leftover"] = "/".join(x for x in (part.get("leftover"), cleaned.over.strip()) if x)
    if cleaned.personal:
        flags.append("personal")
    temporary = part.get("prefix") == "临"
    place = _place(part)
    door = _door(part, place)
    if "~" in part.get("number", "") + part.get("sub_number", "") or "、" in part.get("number", ""):
        flags.append("range")
    if door is None and (place or part.get("village")) and not {"unnumbered", "collective"} & set(flags):
        flags.append("no_number")
    last = (temporary, alias, "/".join(sorted(set(flags))) or None, part.get("leftover") or None, place, door, within_text(part) or None)
    return (*(part.get(c) or None for c in PARTS), *last)


def _place(part: dict[str, str]) -> str | None:
    name = part.get("street") or part.get("hamlet") or part.get("group") or ""
    row = f"{part['row']}排" if "row" in part else ""
    return simplify(name + part.get("lane", "").replace("/", "") + row) or None


def _door(part: dict[str, str], place: str | None) -> str | None:
    get = part.get
    if not get("number") and not get("building_no") and not (get("estate") and (get("unit") or get("floor") or get("room"))):
        return None
    inside = get("building_no") or get("section") or not get("number")
    keys = (
        place, get("prefix"), get("number"), get("sub_number"), get("letter"), get("yard"),
        get("estate") if inside else None, get("section"), get("building_no"), "临" if get("prefix") == "临" else None,
    )  # fmt: skip
    return simplify("|".join(k or "" for k in keys).upper())
