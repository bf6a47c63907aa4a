"""The authorisation matrix, asked at the store: every verb, every role, the own village and another, and the offices' verbs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from geo.casebook import OFFICE_VERBS, ROLES, VERBS, Casebook, Decision
from geo.casebook.words import Verb
from geo.errors import CasebookError, NotAllowed
from tests.casebook.filling import V1, V2, Count, Finding, Name, fill

WHO_MAY = {
    "plate_missing": {"civil_affairs", "village"},
    "plate_ordered": {"civil_affairs"},
    "plate_installed": {"civil_affairs", "village"},
    "number_proposed": {"civil_affairs"},
    "not_to_be_numbered": {"civil_affairs"},
    "confirm_dangling": {"civil_affairs", "village"},
    "confirm_demolished": {"civil_affairs", "police", "village"},
    "entered_in_error": {"civil_affairs", "police", "surveyor", "data"},
    "still_standing": {"civil_affairs", "police", "village", "surveyor"},
    "false_alarm": {"civil_affairs", "police", "surveyor", "data"},
    "assign": {"civil_affairs", "police", "data"},
    "note": {"civil_affairs", "police", "village", "surveyor", "data"},
    "confirm_link": {"civil_affairs", "police", "data"},
    "reject_link": {"civil_affairs", "police", "data"},
    "request_cancellation": {"police"},
    "approve_cancellation": {"police"},
    "refuse_cancellation": {"police"},
    "move_plate": {"civil_affairs", "village", "surveyor", "data"},
    "undo": {"civil_affairs", "police", "village", "surveyor", "data"},
}
"""Written down a second time on purpose: who changes a right changes it in two places."""
PAYLOAD = {
    "plate_installed": {"photo": "a.jpg"},
    "number_proposed": {"number": "1号"},
    "assign": {"village": V1},
    "confirm_link": {"building_id": "B1", "plate_id": "P1"},
    "reject_link": {"building_id": "B1", "plate_id": "P1"},
    "move_plate": {"lon": 106.2, "lat": 29.5},
}
CODE = {"confirm_dangling": ("dangling_plate", "plate"), "move_plate": ("dangling_plate", "plate")}
ON_ADDRESS = {"confirm_demolished", "still_standing", "request_cancellation", "approve_cancellation", "refuse_cancellation"}


def users() -> Iterator[tuple[str, str]]:
    for role in ROLES:
        for place, village in (("here", V1), ("there", V2), ("all", "*")):
            if role != "admin" or place == "all":
                yield f"{role}_{place}", village


@pytest.fixture
def manned(book: Casebook) -> Casebook:
    for user, village in users():
        role = user.rsplit("_", 1)[0]
        book.add_account(user, user, role, by="admin")
        book.grant(user, role, village, by="admin")
    book.add_account("nothing_all", "无权岗", "police", by="admin")
    return book


def case_for(verb: Verb, n: int) -> Finding:
    code, subject = CODE.get(verb.name, ("virtual_address", "address") if verb.name in ON_ADDRESS else ("unplated_building", "building"))
    return Finding(f"{verb.name}-{n}", code, subject, f"A{n}")


def test_the_matrix_is_that_of_the_words() -> None:
    assert {v.name: set(v.offices) for v in VERBS.values()} == WHO_MAY


def test_every_verb_of_every_role_in_every_village_is_kept_or_refused_as_the_matrix_says(manned: Casebook) -> None:
    everybody = [*users(), ("nothing_all", "*"), ("nobody", "*")]
    verbs = [v for v in VERBS.values() if v.name != "undo"]
    findings = [case_for(v, n) for v in verbs for n in range(len(everybody))]
    addresses = range(len(everybody))
    names = [Name(f"A{n}", f"A{n}", number=str(n)) for n in addresses]
    fill(manned, findings, counts=[Count(f"A{n}") for n in addresses], names=names)
    hashes = {f.finding_id: f.evidence_hash for f in findings}
    ask_first = ("approve_cancellation", "refuse_cancellation")
    asked = [Decision(f"{v}-{n}", "request_cancellation", 0, hashes[f"{v}-{n}"], "police_a", document="文件") for v in ask_first for n in addresses]
    manned.decide_many(asked)
    wrong = []
    for verb in verbs:
        for n, (user, village) in enumerate(everybody):
            role = user.rsplit("_", 1)[0]
            finding_id = f"{verb.name}-{n}"
            expected = role in WHO_MAY[verb.name] and village in {V1, "*"}
            version = 1 if verb.name in ask_first else 0
            decision = Decision(finding_id, verb.name, version, hashes[finding_id], user, "理由", PAYLOAD.get(verb.name, {}), "文件")
            if (manned.may(user, verb.name, V1) is not expected) or (kept(manned, decision) is not expected):
                wrong.append((verb.name, user))
    assert wrong == []


def test_an_undo_is_kept_from_whoever_could_not_have_said_it(manned: Casebook) -> None:
    everybody = [*users(), ("nothing_all", "*"), ("nobody", "*")]
    findings = [Finding(f"F{n}", "unplated_building", "building") for n in range(len(everybody))]
    fill(manned, findings)
    manned.decide_many([Decision(f.finding_id, "plate_ordered", 0, f.evidence_hash, "civil") for f in findings])
    wrong = []
    for finding, (user, village) in zip(findings, everybody, strict=True):
        expected = user.startswith("civil_affairs") and village in {V1, "*"}
        if kept(manned, Decision(finding.finding_id, "undo", 1, finding.evidence_hash, user)) is not expected:
            wrong.append(user)
    assert wrong == []


def test_what_concerns_no_case_is_for_its_offices_too(manned: Casebook) -> None:
    for user, _ in users():
        role = user.rsplit("_", 1)[0]
        for verb, (_, _, offices) in OFFICE_VERBS.items():
            assert manned.may(user, verb, V1) is (role in offices), (user, verb)
        try:
            manned.log_export(by=user, kind="list", scope="*", rows_n=1, suppressed_n=0, sha256="0" * 64)
            may_export = True
        except NotAllowed:
            may_export = False
        assert may_export is (role != "admin"), user


def kept(book: Casebook, decision: Decision) -> bool:
    try:
        book.decide(decision)
    except NotAllowed:
        return False
    except CasebookError as error:
        raise AssertionError(f"{decision.by} {decision.verb}: {error}") from error
    return True
