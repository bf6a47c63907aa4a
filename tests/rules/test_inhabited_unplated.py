"""有人无牌: people, and no plate up: first in the queue."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.house("Bp", 0, 60).address("Ap", "普兴社区1组1号", 5, 65).people("Ap", **NOBODY | {"registered_n": 4})
    drawn.house("Bzero", 60, 60).address("Azero", "普兴社区1组2号", 65, 65).people("Azero", **NOBODY)
    drawn.house("Bunknown", 120, 60).address("Aunknown", "普兴社区1组3号", 125, 65)
    drawn.home("up", 180, 60, "普兴社区1组4号").people("Aup", **NOBODY | {"registered_n": 5})
    drawn.home("made", 240, 60, "普兴社区1组5号").change("plates", "Pmade", state="made").people("Amade", **NOBODY | {"resident_n": 1})
    drawn.house("Bhut", 0, 120, temporary="是").address("Ahut", "普兴社区1组临6号", 5, 125).people("Ahut", **NOBODY | {"registered_n": 2})
    drawn.house("Bshed", 60, 120, use="ancillary").house("Bexempt", 120, 120, number_exempt="是").address("Aexempt", "普兴社区1组7号", 125, 125)
    drawn.people("Aexempt", **NOBODY | {"registered_n": 2})
    return drawn.verify()


def test_people_without_a_plate_replace_the_plain_finding() -> None:
    finding = seen().finding("inhabited_unplated", "Bp")
    assert (finding["subject"], finding["value"]) == ("building", 4)
    assert seen().codes("Bp") == {"inhabited_unplated"}


def test_a_plate_that_was_made_but_does_not_hang_is_no_plate() -> None:
    assert seen().codes("Bmade") == {"inhabited_unplated"}


def test_nobody_there_is_an_ordinary_missing_plate() -> None:
    assert seen().codes("Bzero") == {"plate_not_installed"}


def test_unknown_counts_are_not_people() -> None:
    assert seen().codes("Bunknown") == {"plate_not_installed"}


def test_a_plate_on_the_wall_settles_it() -> None:
    assert seen().codes("Bup") == set()


def test_what_needs_no_permanent_plate_is_not_in_the_queue() -> None:
    assert "inhabited_unplated" not in seen().codes("Bhut", "Bshed", "Bexempt")
