"""Which plates and addresses speak of the same door."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.crosswalk import crosswalk
from geo.describe import describe
from geo.match import ALIAS, OLD, OWN, SPELT, Doors, match
from geo.profile import Habits, Thresholds
from tests.town import CODE, Town

RENEWED = pd.DataFrame({c: pd.Series(dtype="str") for c in ("village_code_old", "old_door", "village_code_new", "new_door")})


def matched(drawn: Town, renewed: pd.DataFrame = RENEWED) -> tuple[Doors, pd.DataFrame, pd.DataFrame]:
    inputs = drawn.inputs()
    plates, addresses = describe(inputs, crosswalk(inputs)[0], habits=Habits())
    addresses = addresses[addresses["active"] & ~addresses["rolls_up"]]
    addresses = addresses.assign(outline=None)
    return match(plates, addresses, renewed, thresholds=Thresholds()), plates, addresses


def pairs(drawn: Town, renewed: pd.DataFrame = RENEWED) -> dict[tuple[str, str], int]:
    doors, plates, addresses = matched(drawn, renewed)
    p, a = plates["plate_id"].to_numpy()[doors.pairs["plate"]], addresses["address_id"].to_numpy()[doors.pairs["address"]]
    return dict(zip(zip(p, a, strict=True), doors.pairs["via"], strict=True))


def test_no_row_on_either_side() -> None:
    for drawn in (Town().village().house("B", 0, 0), Town().village().plate("P", "民主街1号", 0, 0), Town().village().address("A", "民主街1号", 0, 0)):
        doors, plates, addresses = matched(drawn)
        assert doors.pairs.empty
        assert doors.doors_n == len(plates) + len(addresses)


def test_one_plate_and_one_address_of_one_key_are_one_door() -> None:
    doors, _, _ = matched(Town().village().plate("P", "民主街1号", 0, 0).address("A", "民主街1号", 5, 5))
    assert doors.plate_door.tolist() == doors.address_door.tolist() == [0]
    assert doors.pairs["distance_m"].round(3).tolist() == [7.071]


def test_up_to_a_hundred_and_fifty_metres_one_key_is_one_door() -> None:
    assert pairs(Town().village().plate("P", "民主街1号", 0, 0).address("A", "民主街1号", 150, 0)) == {("P", "A"): OWN}
    assert pairs(Town().village().plate("P", "民主街1号", 0, 0).address("A", "民主街1号", 150.01, 0)) == {}


def test_a_declared_id_joins_at_any_distance() -> None:
    assert pairs(Town().village().plate("P", "民主街1号", 0, 0, address_id="A").address("A", "民主街1号", 300, 0)) == {("P", "A"): OWN}


def test_without_a_point_the_key_is_enough() -> None:
    assert pairs(Town().village().plate("P", "普兴社区民主街1号").address("A", "民主街1号", 5, 5)) == {("P", "A"): OWN}


def test_an_alias_and_a_renewed_number_join_and_say_so() -> None:
    drawn = Town().village().plate("P1", "民主街1号(原和平街7号)", 0, 0).address("A1", "和平街7号", 5, 5)
    assert pairs(drawn) == {("P1", "A1"): ALIAS}
    _, plates, addresses = matched(Town().village().plate("P1", "1组1号", 0, 0).address("A1", "梨花路1号", 5, 5))
    renewed = pd.DataFrame({"village_code_old": [CODE], "old_door": [plates["door"].iloc[0]], "village_code_new": [CODE], "new_door": [addresses["door"].iloc[0]]}).astype("str")
    assert pairs(Town().village().plate("P1", "1组1号", 0, 0).address("A1", "梨花路1号", 5, 5), renewed) == {("P1", "A1"): OLD}


def test_of_two_plates_the_one_nearer_by_more_than_eight_metres_is_taken() -> None:
    drawn = Town().village().plate("P1", "民主街1号", 0, 0).plate("P2", "民主街1号", 60, 0).address("A", "民主街1号", 5, 0)
    assert pairs(drawn) == {("P1", "A"): OWN}


def test_two_equally_near_plates_of_one_key_leave_the_address_torn() -> None:
    doors, _, _ = matched(Town().village().plate("P1", "民主街1号", -30, 0).plate("P2", "民主街1号", 30, 0).address("A", "民主街1号", 0, 0))
    assert doors.pairs.empty
    assert doors.undecided[["plate", "address"]].to_numpy().tolist() == [[0, 0], [1, 0]]


def test_two_plates_at_one_door_are_one_place_and_the_smaller_id_is_taken() -> None:
    assert pairs(Town().village().plate("P2", "民主街1号", 1, 0).plate("P1", "民主街1号", -1, 0).address("A", "民主街1号", 0, 0)) == {("P1", "A"): OWN}


def test_equal_numbers_of_two_villages_are_two_doors() -> None:
    drawn = Town().village().village("500120105002", "新桥社区", x=500, y=-500)
    drawn.plate("P1", "普兴社区1组1号", 0, 0).plate("P2", "新桥社区1组1号", 600, 0).address("A1", "普兴社区1组1号", 0, 5).address("A2", "新桥社区1组1号", 600, 5)
    assert pairs(drawn) == {("P1", "A1"): OWN, ("P2", "A2"): OWN}


def test_a_slip_of_the_pen_in_a_street_joins_and_a_direction_never_does() -> None:
    drawn = Town().village()
    for i in range(8):
        drawn.plate(f"P{i}", f"梨花街{i + 1}号", 20 * i, 0).address(f"A{i}", f"梨花街{i + 1}号", 20 * i, 5)
    slip = drawn.plate("Pslip", "梨化街9号", 160, 0).address("Aslip", "梨花街9号", 160, 5)
    assert pairs(slip)["Pslip", "Aslip"] == SPELT
    other = Town().village()
    for i in range(8):
        other.plate(f"P{i}", f"上街{i + 1}号", 20 * i, 0).address(f"A{i}", f"上街{i + 1}号", 20 * i, 5)
    assert ("Pdown", "Adown") not in pairs(other.plate("Pdown", "下街9号", 160, 0).address("Adown", "上街9号", 160, 5))


def test_leftovers_of_one_place_side_by_side_are_conflicts_and_one_door() -> None:
    doors, _, _ = matched(Town().village().plate("P", "民主街21号", 0, 0).address("A", "民主街12号", 3, 3))
    assert doors.pairs.empty
    assert doors.conflicts[["plate", "address"]].to_numpy().tolist() == [[0, 0]]
    assert doors.address_door.tolist() == [0]


def test_addresses_without_plate_of_one_key_are_one_door_within_thirty_metres() -> None:
    doors, _, _ = matched(Town().village().address("A1", "民主街1号", 0, 0).address("A2", "民主街1号", 29, 0).address("A3", "民主街1号", 31, 0))
    assert doors.address_door[0] == doors.address_door[1] != doors.address_door[2]


def test_shuffled_rows_make_the_same_pairs() -> None:
    rng = np.random.default_rng(4)
    drawn = Town().village()
    for i in range(40):
        x, y = rng.uniform(-400, 400, 2)
        drawn.plate(f"P{i}", f"民主街{rng.integers(1, 25)}号", x, y).address(f"A{i}", f"民主街{rng.integers(1, 25)}号", *(rng.uniform(-400, 400, 2)))
    assert pairs(drawn) == pairs(drawn.reversed()) != {}


def test_without_point_and_without_village_the_number_alone_joins_nothing() -> None:
    assert pairs(Town().village().plate("P", "民主街1号").address("A", "民主街1号", 5, 5)) == {}
