"""人口异常: more people than the house can hold."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, Town, town


def full_house(drawn: Town, name: str, x: float, y: float, number: int, people: int | None, **house: object) -> Town:
    drawn.home(name, x, y, f"普兴社区1组{number}号", **house)
    return drawn.people(f"A{name}", **NOBODY | {"registered_n": people, "resident_n": people})


@cache
def seen() -> Seen:
    drawn = town()
    full_house(drawn, "over", 0, 60, 1, 21, floors_n=1)  # 100 m2 hold 20
    full_house(drawn, "at", 60, 60, 2, 20, floors_n=1)
    full_house(drawn, "tall", 120, 60, 3, 25, floors_n=2)
    full_house(drawn, "many", 180, 60, 4, 31, floors_n=3)
    full_house(drawn, "thirty", 240, 60, 5, 30, floors_n=3)
    full_house(drawn, "home", 300, 60, 6, 31, floors_n=3, use="public")
    full_house(drawn, "unknown", 0, 120, 7, None, floors_n=1)
    full_house(drawn, "tower", 60, 120, 8, 200, floors_n=18)
    return drawn.verify()


def test_more_than_one_person_per_five_square_metres_is_reported() -> None:
    finding = seen().finding("implausible_density", "Bover")
    assert (finding["value"], finding["unit"]) == (21, "persons")


def test_exactly_one_per_five_is_not() -> None:
    assert "implausible_density" not in seen().codes("Bat")


def test_floors_count() -> None:
    assert "implausible_density" not in seen().codes("Btall", "Btower")


def test_more_than_thirty_in_one_house_is_reported_and_thirty_are_not() -> None:
    assert "implausible_density" in seen().codes("Bmany")
    assert "implausible_density" not in seen().codes("Bthirty")


def test_a_home_or_a_dormitory_is_no_rural_house() -> None:
    assert "implausible_density" not in seen().codes("Bhome")


def test_unknown_counts_say_nothing() -> None:
    assert "implausible_density" not in seen().codes("Bunknown")


def test_unknown_floors_are_no_proof_that_there_is_one() -> None:
    drawn = full_house(town(), "x", 0, 60, 1, 25)
    assert "implausible_density" not in drawn.verify().codes("Bx")
