"""Two people with the same page before them: exactly one wins, the other is told who said what and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from threading import Barrier

import pytest

from geo.casebook import VERBS, Casebook, Decision, Receipt, open_casebook
from geo.errors import CasebookError, GuardRefused, NumberTaken, StaleCase
from tests.casebook.filling import V1, V2, Clock, Count, Finding, Name, fill
from tests.casebook.test_guard import log_rows

ACTIONS = {
    "plate_missing": ("civil", "clerk", {}),
    "number_proposed": ("civil", "civil", {"number": "18号"}),
    "not_to_be_numbered": ("civil", "civil", {}),
    "false_alarm": ("civil", "data", {}),
    "assign": ("civil", "police_a", {"village": V1}),
    "note": ("civil", "surveyor", {}),
    "confirm_demolished": ("civil", "clerk", {}),
    "confirm_link": ("civil", "data", {"building_id": "B1", "plate_id": "P1"}),
    "undo": ("civil", "civil", {}),
}
"""What each of two people may say of an unplated building on which a note stands: who says it first, who says it second, with what."""


def decision_of(verb: str, finding: Finding, by: str, payload: dict[str, object], *, version: int = 1) -> Decision:
    return Decision(finding.finding_id, verb, version, finding.evidence_hash, by, "理由", payload, "文件")


@pytest.fixture
def noted(book: Casebook) -> tuple[Casebook, dict[tuple[str, str], Finding]]:
    pairs = list(product(ACTIONS, ACTIONS))
    findings = {pair: Finding(f"{pair[0]}-{pair[1]}", "unplated_building", "building") for pair in pairs}
    fill(book, list(findings.values()))
    book.decide_many([Decision(f.finding_id, "note", 0, f.evidence_hash, "civil", "现场待查") for f in findings.values()])
    return book, findings


def test_whatever_two_people_say_in_either_order_the_second_is_told_who_was_first(noted: tuple[Casebook, dict[tuple[str, str], Finding]]) -> None:
    book, findings = noted
    told = {}
    for (first, second), finding in findings.items():
        book.decide(decision_of(first, finding, ACTIONS[first][0], ACTIONS[first][2]))
        with pytest.raises(StaleCase) as refused:
            book.decide(decision_of(second, finding, ACTIONS[second][1], ACTIONS[second][2]))
        told[finding.finding_id] = refused.value
    check_winners(book, told)
    assert {pair: VERBS[pair[0]].zh for pair in findings} == {pair: told[f.finding_id].verb for pair, f in findings.items()}


def test_of_two_people_at_the_same_moment_exactly_one_wins(noted: tuple[Casebook, dict[tuple[str, str], Finding]]) -> None:
    book, findings = noted
    told = {}
    with ThreadPoolExecutor(2) as pool:
        for (one, other), finding in findings.items():
            ready = Barrier(2)
            sent = [
                pool.submit(_meet, book, ready, decision_of(one, finding, ACTIONS[one][0], ACTIONS[one][2])),
                pool.submit(_meet, book, ready, decision_of(other, finding, ACTIONS[other][1], ACTIONS[other][2])),
            ]
            said = [s.result() for s in sent]
            lost = [s for s in said if isinstance(s, StaleCase)]
            assert (len([s for s in said if isinstance(s, Receipt)]), len(lost)) == (1, 1), (one, other, said)
            told[finding.finding_id] = lost[0]
    check_winners(book, told)


def check_winners(book: Casebook, told: dict[str, StaleCase]) -> None:
    """Each case moved by one step, and the loser was told whose it was, what it was and when."""
    rows = {r["finding_id"]: r for r in log_rows(book) if r["version"] == 2}
    names = book.accounts().set_index("user_id")["display"]
    assert {f: (names[r["by"]], VERBS[r["verb"]].zh, r["at"]) for f, r in rows.items()} == {f: (t.who, t.verb, t.when) for f, t in told.items()}
    assert set(book.cases()["version"]) == {2}


def test_of_two_processes_at_the_same_moment_exactly_one_wins(book: Casebook, book_at: Path | str) -> None:
    findings = [Finding(f"F{n}", "unplated_building", "building") for n in range(20)]
    fill(book, findings)
    # a second door to the same casebook has its own lock: what keeps the two apart is the database's
    with open_casebook(book_at, Clock()) as other, ThreadPoolExecutor(2) as pool:
        for finding in findings:
            ready = Barrier(2)
            sent = [
                pool.submit(_meet, door, ready, decision_of("plate_missing", finding, by, {}, version=0))
                for door, by in ((book, "civil"), (other, "clerk"))
            ]
            said = [s.result() for s in sent]
            assert sorted(type(s).__name__ for s in said) == ["Receipt", "StaleCase"]
    assert book.head().seq == book.history("F0")["seq"].iloc[0] + len(findings) - 1


CANCELLING = ("request", "approve", "refuse", "undo")


@pytest.mark.parametrize("first", CANCELLING)
def test_every_pair_of_steps_of_a_cancellation_lets_one_through(book: Casebook, first: str) -> None:
    findings = [Finding(f"F{n}", subject_id=f"A{n}") for n, _ in enumerate(CANCELLING)]
    fill(book, findings, counts=[Count(f.subject_id) for f in findings], names=[Name(f.subject_id, f.subject_id) for f in findings])
    for finding, second in zip(findings, CANCELLING, strict=True):
        book.decide(Decision(finding.finding_id, "request_cancellation", 0, finding.evidence_hash, "police_a", document="文件"))
        said = []
        for verb, by in ((first, "police_b"), (second, "police_b")):
            name = verb if verb == "undo" else f"{verb}_cancellation"
            try:
                said.append(book.decide(Decision(finding.finding_id, name, 1, finding.evidence_hash, by, "理由", {}, "文件")))
            except CasebookError as refused:
                said.append(refused)
        kept = [s for s in said if isinstance(s, Receipt)]
        expected = [v for v in (first, second) if v != "request"][:1]
        assert len(kept) == len(expected), (first, second, said)
        assert not any(isinstance(s, GuardRefused) for s in said)


def _meet(book: Casebook, ready: Barrier, decision: Decision) -> Receipt | CasebookError:
    ready.wait()
    try:
        return book.decide(decision)
    except CasebookError as refused:
        return refused


HOUSES = {name: Finding(name, "unplated_building", "building", f"B-{name}", village_code=V2 if name == "away" else V1, office="civil_affairs") for name in ("one", "two", "away")}


def propose(book: Casebook, name: str, number: str, free_at: int | None) -> Receipt:
    case = book.case(name)
    return book.decide(Decision(name, "number_proposed", case.version, case.evidence_hash, "civil", payload={"number": number}, free_at=free_at))


def test_a_number_given_since_it_was_looked_for_is_refused_with_who_gave_it(book: Casebook) -> None:
    fill(book, list(HOUSES.values()))
    looked = book.head().seq
    propose(book, "one", "杏湖街18号", looked)
    with pytest.raises(NumberTaken, match="“杏湖街１８号”刚被占用：civil 岗"):
        propose(book, "two", "杏湖街１８号", looked)
    assert (book.case("two").status, book.case("two").number) == ("open", None)


@pytest.mark.parametrize("number", ["杏湖街20号", "湖滨路18号", "18号"])
def test_another_number_given_meanwhile_is_nobodys_concern(book: Casebook, number: str) -> None:
    fill(book, list(HOUSES.values()))
    looked = book.head().seq
    propose(book, "one", "杏湖街18号", looked)
    assert propose(book, "two", number, looked).status == "number_proposed"


def test_the_same_number_of_another_village_or_given_up_again_or_seen_by_whoever_looked_is_free_to_give(book: Casebook) -> None:
    fill(book, list(HOUSES.values()))
    looked = book.head().seq
    propose(book, "away", "杏湖街18号", looked)
    propose(book, "one", "杏湖街18号", looked)
    case = book.case("one")
    book.undo("one", version=case.version, evidence_hash=case.evidence_hash, by="civil")
    assert propose(book, "two", "杏湖街18号", looked).status == "number_proposed"
    # who looked later saw it, and answers for it (one house, two findings)
    assert propose(book, "one", "杏湖街18号", book.head().seq).status == "number_proposed"


def test_of_two_clerks_who_give_one_number_at_the_same_moment_exactly_one_does(book: Casebook) -> None:
    fill(book, list(HOUSES.values()))
    looked, ready = book.head().seq, Barrier(2)

    def give(name: str) -> Receipt | NumberTaken:
        case = book.case(name)
        ready.wait()
        try:
            return book.decide(Decision(name, "number_proposed", case.version, case.evidence_hash, "civil", payload={"number": "杏湖街18号"}, free_at=looked))
        except NumberTaken as taken:
            return taken

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(give, ("one", "two")))
    assert sorted(type(s).__name__ for s in said) == ["NumberTaken", "Receipt"]
