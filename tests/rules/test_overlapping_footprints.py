"""建筑面重叠: two footprints on one ground."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, outline, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.home("a1", 0, 60, "普兴社区1组1号").house("Ba2", 8.9, 60)  # 11 %
    drawn.home("b1", 60, 60, "普兴社区1组2号").house("Bb2", 69, 60)  # exactly 10 %
    drawn.home("c1", 120, 60, "普兴社区1组3号").house("Bc2", 120, 60).house("Bc3", 120.2, 60)  # drawn three times
    drawn.home("d1", 200, 60, "普兴社区1组4号", w=30).house("Bd2", 195, 60).house("Bd3", 225, 60)  # one at each end
    drawn.home("e1", 0, 120, "普兴社区1组5号").house("Be2", 5, 120, condition="planned").house("Be3", 0, 121, condition="demolished")
    drawn.home("f1", 60, 120, "普兴社区1组6号").house("Bf2", 62, 122, w=2, d=2)  # small in large: all of the smaller
    return drawn.verify()


def test_more_than_a_tenth_of_the_smaller_is_reported() -> None:
    finding = seen().finding("overlapping_footprints", "Ba1")
    assert finding["related"] == ["Ba2"]
    assert abs(finding["value"] - 0.11) < 1e-6


def test_exactly_a_tenth_is_not_yet_an_overlap() -> None:
    assert "overlapping_footprints" not in seen().codes("Bb1", "Bb2")


def test_the_share_is_that_of_the_smaller_one() -> None:
    assert seen().finding("overlapping_footprints", "Bf1")["value"] == 1.0


def test_planned_and_gone_footprints_lie_on_nothing() -> None:
    assert "overlapping_footprints" not in seen().codes("Be1", "Be2", "Be3")


def test_a_house_drawn_three_times_is_one_finding_of_the_smallest_id() -> None:
    assert sorted(seen().finding("overlapping_footprints", "Bc1")["related"]) == ["Bc2", "Bc3"]
    assert "overlapping_footprints" not in seen().codes("Bc2", "Bc3")


def test_every_footprint_a_house_overlaps_is_named() -> None:
    named = {i for s in ("Bd1", "Bd2", "Bd3") if s in seen().subjects("overlapping_footprints") for i in (s, *seen().finding("overlapping_footprints", s)["related"])}
    assert named == {"Bd1", "Bd2", "Bd3"}


def test_eaves_of_less_than_a_tenth_are_legal() -> None:
    assert "overlapping_footprints" not in town().home("x", 0, 60, "普兴社区1组1号").house("By", 9.2, 60).verify().codes()


def test_the_drawing_of_this_test_overlaps_by_a_tenth() -> None:
    assert outline(60, 60).intersection(outline(69, 60)).area == 10.0
