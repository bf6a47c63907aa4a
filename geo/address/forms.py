"""Texts that differ in the digits of their numbers only have one form, and a form is read once for all of them.

A register goes down to the flat: three addresses of four differ from another one in a house, unit or room number alone. Nothing in the
grammar asks for the value of a number, only for how many digits it has, with a few exceptions that are named below and read one by one.
Numbers and names are set aside as integers; a text is made only once for each different one of a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.address.numeral import arabic
from geo.columns import all_null, as_arrow, first_places

Row = Sequence[str | None]
"""The elements of a text in the order of their names; null: not written."""


class Sample(NamedTuple):
    """A form: its first text, that text with 0 for every digit, which of its numbers are equal, and how many texts have it."""

    text: str
    shape: str
    equal: str
    texts_n: int


class Opened(NamedTuple):
    """What forms were read as.

    template and names tell, for each form, its row of `templates` (-1: its texts have to be read one by one) and of `filling`: in the
    elements of a template private characters stand for a name, `filling` of the form, or for a number of the text.
    """

    template: npt.NDArray[np.int64]
    names: npt.NDArray[np.int64]
    templates: Sequence[Row]
    filling: Sequence[Sequence[str]]


class Open(NamedTuple):
    """One element of a form: text between the numbers, and which number of the text stands behind each piece but the last."""

    between: tuple[str, ...]
    numbers: tuple[int, ...]


Element = Open | str | None


class Column(NamedTuple):
    """One element: its different values, and which of them each different text has (`by_text`), or the texts of each form."""

    values: pa.Array
    of: npt.NDArray[Any]
    by_text: bool


@dataclass(frozen=True)
class Elements:
    """The elements of a column of texts, not yet written out row by row.

    Parameters
    ----------
    columns
        By name of the element.
    text, form
        Which of the different texts each row has, and which of the forms; a text that is read for itself has a form of its own, null the
        last one.
    """

    columns: Mapping[str, Column]
    text: npt.NDArray[Any]
    form: npt.NDArray[Any]

    def of(self, rows: slice | npt.NDArray[Any] = slice(None)) -> dict[str, pa.Array]:
        """The elements of some rows by name; those that none of the rows has share one piece of memory."""
        text, form, out = self.text[rows], self.form[rows], {}
        for name, (values, of, by_text) in self.columns.items():
            written = values.take(pa.array(of[text if by_text else form])) if values.null_count < len(values) else values
            out[name] = written if written.null_count < len(written) else all_null(len(text))
        return out


NAME, NUMBER_AT, END = 0xE000, 0xE800, 0xF900
"""Where the private characters begin that stand for a name or number set aside, and end: no address has them."""
NUMBER = re.compile(r"[0-9]+")
_CLOSED = r"(?:^|[^0-9])0|[0-9]{7}|[0-9]{3}[A-Za-z]?\s*[-‐‑‒–—―─－﹣−~～〜∼一ー_]"
"""Numbers whose value matters: leading zeros fall, long ones are of persons, 183-185 is a range and 183-20 none."""
_OPEN = r"[0-9].*[\x{3400}-\x{9fff}]|[\x{3400}-\x{9fff}].*[0-9]"
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_STOREY = r"([号號])([一二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)([楼樓層层])"
"""A storey in Chinese numerals right behind the number: a tower's forms would be as many as its storeys."""
_LONG_N = 200
_POWER = 10 ** np.arange(7)


def read_forms(
    texts: pd.Series,
    read: Callable[[str], Row],
    read_open: Callable[[Sequence[Sample]], Opened],
    fold: dict[str, Callable[[str], str] | None],
) -> Elements:
    """The elements of every text.

    Parameters
    ----------
    texts
        Strings; null is read as nothing.
    read
        The elements of one text, no number of it left open.
    read_open
        The elements of all texts of each form, as far as they can be told without the values of their numbers.
    fold
        Names of the elements, in the order in which both return them, and how names are written in each (null: as they are).
    """
    encoded = as_arrow(texts).dictionary_encode()
    distinct = _with_digits(encoded.dictionary)
    is_open = _is_open(distinct)
    at_open = np.flatnonzero(is_open)
    numbers, form, samples = _forms(distinct.filter(pa.array(is_open)))
    opened = read_open(samples)
    form_of = np.full(len(distinct) + 1, -1)
    form_of[at_open] = np.where(opened.template >= 0, np.arange(len(samples)), -1)[form]
    own = np.flatnonzero(form_of[:-1] < 0)
    alone = [read(text) for text in distinct.take(pa.array(own)).to_pylist()]
    form_of[own] = len(samples) + np.arange(len(own))
    form_of[-1] = len(samples) + len(own)
    start = np.zeros(len(form_of), dtype=np.int64)
    start[at_open] = numbers.start[:-1]
    known, out = opened.template >= 0, {}
    for c, (name, fold_name) in enumerate(fold.items()):
        values, of = _values([t[c] for t in opened.templates], opened.template[known], opened.names[known], opened.filling, fold_name)
        code = np.full(len(samples) + len(own) + 1, len(values) + len(own))
        code[: len(samples)][known] = of
        code[len(samples) : -1] = len(values) + np.arange(len(own))
        elements = [*values, *(r[c] for r in alone), None]
        if any(isinstance(e, Open) for e in values):
            out[name] = Column(*_column(elements, code[form_of], numbers, start), True)
        else:
            out[name] = Column(pa.array(elements, type=pa.large_string()), _narrow(code, len(elements)), False)
    row = np.asarray(encoded.indices.fill_null(len(distinct)))
    return Elements(out, row, form_of.astype(np.int32)[row])


