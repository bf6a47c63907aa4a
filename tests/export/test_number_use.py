"""A number for a house is a number, and nobody else's in its village; the house itself may keep its own."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.export.number_use import door_keys, number_problems
from geo.tables import Verification
from tests.export.village import small_town
from tests.town import CODE, Town

BARE = "BX"
"""A house of the small town without a number."""


def asked(number: str, *, code: str = "unplated_building", subject: str = "building", subject_id: str = BARE, related: tuple[str, ...] = (),
          finding_id: str = "F1") -> dict[str, object]:  # fmt: skip
    return {"finding_id": finding_id, "code": code, "subject": subject, "subject_id": subject_id, "related": list(related), "village_code": CODE, "number": number}


def proposed(**given: str) -> pd.DataFrame:
    columns = ("finding_id", "subject", "subject_id", "village_code", "number", "status")
    return pd.DataFrame([{"village_code": CODE, "subject": "building", "status": "number_proposed", **given}] if given else [], columns=columns, dtype="str")


def told(rows: list[dict[str, object]], result: Verification | None = None, held: pd.DataFrame | None = None) -> list[str]:
    table = number_problems(result or small_town(), pd.DataFrame(rows), proposed=proposed() if held is None else held)
    assert table["problem_zh"].isna().equals(table["problem_en"].isna())
    return table["problem_zh"].fillna("").tolist()


@pytest.mark.parametrize("number", ["民主街35号", "民主街３５号", "3组12号附1号", "民主街4-1号", "民主街临35号", "民主街35号2栋"])
def test_a_free_number_is_taken(number: str) -> None:
    assert told([asked(number)]) == [""]


@pytest.mark.parametrize("number", ["zzz", "路号", "民主街", "民主街35号或37号", "问老王", "民主街35号旁边", "", "号"])
def test_what_names_no_house_number_is_refused(number: str) -> None:
    assert "不是门牌号" in told([asked(number)])[0]


def test_a_number_without_its_street_is_refused_where_doors_have_streets() -> None:
    assert "须写明街巷" in told([asked("35号")])[0]


@pytest.mark.parametrize("number", ["民主街3号", "民主街３号", " 民主街三号 "])
def test_the_neighbours_number_is_refused_with_who_has_it(number: str) -> None:
    plates = small_town().plates.set_index("plate_id")
    owner = plates.index[plates["text"].str.contains("民主街3号")][0]
    why = told([asked(number)])[0]
    assert f"已被占用：门牌 {owner}" in why
    assert str(plates.loc[owner, "building_id"]) in why


def test_an_address_without_a_plate_has_its_number_too_unless_the_finding_is_about_it() -> None:
    assert "登记地址 AV" in told([asked("民主街88号")])[0]
    assert told([asked("民主街88号", related=("AV",))]) == [""]


def test_a_number_whose_plate_is_gone_and_whose_address_has_ended_is_free() -> None:
    base = small_town()
    plates = base.plates.assign(state=base.plates["state"].mask(base.plates["plate_id"] == "PN", "removed"))
    addresses = base.addresses.assign(register_status=base.addresses["register_status"].mask(base.addresses["address_id"] == "AV", "retired"))
    ended = Verification(**{**vars(base), "plates": plates, "addresses": addresses})
    assert "门牌 PN" in told([asked("民主街77号")])[0]
    assert told([asked("民主街77号"), asked("民主街88号", finding_id="F2")], ended) == ["", ""]


def test_the_house_keeps_its_own_number() -> None:
    assert told([asked("民主街31号", subject_id="BY")]) == [""]
    assert told([asked("民主街77号", code="damaged_plate", subject="plate", subject_id="PN")]) == [""]


def test_a_double_number_is_no_answer_to_itself() -> None:
    town = Town().village().street("民主街", 6).house("BX", 300, 5).plate("PX", "民主街3号", 300, 5)
    plate = asked("民主街3号", code="duplicate_number", subject="plate", subject_id="PX")
    assert "已被占用" in told([plate], town.verify().verification)[0]


@pytest.mark.parametrize("status", ["number_proposed", "plate_ordered", "plate_installed"])
def test_a_number_of_another_case_is_refused_and_the_same_case_may_say_it_again(status: str) -> None:
    held = proposed(finding_id="F9", subject_id="BZ", number="民主街３５号", status=status)
    assert "案件中的拟号 BZ" in told([asked("民主街35号")], held=held)[0]
    assert told([asked("民主街35号", finding_id="F9")], held=held) == [""]


def test_a_number_proposed_and_given_up_is_free_again() -> None:
    held = proposed(finding_id="F9", subject_id="BZ", number="民主街35号", status="false_alarm")
    assert told([asked("民主街35号")], held=held) == [""]


def test_two_houses_of_one_sheet_do_not_get_the_same_number_but_one_house_may_have_two_findings() -> None:
    other = asked("民主街三十五号", subject_id="BZ", finding_id="F2")
    assert all("另一行" in why for why in told([asked("民主街35号"), other]))
    assert told([asked("民主街35号"), asked("民主街35号", code="inhabited_unplated", finding_id="F2")]) == ["", ""]


def test_another_village_has_numbers_of_its_own() -> None:
    assert told([asked("民主街3号") | {"village_code": "500000000999"}]) == [""]


def test_the_key_is_that_of_the_address_grammar() -> None:
    keys = door_keys(pd.Series(["民主街12号", "广元村民主街十二号", None, "  "]))
    assert keys[0] == keys[1]
    assert keys[2:].isna().all()
