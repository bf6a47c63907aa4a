"""Every session key and every cache of the app, and what all pages read from them: language, result, village, event."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st

from geo.errors import ResultError
from geo.tables import INPUT
from layers.labels import Labels, label
from layers.result import EVERYWHERE, Result, find_results, load
from layers.window import Windows, windows
from views.language import LANGUAGE as LANGUAGE
from views.language import language as language
from views.language import say as say
from views.plain import plain
from views.sign_in import current_user
from views.warm import settle

PROJECT, VILLAGE, SELECTED, FLY = "project", "village", "selected", "fly"
CODES, SEVERITIES, OFFICE, TEXT, HIDDEN_LAYERS, LIST, METRIC = "codes", "severities", "office", "text", "hidden_layers", "list", "metric"
LISTING, SHELL = "listing", "shell"
MAP, COVERAGE_MAP = "map", "coverage_map"
EVERYWHERE_LIMIT_N = int(os.environ.get("DOORPLATE_WINDOW_N", "30000"))
"""Above this many buildings the map of all villages draws what is in its window only."""


def named(labels: Labels, value: str) -> str:
    """What a value is called in the language of the page."""
    return label(labels, value, language())


def kept(key: str, default: Any = None, *, also: Callable[[], None] | None = None) -> dict[str, Any]:
    """Arguments of a widget whose value outlives its page: Streamlit forgets widgets that a page does not show.

    Parameters
    ----------
    key
        Session key of the value; the widget gets `<key>_box`.
    default
        Value before anybody chose one.
    also
        What else happens on a change.
    """
    box = f"{key}_box"

    def take() -> None:
        st.session_state[key] = st.session_state[box]
        if also:
            also()

    st.session_state.setdefault(key, default)
    st.session_state[box] = st.session_state[key]
    return {"key": box, "on_change": take}


def steady(key: str, default: Any) -> str:
    """Key of a choice whose words follow the language: the browser keeps the word that was chosen, so its value is sent anew each time."""
    st.session_state[key] = st.session_state.get(key, default)
    return key


def root() -> Path | None:
    """Folder with results, as named by DOORPLATE_OUT; None where the variable is not set."""
    named = os.environ.get("DOORPLATE_OUT")
    return Path(named).expanduser() if named else None


@st.cache_resource(max_entries=4, show_spinner=False)
def result_of(folder: Path, *, stamp: int) -> Result:
    """The result in a folder, read once for all sessions; `stamp` is the age of its run.json, so that a new run shows."""
    del stamp
    result = load(folder)
    settle()
    return result


@st.cache_resource(max_entries=2, show_spinner=False)
def windows_of(_result: Result, folder: str, *, stamp: int) -> Windows:
    """The trees of a large result, made once for all readers."""
    del folder, stamp
    return windows(_result)


def stamp(result: Result) -> int:
    """The age of a result's run.json: what was worked out of another run is not shown for this one."""
    return (result.folder / "run.json").stat().st_mtime_ns


def stamped(folder: Path) -> Result:
    """The result in a folder as it is now."""
    return result_of(folder, stamp=(folder / "run.json").stat().st_mtime_ns)


def chosen_result() -> Result:
    """The result the pages show; an empty or damaged one is explained and stops the page."""
    where = root()
    if where is None or not (folders := find_results(where)):
        _nothing_yet(where)
    names = {folder.resolve().name: folder for folder in folders}
    if len(names) > 1:
        if st.session_state.get(PROJECT) not in names:
            st.session_state[PROJECT] = next(iter(names))
        st.selectbox(say("项目", "Project"), list(names), width=240, **kept(PROJECT, also=forget))
    folder = names.get(str(st.session_state.get(PROJECT)), folders[0])
    try:
        return stamped(folder)
    except ResultError as e:
        st.error(say(e.zh, e.en), icon=":material/error:")
        st.code("doorplate verify <PROJECT> --out " + folder.name, language="shell")
        st.stop()


