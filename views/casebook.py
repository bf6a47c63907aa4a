"""The app's one door to the casebook: which one it is, opened once for all sessions, and what stands in its place where it is not there.

DOORPLATE_DATABASE_URL names a PostgreSQL database; else DOORPLATE_CASEBOOK names a file; else the file lies beside the
result folder as `<project>.casebook`. A file is made by the app in single-user mode only, and only where none was ever made:
a casebook that has gone is a loss to be told, never an empty beginning.

DOORPLATE_BACKUPS names a folder for proved copies: every hour, and when the app ends.

DOORPLATE_SAMPLE_DAY is for the sample town alone, whose counts are of one day for ever: the casebook's clock then starts on
that day, and the casebook keeps in itself that its clock was given.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import streamlit as st

from geo.casebook import Casebook, open_casebook
from geo.casebook.store import CHINA
from geo.errors import CasebookDamaged, CasebookError, DoorplateError
from layers.result import Result, find_results
from views.language import say
from views.plain import plain

DATABASE, FILE, SAMPLE_DAY = "DOORPLATE_DATABASE_URL", "DOORPLATE_CASEBOOK", "DOORPLATE_SAMPLE_DAY"
BACKUPS = "DOORPLATE_BACKUPS"
SUFFIX = ".casebook"
_PROJECT = "project"
_BEGAN = datetime.now(UTC)


class LostCasebookError(CasebookError):
    """A casebook was made here and its file is gone."""


class NoCasebookError(CasebookError):
    """No casebook is named, or none was made yet and this is not the mode in which the app makes one."""


def book(folder: Path | None = None) -> Casebook | None:
    """The casebook of a result folder (without one: of the project that is shown); None where it cannot be opened, and `fault` says why."""
    found = _try(folder)
    return found if isinstance(found, Casebook) else None


def fault(folder: Path | None = None) -> CasebookError | None:
    """Why there is no casebook; None where there is one."""
    found = _try(folder)
    return found if isinstance(found, CasebookError) else None


def opened(result: Result) -> Casebook:
    """The casebook of a result; where it cannot be opened the page says so, with the next step, and stops."""
    found = _try(result.folder)
    if isinstance(found, CasebookError):
        _show_loss(found, result)
    return found


def place(folder: Path | None = None) -> Path | str | None:
    """Where the casebook is: the URL of a database, or the path of a file; None where nothing names one."""
    if url := os.environ.get(DATABASE):
        return url
    if file := os.environ.get(FILE):
        return Path(file).expanduser()
    folder = folder or _shown()
    return folder.resolve().parent / f"{folder.resolve().name}{SUFFIX}" if folder else None


def follow(book: Casebook, result: Result, *, by: str, confirm_drop: bool = False) -> CasebookError | DoorplateError | None:
    """Publish the shown result where the casebook does not know it yet; what stops it, as an error to be told.

    Parameters
    ----------
    by
        Account that publishes.
    confirm_drop
        A person has looked at the drop of rows and wants the result published all the same.
    """
    stamp = (result.folder / "run.json").stat().st_mtime_ns
    try:
        _published(book, result.folder, by, where=str(book.store.where), confirm_drop=confirm_drop, stamp=stamp)
    except DoorplateError as error:
        return error
    return None


def made(file: Path) -> Path:
    """The mark beside a casebook that one was made here."""
    return file.with_name(file.name + ".made")


@st.cache_resource(show_spinner=False)
def _open(where: Path | str) -> Casebook:
    opened = open_casebook(where, clock=_sample_clock() if isinstance(where, Path) else None)
    if isinstance(where, Path):
        made(where).touch()
    if folder := os.environ.get(BACKUPS):
        from geo.casebook.backup import keep_copies  # only where copies are asked for

        keep_copies(opened, Path(folder).expanduser())
    return opened


@st.cache_resource(max_entries=16, show_spinner="正在把新的核对结果登记成案件… Publishing the new result as cases…")
def _published(_book: Casebook, folder: Path, _by: str, *, where: str, confirm_drop: bool, stamp: int) -> None:
    from geo.casebook.publish import publish  # only where something is published: readers need none of it

    # Whoever comes first publishes; the others wait for it, under whatever account, and find it done.
    del stamp, where
    publish(_book, folder, by=_by, confirm_drop=confirm_drop)


def sample_day() -> str | None:
    """The day that the sample town takes for today; None for every real project."""
    return os.environ.get(SAMPLE_DAY) or None


def _sample_clock() -> Callable[[], datetime] | None:
    day = sample_day()
    if day is None:
        return None
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    # 01:00 in UTC is morning in China: a day of trying things out stays on that day.
    return lambda: start + timedelta(hours=1) + (datetime.now(UTC) - _BEGAN)


def now() -> datetime:
    """The time that is noted beside the casebook's own: for the sample town on its day, so that all times of a page are of one clock."""
    clock = _sample_clock()
    return clock().astimezone(CHINA) if clock else datetime.now().astimezone()


