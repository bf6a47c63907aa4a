"""趋势与原因: the metric over the runs, what keeps it from its target, and what waits for whom longer than it should."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from geo.errors import CasebookError, ResultError
from geo.export.bulletin import FRACTION
from geo.export.history import history, remember, run_name, trend
from geo.ranking import TOTAL, worst_causes
from layers.cards import cards, title
from layers.coverage import HIDDEN, OF_PEOPLE, Coverage
from layers.labels import OFFICE
from layers.result import Result
from layers.style import look
from views import casebook
from views.charts import ink
from views.coverage_map import definition
from views.coverage_map import title as metric_title
from views.plain import plain
from views.state import kept, language, named, say, village_name

HEIGHT_PX = 250
_SCOPE = "trend_village"


def show(result: Result, found: Coverage) -> None:
    """Show the trend, the causes and what is overdue."""
    with st.container(horizontal=True, vertical_alignment="center"):
        codes = [TOTAL, *[c for c in found.villages["village_code"] if c in result.villages]]
        scope = st.selectbox(
            say("范围", "Scope"), codes, width=240, label_visibility="collapsed",
            format_func=lambda c: say("全部村居", "All villages") if c == TOTAL else village_name(result, c), **kept(_SCOPE, TOTAL),
        )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        _trend(result, found, str(scope))
        _causes(result, found, str(scope))
    with right:
        _waiting(result, str(scope))


def _trend(result: Result, found: Coverage, scope: str) -> None:
    st.markdown(f"**{say('历次核对', 'Over the runs')}　{metric_title(found.metric)}**", help=definition(found.metric))
    _remember(result)
    if scope_hidden(found, scope):
        st.info(say("人数过少，不公开。", "Withheld: small counts."), icon=":material/visibility_off:")
        return
    line = trend(history(result.folder), found.metric.name, village_code=scope)
    known = line.dropna(subset="ratio")
    if len(known) < 2:
        told = say("只有一次核对的数据，还没有趋势。以后每次核对都会记下一点；没有记下的时候是“不知道”，不是零。",
                   "Only one run is known, so there is no trend yet. Every run from now on adds a point; what was not noted is unknown, not zero.")  # fmt: skip
        st.info(told, icon=":material/timeline:")
        return
    target = found.total.get("target")
    table = known.assign(
        told=[f"{n:,.0f} / {d:,.0f}" for n, d in zip(known["n"], known["d"], strict=True)],
        run=[run_name(day, n, language()) for day, n in zip(known["as_of"], known["of_day"], strict=True)],
    )
    low = min(float(known["ratio"].min()), float(target) if pd.notna(target) else 1.0) - 0.03
    scale = alt.Scale(domain=[max(low, 0.0), min(float(known["ratio"].max()) + 0.03, 1.0)], nice=False)
    x = alt.X("run:O", title=say("基准日", "as of"), sort=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("ratio:Q", title=None, scale=scale, axis=alt.Axis(format=".0%"))
    tip = [
        alt.Tooltip("run:O", title=say("基准日", "as of")),
        alt.Tooltip("ratio:Q", format=".1%", title=metric_title(found.metric)),
        alt.Tooltip("told:N", title=say(*FRACTION)),
    ]
    marks = alt.Chart(table).mark_line(point=alt.OverlayMarkDef(size=70, filled=True), color="#0072B2").encode(x=x, y=y, tooltip=tip)
    labels = alt.Chart(table).mark_text(dy=-12, fontWeight="bold", color=ink()).encode(x=x, y=y, text=alt.Text("ratio:Q", format=".1%"))
    rule = (
        [alt.Chart(pd.DataFrame({"y": [float(target)]})).mark_rule(strokeDash=[6, 4], color="#D55E00").encode(y=alt.Y("y:Q", scale=scale))]
        if pd.notna(target)
        else []
    )
    st.altair_chart(alt.layer(marks, labels, *rule).properties(height=HEIGHT_PX), width="stretch")


def scope_hidden(found: Coverage, scope: str) -> bool:
    """Whether the figures of a village, or of all, are withheld in this run: then no earlier one is told either."""
    if found.metric.name not in OF_PEOPLE:
        return False
    if scope == TOTAL:
        return bool(pd.isna(found.total.get("n")))
    rows = found.villages[found.villages["village_code"] == scope]
    return bool((rows["standing"] == HIDDEN).any())


def _remember(result: Result) -> None:
    """Runs made before the app kept a history, or by another program, are noted the first time somebody looks."""
    try:
        remember(result.folder, as_of=str(result.tables.run.get("as_of") or ""))
    except (OSError, ResultError):
        st.caption(say("结果文件夹不可写，本次不记入历史。", "The result folder cannot be written to: this run is not noted."))


def _causes(result: Result, found: Coverage, scope: str) -> None:
    st.markdown(f"**{say('主要原因', 'Main causes')}**")
    told = worst_causes(pd.DataFrame(result.tables.findings), found.metric, village_code=None if scope == TOTAL else scope)
    if told.empty:
        st.success(say("没有影响这个指标的问题。", "No finding keeps this metric down."), icon=":material/check_circle:")
        return
    table = told.head(8).assign(
        name=[f"{look(c).sign} {title(c, language())}" for c in told["code"].head(8)], colour=[look(c).fill for c in told["code"].head(8)]
    )
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))
    bars = alt.Chart(table).mark_bar().encode(
        x=alt.X("findings_n:Q", title=say("件数", "findings"), axis=alt.Axis(tickMinStep=1)), y=y, color=alt.Color("colour:N", scale=None),
        tooltip=[alt.Tooltip("findings_n:Q", title=say("件数", "findings")), alt.Tooltip("villages_n:Q", title=say("涉及村居", "villages"))],
    )  # fmt: skip
    numbers = alt.Chart(table).mark_text(align="left", dx=4, color=ink()).encode(x="findings_n:Q", y=y, text="findings_n:Q")
    st.altair_chart(alt.layer(bars, numbers).properties(height=30 * len(table) + 40), width="stretch")
    first = cards().get(str(told["code"].iloc[0]))
    if first:
        st.caption(say(f"首要原因怎么办：{first.todo_zh}", f"What to do about the first: {first.todo_en}"))


def _waiting(result: Result, scope: str) -> None:
    st.markdown(f"**{say('待办与逾期', 'Waiting and overdue')}**")
    book = casebook.book(result.folder)
    if book is None:
        st.info(
            say("没有案卷库，无法得知办理进度：不知道，不是零。", "There is no casebook, so progress is unknown, which is not zero."),
            icon=":material/help:",
        )
        return
    try:
        rows = book.waiting() if scope == TOTAL else book.waiting(village=scope)
    except CasebookError as error:
        st.error(plain(say(error.zh, error.en)))
        return
    if rows.empty:
        st.success(say("没有待办事项。", "Nothing is waiting."), icon=":material/check_circle:")
        return
    st.metric(say("逾期 / 待办", "Overdue / waiting"), f"{rows['overdue_n'].sum():,} / {rows['cases_n'].sum():,}", border=True)
    st.dataframe(_waiting_table(result, rows), hide_index=True, height="content" if len(rows) < 10 else 360, key="waiting")
    st.caption(
        say(
            "待办是轮到该单位的案件：还没有人核过的（待核），加上已有结论、正在办理的。期限在“办理期限”里按村设定，也可在案件里单独设；没有期限的不算逾期。",
            "Waiting is what it is the office's turn with: cases nobody has looked at, and those decided and under way. Deadlines are set per village under Deadlines, or with a single case; without one nothing is overdue.",
        )
    )


def _waiting_table(result: Result, rows: pd.DataFrame) -> pd.DataFrame:
    """What waits, the most overdue first, as a person reads it."""
    rows = rows.sort_values(["overdue_n", "cases_n", "office", "village_code"], ascending=[False, False, True, True])
    since: Any = pd.to_datetime(rows["oldest"], utc=True, errors="coerce").dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {
            say("经办", "Office"): rows["office"].map(lambda v: named(OFFICE, v)),
            say("村居", "Village"): rows["village_code"].map(lambda c: village_name(result, c)),
            say("逾期", "Overdue"): rows["overdue_n"],
            say("待办", "Waiting"): rows["cases_n"],
            say("其中待核", "To look at"): rows["open_n"],
            say("最早", "Since"): since,
        }
    )
