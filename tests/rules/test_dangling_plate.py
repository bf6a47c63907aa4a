"""空挂门牌: an installed plate with nothing standing near it."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.plate("Pfar", "普兴社区1组1号", 300, 300)
    drawn.house("Bedge", 0, 100).plate("Pedge", "普兴社区1组2号", 5, 70)  # 30 m south of the wall
    drawn.house("Bover", 100, 100).plate("Pover", "普兴社区1组3号", 105, 69.9)
    drawn.plate("Pnowhere", "普兴社区1组4号")
    drawn.house("Bkey", 200, 100).address("Akey", "普兴社区1组5号", 205, 105).plate("Pkey", "普兴社区1组5号", 205, 50)  # linked by its key, 50 m away
    drawn.house("Bid", 300, 100).plate("Pid", "普兴社区1组6号", 305, 40, building_id="Bid").address("Aid", "普兴社区1组6号")
    drawn.plate("Pdown", "普兴社区1组7号", 300, 200, state="removed").plate("Pmade", "普兴社区1组8号", 320, 200, state="made")
    drawn.house("Bplan", 0, 300, condition="planned").plate("Pplan", "普兴社区1组9号", 5, 280)
    drawn.previous("Bgone", 100, 300).demolition("Bgone").plate("Pgone", "普兴社区1组10号", 105, 300)
    return drawn.verify()


def test_no_live_building_within_thirty_metres_is_dangling() -> None:
    finding = seen().finding("dangling_plate", "Pfar")
    assert (finding["office"], finding["severity"]) == ("village", "error")


def test_dangling_silences_unregistered() -> None:
    assert seen().codes("Pfar") == {"dangling_plate"}


def test_thirty_metres_is_near_and_a_decimetre_more_is_not() -> None:
    assert "dangling_plate" not in seen().codes("Pedge")
    assert "dangling_plate" in seen().codes("Pover")


def test_a_plate_linked_by_key_or_id_does_not_dangle() -> None:
    assert "dangling_plate" not in seen().codes("Pkey", "Pid")


def test_without_a_coordinate_it_is_not_known_to_dangle() -> None:
    assert "dangling_plate" not in seen().codes("Pnowhere")


def test_only_what_hangs_can_dangle() -> None:
    assert "dangling_plate" not in seen().codes("Pdown", "Pmade")


def test_a_planned_building_holds_no_plate() -> None:
    assert "dangling_plate" in seen().codes("Pplan")


def test_the_plate_of_a_gone_house_has_a_stronger_cause() -> None:
    assert seen().codes("Pgone") == {"plate_on_demolished"}
