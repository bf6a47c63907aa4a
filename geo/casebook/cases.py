"""What pages read: cases, their history, what waits for whom, runs and deadlines. Each answer is of one moment."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Text, bindparam, insert, select, text
from sqlalchemy.orm import aliased

from geo.casebook.accounts import require_office
from geo.casebook.decide import check_day
from geo.casebook.fold import State
from geo.casebook.log import Head, append
from geo.casebook.schema import account, decision, village_deadline
from geo.casebook.standing import needs_recheck
from geo.casebook.store import Store
from geo.casebook.words import STATUSES
from geo.errors import UnknownCase

COLUMNS = (
    "finding_id", "code", "subject", "subject_id", "related", "village_code", "severity", "certainty", "detail_zh", "detail_en", "proposal", "value",
    "unit", "lon", "lat", "status", "needs_recheck", "version", "evidence_hash", "turn", "assigned_to", "deadline", "people_n", "people_rank", "number",
    "photo", "until", "opened_run", "last_run", "present", "last_seq", "last_by", "last_at", "office", "since", "building_id", "plate_id", "address_id",
    "placed_lon", "placed_lat",
)  # fmt: skip
"""Columns of `cases`, in order; the last eight are beside the binding interface: office on the card, time since when it is
somebody's turn, the confirmed or rejected link, and where a person placed the plate or number."""

_TEXT = (
    "finding_id", "code", "subject", "subject_id", "village_code", "severity", "certainty", "detail_zh", "detail_en", "proposal", "unit", "status",
    "evidence_hash", "turn", "assigned_to", "number", "photo", "last_by", "last_at", "office", "since", "building_id", "plate_id", "address_id",
)  # fmt: skip
_FLOAT = ("value", "lon", "lat", "people_n", "people_rank", "placed_lon", "placed_lat")
_WHOLE = ("version", "opened_run", "last_run")

_SELECT = (
    "SELECT n.finding_id, f.code, f.subject, n.subject_id, n.related, n.village_code, n.severity, n.certainty, n.detail_zh, n.detail_en, n.proposal,"
    " n.value, n.unit, n.lon, n.lat, n.evidence_hash, n.people_n, n.people_rank, n.office, n.change, n.run_id, r.published_at,"
    " c.version, c.last_seq, c.status, c.state, c.seen_hash, c.seen_run, d.by AS last_by, d.at AS last_at,"
    " (SELECT min(o.run_id) FROM observation o JOIN run p ON p.run_id = o.run_id AND p.status = 'published' WHERE o.finding_id = n.finding_id) AS opened_run"
    " FROM newest n JOIN finding f ON f.finding_id = n.finding_id JOIN run r ON r.run_id = n.run_id"
    " LEFT JOIN casefile c ON c.finding_id = n.finding_id LEFT JOIN decision d ON d.seq = c.last_seq"
)


@dataclass(frozen=True)
class Case:
    """One case as `cases` tells it, null as None; see there."""

    finding_id: str
    code: str
    subject: str
    subject_id: str
    related: list[str]
    village_code: str | None
    severity: str
    certainty: str
    detail_zh: str
    detail_en: str
    proposal: str | None
    value: float | None
    unit: str
    lon: float | None
    lat: float | None
    status: str
    needs_recheck: bool
    version: int
    evidence_hash: str
    turn: str | None
    assigned_to: str | None
    deadline: date | None
    people_n: float | None
    people_rank: float | None
    number: str | None
    photo: str | None
    until: date | None
    opened_run: int
    last_run: int
    present: bool
    last_seq: int | None
    last_by: str | None
    last_at: str | None
    office: str
    since: str
    building_id: str | None
    plate_id: str | None
    address_id: str | None
    placed_lon: float | None
    placed_lat: float | None


