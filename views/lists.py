"""The two lists beside the map, of findings and of objects: a row that is chosen leads the map and the panel."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from layers.cards import title
from layers.labels import KIND
from layers.result import Result
from views import state
from views.listing import OBJECTS_N, brief, objects
from views.short import short
from views.state import kept, language, named, say, stamp

HEIGHT_PX = 190
LISTS_N = 64
"""Lists kept as they were sent; the one that was not asked for longest goes first."""
FINDINGS, OBJECTS = "findings", "objects"


@dataclass(frozen=True)
class _Rows:
    """A list as it is sent: its table, what each row leads to, and its name, which changes with its rows."""

    table: pa.Table
    targets: list[tuple[str, str]]
    name: str


def lists(result: Result, scope: str, found: pd.DataFrame, keep: np.ndarray, *, text: str) -> None:
    """Show the list that was asked for.

    Parameters
    ----------
    result, scope
        What the map shows.
    found, keep
        Findings of the scope, and which of them the filter keeps.
    text
        Words that objects are searched by.
    """
    kept_n = int(np.count_nonzero(keep))
    with st.container(horizontal=True, vertical_alignment="center", key="list_head"):
        names = {
            FINDINGS: say(f"问题 {kept_n:,} / {len(found):,}", f"Findings {kept_n:,} / {len(found):,}"),
            OBJECTS: say("全部对象", "All objects"),
        }
        which = st.segmented_control(
            say("清单", "List"), list(names), format_func=names.__getitem__, label_visibility="collapsed", **kept(state.LISTING, FINDINGS)
        )
        if which != OBJECTS:
            _steps(found, keep)
    if which == OBJECTS:
        _objects(result, scope, text)
    else:
        _findings(result, scope, found, keep, kept_n=kept_n)


def _findings(result: Result, scope: str, found: pd.DataFrame, keep: np.ndarray, *, kept_n: int) -> None:
    if not kept_n:
        some = (
            say("筛选后没有问题。", "No finding is left by the filter.") if len(found) else say("这里没有发现问题。", "No findings here.")
        )
        st.info(some, icon=":material/check_circle:")
        return
    narrowed = f"{scope}/{zlib.crc32(np.packbits(keep).tobytes()):x}"
    _show(
        _finding_rows(result, found, keep, narrowed=narrowed, folder=str(result.folder), stamp=stamp(result), words=language()),
        widths=(100 if language() == "zh" else 150, 140, 420),
    )
    if kept_n > OBJECTS_N:
        st.caption(
            say(
                f"只列出前 {OBJECTS_N:,} 个，请用筛选缩小范围；下载的清单是全部。", f"The first {OBJECTS_N:,} only; the download holds all."
            )
        )


@st.cache_resource(max_entries=LISTS_N, show_spinner=False)
def _finding_rows(_result: Result, _found: pd.DataFrame, _keep: np.ndarray, *, narrowed: str, folder: str, stamp: int, words: str) -> _Rows:
    """The list of findings as it is sent: made once for all who see the same."""
    del folder, stamp, words
    shown = _found.iloc[np.flatnonzero(_keep)[:OBJECTS_N]]
    told, subject = brief(_result, shown), say("对象", "Subject")
    told[subject] = short(_result, told[subject], shown["village_code"], narrowed.partition("/")[0])
    return _rows(told, [("finding", i) for i in shown["finding_id"]])


def _objects(result: Result, scope: str, text: str) -> None:
    rows = _object_rows(result, scope, text, folder=str(result.folder), stamp=stamp(result), words=language())
    if not rows.targets:
        st.info(say("没有这样的建筑、门牌或地址。", "No such building, plate or address."), icon=":material/search_off:")
        return
    _show(rows, widths=("small", 210, 110, "medium"))
    if len(rows.targets) == OBJECTS_N:
        st.caption(say(f"只列出前 {OBJECTS_N:,} 个，请用上面的查找缩小范围。", f"The first {OBJECTS_N:,} only; search to narrow them."))


@st.cache_resource(max_entries=LISTS_N, show_spinner=False)
def _object_rows(_result: Result, scope: str, text: str, *, folder: str, stamp: int, words: str) -> _Rows:
    """The list of objects as it is sent: made once for all who see the same."""
    del folder, stamp, words
    every = objects(_result, scope, text)
    told = pd.DataFrame(
        {
            say("类别", "Kind"): every["kind"].map({kind: named(KIND, kind) for kind in KIND}),
            say("文字", "Text"): every["text"],
            say("状态", "Status"): every["status"].map({code: title(code, language()) for code in every["status"].unique()}),
            say("编号", "Id"): every["id"],
        }
    )
    return _rows(told, list(zip(every["kind"], every["id"], strict=True)))


def _rows(table: pd.DataFrame, targets: list[tuple[str, str]]) -> _Rows:
    # Another list is another widget: a chosen row of the old one would point at a stranger.
    return _Rows(pa.Table.from_pandas(table, preserve_index=False), targets, f"{state.LIST}_{zlib.crc32(repr(targets).encode()):x}")


def _show(rows: _Rows, *, widths: tuple[int | str, ...]) -> None:
    def chosen() -> None:
        at = st.session_state[rows.name]["selection"]["rows"]
        if at and at[0] < len(rows.targets):
            state.select(*rows.targets[at[0]], fly=True)

    columns = {c: st.column_config.TextColumn(c, width=w) for c, w in zip(rows.table.column_names, widths, strict=True)}  # type: ignore[arg-type]
    st.dataframe(
        rows.table, hide_index=True, height=HEIGHT_PX, key=rows.name, on_select=chosen, selection_mode="single-row", column_config=columns
    )


def _steps(found: pd.DataFrame, keep: np.ndarray) -> None:
    """To the finding before and after the one that is chosen, in the order of the list."""
    at = np.flatnonzero(keep)
    chosen = st.session_state.get(state.SELECTED)
    here = np.flatnonzero((found["finding_id"] == chosen[1]).to_numpy(dtype=bool) & keep) if chosen and chosen[0] == "finding" else at[:0]
    place = int(np.searchsorted(at, here[0])) if len(here) else None
    before, after = (-1, 0) if place is None else (place - 1, place + 1)
    for key, icon, to, hint in (
        ("before", "navigate_before", before, say("上一个", "Previous")),
        ("after", "navigate_next", after, say("下一个", "Next")),
    ):
        there = 0 <= to < len(at)
        args = ("finding", str(found["finding_id"].iloc[at[to]])) if there else ("finding", "")
        st.button(
            hint, key=f"step_{key}", icon=f":material/{icon}:", shortcut="P" if key == "before" else "N", disabled=not there, type="tertiary",
            on_click=state.select, args=args, kwargs={"fly": True},
        )  # fmt: skip
