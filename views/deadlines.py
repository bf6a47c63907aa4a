"""办理期限: by when each village is to be done, set by the offices that may, kept in the casebook with its reason."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from geo.casebook import OFFICE_VERBS, ROLES, Casebook
from geo.errors import CasebookError
from layers.result import Result
from views import casebook
from views.plain import plain
from views.products import today
from views.sign_in import User, current_user
from views.state import say, village_name

_TOLD, _CHOSEN, _DAY, _REASON = "deadline_told", "deadline_villages", "deadline_day", "deadline_reason"
_REASON_CHARS = 200


def show(result: Result) -> None:
    """Show the villages with their deadlines, what waits and is overdue in each, and the form where this account may set them."""
    book = casebook.book(result.folder)
    if book is None:
        st.info(say("没有案卷库，期限没有地方登记。", "Without a casebook there is nowhere to keep deadlines."), icon=":material/help:")
        return
    for kind, told in st.session_state.pop(_TOLD, []):
        (st.success if kind == "done" else st.error)(plain(told), icon=":material/check_circle:" if kind == "done" else ":material/error:")
    user = current_user()
    codes = [code for code in result.villages if code]
    may = villages_to_set(book, user, codes)
    left, right = st.columns([1.6, 1], gap="medium")
    with left:
        st.dataframe(deadline_table(result, book, codes), hide_index=True, height="content" if len(codes) < 14 else 480, key="deadlines")
        st.caption(
            say("过了期限还没办完的算逾期，各单位的待办和通报都会显示。案件另设了期限的，以案件的为准。",
                "What is not done by then is overdue, in the lists of the offices and in the bulletin. A case with a deadline of its own keeps it.")
        )  # fmt: skip
    with right:
        if may:
            _form(result, book, user, may)
        else:
            _who_may()


def villages_to_set(book: Casebook, user: User, codes: list[str]) -> list[str]:
    """The villages whose deadline this account may set, by its grants in force; the casebook checks each one again when it is set."""
    grants = book.grants(user.user_id) if user.user_id else pd.DataFrame({"role": [], "village_code": [], "revoked_at": []})
    held = grants[grants["revoked_at"].isna() & grants["role"].isin(OFFICE_VERBS["set_deadline"][2])]
    named = set(held["village_code"])
    return [code for code in codes if "*" in named or code in named]


def deadline_table(result: Result, book: Casebook, codes: list[str]) -> pd.DataFrame:
    """One row per village: deadline, days left, who set it, what waits and how much of it is overdue."""
    known = book.deadlines().dropna(subset="deadline").set_index("village_code")
    waits = book.waiting().groupby("village_code")[["cases_n", "open_n", "overdue_n"]].sum()
    names = book.accounts().set_index("user_id")["display"]
    rows = pd.DataFrame({"code": codes}).set_index("code").join(known).join(waits)
    left = (rows["deadline"] - pd.Timestamp(book.store.today())).dt.days
    days = left.map(
        lambda n: (
            ""
            if pd.isna(n)
            else say(f"还有 {n:.0f} 天", f"{n:.0f} days left")
            if n >= 0
            else say(f"已过 {-n:.0f} 天", f"{-n:.0f} days over")
        )
    )
    return pd.DataFrame(
        {
            say("村居", "Village"): [village_name(result, code) for code in codes],
            say("期限", "Deadline"): rows["deadline"].dt.strftime("%Y-%m-%d").fillna(say("未设", "none")).to_numpy(),
            say("剩余", "Left"): days.to_numpy(),
            say("设定者", "Set by"): rows["set_by"].map(names).fillna("").to_numpy(),
            say("待办", "Waiting"): rows["cases_n"].fillna(0).astype("int64").to_numpy(),
            say("其中待核", "To look at"): rows["open_n"].fillna(0).astype("int64").to_numpy(),
            say("逾期", "Overdue"): rows["overdue_n"].fillna(0).astype("int64").to_numpy(),
        }
    )


def _form(result: Result, book: Casebook, user: User, may: list[str]) -> None:
    with st.form("deadline_form", border=True):
        st.markdown(f"**{say('设定期限', 'Set a deadline')}**")
        chosen = st.multiselect(
            say("村居（可多选）", "Villages"), may, format_func=lambda c: village_name(result, c), key=_CHOSEN, placeholder=say("选择村居", "choose villages"),
        )  # fmt: skip
        day = st.date_input(say("期限", "Deadline"), value=None, min_value=today().date(), format="YYYY-MM-DD", key=_DAY)
        reason = st.text_input(
            say("依据", "Reason"),
            key=_REASON,
            max_chars=_REASON_CHARS,
            placeholder=say("如：镇政府办〔2026〕12 号", "such as the number of the notice"),
        )
        with st.container(horizontal=True):
            set_now = st.form_submit_button(say("设定", "Set"), type="primary", icon=":material/event_available:")
            take_away = st.form_submit_button(say("取消这些村的期限", "Take them away"), icon=":material/event_busy:")
    if not set_now and not take_away:
        return
    if not chosen:
        st.warning(say("请先选村居。", "Choose villages first."), icon=":material/help:")
    elif set_now and not isinstance(day, date):
        st.warning(say("请填期限的日期。", "Give the day."), icon=":material/help:")
    elif not reason.strip():
        st.warning(say("请写依据，将来查得到是按什么定的。", "Give the reason: it is kept with the deadline."), icon=":material/help:")
    else:
        keep(result, book, user, chosen, day if set_now and isinstance(day, date) else None, reason)
        st.rerun()


def keep(result: Result, book: Casebook, user: User, codes: list[str], day: date | None, reason: str) -> None:
    """Set or take away the deadline of each village; what the casebook refuses is told, village by village, and the others stay set."""
    done, told = [], []
    for code in codes:
        try:
            book.set_deadline(code, day, by=user.user_id, reason=reason)
            done.append(village_name(result, code))
        except CasebookError as error:
            told.append(("refused", f"{village_name(result, code)}：{say(error.zh, error.en)}"))
    if done:
        names = say("、", ", ").join(done)
        text = say(f"{names}：期限 {day}", f"{names}: due {day}") if day else say(f"{names}：期限已取消", f"{names}: no deadline any more")
        told.insert(0, ("done", text))
    st.session_state[_TOLD] = told


def _who_may() -> None:
    roles = say("、", " and ").join(say(ROLES[role].zh, ROLES[role].en) for role in OFFICE_VERBS["set_deadline"][2])
    st.info(say(f"期限由{roles}设定，这里只能查看。", f"Deadlines are set by {roles}; here they can be seen."), icon=":material/lock:")
