"""Operations on columns of texts for which pandas goes through Python and pyarrow does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.letters import letters, numbered_places

Frame = TypeVar("Frame", bound=pd.DataFrame)


def among(column: pd.Series, values: pd.Series | Collection[str]) -> pd.Series:
    """Whether each text is one of the values; null never is.

    `Series.isin` of a text column makes a Python list of the values first: at 200,000 ids that takes twenty times as long.

    Parameters
    ----------
    column
        Texts.
    values
        A column of texts (nulls are left out), or texts.

    Examples
    --------
    >>> among(pd.Series(["a", "b", None], dtype="str"), {"a", "c"}).tolist()
    [True, False, False]
    """
    if not isinstance(column.dtype, pd.StringDtype):
        return column.isin(values.dropna() if isinstance(values, pd.Series) else values) & column.notna()
    texts, wanted = as_arrow(column), as_arrow(values) if isinstance(values, pd.Series) else pa.array(list(values), type=pa.large_string())
    at = numbered_places(texts, wanted)
    hit = np.asarray(pc.is_in(texts, value_set=wanted, skip_nulls=True)) if at is None else at >= 0
    return pd.Series(hit, index=column.index)


def positions(column: pd.Series, names: pd.Series) -> np.ndarray:
    """Position of each text among the names, -1 where it is none of them or null; of a name that occurs twice, the first.

    Examples
    --------
    >>> positions(pd.Series(["b", "x", None, "a"], dtype="str"), pd.Series(["a", "b", "a"], dtype="str")).tolist()
    [1, -1, -1, 0]
    """
    texts, known = as_arrow(column.astype("str")), as_arrow(names.astype("str"))
    at = numbered_places(texts, known)
    return pc.fill_null(pc.index_in(texts, value_set=known, skip_nulls=True), -1).to_numpy(zero_copy_only=False).astype(np.int64) if at is None else at


def at_positions(values: pd.Series, at: np.ndarray, index: pd.Index) -> pd.Series:
    """Values at the given positions, null where a position is -1."""
    return pd.Series(pd.api.extensions.take(values.array, at, allow_fill=True), index=index)


def look_up(column: pd.Series, names: pd.Series, values: pd.Series) -> pd.Series:
    """The value that stands beside each name, null where a text is no name: `Series.map` by a table, without its Python.

    Examples
    --------
    >>> look_up(pd.Series(["b", "x"], dtype="str"), pd.Series(["a", "b"], dtype="str"), pd.Series([1.0, 2.0])).tolist()
    [2.0, nan]
    """
    return at_positions(values, positions(column, names), column.index)


def lists_at(values: pd.Series, at: np.ndarray, n: int) -> list[list[Any]]:
    """The values that go to each of n positions, in their order; those at -1 are left out.

    One sort and one cut: a grouped aggregation in Python takes ten times as long.

    Examples
    --------
    >>> lists_at(pd.Series(["a", "b", "c", "d"]), np.array([1, -1, 0, 1]), 3)
    [['c'], ['a', 'd'], []]
    """
    order = np.argsort(at, kind="stable")[np.count_nonzero(at < 0) :]
    listed = values.iloc[order].tolist()
    ends = np.cumsum(np.bincount(at[order], minlength=n)).tolist()
    return [listed[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def combinations(columns: Iterable[pd.Series]) -> tuple[np.ndarray, np.ndarray]:
    """A number for each combination of texts that rows have, by row, and the first row of each combination.

    Examples
    --------
    >>> a, b = pd.Series(["x", "x", None, "x"], dtype="str"), pd.Series(["1", "2", "1", "1"], dtype="str")
    >>> [n.tolist() for n in combinations([a, b])]
    [[0, 1, 2, 0], [0, 1, 2]]
    """
    code: npt.NDArray[np.int64] = np.zeros(1, dtype=np.int64)
    codes_n = 1
    for column in columns:
        encoded = as_arrow(column).dictionary_encode()
        own_n = len(encoded.dictionary) + 1
        if codes_n * own_n >= np.iinfo(np.int64).max:
            code = pd.factorize(code)[0]
            codes_n = int(code.max(initial=-1)) + 1
        code = code * own_n + np.asarray(encoded.indices.fill_null(own_n - 1))
        codes_n *= own_n
    code = pd.factorize(code)[0]
    return code, first_places(code, int(code.max(initial=-1)) + 1)


def first_places(code: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
    """The first place of each of n codes; 0 of one that does not occur.

    Examples
    --------
    >>> first_places(np.array([1, 0, 1]), 2).tolist()
    [1, 0]
    """
    first = np.zeros(n, dtype=np.int64)
    # backwards: the first is written last
    first[code[::-1]] = np.arange(len(code))[::-1]
    return first


def numbered(columns: Iterable[pd.Series]) -> list[npt.NDArray[np.int64]]:
    """Columns of texts as numbers, equal texts by equal numbers in all of them, null by -1.

    Examples
    --------
    >>> [n.tolist() for n in numbered([pd.Series(["b", None], dtype="str"), pd.Series(["a", "b"], dtype="str")])]
    [[0, -1], [1, 0]]
    """
    # one by one: the texts are not laid side by side to be numbered
    pieces = pa.chunked_array([as_arrow(c.astype("str")).dictionary_encode() for c in columns], type=pa.dictionary(pa.int32(), pa.large_string()))
    return [np.asarray(piece.indices.fill_null(-1)).astype(np.int64) for piece in pieces.unify_dictionaries().chunks]


def worded(which: npt.NDArray[Any], words: Sequence[str]) -> pd.Series:
    """One of a few texts per row, by its number among them: made once each, not once a row.

    Examples
    --------
    >>> worded(np.array([1, 0, 1]), ["no", "yes"]).tolist()
    ['yes', 'no', 'yes']
    """
    return pd.Series(pd.array(list(words), dtype="str").take(which))


def runs(first: npt.NDArray[Any], n: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in runs, one after another: n[0] of them from first[0] on, n[1] from first[1] on, ...

    Examples
    --------
    >>> runs(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    before = np.cumsum(n) - n
    out: npt.NDArray[Any] = np.arange(int(n.sum())) + np.repeat(first - before, n)
    return out


def all_null(n: int) -> pa.Array:
    """A string array of which nothing is known; all of them share one piece of memory.

    A null costs the eight bytes of its place like any other text: a register without blocks, lanes and yards had a third of its memory
    in columns that hold nothing.

    Examples
    --------
    >>> all_null(2).to_pylist()
    [None, None]
    """
    global _nothing
    if n > len(_nothing):
        _nothing = pa.nulls(n, pa.large_string())
    return _nothing.slice(0, n)


_nothing = pa.nulls(0, pa.large_string())


def rows_at(frame: pd.DataFrame, at: npt.NDArray[Any]) -> pd.DataFrame:
    """The rows at some positions, renumbered; columns of texts of which nothing is known go on sharing their memory.

    Examples
    --------
    >>> rows_at(pd.DataFrame({"a": ["x", "y"]}), np.array([1, 1, 0]))["a"].tolist()
    ['y', 'y', 'x']
    """
    index = pd.RangeIndex(len(at))
    return pd.DataFrame({name: _at(column, at, index) for name, column in frame.items()}, index=index, copy=False)


def _at(column: pd.Series, at: npt.NDArray[Any], index: pd.Index) -> pd.Series:
    if isinstance(column.dtype, pd.StringDtype) and column.isna().all():
        return as_column(all_null(len(at)), index)
    return pd.Series(column.array.take(at), index=index)


class Packed(Collection[str]):
    """Columns of texts that nobody asks for a while, to be packed (LZ4): a register says the same words again and again, row after row.

    Examples
    --------
    >>> packed = Packed(pd.DataFrame({"a": ["x", "y"], "b": ["z", None]}, dtype="str"))
    >>> packed.pack(least_n=0)
    >>> packed["a"].tolist(), list(packed)
    (['x', 'y'], ['a', 'b'])
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._index = frame.index
        self._packed: dict[str, pd.Series | bytes] = {str(name): column for name, column in frame.items()}

    def pack(self, *, least_n: int = 150_000) -> None:
        """Pack them one after the other, while others may ask for them; those of fewer rows stay as they are: it takes longer than it gains."""
        for name in self._packed if len(self._index) >= least_n else ():
            self._packed[name] = _pack(as_arrow(self[name]))

    def __contains__(self, name: object) -> bool:
        return name in self._packed

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, name: str) -> pd.Series:
        packed = self._packed[name]
        if isinstance(packed, pd.Series):
            return packed
        texts = pa.ipc.open_stream(packed).read_next_batch().column(0)
        return as_column(all_null(len(texts)) if texts.null_count == len(texts) else texts, self._index)

    def beside(self, frame: Frame, *names: str) -> Frame:
        """A table of the same rows, with those of these columns that it lacks."""
        return frame.assign(**{name: self[name] for name in names if name not in frame})

    def rows_under(self, at: pd.Index) -> pd.DataFrame:
        """The rows at some positions, under these positions; see `rows_at`."""
        return pd.DataFrame({name: _at(self[name], at.to_numpy(), at) for name in self})


