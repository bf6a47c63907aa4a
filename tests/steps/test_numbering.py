"""A house gets the number its neighbours leave free: sides kept, gaps and reserved numbers respected, no guess where the row is broken."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.numbering import propose_numbers

NAN = float("nan")


def street(*numbers: int, place: str = "中山巷", pitch_m: float = 10.0, turned: bool = False) -> pd.DataFrame:
    """Odd doors along y = +8, even ones along y = -8; number n stands at x = n / 2 * pitch."""
    rows = [(place, n, NAN, (n + n % 2) / 2 * pitch_m, 8.0 if n % 2 else -8.0) for n in numbers]
    table = pd.DataFrame(rows, columns=["place", "number", "sub_number", "x", "y"])
    return table.assign(x=table["y"], y=table["x"]) if turned else table


def texts(x: float, y: float, doors: pd.DataFrame, **reserved: frozenset[int]) -> list[str]:
    return [p.text for p in propose_numbers(x, y, doors=doors, reserved=reserved)]


def test_a_gap_on_the_even_side_is_filled_with_the_even_number() -> None:
    assert texts(30, -8, street(1, 2, 3, 4, 5, 7, 8, 9, 10)) == ["中山巷6号"]


def test_the_odd_side_is_not_disturbed_by_the_even_one() -> None:
    assert texts(30, 8, street(1, 2, 3, 4, 6, 7, 8, 9, 10)) == ["中山巷5号"]


def test_the_street_may_run_in_any_direction() -> None:
    assert texts(-8, 30, street(1, 2, 3, 4, 5, 7, 8, 9, 10, turned=True)) == ["中山巷6号"]
    backwards = street(1, 2, 3, 4, 5, 7, 8, 9, 10).assign(x=lambda t: -t["x"])
    assert texts(-30, -8, backwards) == ["中山巷6号"]


def test_between_neighbours_without_a_gap_the_lower_one_gets_a_sub_number() -> None:
    doors = street(2, 4, 6, 8)
    assert texts(25, -8, doors) == ["中山巷4-1号"]
    taken = pd.concat([doors, pd.DataFrame([("中山巷", 4, 1, 24.0, -8.0)], columns=doors.columns)], ignore_index=True)
    assert texts(26, -8, taken) == ["中山巷4-2号"]


def test_a_reserved_number_is_not_given() -> None:
    doors = street(2, 4, 10, 12)
    assert texts(30, -8, doors) == ["中山巷6号"]
    assert texts(30, -8, doors, 中山巷=frozenset({6})) == ["中山巷8号"]
    assert texts(30, -8, doors, 中山巷=frozenset({6, 8})) == ["中山巷4-1号"]


def test_a_number_taken_by_a_door_nobody_can_locate_is_not_given_twice() -> None:
    lost = pd.DataFrame([("中山巷", 6, NAN, NAN, NAN)], columns=["place", "number", "sub_number", "x", "y"])
    assert texts(30, -8, pd.concat([street(2, 4, 8, 10), lost], ignore_index=True)) == ["中山巷4-1号"]


def test_a_wide_gap_is_filled_where_the_house_stands_in_it() -> None:
    doors = street(2, 4, 12, 14)
    assert texts(29, -8, doors) == ["中山巷6号"]
    assert texts(51, -8, doors) == ["中山巷10号"]


def test_the_end_of_a_row_leaves_numbers_for_the_plots_in_between() -> None:
    doors = street(2, 4, 6)
    assert texts(40, -8, doors) == ["中山巷8号"]
    assert texts(61, -8, doors) == ["中山巷12号"]


def test_a_house_far_beyond_the_last_door_gets_no_proposal() -> None:
    assert texts(75, -8, street(2, 4, 6)) == ["中山巷14号"]
    assert texts(95, -8, street(2, 4, 6)) == []


def test_a_bent_street_and_a_building_of_several_doors_are_one_row() -> None:
    doors = street(*range(1, 21))
    bent = doors.assign(y=doors["y"] + doors["x"] ** 2 / 400)
    bent.loc[bent["number"].isin([9, 11]), ["x", "y"]] = (55.0, 8 + 55.0**2 / 400)
    assert texts(50, -8 + 50.0**2 / 400, bent[bent["number"] != 10]) == ["中山巷10号"]


def test_before_the_first_door_numbers_go_down_to_one_and_no_further() -> None:
    assert texts(21, 8, street(7, 9, 11)) == ["中山巷3号"]
    assert texts(-20, 8, street(3, 5, 7)) == ["中山巷1号"]
    assert texts(0, 8, street(1, 3, 5)) == []


def test_a_group_that_counts_on_one_side_steps_by_one() -> None:
    rows = [("3组", n, NAN, n * 12.0, (n % 3) * 1.0) for n in (1, 2, 3, 5, 6)]
    doors = pd.DataFrame(rows, columns=["place", "number", "sub_number", "x", "y"])
    assert texts(48, 1, doors) == ["3组4号"]


def test_neighbours_out_of_order_propose_nothing() -> None:
    doors = street(2, 4, 6, 8)
    doors.loc[doors["number"] == 4, "number"] = 40
    assert texts(25, -8, doors) == []


def test_a_single_neighbour_or_none_proposes_nothing() -> None:
    assert texts(25, -8, street(4)) == []
    assert texts(25, -8, street()) == []
    assert texts(900, 900, street(2, 4, 6, 8)) == []


def test_a_house_behind_another_one_is_not_beside_it() -> None:
    assert texts(20.2, -20, street(2, 4, 6, 8)) == []


def test_on_a_corner_both_rows_are_named_the_nearer_first() -> None:
    crossing = street(1, 3, 5, place="梅湖巷", turned=True).assign(x=lambda t: t["x"] + 40)
    doors = pd.concat([street(2, 4, 6), crossing], ignore_index=True)
    both = texts(41, -9, doors)
    assert both[0] == "中山巷8号"
    assert len(both) <= 2
    assert len({t[:2] for t in both}) == len(both)


def test_plate_and_address_of_one_door_are_one_neighbour() -> None:
    doors = street(2, 4, 8, 10)
    assert texts(30, -8, pd.concat([doors, doors.assign(x=doors["x"] + 1)], ignore_index=True)) == ["中山巷6号"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    numbers=st.lists(st.integers(1, 60), min_size=2, max_size=20, unique=True),
    x=st.floats(-50, 350),
    side=st.sampled_from([8.0, -8.0]),
    kept=st.frozensets(st.integers(1, 60), max_size=10),
    seed=st.integers(0, 9),
)
def test_no_proposal_is_taken_reserved_or_dependent_on_the_order_of_rows(
    numbers: list[int], x: float, side: float, kept: frozenset[int], seed: int
) -> None:
    doors = street(*numbers)
    found = propose_numbers(x, side, doors=doors, reserved={"中山巷": kept})
    for one in found:
        assert one.number >= 1
        assert one.sub_number or (one.number not in numbers and one.number not in kept)
        if one.how == "between" and one.before is not None and one.after is not None:
            assert one.before < one.number < one.after
    assert found == propose_numbers(x, side, doors=doors.sample(frac=1, random_state=seed), reserved={"中山巷": kept})


@pytest.mark.parametrize("column", ["place", "number"])
def test_a_row_without_place_or_number_is_no_door(column: str) -> None:
    doors = street(2, 4, 8, 10)
    blank = doors.iloc[:1].assign(x=30.0, **{column: None})
    assert texts(31, -8, pd.concat([doors, blank.astype(doors.dtypes) if column == "place" else blank.assign(number=NAN)])) == ["中山巷6号"]
