"""Counts of people below five cannot be read, and cannot be worked out: every attack tries all that is published together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from geo.suppression import BALANCE, SMALL_N, hidden, sums_told, total_hidden, total_told, withheld, withheld_together

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


FOUR = list(BALANCE)


def houses(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Counts of houses that balance, some of them unknown."""
    registered, floating = rng.choice([0, 1, 2, 3, 4, 6, 9, 17, 30], n), rng.choice([0, 0, 0, 1, 2, 5, 8], n)
    absent = np.minimum(registered, rng.choice([0, 0, 0, 0, 1, 2, 6], n))
    counts = pd.DataFrame({"registered_n": registered, "floating_n": floating, "resident_n": registered + floating - absent, "absent_n": absent})
    return counts.astype("float64").mask(rng.random(counts.shape) < rng.choice([0, 0.03, 0.3]))


def worked_out(counts: pd.DataFrame, told: pd.DataFrame, sums: dict[str, bool]) -> list[tuple[int, int]]:
    """Small counts with one possible value: the least and the greatest that fit everything told at once, by integer programming."""
    values, how, sign = counts[FOUR].to_numpy(), told[FOUR].to_numpy(), list(BALANCE.values())
    cells = {(i, j): n for n, (i, j) in enumerate(np.argwhere(np.isin(how, ["small", "beside"])).tolist())}
    rows, known = [], []
    for group in [*([(i, j) for i in range(len(values))] for j in range(4) if sums[FOUR[j]]), *([(i, j) for j in range(4)] for i in range(len(values)))]:
        inside = [c for c in group if c in cells]
        house = len({i for i, _ in group}) == 1 and len({j for _, j in group}) > 1
        if not inside or (house and any(np.isnan(values[c]) for c in group)):
            continue
        row = np.zeros(len(cells))
        row[[cells[c] for c in inside]] = [sign[j] if house else 1 for _, j in inside]
        rows.append(row)
        known.append(sum((sign[c[1]] if house else 1) * values[c] for c in inside))
    least, most = ([low if how[c] == "small" else high for c in cells] for low, high in ((0, SMALL_N), (SMALL_N - 1, 10_000)))
    exposed = []
    for cell, at in cells.items():
        if how[cell] == "small":
            ends = [milp(way * np.eye(len(cells))[at], constraints=LinearConstraint(np.array(rows), known, known) if rows else (), bounds=Bounds(least, most), integrality=np.ones(len(cells))) for way in (1, -1)]
            assert all(end.success for end in ends)
            exposed += [cell] if round(ends[0].fun) == round(-ends[1].fun) else []
    return exposed


def test_no_small_count_of_a_house_follows_from_its_other_counts_or_from_sums_or_from_both() -> None:
    rng, by_columns, sums_n, beside_n = np.random.default_rng(SEED), 0, 0, 0
    for _ in range(70):
        counts = houses(rng, int(rng.integers(1, 8)))
        told = withheld_together(counts)
        sums = sums_told(counts, told)
        assert (told.to_numpy() == "small")[counts[FOUR].to_numpy() < SMALL_N].all()
        assert worked_out(counts, told, sums) == []
        by_columns += bool(worked_out(counts, counts.apply(withheld), dict.fromkeys(FOUR, False)))
        sums_n, beside_n = sums_n + sum(sums.values()), beside_n + int((told == "beside").to_numpy().sum())
    assert by_columns > 10  # of four counts the fourth follows, where every column looks after itself alone
    assert sums_n > 100
    assert beside_n > 50


def test_of_four_counts_with_one_small_another_one_goes_and_no_more_than_that() -> None:
    counts = pd.DataFrame([[17.0, 5.0, 22.0, 0.0], [40.0, 9.0, 49.0, 0.0], [6.0, 8.0, 13.0, 1.0]], columns=FOUR[:1] + FOUR[1:2] + FOUR[2:3] + FOUR[3:])
    told = withheld_together(counts)
    assert (told["absent_n"] == "small").all()
    assert (told == "told").sum(axis=1).le(2).all()
    assert (told == "told").to_numpy().sum() >= 5
    assert (withheld_together(counts.assign(absent_n=np.nan)) == "told").to_numpy().sum() == 9


def test_a_village_without_houses_withholds_nothing_and_tells_no_sum() -> None:
    none = houses(np.random.default_rng(SEED), 4).iloc[:0]
    assert withheld_together(none).empty
    assert not any(sums_told(none, withheld_together(none)).values())
