"""Columns of texts that are packed while nobody asks for them."""

import pandas as pd

from geo.columns import Packed

ROWS = pd.DataFrame({"text": ["民主街1号", None, "", "民主街1号"], "room": [None] * 4, "n": [1, 2, 3, 4]}, index=pd.RangeIndex(4)).astype({"text": "str", "room": "str"})


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    packed = Packed(ROWS[["text", "room"]], least_n=0)
    pd.testing.assert_frame_equal(packed.beside(ROWS[["n"]], *packed)[list(ROWS)], ROWS)


def test_a_column_that_is_there_stays_as_it_is() -> None:
    told = ROWS.assign(text="another")
    pd.testing.assert_frame_equal(Packed(ROWS[["text"]], least_n=0).beside(told, "text"), told)


def test_rows_come_out_under_their_positions() -> None:
    at = pd.Index([3, 1])
    pd.testing.assert_frame_equal(Packed(ROWS[["text", "room"]], least_n=0).rows_under(at), ROWS.loc[at, ["text", "room"]])


def test_a_table_without_rows_is_packed_too() -> None:
    packed = Packed(ROWS.iloc[:0][["text"]], least_n=0)
    assert list(packed) == ["text"]
    assert packed["text"].empty


def test_a_small_table_is_not_packed() -> None:
    pd.testing.assert_series_equal(Packed(ROWS[["text"]])["text"], ROWS["text"])
