"""Which building each door belongs to: what counts, and that it counts together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from geo.assign import Assignment, assign
from geo.locate import Outlines, locate

REACH_M, STRAY_M = 30.0, 150.0


def solved(houses: list[Any], spots: list[tuple[int, str, float, float]], *, hints: list[tuple[int, int, float]] | None = None, follow: list[tuple[int, int]] | None = None, **given: Any) -> Assignment:
    """Doors seen at `spots` (door, kind, x, y) among rectangles (x, y) of 10 m."""
    footprints = np.array([box(x, y, x + 10, y + 10) for x, y in houses], dtype=object)
    table = pd.DataFrame(spots, columns=["door", "kind", "x", "y"]).astype({"door": int, "kind": "str"})
    near = locate(np.array([*(Point(x, y) for _, _, x, y in spots), None], dtype=object)[:-1], Outlines(footprints), within_m=REACH_M)
    doors_n = max([*(s[0] for s in spots), *(h[0] for h in hints or [])], default=-1) + 1
    options = {
        "footprints": footprints,
        "floors": np.full(len(houses), np.nan),
        "rooms": pd.DataFrame({"door": np.zeros(0, int), "storey": np.zeros(0)}),
        "names": np.array([pd.util.hash_array(np.array([f"door {i}"], dtype=object), categorize=False)[0] for i in range(doors_n)], dtype=np.uint64),
        "building_prior": np.ones(len(houses)),
        "wants_door": np.ones(len(houses), dtype=bool),
        "described": np.zeros(len(houses), dtype=int),
        "passing": np.zeros(len(houses), dtype=bool),
        "door_passing": np.zeros(doors_n, dtype=bool),
        "door_none": np.full(doors_n, 0.01),
        "share": 0.05,
        "stray": 0.01,
        "roof_log_odds": 4.0,
        "reach_m": REACH_M,
        "stray_m": STRAY_M,
    } | given
    return assign(
        table,
        near,
        pd.DataFrame(hints or [], columns=["door", "building", "log_odds"]).astype({"door": int, "building": int, "log_odds": float}),
        in_order(follow or []),
        **options,
    )


def in_order(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    """One street whose doors follow each other as the pairs say."""
    next_ = dict(pairs)
    number: dict[int, int] = {}
    for head in sorted(set(next_) - set(next_.values())):
        door: int | None = head
        while door is not None:
            number[door] = 2 * len(number) + 1
            door = next_.get(door)
    doors = sorted(number, key=lambda d: number[d])
    rows = [(d, 0, 0, -1, float(number[d]), next_.get(d, -1)) for d in doors]
    return pd.DataFrame(rows, columns=["door", "street", "side", "opposite", "number", "next"]).astype({"number": float})


def best(result: Assignment) -> dict[int, tuple[int, float]]:
    first = result.edges.drop_duplicates("door")
    return {int(d): (int(b), float(p)) for d, b, p in zip(first["door"], first["building"], first["probability"], strict=True)}


def test_nothing_to_assign() -> None:
    for result in (solved([], []), solved([(0, 0)], [])):
        assert result.edges.empty
        assert result.none.tolist() == []


def test_a_door_without_candidates_belongs_to_none() -> None:
    result = solved([(0, 0)], [(0, "plate", 500, 500)])
    assert result.edges.empty
    assert result.none.tolist() == [1.0]


def test_one_door_inside_one_house() -> None:
    assert best(solved([(0, 0)], [(0, "plate", 5, 1)]))[0][1] > 0.95


def test_between_two_equal_houses_nothing_decides() -> None:
    result = solved([(0, 0), (16, 0)], [(0, "plate", 13, 5)])
    assert abs(result.edges["probability"].iloc[0] - result.edges["probability"].iloc[1]) < 1e-9
    assert result.edges["building"].tolist() == [0, 1], "a tie is listed by position"


def test_a_neighbour_with_its_own_door_leaves_the_other_house() -> None:
    alone = best(solved([(0, 0), (14, 0)], [(0, "plate", 12, 5)]))[0]
    beside = best(solved([(0, 0), (14, 0)], [(0, "plate", 12, 5), (1, "plate", 5, 5)]))[0]
    assert alone[1] < 0.9
    assert beside[0] == 1
    assert beside[1] > alone[1]


def test_the_whole_row_decides_together() -> None:
    """Six houses in a row, every plate half a pitch to the east: the last one has only one house left."""
    houses = [(12.0 * i, 0.0) for i in range(6)]
    result = best(solved(houses, [(i, "plate", 12.0 * i + 8, 0.0) for i in range(6)]))
    assert [result[i][0] for i in range(6)] == [0, 1, 2, 3, 4, 5]


def test_a_declared_building_weighs_and_may_be_named_by_no_point() -> None:
    assert best(solved([(0, 0), (16, 0)], [(0, "plate", 13, 5)], hints=[(0, 1, 6.0)]))[0][0] == 1
    assert best(solved([(0, 0), (300, 0)], [(0, "plate", 500, 500)], hints=[(0, 1, 6.0)]))[0][0] == 1
    assert best(solved([(0, 0)], [], hints=[(0, 0, 6.0)]))[0][1] > 0.9


def test_a_shed_is_rarely_the_door() -> None:
    result = solved([(0, 0), (16, 0)], [(0, "plate", 13, 5)], building_prior=np.array([1.0, 0.05]), wants_door=np.array([True, False]))
    assert best(result)[0][0] == 0
    assert best(result)[0][1] > 0.8


def test_consecutive_numbers_are_neighbours() -> None:
    street = [(15.0 * i, 0.0) for i in range(12)]
    spots = [(i, "plate", 15.0 * i + 5, 1.0) for i in range(12) if i != 5] + [(5, "plate", 80.0, 30.0)]
    houses = [*street, (75.0, 50.0)]
    free = solved(houses, spots, follow=[])
    tied = solved(houses, spots, follow=[(i, i + 1) for i in range(11)])
    own = [float(r.edges.loc[(r.edges["door"] == 5) & (r.edges["building"] == 5), "probability"].iloc[0]) for r in (tied, free)]
    assert own[0] > own[1]


def test_probabilities_of_a_door_and_none_sum_to_one() -> None:
    rng = np.random.default_rng(9)
    result = solved([tuple(p) for p in rng.uniform(0, 150, (25, 2))], [(i, "plate", *rng.uniform(0, 150, 2)) for i in range(25)])
    total = result.edges.groupby("door")["probability"].sum().reindex(range(25), fill_value=0) + result.none
    np.testing.assert_allclose(total, 1, atol=1e-9)


def test_a_delivery_that_is_precise_is_believed_more_than_one_that_is_not() -> None:
    def sure(noise_m: float) -> float:
        rng = np.random.default_rng(2)
        houses = [(30.0 * (i % 10), 40.0 * (i // 10)) for i in range(120)]
        spots = [(i, "plate", x + 5 + rng.normal(0, noise_m), y + rng.normal(0, noise_m)) for i, (x, y) in enumerate(houses)]
        return best(solved([*houses, (600, 600), (616, 600)], [*spots, (120, "plate", 612.0, 605.0)]))[120][1]

    assert sure(0.2) > sure(5.0)


def test_shuffled_rows_give_the_same_probabilities() -> None:
    rng = np.random.default_rng(12)
    houses = [tuple(p) for p in rng.uniform(0, 120, (15, 2))]
    spots = [(i, "plate", *rng.uniform(0, 120, 2)) for i in range(15)]
    straight = solved(houses, spots, follow=[(i, i + 1) for i in range(14)])
    order = rng.permutation(15)
    shuffled = solved(houses, [spots[i] for i in order], follow=[(i, i + 1) for i in range(14)][::-1])
    pd.testing.assert_frame_equal(shuffled.edges, straight.edges, atol=1e-9)


def test_a_tie_to_a_door_without_candidates_says_nothing() -> None:
    spots = [(0, "plate", 5.0, 1.0), (1, "plate", 25.0, 1.0), (2, "plate", 500.0, 500.0)]
    free = solved([(0, 0), (20, 0)], spots)
    for follow in ([(1, 2)], [(2, 1)], [(0, 2)], [(2, 0)]):
        pd.testing.assert_frame_equal(solved([(0, 0), (20, 0)], spots, follow=follow).edges, free.edges, atol=1e-3)


def test_rooms_above_a_roof_speak_for_the_taller_house() -> None:
    spots = [(0, "plate", 13.0, 5.0)]
    rooms = pd.DataFrame({"door": [0, 0], "storey": [1.0, 5.0]})
    told = solved([(0, 0), (16, 0)], spots, floors=np.array([2.0, 6.0]), rooms=rooms)
    unknown = solved([(0, 0), (16, 0)], spots, floors=np.array([np.nan, np.nan]), rooms=rooms)
    assert best(told)[0] == (1, pytest.approx(np.exp(2) / (1 + np.exp(2)), abs=0.05))
    assert abs(unknown.edges["probability"].iloc[0] - unknown.edges["probability"].iloc[1]) < 1e-9


def test_numbers_that_run_west_to_east_say_which_of_two_houses_is_the_next() -> None:
    """Two plates between two houses, both where either may be: the lower number belongs to the house nearer the lower end."""
    houses = [(12.0 * i, 0.0) for i in range(30)]
    spots = [(i, "plate", 12.0 * i + 5 + 0.3 * (-1) ** i, -0.5) for i in range(30) if i not in (14, 15)]
    spots += [(14, "plate", 12.0 * 15 - 0.5, -0.5), (15, "plate", 12.0 * 15 - 0.5, -0.5)]
    free, ordered = (solved(houses, spots, follow=f) for f in ([], [(i, i + 1) for i in range(29)]))
    own = [float(r.edges.loc[(r.edges["door"] == 14) & (r.edges["building"] == 14), "probability"].iloc[0]) for r in (free, ordered)]
    assert own[0] == pytest.approx(0.5, abs=0.05)
    assert own[1] > 0.8


def test_what_a_survey_leaves_empty_tells_a_shed_from_a_house() -> None:
    """Forty houses with their doors, each with a shed behind; a door between a house and a shed."""
    houses = [(30 * i, 0) for i in range(41)] + [(30 * i, 14) for i in range(41)]
    spots = [(i, "plate", 30 * i + 5, 1) for i in range(40)] + [(40, "plate", 30 * 40 + 5, 12.2)]  # 2.2 m from the house, 1.8 m from the shed
    kind = np.repeat([1, 0], 41)
    assert best(solved(houses, spots))[40][0] == 81, "the shed is nearer, and nothing says that it is one"
    building, probability = best(solved(houses, spots, described=kind))[40]
    assert building == 40
    assert probability > 0.9


def test_a_temporary_number_between_two_buildings_belongs_to_the_temporary_one_where_the_others_do() -> None:
    houses = [(30 * i, 0) for i in range(41)] + [(30 * 40, 14)]
    spots = [(i, "plate", 30 * i + 5, 1) for i in range(40)] + [(40, "plate", 30 * 40 + 5, 12)]  # 2 m from either
    shacks, numbers = np.arange(42) % 4 == 0, np.arange(41) % 4 == 0
    shacks[[40, 41]] = [False, True]
    assert best(solved(houses, spots))[40][1] < 0.9
    building, probability = best(solved(houses, spots, passing=shacks, door_passing=numbers))[40]
    assert building == 41
    assert probability > 0.95


def test_where_lasting_and_temporary_numbers_are_mixed_their_kind_tells_nothing() -> None:
    houses = [(30 * i, 0) for i in range(41)] + [(30 * 40, 14)]
    spots = [(i, "plate", 30 * i + 5, 1) for i in range(40)] + [(40, "plate", 30 * 40 + 5, 12)]
    shacks, numbers = np.arange(42) % 4 < 2, np.arange(41) % 2 == 0
    shacks[[40, 41]] = [False, True]
    assert best(solved(houses, spots, passing=shacks, door_passing=numbers))[40][1] < 0.7


def test_where_no_building_is_temporary_the_kind_of_a_number_changes_nothing() -> None:
    houses = [(30 * i, 0) for i in range(41)] + [(30 * 40, 14)]
    spots = [(i, "plate", 30 * i + 5, 1) for i in range(40)] + [(40, "plate", 30 * 40 + 5, 12.2)]
    plain, told = solved(houses, spots), solved(houses, spots, door_passing=np.arange(41) > 30)
    np.testing.assert_allclose(plain.edges["probability"], told.edges["probability"], atol=1e-12)


def test_a_difference_that_may_be_chance_teaches_nothing() -> None:
    houses, spots = [(30 * i, 0) for i in range(12)], [(i, "plate", 30 * i + 5, 1) for i in range(9)]
    odd = np.array([0] * 9 + [1] * 3)  # the three without a door are described otherwise: too few to say so
    alike, told = solved(houses, spots), solved(houses, spots, described=odd)
    np.testing.assert_array_equal(alike.edges["probability"], told.edges["probability"])
