"""Casebooks with people in them who can decide, made through the staging tables a published run goes through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update

from geo.casebook import Casebook, Decision, open_casebook
from geo.casebook.log import append
from geo.casebook.schema import finding, house_name, observation, occupancy, run, run_scope
from geo.casebook.verifier import RUN_TABLES, STATEMENTS, hash_run

VILLAGES = ("500120105001", "500120105002", "500120105003")
CLERKS = ("clerk_1", "clerk_2", "clerk_3")
POLICE = ("police_1", "police_2")
START = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)
CHUNK = 2_000


def found_town(where: Path | str, *, cases_n: int, counted_on: str = "2026-06-20") -> Casebook:
    """An open casebook with accounts and one published run of `cases_n` findings, nobody being counted anywhere on that day."""
    book = open_casebook(where)
    book.found("admin", "管理员")
    for user in CLERKS:
        book.add_account(user, f"民政窗口 {user[-1]}", "civil_affairs", by="admin")
        book.grant(user, "civil_affairs", by="admin")
    for user in POLICE:
        book.add_account(user, f"派出所窗口 {user[-1]}", "police", by="admin")
        book.grant(user, "police", by="admin")
    publish_findings(book, cases_n, counted_on=counted_on)
    return book


def publish_findings(book: Casebook, cases_n: int, *, run_id: int = 1, counted_on: str = "2026-06-20") -> None:
    """Stage a run in chunks, as publishing does, and turn it visible with one row."""
    store = book.store
    with store.writing() as connection:
        begun = {"started_at": store.now(), "started_by": "clerk_1", "as_of": "2026-06-30", "tool_version": "0"}
        connection.execute(insert(run), {"run_id": run_id, "status": "running", "rules_hash": "0" * 64, "inputs_hash": "0" * 64, "facts": "{}", **begun})
        connection.execute(insert(run_scope), [{"run_id": run_id, "village_code": v, "code": c} for v in VILLAGES for c in ("unplated_building", "demolished_vacant")])
    for rows in _chunks(cases_n):
        with store.writing() as connection:
            connection.execute(insert(finding), [{k: r[k] for k in ("finding_id", "code", "subject")} | {"opened_run": run_id} for r in rows])
            connection.execute(insert(observation), [_observed(r, run_id) for r in rows])
            connection.execute(insert(house_name), [_named(r, run_id) for r in rows])
            connection.execute(insert(occupancy), [_counted(r, run_id) | {"counted_on": counted_on} for r in rows])
    flip(book, run_id)


def flip(book: Casebook, run_id: int) -> None:
    """Publish a staged run."""
    store = book.store
    with store.writing() as connection:
        header = dict(connection.execute(select(run).where(run.c.run_id == run_id)).mappings().one())
        result = hash_run(header, {name: connection.execute(text(STATEMENTS[name]), {"run_id": run_id}).mappings().all() for name in RUN_TABLES})
        said = {"run_id": run_id, "result_hash": result}
        (row,) = append(connection, [{"verb": "publish", "by": "clerk_1", "office": "civil_affairs", "payload": said}], now=store.now())
        values = {"status": "published", "result_hash": result, "published_at": row["at"], "published_seq": row["seq"]}
        connection.execute(update(run).where(run.c.run_id == run_id).values(**values))


def note(finding_id: str, version: int, *, by: str = "clerk_1", reason: str = "已到现场查看", **given: Any) -> Decision:
    """A decision that fits every case at every time."""
    return Decision(finding_id, "note", version, evidence_of(finding_id), by, reason, **given)


def evidence_of(finding_id: str) -> str:
    """Evidence hash of the findings of this file."""
    return finding_id.rjust(64, "e")


def finding_ids(n: int) -> list[str]:
    """Ids of the first findings."""
    return [f"F{i:06d}" for i in range(n)]


def _chunks(cases_n: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, cases_n, CHUNK):
        yield [_row(i) for i in range(start, min(start + CHUNK, cases_n))]


def _row(i: int) -> dict[str, Any]:
    demolished = i % 2 == 1
    return {
        "finding_id": f"F{i:06d}", "n": i, "code": "demolished_vacant" if demolished else "unplated_building",
        "subject": "address" if demolished else "building", "village_code": VILLAGES[i % len(VILLAGES)],
    }  # fmt: skip


def _observed(row: dict[str, Any], run_id: int) -> dict[str, Any]:
    n = row["n"]
    return {
        "finding_id": row["finding_id"], "run_id": run_id, "change": "new", "evidence_hash": evidence_of(row["finding_id"]), "subject_id": f"S{n:06d}",
        "related": "[]", "village_code": row["village_code"], "office": "police" if row["subject"] == "address" else "civil_affairs", "severity": "error",
        "certainty": "certain", "detail_zh": f"中山巷{n}号无门牌", "detail_en": f"no plate at {n}", "proposal": None, "value": None, "unit": "",
        "lon": 106.2 + n / 1e5, "lat": 29.5 + n / 1e5, "people_n": float(n % 7), "people_rank": n + 1,
    }  # fmt: skip


def _named(row: dict[str, Any], run_id: int) -> dict[str, Any]:
    return {
        "run_id": run_id, "house": f"S{row['n']:06d}", "kind": "address", "name": f"S{row['n']:06d}", "village_code": row["village_code"],
        "number": str(row["n"]), "needs_count": 1, "counted": 1,
    }  # fmt: skip


def _counted(row: dict[str, Any], run_id: int) -> dict[str, Any]:
    return {
        "run_id": run_id, "row": f"R{row['n']:06d}", "source": "register", "scope": "house", "house": f"S{row['n']:06d}", "address_id": f"S{row['n']:06d}",
        "village_code": row["village_code"], "number": str(row["n"]), "registered_n": 0, "resident_n": 0, "floating_n": 0, "absent_n": 0, "unit_n": 0,
    }  # fmt: skip
