"""What people decided enters a run as an input table: it wins over the evidence, leaves the sources alone and is written down."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyproj

from geo.tables import DECIDED
from tests.town import CRS, NOBODY, ORIGIN, Seen, Town, full, town


def decide(drawn: Town, kind: str, **columns: Any) -> Town:
    return drawn._add("decisions", {"kind": kind, "decided_on": "2026-06-01"} | columns)


def links(seen: Seen, **where: str | None) -> pd.DataFrame:
    rows = seen.verification.links
    for column, value in where.items():
        rows = rows[rows[column].isna()] if value is None else rows[rows[column] == value]
    return rows


def why(seen: Seen, key: str) -> list[str]:
    rows = seen.verification.repairs
    return list(rows.loc[rows["key"] == key, "why"].str.split(":").str[0])


def torn() -> Town:
    """A plate between two equal houses, which the engine cannot decide."""
    return town().house("Bwest", 0, 60).house("Beast", 12, 60).plate("Ptorn", "普兴社区1组3号", 11, 59.9)


def degrees(x: float, y: float) -> dict[str, float]:
    lon, lat = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True).transform(ORIGIN[0] + x, ORIGIN[1] + y)
    return {"to_lon": lon, "to_lat": lat}


# confirmed links


def test_an_undecided_plate_is_where_a_person_put_it() -> None:
    assert "undecided_plate" in torn().verify().codes("Ptorn")
    seen = decide(torn(), "confirm_link", plate_id="Ptorn", building_id="Beast").verify()
    assert "undecided_plate" not in seen.codes("Ptorn")
    found = links(seen, plate_id="Ptorn")
    assert found[["building_id", "state", "score", "reason"]].to_numpy().tolist() == [["Beast", "confirmed", 1.0, "decision"]]


def test_a_person_wins_over_a_point_inside_another_house_and_over_a_declared_id() -> None:
    drawn = town().house("Bfar", 100, 60).plate("Pin", "普兴社区1组3号", 5, 10, building_id="B1")
    seen = decide(drawn, "confirm_link", plate_id="Pin", building_id="Bfar").verify()
    assert links(seen, plate_id="Pin")["building_id"].tolist() == ["Bfar"]
    assert "misplaced_plate" in seen.codes("Pin"), "the point is still wrong: somebody has to correct it"


def test_a_confirmed_pair_is_one_door_whatever_its_texts_say() -> None:
    drawn = town().home("x", 0, 60, "普兴社区1组3号").change("addresses", "Ax", text=full("普兴社区1组30号"))
    seen = decide(drawn, "confirm_link", plate_id="Px", address_id="Ax").verify()
    assert links(seen, plate_id="Px")[["address_id", "state"]].to_numpy().tolist() == [["Ax", "confirmed"]]
    assert seen.codes("Px", "Ax", "Bx") == {"text_conflict"}, "the word of a person does not make the texts agree"


def test_a_confirmed_pair_whose_old_and_new_names_agree_is_no_conflict() -> None:
    drawn = town().home("x", 0, 60, "普兴社区1组3号").change("addresses", "Ax", text=full("普兴社区1组30号"))
    drawn.crosswalk(full("普兴社区1组3号"), full("普兴社区1组30号"), "renumber")
    seen = decide(drawn, "confirm_link", plate_id="Px", address_id="Ax").verify()
    assert "text_conflict" not in seen.codes("Px", "Ax")


def test_equal_texts_confirmed_on_two_houses_are_two_doors() -> None:
    drawn = torn().address("Atorn", "普兴社区1组3号", 11, 61)
    decide(drawn, "confirm_link", plate_id="Ptorn", building_id="Bwest")
    decide(drawn, "confirm_link", address_id="Atorn", building_id="Beast")
    seen = drawn.verify()
    assert links(seen, plate_id="Ptorn")["building_id"].tolist() == ["Bwest"]
    assert links(seen, address_id="Atorn")["building_id"].tolist() == ["Beast"]


def test_a_rooms_link_is_its_addresss() -> None:
    drawn = torn().address("Atorn", "普兴社区1组3号").address("Aroom", "普兴社区1组3号1单元101室")
    seen = decide(drawn, "confirm_link", address_id="Aroom", building_id="Beast").verify()
    assert seen.row("addresses", "Atorn")["building_id"] == "Beast"


def test_neighbours_are_judged_as_before() -> None:
    before, after = torn().verify(), decide(torn(), "confirm_link", plate_id="Ptorn", building_id="Beast").verify()
    ours = lambda seen: seen.verification.links.query("plate_id != 'Ptorn'").drop(columns="score").reset_index(drop=True)  # noqa: E731
    pd.testing.assert_frame_equal(ours(before), ours(after))


# rejected links


def test_a_rejected_house_is_never_proposed_again() -> None:
    drawn = town().plate("Pno", "普兴社区1组3号", 5, 6)
    assert links(drawn.verify(), plate_id="Pno")["building_id"].tolist() == ["B1"]
    seen = decide(drawn, "reject_link", plate_id="Pno", building_id="B1").verify()
    found = links(seen, plate_id="Pno", building_id="B1")
    assert found["state"].tolist() == ["rejected"]
    named = [i for related in seen.findings.loc[seen.findings["subject_id"] == "Pno", "related"] for i in related]
    assert "B1" not in named


def test_a_rejected_declaration_is_not_believed_and_says_so() -> None:
    drawn = town().house("Bfree", 100, 60).plate("Pno", "普兴社区1组3号", 105, 59, building_id="B1")
    seen = decide(drawn, "reject_link", plate_id="Pno", building_id="B1").verify()
    assert links(seen, plate_id="Pno").query("state in @DECIDED", local_dict={"DECIDED": list(DECIDED)})["building_id"].tolist() == ["Bfree"]
    assert why(seen, "Pno") == ["decided"]


def test_a_rejected_pair_of_equal_texts_stays_apart() -> None:
    seen = decide(town(), "reject_link", plate_id="P5", address_id="A5").verify()
    assert links(seen, plate_id="P5", address_id="A5")["state"].tolist() == ["rejected"]
    assert not (links(seen, plate_id="P5").query("address_id == 'A5'")["state"] != "rejected").any()


def test_the_newer_word_about_one_pair_holds() -> None:
    drawn = decide(torn(), "reject_link", plate_id="Ptorn", building_id="Beast")
    seen = decide(drawn, "confirm_link", plate_id="Ptorn", building_id="Beast", decided_on="2026-06-02").verify()
    assert links(seen, plate_id="Ptorn")["state"].tolist() == ["confirmed"]


# houses that need no number


def test_a_house_that_needs_no_number_is_not_asked_for_a_plate_until_the_decision_expires() -> None:
    drawn = town().house("Bbare", 0, 60).house("Bother", 40, 60)
    assert {"Bbare", "Bother"} <= set(drawn.verify().subjects("unplated_building"))
    last_day, day_before = (decide(town().house("Bbare", 0, 60).house("Bother", 40, 60), "not_to_be_numbered", building_id="Bbare", until=u).verify() for u in ("2026-06-30", "2026-06-29"))
    assert last_day.subjects("unplated_building") == ["Bother"]
    assert why(last_day, "Bbare") == ["decided"]
    assert set(day_before.subjects("unplated_building")) == {"Bbare", "Bother"}
    assert day_before.verification.repairs["why"].str.startswith("decision_expired").sum() == 1


# what stands and what is gone


def test_a_house_that_still_stands_is_not_gone_by_a_wrong_paper() -> None:
    drawn = town().demolition("B5")
    assert "plate_on_demolished" in drawn.verify().codes("P5")
    seen = decide(drawn, "still_standing", building_id="B5").verify()
    assert seen.codes("P5", "A5", "B5") == set()


def test_a_house_the_survey_missed_is_taken_over_from_the_one_before() -> None:
    drawn = town().previous("Bmissed", 0, 60).plate("Pm", "普兴社区1组3号", 5, 60)
    for i in range(1, 13):
        drawn.rows["buildings_previous"].append(next(r for r in drawn.rows["buildings"] if r["building_id"] == f"B{i}").copy())
    assert {"suspected_demolition", "dangling_plate"} <= drawn.verify().codes("Bmissed", "Pm")
    seen = decide(drawn, "still_standing", building_id="Bmissed").verify()
    assert not {"suspected_demolition", "dangling_plate"} & seen.codes("Bmissed", "Pm")
    assert links(seen, plate_id="Pm")["building_id"].tolist() == ["Bmissed"]


def test_a_demolition_needs_its_document() -> None:
    gone = decide(town().people("A5", **NOBODY), "confirm_demolished", building_id="B5", document="广府征〔2026〕9号").verify()
    assert "demolished_vacant" in gone.codes("A5")
    assert "广府征〔2026〕9号" in gone.finding("demolished_vacant", "A5")["detail_zh"]
    bare = decide(town(), "confirm_demolished", building_id="B5").verify()
    assert bare.codes("A5", "P5") == set()
    assert bare.verification.repairs["why"].str.contains("without a document").sum() == 1


def test_a_phantom_footprint_and_a_phantom_plate_take_no_part() -> None:
    drawn = town().house("Bghost", 0, 60).plate("Pghost", "普兴社区1组3号", 300, 300)
    assert drawn.verify().codes("Bghost", "Pghost") == {"unplated_building", "dangling_plate"}
    decide(decide(drawn, "entered_in_error", building_id="Bghost"), "entered_in_error", plate_id="Pghost")
    assert drawn.verify().codes("Bghost", "Pghost") == set()


def test_a_register_address_is_left_to_the_registers_owner() -> None:
    seen = decide(town(), "entered_in_error", address_id="A5").verify()
    assert seen.row("addresses", "A5")["register_status"] != "retired"
    assert seen.verification.repairs["why"].str.contains("register's owner").sum() == 1


# plates that hang elsewhere


def test_a_moved_plate_is_judged_where_it_hangs() -> None:
    drawn = town().home("far", 100, 60, "普兴社区1组3号").change("plates", "Pfar", at=(105, 120))
    assert drawn.verify().codes("Pfar") != set()
    seen = decide(drawn, "move_plate", plate_id="Pfar", **degrees(105, 60)).verify()
    assert seen.codes("Pfar") == set()
    moved = seen.row("plates", "Pfar").geometry
    assert abs(moved.x - ORIGIN[0] - 105) < 0.01
    assert abs(moved.y - ORIGIN[1] - 60) < 0.01
    assert why(seen, "Pfar") == ["decided"]


# what is not used


def test_a_decision_about_something_that_is_not_there_is_listed_and_changes_nothing() -> None:
    plain, seen = town().verify(), decide(town(), "confirm_link", plate_id="P-gone", building_id="B1").verify()
    pd.testing.assert_frame_equal(plain.verification.links, seen.verification.links)
    assert seen.verification.repairs["why"].str.contains("no such object").sum() == 1


def test_rows_that_say_nothing_are_refused() -> None:
    drawn = decide(decide(town(), "confirm_link", plate_id="P1"), "perhaps", plate_id="P1", building_id="B1")
    found = drawn.verify().verification.quarantine
    assert found.loc[found["table"] == "decisions", "code"].tolist() == ["nothing_named", "nothing_named"]


def test_words_of_a_clerk_are_understood() -> None:
    seen = decide(torn(), "确认对应", plate_id="Ptorn", building_id="Beast").verify()
    assert links(seen, plate_id="Ptorn")["state"].tolist() == ["confirmed"]


def test_the_order_of_decisions_changes_nothing() -> None:
    def drawn() -> Town:
        out = torn().house("Bbare", 100, 60).demolition("B5")
        for kind, columns in (("confirm_link", {"plate_id": "Ptorn", "building_id": "Beast"}), ("reject_link", {"plate_id": "P1", "address_id": "A1"}),
                              ("not_to_be_numbered", {"building_id": "Bbare"}), ("still_standing", {"building_id": "B5"})):  # fmt: skip
            decide(out, kind, **columns)
        return out

    one, two = drawn().verify().verification, drawn().reversed().verify().verification
    pd.testing.assert_frame_equal(one.links, two.links)
    pd.testing.assert_frame_equal(one.findings.drop(columns="geometry"), two.findings.drop(columns="geometry"))