def _try(folder: Path | None) -> Casebook | CasebookError:
    where = place(folder)
    if where is None:
        return NoCasebookError("没有指定案卷库。", "No casebook is named.")
    if isinstance(where, Path) and not where.exists():
        _open.clear(where)
        if made(where).exists():
            return LostCasebookError(f"案卷库 {where.name} 不见了。", f"The casebook {where.name} is gone.")
        if os.environ.get("DOORPLATE_SIGN_IN") != "single":
            return NoCasebookError(f"案卷库 {where.name} 还没有建立。", f"The casebook {where.name} was not made yet.")
    try:
        return _open(where)
    except CasebookError as error:
        return error


def _shown() -> Path | None:
    """Folder of the project on the page; outside a page that of the first."""
    named = os.environ.get("DOORPLATE_OUT")
    folders = find_results(Path(named).expanduser()) if named else ()
    chosen = st.session_state.get(_PROJECT) if st.runtime.exists() else None
    return next((f for f in folders if f.resolve().name == chosen), folders[0] if folders else None)


def _show_loss(error: CasebookError, result: Result) -> NoReturn:
    """The designed state of a page without its casebook."""
    st.header(say("案卷库打不开", "The casebook cannot be opened"))
    st.error(plain(say(error.zh, error.en)), icon=":material/report:")
    where = place(result.folder)
    st.write(
        say(
            "已经记下的决定都在案卷库里；在它恢复之前不能办理，核对地图和统计照常可看。",
            "Every decision is in the casebook; until it is back nothing can be decided. The map and the figures go on as before.",
        )
    )
    if isinstance(error, LostCasebookError | CasebookDamaged):
        st.markdown(
            say("**下一步**：请管理员从最近的备份恢复，再用恢复出的案卷库启动：", "**Next**: restore the newest backup and start with what was restored:")
        )
        st.code("doorplate restore BACKUP restored\nDOORPLATE_CASEBOOK=restored/town.casebook streamlit run app.py", language="shell")
    elif isinstance(error, NoCasebookError):
        st.markdown(
            say("**下一步**：请管理员建立案卷库并授权各单位账号，再刷新本页：", "**Next**: make it and grant the accounts, then reload:")
        )
        st.code("DOORPLATE_SIGN_IN=single streamlit run app.py", language="shell")
    else:
        st.markdown(say("**下一步**：检查磁盘与权限，再刷新本页。", "**Next**: check disk and rights, then reload this page."))
    if isinstance(error, LostCasebookError) and isinstance(where, Path) and os.environ.get("DOORPLATE_SIGN_IN") == "single":
        st.button(
            say("没有备份，另建新的案卷库", "There is no backup: begin a new one"), key="begin_anew", on_click=made(where).unlink,
            help=say("以前的决定不会回来", "Earlier decisions will not come back"),
        )  # fmt: skip
    st.stop()
