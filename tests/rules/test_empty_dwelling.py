"""有房无人: a plated dwelling that every count says is empty."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    cases = {
        "empty": ({}, NOBODY),
        "one": ({}, NOBODY | {"floating_n": 1}),
        "missing": ({}, {k: v for k, v in NOBODY.items() if k != "unit_n"}),
        "stale": ({}, NOBODY | {"counted_on": "2026-05-30"}),
        "shop": ({"use": "commercial"}, NOBODY),
        "unused": ({"use": None}, NOBODY),
    }
    for i, (name, (house, counts)) in enumerate(cases.items()):
        drawn.home(name, 60 * i, 60, f"普兴社区1组{i + 1}号", **house).people(f"A{name}", **counts)
    drawn.home("uncounted", 0, 120, "普兴社区1组11号")
    drawn.house("Bbare", 60, 120).address("Abare", "普兴社区1组12号", 65, 125).people("Abare", **NOBODY)
    drawn.home("rooms", 120, 120, "普兴社区1组13号").people("Arooms", **NOBODY).address("R1", "普兴社区1组13号1单元101室").people("R1", **NOBODY | {"resident_n": 2})
    return drawn.verify()


def test_every_count_zero_and_fresh_is_a_notice() -> None:
    finding = seen().finding("empty_dwelling", "Bempty")
    assert (finding["severity"], finding["office"]) == ("notice", "police")
    assert seen().subjects("empty_dwelling") == ["Bempty"]


def test_one_person_is_somebody() -> None:
    assert seen().codes("Bone") == set()


def test_a_missing_stale_or_absent_count_is_not_zero() -> None:
    assert "empty_dwelling" not in seen().codes("Bmissing", "Bstale", "Buncounted")


def test_only_dwellings_are_homes() -> None:
    assert "empty_dwelling" not in seen().codes("Bshop", "Bunused")


def test_without_a_plate_it_is_not_asked() -> None:
    assert "empty_dwelling" not in seen().codes("Bbare")


def test_somebody_in_a_room_is_somebody_in_the_house() -> None:
    assert "empty_dwelling" not in seen().codes("Brooms")
