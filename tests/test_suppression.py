"""Counts of people below five cannot be read, and cannot be worked out: every attack tries all that is published together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.suppression import SMALL_N, hidden, total_hidden, total_told, withheld

SEED = 20_261
COUNTS = st.lists(st.one_of(st.integers(0, 9), st.just(np.nan)), min_size=1, max_size=5)


def recovered(counts: pd.Series, told: pd.Series, *, with_total: bool) -> list[int]:
    """Hidden counts that have one possible value left, when every assignment that fits what is published is tried."""
    concealed = [i for i in counts.index if told[i] in ("small", "beside")]
    if not concealed:
        return []
    total = int(counts[concealed].sum())
    ranges = [range(SMALL_N) if told[i] == "small" else range(SMALL_N, max(total, 12) + 1) for i in concealed]
    fits = [p for p in product(*ranges) if not with_total or sum(p) == total]
    assert tuple(int(counts[i]) for i in concealed) in fits
    return [i for n, i in enumerate(concealed) if len({p[n] for p in fits}) == 1 and told[i] == "small"]


@given(COUNTS)
@settings(max_examples=400)
def test_no_small_count_of_a_table_with_its_total_can_be_worked_out(values: list[float]) -> None:
    counts = pd.Series(values, dtype="float64")
    told = withheld(counts)
    assert (told[counts < SMALL_N] == "small").all()
    assert (told[counts.isna()] == "unknown").all()
    assert recovered(counts, told, with_total=total_told(counts, told)) == []


def test_the_attack_bites_where_only_small_counts_are_hidden() -> None:
    counts = pd.Series([3.0, 20.0, 30.0])
    naive = pd.Series(["small", "told", "told"])
    assert recovered(counts, naive, with_total=True) == [0]
    assert recovered(pd.Series([4.0, 4.0, 30.0]), pd.Series(["small", "small", "told"]), with_total=True) == [0, 1]


def test_no_more_is_withheld_than_gives_room() -> None:
    assert withheld(pd.Series([2.0, 3.0, 40.0, 50.0])).tolist() == ["small", "small", "told", "told"]
    assert withheld(pd.Series([2.0, 40.0, 50.0])).tolist() == ["small", "beside", "told"]
    assert withheld(pd.Series([9.0, 40.0])).tolist() == ["told", "told"]


@pytest.mark.parametrize("values", [[3.0], [np.nan], [], [0.0, 0.0], [4.0, 4.0]])
def test_a_table_without_room_does_not_tell_its_total(values: list[float]) -> None:
    counts = pd.Series(values, dtype="float64")
    assert not total_told(counts, withheld(counts))


def test_ratios_of_villages_and_their_total_give_no_village_away() -> None:
    rng = np.random.default_rng(SEED)
    naive = caught = 0
    for _ in range(400):
        d = pd.Series(rng.integers(0, 60, rng.integers(1, 6)).astype(float))
        n = (d - rng.integers(0, 8, len(d))).clip(lower=0)
        concealed, no_total = hidden(n, d), total_hidden(n, d)
        missing = d - n
        small = ((n > 0) & (n < 5)) | ((missing > 0) & (missing < 5)) | ((d > 0) & (d < 5))
        assert concealed[small].all()
        if 0 < missing.sum() < SMALL_N or 0 < n.sum() < SMALL_N:
            assert no_total
        naive += int(small.sum()) == 1
        caught += int(concealed.sum()) == 1 and not no_total
    assert naive > 20
    assert caught == 0
