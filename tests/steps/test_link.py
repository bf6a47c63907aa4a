"""From probabilities to links: decided, undecided, none; and which numbers follow each other."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from geo.link import LINK_COLUMNS, follow
from geo.match import Doors
from tests.town import Seen, Town, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("Brow", 0, 60, w=18).plate("Pr1", "民主街41号", 3, 60).plate("Pr3", "民主街43号", 9, 60).plate("Pr5", "民主街45号", 15, 60)
    drawn.address("Ar1", "民主街41号", 3, 63).address("Ar3", "民主街43号", 9, 63).address("Ar5", "民主街45号", 15, 63)
    drawn.house("Bo1", 0, 140).house("Bo2", 16, 140).plate("Popen", "普兴社区1组1号", 13, 145).address("Aopen", "普兴社区1组1号")
    drawn.plate("Ppair", "普兴社区1组2号").address("Apair", "普兴社区1组2号")
    drawn.house("Ball", 60, 140).plate("Ponly", "普兴社区1组3号", 65, 140)
    drawn.home("decl", 120, 140, "普兴社区1组4号").change("plates", "Pdecl", address_id="Adecl")
    return drawn.verify()


def links(**ids: str) -> pd.DataFrame:
    table = seen().verification.links
    for column, value in ids.items():
        table = table[table[column] == value]
    return table


def test_columns_and_their_ranges() -> None:
    table = seen().verification.links
    assert tuple(table.columns) == LINK_COLUMNS
    assert set(table["state"]) <= {"one_to_one", "grouped", "undecided", "confirmed", "rejected"}
    assert table["score"].between(0, 1).all()
    assert (table["distance_m"].dropna() >= 0).all()
    assert (table[["building_id", "plate_id", "address_id"]].notna().sum(axis=1) >= 2).all()


def test_a_correct_house_is_one_link_of_three() -> None:
    row = links(building_id="B1").iloc[0]
    assert (row["plate_id"], row["address_id"], row["state"], row["reason"]) == ("P1", "A1", "one_to_one", "same_key")


def test_several_doors_on_one_building_are_grouped() -> None:
    assert links(building_id="Brow")["state"].tolist() == ["grouped"] * 3


def test_an_undecided_door_is_shown_with_its_candidates_and_counted_to_none() -> None:
    table = links(plate_id="Popen")
    assert set(table.loc[table["building_id"].notna(), "building_id"]) == {"Bo1", "Bo2"}
    assert set(table.loc[table["building_id"].notna(), "state"]) == {"undecided"}
    assert pd.isna(seen().row("plates", "Popen")["building_id"])


def test_a_pair_that_lies_nowhere_is_still_a_pair() -> None:
    row = links(plate_id="Ppair").iloc[0]
    assert (row["address_id"], row["reason"]) == ("Apair", "same_key")
    assert pd.isna(row["building_id"])


def test_a_plate_alone_on_its_building_is_a_link() -> None:
    row = links(plate_id="Ponly").iloc[0]
    assert (row["building_id"], row["reason"]) == ("Ball", "neighbourhood")
    assert pd.isna(row["address_id"])


def test_a_declared_pair_says_so() -> None:
    assert links(plate_id="Pdecl")["reason"].tolist() == ["declared_id"]


def test_a_declared_building_outside_the_reach_is_checked_and_not_believed() -> None:
    drawn = town().house("Bfar", 300, 300).change("plates", "P1", building_id="Bfar")
    assert drawn.verify().row("plates", "P1")["building_id"] == "B1"


@pytest.mark.parametrize(("ratio", "state"), [(0.9, "undecided"), (0.4, "linked")])
def test_the_margin_decides_from_the_profiles_ratio_on(ratio: float, state: str) -> None:
    drawn = Town().village().street().house("B-1", 0, 60).house("B-2", 15, 60).plate("P", "普兴社区1组1号", 12, 65).where(decided_ratio=ratio)
    row = drawn.verify().row("plates", "P")
    assert isinstance(row["building_id"], str) == (state == "linked")


def followed(rows: list[tuple[str, float, str | None]]) -> list[tuple[int, int]]:
    """Pairs of rows (side, number, sub-number) that follow each other."""
    plates = pd.DataFrame({"side": [r[0] for r in rows], "number_n": [r[1] for r in rows], "sub_number": [r[2] for r in rows]}).astype({"side": "str", "number_n": float, "sub_number": "str"})
    none = plates.iloc[:0]
    empty = pd.DataFrame()
    doors = Doors(np.arange(len(rows)), np.zeros(0, int), empty, empty, empty, len(rows))
    told = follow(doors, plates, none)
    told = told[told["next"] >= 0]
    return list(zip(told["door"].tolist(), told["next"].tolist(), strict=True))


def test_on_a_street_every_second_number_follows_and_in_a_group_every_one() -> None:
    assert followed([("s|1", 1, None), ("s|1", 3, None), ("s|1", 7, None)]) == [(0, 1)]
    assert followed([("g|-1", 1, None), ("g|-1", 2, None), ("g|-1", 4, None)]) == [(0, 1)]


def test_other_sides_sub_numbers_and_unknown_numbers_follow_nobody() -> None:
    assert followed([("s|1", 1, None), ("s|0", 2, None)]) == []
    assert followed([("s|1", 1, None), ("s|1", 3, "1")]) == []
    assert followed([("s|1", 1, None), ("s|1", np.nan, None)]) == []
    assert followed([]) == []


def test_the_order_of_rows_changes_no_pair() -> None:
    assert followed([("s|1", 5, None), ("s|1", 1, None), ("s|1", 3, None)]) == [(1, 2), (2, 0)]
