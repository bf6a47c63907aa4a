"""The frame of a case page: bar above, map two thirds, panel one third; everything happens in one fragment, so the map is never loaded again."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.evidence import Evidence, evidence
from layers.result import EVERYWHERE, KINDS, Result
from layers.work import work_map
from views import casebook, state
from views.cases import told
from views.cases.case import case_panel
from views.cases.many import many, many_verdicts
from views.cases.mapstate import map_state, nearest_case
from views.cases.numbers import Around, around
from views.cases.page import Desk, Page
from views.cases.publishing import published
from views.cases.queue import queue
from views.cases.session import work_of
from views.cases.snapshot import cases_of
from views.cases.verdicts import steps, verdicts
from views.cases.waiting import who_and_what
from views.language import say
from views.map_frame import show_map
from views.panel import panel
from views.plain import plain
from views.sign_in import current_user
from views.state import kept

HEIGHT_PX = 600
_SHEET = """<style>
.stMainBlockContainer > [data-testid="stVerticalBlock"] { gap: 0; }
.st-key-case_map iframe { height: calc(100vh - 10rem) !important; min-height: 420px; }
[data-testid="stColumn"]:has(.st-key-case_panel) > [data-testid="stVerticalBlock"] { height: calc(100vh - 10rem); min-height: 420px; gap: .45rem; }
[data-testid="stLayoutWrapper"]:has(> .st-key-case_panel) { flex: 1 1 0; min-height: 150px; }
.st-key-case_panel { height: 100% !important; max-height: none !important; gap: .4rem; padding: .6rem .85rem; }
:is(.st-key-case_panel, .st-key-verdicts) p, .st-key-case_panel summary, .st-key-case_panel li { font-size: 13.5px; line-height: 1.5; margin: 0; }
:is(.st-key-case_panel, .st-key-verdicts) :is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"]) { margin-bottom: 0 !important; }
.st-key-case_panel table { font-size: 13px; width: 100%; }
.st-key-case_panel th, .st-key-case_panel td { padding: 3px 7px !important; vertical-align: top; }
.st-key-case_panel td:first-child { white-space: nowrap; }
.st-key-case_panel h4 { font-size: 1.12rem; padding: 0; overflow-wrap: anywhere; }
.st-key-case_panel [data-testid="stVerticalBlock"] { gap: .35rem; }
.st-key-case_panel [data-testid="stAlertContainer"] { padding: .5rem .7rem; }
.st-key-verdicts { gap: .4rem; }
.st-key-verdict_buttons { row-gap: .35rem; }
.st-key-verdict_buttons button { min-height: 2rem; padding: .1rem .5rem; }
.st-key-steps button { padding: .1rem .3rem; min-height: 1.8rem; }
.st-key-filters { flex-wrap: nowrap; }
.st-key-who { padding-bottom: .35rem; min-width: 0; }
@media (max-width: 1100px) { .st-key-filters { flex-wrap: wrap; } }
.st-key-who p { margin: 0; font-size: 13.5px; }
.st-key-progress [data-testid="stProgress"] p { font-size: 13.5px; }
</style>"""


def show(page: Page) -> None:
    """Show a case page."""
    result = state.chosen_result()
    casebook.opened(result)
    st.html(_SHEET)
    _work(result, page)


@st.fragment
def _work(result: Result, page: Page) -> None:
    state.in_step()
    book, user, work = casebook.opened(result), current_user(), work_of(page.name)
    if work.user != user.user_id:
        work.leave()
        work.user = user.user_id
    if not published(book, result, user):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        scope = _choose_village(result, page)
        cases = cases_of(book, result, scope, page.codes, all_villages=user.villages)
        desk = Desk(page, result, book, user, work, scope, cases, tuple(page.lists(book, cases)))
        clicked = _take_event(desk)
        _choose_list(desk)
        who_and_what(desk)
        page.above(desk)
    shown = _evidence(desk)
    left, right = st.columns([1.9, 1], gap="small")
    # After a click the panel is waited for, after a decision the map: that one is sent first.
    if clicked:
        _panel(desk, shown, right)
    with left, st.container(key="case_map"):
        show_map(work_map, result.frame, map_state(desk, shown), key=_map_key(page), height_px=HEIGHT_PX)
    if not clicked:
        _panel(desk, shown, right)


def _map_key(page: Page) -> str:
    return f"{page.name}_map"


def _choose_village(result: Result, page: Page) -> str:
    known = state.scopes(result)
    if not known:
        state.no_village()
    if st.session_state.get(state.VILLAGE) not in known:
        st.session_state[state.VILLAGE] = next((s for s in known if s not in (EVERYWHERE, "")), known[0])
    work = work_of(page.name)
    scope: str = st.selectbox(
        say("村（社区）", "Village"), known, width=150, format_func=lambda s: state.village_name(result, s), **kept(state.VILLAGE, also=state.forget)
    )
    if st.session_state.get(f"{page.name}_scope", scope) != scope:
        work.leave()
    st.session_state[f"{page.name}_scope"] = scope
    return scope


def _choose_list(desk: Desk) -> None:
    names = {one.name: f"{one.icon} {plain(say(one.zh, one.en))} {int(one.keep.sum()):,}" for one in desk.lists}
    key = f"{desk.page.name}_list"
    if desk.work.listing not in names:
        desk.work.listing = desk.lists[0].name
    st.session_state[key] = desk.work.listing

    def take() -> None:
        desk.work.listing = st.session_state[key] or desk.work.listing
        desk.work.choose(None)

    with st.container(key="lists", width="content"):
        st.segmented_control(say("清单", "List"), list(names), format_func=names.__getitem__, key=key, on_change=take)


def _take_event(desk: Desk) -> bool:
    """Take what was clicked on the map, once; whether there was anything."""
    event = state.take_event(_map_key(desk.page))
    work = desk.work
    if event is None:
        return False
    if "at" in event:
        work.pin = _place(event["at"]) or work.pin
    elif "many" in event:
        drawn = desk.cases[desk.cases["shown_id"].isin([str(i) for i in event["many"]])]
        work.choose(None)
        work.many = tuple(drawn["finding_id"])
    elif "code" in event:
        work.codes = work.codes ^ {str(event["code"])} if event["code"] in desk.page.codes else work.codes
    elif event.get("all"):
        work.codes = frozenset()
    elif event.get("kind") == "village" and event.get("id") in state.scopes(desk.result):
        st.session_state[state.VILLAGE] = event["id"]
        work.leave()
        st.rerun(scope="fragment")
    elif event.get("kind") in (*KINDS, "finding"):
        _pick(desk, str(event["kind"]), str(event["id"]))
    return True


def _pick(desk: Desk, kind: str, one_id: str) -> None:
    case = nearest_case(desk, kind, one_id)
    if case is not None:
        desk.work.choose(case)
    else:
        desk.work.look_at(kind, one_id)


def _place(at: Any) -> tuple[float, float] | None:
    if not isinstance(at, list | tuple) or len(at) != 2 or not all(isinstance(v, int | float) for v in at):
        return None
    return round(float(at[0]), 7), round(float(at[1]), 7)


def _evidence(desk: Desk) -> Evidence | None:
    case = desk.case()
    if case is not None:
        return evidence(desk.result, "finding", str(case["shown_id"])) if case["shown_id"] else None
    return evidence(desk.result, *desk.work.seen) if desk.work.seen else None


def _panel(desk: Desk, shown: Evidence | None, column: DeltaGenerator) -> None:
    with column:
        _fill(desk, shown)


def _fill(desk: Desk, shown: Evidence | None) -> None:
    case, rows = desk.case(), desk.cases.iloc[:0]
    wants = case is not None and desk.page.name == "missing" and case["subject"] in KINDS
    near = around(desk.result, case, decided=desk.cases) if case is not None and wants else Around((), ())
    _progress(desk)
    with st.container(border=True, key="case_panel", height=360):
        if case is not None:
            case_panel(desk, case, shown, near)
        elif desk.work.many:
            rows = many(desk)
        elif shown is not None:
            panel(desk.result, shown, exact=desk.exact)
        else:
            queue(desk)
    with st.container(key="verdicts"):
        if case is not None:
            verdicts(desk, case, near)
        elif desk.work.many:
            many_verdicts(desk, rows)
        else:
            told.show(desk.work.said)
            _hint()
            steps(desk)


def _progress(desk: Desk) -> None:
    """How far this village has come on this page, and the way back to the list."""
    wanted = desk.cases["code"].isin(desk.work.codes).to_numpy() if desk.work.codes else np.ones(len(desk.cases), dtype=bool)
    n, d = int(np.count_nonzero(~desk.undone() & wanted)), int(np.count_nonzero(wanted))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="progress"):
        st.progress(n / d if d else 0.0, text=say(f"已核 {n:,} / {d:,} 处", f"{n:,} of {d:,} looked at"))
        if desk.work.chosen or desk.work.seen or desk.work.many:
            st.button(say("清单", "List"), key="to_list", icon=":material/list:", shortcut="L", type="tertiary", on_click=desk.work.choose, args=(None,))


def _hint() -> None:
    st.caption(
        say(
            "在地图上点问题或房屋，或在清单中选一行；按 N 从第一件开始。数字键记结论，Z 撤销。",
            "Click a finding or house on the map, or a row of the list; N begins with the first. Number keys decide, Z undoes.",
        )
    )