def cases(
    store: Store,
    *,
    villages: Collection[str] | None = None,
    codes: Collection[str] | None = None,
    statuses: Collection[str] | None = None,
    offices: Collection[str] | None = None,
    ids: Collection[str] | None = None,
    present: bool | None = True,
) -> pd.DataFrame:
    """Cases with everything pages show of them, most people first, then the earliest deadline, then id.

    Parameters
    ----------
    villages
        Village codes; '' is what lies in none.
    statuses, offices
        Statuses as shown; offices whose turn it is. Null is all of them.
    present
        True: found by the newest run that looked there; False: fixed; null: both.

    Returns
    -------
    DataFrame with the columns COLUMNS; village_code, turn, assigned_to, people_n ... null as in the interface: no village,
    nobody's turn, unknown. deadline and until are days (datetime64), of the case itself or else of its village.
    """
    with store.reading() as connection:
        # only decided cases have a row of their own to ask by; open and fixed follow from more than one table
        decided = statuses if statuses is not None and not {"open", "fixed"} & set(statuses) else None
        rows = _rows(connection, {"village_code": villages, "code": codes, "finding_id": ids, "status": decided}, present=present)
        out = _frame(connection, rows, today=store.today())
    if statuses is not None:
        out = out[out["status"].isin(list(statuses))]
    if offices is not None:
        out = out[out["turn"].isin(list(offices))]
    order = ["people_n", "deadline", "finding_id"]
    return out.sort_values(order, ascending=[False, True, True], na_position="last", kind="stable", ignore_index=True)


def case(store: Store, finding_id: str) -> Case:
    """One case, present or fixed.

    Raises
    ------
    UnknownCase
        No published run ever spoke of it.
    """
    found = cases(store, ids=[finding_id], present=None)
    if found.empty:
        raise UnknownCase(f"没有案件 {finding_id}。", f"There is no case {finding_id}.")
    row: dict[str, Any] = {str(k): None if not isinstance(v, list) and pd.isna(v) else v for k, v in found.iloc[0].items()}
    for name in ("deadline", "until"):
        row[name] = row[name].date() if row[name] is not None else None
    for name in (*_WHOLE, "last_seq"):
        row[name] = int(row[name]) if row[name] is not None else None
    row["needs_recheck"], row["present"] = bool(row["needs_recheck"]), bool(row["present"])
    return Case(**row)


def touched(store: Store, *, after: Head) -> tuple[str, ...] | None:
    """Cases that were spoken of since an entry of the log; null where every answer may be another.

    That is where more than cases changed (accounts, deadlines, runs), and where the log does not hold that entry: it is another log.

    Parameters
    ----------
    after
        The end of the log when it was last looked at.
    """
    query = select(decision.c.seq, decision.c.hash, decision.c.finding_id).where(decision.c.seq >= after.seq)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    if not any(row.seq == after.seq and row.hash == after.hash for row in rows):
        return None
    ids = {row.finding_id for row in rows if row.seq > after.seq}
    return None if None in ids else tuple(sorted(ids))


def history(store: Store, finding_id: str) -> pd.DataFrame:
    """Everything ever said of a case, oldest first: seq, at, by, display, office, verb, status (after it), reason, document, payload (dict), undoes, undone."""
    later = aliased(decision)
    query = (
        select(
            decision.c.seq, decision.c.at, decision.c.by, account.c.display, decision.c.office, decision.c.verb, decision.c.status, decision.c.reason,
            decision.c.document, decision.c.payload, decision.c.undoes, later.c.seq.label("undone_by"),
        )
        .join(account, account.c.user_id == decision.c.by)
        .join(later, later.c.undoes == decision.c.seq, isouter=True)
        .where(decision.c.finding_id == finding_id)
        .order_by(decision.c.version)
    )  # fmt: skip
    with store.reading() as connection:
        result = connection.execute(query)
        out = pd.DataFrame(result.all(), columns=list(result.keys()))
    out["payload"] = pd.Series([json.loads(p) for p in out["payload"]], index=out.index, dtype=object)
    out["undone"] = out.pop("undone_by").notna()
    return out.astype({"undoes": "Int64"})


def waiting(store: Store, *, office: str | None = None, village: str | None = None) -> pd.DataFrame:
    """What waits for whom: office, village_code, cases_n, open_n, overdue_n, oldest (time since when the longest waiting one waits).

    cases_n are those whose turn is the office; of them open_n are still to be looked at (nobody has decided, or the evidence
    changed since), and the others are decided and under way.
    """
    open_ = cases(store, villages=None if village is None else [village], offices=None if office is None else [office])
    open_ = open_[open_["turn"].notna()]
    rows = pd.DataFrame(
        {
            "office": open_["turn"],
            "village_code": open_["village_code"].fillna(""),
            "open": (open_["status"] == "open") | open_["needs_recheck"],
            "overdue": open_["deadline"] < pd.Timestamp(store.today()),
            "since": open_["since"],
        }
    )
    groups = rows.groupby(["office", "village_code"], sort=True)
    out = groups.agg(cases_n=("since", "size"), open_n=("open", "sum"), overdue_n=("overdue", "sum"), oldest=("since", "min")).reset_index()
    return out.astype({"cases_n": "int64", "open_n": "int64", "overdue_n": "int64"})


