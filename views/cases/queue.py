"""The list of a case page: what is to be done first stands first; a row that is chosen leads the map and the panel."""

from __future__ import annotations

import zlib

import pandas as pd
import streamlit as st

from layers.cards import title
from views.cases.case import caption, people, status_name
from views.cases.page import Desk
from views.language import language, say
from views.plain import plain
from views.short import short

HEIGHT_PX, ROW_PX = 420, 33
WIDTH_PX = 384
"""Of a list beside the map at 1366 pixels, without the boxes its rows are chosen by."""
SHOWN_N = 1000


def queue(desk: Desk) -> None:
    """Show the list that is worked through."""
    listing, rows = desk.listing(), desk.queue()
    st.caption(plain(say(listing.hint_zh, listing.hint_en)))
    if rows.empty:
        nothing = say("这个清单是空的。", "This list is empty.")
        st.info(nothing if not desk.work.codes else say("图例筛选后没有案件。", "The legend's filter leaves none."), icon=":material/task_alt:")
        return
    head = rows.head(SHOWN_N)
    ids = [str(i) for i in head["finding_id"]]
    _rows(desk, listed(desk, head), ids)
    if len(rows) > SHOWN_N:
        st.caption(say(f"只列出前 {SHOWN_N} 件，共 {len(rows):,} 件。", f"The first {SHOWN_N} of {len(rows):,}."))


def listed(desk: Desk, rows: pd.DataFrame) -> pd.DataFrame:
    """Cases as the list tells them: what, where, how many people; until when and how far, where that is not the same for all of them."""
    names = {code: title(str(code), language()) for code in rows["code"].unique()}
    texts = pd.Series([caption(desk, row) for _, row in rows.iterrows()], index=rows.index, dtype="str")
    columns = {
        say("问题", "Finding"): rows["code"].map(names),
        say("对象", "Subject"): short(desk.result, texts, rows["village_code"], desk.scope),
        say("人数", "People"): [people(desk, row) for _, row in rows.iterrows()],
    }
    if rows["deadline"].notna().any():
        columns[say("期限", "Due")] = _due(desk, rows["deadline"])
    if len(set(rows["status"])) > 1:
        columns[say("状态", "Status")] = [status_name(str(s)) for s in rows["status"]]
    return pd.DataFrame(columns, index=rows.index)


def _due(desk: Desk, deadlines: pd.Series) -> pd.Series:
    """The days, with a sign where they are over."""
    late = deadlines < pd.Timestamp(desk.book.store.today())
    return deadlines.dt.strftime("%Y-%m-%d").where(~late, deadlines.dt.strftime("%Y-%m-%d ") + "⚠").fillna("")


def _rows(desk: Desk, table: pd.DataFrame, ids: list[str]) -> None:
    key = f"{desk.page.name}_queue_{zlib.crc32(repr(ids).encode()):x}"

    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(ids):
            desk.work.choose(ids[rows[0]], fly=True)

    columns = {c: st.column_config.TextColumn(c, width=w) for c, w in zip(table.columns, _widths(list(table.columns)), strict=True)}
    st.dataframe(table, hide_index=True, height=min(HEIGHT_PX, ROW_PX * (len(table) + 1) + 2), key=key, on_select=chosen, selection_mode="single-row", column_config=columns)


def _widths(columns: list[str]) -> list[int]:
    """Pixels of the columns: all of them are seen at once on the screen of an office, the object gets what is left."""
    name = (128 if language() == "zh" else 172) if len(columns) < 4 else 96
    fixed = {say("问题", "Finding"): name, say("人数", "People"): 66 if language() == "zh" else 78, say("期限", "Due"): 96, say("状态", "Status"): 76}
    left = WIDTH_PX - sum(fixed.get(c, 0) for c in columns)
    return [fixed.get(c, max(left, 96)) for c in columns]
