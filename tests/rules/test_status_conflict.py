"""状态矛盾: two linked things whose states cannot both be true."""

from __future__ import annotations

from functools import cache

import pytest

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("Bplan", 0, 60, condition="planned").address("Aplan", "普兴社区1组1号", 5, 65, building_id="Bplan")
    drawn.house("Berror", 60, 60, condition="entered_in_error").address("Aerror", "普兴社区1组2号", 65, 65, building_id="Berror")
    drawn.house("Bgrows", 120, 60, condition="under_construction").address("Agrows", "普兴社区1组3号", 125, 65, building_id="Bgrows")
    drawn.house("Bfuture", 180, 60, condition="planned").address("Afuture", "普兴社区1组4号", 185, 65, status="proposed", building_id="Bfuture")
    drawn.home("off", 0, 120, "普兴社区1组5号").change("addresses", "Aoff", status="retired")
    drawn.home("made", 60, 120, "普兴社区1组6号").change("addresses", "Amade", status="retired").change("plates", "Pmade", state="made")
    drawn.home("again", 120, 120, "普兴社区1组7号").address("Aagain2", "普兴社区1组7号", 125, 125, status="retired")
    drawn.home("temp", 180, 120, "普兴社区1组8号", temporary="是")
    drawn.house("Bplate", 240, 120, temporary="是").plate("Pplate", "1组9号", 245, 120)
    drawn.house("Bright", 300, 120, temporary="是").plate("Pright", "1组临10号", 305, 120, expires_on="2027-01-01").address("Aright", "普兴社区1组临10号", 305, 125)
    return drawn.verify()


@pytest.mark.parametrize("name", ["plan", "error"])
def test_an_active_address_of_a_building_that_does_not_stand_yet_or_never_did(name: str) -> None:
    finding = seen().finding("status_conflict", f"A{name}")
    assert (finding["subject"], finding["office"]) == ("address", "civil_affairs")
    assert f"B{name}" in finding["related"]


def test_a_building_under_construction_may_have_its_number() -> None:
    assert "status_conflict" not in seen().codes("Agrows")


def test_a_proposed_address_of_a_planned_building_is_in_order() -> None:
    assert "status_conflict" not in seen().codes("Afuture")


def test_an_installed_plate_of_a_retired_address_is_a_conflict_and_not_unregistered() -> None:
    finding = seen().finding("status_conflict", "Poff")
    assert (finding["subject"], "Aoff" in finding["related"]) == ("plate", True)
    assert "unregistered_plate" not in seen().codes("Poff")


def test_a_plate_that_was_only_made_hangs_nowhere() -> None:
    assert "status_conflict" not in seen().codes("Pmade")


def test_a_number_given_again_is_active_and_in_order() -> None:
    assert seen().codes("Pagain", "Aagain", "Aagain2", "Bagain") == set()


def test_a_permanent_number_on_a_temporary_building_is_one_conflict_not_three() -> None:
    assert seen().codes("Btemp", "Ptemp", "Atemp") == {"status_conflict"}
    assert len([s for s in seen().subjects("status_conflict") if s in ("Btemp", "Ptemp", "Atemp")]) == 1


def test_a_permanent_plate_without_address_on_a_temporary_building_is_the_same_conflict() -> None:
    assert seen().codes("Bplate", "Pplate") == {"status_conflict"}


def test_a_temporary_number_on_a_temporary_building_is_in_order() -> None:
    assert seen().codes("Bright", "Pright", "Aright") == set()


def test_two_conflicts_of_one_plate_are_one_finding() -> None:
    drawn = town().house("B", 0, 60, temporary="是").plate("P", "普兴社区1组1号", 5, 60).address("A", "普兴社区1组1号", 5, 65, status="retired")
    seen = drawn.verify()
    assert seen.subjects("status_conflict") == ["P"]
    assert "A" in seen.finding("status_conflict", "P")["related"]
