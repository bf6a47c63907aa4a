"""有牌无址: an installed plate that the register does not know."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def lone(drawn: Town, name: str, x: float, y: float, text: str, **plate: object) -> Town:
    return drawn.house(f"B{name}", x, y).plate(f"P{name}", text, x + 5, y, **plate)


@cache
def seen() -> Seen:
    drawn = town().crosswalk("普兴社区1组31号", "普兴社区梨花路31号", "renumber")
    lone(drawn, "u", 0, 60, "普兴社区1组1号")
    lone(drawn, "made", 60, 60, "普兴社区1组2号", state="made")
    lone(drawn, "retired", 120, 60, "普兴社区1组3号").address("Aretired", "普兴社区1组3号", 125, 65, status="retired")
    lone(drawn, "alias", 180, 60, "普兴社区1组4号(原民主街99号)").address("Aalias", "民主街99号", 185, 65)
    lone(drawn, "oldkey", 240, 60, "普兴社区1组31号").address("Aoldkey", "普兴社区梨花路31号", 245, 65)
    lone(drawn, "rooms", 0, 120, "普兴社区1组5号").address("Arooms", "普兴社区1组5号1单元101室", 5, 125)
    lone(drawn, "form", 60, 120, "普兴社区一组六号").address("Aform", "普兴社区第１村民小组６号", 65, 125)
    lone(drawn, "nodoor", 120, 120, "普兴社区")
    lone(drawn, "hut", 180, 120, "普兴社区1组7号").change("buildings", "Bhut", temporary="是")
    return drawn.verify()


def test_a_plate_the_register_does_not_know_is_reported_to_the_police() -> None:
    finding = seen().finding("unregistered_plate", "Pu")
    assert (finding["office"], finding["related"]) == ("police", ["Bu"])
    assert seen().codes("Pu", "Bu") == {"unregistered_plate"}


def test_a_plate_that_does_not_hang_is_not_asked_for() -> None:
    assert "unregistered_plate" not in seen().codes("Pmade")


def test_a_retired_address_is_a_conflict_of_states_instead() -> None:
    assert seen().codes("Pretired") == {"status_conflict"}


def test_an_alias_and_an_old_number_are_known() -> None:
    assert "unregistered_plate" not in seen().codes("Palias", "Poldkey")


def test_a_door_registered_by_its_rooms_is_known() -> None:
    assert seen().codes("Prooms") == set()


def test_ways_of_writing_are_no_difference() -> None:
    assert seen().codes("Pform") == set()


def test_a_plate_without_a_number_is_not_looked_up() -> None:
    assert "unregistered_plate" not in seen().codes("Pnodoor")


def test_a_permanent_plate_on_a_temporary_building_is_a_conflict_of_states_instead() -> None:
    assert seen().codes("Phut", "Bhut") == {"status_conflict"}
