"""The map of one village: what is wrong, where, why, and with which evidence. Legend and list filter each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from layers.cards import title
from layers.compose import LAYERS, OVERVIEW
from layers.degrees import bounds, located
from layers.evidence import Evidence, evidence
from layers.labels import OFFICE, SEVERITY
from layers.offline import switched_map
from layers.result import KINDS, Result
from layers.style import LOOKS
from layers.window import ZOOM
from layers.words import names, words
from views import basemaps, state
from views.download import buttons
from views.listing import Filter, legend, listed, mask, matching
from views.lists import lists
from views.map_frame import show_map
from views.panel import panel
from views.products import list_left
from views.routes import scene_url, window_url
from views.sign_in import current_user
from views.state import kept, language, named, say
from views.tokens import tokens

HEIGHT_PX = 600
_HIDDEN = frozenset({"links"})


def show() -> None:
    """Show the page."""
    _work(state.chosen_result())


@st.fragment
def _work(result: Result) -> None:
    state.in_step()
    clicked = _take_event(result)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        scope = _choose_village(result)
        wanted = _choose_filter()
        downloads = st.container(horizontal=True, key="downloads", width="content")
    found, keep, but_codes = matching(result, scope, wanted)
    with downloads:
        name = say("问题清单_", "findings_") + state.village_name(result, scope)
        buttons(
            lambda: listed(result, found[keep]),
            name=name,
            key="findings",
            empty=not keep.any(),
            after=list_left(result, "findings", scope=scope or "-"),
        )
    chosen = st.session_state.get(state.SELECTED)
    shown = evidence(result, *chosen) if chosen else None
    left, right = st.columns([1.75, 1], gap="small")
    with right:
        rows, box = st.container(key="list_box"), st.container(border=True, key="panel", height=360)
    # After a click the panel is waited for, at first the map: that one is sent first, and the list last.
    if clicked:
        _panel(result, scope, found, shown, box)
    with left, st.container(key="map_box"):
        drawn = _map_state(result, scope, wanted, legend(found, but_codes, wanted.codes), keep, shown)
        show_map(switched_map, result.frame, drawn, key=state.MAP, height_px=HEIGHT_PX)
    if not clicked:
        _panel(result, scope, found, shown, box)
    with rows:
        lists(result, scope, found, keep, text=wanted.text)


def _panel(result: Result, scope: str, found: pd.DataFrame, shown: Evidence | None, box: DeltaGenerator) -> None:
    chosen = st.session_state.get(state.SELECTED)
    with box:
        if shown is None:
            _nothing_chosen(result, scope, found)
        else:
            first = chosen[1] if chosen and chosen[0] == "finding" else None
            panel(result, shown, first=first, below=(tokens,), exact="police" in current_user().roles)


def _take_event(result: Result) -> bool:
    """Take what was clicked on the map, once; whether there was anything."""
    event = state.take_event(state.MAP)
    if event is None:
        return False
    session = st.session_state
    if "layer" in event:
        hidden = set(session.get(state.HIDDEN_LAYERS, _HIDDEN))
        session[state.HIDDEN_LAYERS] = hidden - {event["layer"]} if event.get("shown") else hidden | {event["layer"]}
    elif "code" in event:
        session[state.CODES] = frozenset(session.get(state.CODES, frozenset())) ^ {str(event["code"])}
    elif event.get("all"):
        session[state.CODES] = frozenset()
    elif event.get("kind") == "village" and event.get("id") in state.scopes(result):
        session[state.VILLAGE] = event["id"]
        state.forget()
    elif event.get("kind") in (*KINDS, "finding"):
        state.select(event["kind"], str(event["id"]))
    return True


def _choose_village(result: Result) -> str:
    known = state.scopes(result)
    if not known:
        state.no_village()
    if st.session_state.get(state.VILLAGE) not in known:
        st.session_state[state.VILLAGE] = next((code for code in result.villages if code in known), known[0])
    scope: str = st.selectbox(
        say("村（社区）", "Village"),
        known,
        width=170,
        format_func=lambda s: state.village_name(result, s),
        **kept(state.VILLAGE, also=state.forget),
    )
    return scope


def _choose_filter() -> Filter:
    severities = st.pills(
        say("严重程度", "Severity"), list(SEVERITY), selection_mode="multi", format_func=lambda v: named(SEVERITY, v), width="content",
        **kept(state.SEVERITIES, []),
    )  # fmt: skip
    office = st.selectbox(
        say("经办单位", "Office"), list(OFFICE), index=None, width=130, placeholder=say("全部", "All"), format_func=lambda v: named(OFFICE, v),
        **kept(state.OFFICE),
    )  # fmt: skip
    text = st.text_input(
        say("查找", "Search"), width="stretch", placeholder=say("编号、地址或说明中的字", "Id, address or words of the details"),
        icon=":material/search:", **kept(state.TEXT, ""),
    )  # fmt: skip
    return Filter(frozenset(st.session_state.get(state.CODES, frozenset())), frozenset(severities), office, text or "")


def _nothing_chosen(result: Result, scope: str, found: pd.DataFrame) -> None:
    st.markdown(f"#### {state.plain_name(result, scope)}")
    counts = {say("建筑", "Buildings"): "buildings", say("门牌", "Plates"): "plates", say("地址", "Addresses"): "addresses"}
    with st.container(horizontal=True):
        for name, table in counts.items():
            st.metric(name, f"{state.count(result, table, scope):,}")
        st.metric(say("问题", "Findings"), f"{len(found):,}")
    st.write(
        say(
            "在地图上点建筑、门牌、地址或问题，这里显示原因与证据。",
            "Click a building, plate, address or finding on the map: reason and evidence appear here.",
        )
    )
    st.caption(
        say(
            "图例中的问题可以点选筛选；颜色表示问题的类别，字表示具体问题，虚线表示待判。点相邻的村即打开该村。",
            "Findings in the legend are a filter. Colour is the group, the character the finding, a dashed line undecided. Click a neighbour to open it.",
        )
    )


def _place(result: Result, kind: str, one_id: str) -> list[float] | None:
    """Where an object or finding is, as [lat, lon] degrees; None where it has no place."""
    found = result.tables.findings
    table = found[found["finding_id"] == one_id] if kind == "finding" else result.find(kind, [one_id])
    if kind == "finding" and located(table).empty and len(table) and table["subject"].iloc[0] in KINDS:
        table = result.find(str(table["subject"].iloc[0]), [str(table["subject_id"].iloc[0])])
    box = bounds(located(table))
    return [(box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2] if box else None


def _map_state(
    result: Result, scope: str, wanted: Filter, rows: list[dict[str, object]], keep: np.ndarray, shown: Evidence | None
) -> dict[str, Any]:
    chosen = st.session_state.get(state.SELECTED)
    hidden = st.session_state.get(state.HIDDEN_LAYERS, _HIDDEN)
    streamed = state.is_streamed(result, scope)
    return {
        "scene": f"{result.folder.name}/{scope}",
        "url": scene_url(result, OVERVIEW if streamed else scope),
        "stream": {"url": window_url(result), "zoom": ZOOM} if streamed else None,
        "at": _place(result, *chosen) if streamed and chosen else None,
        "base": basemaps.shown(result.folder.resolve().name),
        "selected": {"kind": chosen[0], "id": chosen[1]} if chosen else None,
        "partners": shown.partners() if shown else [],
        "fly": st.session_state.get(state.FLY, 0),
        "mask": mask(keep) if wanted != Filter() else None,
        "legend": rows,
        "layers": {layer.name: layer.name not in hidden for layer in LAYERS},
        "names": names(language()),
        "words": words(language()),
        "titles": {code: title(code, language()) for code in LOOKS},
        "language": language(),
        "dark": st.context.theme.type == "dark",
    }
