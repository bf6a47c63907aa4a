"""What numbers tell about places: the habits of a street, and that a town without them is not misled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.leans import PRIOR_N, SIZES_M, _Located, _nearest, fronts, lean, sides, size_class, ways
from geo.street import GAP_REACH_M, _nearby


def numbered(numbers: list[int], *, by_parity: bool = True) -> pd.DataFrame:
    """Door i has numbers[i]; one street, odd side 0 and even side 1 (or one side)."""
    n = np.array(numbers)
    side = np.where(n % 2 == 1, 0, 1) if by_parity else np.zeros(len(n), int)
    rows = pd.DataFrame({"door": np.arange(len(n)), "street": 0, "side": side, "opposite": 1 - side if by_parity else -1, "number": n.astype(float), "next": -1})
    return rows.sort_values(["side", "number"], ignore_index=True)


def test_a_sign_that_always_holds_doubles_and_its_opposite_is_nearly_out() -> None:
    told = lean(np.array([3.0] * 1000 + [-3.0]), np.array([1.0] * 1000 + [0.0]))
    assert told[0] > 1.98
    assert told[-1] < 0.1


def test_a_sign_without_habit_says_nothing() -> None:
    told = lean(np.array([3.0, -3.0] * 500), np.ones(1000))
    np.testing.assert_allclose(told, 1.0)


def test_few_doors_do_not_make_a_habit() -> None:
    assert lean(np.array([3.0, 3.0]), np.ones(2))[0] == 2 * (2 + PRIOR_N) / (2 + 2 * PRIOR_N)


def test_an_unknown_measure_says_nothing() -> None:
    assert lean(np.array([0.0, 3.0, 3.0]), np.ones(3))[0] == 1.0


def test_numbers_run_where_the_doors_lie() -> None:
    rows = numbered(list(range(1, 21)))
    x = np.arange(20) * 5.0
    np.testing.assert_allclose(ways(rows, x, np.zeros(20)), [[1.0, 0.0]] * 20, atol=1e-9)
    np.testing.assert_allclose(ways(rows, -x, np.zeros(20)), [[-1.0, 0.0]] * 20, atol=1e-9)


def test_a_handful_of_doors_has_no_direction() -> None:
    assert (ways(numbered([1, 3, 5]), np.arange(3.0), np.zeros(3)) == 0).all()


def test_odd_and_even_lie_either_side_of_the_middle() -> None:
    rows = numbered(list(range(1, 25)))
    y = np.where(np.arange(1, 25) % 2 == 1, 10.0, -10.0)
    middle, outward = sides(rows, np.arange(24) * 5.0, y)
    np.testing.assert_allclose(middle[:, 1], 0.0, atol=1e-9)
    np.testing.assert_allclose(outward[:, 1], np.sign(y[rows["door"]]), atol=0.1)


def test_a_hamlet_has_no_sides() -> None:
    rows = numbered(list(range(1, 25)), by_parity=False)
    assert (sides(rows, np.arange(24.0), np.zeros(24))[1] == 0).all()


def test_plates_face_the_way_their_neighbours_do_and_no_door_votes_for_itself() -> None:
    rows = numbered([1, 3, 5, 7, 9, 11, 13, 15])
    dy = np.full(8, -4.0)
    dy[3] = 9.0
    facing = fronts(rows, np.zeros(8), dy)
    np.testing.assert_allclose(facing[rows["door"] == 3], [[0.0, -1.0]])
    unknown = fronts(rows, np.full(8, np.nan), np.full(8, np.nan))
    assert (unknown == 0).all()


def test_the_class_of_a_measure_is_its_place_among_the_sizes() -> None:
    measure = np.concatenate([SIZES_M, -SIZES_M, np.nextafter(SIZES_M, 0), [0.0, 1e-300, 1e9], np.random.default_rng(0).normal(0, 20, 1000)])
    np.testing.assert_array_equal(size_class(measure), np.searchsorted(SIZES_M, np.abs(measure), side="right"))


def test_the_nearest_number_is_the_lower_of_two_and_on_the_same_side() -> None:
    rng = np.random.default_rng(4)
    rows = numbered(sorted(rng.choice(np.arange(1, 200), 80, replace=False).tolist()))
    x = np.where(rng.random(80) < 0.4, np.nan, 0.0)
    located = _Located(rows, "side", x, x)
    book = pd.DataFrame({"side": located.group, "number": located.number, "at": np.arange(len(located.at))}).sort_values("number", kind="stable")
    ask = rows[["opposite", "number"]].rename(columns={"opposite": "side"}).rename_axis("row").reset_index().sort_values("number", kind="stable")
    true = pd.merge_asof(ask, book, on="number", by="side", direction="nearest").set_index("row")["at"].sort_index()
    np.testing.assert_array_equal(_nearest(located, rows, "opposite"), true)
    assert (_nearest(located, rows.assign(opposite=-1), "opposite") == -1).all()


def test_places_in_reach_are_found_across_belts_and_none_twice() -> None:
    rng = np.random.default_rng(5)
    xy = np.vstack([rng.uniform(-700, 700, (300, 2)), [[0, 0], [GAP_REACH_M, GAP_REACH_M], [-GAP_REACH_M, 0]]])
    chosen = np.arange(0, len(xy), 3)
    one, two = _nearby(xy, chosen)
    near = (np.abs(xy[chosen, None] - xy[None]) <= GAP_REACH_M).all(axis=2)
    assert sorted(zip(one.tolist(), two.tolist(), strict=True)) == [(int(chosen[a]), int(b)) for a, b in np.argwhere(near)]
