"""牌址不符: plate and address of one building with different numbers, and neither number exists elsewhere."""

from __future__ import annotations

from functools import cache

from tests.town import Seen, Town, town


def house(drawn: Town, name: str, x: float, y: float, plate: str, address: str) -> Town:
    return drawn.house(f"B{name}", x, y).plate(f"P{name}", plate, x + 5, y).address(f"A{name}", address, x + 5, y + 5)


@cache
def seen() -> Seen:
    drawn = town()
    house(drawn, "c", 0, 60, "普兴社区1组21号", "普兴社区1组12号")
    house(drawn, "form", 60, 60, "普兴社区1组二十二号", "普兴社区第1组22号")
    house(drawn, "sub", 120, 60, "普兴社区1组23号附1号", "普兴社区1组23号之1")
    house(drawn, "swap1", 180, 60, "普兴社区1组24号", "普兴社区1组25号")
    house(drawn, "swap2", 240, 60, "普兴社区1组25号", "普兴社区1组24号")
    house(drawn, "street", 0, 120, "民主街77号", "普兴社区1组26号")
    house(drawn, "room", 60, 120, "普兴社区1组27号", "普兴社区1组27号101室")
    house(drawn, "hamlet", 120, 120, "普兴社区上屋组5号", "普兴社区下屋组5号")
    house(drawn, "other", 180, 120, "普兴社区1组28号", "普兴社区1组29号").home("else", 180, 160, "普兴社区1组29号")
    return drawn.verify()


def test_a_plate_and_an_address_of_one_house_that_disagree_are_one_finding_that_names_the_part() -> None:
    finding = seen().finding("text_conflict", "Pc")
    assert (finding["subject"], finding["office"]) == ("plate", "civil_affairs")
    assert "Ac" in finding["related"]
    assert "number" in finding["detail_en"]
    assert seen().codes("Pc", "Ac", "Bc") == {"text_conflict"}, "neither unregistered, nor without a plate, nor not installed"


def test_ways_of_writing_are_no_conflict() -> None:
    assert seen().codes("Pform", "Aform", "Psub", "Asub", "Proom", "Aroom") == set()


def test_numbers_that_exist_elsewhere_nearby_are_no_conflict_of_text() -> None:
    assert "text_conflict" not in seen().codes("Pswap1", "Pswap2", "Aswap1", "Aswap2")
    assert "text_conflict" not in seen().codes("Aother")


def test_different_streets_and_numbers_are_not_one_number_written_twice() -> None:
    assert "text_conflict" not in seen().codes("Pstreet")
    assert {"unregistered_plate"} <= seen().codes("Pstreet")


def test_upper_and_lower_hamlet_are_never_each_others_misspelling() -> None:
    finding = seen().finding("text_conflict", "Phamlet")
    assert "hamlet" in finding["detail_en"]
