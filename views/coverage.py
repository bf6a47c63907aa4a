"""各村上墙率: how far each village has come, what is missing inside it, why, since when, and whether the figures hold in the field."""

from __future__ import annotations

import streamlit as st

from layers.coverage import Coverage, coverage, metrics
from layers.result import Result
from views import coverage_map, coverage_trend, coverage_village, deadlines, inspection, products, state
from views.coverage_map import title
from views.state import kept, say

VIEW = "coverage_view"
_OF_METRIC = ("all", "village", "why")
"""Views that a metric changes."""


def show() -> None:
    """Show the page."""
    result = state.chosen_result()
    known = {m.name: m for m in metrics(result)}
    if not known:
        st.info(say("这个结果没有统计表；请提供村界并重新核对。", "This result holds no tallies; deliver villages and verify again."))
        return
    if coverage_map.take_event(result):
        st.session_state[VIEW] = "village"
    if st.session_state.get(state.METRIC) not in known:
        st.session_state[state.METRIC] = next(iter(known))
    products.show_export_fault()
    views = {
        "all": say("各村", "Villages"),
        "village": say("村内", "One village"),
        "why": say("趋势与原因", "Trend, causes"),
        "days": say("办理期限", "Deadlines"),
        "sample": say("抽查", "Inspection"),
    }
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        view = st.segmented_control(
            say("内容", "View"), list(views), format_func=views.__getitem__, label_visibility="collapsed", **kept(VIEW, "all")
        )
        if view in _OF_METRIC:  # nothing is offered that changes nothing
            st.selectbox(
                say("指标", "Metric"),
                list(known),
                width=260,
                format_func=lambda m: title(known[m]),
                label_visibility="collapsed",
                **kept(state.METRIC),
            )
            with st.container(horizontal=True, horizontal_alignment="right", key="downloads", width="stretch"):
                products.bulletin_buttons(result, known[st.session_state[state.METRIC]])
    _show(str(view), result, coverage(result, known[st.session_state[state.METRIC]]))


def _show(view: str, result: Result, found: Coverage) -> None:
    if view == "village":
        coverage_village.show(result, found)
    elif view == "why":
        coverage_trend.show(result, found)
    elif view == "days":
        deadlines.show(result)
    elif view == "sample":
        inspection.show(result)
    else:
        coverage_map.show(result, found, on_village=lambda: st.session_state.update({VIEW: "village"}))
