"""几何无效: an outline that encloses no clear area."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town

BOW_TIE = [(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)]
SPIKE = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 10.0), (5.0, 14.0), (5.0, 10.0), (0.0, 10.0)]
SMALL_LOOP = [(0.0, 0.0), (10.0, 0.0), (10.0, 9.8), (9.8, 10.0), (10.0, 10.0), (9.8, 9.8), (9.8, 10.0), (0.0, 10.0)]


@cache
def seen() -> Seen:
    return town().house("B-bow", 0, 60, corners=BOW_TIE).house("B-spike", 60, 60, corners=SPIKE).house("B-loop", 120, 60, corners=SMALL_LOOP).verify()


def test_a_bow_tie_is_refused_and_reported() -> None:
    finding = seen().finding("invalid_geometry", "buildings:B-bow")
    assert (finding["subject"], finding["office"]) == ("row", "surveyor")
    assert "B-bow" not in set(seen().verification.buildings["building_id"])


def test_a_spike_without_area_is_repaired_and_recorded() -> None:
    assert "buildings:B-spike" not in seen().subjects("invalid_geometry")
    assert seen().row("buildings", "B-spike")["area_m2"] == 100
    repairs = seen().verification.repairs
    assert (repairs["key"] == "B-spike").any()


def test_a_loop_of_less_than_a_hundredth_of_the_area_is_repaired() -> None:
    assert "buildings:B-loop" not in seen().subjects("invalid_geometry")
    assert abs(seen().row("buildings", "B-loop")["area_m2"] - 100) < 1


def test_what_is_refused_is_in_the_quarantine_and_the_house_is_missing_nowhere_else() -> None:
    quarantine = seen().verification.quarantine
    assert list(quarantine["key"]) == ["B-bow"]


def test_the_sentence_speaks_one_language() -> None:
    finding = seen().finding("invalid_geometry", "buildings:B-bow")
    assert finding["detail_zh"].startswith("建筑物 B-bow：几何无效（")
    assert " / " not in finding["detail_zh"]
    assert not any("一" <= sign <= "鿿" for sign in finding["detail_en"])
