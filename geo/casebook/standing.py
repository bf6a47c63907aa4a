"""Where cases stand now: the newest published observation, the newest decision, and whether the two still fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, text

from geo.casebook.fold import State
from geo.casebook.words import STATUSES

_CHUNK = 500

_QUERY = text(
    "SELECT n.finding_id, f.code, f.subject, n.village_code, n.office, n.change, n.run_id, n.evidence_hash,"
    " c.version, c.status, c.state, c.seen_hash, c.seen_run"
    " FROM newest n JOIN finding f ON f.finding_id = n.finding_id LEFT JOIN casefile c ON c.finding_id = n.finding_id"
    " WHERE n.finding_id IN :ids"
).bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class Standing:
    """What decides whether something can be said of a case.

    present
        The newest run that looked there still finds it.
    run_id, evidence_hash
        Newest published run that said something new of it, and what it said.
    needs_recheck
        It was decided on other evidence, came back, or its `until` has passed.
    """

    finding_id: str
    code: str
    subject: str
    village_code: str
    office: str
    present: bool
    run_id: int
    evidence_hash: str
    version: int
    state: State
    needs_recheck: bool

    @property
    def shown(self) -> str:
        """Status as it is shown: `fixed` where the finding is gone, whatever was decided."""
        return self.state.status if self.present else "fixed"

    def after(self, state: State, version: int) -> Standing:
        """The same case after a decision."""
        return replace(self, state=state, version=version, needs_recheck=state.seen_hash not in (None, self.evidence_hash))


def read_standing(connection: Connection, ids: Iterable[str], *, today: str) -> dict[str, Standing]:
    """Where cases stand, by id; those no published run ever spoke of are absent."""
    wanted = sorted(set(ids))
    out = {}
    for start in range(0, len(wanted), _CHUNK):
        for row in connection.execute(_QUERY, {"ids": wanted[start : start + _CHUNK]}).mappings():
            state = State.read(dict(row))
            again = needs_recheck(state, evidence_hash=row["evidence_hash"], change=row["change"], run_id=row["run_id"], today=today)
            known = {k: row[k] for k in ("finding_id", "code", "subject", "village_code", "office", "run_id", "evidence_hash")}
            out[row["finding_id"]] = Standing(**known, present=row["change"] != "fixed", version=row["version"] or 0, state=state, needs_recheck=again)
    return out


def needs_recheck(state: State, *, evidence_hash: str, change: str, run_id: int, today: str) -> bool:
    """Whether a decided case must be looked at again.

    It must where the evidence is not what it was decided on, where it came back after the decision (a false alarm that
    comes back with the same evidence stays silent), and where the day it was to be silent until has passed.
    """
    if state.seen_hash is None:
        return False
    returned = change == "returned" and state.seen_run is not None and run_id > state.seen_run and not STATUSES[state.status].silent
    expired = state.until is not None and state.until < today
    return state.seen_hash != evidence_hash or returned or expired
