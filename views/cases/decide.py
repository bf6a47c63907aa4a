"""The only place where pages write: every action builds a decision on what the person saw, and keeps what came of it for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geo.casebook import VERBS, Casebook, Decision, SignedList
from geo.errors import CasebookError, DoorplateError
from views import casebook
from views.cases import told
from views.cases.session import Work, work_of
from views.sign_in import Refusal, User, signed_in

Seen = tuple[str, int, str]
"""A case as the page showed it: finding id, version, evidence hash."""


def seen(case: pd.Series) -> Seen:
    """What is remembered of a case when its buttons are drawn."""
    return str(case["finding_id"]), int(case["version"]), str(case["evidence_hash"])


def decide(
    page: str, folder: Path, cases: Sequence[Seen], verb: str, *, onward: str | None = None, called: tuple[str, str] | None = None,
    free_at: int | None = None, **given: Any,
) -> None:  # fmt: skip
    """Say one thing of one or many cases, all or none; what came of it is kept in the session's work.

    Parameters
    ----------
    page, folder
        The page's session and the result whose casebook is meant.
    cases
        As they were shown.
    onward
        Case to go to afterwards, where the person works that way.
    called
        What the verb is called here, Chinese and English, where the page calls it otherwise than the casebook.
    free_at
        Newest row of the log when the number given was found to be free; null where none is given.
    given
        reason, document, and the rest as payload.
    """
    work = work_of(page)

    def say_it(book: Casebook, user: User) -> None:
        payload = {k: v for k, v in given.items() if k not in ("reason", "document") and v not in (None, "")}
        words = {"reason": str(given.get("reason") or "").strip(), "document": str(given.get("document") or "").strip()}
        decisions = [Decision(i, verb, version, evidence, user.user_id, payload=payload, free_at=free_at, **words) for i, version, evidence in cases]
        receipts = book.decide_many(decisions) if len(decisions) > 1 else [book.decide(decisions[0])]
        ids = tuple(i for i, _, _ in cases)
        if onward is not None and work.onward:
            work.choose(onward, fly=True)
        work.form, work.pin, work.many = None, None, ()
        work.remember(verb, ids)
        work.said = told.done(verb, receipts[-1].seq, n=len(ids), called=called)

    _act(work, folder, say_it)


def undo(page: str, folder: Path) -> None:
    """Take back what this session decided last on this page; the case is shown again."""
    work = work_of(page)
    if not work.undo:
        return
    verb, ids = work.undo[-1]

    def take_back(book: Casebook, user: User) -> None:
        now = [book.case(one) for one in ids]
        receipts = book.decide_many([Decision(c.finding_id, "undo", c.version, c.evidence_hash, user.user_id) for c in now])
        seq = receipts[-1].seq
        if len(ids) == 1:
            work.choose(ids[0], fly=work.chosen != ids[0])
        work.undo = work.undo[:-1]
        words = VERBS[verb]
        work.said = ("done", {"zh": f"已撤销：{words.zh}，案卷第 {seq} 号", "en": f"Undone: {words.en}, entry {seq}"})

    _act(work, folder, take_back)


def sign(page: str, folder: Path, *, keep: Callable[[SignedList], None]) -> None:
    """Sign the list of approved cancellations out of the casebook; `keep` gets the signed list."""

    def sign_it(book: Casebook, user: User) -> None:
        keep(book.sign_proposals(by=user.user_id))

    _act(work_of(page), folder, sign_it)


def _act(work: Work, folder: Path, action: Callable[[Casebook, User], None]) -> None:
    user = signed_in()
    if isinstance(user, Refusal):
        work.said = told.refused(CasebookError(user.zh, user.en))
        return
    book = casebook.book(folder)
    if book is None:
        work.said = told.refused(casebook.fault(folder) or CasebookError("没有案卷库。", "There is no casebook."))
        return
    try:
        action(book, user)
    except DoorplateError as error:
        work.said = told.refused(error)
