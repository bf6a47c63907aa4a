"""What people decided goes out as a table, enters the next run, and what that run no longer finds is fixed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from geo.casebook import Casebook, Decision, open_casebook
from geo.casebook.loop import decisions_table
from geo.casebook.publish import Published, publish
from geo.export import write
from geo.pipeline import verify
from geo.profile import load_profile
from geo.read import read
from geo.standardise import standardise
from geo.tables import INPUT
from tests.casebook.filling import V1, Clock, staff
from tests.casebook.runs import Result
from tests.town import NOBODY, Town, town
from views.cli import main

KEYS = ("kind", "building_id", "plate_id", "address_id")


@pytest.fixture
def cases(book: Casebook, tmp_path: Path) -> Casebook:
    """A book of drawn cases, on each backend."""
    staff(book)
    drawn = Result.town().find("undecided_plate", "P1", related=["B1", "B2"]).find("unplated_building", "B3").find("demolished_occupied", "A4", related=["B4"])
    drawn.find("suspected_demolition", "B5").find("dangling_plate", "P6").find("undecided_address", "A7", related=["B7"]).find("virtual_address", "A8")
    drawn.find("damaged_plate", "P9").find("unplated_building", "B10").find("suspected_demolition", "B11")
    publish(book, drawn.write(tmp_path / "out"), by="data")
    return book


def say(book: Casebook, subject_id: str, verb: str, by: str = "civil", *, code: str | None = None, **given: object) -> None:
    case = book.cases(codes=code and [code], present=None).set_index("subject_id").loc[subject_id]
    book.decide(Decision(case["finding_id"], verb, int(case["version"]), case["evidence_hash"], by, **{"reason": "现场核实"} | given))


def take_back(book: Casebook, subject_id: str, by: str = "civil") -> None:
    case = book.cases(present=None).set_index("subject_id").loc[subject_id]
    book.undo(case["finding_id"], version=int(case["version"]), evidence_hash=case["evidence_hash"], by=by, reason="更正")


def rows(book: Casebook) -> list[tuple[object, ...]]:
    return [tuple(None if v != v else v for v in row) for row in decisions_table(book)[list(KEYS)].itertuples(index=False)]


# the table


def test_nothing_decided_is_an_empty_table_of_the_declared_columns(cases: Casebook) -> None:
    table = decisions_table(cases)
    assert table.empty
    assert list(table.columns) == [c.name for c in INPUT["decisions"].columns]


def test_every_verdict_that_says_something_of_the_world_is_a_row(cases: Casebook) -> None:
    say(cases, "P1", "confirm_link", payload={"plate_id": "P1", "building_id": "B2"})
    say(cases, "B3", "not_to_be_numbered", payload={"until": "2027-06-30"})
    say(cases, "A4", "confirm_demolished", by="police_a", document="征〔2026〕1号")
    say(cases, "B5", "still_standing", by="surveyor")
    say(cases, "P6", "entered_in_error")
    say(cases, "A7", "reject_link", by="police_a", payload={"address_id": "A7", "building_id": "B7"})
    say(cases, "P9", "move_plate", payload={"lon": 106.03, "lat": 29.58})
    table = decisions_table(cases)
    assert rows(cases) == [
        ("confirm_link", "B2", "P1", None),
        ("not_to_be_numbered", "B3", None, None),
        ("confirm_demolished", "B4", None, None),
        ("still_standing", "B5", None, None),
        ("entered_in_error", None, "P6", None),
        ("reject_link", "B7", None, "A7"),
        ("move_plate", None, "P9", None),
    ]
    assert table.loc[1, "until"] == pd.Timestamp("2027-06-30")
    assert table.loc[2, "document"] == "征〔2026〕1号"
    assert table.loc[6, ["to_lon", "to_lat"]].tolist() == [106.03, 29.58]
    assert (table["decided_on"] == pd.Timestamp("2026-06-30")).all()
    assert table["decision_id"].tolist() == sorted(table["decision_id"], key=int)


def test_false_alarms_and_steps_of_work_change_no_fact(cases: Casebook) -> None:
    say(cases, "P1", "false_alarm")
    say(cases, "B3", "plate_missing")
    say(cases, "P6", "confirm_dangling")
    say(cases, "B10", "note")
    assert rows(cases) == []


def test_what_was_taken_back_is_absent_and_what_was_taken_back_again_is_there(cases: Casebook) -> None:
    say(cases, "B5", "still_standing", by="surveyor")
    take_back(cases, "B5", by="surveyor")
    assert rows(cases) == []
    take_back(cases, "B5", by="surveyor")
    assert rows(cases) == [("still_standing", "B5", None, None)]


def test_a_later_word_replaces_the_earlier_one(cases: Casebook) -> None:
    say(cases, "P1", "confirm_link", payload={"plate_id": "P1", "building_id": "B2"})
    say(cases, "P1", "reject_link", payload={"plate_id": "P1", "building_id": "B2"})
    assert rows(cases) == [("reject_link", "B2", "P1", None)]


def test_a_demolition_stays_told_while_its_cancellation_goes_its_way(cases: Casebook) -> None:
    say(cases, "A8", "confirm_demolished", by="police_a", document="征〔2026〕2号")
    say(cases, "A4", "confirm_demolished", by="police_a", document="征〔2026〕1号")
    say(cases, "A4", "request_cancellation", by="police_a", document="征〔2026〕1号")
    assert rows(cases) == [("confirm_demolished", "B4", None, None)], "where no building is known there is nothing to tell the engine"


def test_decisions_stay_while_the_finding_is_fixed_by_them(cases: Casebook, tmp_path: Path) -> None:
    say(cases, "P1", "confirm_link", payload={"plate_id": "P1", "building_id": "B2"})
    publish(cases, Result.town().find("unplated_building", "B3").write(tmp_path / "next"), by="data")
    assert cases.cases(present=None).set_index("subject_id").loc["P1", "status"] == "fixed"
    assert rows(cases) == [("confirm_link", "B2", "P1", None)]


def test_ids_are_those_of_the_newest_files(cases: Casebook, tmp_path: Path) -> None:
    say(cases, "P1", "confirm_link", payload={"plate_id": "P1", "building_id": "B2"})
    say(cases, "B3", "not_to_be_numbered")
    renumbered = Result.town().find("unplated_building", "B3").rename("B", "N").rename("P", "Q").redraw(1.0, 2.0)
    publish(cases, renumbered.write(tmp_path / "next"), by="data")
    assert rows(cases) == [("confirm_link", "N2", "Q1", None), ("not_to_be_numbered", "N3", None, None)]


# the loop through the engine


def torn() -> Town:
    """A plate between two houses, one that needs no number, one that still stands, and an address whose house is gone by a person's word."""
    drawn = town().house("Bwest", 0, 60).house("Beast", 12, 60).plate("Ptorn", "普兴社区1组3号", 11, 59.9).house("Bbare", 60, 60).house("Bnext", 100, 60)
    drawn.demolition("B7").address("Aghost", "普兴社区1组8号", 300, 300).people("Aghost", **NOBODY)
    return drawn


