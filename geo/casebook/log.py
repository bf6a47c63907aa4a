"""The log itself: rows are added at its end in one transaction, each chained to the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from geo.casebook.chain import canonical, link
from geo.casebook.schema import decision, meta


@dataclass(frozen=True)
class Head:
    """The end of the log: number and hash of its newest row, and when it was written; seq 0 and the genesis where it is empty."""

    seq: int
    hash: str
    at: str


_CASE_COLUMNS = ("finding_id", "version", "was", "status", "state", "seen_hash", "seen_run", "evidence_hash", "undoes")


def read_head(connection: Connection) -> Head:
    """The end of the log as this transaction sees it."""
    row = connection.execute(select(decision.c.seq, decision.c.hash, decision.c.at).order_by(decision.c.seq.desc()).limit(1)).first()
    if row is not None:
        return Head(*row)
    return Head(0, str(connection.execute(select(meta.c.v).where(meta.c.k == "genesis")).scalar()), "")


def append(connection: Connection, drafts: Sequence[Mapping[str, Any]], *, now: str) -> list[dict[str, Any]]:
    """Write rows at the end of the log and answer them as written.

    Parameters
    ----------
    connection
        A writing transaction of the store.
    drafts
        verb, by, office; reason, document, payload (a mapping), decision_id where given; and for a case the columns of the log about it.
    now
        Time of the rows; a clock that was set back never goes before the row before.
    """
    head = read_head(connection)
    at = max(now, head.at)
    rows = []
    for draft in drafts:
        row: dict[str, Any] = {name: draft.get(name) for name in _CASE_COLUMNS}
        row |= {"seq": head.seq + 1, "decision_id": draft.get("decision_id") or uuid4().hex, "at": at, "prev_hash": head.hash}
        row |= {name: draft.get(name, "") for name in ("verb", "by", "office", "reason", "document")}
        row["payload"] = canonical(draft.get("payload", {}))
        row["hash"] = link(row)
        head = Head(row["seq"], row["hash"], at)
        rows.append(row)
    if rows:
        connection.execute(insert(decision), rows)
    return rows
