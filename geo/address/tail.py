"""The lower part of an address: group, lane, number, estate, building, unit, floor, room - from the first number on."""

from __future__ import annotations

import re

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
from geo.address.numeral import NUMERAL
from geo.address.piece import Before, Piece
from geo.address.scan import Reader, Scan
from geo.profile import Habits

READERS: tuple[Reader, ...] = (
    several, separator, unnumbered, numbered_road, not_number, segment, neighbourhood, row, lane, group, numbered_village,
    number_list, number_range, unit, building, letter_building, storey, room, number, read_chain, section, basement, bare, name,
)  # fmt: skip
"""In order of precedence: what names a numeral most narrowly comes first."""


def read_tail(key: str, shown: str, *, before: Before, habits: Habits) -> tuple[Piece, ...]:
    """The elements of the lower part.

    Parameters
    ----------
    key, shown
        The part from the first number on, in simplified and in delivered characters.
    before
        What stands before it.
    habits
        How the region writes what regions write differently.
    """
    scan = Scan(key, shown, before, habits)
    while scan.at < len(key):
        _step(scan)
    return tuple(scan.pieces)


_NUMERAL = re.compile(rf"{NUMERAL}(.)?")
_BY_WORD: dict[str, tuple[Reader, ...]] = {
    "号": (numbered_road, not_number, number_range, building, number),
    **dict.fromkeys("单梯", (unit,)),
    **dict.fromkeys("栋幢", (building,)),
    **dict.fromkeys("楼层", (storey,)),
    **dict.fromkeys("室房铺", (room,)),
    **dict.fromkeys("弄巷衖", (lane,)),
    **dict.fromkeys("组社队小生连", (group,)),
}
"""The readers that can begin with a numeral and this character: a short cut, in the order of READERS."""


def _step(s: Scan) -> None:
    m = s.match(_NUMERAL)
    if m and (likely := _BY_WORD.get(m.group(1) or "")):
        for read in likely:
            if read(s):
                return
    for read in READERS:
        if read(s):
            return
