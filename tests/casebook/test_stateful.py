"""Whatever people and runs do, in whatever order: what holds of the casebook holds, and both databases answer the same.

The search is short by default. DOORPLATE_STATEFUL="2000x50" makes it 2,000 sequences of 50 steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import text

from geo.casebook import VERBS, Casebook, Decision, Receipt, open_casebook
from geo.casebook.chain import link
from geo.casebook.fold import State, fold
from geo.errors import CasebookError
from tests.casebook.conftest import BACKENDS
from tests.casebook.filling import STAFF, V1, V2, Clock, Count, Finding, Name, fill

SEQUENCES, STEPS = (int(n) for n in os.environ.get("DOORPLATE_STATEFUL", "15x20").split("x"))
LIVES_IN_A_BOOK = 25
"""Sequences that follow one another in the same pair of books, on cases of their own."""
CASES = (
    Finding("F0", "virtual_address", subject_id="A0"),
    Finding("F1", "demolished_vacant", subject_id="A1", village_code=V2),
    Finding("F2", "unplated_building", "building", "B2", office="civil_affairs"),
)
USERS = [u for u in STAFF if u != "admin"]
NOBODY = (0, 0, 0, 0, 0)
PAYLOADS = {
    "plate_installed": {"photo": "a.jpg"},
    "number_proposed": {"number": "1号"},
    "assign": {"to": "clerk", "deadline": "2026-08-01"},
    "confirm_link": {"building_id": "B1", "plate_id": "P1"},
    "reject_link": {"building_id": "B1", "plate_id": "P1"},
    "move_plate": {"lon": 106.2, "lat": 29.5},
}
LIVELY = [*(v for v in VERBS if v != "note"), "request_cancellation", "approve_cancellation", "request_cancellation", "approve_cancellation", "undo"]
SCOPE = [(V1, "virtual_address"), (V2, "demolished_vacant"), (V1, "unplated_building")]


@dataclass
class Pair:
    """Two books that live the same lives, and how many they have lived."""

    books: list[Casebook]
    clock: Clock
    lives_n: int = 0


@dataclass
class Model:
    """What a case must look like, kept beside the casebook by simpler means."""

    finding: Finding
    version: int = 0
    present: bool = True
    sent: set[str] = field(default_factory=set)


class Life(RuleBasedStateMachine):
    """Each step is done in both books and must answer the same; at the end everything that was kept is looked through."""

    pair_of: Callable[[], Pair]

    @initialize()
    def begin(self) -> None:
        self.pair = self.pair_of()
        self.pair.lives_n += 1
        self.prefix = f"S{self.pair.lives_n}"
        self.start = self.pair.books[0].head().seq
        self.counts = {"A0": NOBODY, "A1": NOBODY}
        named = [replace(f, finding_id=self.prefix + f.finding_id, subject_id=self.prefix + f.subject_id) for f in CASES]
        self.models = [Model(f) for f in named]
        self.publish(named)

    def publish(self, findings: list[Finding]) -> None:
        day = self.pair.clock().date().isoformat()
        counts = [Count(self.prefix + house, counts, counted_on=day) for house, counts in self.counts.items()]
        names = [Name(m.finding.subject_id, m.finding.subject_id, village_code=m.finding.village_code) for m in self.models[:2]]
        for book in self.pair.books:
            fill(book, findings, counts=counts, names=names, scope=SCOPE)

    def both(self, do: Callable[[Casebook], object]) -> object:
        answers = []
        for book in self.pair.books:
            try:
                answers.append(do(book))
            except CasebookError as refused:
                answers.append((type(refused).__name__, refused.zh))
        assert len({str(shown(a)) for a in answers}) == 1, answers
        return answers[0]

    @rule(n=st.integers(0, 2), verb=st.sampled_from(LIVELY), by=st.sampled_from(USERS), stale=st.integers(0, 9))
    def say(self, n: int, verb: str, by: str, stale: int) -> None:
        model = self.models[n]
        until = (self.pair.clock() + timedelta(days=10)).date().isoformat()
        payload = {"until": until} if verb == "false_alarm" else PAYLOADS.get(verb, {})
        version = model.version - 1 if stale == 0 else model.version
        decision_id = f"{model.finding.finding_id}-{model.version}-{len(model.sent)}".rjust(12, "0")
        decision = Decision(model.finding.finding_id, verb, version, model.finding.evidence_hash, by, "理由", payload, "文件", decision_id)
        answer = self.both(lambda book: book.decide(decision))
        if isinstance(answer, Receipt):
            assert stale != 0
            model.sent.add(decision_id)
            model.version += 1
            assert answer.version == model.version
            if answer.status == "cancellation_approved" and verb in {"approve_cancellation", "undo"}:
                assert self.counts[f"A{n}"] == NOBODY
            assert shown(self.both(lambda book: book.decide(decision))) == shown(answer)

    @rule(n=st.integers(0, 2))
    def note(self, n: int) -> None:
        self.say(n, "note", "civil", 1)

    @rule(n=st.integers(0, 2), what=st.sampled_from(["changed", "fixed", "returned"]))
    def see(self, n: int, what: str) -> None:
        model = self.models[n]
        if (what == "returned") is model.present:
            return
        evidence = f"{model.finding.evidence}+" if what == "changed" else model.finding.evidence
        model.finding = replace(model.finding, evidence=evidence, change=what)
        model.present = what != "fixed"
        self.publish([model.finding])

    @rule(house=st.sampled_from(["A0", "A1"]), people=st.sampled_from([NOBODY, (2, 2, 0, 0, 0), (0, 0, 0, 0, 1), (0, None, 0, 0, 0)]))
    def count(self, house: str, people: tuple[int | None, ...]) -> None:
        self.counts[house] = people
        self.publish([])

    @rule(days=st.sampled_from([1, 9, 31]))
    def wait(self, days: int) -> None:
        self.pair.clock.forward(days=days)

    @rule()
    def look(self) -> None:
        ids = [m.finding.finding_id for m in self.models]
        tables = [book.cases(ids=ids, present=None) for book in self.pair.books]
        assert len({table.drop(columns=["last_at", "since", "last_seq"]).to_csv() for table in tables}) == 1
        assert set(tables[0]["finding_id"]) == set(ids)
        for n in range(3):
            self.both(lambda book, case=ids[n]: book.offers("police_a", case))
            self.both(lambda book, case=ids[n]: book.guard(case))
        for book in self.pair.books:
            proposed = book.proposals()
            mine = proposed[proposed["may"] & proposed["subject_id"].str.startswith(self.prefix + "A")]
            assert all(self.counts[subject.removeprefix(self.prefix)] == NOBODY for subject in mine["subject_id"])

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        self.look()
        for book in self.pair.books:
            with book.store.reading() as connection:
                query = text("SELECT * FROM decision WHERE seq >= :s ORDER BY seq")
                log = [dict(r) for r in connection.execute(query, {"s": self.start}).mappings()]
                kept = {r["finding_id"]: dict(r) for r in connection.execute(text("SELECT * FROM casefile")).mappings()}
            assert all(row["prev_hash"] == before["hash"] and row["seq"] == before["seq"] + 1 for before, row in pairwise(log))
            assert all(link(row) == row["hash"] for row in log)
            for model in self.models:
                rows = [r for r in log if r["finding_id"] == model.finding.finding_id]
                assert [r["version"] for r in rows] == list(range(1, model.version + 1))
                assert {r["decision_id"] for r in rows} == model.sent
                states = fold(rows)
                assert (State.read(kept[model.finding.finding_id]) if rows else State()) == (states[-1] if states else State())
                check_cancellations(rows, states)
                check_undos(rows, states)


def shown(answer: object) -> object:
    """An answer without what differs between two books: the hash of the chain."""
    return (answer.seq, answer.status, answer.version) if hasattr(answer, "seq") else answer


def check_cancellations(rows: list[dict[str, object]], states: list[State]) -> None:
    """Whoever approved had not asked; nothing was approved that was not asked for."""
    asked: set[object] = set()
    before = State()
    for row, state in zip(rows, states, strict=True):
        if row["verb"] == "request_cancellation":
            asked.add(row["by"])
        if state.status == "cancellation_approved" != before.status:
            assert before.status == "cancellation_requested" or row["verb"] == "undo"
            assert asked
            assert row["by"] not in asked
        before = state


def check_undos(rows: list[dict[str, object]], states: list[State]) -> None:
    """After an undo the case is exactly what it was before what was undone, and nothing is undone twice."""
    places = {row["seq"]: n for n, row in enumerate(rows)}
    undone = [row["undoes"] for row in rows if row["undoes"] is not None]
    assert len(set(undone)) == len(undone)
    for row, state in zip(rows, states, strict=True):
        if row["undoes"] is not None:
            place = places[row["undoes"]]
            assert state == (states[place - 1] if place else State())
        assert row["status"] == state.status


def test_whatever_happens_what_must_hold_holds_and_both_databases_agree(staffed_of: Callable[[str], Path | str]) -> None:
    pairs: list[Pair] = []

    def pair_of() -> Pair:
        if not pairs or pairs[-1].lives_n >= LIVES_IN_A_BOOK:
            for book in pairs[-1].books if pairs else []:
                book.close()
            clock = Clock()
            pairs.append(Pair([open_casebook(staffed_of(backend), clock) for backend in BACKENDS], clock))
        return pairs[-1]

    class Both(Life):
        pass

    Both.pair_of = staticmethod(pair_of)  # type: ignore[assignment]
    try:
        run_state_machine_as_test(Both, settings=settings(max_examples=SEQUENCES, stateful_step_count=STEPS, deadline=None))
    finally:
        for book in pairs[-1].books if pairs else []:
            book.close()
