"""Columns of texts: a look at all bytes beforehand changes nothing of which texts hold a pattern."""

import numpy as np
import pandas as pd
import pytest

from geo.read.texts import matching

SIGNS = list("0123456789" * 3) + list("- '张号\u3000")


def column(n, seed):
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(SIGNS, rng.integers(0, 15))) for _ in range(n)]
    return pd.Series([None if rng.random() < 0.1 else t for t in texts], dtype="str")


@pytest.mark.parametrize(
    ("pattern", "odd", "odd_n"),
    [
        (r"[0-9]{7}", lambda letters: letters - ord("0") < 10, 7),
        (r"^-|-$", lambda letters: letters == ord("-"), 1),
        ("\u3000", lambda letters: letters == 0xE3, 1),
    ],
    ids=["run", "sign", "wide"],
)
@pytest.mark.parametrize("part", [slice(None), slice(50, 300), slice(0, 0), slice(7, 8)], ids=str)
def test_texts_that_hold_odd_bytes_are_enough_to_ask(pattern, odd, odd_n, part):
    texts = column(500, seed=3)[part]
    assert matching(texts, pattern, odd, odd_n).tolist() == matching(texts, pattern).tolist()


def test_a_run_that_ends_in_the_next_block_of_bytes_is_seen(monkeypatch):
    monkeypatch.setattr("geo.read.texts._LETTERS_N", 5)
    texts = pd.Series(["abc1234567", None, "1234567", "12345", "67", "x12345678y"], dtype="str")
    assert matching(texts, r"[0-9]{7}", lambda letters: letters - ord("0") < 10, 7).tolist() == [True, False, True, False, False, True]
