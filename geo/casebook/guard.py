"""Whether an address may be cancelled: the newest counts of the register over all its names, known, fresh and zero.

The database refuses by itself (migrations/sql); here the same view is put into words before anybody is refused.
Counts of a census are never looked at, and no number leaves: what is said is only that somebody is there, or that nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select, text

from geo.casebook.schema import decision, meta
from geo.errors import UnknownCase


@dataclass(frozen=True)
class Guard:
    """Whether the address of a case may be cancelled, and if not, why.

    reasons
        Pairs (zh, en); empty where it may.
    counted_on
        Day of the oldest count that speaks of it, null where there is none.
    rows_n
        Rows of counts that speak of it.
    """

    may: bool
    reasons: tuple[tuple[str, str], ...]
    counted_on: date | None
    rows_n: int


def look(connection: Connection, finding_id: str, *, today: str) -> Guard:
    """What the newest counts say of the address of a case.

    Raises
    ------
    UnknownCase
        No published run ever spoke of it.
    """
    seen = connection.execute(text("SELECT change FROM newest WHERE finding_id = :f"), {"f": finding_id}).scalar()
    if seen is None:
        raise UnknownCase(f"没有案件 {finding_id}。", f"There is no case {finding_id}.")
    row = connection.execute(text("SELECT * FROM guard WHERE finding_id = :f"), {"f": finding_id}).mappings().first()
    if row is None:
        return Guard(False, (("问题已消除", "the finding is fixed"),), None, 0)
    known = {row.k: row.v for row in connection.execute(select(meta.c.k, meta.c.v))}
    limit = (date.fromisoformat(today) - timedelta(days=int(known["max_count_age_days"]))).isoformat()
    reasons = []
    if row["occupied_n"]:
        reasons.append(("该门户（含新旧名称）仍有人口或单位登记", "people or units are registered there, under one of its names"))
    if not row["rows_n"] or not row["named_n"]:
        reasons.append(("最新人口统计没有覆盖该门户", "the newest counts do not cover it"))
    if row["unknown_n"]:
        reasons.append(("部分人数或统计日期未知", "some of its counts, or their day, are unknown"))
    if row["uncounted_n"]:
        reasons.append(("该门户有的地址没有统计", "some address of the house was never counted"))
    if row["might_n"]:
        reasons.append(("有无法落户的人口记录可能属于该门户", "rows that nobody could place may belong to it"))
    days = [row[name] for name in ("oldest_on", "newest_on", "other_oldest_on", "other_newest_on") if row[name] is not None]
    if days and min(days) < limit:
        most = known["max_count_age_days"]
        reasons.append((f"人口统计已超过 {most} 天", f"the counts are older than {most} days"))
    if days and max(days) > today:
        reasons.append(("统计日期晚于今天", "a count is dated after today"))
    oldest = date.fromisoformat(min(days)) if days else None
    return Guard(not reasons, tuple(reasons), oldest, int(row["rows_n"]))


def approval_refusal(connection: Connection, finding_id: str, *, by: str, evidence_hash: str) -> tuple[str, str] | None:
    """Why this person may not approve the cancellation that was asked for, whatever the counts say; null where they may."""
    asked = connection.execute(
        select(decision.c.by, decision.c.evidence_hash)
        .where(decision.c.finding_id == finding_id, decision.c.verb == "request_cancellation")
        .order_by(decision.c.seq)
    ).all()
    if any(row.by == by for row in asked):
        return "申请人不得批准自己的申请，须另一人复核", "whoever asked does not approve: a second person does"
    if not asked or asked[-1].evidence_hash != evidence_hash:
        return "申请之后依据已变化，须重新申请", "the evidence changed since it was asked for: ask again"
    return None