def runs(store: Store) -> pd.DataFrame:
    """Runs, oldest first: run_id, status, published_at, as_of, tool_version, result_hash, and what each changed (null: not published)."""
    numbers = ("opened_n", "still_n", "fixed_n", "returned_n", "recheck_n")
    columns = ("run_id", "status", "published_at", "as_of", "tool_version", "result_hash", "facts")
    with store.reading() as connection:
        rows = connection.execute(text("SELECT run_id, status, published_at, as_of, tool_version, result_hash, facts FROM run ORDER BY run_id")).all()
    out = pd.DataFrame(rows, columns=columns)
    facts = [json.loads(f) for f in out.pop("facts")]
    for name in numbers:
        out[name] = pd.Series([f.get(name) for f in facts], index=out.index, dtype="Int64")
    return out


def changes(store: Store, run_id: int) -> pd.DataFrame:
    """What a published run changed where it looked: finding_id, code, village_code, change (new, still, fixed, returned)."""
    query = text(
        "SELECT f.finding_id, f.code, o.village_code, CASE WHEN o.run_id < :r OR o.change = 'changed' THEN 'still' ELSE o.change END AS change"
        " FROM observation o JOIN run p ON p.run_id = o.run_id AND p.status = 'published' JOIN finding f ON f.finding_id = o.finding_id"
        " WHERE o.run_id <= :r AND (o.run_id = :r OR o.change <> 'fixed')"
        " AND NOT EXISTS (SELECT 1 FROM observation n JOIN run q ON q.run_id = n.run_id AND q.status = 'published'"
        "   WHERE n.finding_id = o.finding_id AND n.run_id > o.run_id AND n.run_id <= :r)"
        " AND EXISTS (SELECT 1 FROM run_scope s WHERE s.run_id = :r AND s.village_code = o.village_code AND s.code = f.code)"
    )
    with store.reading() as connection:
        out = pd.DataFrame(connection.execute(query, {"r": run_id}).all(), columns=["finding_id", "code", "village_code", "change"])
    # sorted here, not in SQL: the order of texts is the locale's there
    return out.sort_values("finding_id", ignore_index=True)


def deadlines(store: Store) -> pd.DataFrame:
    """The deadline in force of each village that has one: village_code, deadline (day), set_by."""
    with store.reading() as connection:
        rows = [(village, day, by) for village, (day, by) in sorted(_deadlines(connection).items())]
    out = pd.DataFrame(rows, columns=["village_code", "deadline", "set_by"])
    return out.assign(deadline=pd.to_datetime(out["deadline"]))


def set_deadline(store: Store, village_code: str, day: date | None, *, by: str, reason: str) -> None:
    """Set the day by which the cases of a village are to be done; null takes it away.

    Raises
    ------
    NotAllowed
        Not an account of civil affairs or police with a grant in this village.
    """
    text_day = day.isoformat() if day is not None else None
    if text_day is not None:
        check_day("deadline", text_day)
    with store.writing() as connection:
        role = require_office(connection, by, "set_deadline", village_code)
        said = {"village_code": village_code, "deadline": text_day}
        draft = {"verb": "set_deadline", "by": by, "office": role, "reason": reason.strip(), "payload": said}
        (row,) = append(connection, [draft], now=store.now())
        connection.execute(insert(village_deadline), {"seq": row["seq"], **said})


