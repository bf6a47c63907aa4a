"""虚拟门楼号: an active address that neither wall nor house bears out."""

from __future__ import annotations

from functools import cache

from tests.town import ORIGIN, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.address("Afar", "普兴社区1组1号", 300, 300)
    drawn.house("Bedge", 0, 100).address("Aedge", "普兴社区1组2号", 5, 140)  # 30 m north of the wall
    drawn.house("Bover", 100, 100).address("Aover", "普兴社区1组3号", 105, 140.1)
    drawn.address("Anone", "普兴社区9组77号")
    drawn.without("plates", "P5").without("addresses", "A5").without("buildings", "B5").address("Abetween", "民主街5号")
    drawn.home("plate", 200, 100, "普兴社区1组5号").change("addresses", "Aplate", at=(205, 200))
    drawn.house("Bid", 300, 100).address("Aid", "普兴社区1组6号", building_id="Bid")
    drawn.previous("Bgone", 300, 0).demolition("Bgone").address("Agone", "普兴社区1组7号", 305, 5)
    drawn.address("Aretired", "普兴社区1组8号", 300, 350, status="retired").address("Areserved", "普兴社区1组9号", 300, 380, status="reserved")
    drawn.house("Bplan", -200, 100, condition="planned").address("Aplan", "普兴社区1组10号", -195, 130)
    drawn.house("Bfar", 400, 100).address("Afarid", "普兴社区1组11号", 405, 215, building_id="Bfar")  # its declared house stands 100 m away
    return drawn.verify()


def test_no_plate_and_no_building_within_thirty_metres_is_virtual() -> None:
    finding = seen().finding("virtual_address", "Afar")
    assert (finding["certainty"], finding["office"]) == ("certain", "police")
    assert seen().codes("Afar") == {"virtual_address"}


def test_thirty_metres_is_near_and_a_decimetre_more_is_not() -> None:
    assert "virtual_address" not in seen().codes("Aedge")
    assert "virtual_address" in seen().codes("Aover")


def test_without_coordinate_and_without_neighbours_it_is_virtual() -> None:
    assert seen().finding("virtual_address", "Anone")["certainty"] == "certain"


def test_without_coordinate_between_its_neighbours_numbers_it_is_only_suspect_and_carries_a_position() -> None:
    finding = seen().finding("virtual_address", "Abetween")
    assert finding["certainty"] == "suspect"
    x, y = (float(v) for v in finding["proposal"].split(","))
    assert abs(x - ORIGIN[0] - 45) < 11, "between 3号 and 7号"
    assert abs(y - ORIGIN[1] - 7.5) < 5


def test_a_plate_of_its_key_a_declared_building_or_a_gone_house_excuse_it() -> None:
    assert "virtual_address" not in seen().codes("Aplate", "Aid", "Agone")


def test_a_declared_house_that_stands_far_away_is_a_question_and_no_virtual_address() -> None:
    assert "virtual_address" not in seen().codes("Afarid")


def test_only_active_addresses_are_asked_for() -> None:
    assert "virtual_address" not in seen().codes("Aretired", "Areserved")


def test_a_planned_building_does_not_stand() -> None:
    assert "virtual_address" in seen().codes("Aplan")


def test_a_stale_register_is_not_cancelled() -> None:
    assert "demolished_vacant" not in seen().codes("Afar", "Anone", "Abetween")
