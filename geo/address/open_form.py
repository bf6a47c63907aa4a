"""The elements of all texts of one form: its names and numbers are set aside, the rest is read once.

What stands above the first number is a row of names (and the number of a neighbourhood, 11鄰), and what they are called changes nothing behind
them but by their kind and ending; what stands behind is read with its numbers and once more with all of them exchanged, and counts only where the elements follow.
So a form costs its upper part, its lower part and how the two go together, and each of the three is met again and again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.address.abroad import read_abroad, seems_japanese
from geo.address.clean import clean, typed_plainly
from geo.address.forms import END, NAME, NUMBER, NUMBER_AT, Forms, Opened, Row, equal_numbers, exchanged
from geo.address.numeral import CHARACTERS, arabic
from geo.address.piece import Before, Piece
from geo.address.reader import Reader, before, may_be_estate, settle
from geo.address.script import simplify
from geo.columns import first_places

_NAMES = frozenset(("province", "city", "county", "town", "village", "group", "hamlet", "street", "estate", "leftover", "name"))
"""Elements whose value is a name that may be set aside; flags, letters and the like are read as they are."""
_ONCE = frozenset(("street", "lane", "sub_number", "flag", "leftover", "room", "floor", "country", "zone", "assist"))
"""Elements that may stand twice: of any other the two values are compared, so it must be read one by one."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_HEAD_AND_REST = r"(?s)^(?P<head>(?:[^0-9]*[0-9]+[鄰邻])?[^0-9]*)(?P<rest>.*)$"
"""What stands before the first number that is not of a neighbourhood, and from there on."""
_ASKS_BEHIND = re.compile(f"[{CHARACTERS}][层楼]|{_PRIVATE.pattern}")
"""Whether 三楼 begins the lower part depends on what follows; private characters are never read together."""
_NUMERALS = re.compile(f"[{CHARACTERS}]+")
_OF_UPPER = re.compile("[0-9]+[邻团]")
"""Numbers that may belong to the upper part: of a neighbourhood or a regiment."""
_POSTCODE = re.compile("[0-9]{3}")
"""What may be a postcode where the text begins with it."""

_TailKey = tuple[str, str, Before]
"""Lower part with 0 for every digit, which of its numbers are equal, and what stands before."""
_Tail = tuple[tuple[Piece, str], ...]
"""Pieces behind the first number as read, each with its value where the numbers are set aside."""


class _Upper(NamedTuple):
    """An upper part: its kind and its names by number, what it is to the lower part, and which characters before the first digit belong there."""

    kind: int
    names: int
    before: Before
    lead: str


class _Split(NamedTuple):
    """Upper and lower parts of forms: which of `uppers` and of `keys` each form has; -1: its texts have to be read one by one."""

    upper: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    uppers: Sequence[_Upper | None]
    keys: Sequence[_TailKey]