def village_name(result: Result, scope: str) -> str:
    """What a scope is called."""
    if scope == EVERYWHERE:
        return say("全部村居", "All villages")
    name = result.villages.get(scope, scope)
    return name or (say("（未归入村）", "(in no village)") if len(result.villages) > 1 else say("全部", "All"))


def table_name(role: str) -> str:
    """What a table that is delivered is called."""
    return say(INPUT[role].zh, role.replace("_", " ")) if role in INPUT else role


def plain_name(result: Result, scope: str) -> str:
    """Markdown that shows the name of a scope literally."""
    return plain(village_name(result, scope))


def count(result: Result, table: str, scope: str) -> int:
    """How many rows of a table lie in a scope."""
    return result.count(table, scope)


def scopes(result: Result) -> list[str]:
    """Scopes the person may choose from: their villages; everything at once only for those granted all."""
    user = current_user()
    if "*" not in user.villages:
        return [code for code in result.villages if code and user.sees(code)]
    single = list(result.villages)
    return [EVERYWHERE, *single] if len(single) > 1 else single


def is_streamed(result: Result, scope: str) -> bool:
    """Whether a scope is too large for one scene, so that the map asks for what is in its window."""
    return scope == EVERYWHERE and len(result.tables.buildings) > EVERYWHERE_LIMIT_N


def no_village() -> NoReturn:
    """The designed state of a person whose villages are not in this project."""
    st.info(say("这个项目里没有授权给您的村。", "None of your villages is in this project."), icon=":material/location_off:")
    st.write(
        say(
            "请换一个项目，或请系统管理员在「设置」中授予村的权限。",
            "Choose another project, or ask the administrator to grant a village in Settings.",
        )
    )
    st.stop()


def take_event(widget: str) -> dict[str, Any] | None:
    """What was clicked on a map, once: the component keeps its last value, a counter tells a new click from it."""
    event = st.session_state.get(widget)
    if not isinstance(event, dict) or "n" not in event or event["n"] == st.session_state.get(widget + "_seen"):
        return None
    st.session_state[widget + "_seen"] = event["n"]
    return event


def select(kind: str | None, one_id: str = "", *, fly: bool = False) -> None:
    """Choose one object or finding; with `fly` the map goes there."""
    st.session_state[SELECTED] = (kind, one_id) if kind else None
    if fly:
        st.session_state[FLY] = st.session_state.get(FLY, 0) + 1


def remember_pages(pages: dict[str, Any]) -> None:
    """Keep this run's pages, so that one page can send the reader to another."""
    st.session_state["pages"] = pages


def remember_shell() -> None:
    """Keep the language and the account the whole page was drawn for."""
    st.session_state[SHELL] = (language(), current_user().user_id)


def in_step() -> None:
    """Called first by a part that is drawn alone: where language or account changed with the same click, the whole page is drawn anew.

    Streamlit draws only the part where a half-typed text and a control outside the part change at once.
    """
    drawn = st.session_state.get(SHELL)
    if drawn is not None and drawn != (language(), current_user().user_id):
        st.rerun()


def go_to(path: str) -> None:
    """Open another page."""
    st.switch_page(st.session_state["pages"][path])


def forget() -> None:
    """Drop what was chosen: after a change of project or village nothing is selected."""
    st.session_state[SELECTED] = None
    st.session_state[FLY] = 0


def _nothing_yet(where: Path | None) -> None:
    st.header(say("还没有核对结果", "No result yet"))
    if where is None:
        st.write(
            say("请用环境变量 DOORPLATE_OUT 指明结果文件夹，再启动应用：", "Name the result folder in DOORPLATE_OUT, then start the app:")
        )
    else:
        st.write(say("结果文件夹里还没有核对结果。请先核对一个项目：", "The result folder holds no result. Verify a project first:"))
    st.code("doorplate verify my-town --out out/my-town\nDOORPLATE_OUT=out streamlit run app.py", language="shell")
    st.stop()
