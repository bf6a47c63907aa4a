"""坐标偏离: an address linked by key or id whose point is away from its building."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def away(drawn: Town, name: str, x: float, y: float, number: int, north: float, **address: object) -> Town:
    """A house whose plate is right and whose address lies `north` metres north of its wall."""
    return drawn.home(name, x, y, f"普兴社区1组{number}号").change("addresses", f"A{name}", at=(x + 5, y + 10 + north), **address)


@cache
def seen() -> Seen:
    drawn = town()
    away(drawn, "at8", 0, 60, 1, 8)
    away(drawn, "over8", 60, 60, 2, 8.2)
    away(drawn, "far", 0, 120, 3, 100)
    away(drawn, "over150", 300, 60, 4, 150.1)
    drawn.house("Bid", 400, 60).address("Aid", "普兴社区1组5号", 405, 130, building_id="Bid")
    drawn.house("Bwrong", 400, -300).address("Awrong", "普兴社区1组6号", 405, 300, building_id="Bwrong")
    away(drawn, "off", 200, -200, 7, 60, status="retired")
    drawn.home("x", -200, 60, "普兴社区1组8号").home("y", -189, 60, "普兴社区1组9号").change("addresses", "Ax", at=(-188, 65))
    return drawn.verify()


def test_a_point_a_hundred_metres_off_is_reported_with_its_distance() -> None:
    finding = seen().finding("misplaced_address", "Afar")
    assert abs(finding["value"] - 100) < 1e-6
    assert (finding["office"], finding["related"]) == ("data", ["Bfar"])


def test_eight_metres_is_near_and_more_is_misplaced() -> None:
    assert seen().codes("Aat8") == set()
    assert seen().codes("Aover8") == {"misplaced_address"}


def test_beyond_a_hundred_and_fifty_metres_the_key_joins_nothing() -> None:
    assert "misplaced_address" not in seen().codes("Aover150")


def test_a_declared_building_is_strong_evidence() -> None:
    assert abs(seen().finding("misplaced_address", "Aid")["value"] - 60) < 1e-6


def test_a_declared_building_six_hundred_metres_away_is_not_believed() -> None:
    assert "misplaced_address" not in seen().codes("Awrong")
    assert seen().row("addresses", "Awrong")["building_id"] != "Bwrong"


def test_a_retired_address_may_lie_where_it_likes() -> None:
    assert seen().codes("Aoff") == set()


def test_a_point_that_slipped_into_the_neighbour_stays_with_its_plate() -> None:
    assert seen().row("addresses", "Ax")["building_id"] == "Bx"
    assert seen().codes("Ax", "Ay") == set()