class OpenForms:
    """Reads forms for one project; what was met before is kept.

    Parameters
    ----------
    reader
        Reads upper and lower parts.
    elements
        The elements of settled pieces.
    """

    def __init__(self, reader: Reader, elements: Callable[[Sequence[Piece]], Row]) -> None:
        self._reader, self._elements = reader, elements
        self._known: dict[str, _Upper | None] = {}
        self._kinds: dict[tuple[tuple[str, str, str], ...], int] = {}
        self._uppers: list[list[Piece]] = []
        self._names: dict[tuple[str, ...], int] = {}

    def read(self, forms: Forms) -> Opened:
        """The elements of all texts of each form; those that have to be read one by one have no template.

        The lower part of one text only is not worth reading twice.
        """
        split = self._split(forms)
        known = split.key >= 0
        texts_n = np.bincount(split.key[known], forms.texts_n[known], minlength=len(split.keys))
        at = np.flatnonzero(known)
        at = at[texts_n[split.key[at]] > 1]
        upper, key = split.upper[at], split.key[at]
        kind, names = (np.array([getattr(u, word, -1) for u in split.uppers], dtype=np.int64) for word in ("kind", "names"))
        pair, pairs = pd.factorize(kind[upper] * len(split.keys) + key)
        templates: list[Row] = []
        tails: dict[int, _Tail | None] = {}
        template_of = np.full(len(pairs), -1)
        first = first_places(pair, len(pairs))
        texts = forms.text.take(pa.array(at[first])).to_pylist()
        for i, (text, above, below) in enumerate(zip(texts, kind[upper[first]].tolist(), key[first].tolist(), strict=True)):
            if below not in tails:
                tails[below] = self._read_tail(text, split.keys[below])
            merged = self._merged(self._uppers[above], tails[below])
            if merged is not None:
                template_of[i] = len(templates)
                templates.append(merged)
        opened = Opened(np.full(len(forms.mark), -1), np.zeros(len(forms.mark), dtype=np.int64), templates, list(self._names))
        opened.template[at], opened.names[at] = template_of[pair], names[upper]
        return opened

    def _split(self, forms: Forms) -> _Split:
        """Upper and lower parts of forms; the same ones are met again and again, and are read once."""
        parts = pc.extract_regex(forms.shape, _HEAD_AND_REST)
        (head, heads), (rest, rests) = (_numbered(part) for part in parts.flatten())
        firsts = forms.text.take(pa.array(first_places(head, len(heads)))).to_pylist()
        uppers = [self._read_head(text[: len(h)]) for h, text in zip(heads, firsts, strict=True)]
        lowers = [_cleaned_rest(r) for r in rests]
        apart = _flags(u is not None for u in uppers)[head] & _flags(r is not None for r in lowers)[rest]
        apart &= ~(_flags(not h for h in heads)[head] & _flags(_POSTCODE.match(r) for r in rests)[rest])
        mark, marks = _equal_below(forms, _flags("0" in h for h in heads)[head])
        keys: dict[_TailKey, int] = {}
        of_code = []
        code, different = pd.factorize((head * len(rests) + rest)[apart] * len(marks) + mark[apart])
        for place, m in zip(*(part.tolist() for part in np.divmod(different, len(marks))), strict=True):
            above, below = uppers[place // len(rests)], lowers[place % len(rests)]
            if above is not None and below is not None:
                of_code.append(keys.setdefault((above.lead + below, marks[m], above.before), len(keys)))
        upper, key = np.where(apart, head, -1), np.full(len(head), -1)
        key[apart] = np.array(of_code, dtype=np.int64)[code]
        whole = np.flatnonzero(~apart)
        for i, text in zip(whole.tolist(), forms.text.take(pa.array(whole)).to_pylist(), strict=True):
            if (found := self._parts_of_whole(text)) is not None:
                upper[i], key[i] = len(uppers), keys.setdefault(found[1], len(keys))
                uppers.append(found[0])
        return _Split(upper, key, uppers, list(keys))

    def _parts_of_whole(self, text: str) -> tuple[_Upper, _TailKey] | None:
        cleaned = clean(text)
        if cleaned.notes or cleaned.over or cleaned.personal or _PRIVATE.search(text):
            return None
        if read_abroad(cleaned.shown, key=cleaned.key if cleaned.han else None):
            return None
        pieces, cut = self._reader.upper(cleaned)
        above, numbers = NUMBER.findall(cleaned.shown[:cut]), NUMBER.findall(cleaned.shown[cut:])
        if above + numbers != NUMBER.findall(text) or above != _neighbourhoods(pieces):
            return None
        return self._upper(pieces), (_shape(cleaned.shown[cut:]), equal_numbers(numbers), before(pieces))

    def _read_head(self, head: str) -> _Upper | None:
        """What stands before the first number; null where that cannot be read without what follows."""
        shown = typed_plainly(head + "1")
        if shown is None or (shown != head + "1" and NUMBER.findall(shown) != [*NUMBER.findall(head), "1"]):
            return None
        key = simplify(shown)
        if seems_japanese(key) or _ASKS_BEHIND.search(key):
            return None
        pieces, cut = self._reader.upper_alone(key, shown)
        if shown[:cut] not in self._known:
            sound = not may_be_estate(pieces) and NUMBER.findall(shown[:cut]) == _neighbourhoods(pieces)
            self._known[shown[:cut]] = self._upper(pieces) if sound else None
        upper, lead = self._known[shown[:cut]], shown[cut:-1]
        return None if upper is None or NUMBER.search(lead) else upper._replace(lead=lead)

    def _upper(self, pieces: list[Piece]) -> _Upper:
        """The upper part by its kind: its names are set aside, and the number of a neighbourhood where it is in digits."""
        behind = before(pieces)
        values = [_set_aside(p, i) for i, p in enumerate(pieces)]
        kind = self._kinds.setdefault(tuple((p.element, p.rule, v) for p, v in zip(pieces, values, strict=True)), len(self._kinds))
        if kind == len(self._uppers):
            self._uppers.append([p._replace(value=v) for p, v in zip(pieces, values, strict=True)])
        names = self._names.setdefault(tuple(p.value for p in pieces), len(self._names))
        return _Upper(kind, names, behind, "")

    def _read_tail(self, text: str, known: _TailKey) -> _Tail | None:
        """The lower part of a text with its numbers set aside; null where the elements do not follow the numbers."""
        cleaned = clean(text)
        cut = len(cleaned.shown) - len(known[0])
        key, shown, behind = cleaned.key[cut:], cleaned.shown[cut:], known[2]
        two = _two_numberings(shown)
        if two is None:
            return None
        numbers, others = two
        pieces, other = (self._reader.tail(_numbered_anew(key, n), _numbered_anew(shown, n), behind) for n in two)
        if len(pieces) != len(other):
            return None
        opened = [
            NUMBER.sub(lambda m: chr(NUMBER_AT + numbers.index(m.group())) if m.group() in numbers else m.group(), p.value) for p in pieces
        ]
        for p, o, value in zip(pieces, other, opened, strict=True):
            filled = "".join(others[ord(c) - NUMBER_AT] if NUMBER_AT <= ord(c) < NUMBER_AT + len(others) else c for c in value)
            if p._replace(value=filled) != o:
                return None
        return tuple(zip(pieces, opened, strict=True))

    def _merged(self, upper: list[Piece], tail: _Tail | None) -> Row | None:
        """Both parts together, names and numbers set aside; null where an element stands twice."""
        if tail is None:
            return None
        above_n = sum(p.value == chr(NUMBER_AT) for p in upper)
        settled = settle([*upper, *(p for p, _ in tail)])
        pieces = [
            *settled[: len(upper)],
            *(p._replace(value=_behind(above_n, value)) for p, (_, value) in zip(settled[len(upper) :], tail, strict=True)),
        ]
        once = [p.element for p in pieces if p.element not in _ONCE]
        return self._elements(pieces) if len(set(once)) == len(once) else None


def _numbered(texts: pa.Array) -> tuple[npt.NDArray[np.int64], list[str]]:
    """A number for each text, and the texts by number."""
    encoded = texts.dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64), encoded.dictionary.to_pylist()


