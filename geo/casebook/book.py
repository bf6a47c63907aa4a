"""The casebook as others use it: one object, every verb of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import pandas as pd

from geo.casebook import accounts, cases, guard, proposals
from geo.casebook.accounts import EVERYWHERE
from geo.casebook.cases import Case
from geo.casebook.decide import Decision, Offer, Receipt, decide_many, offers
from geo.casebook.guard import Guard
from geo.casebook.log import Head, read_head
from geo.casebook.proposals import SignedList
from geo.casebook.store import Store


def open_casebook(where: Path | str, clock: Callable[[], datetime] | None = None, *, read_only: bool = False) -> Casebook:
    """Open a casebook; made and migrated where it is not there or older.

    Parameters
    ----------
    where
        A file (Path, or a text that is no URL), or the URL of a PostgreSQL database.
    clock
        Answers an aware time; null is the machine's. A casebook made with the machine's clock also holds the age of counts against the database's own.
    read_only
        Look only: nothing is made, migrated or written.

    Raises
    ------
    CasebookError
        The place is refused (a GeoPackage, a network file system), or made by a newer program.
    CasebookDamaged, CasebookReadOnly, CasebookBusy
        The file cannot be used.
    """
    is_url = isinstance(where, str) and "://" in where
    return Casebook(Store(str(where) if is_url else Path(where), clock=clock, read_only=read_only))


class Casebook:
    """People's decisions, for ever. Safe to share between threads; each method is one transaction.

    store
        For the steps of the casebook that stand beside this object (publishing, keeping): transactions and the clock.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or database."""
        self.store.close()

    def found(self, user_id: str, display: str) -> None:
        """See `geo.casebook.accounts.found`."""
        accounts.found(self.store, user_id, display)

    def add_account(self, user_id: str, display: str, office: str, *, by: str) -> None:
        """See `geo.casebook.accounts.add_account`."""
        accounts.add_account(self.store, user_id, display, office, by=by)

    def close_account(self, user_id: str, *, by: str) -> None:
        """See `geo.casebook.accounts.close_account`."""
        accounts.close_account(self.store, user_id, by=by)

    def accounts(self) -> pd.DataFrame:
        """See `geo.casebook.accounts.accounts`."""
        return accounts.accounts(self.store)

    def grant(self, user_id: str, role: str, village: str = EVERYWHERE, *, by: str) -> int:
        """See `geo.casebook.accounts.grant`."""
        return accounts.grant(self.store, user_id, role, village, by=by)

    def revoke(self, grant_id: int, *, by: str) -> None:
        """See `geo.casebook.accounts.revoke`."""
        accounts.revoke(self.store, grant_id, by=by)

    def grants(self, user_id: str | None = None) -> pd.DataFrame:
        """See `geo.casebook.accounts.grants`."""
        return accounts.grants(self.store, user_id)

    def may(self, user_id: str, verb: str, village_code: str) -> bool:
        """See `geo.casebook.accounts.may`."""
        return accounts.may(self.store, user_id, verb, village_code)

    def cases(
        self,
        villages: Collection[str] | None = None,
        codes: Collection[str] | None = None,
        statuses: Collection[str] | None = None,
        offices: Collection[str] | None = None,
        ids: Collection[str] | None = None,
        present: bool | None = True,
    ) -> pd.DataFrame:
        """See `geo.casebook.cases.cases`."""
        return cases.cases(self.store, villages=villages, codes=codes, statuses=statuses, offices=offices, ids=ids, present=present)

    def case(self, finding_id: str) -> Case:
        """See `geo.casebook.cases.case`."""
        return cases.case(self.store, finding_id)

    def touched(self, after: Head) -> tuple[str, ...] | None:
        """See `geo.casebook.cases.touched`."""
        return cases.touched(self.store, after=after)

    def history(self, finding_id: str) -> pd.DataFrame:
        """See `geo.casebook.cases.history`."""
        return cases.history(self.store, finding_id)

    def offers(self, user_id: str, finding_id: str) -> list[Offer]:
        """See `geo.casebook.decide.offers`."""
        return offers(self.store, user_id, finding_id)

    def guard(self, finding_id: str) -> Guard:
        """See `geo.casebook.guard.look`."""
        with self.store.reading() as connection:
            return guard.look(connection, finding_id, today=self.store.today())

    def waiting(self, office: str | None = None, village: str | None = None) -> pd.DataFrame:
        """See `geo.casebook.cases.waiting`."""
        return cases.waiting(self.store, office=office, village=village)

    def runs(self) -> pd.DataFrame:
        """See `geo.casebook.cases.runs`."""
        return cases.runs(self.store)

    def changes(self, run_id: int) -> pd.DataFrame:
        """See `geo.casebook.cases.changes`."""
        return cases.changes(self.store, run_id)

    def deadlines(self) -> pd.DataFrame:
        """See `geo.casebook.cases.deadlines`."""
        return cases.deadlines(self.store)

    def set_deadline(self, village_code: str, day: date | None, *, by: str, reason: str = "") -> None:
        """See `geo.casebook.cases.set_deadline`."""
        cases.set_deadline(self.store, village_code, day, by=by, reason=reason)

    def head(self) -> Head:
        """The end of the chain now."""
        with self.store.reading() as connection:
            return read_head(connection)

    def decide(self, decision: Decision) -> Receipt:
        """One decision; see `geo.casebook.decide.decide_many`."""
        return decide_many(self.store, [decision])[0]

    def decide_many(self, decisions: Sequence[Decision]) -> list[Receipt]:
        """See `geo.casebook.decide.decide_many`."""
        return decide_many(self.store, decisions)

    def undo(
        self, finding_id: str, *, version: int, evidence_hash: str, by: str, reason: str = "", decision_id: str | None = None, seq: int | None = None
    ) -> Receipt:
        """Take back the newest row of a case (an undo too: that is a redo), or row `seq` once everything after it was taken back."""
        payload: Mapping[str, Any] = {} if seq is None else {"seq": seq}
        undo = Decision(finding_id, "undo", version, evidence_hash, by, reason, payload, decision_id=decision_id or uuid4().hex)
        return decide_many(self.store, [undo])[0]

    def proposals(self) -> pd.DataFrame:
        """See `geo.casebook.proposals.proposals`."""
        return proposals.proposals(self.store)

    def sign_proposals(self, *, by: str, key: bytes | None = None) -> SignedList:
        """See `geo.casebook.proposals.sign_proposals`."""
        return proposals.sign_proposals(self.store, by=by, key=key)

    def log_export(self, *, by: str, kind: str, scope: str, rows_n: int, suppressed_n: int, sha256: str) -> Head:
        """See `geo.casebook.proposals.log_export`."""
        return proposals.log_export(self.store, by=by, kind=kind, scope=scope, rows_n=rows_n, suppressed_n=suppressed_n, sha256=sha256)

    def exports(self) -> pd.DataFrame:
        """See `geo.casebook.proposals.exports`."""
        return proposals.exports(self.store)
