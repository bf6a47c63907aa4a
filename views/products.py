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
from layers.result import Result
from views import casebook
from views.cases.files import delivered
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


def note_export(book: Casebook | None, content: bytes, *, kind: str, scope: str, rows_n: int, suppressed_n: int = 0) -> None:
    """Log in the casebook that a list left. Roles that only read cannot write the log: their products hold no single person or case."""
    user = current_user()
    if book is None or not user.user_id:
        return
    try:
        book.log_export(
            by=user.user_id, kind=kind, scope=scope, rows_n=rows_n, suppressed_n=suppressed_n, sha256=hashlib.sha256(content).hexdigest()
        )
    except CasebookError as error:
        st.session_state[EXPORT_FAULT] = (error.zh, error.en)


def pdf_button(make: Callable[[Path], object], *, name: str, key: str, label: str, after: Callable[[bytes], None] | None = None) -> None:
    """A button that delivers a PDF; without a Chinese font it says what to install instead."""
    fault = font_fault()
    _button(make, name=f"{name}.pdf", mime=PDF, key=key, label=label, icon="picture_as_pdf", after=after, hint=fault, disabled=bool(fault))


def xlsx_button(
    make: Callable[[Path], object], *, name: str, key: str, label: str = "Excel", after: Callable[[bytes], None] | None = None
) -> None:
    """A button that delivers a workbook."""
    _button(make, name=f"{name}.xlsx", mime=XLSX, key=key, label=label, icon="download", after=after, hint="", disabled=False)


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
    pdf_button(
        lambda path: write_bulletin_pdf(build(), path, printed_on=today(), head=head_of(book)),
        name=name, key="bulletin_pdf", label=say("通报", "Bulletin"),
    )  # fmt: skip
    xlsx_button(lambda path: write_bulletin_xlsx(build(), path, printed_on=today()), name=name, key="bulletin_xlsx")


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
    disabled: bool,
) -> None:
    def content() -> bytes:
        made = delivered(make)
        if after:
            after(made)
        return made

    st.download_button(
        label, content, name, mime, key=key, icon=f":material/{icon}:", on_click="ignore", disabled=disabled, help=hint or None
    )
