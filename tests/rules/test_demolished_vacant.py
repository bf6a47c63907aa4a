"""已拆未注销(无人): the house is gone by document and everything known says that nobody is left."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, ORIGIN, Seen, Town, town


def gone_home(drawn: Town, name: str, x: float, y: float, text: str, **address: object) -> Town:
    """A house of the survey before, demolished by document, whose address is still active."""
    return drawn.previous(f"B{name}", x, y).demolition(f"B{name}").address(f"A{name}", text, x + 5, y + 5, **address)


@cache
def seen() -> Seen:
    drawn = town()
    for i in range(1, 13):
        drawn.previous(f"B{i}", *_corner(drawn, f"B{i}"))
    gone_home(drawn, "v", 0, 60, "普兴社区1组1号").people("Av", **NOBODY)
    gone_home(drawn, "day30", 60, 60, "普兴社区1组2号").people("Aday30", **NOBODY | {"counted_on": "2026-05-31"})
    gone_home(drawn, "day31", 120, 60, "普兴社区1组3号").people("Aday31", **NOBODY | {"counted_on": "2026-05-30"})
    gone_home(drawn, "rebuilt", 180, 60, "普兴社区1组4号").people("Arebuilt", **NOBODY).house("Bnew", 180, 61)
    gone_home(drawn, "near", 0, 120, "普兴社区1组5号").change("addresses", "Anear", at=(5, 120 - 8)).people("Anear", **NOBODY)
    gone_home(drawn, "off", 60, 120, "普兴社区1组6号").change("addresses", "Aoff", at=(65, 120 - 8.1)).people("Aoff", **NOBODY)
    gone_home(drawn, "row", 120.5, 120, "普兴社区1组7号").people("Arow", **NOBODY)
    drawn.home("left", 110, 120, "普兴社区1组9号").home("right", 131, 120, "普兴社区1组11号")
    gone_home(drawn, "id", 180, 120, "普兴社区1组8号", building_id="Bid").change("addresses", "Aid", at=None).people("Aid", **NOBODY)
    gone_home(drawn, "retired", 0, 180, "普兴社区1组10号", status="retired").people("Aretired", **NOBODY)
    drawn.house("Bstate", 60, 180, condition="demolished").address("Astate", "普兴社区1组12号", 65, 185).people("Astate", **NOBODY)
    return drawn.verify()


def _corner(drawn: Town, building_id: str) -> tuple[float, float]:
    west, south, _, _ = next(r["geometry"] for r in drawn.rows["buildings"] if r["building_id"] == building_id).bounds
    return west - ORIGIN[0], south - ORIGIN[1]


def test_an_active_address_of_a_gone_house_with_fresh_zero_counts_may_be_proposed() -> None:
    finding = seen().finding("demolished_vacant", "Av")
    assert (finding["certainty"], finding["office"], finding["related"]) == ("certain", "police", ["Bv"])
    assert "广府征〔2026〕3号" in finding["detail_zh"]


def test_counts_of_the_thirtieth_day_are_fresh_and_of_the_day_before_stale() -> None:
    assert seen().codes("Aday30") == {"demolished_vacant"}
    assert seen().codes("Aday31") == {"demolished_occupied"}


def test_a_house_rebuilt_on_the_site_keeps_its_number() -> None:
    assert not {"demolished_vacant", "demolished_occupied"} & seen().codes("Arebuilt")


def test_eight_metres_from_the_gone_footprint_is_the_last_place_that_is_its_own() -> None:
    assert seen().codes("Anear") == {"demolished_vacant"}
    assert "demolished_vacant" not in seen().codes("Aoff")


def test_live_neighbours_do_not_hide_a_gone_house_of_a_row() -> None:
    assert seen().codes("Arow") == {"demolished_vacant"}
    assert seen().codes("Aleft", "Aright") == set()


def test_a_declared_id_is_enough_without_a_coordinate() -> None:
    assert "demolished_vacant" in seen().codes("Aid")


def test_a_retired_address_needs_no_cancellation() -> None:
    assert seen().codes("Aretired") == set()


def test_the_condition_of_the_footprint_is_a_document_too() -> None:
    assert "demolished_vacant" in seen().codes("Astate")


def test_people_under_another_row_of_the_same_door_forbid_the_proposal() -> None:
    drawn = town().house("Bany", 300, 300)
    gone_home(drawn, "door", 0, 60, "普兴社区1组1号", status="retired").people("Adoor", **NOBODY | {"registered_n": 3})
    drawn.address("Aroom", "普兴社区1组1号1单元101室", 5, 65).people("Aroom", **NOBODY)
    gone_home(drawn, "one", 60, 60, "普兴社区1组2号").people("Aone", **NOBODY)
    drawn.address("Atwo", "普兴社区一组2号", 65, 65).people("Atwo", **NOBODY | {"resident_n": 1})
    seen = drawn.verify()
    assert seen.subjects("demolished_vacant") == []
    assert {"Aroom", "Aone"} <= set(seen.subjects("demolished_occupied"))


def test_people_counted_under_a_number_that_two_doors_carry_forbid_the_proposal() -> None:
    drawn = town().home("twin", 300, 300, "普兴社区1组1号").people("Atwin", **NOBODY)
    gone_home(drawn, "v", 0, 60, "普兴社区1组1号").people("Av", **NOBODY)
    assert drawn.verify().codes("Av") >= {"demolished_vacant"}
    drawn.people(None, text="普兴社区1组1号", **NOBODY | {"registered_n": 3})
    assert drawn.verify().subjects("demolished_vacant") == []


def test_nothing_is_ever_cancelled_wrongly() -> None:
    n, d = seen().tally("cancelled_wrongly")
    assert (n, d) == (0, len(seen().subjects("demolished_vacant")))
