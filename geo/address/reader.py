"""One text to its pieces: the upper part, the lower part, and what the bare names between them are."""

from __future__ import annotations

import re

from geo.address.abroad import read_abroad
from geo.address.clean import Clean
from geo.address.divisions import read_divisions
from geo.address.names import read_names
from geo.address.piece import Before, Piece
from geo.address.slots import FIRST, NEIGHBOURHOOD, POSTCODE, REGIMENT
from geo.address.tail import read_tail
from geo.address.words import ending
from geo.profile import Habits
from geo.tables import Scope


class Reader:
    """Reads texts one by one; each distinct upper and lower part is read once."""

    def __init__(self, scope: Scope, habits: Habits) -> None:
        self._scope, self._habits = scope, habits
        self._uppers: dict[str, tuple[Piece, ...]] = {}
        self._tails: dict[tuple[str, Before], tuple[Piece, ...]] = {}

    def pieces(self, cleaned: Clean) -> list[Piece]:
        """Everything read, in the order of the text, with places in the cleaned text."""
        if abroad := read_abroad(cleaned.shown, key=cleaned.key if cleaned.han else None):
            return abroad
        upper, cut = self.upper(cleaned)
        tail = self.tail(cleaned.key[cut:], cleaned.shown[cut:], before(upper)) if cut < len(cleaned.key) else ()
        return settle([*upper, *(Piece(p[0] + cut, p[1] + cut, p[2], p[3], p[4]) for p in tail)])

    def upper(self, cleaned: Clean) -> tuple[list[Piece], int]:
        """The pieces above the first number, and where that begins."""
        upper, cut = self.upper_alone(cleaned.key, cleaned.shown)
        return _as_estate(upper, cleaned.key[cut:], self._scope) if cut < len(cleaned.key) else upper, cut

    def upper_alone(self, key: str, shown: str) -> tuple[list[Piece], int]:
        """The same, where what follows cannot make an estate of the village (see `may_be_estate`)."""
        cut = _first_number(key)
        upper = self._uppers.get(shown[:cut])
        if upper is None:
            upper = self._uppers[shown[:cut]] = self._read_upper(key[:cut], shown[:cut])
        return list(upper), cut

    def tail(self, key: str, shown: str, before: Before) -> tuple[Piece, ...]:
        """The pieces from the first number on, with places in the tail."""
        tail = self._tails.get((shown, before))
        if tail is None:
            tail = self._tails[shown, before] = read_tail(key, shown, before=before, habits=self._habits)
        return tail

    def _read_upper(self, key: str, shown: str) -> tuple[Piece, ...]:
        at, pieces = read_divisions(key, shown, scope=self._scope)
        village = any(p.element in ("village", "neighbourhood") for p in pieces)
        return (*pieces, *read_names(key, shown, at, village=village))


def _first_number(key: str) -> int:
    """Where the lower part begins; N鄰 and N团 still belong to the upper one."""
    m = POSTCODE.match(key)
    found = FIRST.search(key, m.end() if m else 0)
    while found and (m := NEIGHBOURHOOD.match(key, found.start()) or REGIMENT.match(key, found.start())):
        found = FIRST.search(key, m.end())
    return found.start() if found else len(key)


def before(pieces: list[Piece]) -> Before:
    """What stands before the lower part, as far as it changes the reading of it."""
    if not pieces:
        return Before()
    last = pieces[-1]
    street = next((p.value[-1] for p in reversed(pieces) if p.element == "street"), "")
    if last.element == "name":
        return Before("landmark", None, street) if street else Before("name", ending(last.value))
    if last.element in ("estate", "zone"):
        return Before("estate", ending(last.value), street)
    if last.element == "lane":
        return Before("lane", ending(last.value), street)
    if last.element == "section":
        estates = [p.value for p in pieces if p.element == "estate"]
        return Before("section", ending(estates[-1]) if estates else None, street)
    return Before(last.element, None, street)


