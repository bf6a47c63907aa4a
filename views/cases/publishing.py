"""The shown result becomes cases: published once, by an account that may, with a person's word where many rows are missing."""

from __future__ import annotations

import streamlit as st

from geo.casebook import OFFICE_VERBS, Casebook
from layers.result import Result
from views import casebook
from views.accounts import open_accounts
from views.language import say
from views.plain import plain
from views.sign_in import User

MAY = frozenset(OFFICE_VERBS["publish"][2])
_CONFIRMED = "publish_confirmed"


def published(book: Casebook, result: Result, user: User) -> bool:
    """Whether there are cases to show; where the shown result is new it is published first, and what stops that is told."""
    by = publisher(user)
    stamp = (result.folder / "run.json").stat().st_mtime_ns
    error = casebook.follow(book, result, by=by, confirm_drop=st.session_state.get(_CONFIRMED) == stamp) if by else None
    earlier = (error is None and by is not None) or _was_published(book, where=str(book.store.where), head=book.head().hash)
    if error is not None:
        st.warning(plain(say(error.zh, error.en)), icon=":material/rule:")
        st.caption(
            say("下面仍是上一次发布的案件。请核对数据是否完整；确认无误再发布。", "The cases below are of the run before. Check that the data are whole.")
            if earlier
            else say("请核对数据后重试。", "Check the data, then try again.")
        )
        st.button(say("我已核对，仍然发布", "I checked: publish all the same"), key="publish_anyway", on_click=_confirm, args=(stamp,))
    elif by is None and not earlier:
        st.info(
            say("这次核对结果还没有发布成案件；请数据岗、民政或公安的账号打开本页。", "This result is not published as cases yet; data, civil affairs or police open this page."),
            icon=":material/publish:",
        )
    return earlier


@st.cache_resource(max_entries=8, show_spinner=False)
def _was_published(_book: Casebook, *, where: str, head: str) -> bool:
    del where, head
    return bool((_book.runs()["status"] == "published").any())


def publisher(user: User) -> str | None:
    """The account that publishes: the person's own where it may; in single-user mode the data office's; else nobody."""
    if set(user.roles) & MAY and user.user_id:
        return user.user_id
    if user.mode == "single":
        return next((one.user_id for one in open_accounts() if "data" in one.roles), None)
    return None


def _confirm(stamp: int) -> None:
    st.session_state[_CONFIRMED] = stamp
