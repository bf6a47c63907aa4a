"""What a case page is: which findings it works through, in which lists, and what its panel says beside the evidence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.casebook import VERBS, Casebook
from layers.result import Result
from views.cases.session import Work
from views.sign_in import User

FINISHED = frozenset({
    "plate_installed", "exempted", "false_alarm", "link_confirmed", "error_confirmed", "standing_confirmed", "cancellation_approved", "fixed",
})  # fmt: skip
"""Statuses after which no office of these pages has to act."""
WITHDRAWN = ("撤回申请", "withdraw the request")
"""What a refusal is called where whoever asked says it."""


@dataclass(frozen=True)
class Listing:
    """One list of a page: its name, title, sign, what it means in a sentence, which of the cases are in it.

    nobody: of which cases the page says to everybody that nobody is left; null: of none.
    """

    name: str
    zh: str
    en: str
    icon: str
    hint_zh: str
    hint_en: str
    keep: np.ndarray
    nobody: np.ndarray | None = None


@dataclass(frozen=True)
class Desk:
    """Everything a piece of a case page needs in one run: who, where, and the cases in the order they are worked through.

    cases holds the page's cases of the scope (`Casebook.cases`), read-only; lists how they are parted.
    """

    page: Page
    result: Result
    book: Casebook
    user: User
    work: Work
    scope: str
    cases: pd.DataFrame
    lists: tuple[Listing, ...]
    _kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def exact(self) -> bool:
        """Whether small counts of people may be read: by the office that holds them."""
        return "police" in self.user.roles

    def listing(self) -> Listing:
        """The list that is worked through."""
        return next((one for one in self.lists if one.name == self.work.listing), self.lists[0])

    def queue(self) -> pd.DataFrame:
        """Cases of the list under the legend's filter, by people, then deadline; those put off come last."""
        return self.cases.iloc[self._queue_at()]

    def queue_ids(self) -> list[str]:
        """Findings of the queue, in its order."""
        key = ("ids", *self._narrowed())
        if key not in self._kept:
            self._kept[key] = self.cases["finding_id"].iloc[self._queue_at()].tolist()
        ids: list[str] = self._kept[key]
        return ids

    def case(self) -> pd.Series | None:
        """The chosen case, as the book holds it now."""
        key = ("case", self.work.chosen)
        if key not in self._kept:  # every piece of the page asks for it
            at = np.flatnonzero((self.cases["finding_id"] == self.work.chosen).to_numpy(dtype=bool))
            self._kept[key] = self.cases.iloc[at[0]] if len(at) else None
        case: pd.Series | None = self._kept[key]
        return case

    def undone(self) -> np.ndarray:
        """Cases nobody has spoken of yet, or whose evidence changed since."""
        if "undone" not in self._kept:
            self._kept["undone"] = undone(self.cases)
        found: np.ndarray = self._kept["undone"]
        return found

    def nobody(self) -> frozenset[str]:
        """Cases of which the page says to everybody that nobody is left: a zero is no secret there."""
        if "nobody" not in self._kept:
            masks = [one.nobody for one in self.lists if one.nobody is not None]
            self._kept["nobody"] = frozenset(self.cases.loc[np.any(masks, axis=0), "finding_id"]) if masks else frozenset()
        found: frozenset[str] = self._kept["nobody"]
        return found

    def asked(self, case: pd.Series) -> pd.Series | None:
        """The row of the log by which a cancellation was requested that waits for the second person; null where none waits."""
        if case["status"] != "cancellation_requested":
            return None
        key = ("asked", case["finding_id"], int(case["version"]))
        if key not in self._kept:
            said = self.book.history(str(case["finding_id"]))
            self._kept[key] = said[said["verb"] == "request_cancellation"].iloc[-1]
        row: pd.Series = self._kept[key]
        return row

    def called(self, case: pd.Series, verb: str) -> tuple[str, str]:
        """What a verdict is called, Chinese and English: nobody refuses what they asked for themselves, they withdraw it."""
        asked = self.asked(case) if verb == "refuse_cancellation" else None
        if asked is not None and asked["by"] == self.user.user_id:
            return WITHDRAWN
        return VERBS[verb].zh, VERBS[verb].en

    def _narrowed(self) -> tuple[Hashable, ...]:
        return (self.listing().name, self.work.codes, self.work.skipped)

    def _queue_at(self) -> np.ndarray:
        key = ("at", *self._narrowed())
        if key not in self._kept:
            keep = self.listing().keep
            if self.work.codes:
                keep = keep & self.cases["code"].isin(self.work.codes).to_numpy()
            at = np.flatnonzero(keep)
            late = self.cases["finding_id"].iloc[at].isin(self.work.skipped).to_numpy() if self.work.skipped else np.zeros(len(at), dtype=bool)
            self._kept[key] = at[np.argsort(late, kind="stable")]
        found: np.ndarray = self._kept[key]
        return found


@dataclass(frozen=True)
class Page:
    """One case page.

    name keys its session and widgets; codes are the findings it shows; lists parts its cases; beside says what stands
    in the panel between the reason and the evidence; above what stands in the bar; verbs in the order of its buttons;
    swipe whether the survey before can be compared.
    """

    name: str
    codes: frozenset[str]
    lists: Callable[[Casebook, pd.DataFrame], Sequence[Listing]]
    beside: Callable[[Desk, pd.Series], None]
    above: Callable[[Desk], None]
    verbs: tuple[str, ...]
    swipe: bool = False


def undone(cases: pd.DataFrame) -> np.ndarray:
    """Cases nobody has spoken of yet, or whose evidence changed since."""
    found: np.ndarray = ((cases["status"] == "open") | cases["needs_recheck"].astype(bool)).to_numpy(dtype=bool)
    return found
