"""空挂户口: people registered where no house stands."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.previous("Bd", 0, 60).demolition("Bd").address("Ad", "普兴社区1组1号", 5, 65).people("Ad", **NOBODY | {"registered_n": 3})
    drawn.address("Av", "普兴社区1组2号", 300, 300).people("Av", **NOBODY | {"registered_n": 2})
    drawn.address("Azero", "普兴社区1组3号", 300, 400).people("Azero", **NOBODY)
    drawn.address("Aunknown", "普兴社区1组4号", 400, 300)
    drawn.home("there", 60, 60, "普兴社区1组5号").people("Athere", **NOBODY | {"registered_n": 4})
    drawn.address("Aroom", "普兴社区1组6号1单元101室", 400, 400).address("Adoor", "普兴社区1组6号", 400, 400).people("Aroom", **NOBODY | {"resident_n": 1})
    drawn.previous("Bpart", 0, 120).demolition("Bpart").address("Apart", "普兴社区1组7号", 5, 125).people("Apart", resident_n=2)
    return drawn.verify()


def test_people_on_a_demolished_address_are_named_beside_it() -> None:
    finding = seen().finding("people_on_nothing", "Ad")
    assert (finding["office"], finding["value"]) == ("police", 3)
    assert seen().codes("Ad") == {"demolished_occupied", "people_on_nothing"}


def test_people_on_a_virtual_address_are_named_beside_it() -> None:
    assert seen().codes("Av") == {"virtual_address", "people_on_nothing"}


def test_nobody_on_nothing_is_nobody() -> None:
    assert seen().codes("Azero") == {"virtual_address"}


def test_unknown_is_not_people() -> None:
    assert seen().codes("Aunknown") == {"virtual_address"}


def test_people_in_a_house_are_in_a_house() -> None:
    assert seen().codes("Athere") == set()


def test_people_of_a_room_are_people_of_its_door() -> None:
    assert "people_on_nothing" in seen().codes("Adoor")


def test_one_known_count_is_enough() -> None:
    assert "people_on_nothing" in seen().codes("Apart")
