"""A casebook filled with people and cases without a run, through the same staging tables that publishing uses."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from geo.casebook import Casebook, schema
from geo.casebook.log import append
from geo.casebook.schema import COUNTS
from geo.casebook.store import CHINA

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=CHINA)
V1, V2 = "500227001201", "500227001202"
STAFF = {
    "admin": ("admin", "*"),
    "civil": ("civil_affairs", "*"),
    "police_a": ("police", "*"),
    "police_b": ("police", "*"),
    "clerk": ("village", V1),
    "surveyor": ("surveyor", "*"),
    "data": ("data", "*"),
    "leader": ("leader", "*"),
}
"""Accounts that `staff` opens: user id, role and village of the grant."""


class Clock:
    """A clock the test moves; starts at NOW."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass(frozen=True)
class Finding:
    """One finding to fill in. evidence: whatever text the evidence hash is made of."""

    finding_id: str
    code: str = "virtual_address"
    subject: str = "address"
    subject_id: str = ""
    village_code: str = V1
    office: str = "police"
    evidence: str = "first"
    change: str = "new"
    people_n: float | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def evidence_hash(self) -> str:
        return hashlib.sha256(f"{self.finding_id} {self.evidence} {self.change == 'fixed'}".encode()).hexdigest()


@dataclass(frozen=True)
class Count:
    """Counts of one house (its smallest address id) on one day; null counts are unknown."""

    house: str
    counts: tuple[int | None, ...] = (0, 0, 0, 0, 0)
    counted_on: str | None = "2026-06-20"
    scope: str = "house"
    source: str = "register"
    village_code: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Name:
    """One name of one house."""

    house: str
    name: str
    kind: str = "address"
    village_code: str | None = V1
    number: str | None = None
    needs_count: bool = True
    counted: bool = True


def staff(book: Casebook) -> None:
    """Found the book and open the accounts of STAFF, unless somebody did."""
    if not book.accounts().empty:
        return
    book.found("admin", "账号管理岗")
    for user, (role, village) in STAFF.items():
        if role != "admin":
            book.add_account(user, f"{user} 岗", role, by="admin")
            book.grant(user, role, village, by="admin")


def fill(
    book: Casebook, findings: Sequence[Finding], *, counts: Sequence[Count] = (), names: Sequence[Name] = (), scope: Sequence[tuple[str, str]] | None = None
) -> int:
    """Publish a run that says this and nothing else, and answer its id. scope: pairs (village, code) it looked at, by default those of the findings."""
    with book.store.writing() as connection:
        run_id = stage(connection, findings, counts=counts, names=names, scope=scope)
        flip(connection, book, run_id)
    return run_id


def stage(
    connection: Connection,
    findings: Sequence[Finding],
    *,
    counts: Sequence[Count] = (),
    names: Sequence[Name] = (),
    scope: Sequence[tuple[str, str]] | None = None,
) -> int:
    """Stage a run and leave it running."""
    run_id = (connection.execute(select(schema.run.c.run_id).order_by(schema.run.c.run_id.desc()).limit(1)).scalar() or 0) + 1
    started = {"started_at": "2026-06-30", "started_by": "data", "as_of": "2026-06-30", "tool_version": "test"}
    connection.execute(insert(schema.run), {"run_id": run_id, "status": "running", **started, "rules_hash": "", "inputs_hash": "", "facts": "{}"})
    looked = sorted(set(scope if scope is not None else [(f.village_code, f.code) for f in findings]))
    if looked:
        connection.execute(insert(schema.run_scope), [{"run_id": run_id, "village_code": v, "code": c} for v, c in looked])
    known = set(connection.execute(select(schema.finding.c.finding_id)).scalars())
    fresh = [f for f in findings if f.finding_id not in known]
    if fresh:
        rows = [{"finding_id": f.finding_id, "code": f.code, "subject": f.subject, "opened_run": run_id} for f in fresh]
        connection.execute(insert(schema.finding), rows)
    if findings:
        connection.execute(insert(schema.observation), [_observation(f, run_id) for f in findings])
    if counts:
        connection.execute(insert(schema.occupancy), [_occupancy(c, run_id, n) for n, c in enumerate(counts)])
    if names:
        connection.execute(insert(schema.house_name), [_house_name(n, run_id) for n in names])
    return run_id


def flip(connection: Connection, book: Casebook, run_id: int, *, by: str = "data") -> None:
    """Make a staged run visible."""
    said = {"run_id": run_id, "result_hash": "0" * 64}
    (row,) = append(connection, [{"verb": "publish", "by": by, "office": "data", "payload": said}], now=book.store.now())
    values = {"status": "published", "result_hash": "0" * 64, "published_at": row["at"], "published_seq": row["seq"]}
    connection.execute(update(schema.run).where(schema.run.c.run_id == run_id).values(**values))


def town(book: Casebook, *, cases_n: int = 12) -> list[str]:
    """People and a small town of cases: addresses that may be cancelled, that may not, and houses without plates; answers the ids."""
    staff(book)
    codes = (("virtual_address", "address", "police"), ("unplated_building", "building", "civil_affairs"), ("dangling_plate", "plate", "village"))
    findings, counts, names = [], [], []
    for n in range(cases_n):
        code, subject, office = codes[n % 3]
        village = V1 if n % 2 == 0 else V2
        findings.append(Finding(f"F{n:05d}", code, subject, f"{subject[0].upper()}{n:05d}", village, office, people_n=float(n % 7)))
        if subject == "address":
            counts.append(Count(f"A{n:05d}", (0, 0, 0, 0, 0) if n % 2 == 0 else (3, 3, 0, 0, 0)))
            names.append(Name(f"A{n:05d}", f"A{n:05d}", village_code=village, number=str(n)))
    fill(book, findings, counts=counts, names=names)
    return [f.finding_id for f in findings]


def vacant(book: Casebook, finding_id: str = "F1", subject_id: str = "A1") -> str:
    """People and one address that may be cancelled; answers the case's id."""
    staff(book)
    fill(book, [Finding(finding_id, subject_id=subject_id)], counts=[Count(subject_id)], names=[Name(subject_id, subject_id, number="1")])
    return finding_id


def _observation(f: Finding, run_id: int) -> dict[str, object]:
    columns = {"village_code": f.village_code, "office": f.office, "severity": "error", "certainty": "certain", "people_n": f.people_n}
    words = {"detail_zh": f"{f.subject_id or f.finding_id} 待核", "detail_en": f"{f.subject_id or f.finding_id} to be looked at", "related": "[]", "unit": ""}
    blank = dict.fromkeys(("proposal", "value", "lon", "lat", "people_rank"))
    key = {"finding_id": f.finding_id, "run_id": run_id, "change": f.change, "evidence_hash": f.evidence_hash, "subject_id": f.subject_id or f.finding_id}
    return {**blank, **columns, **words, **key, **f.values}


def _occupancy(c: Count, run_id: int, n: int) -> dict[str, object]:
    house = c.house if c.scope == "house" else None
    where = {"scope": c.scope, "house": house, "address_id": house, "village_code": c.village_code, "number": c.number}
    return {"run_id": run_id, "row": f"population:#{n}", "source": c.source, **where, **dict(zip(COUNTS, c.counts, strict=True)), "counted_on": c.counted_on}


def _house_name(n: Name, run_id: int) -> dict[str, object]:
    told = {"needs_count": int(n.needs_count), "counted": int(n.counted)}
    return {"run_id": run_id, "house": n.house, "kind": n.kind, "name": n.name, "village_code": n.village_code, "number": n.number, **told}
