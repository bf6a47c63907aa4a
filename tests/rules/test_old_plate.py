"""旧牌未换: a plate that carries the old side of the crosswalk."""

from __future__ import annotations

from functools import cache

from tests.town import VILLAGE, Seen, town


@cache
def seen() -> Seen:
    drawn = town().crosswalk("思源村", VILLAGE)
    for i in range(1, 6):
        drawn.crosswalk(f"普兴社区2组{i}号", f"普兴社区梨花路{i}号", "renumber")
    drawn.crosswalk("普兴社区3组1号", "普兴社区3组2号", "renumber")
    drawn.home("v", 0, 60, "普兴社区1组1号").change("plates", "Pv", text="思源村1组1号")
    drawn.home("n", 60, 60, "普兴社区梨花路1号").change("plates", "Pn", text="2组1号")
    drawn.home("new", 120, 60, "普兴社区梨花路2号")
    drawn.home("down", 180, 60, "普兴社区梨花路3号").change("plates", "Pdown", text="2组3号", state="removed")
    drawn.house("Blone", 240, 60).plate("Plone", "2组4号", 245, 60)
    drawn.home("right", 0, 120, "普兴社区3组1号")  # an old number that the register still holds as a current one
    drawn.home("same", 60, 120, "普兴社区3组7号")
    return drawn.verify()


def test_a_plate_with_the_old_village_is_reported_and_joins_its_address() -> None:
    finding = seen().finding("old_plate", "Pv")
    assert "Av" in finding["related"]
    assert seen().codes("Pv") == {"old_plate"}


def test_a_renumbered_door_with_its_old_plate_carries_the_new_text() -> None:
    finding = seen().finding("old_plate", "Pn")
    assert "梨花路1号" in finding["proposal"]
    assert seen().codes("Pn", "An", "Bn") == {"old_plate"}, "known to the register, and no conflict of texts"


def test_the_new_plate_is_in_order() -> None:
    assert seen().codes("Pnew", "Anew") == set()


def test_an_old_plate_that_was_taken_down_is_in_order() -> None:
    assert "old_plate" not in seen().codes("Pdown")


def test_an_old_number_without_its_new_address_is_old_and_not_merely_unknown() -> None:
    assert "old_plate" in seen().codes("Plone")


def test_a_number_that_was_given_again_is_no_old_number() -> None:
    assert "old_plate" not in seen().codes("Pright")
    assert "old_plate" not in seen().codes("Psame")


def test_without_a_crosswalk_no_plate_is_old() -> None:
    assert town().verify().subjects("old_plate") == []