def _pack(texts: pa.Array) -> bytes:
    rows, sink = pa.record_batch([texts], names=["texts"]), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(rows)
    packed: bytes = sink.getvalue().to_pybytes()  # the buffer keeps the room it was written in
    return packed


def as_arrow(texts: pd.Series) -> pa.Array:
    """A column of texts as one string array."""
    array = pa.array(texts, type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def as_texts(numbers: pd.Series) -> pd.Series:
    """Whole numbers as texts."""
    return as_column(pa.array(numbers).cast(pa.large_string()), numbers.index)


def as_column(texts: pa.Array, index: pd.Index) -> pd.Series:
    """A string array as a column of texts."""
    return pd.Series(texts.to_pandas().array, index=index, dtype="str")


def repeats(ids: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each text but the first is the one before it, or one of the two is null."""
    texts = as_arrow(ids)
    same = pc.equal(texts.slice(1), texts.slice(0, max(len(texts) - 1, 0)))
    return np.asarray(pc.fill_null(same, True), dtype=bool)


def sorting(texts: pd.Series | pa.Array) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions of the texts in their order (by their bytes, as `sort_values` has it), equal ones as they stand, nulls last.

    Examples
    --------
    >>> sorting(pd.Series(["b2", None, "a3", "b1"], dtype="str")).tolist()
    [2, 3, 0, 1]
    """
    array = as_arrow(texts) if isinstance(texts, pd.Series) else texts.cast(pa.large_string())
    pairs = _pairs(array)
    return np.asarray(pc.array_sort_indices(array)).astype(np.intp) if pairs is None else np.lexsort(pairs)


_SHORT_N = 24
"""Most bytes of a text that are sorted two by two in less time than as a text."""


def _pairs(texts: pa.Array) -> npt.NDArray[np.uint16] | None:
    """Texts of one length, as ids are written, as numbers of two bytes each, the last ones first; null where they are not so."""
    rows = letters(texts)
    if rows is None or len(rows) < 2 or rows.shape[1] > _SHORT_N:
        return None
    even = np.pad(rows, ((0, 0), (rows.shape[1] % 2, 0)))
    # numpy sorts numbers of two bytes by counting them, and sees at once where all are equal
    return even.view(">u2").T[::-1].astype(np.uint16)


def is_sorted(ids: pd.Series) -> bool:
    """Whether no text stands before a smaller one (by its bytes, as `sort_values` has it); a null is not in order."""
    texts = as_arrow(ids)
    return not texts.null_count and bool(pc.all(pc.less_equal(texts.slice(0, max(len(texts) - 1, 0)), texts.slice(1)), min_count=0).as_py())
