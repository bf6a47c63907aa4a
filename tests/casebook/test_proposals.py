"""What leaves the casebook: proposals that hold today, signed with the head of the chain, and noted in the log."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from sqlalchemy import text

from geo.casebook import Casebook, Decision
from geo.casebook.proposals import digest_list
from geo.errors import NotAllowed
from tests.casebook.filling import V1, V2, Count, Finding, Name, fill


@pytest.fixture
def approved(book: Casebook) -> Casebook:
    findings = [Finding(f"F{n}", subject_id=f"A{n}", village_code=V1 if n < 2 else V2) for n in range(4)]
    fill(book, findings, counts=[Count(f.subject_id) for f in findings], names=[Name(f.subject_id, f.subject_id, village_code=f.village_code) for f in findings])
    for f in findings[:3]:
        book.decide(Decision(f.finding_id, "request_cancellation", 0, f.evidence_hash, "police_a", document=f"拆字{f.subject_id}"))
        book.decide(Decision(f.finding_id, "approve_cancellation", 1, f.evidence_hash, "police_b"))
    return book


def project_of(book: Casebook) -> str:
    with book.store.reading() as connection:
        return str(connection.execute(text("SELECT v FROM meta WHERE k = 'project_id'")).scalar())


def test_the_list_holds_what_was_approved_with_who_asked_who_agreed_and_on_what(approved: Casebook) -> None:
    table = approved.proposals()
    assert table["subject_id"].tolist() == ["A0", "A1", "A2"]
    assert set(table["requested_by"]) == {"police_a"}
    assert set(table["approved_by"]) == {"police_b"}
    assert table["document"].tolist() == ["拆字A0", "拆字A1", "拆字A2"]
    assert table["may"].all()


def test_whoever_has_the_casebook_can_prove_the_list_and_any_change_of_it_shows(approved: Casebook) -> None:
    signed = approved.sign_proposals(by="police_a")
    assert signed.digest == digest_list(signed.table, signed.head, project_of(approved))
    logged = approved.exports().iloc[-1]
    assert (logged["sha256"], logged["head_hash"], logged["rows_n"]) == (signed.digest, signed.head.hash, 3)
    for column in ("subject_id", "document", "approved_by"):
        changed = signed.table.copy()
        changed.loc[0, column] = "X"
        assert digest_list(changed, signed.head, project_of(approved)) != signed.digest
    assert digest_list(signed.table.iloc[:2], signed.head, project_of(approved)) != signed.digest
    assert signed.digest in signed.text
    assert signed.head.hash in signed.text
    assert signed.seal == ""


def test_with_a_shared_key_the_list_carries_a_seal(approved: Casebook) -> None:
    signed = approved.sign_proposals(by="police_a", key=b"shared")
    assert hmac.compare_digest(signed.seal, hmac.new(b"shared", signed.digest.encode(), hashlib.sha256).hexdigest())
    assert signed.seal in signed.text


def test_an_address_that_filled_again_is_left_out_with_the_reason(approved: Casebook) -> None:
    names = [Name(f"A{n}", f"A{n}", village_code=V1) for n in range(2)]
    fill(approved, [], counts=[Count("A0", (1, 1, 0, 0, 0)), Count("A1")], names=names, scope=[(V1, "virtual_address")])
    table = approved.proposals().set_index("subject_id")
    assert not table.loc["A0", "may"]
    assert table.loc["A0", "why_zh"]
    assert approved.sign_proposals(by="police_b").table["subject_id"].tolist() == ["A1", "A2"]


def test_a_list_of_nothing_is_a_list(book: Casebook) -> None:
    signed = book.sign_proposals(by="leader")
    assert signed.table.empty
    assert book.exports()["rows_n"].tolist() == [0]


def test_an_admin_takes_no_list_away(book: Casebook) -> None:
    with pytest.raises(NotAllowed):
        book.sign_proposals(by="admin")


def test_every_list_that_leaves_is_noted_with_the_head_of_the_chain(book: Casebook) -> None:
    before = book.head()
    head = book.log_export(by="civil", kind="village_sheet", scope=V1, rows_n=12, suppressed_n=2, sha256="a" * 64)
    assert head == before
    assert book.head().seq == before.seq + 1
    assert book.exports()[["kind", "scope", "rows_n", "suppressed_n", "head_seq"]].to_numpy().tolist() == [["village_sheet", V1, 12, 2, before.seq]]
