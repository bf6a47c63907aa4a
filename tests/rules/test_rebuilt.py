"""原址重建: a live footprint on the site of one that is gone by document."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, outline, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.previous("Ba1", 0, 60).demolition("Ba1").home("a2", 0, 66.9, "普兴社区1组1号")  # covers 31 %
    drawn.previous("Bb1", 60, 60).demolition("Bb1").home("b2", 60, 67, "普兴社区1组2号")  # covers exactly 30 %
    drawn.previous("Bc1", 120, 60).home("c2", 120, 60, "普兴社区1组3号", w=14)  # an extension: nothing was demolished
    drawn.previous("Bd1", 180, 60).demolition("Bd1").house("Bd2", 180, 60, condition="planned")
    drawn.previous("Be1", 240, 60).demolition(where=outline(240, 60)).home("e2", 242, 61, "普兴社区1组5号")
    drawn.previous("Bsame", 300, 60).demolition("Bsame").home("f2", 300, 60, "普兴社区1组6号")
    return drawn.verify()


def test_more_than_thirty_percent_of_the_gone_footprint_covered_is_a_rebuilding() -> None:
    finding = seen().finding("rebuilt", "Ba2")
    assert finding["related"] == ["Ba1"]
    assert abs(finding["value"] - 0.31) < 1e-6


def test_exactly_thirty_percent_is_not() -> None:
    assert "rebuilt" not in seen().codes("Bb2")


def test_an_extension_of_a_house_that_stands_is_no_rebuilding() -> None:
    assert "rebuilt" not in seen().codes("Bc2")


def test_a_plan_is_not_built_yet() -> None:
    assert "rebuilt" not in seen().codes("Bd2")


def test_a_demolition_drawn_as_a_polygon_counts() -> None:
    assert seen().finding("rebuilt", "Be2")["related"] == ["Be1"]


def test_rebuilt_silences_what_the_two_surveys_say() -> None:
    changed = {"changed_footprint", "suspected_new_building", "suspected_demolition"}
    assert not changed & seen().codes("Ba2", "Ba1", "Be2", "Be1", "Bsame", "Bf2")


def test_the_number_of_a_rebuilt_house_is_not_proposed_for_cancellation() -> None:
    assert not {"demolished_vacant", "demolished_occupied", "plate_on_demolished"} & seen().codes("Af2", "Pf2")
