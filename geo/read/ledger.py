"""What was refused and what was changed while reading: the two tables that keep reading honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.tables import QUARANTINE, REPAIRS

CELL_CODES = frozenset({"count_bad", "number_bad", "date_bad"})
"""Quarantine codes that refuse one value and keep its row; every other code refuses the whole row.

rows_read = kept + quarantined counts rows, so these cells are listed in the quarantine but not counted there.
"""


@dataclass
class Ledger:
    """Collects refused rows, refused cells and changed values, whole columns at a time."""

    quarantine: list[pd.DataFrame] = field(default_factory=list)
    repairs: list[pd.DataFrame] = field(default_factory=list)

    def refuse(self, table: str, rows: pd.DataFrame, code: str, column: str | None, value: Any, fix: Any) -> None:
        """Note refused rows (or cells).

        Parameters
        ----------
        table
            Role of the source.
        rows
            The rows concerned, with `_source`, `_row` and, where known, `_key`.
        code, column, fix
            What is wrong, in which column, what to do (one for all, or one per row).
        value
            The value refused, one per row or one for all. Never a person's data.
        """
        if not len(rows):
            return
        key = rows["_key"].array if "_key" in rows else pd.array([None] * len(rows), dtype="str")
        frame = pd.DataFrame(
            {"table": table, "source": rows["_source"].array, "row": rows["_row"].array, "key": key}, index=range(len(rows))
        )
        self.quarantine.append(frame.assign(code=code, column=column, value=_texts(value, len(rows)), fix=_texts(fix, len(rows))))

    def repair(self, table: str, key: Any, column: str | None, before: Any, after: Any, why: str) -> None:
        """Note changed values; key, before and after are one per row or one for all ('*' as key: the whole table)."""
        n = max((len(v) for v in (key, before, after) if _is_many(v)), default=1)
        if n:
            frame = pd.DataFrame({"table": [table] * n, "key": _texts(key, n), "column": column, "before": _texts(before, n)})
            self.repairs.append(frame.assign(after=_texts(after, n), why=why))

    def take(self, other: Ledger, *, source: str) -> None:
        """Everything another ledger noted about one file, under the file's path in the project."""
        self.quarantine += [f.assign(source=source) for f in other.quarantine]
        self.repairs += other.repairs

    def quarantine_frame(self) -> pd.DataFrame:
        """All refusals, sorted, with the columns of QUARANTINE."""
        return _table(self.quarantine, QUARANTINE, ["table", "source", "row", "code", "column", "key", "value"])

    def repairs_frame(self) -> pd.DataFrame:
        """All changes, sorted, with the columns of REPAIRS."""
        return _table(self.repairs, REPAIRS, ["table", "column", "key", "why", "before", "after"])


def _is_many(value: Any) -> bool:
    return isinstance(value, pd.Series | pd.Index | np.ndarray | list | pd.api.extensions.ExtensionArray)


def _texts(value: Any, n: int) -> pd.Series:
    if _is_many(value):
        return pd.Series(value, dtype="object").astype("str").reset_index(drop=True)
    return pd.Series([value] * n, dtype="str")


def _table(frames: Sequence[pd.DataFrame], columns: tuple[str, ...], order: list[str]) -> pd.DataFrame:
    empty = pd.DataFrame({c: pd.Series(dtype="int64" if c == "row" else "str") for c in columns})
    if not frames:
        return empty
    out = pd.concat(frames, ignore_index=True)[list(columns)]
    out = out.astype({c: empty[c].dtype for c in columns})
    return out.sort_values(order, kind="stable", ignore_index=True)
