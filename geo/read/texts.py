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


def matching(texts: pd.Series, pattern: str) -> Flags:
    """Which texts hold the pattern (RE2: no look-around); nulls do not. A tenth of the time of `Series.str.contains`."""
    return np.asarray(pc.fill_null(pc.match_substring_regex(as_arrow(texts), pattern), False), dtype=bool)


def holds_any(texts: pd.Series, signs: str) -> bool:
    """Whether one of some ASCII signs may stand anywhere in the column: one look at all its bytes, not at each text."""
    letters = letters_of(texts)
    return any(bool((letters == ord(sign)).any()) for sign in signs)


def letters_of(texts: pd.Series) -> npt.NDArray[np.uint8]:
    """The bytes of all texts, one after the other."""
    array = as_arrow(texts)
    bounds = np.frombuffer(array.buffers()[1] or bytes(8), np.int64)
    return np.frombuffer(array.buffers()[2] or b"", np.uint8)[bounds[array.offset] : bounds[array.offset + len(array)]]


def changed(texts: pd.Series, rows: Flags, change: Callable[[str], str | None]) -> pd.Series:
    """The texts with `change` applied to the given rows, once per distinct text."""
    if not rows.any():
        return texts
    codes, plain = pd.factorize(texts[rows])
    new = pa.array([*(change(str(t)) for t in plain), None], type=pa.large_string()).take(pa.array(codes % (len(plain) + 1)))
    return as_column(pc.replace_with_mask(as_arrow(texts), pa.array(rows), new), texts.index)
