"""牌位偏离: linked by key or id, and away from its building."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def away(drawn: Town, name: str, x: float, y: float, number: int, south: float, **plate: object) -> Town:
    """A house whose address is right and whose plate lies `south` metres south of its wall."""
    return drawn.home(name, x, y, f"普兴社区1组{number}号").change("plates", f"P{name}", at=(x + 5, y - south), **plate)


@cache
def seen() -> Seen:
    drawn = town()
    away(drawn, "at8", 0, 100, 1, 8)
    away(drawn, "over8", 60, 100, 2, 8.2)
    away(drawn, "far", 0, 400, 3, 100)
    away(drawn, "at150", 200, 460, 4, 149.9).change("addresses", "Aat150", at=(205, 460))
    away(drawn, "over150", 300, 460, 5, 150.1).change("addresses", "Aover150", at=(305, 460))
    drawn.house("Bid", 400, 300).plate("Pid", "普兴社区1组6号", 405, 250, building_id="Bid").address("Aid", "普兴社区1组6号")
    away(drawn, "gate", 60, 300, 7, 20, state="removed")
    return drawn.verify()


def test_a_plate_a_hundred_metres_off_is_reported_with_its_distance() -> None:
    finding = seen().finding("misplaced_plate", "Pfar")
    assert abs(finding["value"] - 100) < 1e-6
    assert finding["related"] == ["Bfar"]


def test_eight_metres_is_near_and_more_is_misplaced() -> None:
    assert seen().codes("Pat8") == set()
    assert seen().codes("Pover8") == {"misplaced_plate"}


def test_up_to_a_hundred_and_fifty_metres_the_key_joins() -> None:
    assert "misplaced_plate" in seen().codes("Pat150")
    assert "misplaced_plate" not in seen().codes("Pover150")


def test_a_declared_building_is_checked_by_distance() -> None:
    assert abs(seen().finding("misplaced_plate", "Pid")["value"] - 50) < 1e-6


def test_a_misplaced_plate_does_not_dangle_and_is_not_unregistered() -> None:
    assert seen().codes("Pfar", "Bfar", "Afar") == {"misplaced_plate"}


def test_a_removed_plate_hangs_nowhere() -> None:
    assert seen().codes("Pgate") == set()


def test_the_plate_of_a_neighbour_that_leans_over_is_not_misplaced() -> None:
    seen = town().home("x", 0, 60, "普兴社区1组1号").home("y", 11, 60, "普兴社区1组2号").change("plates", "Px", at=(9, 58)).verify()
    assert seen.codes("Px", "Py") == set()
