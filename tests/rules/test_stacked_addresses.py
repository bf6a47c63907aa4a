"""坐标堆叠: many different numbers on one point."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def pile(drawn: Town, group: int, n: int, x: float, y: float, **address: object) -> Town:
    for i in range(n):
        drawn.address(f"A{group}-{i + 1}", f"普兴社区{group}组{i + 1}号", x, y, **address)
    return drawn


@cache
def seen() -> Seen:
    drawn = town().house("Boffice", 0, 100)
    pile(drawn, 1, 5, 5, 105)
    pile(drawn, 2, 4, 200, 100)
    for i in range(8):
        drawn.address(f"R{i + 1}", f"普兴社区3组1号1单元{i + 1}01室", 205, 205)
    drawn.home("rooms", 200, 200, "普兴社区3组1号").change("addresses", "Arooms", at=(205, 205))
    for i in range(6):
        drawn.address(f"S{i + 1}", f"普兴社区4组{i + 1}号", 0 + 0.2 * i, 300)
    pile(drawn, 5, 4, 300, 300).address("A5-5", "普兴社区5组5号", 300, 300, status="retired")
    return drawn.verify()


def test_five_numbers_on_one_point_are_one_finding() -> None:
    finding = seen().finding("stacked_addresses", "A1-1")
    assert (finding["value"], finding["related"]) == (5, ["A1-2", "A1-3", "A1-4", "A1-5"])
    assert seen().subjects("stacked_addresses") == ["A1-1"]


def test_four_are_not_a_stack() -> None:
    assert "stacked_addresses" not in seen().codes("A2-1")


def test_the_rooms_of_one_building_share_its_point() -> None:
    assert seen().codes("R1", "Arooms") == set()


def test_points_a_step_apart_are_measured_points() -> None:
    assert "stacked_addresses" not in seen().codes("S1", "S2")


def test_retired_numbers_do_not_count() -> None:
    assert "stacked_addresses" not in seen().codes("A5-1")


def test_a_stack_says_nothing_of_its_members_places() -> None:
    members = [f"A1-{i}" for i in range(1, 6)]
    assert seen().codes(*members) == {"stacked_addresses"}


def test_the_point_of_a_stack_numbers_no_building() -> None:
    assert seen().codes("Boffice") == {"unplated_building"}
