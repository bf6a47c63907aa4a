"""门牌破损缺失: installed, and not to be read."""

from __future__ import annotations

from functools import cache

import pytest

from tests.town import Seen, town

BAD = ("damaged", "illegible", "obscured", "missing")


@cache
def seen() -> Seen:
    drawn = town()
    for i, face in enumerate((*BAD, "good", None)):
        drawn.home(str(face), 60 * i, 60, f"普兴社区1组{i + 1}号").change("plates", f"P{face}", face=face)
    drawn.home("down", 0, 120, "普兴社区1组11号").change("plates", "Pdown", face="damaged", state="removed")
    drawn.home("plan", 60, 120, "普兴社区1组12号").change("plates", "Pplan", face="missing", state="planned")
    return drawn.verify()


@pytest.mark.parametrize("face", BAD)
def test_a_plate_that_cannot_be_read_is_reported_and_nothing_else(face: str) -> None:
    assert seen().finding("damaged_plate", f"P{face}")["office"] == "civil_affairs"
    assert seen().codes(f"P{face}", f"B{face}", f"A{face}") == {"damaged_plate"}


@pytest.mark.parametrize("face", ["good", "None"])
def test_a_good_or_unknown_face_is_not(face: str) -> None:
    assert seen().codes(f"P{face}") == set()


def test_a_plate_that_does_not_hang_cannot_be_damaged_on_the_wall() -> None:
    assert "damaged_plate" not in seen().codes("Pdown", "Pplan")


def test_an_unreadable_plate_is_not_up() -> None:
    n, d = seen().tally("buildings_plated")
    assert d - n == len(BAD) + 2
