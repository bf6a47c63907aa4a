"""What a click costs is counted, not timed: queries, cases read again, bytes sent; and what is kept between clicks is what would be read anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import event

from geo.casebook import VERBS, Casebook, Decision
from layers.result import EVERYWHERE, Result
from tests.views.cases.conftest import VILLAGE, Desk, choose, map_state, one, say, tell
from views.cases import missing
from views.cases.page import undone
from views.cases.snapshot import Kept, cases_of
from views.cases.verdicts import ASKING
from views.cases.waiting import waiting_n

CLICK_QUERIES_N = 10
"""What a click asks the casebook: its head, the offers with what they rest on, accounts where they were not looked at lately."""
DECISION_QUERIES_N = 30
STATE_BYTES_N = 16_000


@contextmanager
def asked(book: Casebook) -> Iterator[list[str]]:
    """Every statement the casebook sends to its database."""
    told: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        del connection, cursor, rest
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            told.append(statement)

    engines = (book.store._reader, book.store._writer)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield told
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def reads(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """How cases were read: with which villages, codes and ids."""
    calls: list[dict[str, Any]] = []
    whole = type(book).cases

    def cases(self: Casebook, *given: Any, **named: Any) -> pd.DataFrame:
        calls.append(named)
        return whole(self, *given, **named)

    monkeypatch.setattr(type(book), "cases", cases)
    return calls


def test_a_click_asks_a_handful_of_questions_and_reads_no_list(desk: Desk, book: Casebook, reads: list[dict[str, Any]]) -> None:
    test = choose(desk("missing"), one(book, "unplated_building"))
    other = one(book, "damaged_plate")
    reads.clear()
    with asked(book) as told:
        choose(test, other)
    assert len(told) <= CLICK_QUERIES_N, told
    assert reads == []


def test_a_decision_reads_its_own_case_again_and_no_other(desk: Desk, book: Casebook, reads: list[dict[str, Any]]) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    reads.clear()
    with asked(book) as told:
        test.button(key="say_plate_missing").click().run()
    assert book.case(finding).status == "plate_missing"
    assert len(told) <= DECISION_QUERIES_N, told
    assert {tuple(named["ids"]) for named in reads if named["ids"]} == {(finding,)}
    assert all(named["ids"] for named in reads)


def test_a_decision_in_another_village_reads_nothing_of_this_one(desk: Desk, book: Casebook, reads: list[dict[str, Any]]) -> None:
    test = choose(desk("missing"), one(book, "unplated_building"))
    every = book.cases(codes=["unplated_building"])
    elsewhere = str(every.loc[every["village_code"] != VILLAGE, "finding_id"].iloc[0])
    say(book, elsewhere, "plate_missing", "civil-affairs")
    reads.clear()
    tell(test, kind="building", id="nobody")
    assert [named["ids"] for named in reads if named.get("villages")] == []


def test_what_the_map_is_told_in_a_rerun_is_small_and_holds_no_geometry(desk: Desk, book: Casebook) -> None:
    test = choose(desk("missing"), one(book, "unplated_building"))
    sent = test.get("component_instance")[0].proto.json_args
    assert len(sent) < 2 * STATE_BYTES_N
    assert "coordinates" not in sent
    assert map_state(test)["selected"]


def verbs_at(book: Casebook, finding_id: str) -> list[str]:
    """What the office may say of a case without being asked anything."""
    offers = book.offers("civil-affairs", finding_id)
    plain = [o.verb for o in offers if o.allowed and not VERBS[o.verb].needs and o.verb not in ASKING and o.verb != "undo"]
    return [*plain, "undo"] if any(o.verb == "undo" and o.allowed for o in offers) else plain


@pytest.mark.parametrize("scope", [VILLAGE, EVERYWHERE])
def test_cases_kept_through_decisions_are_those_that_would_be_read_anew(book: Casebook, sample: Result, scope: str) -> None:
    dice = random.Random(5)
    before = cases_of(book, sample, scope, missing.PAGE.codes, all_villages=("*",))
    kept_as_it_was = before.copy()
    ids = before["finding_id"].tolist()
    for n in range(25):
        case = book.case(dice.choice(ids))
        if n == 12:
            book.set_deadline(VILLAGE, date(2026, 8, 1), by="civil-affairs", reason="x")
        for verb in dice.sample(verbs_at(book, case.finding_id), k=1) if verbs_at(book, case.finding_id) else []:
            book.decide(Decision(case.finding_id, verb, case.version, case.evidence_hash, "civil-affairs"))
        now = cases_of(book, sample, scope, missing.PAGE.codes, all_villages=("*",))
        fresh = book.cases(villages=None if scope == EVERYWHERE else [scope], codes=missing.PAGE.codes)
        pd.testing.assert_frame_equal(now.drop(columns="shown_id"), fresh)
        assert now["shown_id"].tolist() == fresh["finding_id"].tolist()
    assert book.head().seq > 20
    pd.testing.assert_frame_equal(before, kept_as_it_was)


def test_what_waits_is_right_after_every_decision_at_once(book: Casebook) -> None:
    dice = random.Random(6)
    ids = book.cases(codes=missing.PAGE.codes)["finding_id"].tolist()
    offices, villages = frozenset({"civil_affairs"}), frozenset({VILLAGE})
    seen = set()
    for n in range(15):
        case = book.case(dice.choice(ids))
        if n == 7:
            book.set_deadline(VILLAGE, date(2026, 1, 1), by="civil-affairs", reason="x")
        for verb in verbs_at(book, case.finding_id)[:1]:
            book.decide(Decision(case.finding_id, verb, case.version, case.evidence_hash, "civil-affairs"))
        waits = book.waiting(office="civil_affairs")
        own = waits[waits["village_code"] == VILLAGE]
        assert waiting_n(book, offices, None) == tuple(int(waits[c].sum()) for c in ("cases_n", "open_n", "overdue_n"))
        assert waiting_n(book, offices, villages) == tuple(int(own[c].sum()) for c in ("cases_n", "open_n", "overdue_n"))
        seen.add(waiting_n(book, offices, None))
        open_n = int(undone(book.cases(offices=["civil_affairs"])).sum())
        assert waiting_n(book, offices, None)[1] == open_n
    assert len(seen) >= 3


def test_another_day_and_another_log_are_read_anew(book: Casebook) -> None:
    reads: list[object] = []
    kept = Kept()

    def read(ids: object) -> pd.DataFrame:
        reads.append(ids)
        return book.cases(villages=[VILLAGE])

    kept.now(book, read)
    kept.now(book, read)
    assert reads == [None]
    kept.day = "2026-06-29"
    kept.now(book, read)
    assert reads == [None, None]
    assert kept.head is not None
    kept.head = type(kept.head)(kept.head.seq - 1, "0" * 64, kept.head.at)
    kept.now(book, read)
    assert reads == [None, None, None]
