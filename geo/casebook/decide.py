"""Decisions: checked against rights, the case as it stands, what the verb needs and the guard; then written, all or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pandas as pd
from sqlalchemy import Connection, select, text

from geo.casebook import guard
from geo.casebook.accounts import Rights, read_rights
from geo.casebook.fold import State, fold, step, undoable
from geo.casebook.log import append
from geo.casebook.schema import account, decision
from geo.casebook.standing import Standing, read_standing
from geo.casebook.store import Store
from geo.casebook.words import ROLES, STATUSES, VERBS, Verb
from geo.errors import CasebookError, GuardRefused, NeedsReason, NotAllowed, NumberTaken, StaleCase, UnknownCase, WrongStep
from geo.export.number_use import PROPOSED, door_keys

MOST_AT_ONCE = 2_000
"""Decisions in one transaction: others wait for it."""
LON_DEGREES, LAT_DEGREES = (73.0, 136.0), (3.0, 54.0)
_TEXT_LIMIT = 2_000


@dataclass(frozen=True)
class Decision:
    """What a person says of a case, and what they had before them when they said it.

    version, evidence_hash
        Of the case as it was shown: where either has changed, the decision is refused.
    payload
        Values the verb needs or takes (`geo.casebook.words.VERBS`); for undo optionally `seq`, the row to take back.
    document
        Number or title of the paper that proves it.
    decision_id
        Made by whoever sends it, kept when sending it again: the second time answers the first receipt.
    free_at
        Newest row of the log when the number of the payload was found to be free (`geo.export.number_use`): where another house of the
        village was given it since, the decision is refused. Null: nobody looked.
    """

    finding_id: str
    verb: str
    version: int
    evidence_hash: str
    by: str
    reason: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    document: str = ""
    decision_id: str = field(default_factory=lambda: uuid4().hex)
    free_at: int | None = None


@dataclass(frozen=True)
class Receipt:
    """Proof that a decision was kept: its place in the log, the hash of its row, and the case after it."""

    seq: int
    hash: str
    status: str
    version: int


@dataclass(frozen=True)
class Offer:
    """One thing that fits a case: whether this account may say it now, and if not, why; empty words where it may."""

    verb: str
    allowed: bool
    why_zh: str = ""
    why_en: str = ""


def decide_many(store: Store, decisions: Sequence[Decision]) -> list[Receipt]:
    """Keep decisions in order, all or none of them.

    Raises
    ------
    UnknownCase, NotAllowed, WrongStep, NeedsReason, StaleCase, NumberTaken, GuardRefused
        The first decision that cannot be kept; nothing was written.
    CasebookBusy, CasebookFull, CasebookReadOnly, CasebookDamaged
        The casebook; nothing was written, the same decisions may be sent again.
    """
    if len(decisions) > MOST_AT_ONCE:
        raise CasebookError(f"一次最多处理 {MOST_AT_ONCE} 件。", f"At most {MOST_AT_ONCE} decisions at once.")
    for d in decisions:
        _check_shape(d)
    if not decisions:
        return []
    with store.writing() as connection:
        now = store.now()
        known = _already(connection, decisions)
        given_to = {str(d.payload["to"]) for d in decisions if "to" in d.payload}
        rights = read_rights(connection, {d.by for d in decisions} | given_to)
        standing = read_standing(connection, {d.finding_id for d in decisions}, today=now[:10])
        receipts: dict[str, Receipt] = {}
        drafts: list[dict[str, Any]] = []
        for d in decisions:
            _check_given_to(d, rights)
            if (receipt := known.get(d.decision_id)) is not None:
                receipts[d.decision_id] = receipt
                continue
            draft, after = _draft(connection, d, rights.get(d.by), standing.get(d.finding_id), drafts, today=now[:10])
            standing[d.finding_id] = after
            drafts.append(draft)
        for row in append(connection, drafts, now=now):
            receipts[row["decision_id"]] = Receipt(row["seq"], row["hash"], row["status"], row["version"])
        return [receipts[d.decision_id] for d in decisions]


def offers(store: Store, user_id: str, finding_id: str) -> list[Offer]:
    """Everything that fits a case, in the order of VERBS: what this account may say now, and why not the rest.

    Nothing is promised: the decision is checked again when it is sent.
    """
    with store.reading() as connection:
        today = store.today()
        standing = read_standing(connection, {finding_id}, today=today).get(finding_id)
        if standing is None:
            raise _unknown(finding_id)
        rights = read_rights(connection, [user_id]).get(user_id)
        out = []
        for verb in VERBS.values():
            if verb.fits(standing.code, standing.subject):
                refused = _refused(connection, verb, rights, standing, user_id=user_id, today=today)
                out.append(Offer(verb.name, refused is None, *((refused.zh, refused.en) if refused is not None else ("", ""))))
        return out


def _draft(
    connection: Connection, d: Decision, rights: Rights | None, standing: Standing | None, drafts: list[dict[str, Any]], *, today: str
) -> tuple[dict[str, Any], Standing]:
    """The row of the log a decision becomes, and the case after it."""
    if standing is None:
        raise _unknown(d.finding_id)
    verb = VERBS[d.verb]
    earlier = _rows_of(connection, d.finding_id, drafts) if d.verb == "undo" else []
    undoes = undoable(earlier, d.payload.get("seq")) if d.verb == "undo" else None
    says = VERBS[next(r["verb"] for r in earlier if r["seq"] == undoes)] if undoes is not None else verb
    role = _role(rights, verb, says, standing, d.by)
    if d.version != standing.version or d.evidence_hash != standing.evidence_hash:
        raise _stale(connection, d, standing)
    if d.verb == "undo":
        if undoes is None:
            raise WrongStep(standing.shown, d.verb, "没有可撤销的操作。", "There is nothing to undo.")
        after = _before(earlier, undoes)
    else:
        _check_step(verb, standing)
        _check_needs(d, verb)
        _check_number(connection, d, standing, today=today)
        after = step(standing.state, d.verb, d.payload, evidence_hash=d.evidence_hash, run_id=standing.run_id)
    _check_guard(connection, d, standing, after, today=today)
    state = {"status": after.status, "state": after.written(), "seen_hash": after.seen_hash, "seen_run": after.seen_run}
    draft = {
        "decision_id": d.decision_id, "finding_id": d.finding_id, "version": d.version + 1, "verb": d.verb, "was": standing.state.status, **state,
        "payload": dict(d.payload), "evidence_hash": d.evidence_hash, "by": d.by, "office": role, "reason": d.reason.strip(),
        "document": d.document.strip(), "undoes": undoes,
    }  # fmt: skip
    return draft, standing.after(after, d.version + 1)


def _rows_of(connection: Connection, finding_id: str, drafts: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """The log of one case; an undo is the only decision of its case in a batch."""
    if any(d["finding_id"] == finding_id for d in drafts):
        raise CasebookError("同一批中，撤销须单独进行。", "In one batch an undo is the only decision of its case.")
    columns = (decision.c.seq, decision.c.verb, decision.c.payload, decision.c.evidence_hash, decision.c.seen_run, decision.c.undoes)
    return [dict(r) for r in connection.execute(select(*columns).where(decision.c.finding_id == finding_id).order_by(decision.c.version)).mappings()]


def _before(earlier: Sequence[Mapping[str, Any]], seq: int) -> State:
    """The state of a case before one row of its log."""
    place = next(i for i, r in enumerate(earlier) if r["seq"] == seq)
    return fold(earlier[:place])[-1] if place else State()


def _already(connection: Connection, decisions: Sequence[Decision]) -> dict[str, Receipt]:
    """Receipts of decisions that were kept before, by decision_id; the same id with another content is refused."""
    sent = {d.decision_id: d for d in decisions}
    if len(sent) < len(decisions):
        raise CasebookError("同一批中决定编号重复。", "The same decision_id twice in one batch.")
    out = {}
    for row in connection.execute(select(decision).where(decision.c.decision_id.in_(list(sent)))).mappings():
        d = sent[row["decision_id"]]
        same = (row["finding_id"], row["verb"], row["version"], row["evidence_hash"], row["by"], row["reason"], row["document"])
        if same != (d.finding_id, d.verb, d.version + 1, d.evidence_hash, d.by, d.reason.strip(), d.document.strip()) or json.loads(row["payload"]) != dict(
            d.payload
        ):
            raise CasebookError("该决定编号已用于另一决定。", "This decision_id was used for another decision.")
        out[d.decision_id] = Receipt(row["seq"], row["hash"], row["status"], row["version"])
    return out


def _refused(connection: Connection, verb: Verb, rights: Rights | None, standing: Standing, *, user_id: str, today: str) -> CasebookError | None:
    """Why a verb would be refused now, before anything it needs was given."""
    earlier = _rows_of(connection, standing.finding_id, []) if verb.name == "undo" else []
    undoes = undoable(earlier) if verb.name == "undo" else None
    says = VERBS[next(r["verb"] for r in earlier if r["seq"] == undoes)] if undoes is not None else verb
    d = Decision(standing.finding_id, verb.name, standing.version, standing.evidence_hash, user_id)
    try:
        _role(rights, verb, says, standing, user_id)
        if verb.name == "undo":
            if undoes is None:
                raise WrongStep(standing.shown, verb.name, "没有可撤销的操作。", "There is nothing to undo.")
            after = _before(earlier, undoes)
        else:
            _check_step(verb, standing)
            after = State(verb.to or standing.state.status)
        _check_guard(connection, d, standing, after, today=today)
    except CasebookError as refused:
        return refused
    return None


def _role(rights: Rights | None, verb: Verb, says: Verb, standing: Standing, user_id: str) -> str:
    """The role a person speaks in; an undo needs the right to what it undoes."""
    if rights is None or not rights.active:
        raise NotAllowed(f"没有账号 {user_id}，或已销户。", f"There is no open account {user_id}.")
    role = rights.role_for(says.name, standing.village_code) if says.name != "undo" else rights.role_for("undo", standing.village_code)
    if role is None:
        offices = "、".join(ROLES[o].zh for o in says.offices)
        where = standing.village_code or "-"
        raise NotAllowed(
            f"“{verb.zh}”须由{offices}在本村居（{where}）的账号办理。",
            f"'{verb.en}' is for {', '.join(says.offices)} with a grant in this village ({where}).",
        )
    return role


def _check_step(verb: Verb, standing: Standing) -> None:
    if not verb.fits(standing.code, standing.subject):
        raise WrongStep(standing.shown, verb.name, f"“{verb.zh}”不适用于此类问题。", f"'{verb.en}' does not fit this kind of finding.")
    if not standing.present and verb.name != "note":
        raise WrongStep("fixed", verb.name, "问题已消除，无需处理。", "The finding is fixed: there is nothing to decide.")
    # a case that must be looked at again is judged anew; a step of a cancellation is never taken on what was not asked about
    statuses = {standing.state.status} | ({"open"} if standing.needs_recheck else set())
    if not statuses & verb.before:
        now = STATUSES[standing.shown]
        raise WrongStep(standing.shown, verb.name, f"本案现为“{now.zh}”，不能“{verb.zh}”。", f"The case stands at '{now.en}': '{verb.en}' does not follow.")


def _check_guard(connection: Connection, d: Decision, standing: Standing, after: State, *, today: str) -> None:
    """Every way into a requested or approved cancellation, an undo too; only taking an approval back is free."""
    was, to = standing.state.status, after.status
    entering = to in {"cancellation_requested", "cancellation_approved"} and to != was and (was, to) != ("cancellation_approved", "cancellation_requested")
    if not entering and d.verb not in {"request_cancellation", "approve_cancellation"}:
        return
    reasons = guard.look(connection, d.finding_id, today=today).reasons
    if to == "cancellation_approved":
        other = guard.approval_refusal(connection, d.finding_id, by=d.by, evidence_hash=d.evidence_hash)
        reasons = (*((other,) if other is not None else ()), *reasons)
    if reasons:
        raise GuardRefused(reasons)


def _check_shape(d: Decision) -> None:
    """What can be refused without looking at the case."""
    if d.verb not in VERBS:
        raise CasebookError(f"没有操作 {d.verb}。", f"There is no verb {d.verb}.")
    if not re.fullmatch(r"[0-9A-Za-z_.\-]{8,64}", d.decision_id):
        raise CasebookError("决定编号须为 8 至 64 个字母或数字。", "A decision_id is 8 to 64 letters or digits.")
    if max(len(d.reason), len(d.document)) > _TEXT_LIMIT:
        raise NeedsReason(f"说明和文号不得超过 {_TEXT_LIMIT} 字。", f"Reason and document have at most {_TEXT_LIMIT} characters.")
    verb = VERBS[d.verb]
    keys = {k for need in verb.needs for k in need.split("|")} - {"reason", "document"} | set(verb.takes) | ({"seq"} if d.verb == "undo" else set())
    if unknown := sorted(set(d.payload) - keys):
        raise NeedsReason(f"“{verb.zh}”不接受：{'、'.join(unknown)}。", f"'{verb.en}' does not take {', '.join(unknown)}.")
    for key, value in d.payload.items():
        _check_value(key, value)


def _check_needs(d: Decision, verb: Verb) -> None:
    given = {"reason": d.reason.strip(), "document": d.document.strip(), **d.payload}
    missing = [need for need in verb.needs if not any(given.get(k) not in (None, "") for k in need.split("|"))]
    if missing:
        words = {"reason": ("理由", "a reason"), "document": ("依据文件", "a document"), "photo": ("照片", "a photo"), "number": ("门牌号", "a number")}
        zh = "、".join(words.get(m, (m, m))[0] for m in missing)
        raise NeedsReason(f"“{verb.zh}”须填写：{zh}。", f"'{verb.en}' needs {', '.join(words.get(m, (m, m))[1] for m in missing)}.")
    if verb.to in {"link_confirmed", "link_rejected"} and len(d.payload) < 2:
        raise NeedsReason("一条对应至少有建筑、门牌、地址中的两个。", "A link has at least two of building, plate and address.")
    if ("lon" in d.payload) != ("lat" in d.payload):
        raise NeedsReason("位置须同时有经度和纬度。", "A place has a longitude and a latitude.")


def _check_number(connection: Connection, d: Decision, standing: Standing, *, today: str) -> None:
    """Nobody gave the number to another case of the village after it was looked for: two clerks may have looked at the same moment."""
    if d.free_at is None or "number" not in d.payload:
        return
    columns = (decision.c.finding_id, decision.c.status, decision.c.state, decision.c.at, account.c.display)
    later = select(*columns).join(account, account.c.user_id == decision.c.by)
    later = later.where(decision.c.seq > d.free_at, decision.c.finding_id.is_not(None), decision.c.finding_id != d.finding_id).order_by(decision.c.seq)
    newest = {row.finding_id: row for row in connection.execute(later)}
    given = {i: json.loads(row.state).get("number") for i, row in newest.items() if row.status in PROPOSED}
    there = read_standing(connection, (i for i, number in given.items() if number), today=today)
    near = [i for i, other in there.items() if other.village_code == standing.village_code]
    asked, *doors = door_keys(pd.Series([str(d.payload["number"]), *(str(given[i]) for i in near)], dtype="str"))
    if taken := next((newest[i] for i, door in zip(near, doors, strict=True) if door == asked), None):
        when = str(taken.at).replace("T", " ")[:16]
        raise NumberTaken(
            f"“{d.payload['number']}”刚被占用：{taken.display} 于 {when} 拟给了另一处房屋。",
            f"'{d.payload['number']}' has just been taken: {taken.display} gave it to another house at {when}.",
        )


def _check_given_to(d: Decision, rights: Mapping[str, Rights]) -> None:
    to = d.payload.get("to")
    if to is not None and not (to in rights and rights[to].active and any(ROLES[role].acts for role, _ in rights[to].grants)):
        raise NeedsReason(f"没有可办案的账号 {to}。", f"There is no open account {to} that decides cases.")


def _check_value(key: str, value: object) -> None:
    if key in {"lon", "lat"}:
        low, high = LON_DEGREES if key == "lon" else LAT_DEGREES
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise NeedsReason(f"{key} 须为 {low:.0f}–{high:.0f} 度。", f"{key} lies between {low:.0f} and {high:.0f} degrees.")
    elif key == "seq":
        if isinstance(value, bool) or not isinstance(value, int):
            raise NeedsReason("撤销的行号须为整数。", "The row to undo is a whole number.")
    elif not isinstance(value, str) or not value.strip() or len(value) > _TEXT_LIMIT:
        raise NeedsReason(f"{key} 须为文字，且不超过 {_TEXT_LIMIT} 字。", f"{key} is a text of at most {_TEXT_LIMIT} characters.")
    elif key in {"until", "deadline"}:
        check_day(key, value)


def check_day(key: str, value: str) -> None:
    """Refuse what is not an ISO day."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise NeedsReason(f"{key} 须为日期，如 2026-12-31。", f"{key} is a day such as 2026-12-31.")
    try:
        date.fromisoformat(value)
    except ValueError:
        raise NeedsReason(f"{key} 不是有效日期。", f"{key} is not a day of the calendar.") from None


def _stale(connection: Connection, d: Decision, standing: Standing) -> StaleCase:
    """Who changed the case since it was shown: the newest decision after that version, else the run."""
    query = (
        select(account.c.display, decision.c.verb, decision.c.at)
        .join(account, account.c.user_id == decision.c.by)
        .where(decision.c.finding_id == d.finding_id, decision.c.version > d.version)
        .order_by(decision.c.version.desc())
        .limit(1)
    )
    if (row := connection.execute(query).first()) is not None:
        return StaleCase(row.display, VERBS[row.verb].zh, row.at)
    when = connection.execute(text("SELECT published_at FROM run WHERE run_id = :r"), {"r": standing.run_id}).scalar()
    return StaleCase("", "", str(when))


def _unknown(finding_id: str) -> UnknownCase:
    return UnknownCase(f"没有案件 {finding_id}。", f"There is no case {finding_id}.")
