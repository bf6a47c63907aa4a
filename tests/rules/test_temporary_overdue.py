"""临时牌超期: a temporary plate past its last day, or without one."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def hut(drawn: Town, name: str, x: float, number: int, **plate: object) -> Town:
    text = f"普兴社区1组临{number}号"
    return drawn.house(f"B{name}", x, 60, temporary="是").plate(f"P{name}", text, x + 5, 60, **plate).address(f"A{name}", text, x + 5, 65)


@cache
def seen() -> Seen:
    drawn = town()
    hut(drawn, "over", 0, 1, expires_on="2026-06-29")
    hut(drawn, "today", 40, 2, expires_on="2026-06-30")
    hut(drawn, "never", 80, 3)
    hut(drawn, "long", 120, 4, expires_on="长期")
    hut(drawn, "down", 160, 5, expires_on="2020-01-01", state="removed")
    drawn.home("perm", 200, 60, "普兴社区1组6号").change("plates", "Pperm", expires_on="2020-01-01")
    hut(drawn, "made", 240, 7, expires_on="2020-01-01", state="made")
    return drawn.verify()


def test_the_day_after_its_last_day_it_is_overdue() -> None:
    finding = seen().finding("temporary_overdue", "Pover")
    assert "2026-06-29" in finding["detail_zh"]


def test_on_its_last_day_it_is_valid() -> None:
    assert seen().codes("Ptoday") == set()


def test_without_a_last_day_it_is_reported_as_such() -> None:
    assert "no expiry" in seen().finding("temporary_overdue", "Pnever")["detail_en"]


def test_a_plate_issued_without_end_is_known_to_have_no_end() -> None:
    assert seen().codes("Plong") == set()


def test_a_plate_that_does_not_hang_cannot_be_overdue() -> None:
    assert "temporary_overdue" not in seen().codes("Pdown", "Pmade")


def test_a_permanent_plate_has_no_last_day() -> None:
    assert "temporary_overdue" not in seen().codes("Pperm")
