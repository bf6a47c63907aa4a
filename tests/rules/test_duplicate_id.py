"""编号重复: one id on two different rows."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.plate("P1", "民主街99号", 5, 60)  # another plate under the id of P1
    drawn.plate("P2", "民主街2号", 5, -5)  # P2 delivered twice
    drawn.address("P3", "民主街3号", 25, 10)  # ids of different tables need not differ
    return drawn.verify()


def test_one_id_with_two_contents_is_reported_as_a_row() -> None:
    finding = seen().finding("duplicate_id", "plates:P1")
    assert (finding["subject"], finding["severity"], finding["office"]) == ("row", "error", "data")


def test_a_row_delivered_twice_is_merged_without_a_finding() -> None:
    assert seen().subjects("duplicate_id") == ["plates:P1"]
    assert (seen().verification.plates["plate_id"] == "P2").sum() == 1
    assert (seen().verification.repairs["key"] == "P2").any()


def test_ids_of_different_tables_may_be_equal() -> None:
    assert "addresses:P3" not in seen().subjects("duplicate_id")


def test_the_row_set_aside_is_in_the_quarantine() -> None:
    quarantine = seen().verification.quarantine
    assert list(quarantine["key"]) == ["P1"]


def test_a_second_content_only_in_the_point_counts_as_different() -> None:
    assert town().plate("P2", "民主街2号", 5, -45).verify().subjects("duplicate_id") == ["plates:P2"]
