"""Who is at the desk, and what waits for their office."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from geo.casebook import ROLES, Casebook, Head
from views.casebook import sample_day
from views.cases.page import Desk, undone
from views.language import joined, say
from views.plain import plain


def who_and_what(desk: Desk) -> None:
    """One line: the account, its office, and how many cases wait for it in its villages, overdue ones marked."""
    user = desk.user
    with st.container(key="who", width="stretch"):
        if not user.user_id:
            st.caption(say("没有登录账号，只能查看。", "No account: you can look, not decide."))
            return
        offices = [role for role in user.roles if ROLES[role].acts]
        names = joined(say(ROLES[role].zh, ROLES[role].en) for role in offices)
        n, open_n, late = waiting_n(desk.book, frozenset(offices), None if "*" in user.villages else frozenset(user.villages))
        overdue = f"{say('，', ', ')}:red[{say(f'超期 {late:,} 件', f'{late:,} overdue')}]" if late else ""
        text = say(f"您是 **{plain(user.display)}**（{names}），待办 **{n:,}** 件（待核 {open_n:,}，办理中 {n - open_n:,}）",
                   f"You: **{plain(user.display)}** ({names}), **{n:,}** waiting ({open_n:,} to look at, {n - open_n:,} under way)")  # fmt: skip
        day = sample_day()
        st.markdown(text + overdue + (f" :gray[{say(f'示例，今天按 {day} 计', f'sample, {day}')}]" if day else ""))


def waiting_n(book: Casebook, offices: frozenset[str], villages: frozenset[str] | None) -> tuple[int, int, int]:
    """How many cases wait for some offices in some villages (null: in all) at this moment; how many of them are to be looked at, and are overdue."""
    return _turns(where=str(book.store.where)).now(book, offices, villages)


@dataclass
class Turns:
    """Whose turn every present case is: read once, then only of what was decided since."""

    head: Head | None = None
    day: str = ""
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    _told: dict[tuple[frozenset[str], frozenset[str] | None], tuple[int, int, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self, book: Casebook, offices: frozenset[str], villages: frozenset[str] | None) -> tuple[int, int, int]:
        """See `waiting_n`."""
        with self._lock:
            head, day = book.head(), book.store.today()
            if (head, day) != (self.head, self.day):
                self._follow(book, head, day)
            if (offices, villages) not in self._told:
                mine = self.table["turn"].isin(list(offices))
                if villages is not None:
                    mine &= self.table["village_code"].isin(list(villages))
                late = mine & (self.table["deadline"] < pd.Timestamp(day))
                n, open_n, late_n = (int(np.count_nonzero(one)) for one in (mine, mine & self.table["open"], late))
                self._told[offices, villages] = n, open_n, late_n
            return self._told[offices, villages]

    def _follow(self, book: Casebook, head: Head, day: str) -> None:
        changed = book.touched(self.head) if self.head and day == self.day else None
        if changed is None:
            self.table = _whose(book, None)
        elif changed:
            self.table = pd.concat([self.table[~self.table["finding_id"].isin(changed)], _whose(book, changed)], ignore_index=True)
        self.head, self.day, self._told = head, day, {}


@st.cache_resource(max_entries=8, show_spinner=False)
def _turns(*, where: str) -> Turns:
    del where
    return Turns()


def _whose(book: Casebook, ids: Collection[str] | None) -> pd.DataFrame:
    """finding_id, turn, village_code, deadline and open (to be looked at) of present cases."""
    cases = book.cases(ids=ids)
    return cases[["finding_id", "turn", "village_code", "deadline"]].assign(open=undone(cases))
