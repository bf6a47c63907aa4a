"""有址无牌: a register address whose building carries other plates, but none of its number."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.home("a", 0, 60, "普兴社区1组1号").address("Aold", "普兴社区1组51号", 5, 66)
    drawn.home("b", 60, 60, "普兴社区1组2号").address("Anear", "普兴社区1组52号", 65, 78)  # 8 m north of the wall
    drawn.home("c", 120, 60, "普兴社区1组3号").address("Aoff", "普兴社区1组53号", 125, 78.1)
    drawn.house("Bd", 180, 60).address("Abare", "普兴社区1组4号", 185, 65)  # no plate at all: not installed
    drawn.house("Be", 240, 60).plate("Pe", "普兴社区1组5号", 245, 60).address("Ae", "普兴社区1组55号", 245, 66)  # re-addressed in place
    drawn.home("f", 0, 120, "普兴社区1组6号").address("Aretired", "普兴社区1组56号", 5, 126, status="retired")
    drawn.home("g", 60, 120, "普兴社区1组7号").address("Aroom", "普兴社区1组7号1单元101室", 65, 125)
    drawn.house("Bh", 120, 120).plate("Ph", "普兴社区1组8号(原1组58号)", 125, 120).address("Ah", "普兴社区1组58号", 125, 125)
    return drawn.verify()


def test_an_address_on_a_building_that_carries_another_plate_is_reported() -> None:
    finding = seen().finding("address_without_plate", "Aold")
    assert (finding["subject"], finding["office"]) == ("address", "civil_affairs")
    assert seen().codes("Aold") == {"address_without_plate"}


def test_within_eight_metres_of_the_building_is_on_it() -> None:
    assert "address_without_plate" in seen().codes("Anear")


def test_beyond_eight_metres_it_is_not_said() -> None:
    assert "address_without_plate" not in seen().codes("Aoff")


@cache
def complete() -> Seen:
    """A hundred and twenty numbers with their plates, and the same few without."""
    drawn = town()
    for i in range(108):
        drawn.home(f"h{i}", 38.0 * (i % 12), 45.0 * (i // 12 + 1), f"普兴社区2组{i + 1}号")
    drawn.address("Aoff", "普兴社区2组153号", 5, 72)
    drawn.house("B1", -200, 100).address("A1", "普兴社区2组171号", -196, 105, building_id="B1").address("A2", "普兴社区2组172号", -194, 105, building_id="B1")
    drawn.house("B2", -200, -200).address("A3", "普兴社区2组173号", -195, -195)
    return drawn.verify()


def test_where_the_plates_are_complete_an_address_between_plated_houses_is_suspected() -> None:
    assert complete().finding("address_without_plate", "Aoff")["certainty"] == "suspect"


def test_several_numbers_on_a_building_without_any_plate_are_suspected_where_the_plates_are_complete() -> None:
    assert {i: "address_without_plate" in complete().codes(i) for i in ("A1", "A2", "A3")} == {"A1": True, "A2": True, "A3": False}


def test_a_building_without_any_plate_is_another_finding() -> None:
    assert "address_without_plate" not in seen().codes("Abare")
    assert seen().codes("Bd") == {"plate_not_installed"}


def test_an_address_and_a_plate_left_over_on_one_building_disagree() -> None:
    assert "text_conflict" in seen().codes("Pe")
    assert "address_without_plate" not in seen().codes("Ae")


def test_a_retired_address_needs_no_plate() -> None:
    assert seen().codes("Aretired") == set()


def test_rooms_have_the_plate_of_their_door() -> None:
    assert seen().codes("Aroom") == set()


def test_a_former_number_in_brackets_is_its_plate() -> None:
    assert "address_without_plate" not in seen().codes("Ah")
    assert "unregistered_plate" not in seen().codes("Ph")


def test_the_likely_successor_is_named() -> None:
    drawn = town().house("B", 0, 60, w=20).plate("P1", "普兴社区1组1号", 2, 60).address("A1", "普兴社区1组1号", 2, 65)
    drawn.plate("P9", "普兴社区龙门路9号", 16, 60).address("Aold", "普兴社区2组51号", 16, 63)
    finding = drawn.verify().finding("address_without_plate", "Aold")
    assert "龙门路9号" in finding["proposal"]
    assert "P9" in finding["related"]


def test_a_town_without_a_single_building_says_nothing_of_missing_plates() -> None:
    drawn = town()
    del drawn.rows["buildings"]
    seen = drawn.verify()
    assert "address_without_plate" not in seen.codes()
    assert "dangling_plate" in seen.codes()
