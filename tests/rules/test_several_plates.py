"""一楼多牌: one building with numbers that are no row."""

from __future__ import annotations

from functools import cache

import numpy as np

from tests.town import Seen, Town, town


def plated(drawn: Town, name: str, x: float, y: float, *texts: str, w: float = 12, **plate: object) -> Town:
    drawn.house(f"B{name}", x, y, w=w)
    for i, text in enumerate(texts):
        at = x + (i + 0.5) * w / len(texts)
        drawn.plate(f"P{name}{i}", text, at, y + 0.5, **plate).address(f"A{name}{i}", text, at, y + 4)
    return drawn


@cache
def seen() -> Seen:
    drawn = town().street("和平路", n=12, y=200, prefix="h")
    plated(drawn, "two", 300, 60, "民主街31号", "和平路77号")
    plated(drawn, "row", 300, 100, "民主街40号", "民主街42号", "民主街44号", w=18)
    plated(drawn, "gap", 300, 140, "民主街50号", "民主街56号")
    plated(drawn, "jump", 300, 180, "民主街60号", "民主街68号")
    plated(drawn, "sides", 300, 220, "民主街70号", "民主街71号")
    plated(drawn, "units", 300, 260, "民主街80号1单元", "民主街80号2单元", level="unit")
    plated(drawn, "compound", 300, 300, "民主街90号1栋", "民主街90号2栋")
    plated(drawn, "same", 300, 340, "民主街92号", "民主街92号")
    plated(drawn, "down", 300, 380, "民主街94号", "和平路95号").change("plates", "Pdown1", state="removed")
    plated(drawn, "side", 300, 420, "民主街96号", "和平路97号").change("plates", "Pside1", level="side")
    return drawn.verify()


def test_two_numbers_of_two_streets_are_reported_as_to_be_looked_at() -> None:
    finding = seen().finding("several_plates", "Btwo")
    assert (finding["certainty"], finding["value"]) == ("suspect", 2)
    assert sorted(finding["related"]) == ["Ptwo0", "Ptwo1"]


def test_consecutive_numbers_of_one_side_are_a_row() -> None:
    assert "several_plates" not in seen().codes("Brow")


def test_a_reserved_gap_still_is_a_row_and_a_jump_is_not() -> None:
    assert "several_plates" not in seen().codes("Bgap")
    assert "several_plates" in seen().codes("Bjump")


def test_numbers_of_both_sides_are_no_row() -> None:
    assert "several_plates" in seen().codes("Bsides")


def test_units_and_the_buildings_of_a_compound_are_legal() -> None:
    assert "several_plates" not in seen().codes("Bunits", "Bcompound")


def test_one_number_twice_is_one_number() -> None:
    assert "several_plates" not in seen().codes("Bsame")


def test_a_removed_plate_and_a_side_plate_do_not_count() -> None:
    assert "several_plates" not in seen().codes("Bdown", "Bside")


def test_a_row_on_the_border_of_two_villages_is_a_row() -> None:
    drawn = town().village("500120105002", "新桥社区", x=500, y=-500)
    plated(drawn, "row", 480, 100, "民主街40号", "民主街42号", "民主街44号", w=36)
    result = drawn.verify()
    assert result.row("plates", "Prow0")["village_code"] != result.row("plates", "Prow2")["village_code"]
    assert "several_plates" not in result.codes("Brow")


def test_where_no_plate_hangs_on_a_building_nothing_is_said() -> None:
    assert Town().village().house("B1", 0, 0).address("A1", "民主街1号", 5, 5).verify().subjects("several_plates") == []


def beside(distance_m: float) -> Seen:
    """A house with a number, and so far from it a plate and an address of another number with no house of their own."""
    drawn = town().street("和平路", n=12, y=200, prefix="h")
    drawn.house("B", 300, 60, w=12).plate("P0", "民主街31号", 303, 60.5).address("A0", "民主街31号", 303, 64)
    return drawn.plate("P1", "和平路77号", 312 + distance_m, 66).address("A1", "和平路77号", 312 + distance_m, 66).verify()


def test_a_plate_that_is_not_decided_counts_where_it_most_likely_hangs() -> None:
    result = beside(5)
    assert result.row("plates", "P1")["building_id"] is np.nan
    assert sorted(result.finding("several_plates", "B")["related"]) == ["P0", "P1"]
    assert "undecided_plate" in result.codes("P1")


def test_a_plate_that_may_well_hang_elsewhere_does_not_count() -> None:
    result = beside(7)
    assert "undecided_plate" in result.codes("P1")
    assert "several_plates" not in result.codes("B")


def test_a_row_with_one_misspelt_plate_is_a_row() -> None:
    drawn = town().street("和平路", n=12, y=200, prefix="h")
    plated(drawn, "slip", 300, 100, "民主街40号", "民注街42号", "民主街44号", w=18)
    plated(drawn, "other", 300, 140, "民主街50号", "和平路52号")
    result = drawn.verify()
    assert "several_plates" not in result.codes("Bslip")
    assert "several_plates" in result.codes("Bother")
