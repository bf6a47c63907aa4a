"""Columns of texts, looked at as columns: which match a pattern, and a change made once per distinct text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.columns import as_arrow, as_column

Flags = npt.NDArray[np.bool_]
Letters = npt.NDArray[np.uint8]
_LETTERS_N = 1 << 18


def matching(texts: pd.Series, pattern: str, odd: Callable[[Letters], Flags] | None = None, odd_n: int = 1) -> Flags:
    """Which texts hold the pattern (RE2: no look-around); nulls do not. A tenth of the time of `Series.str.contains`.

    Parameters
    ----------
    odd
        Tells the bytes that a text must have, `odd_n` of them in a row, to hold the pattern: a look at all bytes takes a tenth of the time
        of asking each text, and only those with such bytes are asked.
    """
    rows: slice | npt.NDArray[np.intp] = slice(None) if odd is None else _holding(texts, odd, odd_n)
    out = np.zeros(len(texts), bool)
    out[rows] = np.asarray(pc.fill_null(pc.match_substring_regex(as_arrow(texts.iloc[rows]), pattern), False), dtype=bool)
    return out


def _holding(texts: pd.Series, odd: Callable[[Letters], Flags], odd_n: int) -> npt.NDArray[np.intp]:
    """Texts that have so many odd bytes in a row; where they stand at the border of two texts, the first of these."""
    array = as_arrow(texts)
    bounds = np.frombuffer(array.buffers()[1] or bytes(8), np.int64)[array.offset : array.offset + len(array) + 1]
    letters = np.frombuffer(array.buffers()[2] or b"", np.uint8)[bounds[0] : bounds[-1]]
    found = [np.zeros(0, dtype=np.intp)]
    for first in range(0, len(letters), _LETTERS_N):  # some at a time: they stay in the processor's cache
        flags = odd(letters[first : first + _LETTERS_N + odd_n - 1])
        for _ in range(1, odd_n):
            flags = flags[1:] & flags[:-1]
        found.append(first + np.flatnonzero(flags))
    return np.unique(np.searchsorted(bounds, np.concatenate(found) + bounds[0], side="right") - 1)


def changed(texts: pd.Series, rows: Flags, change: Callable[[str], str | None]) -> pd.Series:
    """The texts with `change` applied to the given rows, once per distinct text."""
    if not rows.any():
        return texts
    codes, plain = pd.factorize(texts[rows])
    new = pa.array([*(change(str(t)) for t in plain), None], type=pa.large_string()).take(pa.array(codes % (len(plain) + 1)))
    return as_column(pc.replace_with_mask(as_arrow(texts), pa.array(rows), new), texts.index)
