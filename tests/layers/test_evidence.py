"""The evidence of one object is complete: itself, what is linked, what its findings name; differences are marked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.evidence import difference, differing, evidence, former, pairs, parts
from layers.result import Result
from tests.layers.town import draw_links, draw_result, draw_town, text


def seen(result: Result, kind: str, one: str) -> dict[str, list[str]]:
    found = evidence(result, kind, one)
    assert found is not None
    return {k: found.objects(k)[f"{k}_id"].tolist() for k in ("building", "plate", "address")}


@pytest.mark.parametrize(("kind", "one"), [("building", "B1"), ("plate", "P1"), ("address", "A1"), ("finding", "F1")])
def test_the_three_records_are_there_whichever_of_them_was_clicked(result: Result, kind: str, one: str) -> None:
    assert seen(result, kind, one) == {"building": ["B1"], "plate": ["P1"], "address": ["A1"]}


def test_an_object_without_links_stands_alone(result: Result) -> None:
    assert seen(result, "building", "B2") == {"building": ["B2"], "plate": [], "address": []}
    alone = evidence(result, "building", "B2")
    assert alone is not None
    assert alone.links.empty
    assert alone.partners() == []


def test_an_undecided_link_is_shown_as_undecided_beside_the_decided_one(result: Result) -> None:
    found = evidence(result, "address", "A3")
    assert found is not None
    assert found.links["state"].tolist() == ["grouped", "undecided"]
    assert found.plates["plate_id"].tolist() == ["P2", "P3"] or set(found.plates["plate_id"]) == {"P2", "P3"}


def test_links_of_strangers_stay_out(result: Result) -> None:
    found = evidence(result, "plate", "P2")
    assert found is not None
    assert found.links["plate_id"].tolist() == ["P2"]


@pytest.mark.parametrize("one", ["F4", "F6"])
def test_a_finding_without_an_object_is_shown_by_itself(result: Result, one: str) -> None:
    found = evidence(result, "finding", one)
    assert found is not None
    assert found.findings["finding_id"].tolist() == [one]
    assert found.buildings.empty


@pytest.mark.parametrize(("kind", "one"), [("building", "B99"), ("finding", "F99"), ("village", "V1"), ("plate", "B1")])
def test_what_does_not_exist_has_no_evidence(result: Result, kind: str, one: str) -> None:
    assert evidence(result, kind, one) is None


@given(st.text("一二12号巷A", max_size=12), st.text("一二12号巷A", max_size=12))
def test_pieces_put_together_are_the_texts_again(first: str, second: str) -> None:
    one, two = differing(first, second)
    assert "".join(t for t, _ in one) == first
    assert "".join(t for t, _ in two) == second
    assert "".join(t for t, same in one if same) == "".join(t for t, same in two if same)


def test_a_plate_that_says_less_than_the_register_differs_from_nothing() -> None:
    assert all(same for _, same in differing("广普镇普兴村中山巷4号", "中山巷4号")[1])


def test_parts_differ_only_where_two_texts_say_different_things(result: Result) -> None:
    table = parts([result.tables.addresses.iloc[[0]], result.tables.plates.iloc[[0]]])
    assert table.loc["number", "differs"]
    assert not table.loc["street", "differs"]
    assert "town" not in table.index


def test_a_part_that_one_text_leaves_out_does_not_differ(result: Result) -> None:
    assert not parts([result.tables.addresses.iloc[[0]], result.tables.addresses.iloc[[1]]]).loc["room", "differs"]


def test_no_text_has_no_parts() -> None:
    assert parts([]).empty


def apart() -> pd.DataFrame:
    """P1 and A1 share B1 but no link, as in a conflict of texts."""
    links = draw_links()
    split = pd.DataFrame(
        {"building_id": text("B1", "B1"), "plate_id": text("P1", None), "address_id": text(None, "A1"), "state": ["grouped"] * 2}
    )
    return pd.concat([split.assign(distance_m=0.0, score=0.9, reason="neighbourhood"), links.iloc[1:]], ignore_index=True)


@pytest.mark.parametrize(("kind", "one"), [("building", "B1"), ("plate", "P1"), ("address", "A1")])
def test_what_only_shares_a_building_is_evidence_too(tmp_path: Path, kind: str, one: str) -> None:
    assert seen(draw_result(tmp_path, links=apart()), kind, one) == {"building": ["B1"], "plate": ["P1"], "address": ["A1"]}


def test_the_only_plate_and_the_only_address_of_a_building_are_compared() -> None:
    assert pairs(apart()).to_numpy().tolist() == [["P1", "A1"], ["P2", "A3"], ["P3", "A3"]]


def test_of_two_plates_on_a_building_none_is_compared_by_guess() -> None:
    links = apart()
    second = links.iloc[[0]].assign(plate_id="P9")
    assert "P1" not in pairs(pd.concat([links, second]))["plate_id"].tolist()


def test_a_rejected_link_compares_nothing() -> None:
    assert pairs(draw_links().assign(state="rejected")).empty


def test_equal_doors_in_other_words_do_not_differ(tmp_path: Path) -> None:
    town = draw_town()
    plates, addresses = town.plates.assign(text=["中山巷四号", "x", "y"], key="V1|中山巷|4"), town.addresses.assign(key="V1|中山巷|4")
    assert difference(draw_result(tmp_path, plates=plates, addresses=addresses), "P1", "A1") is None


def test_a_plate_of_another_number_differs(result: Result) -> None:
    assert difference(result, "P1", "A1") == [("中山巷", True), ("1", False), ("4号", True)]
    assert difference(result, "P1", "nobody") is None


def test_what_only_undecided_links_tie_to_an_object_is_a_candidate(result: Result) -> None:
    found = evidence(result, "address", "A3")
    assert found is not None
    undecided = found.links[found.links["state"] == "undecided"]["plate_id"].tolist()
    assert found.candidates == {("plate", one) for one in undecided}
    linked = evidence(result, "building", "B1")
    assert linked is not None
    assert linked.candidates == frozenset()


def test_what_is_linked_only_to_a_candidate_is_a_candidate_too(tmp_path: Path) -> None:
    links = pd.concat([draw_links()] * 2, ignore_index=True).iloc[:4].assign(
        building_id=text("B2", None, "B1", "B1"),
        plate_id=text("P1", "P1", None, None),
        address_id=text(None, "A3", "A1", "A3"),
        state=["undecided", "one_to_one", "one_to_one", "rejected"],
    )  # fmt: skip
    found = evidence(draw_result(tmp_path, links=links), "building", "B2")
    assert found is not None
    assert found.candidates == {("plate", "P1")} | ({("address", "A3")} & set(found.partners()))
    beside = evidence(draw_result(tmp_path, links=links), "building", "B1")
    assert beside is not None
    assert ("address", "A1") not in beside.candidates
    assert ("address", "A3") in beside.candidates


def test_a_room_shows_the_door_it_belongs_to_with_its_plate_and_house(result: Result) -> None:
    found = evidence(result, "address", "A2")
    assert found is not None
    assert seen(result, "address", "A2") == {"building": ["B1"], "plate": ["P1"], "address": ["A2", "A1"]}
    assert found.candidates == frozenset()


def test_a_house_that_only_the_survey_before_holds_is_found(tmp_path: Path, result: Result) -> None:
    addresses = draw_town().addresses.assign(building_id=["OLD", "OLD", "B3"])
    gone = evidence(draw_result(tmp_path, addresses=addresses), "address", "A1")
    assert gone is not None
    assert former(draw_result(tmp_path, addresses=addresses), gone)["building_id"].tolist() == ["OLD"]
    stands = evidence(result, "building", "B1")
    assert stands is not None
    assert former(result, stands).empty, "what still stands is told by the present survey"
