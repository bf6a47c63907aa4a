"""The elements of all texts of one form: its names and numbers are set aside, the rest is read once.

What stands above the first number is a row of names (and the number of a neighbourhood, 11鄰), and what they are called changes nothing behind
them but by their kind and last character; what stands behind is read with its numbers and once more with all of them exchanged, and counts only where the elements follow.
So a form costs its upper part, its lower part and how the two go together, and each of the three is met again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from geo.address.abroad import read_abroad
from geo.address.clean import clean
from geo.address.forms import NUMBER, Element, Form, Open, equal_numbers, exchanged
from geo.address.piece import Before, Piece
from geo.address.reader import Reader, before, settle
from geo.address.script import simplify

_NAMES = frozenset(("province", "city", "county", "town", "village", "group", "hamlet", "street", "estate", "leftover", "name"))
"""Elements whose value is a name that may be set aside; flags, letters and the like are read as they are."""
_ONCE = frozenset(("street", "lane", "sub_number", "flag", "leftover", "room", "floor", "country", "zone", "assist"))
"""Elements that may stand twice: of any other the two values are compared, so it must be read one by one."""
_NAME, _NUMBER, _END = 0xE000, 0xE800, 0xF900
"""Where the private characters begin that stand for a name or number set aside, and end: no address has them."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_FOLDED = frozenset(("place", "door"))

_Tail = tuple[tuple[Piece, str], ...]
"""Pieces behind the first number as read, each with its value where the numbers are set aside."""


class _Merged(NamedTuple):
    """The elements of an upper and a lower part together; those with names in them by place, private characters for the names."""

    elements: tuple[Element, ...]
    named: tuple[tuple[int, str], ...]


class OpenForms:
    """Reads forms for one project; what was met before is kept.

    Parameters
    ----------
    reader
        Reads upper and lower parts.
    elements
        The elements of settled pieces.
    names
        Names of the elements.
    """

    def __init__(self, reader: Reader, elements: Callable[[Sequence[Piece]], Sequence[str | None]], names: Sequence[str]) -> None:
        self._reader, self._elements = reader, elements
        self._folded = [n in _FOLDED for n in names]
        self._tails: dict[tuple[str, str, Before], _Tail | None] = {}
        self._together: dict[object, _Merged | None] = {}

    def read(self, text: str, several: bool) -> Form | None:
        """The elements of all texts with the form of this one; null where they have to be read one by one.

        The form of one text only is worth it where its parts are known already.
        """
        cleaned = clean(text)
        if cleaned.notes or cleaned.over or cleaned.personal or _PRIVATE.search(text):
            return None
        if read_abroad(cleaned.shown, key=cleaned.key if cleaned.han else None):
            return None
        upper, cut = self._reader.upper(cleaned)
        above, numbers = NUMBER.findall(cleaned.shown[:cut]), NUMBER.findall(cleaned.shown[cut:])
        if above + numbers != NUMBER.findall(text) or above != [p.value for p in upper if p.element == "neighbourhood"][:1]:
            return None
        upper = [p._replace(value=chr(_NUMBER)) if above and p.element == "neighbourhood" else p for p in upper]
        tail = self._tail(cleaned.key[cut:], cleaned.shown[cut:], numbers, before(upper), several)
        if tail is None:
            return None
        kind = (tuple((p.element, p.rule, p.value[-1:] if p.element in _NAMES else p.value) for p in upper), id(tail))
        if kind not in self._together and not several:
            return None
        if kind not in self._together:
            self._together[kind] = self._merged(upper, tail, len(above))
        merged = self._together[kind]
        if merged is None:
            return None
        shown = [p.value[:-1] for p in upper]
        out = list(merged.elements)
        for i, value in merged.named:
            out[i] = _opened(value, shown, folded=self._folded[i])
        return out

    def _tail(self, key: str, shown: str, numbers: list[str], behind: Before, several: bool) -> _Tail | None:
        """The lower part with its numbers set aside; null where the elements do not follow the numbers."""
        known = (NUMBER.sub(lambda m: "0" * len(m.group()), shown), equal_numbers(numbers), behind)
        if known not in self._tails and not several:
            return None
        if known not in self._tails:
            self._tails[known] = self._read_tail(key, shown, numbers, behind)
        return self._tails[known]

    def _read_tail(self, key: str, shown: str, numbers: list[str], behind: Before) -> _Tail | None:
        others = exchanged(numbers)
        if others is None:
            return None
        rest, again = iter(others), iter(others)
        pieces = self._reader.tail(key, shown, behind)
        other = self._reader.tail(NUMBER.sub(lambda _: next(rest), key), NUMBER.sub(lambda _: next(again), shown), behind)
        if len(pieces) != len(other):
            return None
        opened = [NUMBER.sub(lambda m: chr(_NUMBER + numbers.index(m.group())) if m.group() in numbers else m.group(), p.value) for p in pieces]
        for p, o, value in zip(pieces, other, opened, strict=True):
            filled = "".join(others[ord(c) - _NUMBER] if _NUMBER <= ord(c) < _NUMBER + len(others) else c for c in value)
            if p._replace(value=filled) != o:
                return None
        return tuple(zip(pieces, opened, strict=True))

    def _merged(self, upper: list[Piece], tail: _Tail, above_n: int) -> _Merged | None:
        """Both parts together, names and numbers set aside; null where an element stands twice. above_n: numbers of the upper part."""
        names = [p._replace(value=chr(_NAME + i) + p.value[-1:]) if p.value and p.element in _NAMES else p for i, p in enumerate(upper)]
        settled = settle([*names, *(p for p, _ in tail)])
        pieces = [*settled[: len(names)], *(p._replace(value=_behind(above_n, value)) for p, (_, value) in zip(settled[len(names) :], tail, strict=True))]
        once = [p.element for p in pieces if p.element not in _ONCE]
        if len(set(once)) < len(once):
            return None
        values = self._elements(pieces)
        named = tuple((i, v) for i, v in enumerate(values) if v is not None and any(_NAME <= ord(c) < _NUMBER for c in v))
        unnamed = [None if any(i == n for n, _ in named) else v for i, v in enumerate(values)]
        return _Merged(tuple(v and _opened(v, ()) for v in unnamed), named)


def _behind(above_n: int, value: str) -> str:
    """A value whose open numbers are counted from the first number of the whole text."""
    return "".join(chr(ord(c) + above_n) if _NUMBER <= ord(c) < _END else c for c in value) if above_n else value


def _opened(value: str, names: Sequence[str], *, folded: bool = False) -> Element:
    """A value with the names put back, open at its numbers."""
    between, numbers, text = [], [], ""
    for c in value:
        code = ord(c)
        if code < _NAME or code >= _END:
            text += c
        elif code < _NUMBER:
            text += names[code - _NAME]
        else:
            between.append(text)
            numbers.append(code - _NUMBER)
            text = ""
    between.append(text)
    if folded:
        between = [simplify(b) for b in between]
    return Open(tuple(between), tuple(numbers)) if numbers else between[0]
