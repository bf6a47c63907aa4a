"""Tallies: sums over sums, with a row for what lies in no village, and a total that is their sum."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from geo.outputs import METRICS
from tests.town import NOBODY, Seen, Town, town

EAST, EAST_CODE = "新桥社区", "500120105002"


@cache
def seen() -> Seen:
    drawn = town().village(EAST_CODE, EAST, x=500, y=-500, target_ratio="0.8")
    drawn.home("e1", 600, 60, f"{EAST}1组1号").house("e2", 600, 120).house("e3", 600, 180).address("Ae3", f"{EAST}1组3号", 605, 185)
    drawn.plate("Pdangling", f"{EAST}1组9号", 800, 300).address("Avirtual", f"{EAST}1组8号", 800, -300)
    drawn.home("worn", 600, 240, f"{EAST}1组4号").change("plates", "Pworn", face="missing")
    drawn.house("Boutside", 700, 700)
    drawn.people("A1", **NOBODY | {"resident_n": 3, "registered_n": 5}).people("Ae1", **NOBODY | {"registered_n": 2, "resident_n": None})
    drawn.people("Avirtual", **NOBODY | {"resident_n": 4}).people("nobody knows", **NOBODY | {"resident_n": 6})
    drawn.address("Anopoint", f"{EAST}1组1号附1号")
    return drawn.verify()


@pytest.mark.parametrize("metric", [m.name for m in METRICS])
def test_villages_sum_to_the_total(metric: str) -> None:
    table = seen().verification.tallies.set_index("village_code")
    for end in ("n", "d"):
        assert table[f"{metric}_{end}"].drop("total").sum() == table.loc["total", f"{metric}_{end}"]
    n, d = seen().tally(metric)
    assert 0 <= n <= d or metric == "virtual_share"


def test_plates_on_the_wall_and_the_rate_that_cannot_be_improved_by_purging() -> None:
    assert seen().tally("plates_on_wall", EAST_CODE) == (1, 3)
    assert seen().tally("plates_on_wall_all", EAST_CODE) == (1, 5)


def test_buildings_plated_and_numbered() -> None:
    assert seen().tally("buildings_plated", EAST_CODE) == (1, 4)
    assert seen().tally("buildings_numbered", EAST_CODE) == (3, 4)


def test_one_to_one_counts_orphans_too() -> None:
    assert seen().tally("one_to_one", "500120105001") == (12, 12)
    n, d = seen().tally("one_to_one", EAST_CODE)
    assert n == 2, "a worn plate still is the plate of its door"
    assert d >= 6


def test_dangling_virtual_and_on_map() -> None:
    assert seen().tally("dangling_share", EAST_CODE) == (1, 3)
    assert seen().tally("virtual_share", EAST_CODE)[0] >= 1
    assert seen().tally("on_map", EAST_CODE) == (4, 5)


def test_people_are_residents_where_known_else_registered() -> None:
    assert seen().tally("people_placed", "500120105001") == (3, 3)
    assert seen().tally("people_placed", EAST_CODE) == (2, 6)
    assert seen().tally("people_placed") == (5, 15)


def test_what_lies_in_no_village_has_a_row_of_its_own() -> None:
    table = seen().verification.tallies.set_index("village_code")
    assert table.loc["", "buildings_plated_d"] == 1


def test_a_village_has_its_own_target() -> None:
    table = seen().verification.tallies.set_index("village_code")
    assert table.loc[EAST_CODE, "plates_on_wall_target"] == 0.8
    assert table.loc["500120105001", "plates_on_wall_target"] == 0.95


def test_a_denominator_of_zero_has_no_ratio() -> None:
    table = town().verify().verification.tallies.set_index("village_code")
    assert table.loc["total", "people_placed_d"] == 0
    assert pd.isna(table.loc["total", "people_placed_ratio"])


def test_an_empty_project_has_zeros_and_no_ratio() -> None:
    table = Town().village().verify().verification.tallies.set_index("village_code")
    assert set(table.index) == {"500120105001", "total"}
    assert table[[f"{m.name}_d" for m in METRICS]].to_numpy().sum() == 0