def equal_numbers(numbers: Sequence[object]) -> str:
    """Which of the numbers of a text are equal; empty if none are. 2号2单元 is another form than 2号3单元."""
    return ",".join(str(numbers.index(n)) for n in numbers) if len(set(numbers)) < len(numbers) else ""


def exchanged(numbers: Sequence[str]) -> list[str] | None:
    """Other numbers of as many digits, equal where these are equal and different where these are; null if there are not enough."""
    given: dict[str, str] = {}
    taken = set(numbers)
    for number in numbers:
        if number in given:
            continue
        low, high = 10 ** (len(number) - 1), 10 ** len(number)
        other = next((str(n) for n in (*range(int(number) + 1, high)[:9], *range(low, int(number))[:9]) if str(n) not in taken), None)
        if other is None:
            return None
        given[number] = other
        taken.add(other)
    return [given[n] for n in numbers]


class _Numbers(NamedTuple):
    """The numbers of all open texts, one after the other, a zero last; where those of each text begin, and where the last ends."""

    value: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]


def _with_digits(texts: pa.Array) -> pa.Array:
    """Numerals of another width, and storeys in Chinese ones, in ASCII digits, as reading would make them."""
    other = pc.fill_null(pc.match_substring_regex(texts, f"[０-９]|{_STOREY}"), False)
    return pc.replace_with_mask(texts, other, pa.array([_in_digits(t) for t in texts.filter(other).to_pylist()], type=texts.type))


def _in_digits(text: str) -> str:
    return _STOREYS.sub(lambda m: m.group(1) + arabic(m.group(2)) + m.group(3), text.translate(_WIDE))


_STOREYS = re.compile(_STOREY)


