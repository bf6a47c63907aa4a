"""What the server does before anybody asks: it loads what the first reader would wait for, and sets it aside from the search for garbage.

Python looks for garbage by walking over every object it holds. With a town of 20,000 buildings in memory one walk takes
0.2 s, and Streamlit asks for one after every run of a page (`runner.postScriptGC`, switched off in .streamlit/config.toml).
What is loaded for good is therefore set aside; only what pages make since is walked over.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import DoorplateError

if TYPE_CHECKING:
    from layers.result import Result

PUBLISHED_N = 30_000
"""Findings that are taken into the casebook before anybody asks, some 1,500 a second; more would keep the processor from readers."""
_serving = threading.Event()
_settling = threading.Lock()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """From the first to the last moment of the server; warming up goes on beside it, so that the server answers at once."""
    del app
    _serving.set()
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").addFilter(_of_a_page)
    threading.Thread(target=warm, name="warm", daemon=True).start()
    yield
    _serving.clear()


def warm() -> None:
    """Load the pages, the first project, its first village and the casebook; what is not there yet is left to the pages, which say so."""
    import views.pages  # noqa: F401  here and not above: pages take seconds to load, and the server is to answer before
    from layers.result import find_results
    from views import state

    where = state.root()
    folders = find_results(where) if where else ()
    if folders:
        try:
            _project(folders[0])
        except (DoorplateError, OSError):
            return  # the page tells it, with the next step
    settle()


def _of_a_page(record: logging.LogRecord) -> bool:
    """Whether a warning that there is no page is meant of one: warming up has none, and streamlit-folium looks for it where it is imported."""
    return record.threadName != "warm"


def settle() -> None:
    """Set aside everything that is in memory now: it stays, and need not be walked over again.

    Only in a server: a test or a command ends before that pays. What was set aside before and has become garbage is
    collected first.
    """
    if not _serving.is_set():
        return
    with _settling:
        gc.unfreeze()
        gc.collect()
        gc.freeze()


def _project(folder: Path) -> None:
    from layers.compose import OVERVIEW
    from layers.offline import plain_map, switched_map
    from layers.result import EVERYWHERE
    from layers.work import work_map
    from views import map_frame, routes, state

    result = state.stamped(folder)
    codes = [code for code in result.villages if code][:1]
    for scope in (*codes, OVERVIEW):
        routes.packed(result, scope, folder=str(result.folder), stamp=state.stamp(result))
    maps: tuple[tuple[Callable[..., Any], str], ...] = (
        (work_map, "missing_map"), (work_map, "cleaning_map"), (switched_map, state.MAP), (plain_map, state.COVERAGE_MAP),
    )  # fmt: skip
    for draw, key in maps:
        map_frame.prepared(draw, result.frame, key)
    if state.is_streamed(result, EVERYWHERE):
        state.windows_of(result, str(result.folder), stamp=state.stamp(result))
    _casebook(result, codes)
    result.prepare()


def _casebook(result: Result, codes: list[str]) -> None:
    """Open the casebook, bring a new result into it where no person is asked, and read the cases of the first village."""
    from views import accounts, casebook
    from views.cases import missing
    from views.cases.snapshot import cases_of
    from views.cases.waiting import waiting_n

    alone = os.environ.get("DOORPLATE_SIGN_IN") == "single"
    where = casebook.place(result.folder)
    if not alone and isinstance(where, Path) and not where.exists():
        return
    book = casebook.book(result.folder)
    if book is None:
        return
    if alone:  # as the first page would do at once, without asking
        if len(result.tables.findings) > PUBLISHED_N:
            return
        accounts.make_sample_accounts(result.folder)
        by = next((one.user_id for one in accounts.open_accounts(result.folder) if "data" in one.roles), None)
        if by is None or casebook.follow(book, result, by=by) is not None:
            return
    for code in codes:
        cases_of(book, result, code, missing.PAGE.codes, all_villages=("*",))
    waiting_n(book, frozenset(), None)
