"""已编未挂: numbered, but no plate hangs."""

from __future__ import annotations

from functools import cache

import pytest

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("Bnone", 0, 60).address("Anone", "普兴社区1组1号", 5, 65)
    for i, state in enumerate(("planned", "made", "removed")):
        drawn.home(state, 60 + 60 * i, 60, f"普兴社区1组{i + 2}号").change("plates", f"P{state}", state=state)
    drawn.home("blank", 240, 60, "普兴社区1组6号").change("plates", "Pblank", state=None)
    drawn.home("worn", 0, 120, "普兴社区1组7号").change("plates", "Pworn", face="damaged")
    drawn.house("Boff", 60, 120).address("Aoff", "普兴社区1组8号", 65, 125, status="retired")
    drawn.house("Bshed", 120, 120, use="agricultural", w=4, d=4).address("Ashed", "普兴社区1组9号", 122, 122)
    return drawn.verify()


def test_an_address_without_any_plate_is_reported_with_its_text() -> None:
    finding = seen().finding("plate_not_installed", "Bnone")
    assert "1组1号" in finding["detail_zh"]
    assert finding["related"] == ["Anone"]


@pytest.mark.parametrize("state", ["planned", "made", "removed"])
def test_a_plate_that_does_not_hang_is_not_installed(state: str) -> None:
    assert seen().codes(f"B{state}") == {"plate_not_installed"}


def test_an_unknown_state_is_taken_as_installed() -> None:
    assert seen().codes("Bblank") == set()


def test_a_damaged_plate_hangs() -> None:
    assert "plate_not_installed" not in seen().codes("Bworn")


def test_a_retired_address_numbers_nothing() -> None:
    assert seen().codes("Boff") == {"unplated_building"}


def test_a_small_shed_with_an_address_is_eligible_because_somebody_numbered_it() -> None:
    assert seen().codes("Bshed") == {"plate_not_installed"}