def _is_open(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether the numbers of each text may be left open."""
    may = pc.and_(pc.match_substring_regex(texts, _OPEN), pc.invert(pc.match_substring_regex(texts, _CLOSED)))
    return np.asarray(pc.and_(may, pc.less_equal(pc.utf8_length(texts), _LONG_N)))


def _forms(texts: pa.Array) -> tuple[_Numbers, npt.NDArray[np.int64], list[Sample]]:
    """The numbers of open texts, the form of each, and the forms in the order of their first texts."""
    numbers, shapes = _set_aside(texts)
    encoded = shapes.dictionary_encode()
    mark, marks = _equal_numbers(numbers)
    key = np.asarray(encoded.indices).astype(np.int64) * len(marks) + mark
    form, distinct = pd.factorize(key)
    first = first_places(form, len(distinct))
    shape = encoded.dictionary.take(pa.array(distinct // len(marks))).to_pylist()
    equal = [marks[m] for m in (distinct % len(marks)).tolist()]
    counts = np.bincount(form, minlength=len(distinct)).tolist()
    return numbers, form, list(map(Sample, texts.take(pa.array(first)).to_pylist(), shape, equal, counts))


def _set_aside(texts: pa.Array) -> tuple[_Numbers, pa.Array]:
    """The numbers of texts, none of more than six digits, and the texts with 0 for every digit."""
    bounds = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[: bounds[-1]]
    digit = letters - np.uint8(ord("0")) < 10  # what lies below it comes out above
    at = np.flatnonzero(digit)
    begins = np.zeros(len(letters) + 1, dtype=bool)
    begins[bounds] = True
    first = np.flatnonzero(begins[at] | (np.diff(at, prepend=-2) > 1))
    ends = np.append(first, len(at))[1:]
    behind = np.repeat(ends, ends - first) - np.arange(len(at)) - 1
    value = np.add.reduceat((letters[at] - np.uint8(ord("0"))) * _POWER[behind], first)
    shape = np.where(digit, np.uint8(ord("0")), letters)
    shapes = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(bounds.copy()), pa.py_buffer(shape))
    return _Numbers(np.append(value, 0), np.searchsorted(at[first], bounds)), shapes


def _equal_numbers(numbers: _Numbers) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Which numbers of each text are equal: a row of the second, whose first is none."""
    text = np.repeat(np.arange(len(numbers.start) - 1), np.diff(numbers.start))
    twice = np.zeros(len(numbers.start) - 1, dtype=bool)
    at, step = np.arange(len(text)), 1
    while len(at := at[at + step < len(text)]) and len(at := at[text[at] == text[at + step]]):
        twice[text[at[numbers.value[at] == numbers.value[at + step]]]] = True
        step += 1
    mark = np.zeros(len(twice), dtype=np.int64)
    rows = np.flatnonzero(twice)
    patterns = {"": 0}
    written = (equal_numbers(numbers.value[numbers.start[i] : numbers.start[i + 1]].tolist()) for i in rows)
    mark[rows] = [patterns.setdefault(w, len(patterns)) for w in written]
    return mark, list(patterns)


def _values(
    templates: Sequence[str | None],
    template: npt.NDArray[np.int64],
    names: npt.NDArray[np.int64],
    filling: Sequence[Sequence[str]],
    fold: Callable[[str], str] | None,
) -> tuple[list[Element], npt.NDArray[np.int64]]:
    """The different elements that forms have by their templates and names, and which of them each form has."""
    known = {t: i for i, t in enumerate(dict.fromkeys(templates))}
    named = np.array([t is not None and any(NAME <= ord(c) < NUMBER_AT for c in t) for t in known], dtype=bool)
    of = np.array([known[t] for t in templates], dtype=np.int64)[template]
    code, different = pd.factorize(of * (len(filling) + 1) + np.where(named[of], names + 1, 0) if len(of) else of)
    written = list(known)
    pairs = (divmod(d, len(filling) + 1) for d in different.tolist())
    return [_opened(written[t], filling[n - 1] if n else (), fold) for t, n in pairs], code


def _opened(template: str | None, names: Sequence[str], fold: Callable[[str], str] | None) -> Element:
    """An element with the names put back, open at its numbers."""
    if template is None:
        return None
    between, numbers, text = [], [], ""
    for c in template:
        code = ord(c)
        if code < NAME or code >= END:
            text += c
        elif code < NUMBER_AT:
            text += fold(names[code - NAME]) if fold else names[code - NAME]
        else:
            between.append(text)
            numbers.append(code - NUMBER_AT)
            text = ""
    return Open((*between, text), tuple(numbers)) if numbers else text


def _column(
    elements: Sequence[Element], code: npt.NDArray[np.int64], numbers: _Numbers, start: npt.NDArray[np.int64]
) -> tuple[pa.Array, npt.NDArray[Any]]:
    """One element of all texts: its different values, and which of them each text has.

    code tells the element of each text, start where its numbers begin.
    """
    opened = {i: e for i, e in enumerate(elements) if isinstance(e, Open)}
    between, written, key = [pa.array([e.between[0] if isinstance(e, Open) else e for e in elements], type=pa.large_string())], [], code
    for step in range(max(len(e.numbers) for e in opened.values())):
        which, behind = np.full(len(elements), -1), np.full(len(elements), "", dtype=object)
        for i, e in opened.items():
            if step < len(e.numbers):
                which[i], behind[i] = e.numbers[step], e.between[step + 1]
        asked = which[code]
        written.append(np.where(asked >= 0, numbers.value[np.where(asked >= 0, start + asked, -1)], -1))
        between.append(pa.array(behind, type=pa.large_string()))
        key = pd.factorize(key * (written[-1].max() + 2) + written[-1])[0]
    first = first_places(key, int(key.max()) + 1)
    of = pa.array(code[first])
    parts = [between[0].take(of)]
    for value, behind_ in zip(written, between[1:], strict=True):
        shown = pa.array(value[first]).cast(pa.large_string())
        parts += [pc.if_else(pa.array(value[first] >= 0), shown, ""), behind_.take(of)]
    return _joined(*parts), _narrow(key, len(first))


def _narrow(code: npt.NDArray[np.int64], n: int) -> npt.NDArray[Any]:
    """Codes below n in as few bytes as hold them."""
    return code.astype(np.min_scalar_type(n))


def _joined(*parts: Any) -> pa.Array:
    """Strings behind one another; null where one is null."""
    return pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
