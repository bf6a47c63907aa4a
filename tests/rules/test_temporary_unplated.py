"""临建无临时牌: a temporary building that nothing temporary belongs to."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("Bt", 0, 60, temporary="是")
    drawn.house("Bplate", 60, 60, temporary="是").plate("Pplate", "1组临2号", 65, 60, expires_on="2027-01-01").address("Aplate", "普兴社区1组临2号", 65, 65)
    drawn.house("Baddress", 120, 60, temporary="是").address("Aaddress", "普兴社区1组3号(临)", 125, 65)
    drawn.house("Bkind", 180, 60, temporary="是").address("Akind", "普兴社区1组4号", 185, 65, kind="temporary")
    drawn.house("Bgone", 240, 60, temporary="是", condition="demolished")
    drawn.house("Bexempt", 0, 120, temporary="是", number_exempt="是")
    drawn.house("Bshed", 60, 120, temporary="是", use="ancillary")
    drawn.house("Bunknown", 120, 120)
    drawn.home("perm", 180, 120, "普兴社区1组8号", temporary="是")
    return drawn.verify()


def test_a_live_temporary_building_without_number_is_reported_and_silences_unplated_building() -> None:
    assert seen().finding("temporary_unplated", "Bt")["office"] == "civil_affairs"
    assert seen().codes("Bt") == {"temporary_unplated"}


def test_a_temporary_plate_or_address_is_enough() -> None:
    assert "temporary_unplated" not in seen().codes("Bplate", "Baddress", "Bkind")


def test_a_temporary_building_without_a_plate_but_with_its_temporary_address_is_not_unplated() -> None:
    assert not {"unplated_building", "plate_not_installed"} & seen().codes("Baddress", "Bkind")


def test_what_is_gone_needs_no_number() -> None:
    assert seen().codes("Bgone") == set()


def test_an_exempt_or_ancillary_hut_gets_no_number() -> None:
    assert "temporary_unplated" not in seen().codes("Bexempt", "Bshed")


def test_a_building_not_known_to_be_temporary_is_an_ordinary_one() -> None:
    assert seen().codes("Bunknown") == {"unplated_building"}


def test_a_permanent_number_there_is_a_conflict_of_states_instead() -> None:
    assert "temporary_unplated" not in seen().codes("Bperm")