def _rows(connection: Connection, wanted: dict[str, Collection[str] | None], *, present: bool | None) -> list[dict[str, Any]]:
    """Raw rows of the cases wanted; long lists are asked in pieces."""
    where = {True: ["n.change <> 'fixed'"], False: ["n.change = 'fixed'"], None: []}[present]
    given = {k: sorted({"" if v is None else v for v in values}) for k, values in wanted.items() if values is not None}
    columns = {"village_code": "n.village_code IN :village_code", "code": "f.code IN :code", "finding_id": "n.finding_id IN :finding_id"}
    columns["status"] = "c.status IN :status"
    where = [*where, *(columns[k] for k in given)]
    query = text(_SELECT + (" WHERE " + " AND ".join(where) if where else ""))
    if given:
        query = query.bindparams(*(bindparam(k, expanding=True, type_=Text()) for k in given))
    ids = given.pop("finding_id", None)
    parts: list[dict[str, Any]] = [given] if ids is None else [{**given, "finding_id": ids[i : i + 500]} for i in range(0, len(ids), 500)]
    return [dict(row) for part in parts for row in connection.execute(query, part).mappings()]


def _frame(connection: Connection, rows: list[dict[str, Any]], *, today: str) -> pd.DataFrame:
    days = _deadlines(connection)
    offices = {row.user_id: row.office for row in connection.execute(select(account.c.user_id, account.c.office))}
    newest = _newest_scope(connection)
    for row in rows:  # one pass in Python: the state of a case is JSON, and what follows from it is decided in one place for all pages
        _complete(row, days, offices, newest, today=today)
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    out = out.astype({**dict.fromkeys(_TEXT, "str"), **dict.fromkeys(_FLOAT, "float64"), **dict.fromkeys(_WHOLE, "int64"), "last_seq": "Int64"})
    return out.assign(
        needs_recheck=out["needs_recheck"].astype(bool),
        present=out["present"].astype(bool),
        related=out["related"].astype(object),
        village_code=out["village_code"].replace("", None).astype("str"),
        deadline=pd.to_datetime(out["deadline"]),
        until=pd.to_datetime(out["until"]),
    )


def _complete(
    row: dict[str, Any], days: dict[str, tuple[str, str]], offices: dict[str, str], newest: dict[tuple[str, str], int], *, today: str
) -> None:
    state = State.read(row)
    present = row["change"] != "fixed"
    again = needs_recheck(state, evidence_hash=row["evidence_hash"], change=row["change"], run_id=row["run_id"], today=today) and present
    own = state.assigned_to if state.assigned_to is not None else state.assigned_village
    row |= {
        "related": json.loads(row["related"]), "status": state.status if present else "fixed", "needs_recheck": again, "present": present,
        "version": row["version"] or 0, "assigned_to": own, "number": state.number, "photo": state.photo, "until": state.until,
        "turn": _turn(state, row["subject"], row["office"], offices, again=again) if present else None,
        "deadline": state.deadline or days.get(row["village_code"], (None, ""))[0],
        "last_run": newest.get((row["village_code"], row["code"]), row["run_id"]) if present else row["run_id"],
        "since": max(row["published_at"], row["last_at"] or ""), "building_id": state.building_id, "plate_id": state.plate_id,
        "address_id": state.address_id, "placed_lon": state.lon, "placed_lat": state.lat,
    }  # fmt: skip


def _turn(state: State, subject: str, office: str, offices: dict[str, str], *, again: bool) -> str | None:
    """Whose turn it is: of whom the case was given to, else of the office on the card where it is to be looked at (again), else by its status."""
    if state.assigned_to is not None:
        return offices.get(state.assigned_to, office)
    if state.assigned_village is not None:
        return "village"
    return office if again else STATUSES[state.status].turn_of(subject, office)


def _deadlines(connection: Connection) -> dict[str, tuple[str, str]]:
    query = (
        select(village_deadline.c.village_code, village_deadline.c.deadline, decision.c.by)
        .join(decision, decision.c.seq == village_deadline.c.seq)
        .order_by(village_deadline.c.seq)
    )
    newest = {row.village_code: (row.deadline, row.by) for row in connection.execute(query)}
    return {village: (day, by) for village, (day, by) in newest.items() if day is not None}


def _newest_scope(connection: Connection) -> dict[tuple[str, str], int]:
    query = text(
        "SELECT s.village_code, s.code, max(s.run_id) FROM run_scope s JOIN run r ON r.run_id = s.run_id AND r.status = 'published'"
        " GROUP BY s.village_code, s.code"
    )
    return {(village, code): run_id for village, code, run_id in connection.execute(query)}
