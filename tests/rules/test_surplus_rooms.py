"""多余房间: rooms that cannot be there, with nobody registered."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    for i, (name, floors) in enumerate((("low", 3), ("unknown", None), ("lived", 3), ("base", 3))):
        drawn.home(name, 60 * i, 60, f"普兴社区1组{i + 1}号", floors_n=floors)
    drawn.address("R301", "普兴社区1组1号1单元301室", 5, 65).address("R401", "普兴社区1组1号1单元401室", 5, 65).address("R502", "普兴社区1组1号1单元502室", 5, 65)
    drawn.address("U901", "普兴社区1组2号1单元901室", 65, 65)
    drawn.address("L401", "普兴社区1组3号1单元401室", 125, 65).people("L401", **NOBODY | {"registered_n": 1})
    drawn.address("K101", "普兴社区1组4号1单元负1层2室", 185, 65)
    drawn.address("K8", "普兴社区1组4号8室", 185, 65)
    drawn.previous("Bgone", 0, 120, floors_n=6).demolition("Bgone").address("G0", "普兴社区1组5号", 5, 125).people("G0", **NOBODY)
    drawn.address("G101", "普兴社区1组5号1单元101室", 5, 125).people("G101", **NOBODY).address("G102", "普兴社区1组5号1单元102室", 5, 125).people("G102", **NOBODY)
    drawn.address("W401", "普兴社区1组1号2单元401室", 5, 65, status="retired")
    return drawn.verify()


def test_rooms_above_the_top_floor_are_one_finding_of_their_building() -> None:
    finding = seen().finding("surplus_rooms", "R401")
    assert finding["value"] == 2
    assert {"R502", "Blow"} <= set(finding["related"])


def test_the_top_floor_has_rooms() -> None:
    related = seen().finding("surplus_rooms", "R401")["related"]
    assert "R301" not in related
    assert "surplus_rooms" not in seen().codes("R301")


def test_without_known_floors_nothing_is_said() -> None:
    assert seen().codes("U901") == set()


def test_a_room_where_somebody_is_registered_is_not_surplus() -> None:
    assert "surplus_rooms" not in seen().codes("L401")


def test_basements_and_plain_room_numbers_tell_no_storey() -> None:
    assert "surplus_rooms" not in seen().codes("K101", "K8")


def test_rooms_of_a_gone_building_are_surplus() -> None:
    finding = seen().finding("surplus_rooms", "G101")
    assert {"G102", "Bgone"} <= set(finding["related"])


def test_a_retired_room_is_history() -> None:
    assert "W401" not in seen().finding("surplus_rooms", "R401")["related"]


def test_rooms_nobody_counted_are_not_called_empty() -> None:
    finding = seen().finding("surplus_rooms", "R401")
    assert "是否有人未知" in finding["detail_zh"]
    assert "无人" not in finding["detail_zh"].replace("是否有人未知", "")
    assert "统计为无人" in seen().finding("surplus_rooms", "G101")["detail_zh"]


def test_rooms_of_a_house_that_is_known_to_be_gone_by_its_place_alone_are_surplus() -> None:
    drawn = town().previous("Bgone", 0, 120, floors_n=6).demolition("Bgone").house("Bnear", 16, 120)
    drawn.address("G0", "普兴社区1组5号", 12.5, 125).people("G0", **NOBODY)
    drawn.address("G101", "普兴社区1组5号1单元101室", None, None).people("G101", **NOBODY)
    result = drawn.verify()
    assert "demolished_vacant" in result.codes("G0")
    assert result.row("addresses", "G0")["building_id"] != "Bgone", "the link alone would not say so"
    assert "Bgone" in result.finding("surplus_rooms", "G101")["related"]
