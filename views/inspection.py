"""抽查: a random sample to be looked at, what was found, and how far the records may be trusted."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import ROLES
from geo.errors import ResultError
from geo.export.history import run_digest
from geo.export.inspection import VERDICTS, accuracy, add_answers, describe_sample, read_answers, write_sample_pdf
from geo.sampling import Share, draw_sample
from layers.result import Result
from views import casebook
from views.plain import plain
from views.products import export_refusal, note_export, pdf_button, today, town_of
from views.sign_in import current_user
from views.state import kept, language, say

SAMPLE_N, MOST_N = 50, 500
_SIZE, _DAY = "sample_n", "sample_day"
_OPEN = "—"
_SAVED = "inspection_saved"
MAY = frozenset({"leader", "data"})
"""Roles that enter what an inspection found: those who inspect, not the offices whose records are inspected."""


def show(result: Result) -> None:
    """Show the sample, its answers and what they say of all buildings."""
    st.session_state.setdefault(_DAY, today().date())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.number_input(say("抽查栋数", "Buildings"), 1, MOST_N, width=140, **kept(_SIZE, SAMPLE_N))
        day = st.date_input(say("抽样日期", "Day of the draw"), width=170, format="YYYY-MM-DD", **kept(_DAY))
        downloads = st.container(horizontal=True, width="content")
        st.caption(
            say("按村分层随机抽取、不重复；同一次核对、同一日期、同样栋数抽出的总是同一批，任何人都可复核。",
                "Random, without replacement, each village with its share. The same run, day and number draw the same buildings: anybody can check."),
            width="stretch",
        )  # fmt: skip
    run, drawn_on = run_digest(result.folder), f"{day:%Y-%m-%d}" if day else f"{today():%Y-%m-%d}"
    sample = describe_sample(draw_sample(result.tables.buildings, int(n), run=run, drawn_on=drawn_on), result.tables)
    if sample.empty:
        st.info(say("没有应挂牌的建筑可以抽查。", "No building that should have a plate can be drawn."))
        return
    if saved_n := st.session_state.pop(_SAVED, 0):
        st.success(say(f"已记下 {saved_n} 栋的结果。", f"The results of {saved_n} buildings are kept."), icon=":material/check_circle:")
    book = casebook.book(result.folder)
    with downloads:
        pdf_button(
            lambda path: write_sample_pdf(sample, path, title=town_of(result), printed_on=today(), language=language()),
            name=say(f"抽查表_{drawn_on}", f"inspection_{drawn_on}"), key="sample_pdf", label=say("抽查表", "List to print"),
            after=lambda made: note_export(book, made, kind="inspection_pdf", scope="*", rows_n=len(sample)), hint=export_refusal(book),
        )  # fmt: skip
    answers = read_answers(result.folder, run=run, drawn_on=drawn_on)
    answers = answers[answers["building_id"].isin(sample["building_id"])]
    left, right = st.columns([2, 1], gap="medium")
    with right:
        _figures(accuracy(answers), len(sample))
        _by_village(answers, sample)
    with left:
        _answers(result, sample, answers, run=run, drawn_on=drawn_on)


def _figures(share: Share, sample_n: int) -> None:
    st.metric(say("已查 / 抽样", "Inspected / drawn"), f"{share.d:,} / {sample_n:,}", border=True)
    if math.isnan(share.ratio):
        st.info(say("还没有填写结果，准确率未知。", "No result yet: the accuracy is unknown."), icon=":material/help:")
        return
    st.metric(
        say("准确率", "As recorded"), f"{share.ratio:.1%}", border=True,
        help=say("找不到房屋也算不准确", "a house that cannot be found counts against the records"),
    )  # fmt: skip
    st.markdown(
        say(f"{share.n:,} / {share.d:,} 与系统一致；有 95% 的把握，全部建筑的准确率在 **{share.low:.1%}–{share.high:.1%}** 之间（Wilson 区间）。",
            f"{share.n:,} / {share.d:,} as recorded; with 95 % confidence **{share.low:.1%}–{share.high:.1%}** of all buildings are (Wilson's interval).")
    )  # fmt: skip
    if share.d < sample_n:
        st.caption(
            say("还没有查完：先查的未必是随机的一部分，查完再下结论。", "Not finished: those inspected first need not be a random part.")
        )


def _by_village(answers: pd.DataFrame, sample: pd.DataFrame) -> None:
    told = sample.merge(answers[["building_id", "verdict"]], on="building_id", how="left")
    groups = told.groupby("village", sort=True)["verdict"]
    table = pd.DataFrame(
        {"drawn": groups.size(), "seen": groups.count(), "right": groups.agg(lambda v: int((v == "agrees").sum()))}
    ).reset_index()
    table["village"] = table["village"].where(table["village"] != "", say("（未归入村）", "(in no village)"))
    st.dataframe(
        table.rename(columns={"village": say("村居", "Village"), "drawn": say("抽", "drawn"), "seen": say("已查", "seen"), "right": say("一致", "right")}),
        hide_index=True, height="content" if len(table) < 10 else 300, key="sample_villages",
    )  # fmt: skip


def _answers(result: Result, sample: pd.DataFrame, answers: pd.DataFrame, *, run: str, drawn_on: str) -> None:
    verdict, remark = say("实地结果", "Found"), say("备注", "Remark")
    words = {code: pair[0 if language() == "zh" else 1] for code, pair in VERDICTS.items()}
    before = answers.set_index("building_id")
    ids = sample["building_id"]
    table = pd.DataFrame(
        {
            say("序号", "No."): sample["n"],
            say("村居", "Village"): sample["village"],
            say("组/街巷", "Street"): sample["place_name"].where(sample["place_name"] != "", _near(sample)),
            say("门牌号", "Number"): sample["number"],
            say("建筑编号", "Building"): ids,
            verdict: ids.map(before["verdict"]).map(words).astype("str").fillna(_OPEN),
            remark: ids.map(before["remark"]).astype("str").fillna(""),
        }
    )
    if not MAY & set(current_user().roles):
        st.dataframe(table, hide_index=True, height=420, key="inspection_seen")
        told = say("、", ", ").join(say(ROLES[role].zh, ROLES[role].en) for role in ROLES if role in MAY)
        st.info(say(f"抽查结果由{told}填写，被抽查的单位只能查看。", f"Filled in by {told}; those who are inspected can look."), icon=":material/lock:")
        return
    fixed = [c for c in table.columns if c not in (verdict, remark)]
    with st.form("inspection", border=False):
        edited = st.data_editor(
            table, hide_index=True, height=420, disabled=fixed, key=f"inspection_{run}_{drawn_on}_{len(sample)}_{len(answers)}_{language()}",
            column_config={verdict: st.column_config.SelectboxColumn(verdict, options=[_OPEN, *words.values()]), remark: st.column_config.TextColumn(remark, max_chars=200)},
        )  # fmt: skip
        sent = st.form_submit_button(say("记下填写的结果", "Keep what was filled in"), type="primary", icon=":material/save:")
    if sent:
        codes = {told: code for code, told in words.items()}
        _keep(result, _changed(table, edited, sample, codes=codes, columns=(verdict, remark)), run=run, drawn_on=drawn_on)


def _near(sample: pd.DataFrame) -> pd.Series:
    """Beside which house one stands that has no number of its own."""
    return (say("邻 ", "near ") + sample["beside"]).where(sample["beside"] != "", "")


def _changed(
    table: pd.DataFrame, edited: pd.DataFrame, sample: pd.DataFrame, *, codes: dict[str, str], columns: tuple[str, str]
) -> list[dict[str, Any]]:
    verdict, remark = columns
    new = (edited[verdict].fillna(_OPEN) != _OPEN) & ((edited[verdict] != table[verdict]) | (edited[remark].fillna("") != table[remark]))
    rows = zip(sample["building_id"][new], sample["village_code"][new], edited[verdict][new], edited[remark][new], strict=True)
    return [{"building_id": b, "village_code": v, "verdict": codes[str(found)], "remark": told or ""} for b, v, found, told in rows]


def _keep(result: Result, rows: list[dict[str, Any]], *, run: str, drawn_on: str) -> None:
    if not rows:
        st.info(say("没有新填写的结果。", "Nothing new was filled in."))
        return
    user = current_user()
    if not MAY & set(user.roles):
        return
    at = pd.Timestamp.now(tz="UTC").isoformat(timespec="seconds")
    try:
        add_answers(result.folder, [{**row, "run": run, "drawn_on": drawn_on, "by": user.user_id, "at": at} for row in rows])
    except ResultError as error:
        st.error(plain(say(error.zh, error.en)))
        return
    st.session_state[_SAVED] = len(rows)
    st.rerun()
