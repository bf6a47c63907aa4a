"""One pass over the lower part of an address: the place reached, and what was read so far."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from geo.address.piece import Before, Piece
from geo.address.words import Ending, ending
from geo.profile import Habits


class Scan:
    """The text, the place reached, the pieces read, and what later steps must know of them.

    last is the element read before, have all of them, name the ending of the estate or bare name that numbers count in (null: none),
    only_long whether every lane is a 弄.
    """

    def __init__(self, key: str, shown: str, before: Before, habits: Habits) -> None:
        self.key, self.shown, self.habits = key, shown, habits
        self.at = 0
        self.pieces: list[Piece] = []
        self.last = before.element
        self.have = {before.element} if before.element else set()
        self.on_street = bool(before.street)
        lane = before.element == "lane"
        self.name: Ending | None = None if lane else before.name
        self.street = before.street
        self.only_long = not lane or (before.name is not None and before.name.lane)
        if before.element == "section" and before.name:
            self.have.add("estate")

    def put(self, end: int, element: str, value: str, rule: str) -> None:
        """One element from here to `end`."""
        self.put_from(self.at, end, element, value, rule)

    def put_from(self, start: int, end: int, element: str, value: str, rule: str) -> None:
        """One element from `start` to `end`; reading goes on at `end`."""
        self.pieces.append(Piece(start, end, element, value, rule))
        self.have.add(element)
        self.last, self.at = element, end
        if element in ("estate", "name"):
            self.name = ending(value)
        elif element == "lane":
            self.only_long = self.only_long and value.endswith("弄")
        elif element == "street":
            self.street, self.on_street = value, True
        elif element == "number":
            self.on_street = True

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The pattern at the place reached."""
        return pattern.match(self.key, self.at)

    @property
    def numbered(self) -> bool:
        """The number or building was read: what follows lies behind the door."""
        return not self.have.isdisjoint(_NUMBERED)

    @property
    def inside(self) -> bool:
        """A building or something within it was read."""
        return not self.have.isdisjoint(_INSIDE)

    @property
    def in_tower(self) -> bool:
        """Numbers here are rooms: the estate is one building."""
        return self.last in ("estate", "section") and self.name is not None and self.name.tower

    @property
    def in_compound(self) -> bool:
        """Bare numbers here are buildings: the estate has many."""
        return self.last in ("estate", "section") and self.name is not None and self.name.compound

    @property
    def lane_counts_buildings(self) -> bool:
        """N号 behind 弄 is a building (Shanghai); behind 巷, and behind 弄 of a 巷, it is a number."""
        counts = self.last == "lane" and self.habits.number_after_lane == "building" and not self.street.endswith("巷")
        return counts and self.only_long


Reader: TypeAlias = Callable[[Scan], bool]
"""Reads the element that begins where the scan stands, or leaves the scan as it is and returns False."""

_NUMBERED = frozenset(("number", "building_no"))
_INSIDE = frozenset(("building_no", "unit", "floor", "room"))
