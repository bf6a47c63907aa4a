"""重号: one number on different houses."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town().village("500120105201", "龙井村", x=500, y=-500)
    drawn.home("a1", 0, 60, "普兴社区1组1号").home("a2", 200, 60, "普兴社区1组1号")
    drawn.home("v1", 0, 120, "普兴社区1组2号").home("v2", 600, 120, "龙井村1组2号")
    drawn.home("h1", 0, 180, "普兴社区上屋组3号").home("h2", 100, 180, "普兴社区下屋组3号")
    drawn.home("k1", 0, 240, "普兴社区1组4号").house("Bk2", 100, 240, temporary="是").plate("Pk2", "普兴社区1组临4号", 105, 240, expires_on="2027-01-01")
    drawn.address("Ak2", "普兴社区1组临4号", 105, 245)
    drawn.home("l1", 0, 300, "普兴社区1组5号1栋").home("l2", 60, 300, "普兴社区1组5号2栋")
    drawn.house("Bd1", 0, 360).house("Bd2", 200, 360).address("Ad1", "普兴社区1组6号", 5, 365).address("Ad2", "普兴社区1组6号", 205, 365)
    drawn.house("Bs1", 0, 420).address("As1", "普兴社区1组7号", 3, 425).address("As2", "普兴社区1组7号", 7, 425)
    return drawn.verify()


def test_one_number_on_two_houses_far_apart_is_one_finding() -> None:
    finding = seen().finding("duplicate_number", "Pa1")
    assert finding["related"] == ["Pa2"]
    assert finding["value"] == 190
    assert "duplicate_number" not in seen().codes("Pa2")


def test_another_village_and_another_hamlet_may_use_the_number() -> None:
    assert seen().codes("Pv1", "Av1", "Pv2", "Av2") == set()
    assert "duplicate_number" not in seen().codes("Ph1", "Ph2", "Ah1", "Ah2")


def test_a_temporary_number_is_of_another_kind() -> None:
    assert "duplicate_number" not in seen().codes("Pk1", "Pk2", "Ak1", "Ak2")


def test_the_buildings_of_a_compound_have_numbers_of_their_own() -> None:
    assert "duplicate_number" not in seen().codes("Pl1", "Pl2", "Al1", "Al2")


def test_two_addresses_of_one_number_on_two_houses_count_without_plates() -> None:
    finding = seen().finding("duplicate_number", "Ad1")
    assert (finding["subject"], finding["related"]) == ("address", ["Ad2"])


def test_two_rows_of_one_house_are_a_duplicate_address_instead() -> None:
    assert "duplicate_number" not in seen().codes("As1", "As2")
    assert seen().codes("As1", "As2") == {"duplicate_address"}


def test_a_repeated_number_is_not_also_a_duplicate_address() -> None:
    assert "duplicate_address" not in seen().codes("Aa1", "Aa2", "Ad1", "Ad2")
