"""人口未落房: counted people that found no house."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, full, town

FOUR = NOBODY | {"registered_n": 4, "resident_n": 4}


@cache
def seen() -> Seen:
    drawn = town()
    drawn.people("A-nobody-knows", **FOUR)
    drawn.people(None, text=full("普兴社区9组99号"), **FOUR)
    drawn.home("text", 0, 60, "普兴社区1组1号").people(None, text="普兴社区一组１号", **FOUR)
    drawn.house("Bold", 60, 60).address("Aretired", "普兴社区1组2号", 65, 65, status="retired").people("Aretired", **FOUR)
    drawn.house("Btorn1", 0, 240).house("Btorn2", 12, 240).address("Atorn", "普兴社区1组3号", 11, 245).people("Atorn", **FOUR)
    drawn.previous("Bgone", 120, 60).demolition("Bgone").address("Agone", "普兴社区1组4号", 125, 65).people("Agone", **FOUR)
    drawn.address("Avirtual", "普兴社区1组5号", 300, 300).people("Avirtual", **FOUR)
    drawn.home("room", 180, 60, "普兴社区1组6号").people(None, text=full("普兴社区1组6号1单元101室"), **FOUR)
    drawn.house("Bplan", 240, 60, condition="planned").address("Aplan", "普兴社区1组7号", building_id="Bplan").people("Aplan", **FOUR)
    return drawn.verify()


def test_an_unknown_id_and_an_unknown_text_are_reported() -> None:
    assert "A-nobody-knows" in seen().subjects("people_unplaced")
    assert full("普兴社区9组99号") in seen().subjects("people_unplaced")
    finding = seen().finding("people_unplaced", "A-nobody-knows")
    assert (finding["subject"], finding["value"], finding["office"]) == ("row", 4, "police")


def test_a_text_written_another_way_finds_its_house() -> None:
    assert seen().row("buildings", "Btext")["registered_n"] == 4


def test_an_unknown_room_of_a_known_door_is_counted_at_the_door() -> None:
    assert seen().row("buildings", "Broom")["registered_n"] == 4


def test_what_a_stronger_finding_explains_is_not_said_again() -> None:
    assert not {"Agone", "Avirtual"} & set(seen().subjects("people_unplaced"))


def test_an_undecided_address_is_not_yet_unplaced() -> None:
    assert "Atorn" not in seen().subjects("people_unplaced")


def test_no_row_is_ever_lost() -> None:
    placed, everybody = seen().tally("people_placed")
    assert everybody == 9 * 4
    went = seen().verification.run["people"]["resident_n"]
    assert went["all"] == everybody
    assert went["placed"] == placed
    assert went["placed"] + went["shared"] == seen().verification.buildings["resident_n"].sum()


def test_people_on_a_planned_building_have_no_live_one() -> None:
    assert "Aplan" in seen().subjects("people_unplaced")
