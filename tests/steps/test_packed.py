"""Columns of texts that are packed while nobody asks for them."""

from functools import partial

import pandas as pd

from geo.columns import Packed
from geo.threads import beside

ROWS = pd.DataFrame({"text": ["民主街1号", None, "", "民主街1号"], "room": [None] * 4, "n": [1, 2, 3, 4]}, index=pd.RangeIndex(4)).astype({"text": "str", "room": "str"})


def packed_of(rows: pd.DataFrame) -> Packed:
    packed = Packed(rows)
    packed.pack(least_n=0)
    return packed


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    packed = packed_of(ROWS[["text", "room"]])
    pd.testing.assert_frame_equal(packed.beside(ROWS[["n"]], *packed)[list(ROWS)], ROWS)


def test_a_column_that_is_there_stays_as_it_is() -> None:
    told = ROWS.assign(text="another")
    pd.testing.assert_frame_equal(packed_of(ROWS[["text"]]).beside(told, "text"), told)


def test_rows_come_out_under_their_positions() -> None:
    at = pd.Index([3, 1])
    pd.testing.assert_frame_equal(packed_of(ROWS[["text", "room"]]).rows_under(at), ROWS.loc[at, ["text", "room"]])


def test_a_table_without_rows_is_packed_too() -> None:
    packed = packed_of(ROWS.iloc[:0][["text"]])
    assert list(packed) == ["text"]
    assert packed["text"].empty


def test_a_small_table_is_not_packed() -> None:
    small, large = Packed(ROWS[["text"]]), Packed(ROWS[["text"]])
    kept = small["text"]
    small.pack(least_n=len(ROWS) + 1)
    large.pack(least_n=len(ROWS))
    assert small["text"] is kept
    assert large["text"] is not kept
    pd.testing.assert_series_equal(large["text"], kept, check_names=False)


def test_whoever_asks_while_it_is_packed_has_the_texts() -> None:
    many = pd.DataFrame({f"c{i}": pd.Series([f"{i}号", None] * 20_000, dtype="str") for i in range(12)})
    packed = Packed(many)
    packing = beside(partial(packed.pack, least_n=0))
    while not packing.done():
        for name in packed:
            pd.testing.assert_series_equal(packed[name], many[name], check_names=False)
    packing.result()
    pd.testing.assert_frame_equal(packed.beside(many[[]], *packed), many)