def deliver(drawn: Town, project: Path) -> None:
    """The town as a project folder of parquet files."""
    project.mkdir()
    for table, frame in drawn.raw().tables.items():
        frame.drop(columns=["_source", "_row"]).to_parquet(project / f"{table}.parquet")
    (project / "doorplate.toml").write_text('as_of = "2026-06-30"\n[scope]\nprovince = "重庆市"\ncounty = "璧山区"\ntown = "广普镇"\n', encoding="utf-8")


def run(project: Path, out: Path) -> Path:
    profile = load_profile()
    write(verify(standardise(read(project), profile=profile), profile), out)
    return out


def test_the_loop_closes(tmp_path: Path) -> None:
    project = tmp_path / "town"
    deliver(torn(), project)
    with open_casebook(tmp_path / "town.casebook") as book:
        staff(book)
        first = publish(book, run(project, tmp_path / "out1"), by="data")
        assert first.opened_n > 0
        say(book, "Ptorn", "confirm_link", code="undecided_plate", payload={"plate_id": "Ptorn", "building_id": "Beast"})
        say(book, "Bbare", "not_to_be_numbered", code="unplated_building")
        told = CliRunner().invoke(main, ["decisions", "--casebook", str(tmp_path / "town.casebook"), "--out", str(project / "decisions.csv")])
        assert told.exit_code == 0, told.output
        out = run(project, tmp_path / "out2")
        second = publish(book, out, by="data")
        status = book.cases(present=None).set_index(["code", "subject_id"])["status"]
        assert status[("undecided_plate", "Ptorn")] == "fixed"
        assert status[("unplated_building", "Bbare")] == "fixed"
        assert status[("unplated_building", "Bnext")] == "open"
        assert second.fixed_n >= 2
        links = pd.read_parquet(out / "links.parquet")
        assert links.loc[links["plate_id"] == "Ptorn", ["building_id", "state"]].to_numpy().tolist() == [["Beast", "confirmed"]]
        again = publish(book, run(project, tmp_path / "out3"), by="data")
        assert again == second, "the same decisions give the same result"


