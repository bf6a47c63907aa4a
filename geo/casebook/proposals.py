"""Approved cancellations as a signed list for the register's owner. Nothing is cancelled here: the owner does that."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, insert, select, text

from geo.casebook import guard
from geo.casebook.accounts import require_office
from geo.casebook.cases import cases, history
from geo.casebook.chain import canonical
from geo.casebook.log import Head, append, read_head
from geo.casebook.schema import export_log, meta
from geo.casebook.store import Store

COLUMNS = (
    "finding_id", "code", "subject_id", "village_code", "detail_zh", "document", "requested_by", "requested_at", "approved_by", "approved_at",
    "approved_seq", "counted_on", "may", "why_zh", "why_en",
)  # fmt: skip


@dataclass(frozen=True)
class SignedList:
    """A list of proposals as it was handed out.

    table
        Its rows: approved cancellations that may still be proposed today.
    head
        End of the log when it was made; the row after it keeps the digest.
    digest
        SHA-256 of the list and the head: whoever has the casebook, or any later head of it, can prove that this list and no other was
        handed out then, and after which decisions. Without a key it does not prove who printed the paper.
    seal
        HMAC-SHA256 of the digest, where a key was given: proves to whoever shares the key that a holder of it made the list. Empty without.
    text
        What is printed, ends with head, digest and seal.
    """

    table: pd.DataFrame
    head: Head
    digest: str
    text: str
    seal: str = ""


def proposals(store: Store) -> pd.DataFrame:
    """Approved cancellations, by village and address: COLUMNS; may: the guard still holds today and the evidence is what was approved, else why not."""
    approved = cases(store, statuses=["cancellation_approved"])
    rows = []
    for row in approved.to_dict("records"):  # a handful of cases, each with its own history and guard
        said = history(store, row["finding_id"])
        asked, agreed = (said[said["verb"] == v].iloc[-1] for v in ("request_cancellation", "approve_cancellation"))
        with store.reading() as connection:
            seen = guard.look(connection, row["finding_id"], today=store.today())
        reasons = [*seen.reasons, *([("批准后依据已变化", "the evidence changed since it was approved")] if row["needs_recheck"] else [])]
        rows.append(
            (
                row["finding_id"], row["code"], row["subject_id"], row["village_code"], row["detail_zh"], asked["document"], asked["by"], asked["at"], agreed["by"],
                agreed["at"], int(agreed["seq"]), seen.counted_on.isoformat() if seen.counted_on else None, not reasons,
                "；".join(zh for zh, _ in reasons), "; ".join(en for _, en in reasons),
            )
        )  # fmt: skip
    out = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"may": bool})
    return out.sort_values(["village_code", "subject_id", "finding_id"], kind="stable", ignore_index=True)


def sign_proposals(store: Store, *, by: str, key: bytes | None = None) -> SignedList:
    """The list of proposals to hand to the register's owner; rows whose guard no longer holds are left out, and the list is logged.

    Parameters
    ----------
    by
        An account that may export.
    key
        Secret shared with the register's owner; null: no seal.
    """
    table = proposals(store)
    table = table[table["may"]].reset_index(drop=True)
    with store.writing() as connection:
        role = require_office(connection, by, "export")
        table = _still(connection, table, today=store.today())
        head = read_head(connection)
        project = str(connection.execute(select(meta.c.v).where(meta.c.k == "project_id")).scalar())
        digest = digest_list(table, head, project)
        seal = hmac.new(key, digest.encode(), hashlib.sha256).hexdigest() if key is not None else ""
        _log(connection, store, by, role, "cancellation_proposals", "*", len(table), 0, head, digest)
    return SignedList(table, head, digest, _printed(table, head, digest, seal), seal)


def digest_list(table: pd.DataFrame, head: Head, project_id: str) -> str:
    """SHA-256 of what a list proposes and the end of the log it was made at; anybody who has both can compute it again."""
    signed = ["finding_id", "code", "subject_id", "village_code", "document", "requested_by", "approved_by", "approved_seq", "counted_on"]
    rows = [["" if pd.isna(v) else str(v) for v in row] for row in table[signed].to_numpy(dtype=object)]
    return hashlib.sha256(canonical({"project": project_id, "seq": head.seq, "hash": head.hash, "rows": rows}).encode()).hexdigest()


def log_export(store: Store, *, by: str, kind: str, scope: str, rows_n: int, suppressed_n: int, sha256: str) -> Head:
    """Note in the log that a list left, and answer the head of the chain to print on it.

    Parameters
    ----------
    kind, scope
        Name of the product; villages or `*`.
    sha256
        Digest of the list without the head.
    """
    with store.writing() as connection:
        role = require_office(connection, by, "export")
        head = read_head(connection)
        _log(connection, store, by, role, kind, scope, rows_n, suppressed_n, head, sha256)
    return head


def exports(store: Store) -> pd.DataFrame:
    """Every list that left: seq, at, by, kind, scope, rows_n, suppressed_n, head_seq, head_hash, sha256."""
    query = text(
        "SELECT e.seq, d.at, d.by, e.kind, e.scope, e.rows_n, e.suppressed_n, e.head_seq, e.head_hash, e.sha256"
        " FROM export_log e JOIN decision d ON d.seq = e.seq ORDER BY e.seq"
    )
    with store.reading() as connection:
        result = connection.execute(query)
        return pd.DataFrame(result.all(), columns=list(result.keys()))


def _still(connection: Connection, table: pd.DataFrame, *, today: str) -> pd.DataFrame:
    """Rows that are still approved and guarded in this very transaction."""
    approved = set(connection.execute(text("SELECT finding_id FROM casefile WHERE status = 'cancellation_approved'")).scalars())
    keep = pd.Series([f in approved and guard.look(connection, f, today=today).may for f in table["finding_id"]], index=table.index, dtype=bool)
    return table[keep].reset_index(drop=True)


def _log(
    connection: Connection, store: Store, by: str, role: str, kind: str, scope: str, rows_n: int, suppressed_n: int, head: Head, sha256: str
) -> None:
    said = {"kind": kind, "scope": scope, "rows_n": rows_n, "suppressed_n": suppressed_n, "head_seq": head.seq, "head_hash": head.hash, "sha256": sha256}
    (row,) = append(connection, [{"verb": "export", "by": by, "office": role, "payload": said}], now=store.now())
    connection.execute(insert(export_log), {"seq": row["seq"], **said})


def _printed(table: pd.DataFrame, head: Head, digest: str, seal: str) -> str:
    lines = [f"{n}. {r.subject_id}  {r.village_code}  {r.detail_zh}  依据 {r.document}" for n, r in enumerate(table.itertuples(), 1)]
    tail = [f"案卷链 {head.seq}:{head.hash}", f"清单摘要 {digest}", *([f"印鉴 {seal}"] if seal else [])]
    return "\n".join(["拟注销地址建议清单（由登记机关核实后办理；本系统不注销、不删除）", *lines, *tail])
