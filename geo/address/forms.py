"""Texts that differ in the digits of their numbers only have one form, and a form is read once for all of them.

A register goes down to the flat: three addresses of four differ from another one in a house, unit or room number alone. Nothing in the
grammar asks for the value of a number, only for how many digits it has, with a few exceptions that are named below and read one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.address.numeral import arabic
from geo.columns import as_arrow


class Open(NamedTuple):
    """One element of a form: text between the numbers, and which number of the text stands behind each piece but the last."""

    between: tuple[str, ...]
    numbers: tuple[int, ...]


Element = Open | str | None
Form = Sequence[Element]
"""The elements of a form in the order of their names: with open numbers, the same for all its texts, or null: not written."""

NUMBER = re.compile(r"[0-9]+")
_CLOSED = r"(?:^|[^0-9])0|[0-9]{7}|[0-9]{3}[A-Za-z]?\s*[-‐‑‒–—―─－﹣−~～〜∼一ー_]"
"""Numbers whose value matters: leading zeros fall, long ones are of persons, 183-185 is a range and 183-20 none."""
_OPEN = r"[0-9].*[\x{3400}-\x{9fff}]|[\x{3400}-\x{9fff}].*[0-9]"
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
_STOREY = r"([号號])([一二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)([楼樓层層])"
"""A storey in Chinese numerals right behind the number: a tower's forms would be as many as its storeys."""
_LONG_N = 200


def read_forms(texts: pd.Series, read: Callable[[str], Form], read_open: Callable[[str, bool], Form | None], names: Sequence[str]) -> dict[str, pa.Array]:
    """The elements of every text.

    Parameters
    ----------
    texts
        Strings; null is read as nothing.
    read
        The elements of one text, no number of it left open.
    read_open
        The elements of all texts that have the form of this one, which are several or not; null: read them one by one.
    names
        Names of the elements, in the order in which both return them.

    Returns
    -------
    A string array per name, as long as `texts`.
    """
    column = _with_digits(_with_digits(as_arrow(texts), "[０-９]", lambda text: text.translate(_WIDE)), _STOREY, _storey_in_digits)
    is_open = _is_open(column)
    numbers = _numbers(column, is_open)
    form, first = _forms(column, is_open, numbers)
    samples = column.take(pa.array(first)).to_pylist()
    counts = np.bincount(form[form >= 0], minlength=len(first))
    forms: list[Form] = [(None,) * len(names)] * len(samples)
    alone: list[int] = []
    for i in np.argsort(-counts, kind="stable").tolist():
        found = read_open(samples[i], counts[i] > 1) if is_open[first[i]] else read(samples[i])
        if found is None:
            alone.append(i)
        else:
            forms[i] = found
    if alone:
        form = _one_by_one(column, form, alone, forms, read)
    at = pa.array(np.where(form >= 0, form, len(forms)))
    return {name: _column([f[c] for f in forms], at, numbers) for c, name in enumerate(names)}


def equal_numbers(numbers: Sequence[str]) -> str:
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
    """The numbers of all texts, one after the other, an empty one last; where those of each text begin, and where the last ends."""

    flat: pa.Array
    start: npt.NDArray[np.int64]


def _with_digits(texts: pa.Array, pattern: str, write: Callable[[str], str]) -> pa.Array:
    """Numerals that match in ASCII digits, as reading would make them."""
    other = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return pc.replace_with_mask(texts, other, pa.array([write(t) for t in texts.filter(other).to_pylist()], type=texts.type))


def _storey_in_digits(text: str) -> str:
    return _STOREYS.sub(lambda m: m.group(1) + arabic(m.group(2)) + m.group(3), text)


_STOREYS = re.compile(_STOREY)


