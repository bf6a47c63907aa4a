"""What people say of cases: kept once, in order, on what they saw; taken back exactly."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

import pandas as pd
import pytest

from geo.casebook import VERBS, Casebook, Decision
from geo.casebook.decide import MOST_AT_ONCE
from geo.casebook.words import STATUSES
from geo.errors import CasebookError, NeedsReason, NotAllowed, StaleCase, UnknownCase, WrongStep
from geo.rules import RULES
from tests.casebook.filling import V1, V2, Clock, Finding, fill, staff, town

HOUSE = Finding("F1", "unplated_building", "building", "B1", office="civil_affairs")
PLATE = Finding("F2", "dangling_plate", "plate", "P1", office="village")


def say(book: Casebook, verb: str, by: str = "civil", finding_id: str = "F1", **more: object) -> None:
    case = book.case(finding_id)
    book.decide(Decision(finding_id, verb, case.version, case.evidence_hash, by, **more))  # type: ignore[arg-type]


def back(book: Casebook, by: str = "civil", finding_id: str = "F1", seq: int | None = None) -> None:
    case = book.case(finding_id)
    book.undo(finding_id, version=case.version, evidence_hash=case.evidence_hash, by=by, seq=seq)


@pytest.fixture
def started(book: Casebook) -> Casebook:
    staff(book)
    fill(book, [HOUSE, PLATE])
    return book


def test_every_word_about_findings_is_a_rule_of_the_catalogue() -> None:
    known = {rule.card.code for rule in RULES}
    assert {code for verb in VERBS.values() for code in verb.codes or ()} <= known


def test_every_kind_of_finding_has_something_to_say_and_every_verb_leads_somewhere_known() -> None:
    for rule in RULES:
        assert any(v.fits(rule.card.code, rule.card.subject) and v.to for v in VERBS.values()), rule.card.code
    assert {v.to for v in VERBS.values() if v.to} <= set(STATUSES)
    assert {s for v in VERBS.values() for s in v.before} <= set(STATUSES)
    keys = [v.key for v in VERBS.values() if v.key]
    assert len(keys) == len(set(keys))


def test_a_house_goes_from_missing_to_installed_and_each_step_says_whose_turn_it_is(started: Casebook) -> None:
    turns = [started.case("F1").turn]
    for verb, payload in (("plate_missing", {}), ("number_proposed", {"number": "18号", "lon": 106.2, "lat": 29.5}), ("plate_ordered", {}), ("plate_installed", {"photo": "a.jpg"})):
        say(started, verb, payload=payload)
        turns.append(started.case("F1").turn)
    assert turns == ["civil_affairs", "civil_affairs", "civil_affairs", "village", None]
    case = started.case("F1")
    assert (case.status, case.number, case.photo, case.placed_lon, case.placed_lat, case.version) == ("plate_installed", "18号", "a.jpg", 106.2, 29.5, 4)


def test_the_log_tells_everything_in_order(started: Casebook) -> None:
    say(started, "plate_missing", reason="现场无牌")
    back(started)
    told = started.history("F1")
    assert told["verb"].tolist() == ["plate_missing", "undo"]
    assert told["undone"].tolist() == [True, False]
    assert told.loc[1, "undoes"] == told.loc[0, "seq"]
    assert told["display"].tolist() == ["civil 岗", "civil 岗"]
    assert started.head().seq == told["seq"].iloc[-1]


def test_an_undo_restores_exactly_what_was_and_its_undo_brings_it_back(started: Casebook) -> None:
    say(started, "number_proposed", payload={"number": "18号"})
    say(started, "assign", payload={"to": "clerk", "deadline": "2026-08-01"})
    before = started.case("F1")
    say(started, "plate_installed", payload={"photo": "a.jpg"})
    done = started.case("F1")
    back(started)
    assert same(started.case("F1"), before)
    back(started)
    assert same(started.case("F1"), done)


def test_one_can_go_back_step_by_step_but_not_over_a_step_in_force(started: Casebook) -> None:
    say(started, "plate_missing")
    say(started, "plate_ordered")
    first, second = started.history("F1")["seq"]
    with pytest.raises(WrongStep):
        back(started, seq=int(first))
    back(started, seq=int(second))
    back(started, seq=int(first))
    assert started.case("F1").status == "open"
    with pytest.raises(WrongStep):
        back(started, seq=int(first))


def test_nothing_to_undo_is_said(started: Casebook) -> None:
    with pytest.raises(WrongStep):
        back(started)


def test_only_who_may_say_it_may_take_it_back(started: Casebook) -> None:
    say(started, "plate_ordered")
    with pytest.raises(NotAllowed):
        back(started, by="clerk")
    with pytest.raises(NotAllowed):
        back(started, by="leader")


def test_the_same_decision_sent_again_is_kept_once(started: Casebook) -> None:
    case = started.case("F1")
    decision = Decision("F1", "plate_missing", case.version, case.evidence_hash, "civil", " 现场无牌 ")
    first = started.decide(decision)
    assert started.decide(decision) == first
    assert started.decide_many([decision]) == [first]
    assert len(started.history("F1")) == 1
    with pytest.raises(CasebookError, match="decision_id"):
        started.decide(replace(decision, verb="plate_ordered"))


def test_who_looked_before_is_told_who_said_what_when(started: Casebook) -> None:
    seen = started.case("F1")
    say(started, "plate_missing", by="clerk")
    with pytest.raises(StaleCase) as refused:
        started.decide(Decision("F1", "plate_ordered", seen.version, seen.evidence_hash, "civil"))
    assert (refused.value.who, refused.value.verb) == ("clerk 岗", VERBS["plate_missing"].zh)
    assert refused.value.when == started.head().at
    assert "clerk 岗" in refused.value.zh


def test_evidence_that_changed_is_stale_too(started: Casebook) -> None:
    seen = started.case("F1")
    fill(started, [replace(HOUSE, evidence="second", change="changed")])
    with pytest.raises(StaleCase) as refused:
        started.decide(Decision("F1", "plate_missing", seen.version, seen.evidence_hash, "civil"))
    assert refused.value.who == ""


def test_a_decided_case_whose_evidence_changed_asks_to_be_looked_at_and_keeps_its_decision(started: Casebook) -> None:
    say(started, "plate_installed", payload={"photo": "a.jpg"})
    assert started.case("F1").turn is None
    fill(started, [replace(HOUSE, evidence="second", change="changed")])
    case = started.case("F1")
    assert (case.status, case.needs_recheck, case.turn) == ("plate_installed", True, "civil_affairs")
    say(started, "note", reason="看过")
    assert started.case("F1").needs_recheck
    say(started, "plate_missing")
    assert (started.case("F1").status, started.case("F1").needs_recheck) == ("plate_missing", False)
    back(started)
    assert started.case("F1").needs_recheck


def test_a_finding_that_is_fixed_keeps_its_decision_underneath_and_comes_back(started: Casebook) -> None:
    say(started, "plate_ordered")
    fill(started, [replace(HOUSE, change="fixed")])
    case = started.case("F1")
    assert (case.status, case.present, case.turn) == ("fixed", False, None)
    assert "F1" not in set(started.cases()["finding_id"])
    with pytest.raises(WrongStep):
        say(started, "plate_installed", payload={"photo": "a.jpg"})
    fill(started, [replace(HOUSE, change="returned")])
    case = started.case("F1")
    assert (case.status, case.present, case.needs_recheck) == ("plate_ordered", True, True)


def test_a_false_alarm_is_silent_until_its_day_or_until_the_evidence_changes(started: Casebook, clock: Clock) -> None:
    say(started, "false_alarm", reason="现场有牌", payload={"until": "2026-07-31"})
    fill(started, [replace(HOUSE, change="fixed")])
    fill(started, [replace(HOUSE, change="returned")])
    assert not started.case("F1").needs_recheck
    clock.forward(days=31)
    assert not started.case("F1").needs_recheck
    clock.forward(days=1)
    assert (started.case("F1").needs_recheck, started.case("F1").turn) == (True, "civil_affairs")
    say(started, "false_alarm", reason="仍有牌", payload={"until": "2027-07-31"})
    assert not started.case("F1").needs_recheck
    fill(started, [replace(HOUSE, evidence="second", change="changed")])
    assert started.case("F1").needs_recheck


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("not_to_be_numbered", {}),
        ("false_alarm", {"reason": "  "}),
        ("plate_installed", {}),
        ("number_proposed", {"payload": {"number": "  "}}),
        ("number_proposed", {"payload": {"number": "1", "lon": 106.0}}),
        ("number_proposed", {"payload": {"number": "1", "lon": 200.0, "lat": 30.0}}),
        ("number_proposed", {"payload": {"number": "1", "lon": "106", "lat": 30.0}}),
        ("confirm_demolished", {}),
        ("assign", {}),
        ("assign", {"payload": {"to": "clerk", "deadline": "31.12.2026"}}),
        ("assign", {"payload": {"to": "clerk", "deadline": "2026-02-30"}}),
        ("note", {}),
        ("confirm_link", {"payload": {"building_id": "B1"}}),
        ("reject_link", {"payload": {"building_id": "B1", "plate_id": "P1"}}),
        ("move_plate", {"payload": {"lon": 106.2}}),
        ("plate_missing", {"payload": {"photo": "a.jpg"}}),
        ("plate_missing", {"reason": "长" * 2001}),
        ("false_alarm", {"reason": "x", "payload": {"until": 20270101}}),
        ("note", {"reason": "x", "payload": {"lon": float("nan")}}),
    ],
)
def test_what_a_decision_needs_is_asked_for(started: Casebook, verb: str, more: dict[str, object]) -> None:
    with pytest.raises(NeedsReason):
        say(started, verb, **more)
    assert started.case("F1").version == 0


def test_what_does_not_follow_is_refused_with_where_the_case_stands(started: Casebook) -> None:
    say(started, "plate_ordered")
    with pytest.raises(WrongStep) as refused:
        say(started, "plate_missing")
    assert (refused.value.status, refused.value.verb) == ("plate_ordered", "plate_missing")
    with pytest.raises(WrongStep):
        say(started, "confirm_dangling")
    with pytest.raises(UnknownCase):
        started.decide(Decision("F9", "note", 0, "", "civil", "x"))


def test_many_at_once_are_all_kept_or_none(started: Casebook) -> None:
    one, two = started.case("F1"), started.case("F2")
    before = started.head()
    with pytest.raises(NotAllowed):
        started.decide_many(
            [Decision("F1", "plate_missing", 0, one.evidence_hash, "civil"), Decision("F2", "confirm_demolished", 0, two.evidence_hash, "data", document="x")]
        )
    assert started.head() == before
    receipts = started.decide_many(
        [
            Decision("F1", "plate_missing", 0, one.evidence_hash, "civil"),
            Decision("F1", "plate_ordered", 1, one.evidence_hash, "civil"),
            Decision("F2", "confirm_dangling", 0, two.evidence_hash, "clerk"),
        ]
    )
    assert [(r.seq, r.status, r.version) for r in receipts] == [
        (before.seq + 1, "plate_missing", 1), (before.seq + 2, "plate_ordered", 2), (before.seq + 3, "dangling_confirmed", 1),
    ]  # fmt: skip
    assert started.decide_many([]) == []
    with pytest.raises(CasebookError):
        started.decide_many([Decision("F1", "note", 2, one.evidence_hash, "civil", "x")] * (MOST_AT_ONCE + 1))


def test_an_assigned_case_is_the_turn_of_whom_it_was_given_to_until_the_next_verdict(started: Casebook) -> None:
    say(started, "assign", payload={"to": "surveyor", "deadline": "2026-07-15"})
    case = started.case("F1")
    assert (case.turn, case.assigned_to, case.deadline) == ("surveyor", "surveyor", date(2026, 7, 15))
    say(started, "assign", payload={"village": V1})
    assert (started.case("F1").turn, started.case("F1").assigned_to, started.case("F1").deadline) == ("village", V1, date(2026, 7, 15))
    say(started, "plate_ordered")
    assert (started.case("F1").assigned_to, started.case("F1").deadline) == (None, date(2026, 7, 15))


def test_a_village_has_a_deadline_that_counts_where_a_case_has_none_of_its_own(started: Casebook) -> None:
    started.set_deadline(V1, date(2026, 9, 30), by="civil", reason="全镇统一")
    assert started.case("F1").deadline == date(2026, 9, 30)
    say(started, "assign", payload={"to": "clerk", "deadline": "2026-07-15"})
    assert started.case("F1").deadline == date(2026, 7, 15)
    assert started.case("F2").deadline == date(2026, 9, 30)
    started.set_deadline(V1, date(2026, 10, 31), by="police_a", reason="顺延")
    assert started.deadlines().to_dict("records") == [{"village_code": V1, "deadline": pd.Timestamp("2026-10-31"), "set_by": "police_a"}]
    started.set_deadline(V1, None, by="civil", reason="取消")
    assert started.deadlines().empty
    for who in ("clerk", "leader", "admin", "data"):
        with pytest.raises(NotAllowed):
            started.set_deadline(V1, date(2026, 9, 30), by=who, reason="x")


def test_what_waits_for_whom_is_counted(book: Casebook, clock: Clock) -> None:
    town(book)
    book.set_deadline(V2, date(2026, 7, 1), by="civil", reason="x")
    clock.forward(days=2)
    waiting = book.waiting()
    assert waiting["cases_n"].sum() == 12
    assert dict(zip(waiting["village_code"], waiting["overdue_n"], strict=True)) == {V1: 0, V2: 2}
    assert book.waiting(office="police", village=V2)[["office", "village_code", "cases_n", "overdue_n"]].to_numpy().tolist() == [["police", V2, 2, 2]]


def test_cases_come_most_people_first_then_by_deadline_then_by_id(book: Casebook) -> None:
    staff(book)
    findings = [Finding("F1", people_n=2.0), Finding("F2"), Finding("F3", people_n=9.0), Finding("F4", people_n=2.0, village_code=V2), Finding("F5", people_n=2.0)]
    fill(book, findings)
    book.set_deadline(V2, date(2026, 7, 1), by="civil", reason="x")
    assert book.cases()["finding_id"].tolist() == ["F3", "F4", "F1", "F5", "F2"]


def test_cases_are_found_by_village_code_status_office_and_id(book: Casebook) -> None:
    ids = town(book)
    table = book.cases()
    assert set(book.cases(villages=[V1])["village_code"]) == {V1}
    assert set(book.cases(codes=["dangling_plate"])["code"]) == {"dangling_plate"}
    assert set(book.cases(offices=["village"])["turn"]) == {"village"}
    assert book.cases(statuses=["fixed"], present=None).empty
    assert book.cases(ids=ids[:2])["finding_id"].isin(ids[:2]).all()
    assert len(book.cases(ids=ids[:2])) == 2
    assert book.cases(villages=[]).empty
    assert book.cases(ids=[]).columns.tolist() == table.columns.tolist()


def test_changes_of_a_run_are_what_opened_stayed_was_fixed_and_came_back(book: Casebook) -> None:
    staff(book)
    one, two, three = (Finding(f"F{n}") for n in (1, 2, 3))
    fill(book, [one, two])
    fill(book, [replace(one, change="fixed"), replace(two, evidence="second", change="changed"), three])
    last = fill(book, [replace(one, change="returned")], scope=[(V1, "virtual_address")])
    assert book.changes(2).set_index("finding_id")["change"].to_dict() == {"F1": "fixed", "F2": "still", "F3": "new"}
    assert book.changes(last).set_index("finding_id")["change"].to_dict() == {"F1": "returned", "F2": "still", "F3": "still"}
    assert book.runs()["status"].tolist() == ["published"] * 3


def test_offers_say_what_fits_and_why_not_the_rest(started: Casebook) -> None:
    offers = {o.verb: o for o in started.offers("clerk", "F1")}
    assert "confirm_dangling" not in offers
    assert offers["plate_missing"].allowed
    assert not offers["plate_ordered"].allowed
    assert "民政" in offers["plate_ordered"].why_zh
    assert not offers["undo"].allowed
    say(started, "plate_missing", by="clerk")
    assert {o.verb: o.allowed for o in started.offers("clerk", "F1")}["undo"]
    assert not any(o.allowed for o in started.offers("leader", "F1"))
    assert not any(o.allowed for o in started.offers("nobody", "F1"))
    with pytest.raises(UnknownCase):
        started.offers("clerk", "F9")


def test_a_confirmed_link_is_kept_until_it_is_rejected(started: Casebook) -> None:
    say(started, "confirm_link", finding_id="F2", payload={"plate_id": "P1", "building_id": "B7"})
    assert (started.case("F2").status, started.case("F2").building_id, started.case("F2").plate_id) == ("link_confirmed", "B7", "P1")
    say(started, "reject_link", finding_id="F2", reason="看错", payload={"plate_id": "P1", "building_id": "B7"})
    assert started.case("F2").status == "link_rejected"


def same(one: object, other: object) -> bool:
    changing = {"version", "last_seq", "last_by", "last_at", "since"}
    return {k: v for k, v in asdict(one).items() if k not in changing} == {k: v for k, v in asdict(other).items() if k not in changing}  # type: ignore[call-overload]


def test_a_case_is_given_only_to_who_can_decide_it(started: Casebook) -> None:
    for nobody in ("nobody", "leader", "admin"):
        with pytest.raises(NeedsReason):
            say(started, "assign", payload={"to": nobody})


@pytest.mark.parametrize(("code", "subject", "office"), [("virtual_address", "address", "police"), ("dangling_plate", "plate", "civil_affairs"), ("suspected_demolition", "building", "surveyor")])
def test_what_is_confirmed_as_demolished_goes_to_the_office_that_keeps_it(book: Casebook, code: str, subject: str, office: str) -> None:
    fill(book, [Finding("F1", code, subject, office="village")])
    say(book, "confirm_demolished", document="文件")
    assert book.case("F1").turn == office
