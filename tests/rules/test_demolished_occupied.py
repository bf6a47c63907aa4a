"""已拆未注销(有人): the house is gone; somebody is, or may be, registered. Never proposed."""

from __future__ import annotations

from functools import cache

import pytest

from tests.town import NOBODY, Seen, town

CASES = {
    "people": NOBODY | {"registered_n": 2},
    "units": NOBODY | {"unit_n": 1},
    "absent": NOBODY | {"absent_n": 1},
    "missing": {k: v for k, v in NOBODY.items() if k != "floating_n"},
    "unreadable": NOBODY | {"registered_n": "三户?"},
    "stale": NOBODY | {"counted_on": "2026-05-01"},
    "undated": NOBODY | {"counted_on": None},
    "future": NOBODY | {"counted_on": "2026-07-15"},
}


@cache
def seen() -> Seen:
    drawn = town().house("Bany", 300, 300)
    for i, (name, counts) in enumerate(CASES.items()):
        drawn.previous(f"B{name}", 60 * i, 60).demolition(f"B{name}").address(f"A{name}", f"普兴社区2组{i + 1}号", 60 * i + 5, 65).people(f"A{name}", **counts)
    drawn.previous("Bnever", 0, 120).demolition("Bnever").address("Anever", "普兴社区2组21号", 5, 125)  # not in the counts at all
    drawn.previous("Brooms", 60, 120).demolition("Brooms").address("Arooms", "普兴社区2组22号", 65, 125).people("Arooms", **NOBODY)
    drawn.address("Aroom", "普兴社区2组22号1单元101室", 65, 125).people("Aroom", **NOBODY | {"registered_n": 1})
    drawn.previous("Bempty", 120, 120).demolition("Bempty").address("Aempty", "普兴社区2组23号", 125, 125).people("Aempty", **NOBODY)
    return drawn.verify()


@pytest.mark.parametrize("name", [*CASES, "never"])
def test_a_count_that_is_positive_missing_unreadable_or_stale_forbids_the_proposal(name: str) -> None:
    assert "demolished_vacant" not in seen().codes(f"A{name}")
    finding = seen().finding("demolished_occupied", f"A{name}")
    assert (finding["severity"], finding["office"]) == ("error", "police")


def test_somebody_in_a_room_is_somebody_in_the_house() -> None:
    assert "demolished_occupied" in seen().codes("Arooms")
    assert "demolished_vacant" not in seen().codes("Arooms")


def test_only_a_whole_fresh_zero_leaves_the_list() -> None:
    assert "demolished_occupied" not in seen().codes("Aempty")


def test_people_there_and_people_unknown_are_told_apart() -> None:
    assert "not zero" in seen().finding("demolished_occupied", "Apeople")["detail_en"]
    assert "unknown or stale" in seen().finding("demolished_occupied", "Anever")["detail_en"]


def test_a_stale_count_above_zero_is_still_somebody() -> None:
    drawn = town().previous("B", 0, 60).demolition("B").address("A", "普兴社区2组1号", 5, 65)
    seen = drawn.people("A", **NOBODY | {"registered_n": 4, "counted_on": "2020-01-01"}).verify()
    assert seen.codes("A") == {"demolished_occupied", "people_on_nothing"}
