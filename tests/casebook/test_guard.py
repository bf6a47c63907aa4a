"""Nobody cancels an address that somebody is registered at, whichever way they try."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from geo.casebook import Casebook, Decision, open_casebook
from geo.casebook.chain import canonical, link
from geo.casebook.schema import decision
from geo.errors import CasebookError, GuardRefused, NeedsReason, NotAllowed, StaleCase, WrongStep
from tests.casebook.filling import V1, V2, Clock, Count, Finding, Name, fill, staff, stage, vacant

ADDRESS = Finding("F1", subject_id="A1")
COUNTED = Count("A1")
NAMED = Name("A1", "A1", number="1")
SCOPE = [(V1, "virtual_address")]


def ask(book: Casebook, finding_id: str = "F1", *, by: str = "police_a") -> None:
    case = book.case(finding_id)
    book.decide(Decision(finding_id, "request_cancellation", case.version, case.evidence_hash, by, document="拆除文件"))


def approve(book: Casebook, finding_id: str = "F1", *, by: str = "police_b") -> None:
    case = book.case(finding_id)
    book.decide(Decision(finding_id, "approve_cancellation", case.version, case.evidence_hash, by))


def test_an_address_that_every_count_calls_empty_is_requested_by_one_and_approved_by_another(book: Casebook) -> None:
    vacant(book)
    ask(book)
    approve(book)
    assert book.case("F1").status == "cancellation_approved"
    assert book.proposals()["subject_id"].tolist() == ["A1"]


REFUSED: dict[str, dict[str, Any]] = {
    "somebody registered": {"counts": [Count("A1", (1, 0, 0, 0, 0))]},
    "somebody resident": {"counts": [Count("A1", (0, 1, 0, 0, 0))]},
    "somebody floating": {"counts": [Count("A1", (0, 0, 1, 0, 0))]},
    "somebody absent": {"counts": [Count("A1", (0, 0, 0, 1, 0))]},
    "a unit": {"counts": [Count("A1", (0, 0, 0, 0, 1))]},
    "a second row of the same house": {"counts": [COUNTED, Count("A1", (2, 0, 0, 0, 0))]},
    **{f"count {n} unknown": {"counts": [Count("A1", tuple(None if i == n else 0 for i in range(5)))]} for n in range(5)},
    "day unknown": {"counts": [Count("A1", counted_on=None)]},
    "counts of 31 days ago": {"counts": [Count("A1", counted_on="2026-05-30")]},
    "counts of tomorrow": {"counts": [Count("A1", counted_on="2026-07-01")]},
    "no counts at all": {"counts": []},
    "counts of another house only": {"counts": [Count("A2")], "names": [NAMED, Name("A2", "A2")]},
    "a census is no count": {"counts": [replace(COUNTED, source="census")]},
    "no name of the house": {"names": []},
    "the address itself never counted": {"names": [replace(NAMED, counted=False)]},
    "another address of the house never counted": {"names": [NAMED, Name("A1", "A9", counted=False)]},
    "somebody who may be anywhere": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="town")]},
    "somebody who may be anywhere in the village": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="village", village_code=V1)]},
    "somebody at this number of the village": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="number", village_code=V1, number="1")]},
    "somebody at this number of some village": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="number", number="1")]},
    "an unreadable row": {"counts": [COUNTED, Count("", (None, None, None, None, None), counted_on=None, scope="town")]},
    "an old row nobody could place": {"counts": [COUNTED, Count("", counted_on="2026-01-01", scope="village", village_code=V1)]},
}
ALLOWED: dict[str, dict[str, Any]] = {
    "known, fresh and zero": {},
    "counts of 30 days ago": {"counts": [Count("A1", counted_on="2026-05-31")]},
    "counts of today": {"counts": [Count("A1", counted_on="2026-06-30")]},
    "somebody in another village": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="village", village_code=V2)]},
    "somebody at another number": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="number", village_code=V1, number="2")]},
    "somebody at an address the register does not hold": {"counts": [COUNTED, Count("", (1, 0, 0, 0, 0), scope="elsewhere")]},
    "a row nobody could place that counts nobody": {"counts": [COUNTED, Count("", scope="town")]},
    "a census that counted people": {"counts": [COUNTED, Count("A1", (9, 9, 9, 9, 9), source="census", counted_on="2020-11-01")]},
    "a room that need not be counted": {"names": [NAMED, Name("A1", "A1-101", counted=False, needs_count=False)]},
}


def test_unless_known_fresh_and_zero_it_is_refused_in_words_and_by_the_database(book: Casebook) -> None:
    staff(book)
    for n, (reason, told) in enumerate(REFUSED.items()):
        fill(book, [ADDRESS] if n == 0 else [], **{"counts": [COUNTED], "names": [NAMED], "scope": SCOPE, **told})
        seen = book.guard("F1")
        assert not seen.may, reason
        assert all(zh and en for zh, en in seen.reasons), reason
        with pytest.raises(GuardRefused):
            ask(book)
        with pytest.raises(DBAPIError, match="guard"):
            force(book, "request_cancellation", "cancellation_requested")
        assert book.case("F1").version == 0, reason


def test_what_speaks_of_others_does_not_stand_in_the_way(book: Casebook) -> None:
    staff(book)
    for n, (reason, told) in enumerate(ALLOWED.items()):
        fill(book, [ADDRESS] if n == 0 else [], **{"counts": [COUNTED], "names": [NAMED], "scope": SCOPE, **told})
        assert book.guard("F1").reasons == (), reason
        ask(book)
        approve(book)
        undo(book, by="police_a")
        undo(book, by="police_a", seq=book.head().seq - 2)
        assert book.case("F1").status == "open", reason


def test_words_carry_no_numbers_of_people(book: Casebook) -> None:
    staff(book)
    fill(book, [ADDRESS], counts=[Count("A1", (4, 3, 2, 1, 1))], names=[NAMED])
    said = " ".join(zh + en for zh, en in book.guard("F1").reasons)
    assert not any(ch.isdigit() for ch in said)


def test_people_counted_under_an_old_name_stand_in_the_way_of_the_new_one(book: Casebook) -> None:
    staff(book)
    old = [Name("A1", "A1", number="1"), Name("A1", "甲村|1", kind="key", needs_count=False), Name("A1", "乙村|1", kind="renewed", needs_count=False)]
    fill(book, [ADDRESS], counts=[COUNTED], names=old)
    # the next run lost the crosswalk: the old name is a house of its own now, with somebody in it
    later = [Name("A1", "A1", number="1"), Name("A7", "A7", village_code=V2), Name("A7", "乙村|1", kind="key", village_code=V2, needs_count=False)]
    fill(book, [], counts=[COUNTED, Count("A7", (2, 0, 0, 0, 0))], names=later, scope=[(V1, "virtual_address"), (V2, "virtual_address")])
    assert not book.guard("F1").may
    with pytest.raises(GuardRefused):
        ask(book)
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "request_cancellation", "cancellation_requested")


def test_the_newest_counts_decide_at_approval_not_those_of_the_request(book: Casebook) -> None:
    vacant(book)
    ask(book)
    fill(book, [], counts=[Count("A1", (1, 1, 0, 0, 0))], names=[NAMED], scope=[(V1, "virtual_address")])
    with pytest.raises(GuardRefused):
        approve(book)
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "approve_cancellation", "cancellation_approved", by="police_b")
    fill(book, [], counts=[COUNTED], names=[NAMED], scope=[(V1, "virtual_address")])
    approve(book)


def test_a_newer_run_without_counts_blocks(book: Casebook) -> None:
    vacant(book)
    ask(book)
    fill(book, [], scope=[(V1, "virtual_address")])
    with pytest.raises(GuardRefused):
        approve(book)


def test_a_run_that_is_still_being_staged_changes_nothing(book: Casebook) -> None:
    vacant(book)
    with book.store.writing() as connection:
        stage(connection, [], counts=[Count("A1", (5, 5, 0, 0, 0))], names=[NAMED], scope=[(V1, "virtual_address")])
    assert book.guard("F1").may


def test_counts_that_grow_old_between_request_and_approval_block(book: Casebook, clock: Clock) -> None:
    vacant(book)
    ask(book)
    clock.forward(days=21)
    with pytest.raises(GuardRefused, match="30"):
        approve(book)
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "approve_cancellation", "cancellation_approved", by="police_b")


def test_a_casebook_of_the_machines_clock_holds_old_counts_against_the_databases_own_time(where: Path | str) -> None:
    with open_casebook(where) as book:
        # the log says June, so a row dated June is in order; the machine knows better
        book.store._clock = Clock()
        vacant(book)
        with pytest.raises(GuardRefused):
            ask(book)


def test_nobody_approves_what_they_asked_for(book: Casebook) -> None:
    vacant(book)
    ask(book, by="police_a")
    with pytest.raises(GuardRefused, match="另一人"):
        approve(book, by="police_a")
    with pytest.raises(DBAPIError, match="four eyes"):
        force(book, "approve_cancellation", "cancellation_approved", by="police_a")


def test_nobody_approves_what_they_ever_asked_for_even_after_an_undo(book: Casebook) -> None:
    vacant(book)
    ask(book, by="police_a")
    undo(book, by="police_a")
    ask(book, by="police_b")
    with pytest.raises(GuardRefused):
        approve(book, by="police_a")
    undo(book, by="police_b")
    undo(book, by="police_a")
    assert book.case("F1").status == "cancellation_requested"
    for who in ("police_a", "police_b"):
        with pytest.raises(GuardRefused):
            approve(book, by=who)


def test_bringing_an_approval_back_by_undoing_its_undo_is_guarded_like_an_approval(book: Casebook) -> None:
    vacant(book)
    ask(book)
    approve(book)
    undo(book, by="police_b")
    assert book.case("F1").status == "cancellation_requested"
    with pytest.raises(GuardRefused):
        undo(book, by="police_a")
    fill(book, [], counts=[Count("A1", (1, 1, 0, 0, 0))], names=[NAMED], scope=[(V1, "virtual_address")])
    with pytest.raises(GuardRefused):
        undo(book, by="police_b")
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "undo", "cancellation_approved", by="police_b", undoes=book.head().seq - 1)


def test_an_approval_can_be_taken_back_although_people_were_found(book: Casebook) -> None:
    vacant(book)
    ask(book)
    approve(book)
    fill(book, [], counts=[Count("A1", (1, 1, 0, 0, 0))], names=[NAMED], scope=[(V1, "virtual_address")])
    assert not book.proposals().loc[0, "may"]
    assert book.sign_proposals(by="police_a").table.empty
    undo(book, by="police_a")
    assert book.case("F1").status == "cancellation_requested"


def test_evidence_that_changed_since_the_request_must_be_asked_about_again(book: Casebook) -> None:
    vacant(book)
    ask(book)
    fill(book, [replace(ADDRESS, evidence="second", change="changed")], counts=[COUNTED], names=[NAMED])
    with pytest.raises(GuardRefused, match="重新申请"):
        approve(book)
    with pytest.raises(DBAPIError, match="four eyes"):
        force(book, "approve_cancellation", "cancellation_approved", by="police_b")
    ask(book)
    approve(book)


def test_a_page_that_was_opened_before_is_stale(book: Casebook) -> None:
    vacant(book)
    old = book.case("F1")
    ask(book)
    approve(book)
    with pytest.raises(StaleCase):
        book.decide(Decision("F1", "request_cancellation", old.version, old.evidence_hash, "police_b", document="文件"))


def test_a_building_is_never_cancelled(book: Casebook) -> None:
    staff(book)
    fill(book, [Finding("F1", "unplated_building", "building", "A1")], counts=[COUNTED], names=[NAMED])
    with pytest.raises(WrongStep):
        ask(book)
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "request_cancellation", "cancellation_requested")


def test_a_finding_that_is_fixed_is_not_cancelled(book: Casebook) -> None:
    vacant(book)
    fill(book, [replace(ADDRESS, change="fixed")], counts=[COUNTED], names=[NAMED])
    with pytest.raises(CasebookError):
        ask(book)
    with pytest.raises(DBAPIError, match="guard"):
        force(book, "request_cancellation", "cancellation_requested")


def test_without_a_document_nothing_is_asked(book: Casebook) -> None:
    vacant(book)
    case = book.case("F1")
    with pytest.raises(NeedsReason, match="依据"):
        book.decide(Decision("F1", "request_cancellation", 0, case.evidence_hash, "police_a"))


def test_only_the_police_asks(book: Casebook) -> None:
    vacant(book)
    for who in ("civil", "clerk", "data", "leader", "admin"):
        with pytest.raises(NotAllowed):
            ask(book, by=who)


TABLES = ("decision", "casefile", "occupancy", "house_name", "observation", "run", "run_scope", "finding", "meta", "account", "role_grant")
TAMPERING: dict[str, str] = {
    "the log is changed": "UPDATE decision SET reason = 'other' WHERE seq = 3",
    "the log is shortened": "DELETE FROM decision WHERE seq = (SELECT max(seq) FROM decision)",
    "a case is changed": "UPDATE casefile SET status = 'cancellation_approved'",
    "a case loses its version": "UPDATE casefile SET version = version - 1",
    "a case is deleted": "DELETE FROM casefile",
    "a count is changed": "UPDATE occupancy SET registered_n = 0",
    "a count is deleted": "DELETE FROM occupancy",
    "a count is added": (
        "INSERT INTO occupancy (run_id, row, source, scope, house, registered_n, resident_n, floating_n, absent_n, unit_n, counted_on)"
        " VALUES (1, 'x', 'register', 'house', 'A1', 0, 0, 0, 0, 0, '2026-06-20')"
    ),
    "a name is deleted": "DELETE FROM house_name",
    "a name is changed": "UPDATE house_name SET needs_count = 0",
    "an observation is changed": "UPDATE observation SET evidence_hash = 'x'",
    "an observation is deleted": "DELETE FROM observation",
    "a finding is changed": "UPDATE finding SET subject = 'address'",
    "a finding is deleted": "DELETE FROM finding",
    "a run is unpublished": "UPDATE run SET status = 'failed', published_at = NULL, result_hash = NULL, published_seq = NULL",
    "a run is deleted": "DELETE FROM run",
    "the scope of a run is deleted": "DELETE FROM run_scope",
    "the age limit is lifted": "UPDATE meta SET v = '36500' WHERE k = 'max_count_age_days'",
    "the clock is changed": "UPDATE meta SET v = 'given' WHERE k = 'clock'",
    "the genesis is deleted": "DELETE FROM meta",
    "an account is opened again": "UPDATE account SET closed_seq = NULL",
    "an account changes its office": "UPDATE account SET office = 'police'",
    "an account is deleted": "DELETE FROM account",
    "a grant is widened": "UPDATE role_grant SET village_code = '*', role = 'police'",
    "a grant is deleted": "DELETE FROM role_grant",
    "a grant is added": "INSERT INTO role_grant (grant_id, user_id, role, village_code, granted_by, granted_seq) VALUES (99, 'clerk', 'police', '*', 'admin', 3)",
    "an account is added": "INSERT INTO account (user_id, display, office, opened_seq) VALUES ('x', 'x', 'police', 3)",
}


def test_raw_sql_changes_nothing(book: Casebook) -> None:
    staff(book)
    fill(book, [ADDRESS], counts=[Count("A1", (3, 3, 0, 0, 0))], names=[NAMED])
    case = book.case("F1")
    book.decide(Decision("F1", "confirm_demolished", 0, case.evidence_hash, "civil", document="文件"))
    before = snapshot(book)
    for what, statement in TAMPERING.items():
        assert refuses(book, lambda connection, said=statement: connection.execute(text(said))), what
        assert snapshot(book) == before, what


def test_no_table_can_be_emptied(book: Casebook) -> None:
    vacant(book)
    ask(book)
    before = snapshot(book)
    for table in TABLES:
        statement = f"DELETE FROM {table}" if book.store.dialect == "sqlite" else f"TRUNCATE {table} CASCADE"
        assert refuses(book, lambda connection, said=statement: connection.execute(text(said))), table
        assert snapshot(book) == before, table


@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize("table", TABLES)
def test_replacing_a_row_is_refused_even_to_a_connection_without_recursive_triggers(tmp_path: Path, table: str, recursive_triggers: str) -> None:
    path = tmp_path / "a.casebook"
    with open_casebook(path, Clock()) as book:
        vacant(book)
        ask(book)
        before = snapshot(book)
        raw = sqlite3.connect(path)
        raw.execute(f"PRAGMA recursive_triggers={recursive_triggers}")
        row = raw.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()
        places = ", ".join("?" * len(row))
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(sqlite3.IntegrityError):
                raw.execute(f"{verb} INTO {table} VALUES ({places})", row)
        raw.close()
        assert snapshot(book) == before


def test_a_row_that_would_push_out_another_by_its_decision_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.casebook"
    with open_casebook(path, Clock()) as book:
        vacant(book)
        ask(book)
        before = snapshot(book)
        kept = log_rows(book)[-1]
        row = next_row(book, "note", "cancellation_requested", decision_id=kept["decision_id"])
        raw = sqlite3.connect(path)
        names = ", ".join(row)
        with pytest.raises(sqlite3.IntegrityError, match="taken"):
            raw.execute(f"INSERT OR REPLACE INTO decision ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        raw.close()
        assert snapshot(book) == before


def test_a_text_is_never_a_count(book: Casebook) -> None:
    staff(book)
    with book.store.writing() as connection:
        stage(connection, [ADDRESS])
    statement = "INSERT INTO occupancy (run_id, row, source, scope, house, registered_n) VALUES (1, 'x', 'register', 'house', 'A1', '三')"
    with pytest.raises(DBAPIError, match=r"(?i)integer"), book.store.writing() as connection:
        connection.execute(text(statement))


FORGED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a gap": lambda row: {**row, "seq": row["seq"] + 1},
    "another chain": lambda row: {**row, "prev_hash": "0" * 64},
    "an earlier time": lambda row: {**row, "at": "2026-01-01T00:00:00.000000+08:00"},
    "an older version": lambda row: {**row, "version": 1},
    "a later version": lambda row: {**row, "version": row["version"] + 1},
    "evidence of another day": lambda row: {**row, "evidence_hash": "0" * 64},
    "another status before": lambda row: {**row, "was": "demolished_confirmed"},
    "an unknown actor": lambda row: {**row, "by": "nobody"},
    "a role the actor does not hold": lambda row: {**row, "office": "surveyor"},
    "the admin's hand": lambda row: {**row, "by": "admin", "office": "admin"},
    "the leader's hand": lambda row: {**row, "by": "leader", "office": "leader"},
    "an approval under another verb": lambda row: {**row, "status": "cancellation_approved"},
    "a case nobody knows": lambda row: {**row, "finding_id": "F999"},
    "an undo of nothing": lambda row: {**row, "verb": "undo", "undoes": 1, "status": "open"},
    "a verb nobody knows": lambda row: {**row, "verb": "delete"},
}


def test_a_forged_row_is_refused_by_the_database(book: Casebook) -> None:
    vacant(book)
    ask(book)
    before = snapshot(book)
    for how, forge in FORGED.items():
        row = forge(next_row(book, "note", "cancellation_requested"))
        row["hash"] = link(row)
        assert refuses(book, lambda connection, forged=row: insert_row(connection, forged)), how
        assert snapshot(book) == before, how


def test_the_same_row_unforged_is_kept(book: Casebook) -> None:
    vacant(book)
    ask(book)
    with book.store.writing() as connection:
        insert_row(connection, next_row(book, "note", "cancellation_requested"))
    assert book.case("F1").version == 2


def refuses(book: Casebook, write: Callable[..., object]) -> bool:
    try:
        with book.store.writing() as connection:
            write(connection)
    except (CasebookError, DBAPIError):
        return True
    return False


def undo(book: Casebook, *, by: str, seq: int | None = None) -> None:
    case = book.case("F1")
    book.undo("F1", version=case.version, evidence_hash=case.evidence_hash, by=by, seq=seq)


def force(book: Casebook, verb: str, status: str, *, by: str = "police_a", undoes: int | None = None) -> None:
    """Write a row as somebody would who can write SQL and knows how the chain is made."""
    row = {**next_row(book, verb, status, by=by), "undoes": undoes}
    row["hash"] = link(row)
    with book.store._writer.begin() as connection:
        insert_row(connection, row)


def next_row(book: Casebook, verb: str, status: str, *, by: str = "police_a", decision_id: str = "f" * 32) -> dict[str, Any]:
    case, head = book.case("F1"), book.head()
    with book.store.reading() as connection:
        was = connection.execute(text("SELECT status FROM casefile WHERE finding_id = 'F1'")).scalar() or "open"
    row: dict[str, Any] = {
        "seq": head.seq + 1, "decision_id": decision_id, "finding_id": "F1", "version": case.version + 1, "verb": verb, "was": was, "status": status,
        "state": "{}", "seen_hash": case.evidence_hash, "seen_run": 1, "payload": canonical({}), "evidence_hash": case.evidence_hash, "by": by,
        "office": "police", "reason": "", "document": "", "at": max(book.store.now(), head.at), "undoes": None, "prev_hash": head.hash,
    }  # fmt: skip
    return {**row, "hash": link(row)}


def insert_row(connection: Any, row: Mapping[str, Any]) -> None:
    connection.execute(insert(decision), dict(row))


def log_rows(book: Casebook) -> list[dict[str, Any]]:
    with book.store.reading() as connection:
        return [dict(r) for r in connection.execute(text("SELECT * FROM decision ORDER BY seq")).mappings()]


def snapshot(book: Casebook) -> str:
    with book.store.reading() as connection:
        return json.dumps({t: sorted(str(tuple(r)) for r in connection.execute(text(f"SELECT * FROM {t}"))) for t in TABLES})
