"""Texts that differ in the digits of their numbers only have one form, and a form is read once for all of them.

A register goes down to the flat: three addresses of four differ from another one in a house, unit or room number alone. Nothing in the
grammar asks for the value of a number, only for how many digits it has, with a few exceptions that are named below and read one by one.
Numbers and names are set aside as integers; a text is made only once for each different one of a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.address.clean import LIMIT_N
from geo.address.plain import plain
from geo.columns import all_null, as_arrow, first_places

Row = Sequence[str | None]
"""The elements of a text in the order of their names; null: not written."""


class Forms(NamedTuple):
    """Forms in the order of their first texts.

    text is the first one of each, shape the same with 0 for every digit, mark tells which of its numbers are equal: a row of `marks`, whose
    first is none; texts_n is how many texts have the form.
    """

    text: pa.Array
    shape: pa.Array
    mark: npt.NDArray[np.int64]
    marks: Sequence[str]
    texts_n: npt.NDArray[np.int64]


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
    """One element: its different values, and which of them each text has, or (`by_form`) the texts of each form."""

    values: pa.Array
    of: npt.NDArray[Any]
    by_form: bool


@dataclass(frozen=True)
class Elements:
    """The elements of a column of texts, not yet written out row by row.

    Parameters
    ----------
    columns
        By name of the element.
    form
        The form of each text; one that is read for itself has a form of its own, null the last one.
    """

    columns: Mapping[str, Column]
    form: npt.NDArray[Any]

    def of(self, rows: slice | npt.NDArray[Any] = slice(None)) -> dict[str, pa.Array]:
        """The elements of some rows by name; those that none of the rows has share one piece of memory."""
        form, out = self.form[rows], {}
        for name, (values, of, by_form) in self.columns.items():
            written = values.take(pa.array(of[form] if by_form else of[rows])) if values.null_count < len(values) else values
            out[name] = written if written.null_count < len(written) else all_null(len(form))
        return out


NAME, NUMBER_AT, END = 0xE000, 0xE800, 0xF900
"""Where the private characters begin that stand for a name or number set aside, and end: no address has them."""
NUMBER = re.compile(r"[0-9]+")
_CLOSED = r"[0-9]{7}|[0-9]{3}[A-Za-z]?\s*[-‐‑‒–—―─－﹣−~～〜∼一ー_]"
"""Numbers whose value matters: long ones are of persons, 183-185 is a range and 183-20 none; so do those with leading zeros, which fall."""
_OPEN = r"[0-9].*[\x{3400}-\x{9fff}]|[\x{3400}-\x{9fff}].*[0-9]"
_POWER = 10 ** np.arange(7)


def read_forms(
    texts: pd.Series,
    read: Callable[[str], Row],
    read_open: Callable[[Forms], Opened],
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
    written = plain(as_arrow(texts))
    numbers, form, forms = _forms(written)
    opened = read_open(forms)
    known, forms_n = opened.template >= 0, len(forms.mark)
    form = np.append(np.where(known, np.arange(forms_n), -1), -1)[form]
    own = np.flatnonzero((form < 0) & np.asarray(written.is_valid()))
    by_itself = written.take(pa.array(own)).dictionary_encode()
    alone = [read(text) for text in by_itself.dictionary.to_pylist()]
    form[own] = forms_n + np.asarray(by_itself.indices)
    form[form < 0] = forms_n + len(alone)
    out = {}
    for c, (name, fold_name) in enumerate(fold.items()):
        values, of = _values([t[c] for t in opened.templates], opened.template[known], opened.names[known], opened.filling, fold_name)
        code = np.full(forms_n + len(alone) + 1, len(values) + len(alone))
        code[:forms_n][known] = of
        code[forms_n:-1] = len(values) + np.arange(len(alone))
        elements = [*values, *(r[c] for r in alone), None]
        if any(isinstance(e, Open) for e in values):
            out[name] = Column(*_column(elements, code[form], numbers), False)
        else:
            out[name] = Column(pa.array(elements, type=pa.large_string()), _narrow(code, len(elements)), True)
    return Elements(out, _narrow(form, forms_n + len(alone) + 1))


def equal_numbers(numbers: Sequence[object]) -> str:
    """Which of the numbers of a text are equal; empty if none are. 2号2单元 is another form than 2号3单元."""
    return ",".join(str(numbers.index(n)) for n in numbers) if len(set(numbers)) < len(numbers) else ""


def exchanged(numbers: Sequence[str], others: Iterable[str] = ()) -> list[str] | None:
    """Numbers of as many digits, none of these and `others`, equal where these are equal and different where these are; null if there are not enough."""
    given: dict[str, str] = {}
    taken = {*numbers, *others}
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
    """The numbers of all texts, one after the other, a zero last; where those of each text begin, and where the last ends."""

    value: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]


def _forms(texts: pa.Array) -> tuple[_Numbers, npt.NDArray[np.int64], Forms]:
    """The numbers of texts, the form of each (-1: they must not be left open), and the forms in the order of their first texts."""
    numbers, shapes, zero_first = _set_aside(texts)
    encoded = shapes.dictionary_encode()
    shape = np.asarray(encoded.indices)
    at = np.flatnonzero(_is_open(encoded.dictionary)[shape] & ~zero_first & np.asarray(texts.is_valid()))
    mark, marks = _equal_numbers(numbers, at)
    found, distinct = pd.factorize(shape[at].astype(np.int64) * len(marks) + mark)
    form = np.full(len(texts), -1)
    form[at] = found
    first = at[first_places(found, len(distinct))]
    counts = np.bincount(found, minlength=len(distinct))
    which = distinct // len(marks)
    return numbers, form, Forms(texts.take(pa.array(first)), encoded.dictionary.take(pa.array(which)), distinct % len(marks), marks, counts)


def _is_open(shapes: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether the numbers of texts of each shape may be left open."""
    may = pc.and_(pc.match_substring_regex(shapes, _OPEN), pc.invert(pc.match_substring_regex(shapes, _CLOSED)))
    return np.asarray(pc.and_(may, pc.less_equal(pc.utf8_length(shapes), LIMIT_N)))


