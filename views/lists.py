"""The two lists beside the map, of findings and of objects: a row that is chosen leads the map and the panel."""

from __future__ import annotations

import zlib

import pandas as pd
import streamlit as st

from layers.cards import title
from layers.labels import KIND
from layers.result import Result
from views import state
from views.listing import OBJECTS_N, brief, objects
from views.state import kept, language, named, say

HEIGHT_PX = 190
FINDINGS, OBJECTS = "findings", "objects"


def lists(result: Result, scope: str, found: pd.DataFrame, *, text: str, total_n: int) -> None:
    """Show the list that was asked for.

    Parameters
    ----------
    result, scope
        What the map shows.
    found
        Findings that the filter keeps.
    text
        Words that objects are searched by.
    total_n
        Findings of the scope before any filter.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="list_head"):
        names = {
            FINDINGS: say(f"问题 {len(found):,} / {total_n:,}", f"Findings {len(found):,} / {total_n:,}"),
            OBJECTS: say("全部对象", "All objects"),
        }
        which = st.segmented_control(
            say("清单", "List"), list(names), format_func=names.__getitem__, label_visibility="collapsed", **kept(state.LISTING, FINDINGS)
        )
        if which != OBJECTS:
            _steps(found)
    if which == OBJECTS:
        _objects(result, scope, text)
    else:
        _findings(result, found, total_n=total_n)


def _findings(result: Result, found: pd.DataFrame, *, total_n: int) -> None:
    if found.empty:
        some = say("筛选后没有问题。", "No finding is left by the filter.") if total_n else say("这里没有发现问题。", "No findings here.")
        st.info(some, icon=":material/check_circle:")
        return
    shown = found.head(OBJECTS_N)
    targets = [("finding", i) for i in shown["finding_id"]]
    _rows(brief(result, shown), targets, widths=(125, 160, "large"))
    if len(found) > len(shown):
        st.caption(say(f"只列出前 {len(shown):,} 个，请用筛选缩小范围；下载的清单是全部。", f"The first {len(shown):,} only; the download holds all."))


def _objects(result: Result, scope: str, text: str) -> None:
    every = objects(result, scope, text)
    if every.empty:
        st.info(say("没有这样的建筑、门牌或地址。", "No such building, plate or address."), icon=":material/search_off:")
        return
    told = pd.DataFrame(
        {
            say("类别", "Kind"): every["kind"].map({kind: named(KIND, kind) for kind in KIND}),
            say("文字", "Text"): every["text"],
            say("状态", "Status"): every["status"].map({code: title(code, language()) for code in every["status"].unique()}),
            say("编号", "Id"): every["id"],
        }
    )
    targets = list(zip(every["kind"], every["id"], strict=True))
    _rows(told, targets, widths=("small", 210, 110, "medium"))
    if len(every) == OBJECTS_N:
        st.caption(say(f"只列出前 {OBJECTS_N:,} 个，请用上面的查找缩小范围。", f"The first {OBJECTS_N:,} only; search to narrow them."))


def _rows(table: pd.DataFrame, targets: list[tuple[str, str]], *, widths: tuple[int | str, ...]) -> None:
    # Another list is another widget: a chosen row of the old one would point at a stranger.
    key = f"{state.LIST}_{zlib.crc32(repr(targets).encode()):x}"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(targets):
            state.select(*targets[rows[0]], fly=True)

    columns = {c: st.column_config.TextColumn(c, width=w) for c, w in zip(table.columns, widths, strict=True)}  # type: ignore[arg-type]
    st.dataframe(table, hide_index=True, height=HEIGHT_PX, key=key, on_select=chosen, selection_mode="single-row", column_config=columns)


def _steps(found: pd.DataFrame) -> None:
    """To the finding before and after the one that is chosen, in the order of the list."""
    ids = found["finding_id"].tolist()
    chosen = st.session_state.get(state.SELECTED)
    at = ids.index(chosen[1]) if chosen and chosen[0] == "finding" and chosen[1] in ids else None
    before, after = (-1, 0) if at is None else (at - 1, at + 1)
    for key, icon, to, hint in (
        ("before", "navigate_before", before, say("上一个", "Previous")),
        ("after", "navigate_next", after, say("下一个", "Next")),
    ):
        there = 0 <= to < len(ids)
        args = ("finding", ids[to]) if there else ("finding", "")
        st.button(
            hint, key=f"step_{key}", icon=f":material/{icon}:", shortcut="P" if key == "before" else "N", disabled=not there, type="tertiary",
            on_click=state.select, args=args, kwargs={"fly": True},
        )  # fmt: skip
