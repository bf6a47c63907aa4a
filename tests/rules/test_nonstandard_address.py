"""地址不规范: an address that is not whole, or not to be read whole."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.home("n", 0, 60, "普兴社区1组1号").change("addresses", "An", text="重庆市璧山区广普镇普兴社区1组")
    drawn.home("v", 60, 60, "普兴社区1组2号").change("addresses", "Av", text="重庆市璧山区广普镇1组2号")
    drawn.home("s", 120, 60, "民主街33号").change("addresses", "As", text="重庆市璧山区广普镇民主街33号")
    drawn.home("form", 180, 60, "普兴社区1组4号").change("addresses", "Aform", text="普兴社区一组４号")
    drawn.home("junk", 240, 60, "普兴社区1组5号").change("addresses", "Ajunk", text="重庆市璧山区广普镇普兴社区1组5号嘎嘎嘎")
    drawn.home("off", 0, 120, "普兴社区1组6号").address("Aoff2", "普兴社区1组", 5, 125, status="retired")
    drawn.home("note", 60, 120, "普兴社区1组7号").change("addresses", "Anote", text="重庆市璧山区广普镇普兴社区1组7号(原2组9号)")
    return drawn.verify()


def test_an_address_without_number_is_reported() -> None:
    finding = seen().finding("nonstandard_address", "An")
    assert (finding["office"], finding["severity"]) == ("data", "warning")


def test_an_address_that_names_neither_village_nor_street_is_reported() -> None:
    assert "nonstandard_address" in seen().codes("Av")


def test_text_that_cannot_be_read_is_shown() -> None:
    finding = seen().finding("nonstandard_address", "Ajunk")
    assert "嘎嘎嘎" in finding["detail_zh"]


def test_the_standard_text_is_carried() -> None:
    assert seen().finding("nonstandard_address", "Ajunk")["proposal"] == "重庆市璧山区广普镇普兴社区1组5号"


def test_a_street_is_enough_of_a_place() -> None:
    assert "nonstandard_address" not in seen().codes("As")


def test_ways_of_writing_and_omitted_upper_levels_are_in_order() -> None:
    assert seen().codes("Aform") == set()


def test_a_former_name_in_brackets_is_a_note() -> None:
    assert "nonstandard_address" not in seen().codes("Anote")


def test_a_retired_address_is_history() -> None:
    assert "nonstandard_address" not in seen().codes("Aoff2")
