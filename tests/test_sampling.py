"""Random inspection: the same draw for the same run and day, every village its share, an honest interval."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from geo.sampling import draw_sample, wilson


def town(sizes: dict[str | None, int]) -> pd.DataFrame:
    rows = [(code, f"{code}-{i}") for code, n in sizes.items() for i in range(n)]
    table = pd.DataFrame(rows, columns=["village_code", "building_id"])
    return table.assign(should_have_plate=pd.array([True] * len(table), dtype="boolean"))


def drawn(sizes: dict[str | None, int], n: int, day: str = "2026-07-01") -> pd.DataFrame:
    return draw_sample(town(sizes), n, run="r1", drawn_on=day)


def test_the_same_run_and_day_draw_the_same_buildings_in_any_order_of_rows() -> None:
    first = drawn({"V1": 60, "V2": 40}, 20)
    again = draw_sample(town({"V1": 60, "V2": 40}).iloc[::-1], 20, run="r1", drawn_on="2026-07-01")
    pd.testing.assert_frame_equal(first, again)
    assert set(drawn({"V1": 60, "V2": 40}, 20, "2026-07-02")["building_id"]) != set(first["building_id"])


def test_no_building_is_drawn_twice_and_villages_get_their_share() -> None:
    sample = drawn({"V1": 300, "V2": 100, "V3": 100}, 50)
    assert sample["building_id"].is_unique
    assert sample["village_code"].value_counts().to_dict() == {"V1": 30, "V2": 10, "V3": 10}


def test_a_small_village_is_looked_at_too() -> None:
    assert drawn({"V1": 990, "V2": 5, "V3": 5}, 20)["village_code"].value_counts().to_dict() == {"V1": 18, "V2": 1, "V3": 1}


@pytest.mark.parametrize(("n", "expected"), [(0, 0), (1, 1), (2, 2), (7, 7), (500, 12)])
def test_as_many_are_drawn_as_there_are(n: int, expected: int) -> None:
    sample = drawn({"V1": 4, "V2": 4, None: 4}, n)
    assert len(sample) == expected
    assert set(sample["village_code"]) <= {"V1", "V2", ""}


def test_buildings_that_need_no_plate_or_may_not_are_not_drawn() -> None:
    table = town({"V1": 30})
    table["should_have_plate"] = pd.array([True] * 10 + [False] * 10 + [pd.NA] * 10, dtype="boolean")
    assert set(draw_sample(table, 30, run="r", drawn_on="2026-07-01")["building_id"]) == {f"V1-{i}" for i in range(10)}


def test_every_building_is_drawn_about_equally_often() -> None:
    times = pd.Series(0, index=[f"V1-{i}" for i in range(40)])
    for day in range(400):
        times[drawn({"V1": 40}, 10, f"day{day}")["building_id"]] += 1
    # binomial, 400 draws of 1/4: mean 100, deviation 8.7
    assert times.between(100 - 4.5 * 8.7, 100 + 4.5 * 8.7).all()


@pytest.mark.parametrize(
    ("n", "d", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (48, 50, 0.8654, 0.9890), (1, 2, 0.0945, 0.9055), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_wilsons(n: int, d: int, low: float, high: float) -> None:
    share = wilson(n, d)
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_nothing_inspected_is_unknown_not_zero() -> None:
    share = wilson(0, 0)
    assert math.isnan(share.ratio)
    assert math.isnan(share.low)
