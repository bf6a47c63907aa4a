"""Who is at the desk, and what waits for their office."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.casebook import ROLES, Casebook
from views.casebook import sample_day
from views.cases.page import Desk
from views.language import say
from views.plain import plain

FRESH_S = 15
"""What waits in all villages is counted anew after this long: it reads every open case."""


def who_and_what(desk: Desk) -> None:
    """One line: the account, its office, and how many cases wait for it in its villages, overdue ones marked."""
    user = desk.user
    with st.container(key="who", width="stretch"):
        if not user.user_id:
            st.caption(say("没有登录账号，只能查看。", "No account: you can look, not decide."))
            return
        offices = [role for role in user.roles if ROLES[role].acts]
        names = "、".join(say(ROLES[role].zh, ROLES[role].en) for role in offices)
        waits = _waiting(desk.book, str(desk.book.store.where), tuple(offices))
        mine = waits[waits["village_code"].map(user.sees)] if len(waits) else waits
        n, late = int(mine["cases_n"].sum()), int(mine["overdue_n"].sum())
        overdue = f"，:red[{say(f'超期 {late:,} 件', f'{late:,} overdue')}]" if late else ""
        text = say(f"您是 **{plain(user.display)}**（{names}），待办 **{n:,}** 件", f"You: **{plain(user.display)}** ({names}), **{n:,}** waiting")
        day = sample_day()
        st.markdown(text + overdue + (f" :gray[{say(f'示例，今天按 {day} 计', f'sample, {day}')}]" if day else ""))


@st.cache_data(ttl=FRESH_S, max_entries=32, show_spinner=False)
def _waiting(_book: Casebook, where: str, offices: tuple[str, ...]) -> pd.DataFrame:
    del where
    waits = _book.waiting()
    return waits[waits["office"].isin(offices)]
