"""The lower part of an address: group, lane, number, estate, building, unit, floor, room - from the first number on."""

from __future__ import annotations

from geo.address.chains import read_chain
from geo.address.ground import (
    group,
    lane,
    neighbourhood,
    not_number,
    numbered_road,
    numbered_village,
    row,
    segment,
    separator,
    several,
    unnumbered,
)
from geo.address.inside import bare, basement, building, letter_building, name, room, section, storey, unit
from geo.address.numbers import number, number_list, number_range
from geo.address.piece import Before, Piece
from geo.address.scan import Reader, Scan, State, Step
from geo.profile import Habits

READERS: tuple[Reader, ...] = (
    separator, unnumbered, several, numbered_road, not_number, segment, neighbourhood, row, lane, group, numbered_village,
    number_list, number_range, unit, building, letter_building, storey, room, number, read_chain, section, basement, bare, name,
)  # fmt: skip
"""In order of precedence: what names a numeral most narrowly comes first."""


def read_tail(key: str, shown: str, *, before: Before, habits: Habits, memo: dict[State, Step]) -> tuple[Piece, ...]:
    """The elements of the lower part.

    Parameters
    ----------
    key, shown
        The part from the first number on, in simplified and in delivered characters.
    before
        What stands before it.
    habits
        How the region writes what regions write differently.
    memo
        Steps already taken with the same habits; it grows.
    """
    return tuple(Scan(key, shown, before, habits).run(READERS, memo))
