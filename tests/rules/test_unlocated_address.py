"""未上图: an address without coordinate whose plate is known."""

from __future__ import annotations

from functools import cache

from tests.town import ORIGIN, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.home("u", 0, 60, "普兴社区1组1号").change("addresses", "Au", at=None)
    drawn.home("there", 60, 60, "普兴社区1组2号")
    drawn.address("Anoplate", "普兴社区1组3号")
    drawn.home("retired", 120, 60, "普兴社区1组4号").change("addresses", "Aretired", at=None, status="retired")
    drawn.home("both", 180, 60, "普兴社区1组5号").change("addresses", "Aboth", at=None).change("plates", "Pboth", at=None)
    drawn.home("down", 240, 60, "普兴社区1组6号").change("addresses", "Adown", at=None).change("plates", "Pdown", state="removed")
    return drawn.verify()


def test_an_address_without_coordinate_carries_the_position_of_its_plate() -> None:
    finding = seen().finding("unlocated_address", "Au")
    assert finding["proposal"] == f"{ORIGIN[0] + 5:.2f},{ORIGIN[1] + 60:.2f}"
    assert finding["related"] == ["Pu"]
    assert seen().row("addresses", "Au")["building_id"] == "Bu"


def test_an_address_with_a_coordinate_is_on_the_map() -> None:
    assert seen().codes("Athere") == set()


def test_without_a_plate_there_is_nothing_to_adopt() -> None:
    assert seen().codes("Anoplate") == {"virtual_address"}


def test_a_retired_address_need_not_be_on_the_map() -> None:
    assert "unlocated_address" not in seen().codes("Aretired")


def test_a_plate_without_a_place_of_its_own_proposes_none() -> None:
    proposals = seen().findings.set_index("subject_id")["proposal"]
    assert not isinstance(proposals.get("Aboth"), str)


def test_a_plate_that_was_taken_down_is_no_plate() -> None:
    assert "unlocated_address" not in seen().codes("Adown")
