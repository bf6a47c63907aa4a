"""The cases of a scope as they are now, kept between runs and shared by all who look there: after a decision only its case is read again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from geo.casebook import Casebook, Head
from layers.result import EVERYWHERE, Result
from views.state import stamp

SCOPES_N = 64
"""Scopes kept; the one that was not looked at longest goes first."""
_ORDER, _ASCENDING = ["people_n", "deadline", "finding_id"], [False, True, True]
"""The order of `Casebook.cases`."""
_SAYS = ["code", "subject", "subject_id"]


def cases_of(book: Casebook, result: Result, scope: str, codes: frozenset[str], *, all_villages: tuple[str, ...]) -> pd.DataFrame:
    """Cases of a scope with those codes as they are now, with `shown_id`, the finding of the shown result ("" where it has none).

    Parameters
    ----------
    all_villages
        Villages granted to the person, or ("*",): what EVERYWHERE means for them.

    Returns
    -------
    Shared by everybody: never changed.
    """
    villages: tuple[str, ...] | None = (scope,) if scope != EVERYWHERE else None if "*" in all_villages else all_villages

    def read(ids: tuple[str, ...] | None) -> pd.DataFrame:
        cases = book.cases(villages=villages, codes=codes, ids=ids)
        return cases.assign(shown_id=_shown_ids(cases, result))

    return _kept(str(book.store.where), villages, codes, folder=str(result.folder), stamp=stamp(result)).now(book, read)


@dataclass
class Kept:
    """Cases as they were at one entry of the log."""

    head: Head | None = None
    day: str = ""
    cases: pd.DataFrame = field(default_factory=pd.DataFrame)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self, book: Casebook, read: Callable[[tuple[str, ...] | None], pd.DataFrame]) -> pd.DataFrame:
        """The cases at the end of the log; `read` reads all of them, or those with the ids given."""
        with self._lock:
            # The head first: what is written meanwhile is read once more next time, never missed.
            head, day = book.head(), book.store.today()
            if (head, day) != (self.head, self.day):
                changed = book.touched(self.head) if self.head and day == self.day else None
                self.cases = read(None) if changed is None else self._mended(changed, read)
                self.head, self.day = head, day
            return self.cases

    def _mended(self, changed: tuple[str, ...], read: Callable[[tuple[str, ...] | None], pd.DataFrame]) -> pd.DataFrame:
        """The cases with those that were decided read anew; a decision brings no case into a scope and takes none out of it."""
        mine = self.cases["finding_id"].isin(changed)
        if not mine.any():
            return self.cases
        both = pd.concat([self.cases[~mine], read(tuple(self.cases.loc[mine, "finding_id"]))])
        return both.sort_values(_ORDER, ascending=_ASCENDING, na_position="last", kind="stable", ignore_index=True)


@st.cache_resource(max_entries=SCOPES_N, show_spinner=False)
def _kept(where: str, villages: tuple[str, ...] | None, codes: frozenset[str], *, folder: str, stamp: int) -> Kept:
    del where, villages, codes, folder, stamp
    return Kept()


def _shown_ids(cases: pd.DataFrame, result: Result) -> pd.Series:
    """Finding of each case in the shown result: its own id, else, where a new survey renumbered the objects, what says the same of the same."""
    own = cases["finding_id"].where(result.holds(cases["finding_id"]))
    if own.notna().all():
        return own.astype("str")
    if "says" not in result.kept:
        found = result.tables.findings
        same = pd.Series(found["finding_id"].to_numpy(), index=pd.MultiIndex.from_frame(found[_SAYS].astype("str")))
        result.kept["says"] = same[~same.index.duplicated()]
    lost = own.isna()
    other = result.kept["says"].reindex(pd.MultiIndex.from_frame(cases.loc[lost, _SAYS].astype("str")))
    own[lost] = other.to_numpy()
    return own.fillna("").astype("str")
