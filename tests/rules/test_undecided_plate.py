"""牌楼待判: candidates nearby, and nothing decides."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def pair(drawn: Town, name: str, x: float, y: float, *, gap: float = 6) -> Town:
    """Two equal houses with a gap between them."""
    return drawn.house(f"B{name}1", x, y).house(f"B{name}2", x + 10 + gap, y)


@cache
def seen() -> Seen:
    drawn = town()
    pair(drawn, "u", 0, 60).plate("Pu", "普兴社区1组1号", 13, 65).address("Au", "普兴社区1组1号")
    pair(drawn, "near", 60, 60, gap=10).plate("Pnear", "普兴社区1组2号", 71, 65).address("Anear", "普兴社区1组2号")
    pair(drawn, "id", 120, 60).plate("Pid", "普兴社区1组3号", 133, 65, building_id="Bid2").address("Aid", "普兴社区1组3号")
    pair(drawn, "both", 180, 60).plate("Pboth", "普兴社区1组4号", 193, 65).address("Aboth", "普兴社区1组4号", 185, 65)
    pair(drawn, "taken", 240, 60).plate("Ptaken", "普兴社区1组5号", 253, 65).address("Ataken", "普兴社区1组5号")
    drawn.plate("Pother", "普兴社区1组6号", 245, 60).address("Aother", "普兴社区1组6号", 245, 65)
    drawn.plate("Pfar", "普兴社区1组7号", 400, 400).plate("Pnowhere", "普兴社区1组8号")
    return drawn.verify()


def test_a_plate_between_two_equal_houses_is_shown_with_both_and_guessed_to_neither() -> None:
    finding = seen().finding("undecided_plate", "Pu")
    assert (finding["certainty"], sorted(finding["related"])) == ("suspect", ["Bu1", "Bu2"])
    assert finding["value"] < 0.9
    links = seen().verification.links
    rows = links[(links["plate_id"] == "Pu") & links["building_id"].notna()]
    assert set(rows["state"]) == {"undecided"}
    assert abs(rows["score"].sum() - 1) < 0.05


def test_a_clear_distance_decides() -> None:
    assert seen().row("plates", "Pnear")["building_id"] == "Bnear1"


def test_a_declared_building_decides() -> None:
    assert seen().row("plates", "Pid")["building_id"] == "Bid2"


def test_the_address_of_its_number_decides() -> None:
    assert seen().row("plates", "Pboth")["building_id"] == "Bboth1"


def test_a_neighbour_that_has_its_own_plate_decides() -> None:
    assert seen().row("plates", "Ptaken")["building_id"] == "Btaken2"


def test_without_candidates_nothing_is_undecided() -> None:
    assert "undecided_plate" not in seen().codes("Pfar", "Pnowhere")


def test_what_is_undecided_is_counted() -> None:
    n, d = seen().tally("undecided_share")
    assert n == len(set(seen().subjects("undecided_plate")) | set(seen().subjects("undecided_address")))
    assert n > 0
    assert d > n
