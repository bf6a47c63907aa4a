"""The addresses that are no page: the app's own, which leads to the person's first page, and those nobody knows here.

Every page has an address of its own, so that it can be kept as a bookmark. An address that is no page of the person ends
in words and a next step; the frame's own English message is never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from views.language import say
from views.pages import PAGES, Page
from views.plain import plain

UNKNOWN = "unknown_page"
"""Session key: the address that was asked for and is no page of the person."""
_SHOWN_N = 60


def first(pages: dict[str, st.Page]) -> st.Page:
    """The page at the app's own address: it goes on to the first page of the person."""
    return st.Page(partial(_go_on, pages), title=say("首页", "Home"), url_path="", default=True, visibility="hidden")


def unknown(pages: dict[str, st.Page]) -> list[st.Page]:
    """A page for the address that was asked for, where it is none of these; else nothing."""
    context = get_script_run_ctx()
    # An address is asked for by name once, when the page is opened; afterwards the browser names the page by its digest.
    asked = "" if context is None or context.pages_manager.intended_page_script_hash else context.pages_manager.intended_page_name or ""
    if asked and asked not in pages and asked == asked.strip("/ "):
        st.session_state[UNKNOWN] = asked
    name = st.session_state.get(UNKNOWN)
    if not name or name in pages:
        return []
    return [st.Page(_refuse(name, pages), title=say("没有这一页", "No such page"), url_path=name, visibility="hidden")]


def _go_on(pages: dict[str, st.Page]) -> None:
    st.switch_page(next(iter(pages.values())))


def _refuse(name: str, pages: dict[str, st.Page]) -> Callable[[], None]:
    known = next((one for one in PAGES if one.path == name), None)

    def show() -> None:
        st.header(say("这个地址打不开", "This address cannot be opened"))
        st.warning(_why(known, name), icon=":material/wrong_location:")
        st.markdown(
            say("**下一步**：打开您的任意一页，", "**Next**: open one of your pages")
            + say("或在浏览器收藏夹里改正地址：", ", or mend the bookmark:")
        )
        with st.container(horizontal=True, key="own_pages"):
            for page in pages.values():
                st.page_link(page)

    return show


def _why(known: Page | None, name: str) -> str:
    if known is None:
        return plain(say(f"没有“{name[:_SHOWN_N]}”这一页。", f"There is no page “{name[:_SHOWN_N]}”."))
    return plain(
        say(
            f"“{known.zh}”不在您的职责之内；需要时请系统管理员在「设置」中授权。",
            f"“{known.en}” is not among the pages of your role; ask the administrator for the right in Settings.",
        )
    )
