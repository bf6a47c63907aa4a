"""What a case page is: which findings it works through, in which lists, and what its panel says beside the evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.casebook import Casebook
from layers.result import Result
from views.cases.session import Work
from views.sign_in import User

FINISHED = frozenset({
    "plate_installed", "exempted", "false_alarm", "link_confirmed", "error_confirmed", "standing_confirmed", "cancellation_approved", "fixed",
})  # fmt: skip
"""Statuses after which no office of these pages has to act."""


@dataclass(frozen=True)
class Listing:
    """One list of a page: its name, title, sign, what it means in a sentence, and which of the cases are in it."""

    name: str
    zh: str
    en: str
    icon: str
    hint_zh: str
    hint_en: str
    keep: np.ndarray


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

    @property
    def exact(self) -> bool:
        """Whether small counts of people may be read: by the office that holds them."""
        return "police" in self.user.roles

    def listing(self) -> Listing:
        """The list that is worked through."""
        return next((one for one in self.lists if one.name == self.work.listing), self.lists[0])

    def queue(self) -> pd.DataFrame:
        """Cases of the list under the legend's filter, by people, then deadline; those put off come last."""
        rows = self.cases[self.listing().keep]
        if self.work.codes:
            rows = rows[rows["code"].isin(self.work.codes)]
        return rows.assign(_late=rows["finding_id"].isin(self.work.skipped)).sort_values("_late", kind="stable").drop(columns="_late")

    def case(self) -> pd.Series | None:
        """The chosen case, as the book holds it now."""
        rows = self.cases[self.cases["finding_id"] == self.work.chosen]
        return rows.iloc[0] if len(rows) else None


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