_NUMBERED_ESTATE = re.compile(r"[一二三四五六七八九十新]村$")
_GROUP_FIRST = re.compile(r"第?[\d一二三四五六七八九十]+(?:村民小组|小组|组|社|队)")


def may_be_estate(pieces: list[Piece]) -> bool:
    """Whether the last piece is a village that may turn out to be an estate."""
    return bool(pieces) and pieces[-1].element == "village" and _NUMBERED_ESTATE.search(pieces[-1].value) is not None


def _as_estate(pieces: list[Piece], tail: str, scope: Scope) -> list[Piece]:
    """曹杨一村 in a town centre is an estate, not a village: an urban district is written, no 镇 or 乡, and no group follows."""
    if not may_be_estate(pieces) or _GROUP_FIRST.match(tail):
        return pieces
    written = {p.element: p.value for p in pieces}
    town = written.get("town") or scope.town or "街道"
    if not town.endswith(("街道", "街道办事处")) or not written.get("county", "").endswith("区"):
        return pieces
    return [*pieces[:-1], pieces[-1]._replace(element="estate", rule="estate_village")]


_WITHIN_ESTATE = frozenset(("building_no", "unit", "floor", "room", "section", "estate"))
_DOOR = frozenset(("number", "building_no", "unit", "floor", "room", "section"))
_SILENT = frozenset(("flag", "leftover", "assist"))


def settle(pieces: list[Piece]) -> list[Piece]:
    """Bare names become what the element behind them makes of them; of two buildings the first is the number."""
    if all(p[2] not in _UNSETTLED for p in pieces):
        return pieces
    out: list[Piece] = []
    have: set[str] = set()
    road = next((i for i, p in enumerate(pieces) if p.rule == "numbered_road" and _NAMED_ROAD.match(p.value)), 0)
    for i, piece in enumerate(pieces):
        following = next((p for p in pieces[i + 1 :] if p.element not in _SILENT), None)
        if i < road and piece.element in _BEFORE_ROAD and all(p.element in _BEFORE_ROAD for p in pieces[i:road]):
            # 西园1路 is 西园一路: what stands directly before the numeral is the road's name, whatever it sounds like.
            piece = piece._replace(element="street", rule="name_street")
        elif piece.element == "name" or (piece.element == "estate" and _of_lane(following, have)):
            element = _named(following, have)
            piece = piece._replace(element="leftover" if element in have and element != "street" else element, rule="name_" + element)
        elif piece.element == "zone" and following and following.element in _DOOR and "street" not in have:
            piece = piece._replace(element="estate", rule="zone_estate")
        elif piece.rule in _TAKEN_FOR_BUILDING and "number" not in have and any(p.element == "building_no" for p in pieces[i + 1 :]):
            piece = piece._replace(element="number", rule="number")
        have.add(piece.element)
        out.append(piece)
    return out


_UNSETTLED = frozenset(("name", "zone", "building_no", "estate"))
_BEFORE_ROAD = frozenset(("name", "estate", "section"))
_NAMED_ROAD = re.compile(r"\d+[东西南北中]?(?:路|街|大道|巷)")
_TAKEN_FOR_BUILDING = frozenset(("lane_building", "estate_building"))


def _of_lane(following: Piece | None, have: set[str]) -> bool:
    """光华街合园1巷: behind a street the name belongs to the lane, and both to the street."""
    return following is not None and following.element == "lane" and following.value.endswith("巷") and "street" in have


def _named(following: Piece | None, have: set[str]) -> str:
    """What a bare name is, by the element behind it."""
    if following is None:
        return "leftover"
    if _of_lane(following, have):
        return "street"
    if following.element == "street" and following.rule in ("numbered_road", "segment"):
        return "street"
    if following.element in _WITHIN_ESTATE:
        return "estate"
    return "estate" if "street" in have else "hamlet"