def test_a_run_names_the_decisions_it_read_with_their_hash(tmp_path: Path) -> None:
    project = tmp_path / "town"
    deliver(torn(), project)
    text = "kind,building_id,plate_id\nconfirm_link,Beast,Ptorn\n"
    (project / "decisions.csv").write_text(text, encoding="utf-8")
    profile = load_profile()
    done = verify(standardise(read(project), profile=profile), profile)
    named = {s["table"]: s for s in done.run["inputs"]}["decisions"]
    assert (named["file"], named["sha256"]) == ("decisions.csv", hashlib.sha256(text.encode()).hexdigest())
    assert done.links.loc[done.links["plate_id"] == "Ptorn", "state"].tolist() == ["confirmed"]


def test_the_commands_publish_and_list(tmp_path: Path) -> None:
    where, out = tmp_path / "town.casebook", Result.town().find("unplated_building", "B1").find("virtual_address", "A2").write(tmp_path / "out")
    with open_casebook(where) as book:
        staff(book)
    command = CliRunner()
    done = command.invoke(main, ["publish", str(out), "--casebook", str(where), "--by", "data"])
    assert (done.exit_code, "2 new" in done.output) == (0, True), done.output
    listed = command.invoke(main, ["cases", "--casebook", str(where), "--village", V1, "--office", "police"])
    assert (listed.exit_code, "virtual_address  A2" in listed.output, "unplated" in listed.output) == (0, True, False)
    refused = command.invoke(main, ["publish", str(out), "--casebook", str(where), "--by", "nobody"])
    assert refused.exit_code == 2
    assert "无权" in refused.output


def test_the_numbers_of_a_publication_are_the_ones_the_book_lists(cases: Casebook, tmp_path: Path) -> None:
    told = publish(cases, Result.town().find("unplated_building", "B3").find("unplated_building", "B20").write(tmp_path / "next"), by="data")
    assert isinstance(told, Published)
    last = cases.runs().iloc[-1]
    assert [last[n] for n in ("opened_n", "still_n", "fixed_n", "returned_n", "recheck_n")] == [told.opened_n, told.still_n, told.fixed_n, told.returned_n, told.recheck_n]


def test_the_guard_and_the_engine_say_the_same_of_the_sample_town(tmp_path: Path) -> None:
    out = run(Path(__file__).resolve().parents[2] / "data" / "sample", tmp_path / "out")
    with open_casebook(tmp_path / "town.casebook", Clock()) as book:
        staff(book)
        publish(book, out, by="data")
        may = {code: [book.guard(i).may for i in book.cases(codes=[code])["finding_id"]] for code in ("demolished_vacant", "demolished_occupied", "temporary_gone")}
    assert len(may["demolished_vacant"]) >= 4
    assert all(may["demolished_vacant"]), "what the engine says may be proposed passes the guard"
    assert not any(may["demolished_occupied"] + may["temporary_gone"]), "people, stale counts and no counts do not"
