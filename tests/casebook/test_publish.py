"""A result becomes cases: opened, still there, fixed, back; decided ones asked about again only where their evidence changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import geo.casebook.publish as module
from geo.casebook import Casebook, Decision, schema
from geo.casebook.publish import Published, orphans, publish
from geo.casebook.verifier import RUN_TABLES, STATEMENTS, hash_run
from geo.errors import CasebookBusy, GuardRefused, NotAllowed, PublishRefused, ResultError
from tests.casebook.filling import V1, V2, staff
from tests.casebook.runs import Result

Publish = Callable[..., Published]


@pytest.fixture
def take(book: Casebook, tmp_path: Path) -> Publish:
    """Write a result and publish it, into a new folder each time."""
    staff(book)
    numbers = iter(range(1_000))

    def published(result: Result, *, by: str = "data", **options: bool) -> Published:
        return publish(book, result.write(tmp_path / f"out{next(numbers)}"), by=by, **options)

    return published


def first() -> Result:
    return Result.town().find("unplated_building", "B1").find("virtual_address", "A2").find("dangling_plate", "P20")


def the(book: Casebook, subject_id: str, *, code: str | None = None) -> object:
    rows = book.cases(present=None)
    rows = rows[(rows["subject_id"] == subject_id) & (rows["code"] == (code or rows["code"]))]
    assert len(rows) == 1, rows[["code", "subject_id", "status"]]
    return rows.iloc[0]


def say(book: Casebook, subject_id: str, verb: str, by: str = "civil", **given: object) -> None:
    case = the(book, subject_id)
    book.decide(Decision(case["finding_id"], verb, int(case["version"]), case["evidence_hash"], by, **{"reason": "现场核实"} | given))


def numbers(told: Published) -> tuple[int, ...]:
    return told.opened_n, told.still_n, told.fixed_n, told.returned_n, told.recheck_n


# opens, stays, fixed, comes back


def test_findings_open_stay_are_fixed_and_come_back(book: Casebook, take: Publish) -> None:
    assert numbers(take(first())) == (3, 0, 0, 0, 0)
    assert numbers(take(Result.town().find("unplated_building", "B1").find("dangling_plate", "P20").find("dangling_plate", "P21"))) == (1, 2, 1, 0, 0)
    assert (the(book, "A2")["status"], the(book, "A2")["present"]) == ("fixed", False)
    assert numbers(take(first())) == (0, 2, 1, 1, 0)
    assert the(book, "A2")["status"] == "open"
    assert sorted(book.changes(3)["change"]) == ["fixed", "returned", "still", "still"]


def test_everything_a_page_shows_is_in_the_case(book: Casebook, take: Publish) -> None:
    town = Result.town().change("A2", count=(4, 7, 0, 0, 0))
    take(town.find("virtual_address", "A2", "地址没有房屋", proposal="街2号", value=3.5, unit="m", related=["B2"], certainty="suspect"))
    case = the(book, "A2")
    assert case[["detail_zh", "proposal", "value", "unit", "related", "certainty", "office", "village_code", "people_n"]].to_list() == [
        "地址没有房屋", "街2号", 3.5, "m", ["B2"], "suspect", "police", V1, 7.0,
    ]  # fmt: skip
    assert (case["lon"], case["lat"]) == pytest.approx((106.03, 29.58), abs=0.1), "degrees of EPSG:4490"


def test_unknown_counts_are_unknown_people(book: Casebook, take: Publish) -> None:
    take(Result.town().change("A2", count=None).find("virtual_address", "A2").find("virtual_address", "A3"))
    assert the(book, "A2")["people_n"] != the(book, "A2")["people_n"]
    assert the(book, "A3")["people_n"] == 0


def test_a_run_without_a_change_writes_no_observation(book: Casebook, take: Publish) -> None:
    take(first())
    again = first()
    again.as_of = "2026-07-01"
    assert numbers(take(again)) == (0, 3, 0, 0, 0)
    with book.store.reading() as connection:
        assert connection.execute(select(schema.observation.c.run_id).where(schema.observation.c.run_id == 2)).all() == []


def test_the_same_result_is_published_once(book: Casebook, take: Publish) -> None:
    told = take(first())
    assert take(first()) == told
    assert book.runs()["status"].tolist() == ["published"]


# evidence


def test_a_decided_case_whose_evidence_changed_is_looked_at_again_and_keeps_its_decision(book: Casebook, take: Publish) -> None:
    take(first())
    say(book, "B1", "plate_missing")
    assert numbers(take(first().change("B1", detail_zh="B1 另有门牌")))[4] == 1
    case = the(book, "B1")
    assert (case["status"], case["needs_recheck"]) == ("plate_missing", True)


MEASURED = {
    "B1": ("建筑 B1（120.4 m²）没有门牌", "建筑 B1（120.6 m²）没有门牌"),
    "B2": ("前期最佳重叠 0.43", "前期最佳重叠 0.44"),
    "B3": ("坐标距建筑 12 m", "坐标距建筑 13 m"),
    "B4": ("登记 3 人", "登记 4 人"),
}


def test_measured_numbers_and_counts_that_move_are_shown_but_ask_for_nothing(book: Casebook, take: Publish) -> None:
    def drawn(which: int) -> Result:
        out = Result.town()
        for building_id, said in MEASURED.items():
            out.find("unplated_building", building_id, said[which])
        return out

    take(drawn(0))
    for building_id in MEASURED:
        say(book, building_id, "plate_missing")
    assert numbers(take(drawn(1)))[4] == 0
    for building_id, (_, after) in MEASURED.items():
        assert (the(book, building_id)["needs_recheck"], the(book, building_id)["detail_zh"]) == (False, after)


def test_people_who_move_in_are_evidence_and_one_more_is_not(book: Casebook, take: Publish) -> None:
    take(first())
    say(book, "A2", "confirm_demolished", by="police_a", document="征〔2026〕1号")
    assert numbers(take(first().change("A2", count=(1, 1, 0, 0, 0))))[4] == 1
    say(book, "A2", "still_standing", by="police_a")
    assert numbers(take(first().change("A2", count=(2, 2, 0, 0, 0))))[4] == 0
    assert the(book, "A2")["people_n"] == 2


def test_other_related_objects_are_evidence_and_their_order_is_not(book: Casebook, take: Publish) -> None:
    take(first().change("B1", related=["P1", "P2"]))
    say(book, "B1", "plate_missing")
    assert numbers(take(first().change("B1", related=["P2", "P1"])))[4] == 0
    assert numbers(take(first().change("B1", related=["P2", "P3"])))[4] == 1


def test_a_false_alarm_is_silent_until_its_evidence_changes_or_it_expires(book: Casebook, take: Publish, clock: object) -> None:
    take(first())
    say(book, "B1", "false_alarm", payload={"until": "2026-12-31"})
    say(book, "P20", "false_alarm")
    take(Result.town().find("virtual_address", "A2"))
    assert numbers(take(first())) == (0, 1, 0, 2, 0), "it comes back with the same evidence"
    assert [the(book, i)["needs_recheck"] for i in ("B1", "P20")] == [False, False]
    assert numbers(take(first().change("P20", detail_zh="附近已有建筑")))[4] == 1
    clock.forward(days=200)
    assert the(book, "B1")["needs_recheck"]


# where the run looked


def test_absence_says_nothing_where_the_run_did_not_look(book: Casebook, take: Publish) -> None:
    take(first())
    half = Result.town().without(*(f"{k}{n}" for k in "BPA" for n in range(15, 30)))
    half.villages = [V1]
    assert numbers(take(half)) == (0, 0, 2, 0, 0)
    assert the(book, "P20")["status"] == "open", "its village was not in the run"


def test_villages_that_come_one_by_one_are_each_compared_with_their_own_last_run(book: Casebook, take: Publish) -> None:
    def half(first_n: int, village: str) -> Result:
        out = Result.town().without(*(f"{k}{n}" for k in "BPA" for n in range(30) if not first_n <= n < first_n + 15))
        out.villages = [village]
        return out

    take(first())
    assert numbers(take(half(0, V1))) == (0, 0, 2, 0, 0)
    cut = half(15, V2).without(*(f"P{n}" for n in range(15, 30)))
    assert numbers(take(cut)) == (0, 0, 0, 0, 0), "its plates were there when it was last looked at"
    assert numbers(take(half(15, V2))) == (0, 0, 1, 0, 0)


def test_a_table_that_was_there_before_and_is_not_now_was_not_looked_at(book: Casebook, take: Publish) -> None:
    take(first().find("demolished_vacant", "A5", office="police"))
    later = Result.town()
    later.rows_n.pop("demolitions")
    assert numbers(take(later)) == (0, 0, 2, 0, 0)
    assert [the(book, i)["status"] for i in ("A2", "A5", "B1")] == ["open", "open", "fixed"], "a virtual address is told from the demolitions too"
    later.as_of = "2026-07-01"
    assert numbers(take(later)) == (0, 0, 0, 0, 0), "nor is it the second time"
    whole = Result.town()
    whole.rows_n["demolitions"] = 30
    assert numbers(take(whole)) == (0, 0, 2, 0, 0)


def test_a_village_whose_plates_are_all_missing_was_not_looked_at(book: Casebook, take: Publish) -> None:
    take(first())
    later = Result.town().without(*(f"P{n}" for n in range(15, 30)))
    assert numbers(take(later, confirm_drop=True)) == (0, 0, 2, 0, 0)
    assert the(book, "P20")["status"] == "open"


def test_findings_of_no_village_are_fixed_too(book: Casebook, take: Publish) -> None:
    take(first().find("crs_unknown", "plates"))
    take(first())
    assert the(book, "plates")["status"] == "fixed"


# other data


def test_a_table_that_lost_a_fifth_of_its_rows_needs_a_persons_word(book: Casebook, take: Publish) -> None:
    take(first())
    cut = lambda n: Result.town().without(*(f"A{i}" for i in range(30 - n, 30)))  # noqa: E731
    assert numbers(take(cut(6))) == (0, 0, 3, 0, 0), "a fifth is not more than a fifth"
    with pytest.raises(PublishRefused, match="addresses had 24 rows and has 19"):
        take(cut(11))
    assert book.runs()["status"].tolist() == ["published", "published"]
    take(cut(11), confirm_drop=True)


def test_counts_that_arrive_for_half_the_town_need_a_persons_word(book: Casebook, take: Publish) -> None:
    take(first())
    later = Result.town()
    later.rows_n["population"] = 20
    with pytest.raises(PublishRefused, match="population had 30 rows and has 20"):
        take(later)


def test_less_than_95_percent_of_the_buildings_found_again_is_another_survey(book: Casebook, take: Publish) -> None:
    take(first())
    elsewhere = Result.town().rename("B", "N").redraw(400, 400)
    with pytest.raises(PublishRefused, match="new survey, or a wrong CRS"):
        take(elsewhere)
    assert len(book.runs()) == 1


# nobody sees half a run


def test_a_run_that_breaks_off_is_invisible_and_the_next_one_puts_it_away(book: Casebook, take: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    take(first())
    shown = book.cases(present=None)
    later = Result.town().find("unplated_building", "B1").find("dangling_plate", "P21")
    monkeypatch.setattr(module, "CHUNK_N", 1)
    whole, left = module._stage, [5]

    def torn(store: object, table: object, rows: object, run_id: int) -> None:
        left[0] -= 1
        whole(store, table, rows, run_id)
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "_stage", torn)
    with pytest.raises(KeyboardInterrupt):
        take(later)
    assert book.runs()["status"].tolist() == ["published", "running"]
    assert book.cases(present=None).equals(shown)
    say(book, "B1", "plate_missing")
    assert numbers(take(later)) == (1, 1, 2, 0, 0)
    assert book.runs()["status"].tolist() == ["published", "failed", "published"]
    with book.store.reading() as connection:
        for table in schema.STAGED:
            if table is not schema.finding:
                assert connection.execute(select(table.c.run_id).where(table.c.run_id == 2)).all() == []


def test_people_decide_while_a_run_is_staged_and_the_run_does_not_undo_it(book: Casebook, take: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    take(first())
    monkeypatch.setattr(module, "CHUNK_N", 1)
    whole = module._flip

    def late(*args: object) -> None:
        say(book, "P20", "confirm_dangling")
        whole(*args)

    monkeypatch.setattr(module, "_flip", late)
    take(first().find("dangling_plate", "P21"))
    assert (the(book, "P20")["status"], the(book, "P21")["status"]) == ("dangling_confirmed", "open")


def test_what_somebody_else_published_meanwhile_wins(book: Casebook, take: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    take(first())
    answers = iter(({"run_id": 1, "facts": {}},))
    monkeypatch.setattr(module, "_newest", lambda connection: next(answers, {"run_id": 99, "facts": {}}))
    with pytest.raises(CasebookBusy):
        take(first().find("dangling_plate", "P21"))
    monkeypatch.undo()
    assert book.runs()["status"].tolist() == ["published", "running"]
    take(first().find("dangling_plate", "P21"))


def test_two_do_not_publish_at_once(book: Casebook, take: Publish) -> None:
    refused: list[CasebookBusy] = []

    def other() -> None:
        with pytest.raises(CasebookBusy) as caught:
            take(first())
        refused.append(caught.value)

    with module._alone(book.store):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(refused) == 1
    take(first())


def test_who_may_not_publish_does_not(book: Casebook, take: Publish) -> None:
    for user in ("clerk", "leader", "surveyor", "admin", "nobody"):
        with pytest.raises(NotAllowed):
            take(first(), by=user)
    assert book.runs().empty


def test_a_folder_that_is_no_result_is_refused_before_anything_is_written(book: Casebook, take: Publish, tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        publish(book, tmp_path, by="data")
    assert book.runs().empty


def test_the_hash_of_a_run_is_that_of_what_is_stored(book: Casebook, take: Publish) -> None:
    take(first())
    with book.store.reading() as connection:
        header = dict(connection.execute(select(schema.run)).mappings().one())
        rows = {t: [dict(r) for r in connection.exec_driver_sql(STATEMENTS[t].replace(":run_id", "1")).mappings()] for t in RUN_TABLES}
    assert hash_run(header, rows) == header["result_hash"]
    assert all(rows[t] for t in RUN_TABLES if t != "lineage")


# the guard


def test_counts_of_a_run_let_an_address_go_or_hold_it(book: Casebook, take: Publish) -> None:
    take(first().find("virtual_address", "A3").find("virtual_address", "A4").change("A3", count=(0, 0, 0, 0, 1)).change("A4", count=None))
    assert book.guard(the(book, "A2")["finding_id"]).may
    assert not book.guard(the(book, "A3")["finding_id"]).may
    assert not book.guard(the(book, "A4")["finding_id"]).may
    say(book, "A2", "request_cancellation", by="police_a", document="征〔2026〕1号")
    with pytest.raises(GuardRefused):
        say(book, "A3", "request_cancellation", by="police_a", document="征〔2026〕1号")


def test_the_counts_of_the_newest_run_are_the_ones_that_count(book: Casebook, take: Publish) -> None:
    take(first())
    say(book, "A2", "request_cancellation", by="police_a", document="征〔2026〕1号")
    take(first().change("A2", count=(0, 0, 1, 0, 0)))
    with pytest.raises(GuardRefused):
        say(book, "A2", "approve_cancellation", by="police_b")


def test_gone_objects_are_listed(book: Casebook, take: Publish) -> None:
    take(first())
    told = take(first().without("P7", "A7"))
    assert told.orphaned_n == 2
    assert orphans(book, told.run_id)["id"].tolist() == ["A7", "P7"]
    assert orphans(book, 1).empty
