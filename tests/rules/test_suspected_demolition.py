"""疑似拆除: in the survey before, no more in this one, and no document."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, outline, town


def surveyed() -> Town:
    """The street as both surveys have it."""
    drawn = town()
    for row in drawn.rows["buildings"]:
        drawn._add("buildings_previous", {"building_id": row["building_id"]}, row["geometry"])
    return drawn


@cache
def seen() -> Seen:
    drawn = surveyed()
    drawn.previous("Bv", 0, 60)
    drawn.previous("Bdoc", 60, 60).demolition("Bdoc")
    drawn.previous("Bpoly", 120, 60).demolition(where=outline(120.3, 60.2))
    drawn.previous("Bslip", 180, 60).house("Bslip2", 189, 60)  # IoU 0.053
    drawn.previous("Btenth", 240, 60).house("Btenth2", 248, 60)  # IoU 0.111
    for i in range(12):
        drawn.previous(f"Bterrace{i}", 300 + 8 * i, 60, w=8)  # each has IoU 0.083 with the terrace
    drawn.house("Bterrace", 300, 60, w=96)
    drawn.previous("Bhut", 0, 200, w=3, d=3).house("Bhall", -5, 195, w=40, d=30)
    drawn.previous("Bsite", 0, 300, w=3, d=3).house("Bplan", -5, 295, w=40, d=30, condition="planned")
    drawn.house("Bstate", 0, 120, condition="demolished").previous("Bstate", 0, 120)
    return drawn.verify()


def test_a_footprint_that_vanished_without_document_is_only_suspected() -> None:
    finding = seen().finding("suspected_demolition", "Bv")
    assert (finding["certainty"], finding["office"], finding["value"]) == ("suspect", "village", 0)
    assert finding["geometry"] is not None, "a footprint of the survey before has a place"


def test_a_document_by_id_or_by_polygon_settles_it() -> None:
    assert "suspected_demolition" not in seen().codes("Bdoc", "Bpoly", "Bstate")


def test_below_a_tenth_of_overlap_it_is_gone_and_above_changed() -> None:
    assert "suspected_demolition" in seen().codes("Bslip")
    assert "suspected_demolition" not in seen().codes("Btenth")


def test_where_something_stands_nothing_was_pulled_down() -> None:
    assert "suspected_demolition" not in seen().codes("Bhut", *(f"Bterrace{i}" for i in range(12)))
    assert "suspected_new_building" in seen().codes("Bhall")


def test_a_plan_drawn_over_the_site_is_nothing_that_stands() -> None:
    assert "suspected_demolition" in seen().codes("Bsite")


def test_houses_in_both_surveys_are_not_mentioned() -> None:
    assert not {"suspected_demolition", "changed_footprint", "suspected_new_building"} & seen().codes(*(f"B{i}" for i in range(1, 13)))


def test_without_a_survey_before_nothing_vanished() -> None:
    assert town().verify().codes() == set()


def test_a_common_offset_of_the_two_surveys_is_not_a_change() -> None:
    drawn = Town().village()
    for i in range(60):
        x, y = 30.0 * (i % 10) + (i * 7 % 5), 40.0 * (i // 10) + (i * 3 % 7)
        drawn.home(f"h{i}", x, y, f"普兴社区1组{i + 1}号").previous(f"h{i}", x + 1.4, y - 1.1)
    assert drawn.verify().codes() <= {"systematic_shift"}
