"""What stands in brackets: another name, a state, a temporary number, or a remark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from geo.address.numeral import NUMERAL
from geo.address.words import ASSIST, COLLECTIVE, DEMOLISHED, UNAUTHORISED, UNNUMBERED


class Note(NamedTuple):
    """One bracket: its kind and what it says."""

    kind: Literal["alias", "flag", "prefix", "village", "leftover"]
    text: str


def read_notes(notes: tuple[tuple[int, str], ...], part: Mapping[str, str]) -> Iterator[Note]:
    """The meaning of each bracket, given the elements of the text around it.

    Parameters
    ----------
    notes
        Place in the text and content of each bracket.
    part
        Elements read from the text outside the brackets.
    """
    for _, text in notes:
        yield _meaning(text, part)


_NOW = re.compile(r"(?:现名?|今|现为|现改为|现称)[:是为]?")
_OLD = re.compile(r"(?:原名?|原为|原址|旧名?|旧址|旧称|曾用名|曾名|曾|老地址|又名|俗称|别名|也称|即)[:是为]?")
_ADDRESS = re.compile(rf"{NUMERAL}[号弄栋幢]|[路街巷道村]$|社区$")


def _meaning(text: str, part: Mapping[str, str]) -> Note:
    if text in ("临", "临时", "临时门牌", "临时牌", "临牌"):
        return Note("prefix", "临")
    for pattern, flag in (
        (DEMOLISHED, "demolished"),
        (UNNUMBERED, "unnumbered"),
        (COLLECTIVE, "collective"),
        (UNAUTHORISED, "unauthorised"),
    ):
        if pattern.search(text):
            return Note("flag", flag)
    if m := _NOW.match(text):
        name = text[m.end() :]
        return Note("village", name) if re.search(r"(?:村|社区|居委会|里)$", name) and part.get("village") else Note("alias", name or text)
    if m := _OLD.match(text):
        return Note("alias", text[m.end() :] or text)
    if ASSIST.search(text):
        return Note("flag", "nearby")
    if _ADDRESS.search(text):
        return Note("alias", text)
    return Note("leftover", text)
