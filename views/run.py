"""运行: what changed since the last run, the list of runs, and what the newest one read, refused, repaired and found."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers.cards import in_order, title
from layers.labels import CRS, SOURCE, YES, Labels
from layers.page import page
from layers.result import Result
from views import casebook, state
from views.changes import changes
from views.deferred import in_session
from views.download import buttons
from views.products import list_left, note_export
from views.records import told_rows
from views.state import language, named, say


def show() -> None:
    """Show the page."""
    result = state.chosen_result()
    changes(result)
    st.markdown(f"#### {say('本次核对', 'The newest run')}")
    details(result)


def details(result: Result) -> None:
    """What the run of a result read, refused, repaired and found, and how long it took."""
    run = result.tables.run
    _figures(result, run)
    _offline_map(result)
    read, refused, repaired, found, steps = st.tabs(
        [
            say("数据来源", "Sources"),
            say(f"退回行 {len(result.tables.quarantine):,}", f"Refused rows {len(result.tables.quarantine):,}"),
            say(f"修正 {len(result.tables.repairs):,}", f"Repairs {len(result.tables.repairs):,}"),
            say("各类问题", "Findings by code"),
            say("用时与环境", "Time and settings"),
        ]
    )
    with read:
        _fates(run.get("inputs"), result.tables.repairs)
        _table(result, _records(run.get("inputs"), SOURCE), say("没有记录数据来源。", "No source is recorded."), name="sources")
        st.markdown(f"**{say('坐标系判定', 'Coordinate systems')}**")
        _table(result, _records(run.get("layers"), CRS), say("没有带坐标的图层。", "No layer has coordinates."), name="layers")
    with refused:
        st.caption(
            say(
                "退回的行没有参与核对；按「改法」改好原表后重新核对。",
                "Refused rows took no part; mend the source as told and verify again.",
            )
        )
        _table(result, told_rows(result.tables.quarantine, "quarantine"), say("没有退回行。", "No row was refused."), name="quarantine")
    with repaired:
        st.caption(say("读取时改动的值，原值在旁，请抽查。", "Values changed while reading, with what was delivered beside them."))
        _table(result, told_rows(result.tables.repairs, "repairs"), say("没有改动任何值。", "No value was changed."), name="repairs")
    with found:
        _table(result, _codes(result), say("没有发现问题。", "No findings."), name="codes")
    with steps:
        _steps(run)


def _offline_map(result: Result) -> None:
    """The whole map as one file, for a computer without network and without this program."""

    def whole() -> str:
        made = page(result)
        note_export(casebook.book(result.folder), made.encode(), kind="offline_map", scope="*", rows_n=len(result.tables.findings))
        return made

    st.download_button(
        say("离线地图（一个 HTML 文件）", "Offline map (one HTML file)"), in_session(whole), f"{result.name}.html", "text/html", key="offline_map",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _figures(result: Result, run: dict[str, Any]) -> None:
    seconds = run.get("seconds")
    total = sum(seconds.values()) if isinstance(seconds, dict) else seconds
    with st.container(horizontal=True, key="figures"):
        for name, table in (("建筑", "buildings"), ("门牌", "plates"), ("地址", "addresses"), ("问题", "findings")):
            st.metric(say(name, table.capitalize()), f"{len(getattr(result.tables, table)):,}", border=True)
        st.metric(say("退回行", "Refused rows"), f"{len(result.tables.quarantine):,}", border=True)
        st.metric(say("基准日", "As of"), str(run.get("as_of") or "—"), border=True)
        st.metric(say("用时", "Time"), f"{total:,.1f} s" if isinstance(total, int | float) else "—", border=True)


def _records(value: object, columns: Labels) -> pd.DataFrame:
    """A list of records as a table, known columns first and by their names."""
    rows = pd.DataFrame(value if isinstance(value, list) else [])
    if "table" in rows:
        rows["table"] = rows["table"].map(state.table_name)
    shown = [c for c in columns if c in rows] + [c for c in rows if c not in columns]
    for column in shown:
        if pd.api.types.is_bool_dtype(rows[column]) or not pd.api.types.is_numeric_dtype(rows[column]):
            rows[column] = rows[column].map(lambda v: named(YES, str(v)) if isinstance(v, bool) else "" if v is None else str(v))
    return rows[shown].rename(columns={c: named(columns, str(c)) for c in shown})


def _fates(inputs: object, repairs: pd.DataFrame) -> None:
    """What became of every row that was read: refused, one with an equal one, or part of the run."""
    told = fates(inputs, repairs)
    if told.empty:
        return
    st.markdown(f"**{say('每一行的去向', 'What became of the rows')}**")
    heads = {
        "table": say("表", "Table"), "rows_read": say("读入", "Read"), "quarantined": say("退回", "Refused"),
        "merged": say("与别行相同而合并", "Equal to another, merged"), "used": say("进入核对", "Verified"),
    }  # fmt: skip
    st.dataframe(told.assign(table=told["table"].map(state.table_name)).rename(columns=heads), hide_index=True, height="content", key="fates")


def fates(inputs: object, repairs: pd.DataFrame) -> pd.DataFrame:
    """Rows of each table: table, rows_read, quarantined, merged, used; read = refused + merged + used.

    Parameters
    ----------
    inputs
        One record per file, of the run.
    repairs
        What was changed while reading: a row that is equal to another is one of them.
    """
    files = pd.DataFrame(inputs if isinstance(inputs, list) else [])
    columns = ["rows_read", "quarantined"]
    if not {"table", *columns} <= set(files.columns):
        return pd.DataFrame()
    rows = files.groupby("table", sort=False)[columns].sum()
    why = repairs["why"].astype("str")
    pieces_n = pd.to_numeric(repairs["before"].where(why.str.startswith("pieces_joined:")), errors="coerce") - 1
    gone = pieces_n.fillna(why.str.startswith("row_twice:").astype("float64")).groupby(repairs["table"]).sum()
    rows["merged"] = gone.reindex(rows.index).fillna(0).astype("int64")
    rows["used"] = rows["rows_read"] - rows["quarantined"] - rows["merged"]
    return rows.reset_index()


def _codes(result: Result) -> pd.DataFrame:
    counts = result.tables.findings["code"].value_counts()
    codes = in_order(set(counts.index))
    return pd.DataFrame(
        {
            say("问题", "Finding"): [title(c, language()) for c in codes],
            say("代码", "Code"): codes,
            say("数量", "Count"): [int(counts[c]) for c in codes],
        }
    )


def _table(result: Result, table: pd.DataFrame, empty: str, *, name: str) -> None:
    if table.empty:
        st.info(empty, icon=":material/check_circle:")
        return
    st.dataframe(table, hide_index=True, height="content" if len(table) <= 12 else 430)
    with st.container(horizontal=True, key=f"downloads_{name}"):
        buttons(lambda: table, name=name, key=name, empty=table.empty, after=list_left(result, name))


def _steps(run: dict[str, Any]) -> None:
    seconds = run.get("seconds")
    if isinstance(seconds, dict) and seconds:
        table = pd.DataFrame({say("步骤", "Step"): list(seconds), say("秒", "Seconds"): list(seconds.values())})
        st.dataframe(table, hide_index=True, height="content", width=360)
    told = {k: v for k, v in run.items() if k not in ("seconds", "inputs", "layers", "findings")}
    st.json(told, expanded=2)
