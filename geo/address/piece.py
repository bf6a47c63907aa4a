"""What reading an address yields: pieces of the text, and what stood before the piece being read."""

from __future__ import annotations

from typing import NamedTuple

from geo.address.words import Ending


class Piece(NamedTuple):
    """One element read from `start` to `end` of the text, with its canonical value and the code of the rule that read it."""

    start: int
    end: int
    element: str
    value: str
    rule: str


class Before(NamedTuple):
    """What stands before the lower part of an address.

    element is the last one read (empty if none), name the ending of the estate, lane or bare name it carries, street the
    last word of the street's name (empty if no street is written).
    """

    element: str = ""
    name: Ending | None = None
    street: str = ""
