"""旧村名未换: an address that names a village the crosswalk abolished."""

from __future__ import annotations

from functools import cache

from tests.town import VILLAGE, Seen, Town

EAST, EAST_CODE = "新桥社区", "500120105002"


@cache
def seen() -> Seen:
    """思源村 and 大石村 went into 普兴社区; 双龙村 was split along x = 500; 长岭村 keeps its name though it swallowed another."""
    drawn = Town().village(w=1000).village(EAST_CODE, EAST, x=500, y=-500).village("500120105201", "长岭村", x=-500, y=500).street()
    drawn.crosswalk("思源村", VILLAGE).crosswalk("双龙村", VILLAGE).crosswalk("双龙村", EAST).crosswalk("长岭村", "长岭村").crosswalk("小岭村", "长岭村")
    drawn.crosswalk("老屋村", "大石村").crosswalk("大石村", VILLAGE)
    drawn.home("old", 0, 60, "思源村1组1号").change("plates", "Pold", text="普兴社区1组1号")
    drawn.home("new", 60, 60, "普兴社区1组2号")
    drawn.home("west", 120, 60, "双龙村1组3号")
    drawn.home("east", 620, 60, "双龙村1组4号")
    drawn.address("Anowhere", "双龙村1组5号")
    drawn.home("kept", 0, 560, "长岭村1组6号")
    drawn.address("Aretired", "思源村1组7号", 180, 65, status="retired")
    drawn.home("chain", 0, 120, "老屋村1组8号")
    drawn.home("road", 60, 120, "普兴社区思源路9号")
    return drawn.verify()


def test_an_abolished_village_is_reported_with_the_new_text() -> None:
    finding = seen().finding("old_village_name", "Aold")
    assert finding["proposal"] == "重庆市璧山区广普镇普兴社区1组1号"
    assert (finding["certainty"], finding["severity"]) == ("certain", "error")


def test_the_present_name_is_in_order() -> None:
    assert seen().codes("Anew", "Pnew", "Bnew") == set()


def test_a_split_village_is_settled_by_the_coordinate() -> None:
    assert VILLAGE in seen().finding("old_village_name", "Awest")["proposal"]
    assert EAST in seen().finding("old_village_name", "Aeast")["proposal"]
    assert seen().row("addresses", "Aeast")["village_code"] == EAST_CODE


def test_a_split_village_without_coordinate_is_left_open() -> None:
    finding = seen().finding("old_village_name", "Anowhere")
    assert finding["certainty"] == "suspect"


def test_a_name_that_survives_the_merger_is_right() -> None:
    assert seen().codes("Akept", "Pkept", "Bkept") == set()


def test_a_retired_address_is_not_renamed() -> None:
    assert "old_village_name" not in seen().codes("Aretired")


def test_a_chain_of_mergers_is_followed_to_its_end() -> None:
    assert seen().finding("old_village_name", "Achain")["proposal"] == "重庆市璧山区广普镇普兴社区1组8号"


def test_a_road_that_bears_the_name_of_an_old_village_is_a_road() -> None:
    assert "old_village_name" not in seen().codes("Aroad")


def test_plate_and_address_of_one_house_join_across_the_merger() -> None:
    assert seen().row("plates", "Pold")["building_id"] == seen().row("addresses", "Aold")["building_id"] == "Bold"
    assert not {"unregistered_plate", "address_without_plate", "text_conflict", "virtual_address"} & seen().codes("Pold", "Aold")
