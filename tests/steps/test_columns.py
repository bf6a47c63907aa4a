"""Columns of texts as a whole: the order pandas has them in, however it is found."""

import numpy as np
import pandas as pd
import pytest

from geo.columns import sorting

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
