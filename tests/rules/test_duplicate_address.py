"""重复地址: one door registered several times."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.home("d", 0, 60, "普兴社区1组1号").address("Ad2", "普兴社区一组1号", 6, 66).address("Ad3", "普兴社区第1村民小组1号")
    drawn.home("sub", 60, 60, "普兴社区1组2号").address("Asub2", "普兴社区1组2号附1号", 66, 66)
    drawn.home("temp", 120, 60, "普兴社区1组3号").address("Atemp2", "普兴社区1组临3号", 126, 66)
    drawn.home("old", 180, 60, "普兴社区1组4号").address("Aold2", "普兴社区1组4号", 186, 66, status="retired")
    drawn.home("rooms", 240, 60, "普兴社区1组5号").address("R1", "普兴社区1组5号1单元101室", 245, 65).address("R2", "普兴社区1组5号1单元102室", 245, 65)
    drawn.home("up", 0, 120, "普兴社区上屋组6号").home("low", 20, 120, "普兴社区下屋组6号")
    drawn.address("Anowhere", "普兴社区").address("Anowhere2", "普兴社区")
    return drawn.verify()


def test_one_door_registered_three_times_is_one_finding() -> None:
    finding = seen().finding("duplicate_address", "Ad")
    assert (finding["related"], finding["value"]) == (["Ad2", "Ad3"], 3)
    assert seen().subjects("duplicate_address") == ["Ad"]


def test_a_sub_number_is_another_door() -> None:
    assert "duplicate_address" not in seen().codes("Asub", "Asub2")


def test_a_temporary_number_is_another_door() -> None:
    assert "duplicate_address" not in seen().codes("Atemp", "Atemp2")


def test_a_retired_row_is_history() -> None:
    assert "duplicate_address" not in seen().codes("Aold", "Aold2")


def test_rooms_are_not_duplicates_of_their_door() -> None:
    assert seen().codes("Arooms", "R1", "R2") == set()


def test_two_hamlets_are_two_places() -> None:
    assert "duplicate_address" not in seen().codes("Aup", "Alow")


def test_addresses_without_a_door_are_not_compared() -> None:
    assert "duplicate_address" not in seen().codes("Anowhere", "Anowhere2")


def test_the_same_room_twice_is_a_duplicate_of_rooms_not_of_doors() -> None:
    drawn = town().home("x", 0, 60, "普兴社区1组1号").address("R1", "普兴社区1组1号1单元101室").address("R2", "普兴社区1组1号1单元101室")
    assert "Ax" not in drawn.verify().subjects("duplicate_address")
