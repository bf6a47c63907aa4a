"""坐标系不明: a layer that does not say, or says wrongly, which coordinates it holds."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    return town().declared("plates", None).verify()


def test_metres_without_a_declared_system_are_read_and_asked_about() -> None:
    finding = seen().finding("crs_unknown", "plates")
    assert (finding["subject"], finding["certainty"], finding["office"]) == ("layer", "suspect", "data")
    assert seen().codes() == {"crs_unknown"}, "the plates were read where they are"


def test_metres_declared_as_degrees_contradict_their_system() -> None:
    assert town().declared("addresses", "EPSG:4490").verify().subjects("crs_unknown") == ["addresses"]


def test_a_wrong_zone_is_another_finding() -> None:
    wrong = town().declared("plates", "EPSG:4545").verify()
    assert wrong.codes() == {"systematic_shift"}
    assert wrong.subjects("systematic_shift") == ["plates"]


def test_the_name_of_the_system_that_was_taken_is_told() -> None:
    finding = seen().finding("crs_unknown", "plates")
    assert "EPSG:4544" in finding["detail_zh"]
    assert "EPSG:4544" in finding["detail_en"]