def _flags(answers: Iterable[object]) -> npt.NDArray[np.bool_]:
    return np.array([bool(a) for a in answers], dtype=bool)


def _equal_below(forms: Forms, numbered: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Which numbers behind the head of each form, numbered or not, are equal: a row of the second, whose first is none."""
    marks: dict[str, int] = {"": 0}
    below = [[marks.setdefault(equal_numbers(mark.split(",")[n:]), len(marks)) for n in (0, 1)] for mark in forms.marks]
    return np.array(below)[forms.mark, numbered.astype(np.int64)], list(marks)


def _cleaned_rest(shape: str) -> str | None:
    """What stands from the first number on, cleaned; null where that cannot be read without what stands before."""
    shown = typed_plainly(shape)
    plain = shown is not None and NUMBER.findall(shown) == NUMBER.findall(shape) and not _PRIVATE.search(shown)
    key = simplify(shown or "")
    return shown if plain and shape and not seems_japanese(key) and not _OF_UPPER.match(key) else None


def _neighbourhoods(pieces: Sequence[Piece]) -> list[str]:
    return [p.value for p in pieces if p.element == "neighbourhood"][:1]


def _set_aside(piece: Piece, i: int) -> str:
    if piece.element == "neighbourhood":
        return chr(NUMBER_AT)
    return chr(NAME + i) if piece.value and piece.element in _NAMES else piece.value


def _two_numberings(text: str) -> tuple[list[str], list[str]] | None:
    """The numbers of a text and others; not its own where they also stand in words: of 二段2号 no element would tell which of the two its 2 is."""
    in_words = {arabic(n) for n in _NUMERALS.findall(text)}
    numbers = NUMBER.findall(text)
    first = numbers if in_words.isdisjoint(numbers) else exchanged(numbers, in_words)
    second = None if first is None else exchanged(first, in_words)
    return None if first is None or second is None else (first, second)


def _numbered_anew(text: str, numbers: Iterable[str]) -> str:
    given = iter(numbers)
    return NUMBER.sub(lambda _: next(given), text)


def _shape(text: str) -> str:
    return NUMBER.sub(lambda m: "0" * len(m.group()), text)


def _behind(above_n: int, value: str) -> str:
    """A value whose open numbers are counted from the first number of the whole text."""
    return "".join(chr(ord(c) + above_n) if NUMBER_AT <= ord(c) < END else c for c in value) if above_n else value
