"""Many cases at once: what was drawn around on the map, by kind, and the verdicts that fit all of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import VERBS
from geo.casebook.words import Verb
from layers.cards import in_order, title
from views.cases import told
from views.cases.decide import decide, seen
from views.cases.page import Desk
from views.cases.queue import HEIGHT_PX, ROW_PX, listed
from views.cases.verdicts import steps
from views.language import language, say
from views.plain import plain

ONE_BY_ONE = frozenset({"request_cancellation", "approve_cancellation", "refuse_cancellation", "undo", "move_plate", "number_proposed", "confirm_link",
                        "reject_link", "plate_installed", "assign"})  # fmt: skip
"""Verdicts about one house: they are never said of many."""


def many(desk: Desk) -> pd.DataFrame:
    """Show the cases chosen; codes can be taken out of the choice. Answers the cases that are left."""
    rows = desk.cases[desk.cases["finding_id"].isin(desk.work.many)]
    st.markdown(f"#### {say(f'已选 {len(rows)} 处', f'{len(rows)} cases chosen')}")
    counts = rows["code"].value_counts()
    codes = in_order(set(rows["code"]))
    picked = st.pills(
        say("问题", "Findings"), codes, selection_mode="multi", default=codes, key=f"{desk.page.name}_many_codes_{hash(desk.work.many)}",
        format_func=lambda c: f"{title(c, language())} {counts[c]}", label_visibility="collapsed",
    )  # fmt: skip
    rows = rows[rows["code"].isin(picked)]
    if len(rows):
        table = listed(desk, rows)
        st.dataframe(table, hide_index=True, height=min(HEIGHT_PX, ROW_PX * (len(table) + 1) + 2), key=f"{desk.page.name}_many_list")
    return rows


def many_verdicts(desk: Desk, rows: pd.DataFrame) -> None:
    """What can be said of every one of the cases."""
    verbs = [verb for verb in VERBS.values() if _fits(desk, verb, rows)]
    told.show(desk.work.said)
    if desk.work.form in {v.name for v in verbs}:
        _questions(desk, VERBS[str(desk.work.form)], rows)
    elif not verbs:
        st.info(
            say("没有一项结论同时适合这些问题；请在上面只留一类。", "No verdict fits all of these; keep one kind above."), icon=":material/filter_alt:"
        )
    else:
        with st.container(horizontal=True, gap="xsmall", key="verdict_buttons"):
            for verb in verbs:
                asks = bool(verb.needs)
                st.button(
                    f"{say(verb.zh, verb.en)} ×{len(rows)}" + ("…" if asks else ""), key=f"many_{verb.name}", shortcut=verb.key or None,
                    on_click=_open if asks else _say, args=(desk, verb.name) if asks else (desk, verb.name, rows, {}),
                )  # fmt: skip
    st.button(say("取消选择", "Clear"), key="many_clear", shortcut="Escape", type="tertiary", icon=":material/close:", on_click=_clear, args=(desk,))
    steps(desk)


def _fits(desk: Desk, verb: Verb, rows: pd.DataFrame) -> bool:
    """Whether a verdict can be said of every one of the cases, by kind, status and the person's rights."""
    if rows.empty or verb.name in ONE_BY_ONE or not set(desk.user.roles) & set(verb.offices):
        return False
    kinds = rows[["code", "subject"]].drop_duplicates().itertuples(index=False)
    if not all(verb.fits(str(code), str(subject)) for code, subject in kinds):
        return False
    statuses = rows["status"].where(~rows["needs_recheck"].astype(bool), "open")
    villages = {v if isinstance(v, str) else "" for v in rows["village_code"]}
    return set(statuses) <= verb.before and all(desk.book.may(desk.user.user_id, verb.name, v) for v in sorted(villages))


def _questions(desk: Desk, verb: Verb, rows: pd.DataFrame) -> None:
    prefix = f"{desk.page.name}_many_{verb.name}"
    with st.form(f"{prefix}_form", border=False):
        for need in verb.needs:
            label = {"reason": say("理由", "Reason"), "document": say("文号", "Document number")}[need]
            st.text_input(label, key=f"{prefix}_{need}", max_chars=200)
        st.form_submit_button(
            say(f"记下 {len(rows)} 处", f"Record {len(rows)}"), type="primary", icon=":material/check:", key=f"{prefix}_go", on_click=_submit,
            args=(desk, verb, rows, prefix),
        )  # fmt: skip
    st.caption(plain(say("这些处同时记下，要么全部记下，要么一处不记。", "All of them are recorded, or none.")))


def _submit(desk: Desk, verb: Verb, rows: pd.DataFrame, prefix: str) -> None:
    _say(desk, verb.name, rows, {need: str(st.session_state.get(f"{prefix}_{need}") or "") for need in verb.needs})


def _say(desk: Desk, verb: str, rows: pd.DataFrame, given: dict[str, Any]) -> None:
    decide(desk.page.name, desk.result.folder, [seen(row) for _, row in rows.iterrows()], verb, **given)


def _open(desk: Desk, verb: str) -> None:
    desk.work.form, desk.work.said = verb, None


def _clear(desk: Desk) -> None:
    desk.work.many, desk.work.form, desk.work.said = (), None, None
