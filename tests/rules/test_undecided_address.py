"""址楼待判: an address with several possible houses or plates."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("B1a", 0, 60).house("B1b", 16, 60).address("Au", "普兴社区1组1号", 13, 65)
    drawn.house("B2a", 60, 60).house("B2b", 80, 60).address("Anear", "普兴社区1组2号", 65, 65)
    drawn.house("B3a", 0, 140).plate("P3a", "普兴社区1组3号", 5, 140).house("B3b", 40, 140).plate("P3b", "普兴社区1组3号", 45, 140).address("Atorn", "普兴社区1组3号")
    drawn.house("B4a", 120, 60).house("B4b", 136, 60).address("Aid", "普兴社区1组4号", 133, 65, building_id="B4a")
    drawn.house("B5a", 180, 60).house("B5b", 196, 60).address("Aretired", "普兴社区1组5号", 193, 65, status="retired")
    drawn.address("Aroom", "普兴社区1组1号1单元101室", 13, 65)
    return drawn.verify()


def test_an_address_between_two_houses_is_shown_with_both() -> None:
    finding = seen().finding("undecided_address", "Au")
    assert (finding["office"], sorted(finding["related"])) == ("police", ["B1a", "B1b"])
    assert seen().codes("Au") == {"undecided_address"}


def test_a_point_inside_one_house_decides() -> None:
    assert seen().row("addresses", "Anear")["building_id"] == "B2a"


def test_one_address_and_two_plates_of_its_key_is_torn_between_the_plates() -> None:
    finding = seen().finding("undecided_address", "Atorn")
    assert sorted(finding["related"]) == ["P3a", "P3b"]


def test_a_declared_building_decides() -> None:
    assert seen().row("addresses", "Aid")["building_id"] == "B4a"


def test_a_retired_address_is_nobodys_question() -> None:
    assert seen().codes("Aretired") == set()


def test_the_rooms_of_an_undecided_door_ask_no_question_of_their_own() -> None:
    assert seen().codes("Aroom") == set()
