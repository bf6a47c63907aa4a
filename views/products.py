"""The products on paper and as workbooks, as buttons: each is made when somebody asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.casebook import Casebook
from geo.errors import CasebookError, FontError
from geo.export.bulletin import Bulletin, build_bulletin, write_bulletin_xlsx
from geo.export.bulletin_page import write_bulletin_pdf
from geo.export.fonts import find_fonts
from geo.export.history import history
from geo.outputs import Metric
from layers.coverage import HIDDEN, coverage
from layers.result import Result
from views import casebook
from views.cases.files import delivered
from views.deferred import in_session
from views.plain import plain
from views.sign_in import current_user
from views.state import language, say

EXPORT_FAULT = "export_fault"
"""Session key: why the last product could not be logged."""
PDF, XLSX = "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def today() -> pd.Timestamp:
    """The day that is printed on a product."""
    return pd.Timestamp(casebook.sample_day() or pd.Timestamp.now()).normalize()


def town_of(result: Result) -> str:
    """What the products call the project: its town, else its name."""
    towns = result.tables.villages["town"].dropna().unique()
    return str(towns[0]) if len(towns) == 1 else result.name


def head_of(book: Casebook | None) -> str:
    """The head of the casebook's chain as it is printed: number and first digits; "" without a casebook."""
    if book is None:
        return ""
    head = book.head()
    return f"{head.seq} · {head.hash[:12]}"


def show_export_fault() -> None:
    """Say that the last product could not be logged, where that happened; every page that hands something out says it."""
    if fault := st.session_state.pop(EXPORT_FAULT, None):
        st.warning(
            say("上一份产品没有记入案卷的导出记录：", "The last product is not in the casebook's log of exports: ") + plain(say(*fault)),
            icon=":material/report:",
        )


def export_refusal(book: Casebook | None) -> str:
    """Why this account may take nothing out; "" where it may. Without a casebook there is no log and no account that could be refused."""
    user = current_user()
    if book is None or not user.user_id or book.may(user.user_id, "export", ""):
        return ""
    return say("本账号只管账号，不能导出。", "This account keeps accounts only: it exports nothing.")


def note_export(book: Casebook | None, content: bytes, *, kind: str, scope: str, rows_n: int, suppressed_n: int = 0) -> None:
    """Log in the casebook that a product left: what it was, of which villages, how many rows, how many counts in it were withheld, its digest."""
    user = current_user()
    if book is None or not user.user_id:
        return
    try:
        book.log_export(
            by=user.user_id, kind=kind, scope=scope, rows_n=rows_n, suppressed_n=suppressed_n, sha256=hashlib.sha256(content).hexdigest()
        )
    except CasebookError as error:
        st.session_state[EXPORT_FAULT] = (error.zh, error.en)


def list_left(result: Result, kind: str, *, scope: str = "*") -> Callable[[str, pd.DataFrame, bytes], None]:
    """What a list's buttons do when a file of it leaves: log it as `kind` with its ending (see `views.download.buttons`)."""

    def log(ending: str, rows: pd.DataFrame, made: bytes) -> None:
        note_export(casebook.book(result.folder), made, kind=f"{kind}_{ending}", scope=scope, rows_n=len(rows))

    return log


def pdf_button(
    make: Callable[[Path], object], *, name: str, key: str, label: str, after: Callable[[bytes], None] | None = None, hint: str = ""
) -> None:
    """A button that delivers a PDF; `hint` is why it may not, and without a Chinese font it says what to install instead."""
    _button(make, name=f"{name}.pdf", mime=PDF, key=key, label=label, icon="picture_as_pdf", after=after, hint=hint or font_fault())


def xlsx_button(
    make: Callable[[Path], object],
    *,
    name: str,
    key: str,
    label: str = "Excel",
    after: Callable[[bytes], None] | None = None,
    hint: str = "",
) -> None:
    """A button that delivers a workbook; `hint` is why it may not."""
    _button(make, name=f"{name}.xlsx", mime=XLSX, key=key, label=label, icon="download", after=after, hint=hint)


def font_fault() -> str:
    """Why no PDF can be made on this machine; "" where one can."""
    try:
        find_fonts()
    except FontError as error:
        return say(error.zh, error.en)
    return ""


def bulletin_buttons(result: Result, metric: Metric) -> None:
    """The bulletin as PDF and workbook."""
    book = casebook.book(result.folder)
    town, lang = town_of(result), language()

    def build() -> Bulletin:
        overdue = book.waiting() if book else None
        return build_bulletin(result.tables, metric, title=town, language=lang, known=history(result.folder), overdue=overdue)

    name = say(f"{town}_通报_{metric.zh}", f"{town}_bulletin_{metric.name}")
    ranking, refusal = coverage(result, metric), export_refusal(book)
    withheld_n = int((ranking.villages["standing"] == HIDDEN).sum())

    def log(kind: str) -> Callable[[bytes], None]:
        return lambda made: note_export(book, made, kind=kind, scope="*", rows_n=len(ranking.villages), suppressed_n=withheld_n)

    pdf_button(
        lambda path: write_bulletin_pdf(build(), path, printed_on=today(), head=head_of(book)),
        name=name, key="bulletin_pdf", label=say("通报", "Bulletin"), after=log("bulletin_pdf"), hint=refusal,
    )  # fmt: skip
    xlsx_button(
        lambda path: write_bulletin_xlsx(build(), path, printed_on=today()),
        name=name,
        key="bulletin_xlsx",
        after=log("bulletin_xlsx"),
        hint=refusal,
    )


def _button(
    make: Callable[[Path], object],
    *,
    name: str,
    mime: str,
    key: str,
    label: str,
    icon: str,
    after: Callable[[bytes], None] | None,
    hint: str,
) -> None:
    def content() -> bytes:
        made = delivered(make)
        if after:
            after(made)
        return made

    st.download_button(
        label, in_session(content), name, mime, key=key, icon=f":material/{icon}:", on_click="ignore", disabled=bool(hint), help=hint or None
    )
