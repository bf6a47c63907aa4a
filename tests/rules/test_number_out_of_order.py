"""单双号或次序异常: a number on the wrong side, or out of its place along the street."""

from __future__ import annotations

import math
from functools import cache

from tests.town import PITCH_M, Seen, Town


def removed(drawn: Town, *names: str) -> Town:
    """The town lacking these houses with their plates and addresses."""
    for name in names:
        drawn.without("plates", f"P{name}").without("addresses", f"A{name}").without("buildings", f"B{name}")
    return drawn


@cache
def seen() -> Seen:
    """和平路: an even number in the middle of the odd side; 建设路: 39 between 5 and 9, where 7 should be."""
    drawn = removed(Town().village().street("和平路", n=20), "9").home("x", 4 * PITCH_M, 5, "和平路40号")
    drawn.street("建设路", n=40, y=200, prefix="j")
    return removed(drawn, "j7", "j39").home("jx", 3 * PITCH_M, 205, "建设路39号").verify()


@cache
def obedient() -> Seen:
    """Streets and a group in which nothing is out of order, each in another way."""
    drawn = removed(Town().village().street("和平路", n=40), "9", "11", "13")
    for i in range(20):  # no sides: all numbers on both, in turn
        drawn.home(f"d{i + 1}", PITCH_M * (i // 2), 105 if i % 4 in (0, 3) else 85, f"解放路{i + 1}号")
    drawn.street("短街", n=9, y=200, prefix="s").change("plates", "Ps5", text="短街40号").change("addresses", "As5", text="重庆市璧山区广普镇普兴社区短街40号")
    for i in range(14):
        drawn.home(f"g{i + 1}", PITCH_M * i, 300, f"普兴社区1组{i + 1}号")
    return drawn.verify()


def test_an_even_number_among_odd_ones_is_suspect() -> None:
    finding = seen().finding("number_out_of_order", "Px")
    assert (finding["certainty"], finding["severity"]) == ("suspect", "warning")


def test_a_number_far_out_of_its_place_along_the_street_is_suspect() -> None:
    assert seen().finding("number_out_of_order", "Pjx")["certainty"] == "suspect"


def test_nobody_else_is_accused() -> None:
    assert sorted(seen().subjects("number_out_of_order")) == ["Pjx", "Px"]


def test_an_obedient_street_has_nothing_to_say_and_a_reserved_gap_keeps_the_order() -> None:
    assert not {f"P{i}" for i in range(1, 41)} & set(obedient().subjects("number_out_of_order"))


def test_the_end_of_a_bend_whose_other_side_ends_earlier_is_on_its_own_side() -> None:
    drawn = Town().village()
    for number in (n for n in range(1, 80) if n % 2 or n <= 70):
        turn, radius_m = (number - 1) // 2 * 12 / 120, 120 + (6.5 if number % 2 else -6.5)
        drawn.plate(f"P{number}", f"月湖路{number}号", 300 + radius_m * math.cos(turn), 300 + radius_m * math.sin(turn))
    assert drawn.verify().subjects("number_out_of_order") == []


def test_a_street_that_does_not_obey_parity_accuses_nobody() -> None:
    assert not {f"Pd{i}" for i in range(1, 21)} & set(obedient().subjects("number_out_of_order"))


def test_a_short_street_has_no_habit_yet() -> None:
    assert not {f"Ps{i}" for i in range(1, 10)} & set(obedient().subjects("number_out_of_order"))


def test_groups_count_through_and_have_no_sides() -> None:
    assert obedient().subjects("number_out_of_order") == []
