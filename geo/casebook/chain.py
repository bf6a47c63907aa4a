"""The chain of the log: each row's hash covers the whole row and the hash before it, so nothing can change unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

CHAINED = (
    "seq", "decision_id", "finding_id", "version", "verb", "was", "status", "state", "seen_hash", "seen_run", "payload", "evidence_hash",
    "by", "office", "reason", "document", "at", "undoes", "prev_hash",
)  # fmt: skip
"""Columns a hash covers, all of the log but the hash itself."""


def canonical(value: Any) -> str:
    """One text for one value: JSON with sorted keys, no spaces, no escapes of Chinese, no NaN.

    Raises
    ------
    ValueError
        NaN and infinity have no such text.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical text of a value, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def link(row: Mapping[str, Any]) -> str:
    """The hash of one row of the log.

    Parameters
    ----------
    row
        The columns CHAINED; the columns of JSON (state, payload) as their stored texts, so that what is hashed is what is stored.
    """
    return digest({name: row[name] for name in CHAINED})


def first_break(rows: Iterable[Mapping[str, Any]], genesis: str) -> tuple[int, str] | None:
    """Where a log, in order of seq, first fails: the seq expected there and why; null where it holds from the genesis to its end.

    A log that was cut off at its end holds: only a head kept elsewhere (a signed list, a bundle) shows that.
    """
    expected, before = 1, genesis
    for row in rows:
        if row["seq"] != expected:
            return expected, "gap"
        if row["prev_hash"] != before:
            return expected, "prev_hash"
        if link(row) != row["hash"]:
            return expected, "hash"
        expected, before = expected + 1, str(row["hash"])
    return None
