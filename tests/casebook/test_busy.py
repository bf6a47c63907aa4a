"""Several at once: writers wait for one another and say so when they waited too long; readers never wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from geo.casebook import Casebook, Decision, open_casebook, store
from geo.casebook.chain import first_break
from geo.errors import CasebookBusy
from tests.casebook.filling import Clock, Finding, fill
from tests.casebook.test_guard import log_rows


def test_who_waits_too_long_is_told_and_nothing_was_written(book: Casebook, book_at: Path | str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(book, [Finding("F1")])
    case = book.case("F1")
    monkeypatch.setattr(store, "BUSY_TIMEOUT_S", 0.3)
    with open_casebook(book_at, clock) as other:
        with book.store.writing():
            with pytest.raises(CasebookBusy):
                other.decide(Decision("F1", "note", 0, case.evidence_hash, "civil", "x"))
            assert other.case("F1") == case
        other.decide(Decision("F1", "note", 0, case.evidence_hash, "civil", "x"))
    assert book.case("F1").version == 1


def test_who_waits_too_long_in_the_same_process_is_told_too(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(book, [Finding("F1")])
    case = book.case("F1")
    monkeypatch.setattr(store, "BUSY_TIMEOUT_S", 0.2)
    with ThreadPoolExecutor(1) as pool, book.store.writing():
        with pytest.raises(CasebookBusy):
            pool.submit(book.decide, Decision("F1", "note", 0, case.evidence_hash, "civil", "x")).result()
        assert book.case("F1") == case


def test_many_threads_leave_one_unbroken_chain(book: Casebook) -> None:
    findings = [Finding(f"F{n}") for n in range(40)]
    fill(book, findings)
    first = book.head().seq
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda f: book.decide(Decision(f.finding_id, "note", 0, f.evidence_hash, "civil", "x")), findings))
    assert sorted(r.seq for r in receipts) == list(range(first + 1, first + 41))
    rows = log_rows(book)
    assert first_break(rows, rows[0]["prev_hash"]) is None


def test_an_error_inside_a_transaction_leaves_nothing_of_it(book: Casebook) -> None:
    before = book.head()
    with pytest.raises(ZeroDivisionError), book.store.writing() as connection:
        fill_inside(connection, book)
    assert book.head() == before
    book.add_account("after", "其后", "data", by="admin")


def fill_inside(connection: object, book: Casebook) -> None:
    from geo.casebook.log import append

    append(connection, [{"verb": "export", "by": "civil", "office": "civil_affairs"}], now=book.store.now())  # type: ignore[arg-type]
    raise ZeroDivisionError


@pytest.mark.parametrize("what", ["seq", "hash", "reason", "prev_hash", "payload"])
def test_a_row_that_was_changed_behind_the_guards_breaks_the_chain(book: Casebook, what: str) -> None:
    rows = log_rows(book)
    genesis = rows[0]["prev_hash"]
    assert first_break(rows, genesis) is None
    rows[5] = {**rows[5], what: 99 if what == "seq" else "f" * 64}
    broken = first_break(rows, genesis)
    assert broken is not None
    assert broken[0] == 6
    del rows[5]
    assert first_break(rows, genesis) == (6, "gap")
