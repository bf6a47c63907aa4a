"""What a guard is told: every name of a house, and every row that counts people at it or might."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from geo.outputs import OUTPUT
from geo.pipeline import verify
from geo.tables import HOUSES, OCCUPANCY, Verification
from tests.town import CODE, NOBODY, full, town

SOME = NOBODY | {"registered_n": 3}


@cache
def result() -> Verification:
    drawn = town().people("A1", **NOBODY).people("A2", **NOBODY | {"unit_n": None})
    drawn.address("Aold", "民主街3号", status="retired").people("Aold", **SOME)
    drawn.address("Aroom", "民主街5号1单元101室").people("Aroom", **NOBODY)
    drawn.crosswalk(full("解放街4号"), full("民主街4号"), "renumber").address("Aformer", "解放街4号", status="retired")
    drawn.address("Atwin", "民主街6号", 300, 300).people(None, text=full("民主街6号"), **SOME)
    drawn.people(None, text=full("民主街99号"), **SOME).people(None, text="民主街98号", **SOME)
    drawn.people(None, text=full("老院子"), **SOME).people(None, text="某处", **SOME)
    drawn.people("A-nobody-knows", **SOME).people("5.00227E+17", **SOME)
    return drawn.verify().verification


def row(**where: object) -> pd.Series:
    rows = result().occupancy
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, rows.to_string()
    return rows.iloc[0]


def names(house: str, kind: str) -> set[str]:
    rows = result().houses
    return set(rows.loc[(rows["house"] == house) & (rows["kind"] == kind), "name"])


def test_the_tables_are_as_declared() -> None:
    for name, columns in (("occupancy", OCCUPANCY), ("houses", HOUSES)):
        assert list(getattr(result(), name).columns) == [c.name for c in OUTPUT[name].columns] == list(columns)


def test_a_placed_row_counts_for_its_house_and_an_unknown_count_stays_unknown() -> None:
    assert row(address_id="A1")[["scope", "house", "registered_n", "unit_n"]].to_list() == ["house", "A1", 0.0, 0.0]
    assert pd.isna(row(address_id="A2")["unit_n"])


def test_a_retired_row_of_the_same_number_is_the_same_house() -> None:
    assert row(address_id="Aold")["house"] == "A3"
    assert names("A3", "address") == {"A3", "Aold"}


def test_both_sides_of_a_renumbering_are_names_of_one_house() -> None:
    assert names("A4", "address") == {"A4", "Aformer"}
    assert {n.split("|")[1] for n in names("A4", "key") | names("A4", "renewed")} == {"民主街", "解放街"}


def test_a_room_counts_for_its_house_but_does_not_count_the_address_itself() -> None:
    assert row(house="A5")["address_id"] == "A5"
    own = result().houses.query("name == 'A5'").iloc[0]
    assert (own["needs_count"], own["counted"]) == (True, False)


def test_a_text_that_fits_two_doors_speaks_of_the_house_of_both() -> None:
    assert row(reason="ambiguous")["house"] == "A6"
    assert names("A6", "address") == {"A6", "Atwin"}


def test_a_number_nobody_has_may_be_any_house_of_that_number_in_its_village() -> None:
    assert row(number="99")[["scope", "village_code"]].to_list() == ["number", CODE]
    other = row(number="98")
    assert other["scope"] == "number"
    assert pd.isna(other["village_code"]) or other["village_code"] == CODE


def test_a_text_without_a_number_may_be_any_house_of_its_village_and_one_without_a_village_any_house() -> None:
    assert row(scope="village")["village_code"] == CODE
    assert len(result().occupancy.query("scope == 'town'")) == 2, "a text that names nothing, and an id that lost its digits"


def test_an_id_that_the_register_does_not_hold_says_nothing_of_other_houses() -> None:
    assert row(scope="elsewhere")["reason"] == "no_such_address"


def test_a_refused_row_may_be_anybody() -> None:
    drawn = town().people("A1", **NOBODY)
    inputs = drawn.inputs()
    refused = pd.DataFrame({"table": ["population"], "source": ["p.csv"], "row": [7], "key": [None], "code": ["row_ragged"], "column": [None], "value": [None], "fix": ["x"]})
    cell = refused.assign(code="count_bad", row=8)
    found = verify(replace(inputs, quarantine=pd.concat([refused, cell], ignore_index=True)), drawn.profile()).occupancy
    assert found.loc[found["scope"] == "town", ["row", "reason"]].to_numpy().tolist() == [["p.csv#7", "refused"]]
    assert found.loc[found["scope"] == "town", "registered_n"].isna().all()


def test_no_population_is_no_row_and_every_active_address_is_uncounted() -> None:
    seen = town().verify().verification
    assert seen.occupancy.empty
    own = seen.houses[seen.houses["kind"] == "address"]
    assert len(own) == 12
    assert own["needs_count"].all()
    assert not own["counted"].any()


def test_the_order_of_rows_changes_nothing() -> None:
    def drawn(turned: bool) -> Verification:
        out = town().people("A1", **NOBODY).people(None, text=full("民主街99号"), **SOME).address("B9", "民主街1号", status="retired")
        return (out.reversed() if turned else out).verify().verification

    one, two = drawn(False), drawn(True)
    pd.testing.assert_frame_equal(one.houses, two.houses)
    pd.testing.assert_frame_equal(one.occupancy.drop(columns="row"), two.occupancy.iloc[::-1].reset_index(drop=True).drop(columns="row"))


@pytest.mark.parametrize("alias", ["（解放街9号）", "（曾用名解放街9号）"])
def test_a_name_in_brackets_joins_two_rows_into_one_house(alias: str) -> None:
    seen = town().address("Aalias", f"民主街20号{alias}").address("Anamed", "解放街9号").verify().verification
    own = seen.houses[seen.houses["kind"] == "address"].set_index("name")["house"]
    assert own["Aalias"] == own["Anamed"]
