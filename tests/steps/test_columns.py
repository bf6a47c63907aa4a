"""Columns of texts as a whole: the order pandas has them in, however it is found."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from geo.columns import among, positions, sorting
from geo.letters import numbered_places

LENGTHS = ([8], [13], [3, 8], [1], [40])


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("signs", ["01", "0123456789", "aZ9路号"])
def test_texts_are_put_in_the_order_of_pandas_equal_ones_as_they_stand(lengths, signs):
    rng = np.random.default_rng(7)
    texts = pd.Series(["".join(rng.choice(list(signs), rng.choice(lengths))) for _ in range(500)], dtype="str")
    assert sorting(texts).tolist() == texts.sort_values(kind="stable").index.tolist()
    assert sorting(texts[100:300]).tolist() == (texts[100:300].reset_index(drop=True).sort_values(kind="stable").index.tolist())


@pytest.mark.parametrize("texts", [[], ["a"], [None, "a"], ["b", None, "a"], ["", ""], ["x", "x"], ["xb", "xa"]], ids=str)
def test_few_texts_and_nulls_are_in_order_too(texts):
    column = pd.Series(texts, dtype="str")
    assert sorting(column).tolist() == column.sort_values(kind="stable").index.tolist()


def _texts(*values: str | None) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def by_hash(column: pd.Series, names: pd.Series) -> list[int]:
    """What a table of the names says, one by one."""
    first: dict[str, int] = {}
    for place, name in enumerate(names):
        first.setdefault(name, place)
    return [first.get(text, -1) if isinstance(text, str) else -1 for text in column]


@pytest.mark.parametrize(
    "names",
    [
        [f"MP{n:06}" for n in (3, 1, 2, 1, 40)],
        [f"{n}-A" for n in range(10, 30)],
        ["7"],
        ["B1", "A1"],
        ["x", "x"],
        ["MP1", "MP22"],
        [],
        ["一一", "一二"],
        [f"{n:018}" for n in (5, 10**17)],
        ["P1", None],
    ],
    ids=["numbered", "a letter behind", "one", "letters differ", "one twice", "lengths differ", "none", "Chinese", "far apart", "a null"],
)
def test_places_among_names_are_those_of_a_table(names: list[str | None]) -> None:
    known = _texts(*names)
    asked = _texts(*names, None, "", "MP00000", "MP0000a1", "MQ000001", "MP000001", "M1000001", "12-A", "12-B", "1:-A", "7", "8", "/", "A1", "一", "一二", "P1", *names)
    for column in (asked, known, asked.iloc[3:9].reset_index(drop=True), asked.iloc[:0]):
        assert positions(column, known).tolist() == by_hash(column, known)
        assert among(column, known).tolist() == [at >= 0 for at in by_hash(column, known)]


def test_numbered_names_are_looked_up_without_their_texts() -> None:
    """Shuffled and with strangers among them, also in a part of a longer array."""
    rng = np.random.default_rng(5)
    names = pa.array([f"500120{n:07}" for n in rng.permutation(5_000)], pa.large_string())
    texts = pa.array([None if n % 7 == 0 else f"500120{n:07}" if n % 5 else f"50012{n}" for n in rng.integers(0, 9_999, 20_000)], pa.large_string())
    for some in (texts, texts.slice(3), texts.slice(100, 500), pc.drop_null(texts)):
        at = numbered_places(some, names)
        assert at is not None
        assert at.tolist() == pc.fill_null(pc.index_in(some, value_set=names), -1).to_pylist()
    assert numbered_places(texts, pa.array(["A1", "B1"], pa.large_string())) is None
