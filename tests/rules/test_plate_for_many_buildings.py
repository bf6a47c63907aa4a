"""一牌多楼: one address, plates of its text on several buildings near each other."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def twice(drawn: Town, name: str, x: float, y: float, text: str, apart: float, **second: object) -> Town:
    """A correct house, and another `apart` metres east whose plate says the same."""
    drawn.home(name, x, y, text).house(f"B{name}2", x + 10 + apart, y)
    return drawn.plate(f"P{name}2", text, x + 15 + apart, y, **second)


@cache
def seen() -> Seen:
    drawn = town()
    twice(drawn, "many", 0, 60, "普兴社区1组1号", 25)
    twice(drawn, "edge", 0, 120, "普兴社区1组2号", 10.5)
    twice(drawn, "yard", 100, 120, "普兴社区1组3号", 9.5)
    twice(drawn, "last", 0, 180, "普兴社区1组4号", 59.5)
    twice(drawn, "apart", 0, 240, "普兴社区1组5号", 61)
    twice(drawn, "both", 0, 300, "普兴社区1组6号", 25).address("Aboth2", "普兴社区1组6号", 40, 305)
    twice(drawn, "down", 0, 360, "普兴社区1组7号", 25, state="removed")
    twice(drawn, "kind", 0, 420, "普兴社区1组8号", 25, kind="temporary")
    return drawn.verify()


def test_one_address_with_plates_on_two_houses_is_one_finding() -> None:
    finding = seen().finding("plate_for_many_buildings", "Pmany")
    assert (finding["subject"], finding["related"]) == ("plate", ["Pmany2"])
    assert finding["value"] == 25
    assert "plate_for_many_buildings" not in seen().codes("Pmany2")


def test_from_ten_metres_to_sixty() -> None:
    assert "plate_for_many_buildings" in seen().codes("Pedge")
    assert "plate_for_many_buildings" in seen().codes("Plast")


def test_closer_than_ten_metres_is_one_yard() -> None:
    assert not {"plate_for_many_buildings", "duplicate_number"} & seen().codes("Pyard", "Pyard2")


def test_farther_than_sixty_metres_is_a_number_given_twice() -> None:
    assert "duplicate_number" in seen().codes("Papart")
    assert "plate_for_many_buildings" not in seen().codes("Papart")


def test_two_located_addresses_are_a_number_given_twice() -> None:
    assert "duplicate_number" in seen().codes("Pboth")
    assert "plate_for_many_buildings" not in seen().codes("Pboth")


def test_a_removed_plate_hangs_nowhere() -> None:
    assert not {"plate_for_many_buildings", "duplicate_number"} & seen().codes("Pdown", "Pdown2")


def test_a_temporary_number_is_another_number() -> None:
    assert not {"plate_for_many_buildings", "duplicate_number"} & seen().codes("Pkind", "Pkind2")