def _is_open(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Whether the numbers of each text may be left open."""
    may = pc.and_(pc.match_substring_regex(texts, _OPEN), pc.invert(pc.match_substring_regex(texts, _CLOSED)))
    return np.asarray(pc.fill_null(pc.and_(may, pc.less_equal(pc.utf8_length(texts), _LONG_N)), False))


def _numbers(texts: pa.Array, is_open: npt.NDArray[np.bool_]) -> _Numbers:
    pieces = pc.split_pattern_regex(pc.if_else(pa.array(is_open), texts, ""), "[^0-9]+")
    flat, bounds = pieces.flatten(), np.asarray(pieces.offsets).astype(np.int64)
    real = pc.greater(pc.binary_length(flat), 0)  # splitting leaves an empty piece before and behind
    before = np.concatenate([[0], np.cumsum(np.asarray(real))])
    return _Numbers(pa.concat_arrays([flat.filter(real), pa.array([""], type=flat.type)]), before[bounds])


def _forms(texts: pa.Array, is_open: npt.NDArray[np.bool_], numbers: _Numbers) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The form of each text (-1: null), and the first text of each form."""
    shape = pc.if_else(pa.array(is_open), pc.replace_substring_regex(texts, "[0-9]", "0"), _joined("\x01", texts))
    equal = _with_equal_numbers(numbers)
    if equal:
        marks = np.full(len(texts), "", dtype=object)
        marks[list(equal)] = list(equal.values())
        shape = _joined(shape, "\x02", pa.array(marks, type=shape.type))
    encoded = shape.dictionary_encode()
    form = np.asarray(encoded.indices.fill_null(-1)).astype(np.int64)
    first = np.full(len(encoded.dictionary), len(texts), dtype=np.int64)
    np.minimum.at(first, form[form >= 0], np.flatnonzero(form >= 0))
    return form, first


def _with_equal_numbers(numbers: _Numbers) -> dict[int, str]:
    code = np.asarray(numbers.flat.dictionary_encode().indices).astype(np.int64)[:-1]
    row = np.repeat(np.arange(len(numbers.start) - 1), np.diff(numbers.start))
    width = code.max(initial=0) + 1
    together = np.sort(row * width + code)
    twice = np.unique(together[1:][together[1:] == together[:-1]] // width)
    return {i: equal_numbers([str(c) for c in code[numbers.start[i] : numbers.start[i + 1]]]) for i in twice.tolist()}


def _one_by_one(
    texts: pa.Array, form: npt.NDArray[np.int64], alone: Sequence[int], forms: list[Form], read: Callable[[str], Form]
) -> npt.NDArray[np.int64]:
    """The texts of forms that cannot be left open, each distinct one a form of its own behind the others."""
    at = np.flatnonzero(np.isin(form, alone))
    distinct = texts.take(pa.array(at)).dictionary_encode()
    out = form.copy()
    out[at] = len(forms) + np.asarray(distinct.indices)
    forms.extend(read(text) for text in distinct.dictionary.to_pylist())
    return out


def _column(elements: Sequence[Element], at: pa.Array, numbers: _Numbers) -> pa.Array:
    """One element of all texts: its pieces and numbers joined, in as many steps as the form with most numbers has."""
    opened = {i: e for i, e in enumerate(elements) if isinstance(e, Open)}
    first = list(elements)
    for i, e in opened.items():
        first[i] = e.between[0]
    parts: list[Any] = [pa.array([*first, None], type=pa.large_string()).take(at)]
    for step in range(max((len(e.numbers) for e in opened.values()), default=0)):
        which = np.full(len(elements) + 1, -1)
        between = np.full(len(elements) + 1, "", dtype=object)
        for i, e in opened.items():
            if step < len(e.numbers):
                which[i], between[i] = e.numbers[step], e.between[step + 1]
        which = which[np.asarray(at)]
        place = np.where(which >= 0, numbers.start[:-1] + which, len(numbers.flat) - 1)
        parts += [numbers.flat.take(pa.array(place)).cast(pa.large_string()), pa.array(between, type=pa.large_string()).take(at)]
    return _joined(*parts) if len(parts) > 1 else parts[0]


def _joined(*parts: Any) -> pa.Array:
    """Strings behind one another; null where one is null."""
    text = pa.large_string()
    return pc.binary_join_element_wise(*(pa.scalar(p, text) if isinstance(p, str) else p for p in (*parts, "")))
