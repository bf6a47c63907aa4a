"""Texts as rows of bytes, as ids are written: all of one length, most of it the same in all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Letters = npt.NDArray[np.uint8]

ROOM_N = 16
"""Places for each name up to which a table of all numbers that could be is small beside the texts themselves."""


def letters(texts: pa.Array) -> Letters | None:
    """Texts by letters (bytes); null where they are not all of one length, or none is known, or some are not.

    Parameters
    ----------
    texts
        large_string.
    """
    begins = _begins(texts)
    lengths = np.diff(begins)
    if texts.null_count or not len(texts) or not lengths[0] or (lengths != lengths[0]).any():
        return None
    return np.frombuffer(texts.buffers()[2], np.uint8)[begins[0] : begins[-1]].reshape(len(texts), -1)


def numbered_places(texts: pa.Array, names: pa.Array) -> npt.NDArray[np.int64] | None:
    """Place of each text among the names, -1 where it is none of them or null; null where the names are not numbered throughout.

    Names like MP000048 differ in their digits only: what these say is looked up in a table, and no text is hashed.

    Parameters
    ----------
    texts, names
        large_string; of a name that occurs twice, the first counts.

    Examples
    --------
    >>> numbered_places(pa.array(["MP02", "MQ02", None, "MP07", "MP1"], pa.large_string()), pa.array(["MP01", "MP02"], pa.large_string())).tolist()
    [1, -1, -1, -1, -1]
    """
    known = letters(names)
    if known is None:
        return None
    varies = (known != known[0]).any(axis=0)
    if 10 ** int(varies.sum()) > ROOM_N * len(known):
        return None
    number, numeric = _numbers(known, varies)
    if not numeric.all():
        return None
    begins = _begins(texts)
    wide = known.shape[1]
    fits = np.flatnonzero(np.diff(begins) == wide)
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    # texts of one length lie there as a table already
    asked = data[begins[0] : begins[-1]].reshape(-1, wide) if len(fits) == len(texts) else data[begins[fits, None] + np.arange(wide)]
    of_asked, same = _numbers(asked, varies)
    for letter in np.flatnonzero(~varies):
        same &= asked[:, letter] == known[0, letter]
    table = np.full(10 ** int(varies.sum()), -1, dtype=np.int32)
    # backwards: the first is written last
    table[number[::-1]] = np.arange(len(known), dtype=np.int32)[::-1]
    out = np.full(len(texts), -1)
    out[fits] = np.where(same, table[of_asked], -1)
    if texts.null_count:
        out[~np.asarray(texts.is_valid())] = -1
    return out


def _begins(texts: pa.Array) -> npt.NDArray[np.int64]:
    """Where each text begins among the bytes of all, and where the last one ends."""
    return np.frombuffer(texts.buffers()[1] or b"", np.int64)[texts.offset : texts.offset + len(texts) + 1]


def _numbers(rows: Letters, digits: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The number that some letters of each row write, and whether they are digits; 0 where not."""
    number, numeric = np.zeros(len(rows), dtype=np.int64), np.ones(len(rows), dtype=bool)
    for letter in np.flatnonzero(digits):
        digit = rows[:, letter] - np.uint8(ord("0"))
        numeric &= digit < 10
        number *= 10
        number += digit
    return np.where(numeric, number, 0), numeric
