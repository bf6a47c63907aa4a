"""Buildings described like those that have no number are not decided by position alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.outbuildings import LIKELIEST, doubt, outbuildings
from tests.town import Town

HOUSE, SHED = 1, 0


def _told(villages: list[tuple[str, int, int, int]], ratio: float = 0.1) -> dict[tuple[str, int], bool]:
    """Told per (village, description), of villages given as (code, description, buildings, how many of them have a number)."""
    rows = pd.DataFrame([(v, d, i < numbered) for v, d, n, numbered in villages for i in range(n)], columns=["village", "described", "numbered"])
    edges = pd.DataFrame({"door": np.arange(rows["numbered"].sum()), "building": np.flatnonzero(rows["numbered"]), "probability": 0.98})
    out = outbuildings(
        edges, described=rows["described"].to_numpy(), wants_door=np.ones(len(rows), dtype=bool), village_code=rows["village"].astype("str"), ratio=ratio
    )
    told = rows.assign(told=out).groupby(["village", "described"])["told"]
    assert (told.min() == told.max()).all()
    return told.first().to_dict()


def test_what_hardly_ever_has_a_number_beside_houses_that_do_is_an_outbuilding() -> None:
    assert _told([("1", HOUSE, 60, 58), ("1", SHED, 40, 2)]) == {("1", HOUSE): False, ("1", SHED): True}


def test_houses_that_seldom_have_a_number_are_houses() -> None:
    assert not any(_told([("1", HOUSE, 60, 58), ("1", SHED, 40, 5)]).values())


def test_a_village_whose_plates_are_not_up_yet_says_nothing() -> None:
    assert not any(_told([("1", HOUSE, 60, 2), ("1", SHED, 40, 1)]).values())


def test_a_new_village_without_descriptions_beside_old_ones_with_is_no_village_of_sheds() -> None:
    assert not any(_told([("old", HOUSE, 200, 195), ("new", SHED, 200, 3)]).values())
    # nor when one old house with a number stands among them
    assert not any(_told([("old", HOUSE, 200, 195), ("new", SHED, 200, 3), ("new", HOUSE, 1, 1)]).values())


def test_few_buildings_teach_nothing() -> None:
    assert not any(_told([("1", HOUSE, 9, 9), ("1", SHED, 9, 0)]).values())


@pytest.mark.parametrize("rows", [0, 1])
def test_no_footprints_and_one_are_answered(rows: int) -> None:
    edges = pd.DataFrame({"door": [0] * rows, "building": [0] * rows, "probability": [0.9] * rows})
    nothing = np.zeros(rows, dtype=int)
    told = outbuildings(edges, described=nothing, wants_door=nothing == 0, village_code=pd.Series(["1"] * rows, dtype="str"), ratio=0.1)
    assert told.tolist() == [False] * rows


def test_what_no_number_is_wanted_of_is_not_told_again() -> None:
    edges = pd.DataFrame({"door": np.arange(30), "building": np.arange(30), "probability": 1.0})
    described, wants = np.repeat([HOUSE, SHED], 30), np.repeat([True, False], 30)
    assert not outbuildings(edges, described=described, wants_door=wants, village_code=pd.Series(["1"] * 60), ratio=0.1).any()


_EDGES = pd.DataFrame({"door": [0, 0, 1, 2], "building": [5, 6, 5, 7], "probability": [0.96, 0.03, 0.4, 0.9]})
_NONE = np.array([0.01, 0.6, 0.1])
_AT_FIVE = np.arange(8) == 5


def test_an_outbuilding_is_at_most_as_likely_as_not_and_the_rest_is_no_building() -> None:
    edges, none = doubt(_EDGES, _NONE, pd.DataFrame({"door": [], "building": []}), _AT_FIVE)
    assert edges[["door", "building"]].to_numpy().tolist() == [[0, 5], [0, 6], [1, 5], [2, 7]]
    assert edges["probability"].to_numpy() == pytest.approx([LIKELIEST, 0.03, 0.4, 0.9])
    assert none == pytest.approx([0.47, 0.6, 0.1])
    assert edges.groupby("door")["probability"].sum().to_numpy() + none == pytest.approx(_EDGES.groupby("door")["probability"].sum().to_numpy() + _NONE)


def test_a_declared_outbuilding_stays_as_it_was_judged() -> None:
    edges, none = doubt(_EDGES, _NONE, pd.DataFrame({"door": [0], "building": [5]}), _AT_FIVE)
    pd.testing.assert_frame_equal(edges, _EDGES)
    assert none.tolist() == _NONE.tolist()


def test_the_likelier_candidate_comes_first_again() -> None:
    edges = pd.DataFrame({"door": [0, 0], "building": [5, 4], "probability": [0.51, 0.505]})
    assert doubt(edges, np.zeros(1), pd.DataFrame({"door": [], "building": []}), _AT_FIVE)[0]["building"].tolist() == [4, 5]


def test_a_number_inside_a_shed_is_left_open_and_says_why() -> None:
    drawn = Town().village()
    for i in range(24):
        drawn.home(f"h{i}", 30 * i, 0, f"民主街{2 * i + 1}号", use="residential", floors_n=2)
        drawn.house(f"S{i}", 30 * i, 40, w=12, d=12)
    # the house of number 2 is not in the survey; its plate and address lie in the middle of a shed
    drawn.plate("P", "民主街2号", 6, 46).address("A", "民主街2号", 6, 46)
    links = drawn.verify().verification.links
    mine = links[(links["plate_id"] == "P") & links["building_id"].notna()]
    assert mine[["building_id", "state", "reason", "score"]].to_numpy().tolist() == [["S0", "undecided", "outbuilding", LIKELIEST]]


def test_a_number_inside_a_shed_that_it_declares_is_decided() -> None:
    drawn = Town().village()
    for i in range(24):
        drawn.home(f"h{i}", 30 * i, 0, f"民主街{2 * i + 1}号", use="residential", floors_n=2)
        drawn.house(f"S{i}", 30 * i, 40, w=12, d=12)
    drawn.plate("P", "民主街2号", 6, 46, building_id="S0").address("A", "民主街2号", 6, 46)
    assert drawn.verify().row("plates", "P")["building_id"] == "S0"