def _set_aside(texts: pa.Array) -> tuple[_Numbers, pa.Array, npt.NDArray[np.bool_]]:
    """The numbers of texts (none of more than six digits is to be used), the texts with 0 for every digit, and which have a number that begins with 0."""
    bounds = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[bounds[0] : bounds[-1]]
    bounds = bounds - bounds[0]
    at = np.flatnonzero(letters - np.uint8(ord("0")) < 10)  # what lies below it comes out above
    begins = np.zeros(len(letters) + 1, dtype=bool)
    begins[bounds] = True
    first = np.flatnonzero(begins[at] | (np.diff(at, prepend=-2) > 1))
    ends = np.append(first, len(at))[1:]
    behind = np.repeat(ends, ends - first) - np.arange(len(at)) - 1
    digit = letters[at] - np.uint8(ord("0"))
    value = np.add.reduceat(digit * _POWER[np.minimum(behind, len(_POWER) - 1)], first)
    shape = letters.copy()
    shape[at] = ord("0")
    shapes = pa.LargeStringArray.from_buffers(len(texts), pa.py_buffer(bounds), pa.py_buffer(shape))
    numbers = _Numbers(np.append(value, 0), np.searchsorted(at[first], bounds))
    zero_first = np.zeros(len(texts), dtype=bool)
    zero_first[np.searchsorted(numbers.start, np.flatnonzero(digit[first] == 0), side="right") - 1] = True
    return numbers, shapes, zero_first


def _equal_numbers(numbers: _Numbers, at: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Which numbers of each of some texts are equal: a row of the second, whose first is none."""
    start, n = numbers.start[at], numbers.start[at + 1] - numbers.start[at]
    twice, rows = np.zeros(len(at), dtype=bool), np.arange(len(at))
    for j in range(1, int(n.max(initial=0))):
        rows = rows[n[rows] > j]
        value = numbers.value[start[rows] + j]
        for i in range(j):
            twice[rows[numbers.value[start[rows] + i] == value]] = True
    mark = np.zeros(len(at), dtype=np.int64)
    rows = np.flatnonzero(twice)
    patterns = {"": 0}
    written = (equal_numbers(numbers.value[a : a + k].tolist()) for a, k in zip(start[rows].tolist(), n[rows].tolist(), strict=True))
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


def _column(elements: Sequence[Element], code: npt.NDArray[np.int64], numbers: _Numbers) -> tuple[pa.Array, npt.NDArray[Any]]:
    """One element of all texts, by its number among the elements: its different values, and which of them each text has."""
    opened = {i: e for i, e in enumerate(elements) if isinstance(e, Open)}
    is_open = np.zeros(len(elements), dtype=bool)
    is_open[list(opened)] = True
    rows = np.flatnonzero(is_open[code])
    which, start = code[rows], numbers.start[rows]
    between, written, key = [pa.array([e.between[0] if isinstance(e, Open) else e for e in elements], type=pa.large_string())], [], which
    for step in range(max(len(e.numbers) for e in opened.values())):
        asked, behind = np.full(len(elements), -1), np.full(len(elements), "", dtype=object)
        for i, e in opened.items():
            if step < len(e.numbers):
                asked[i], behind[i] = e.numbers[step], e.between[step + 1]
        number = asked[which]
        written.append(np.where(number >= 0, numbers.value[np.where(number >= 0, start + number, -1)], -1))
        between.append(pa.array(behind, type=pa.large_string()))
        key = pd.factorize(key * (written[-1].max() + 2) + written[-1])[0]
    first = first_places(key, int(key.max()) + 1)
    of = pa.array(which[first])
    parts = [between[0].take(of)]
    for value, behind_ in zip(written, between[1:], strict=True):
        shown = pa.array(value[first]).cast(pa.large_string())
        parts += [pc.if_else(pa.array(value[first] >= 0), shown, ""), behind_.take(of)]
    code = code.copy()
    code[rows] = len(elements) + key
    return pa.concat_arrays([between[0], _joined(*parts)]), _narrow(code, len(elements) + len(first))


def _narrow(code: npt.NDArray[np.int64], n: int) -> npt.NDArray[Any]:
    """Codes below n in as few bytes as hold them."""
    return code.astype(np.min_scalar_type(n))


def _joined(*parts: Any) -> pa.Array:
    """Strings behind one another; null where one is null."""
    return pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string()))
