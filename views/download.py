"""A list as a file for the office, written by the engine's own sheets: it opens in a spreadsheet and computes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.export.sheet import write_csv, write_xlsx
from views.deferred import in_session
from views.state import say


def csv(table: pd.DataFrame) -> bytes:
    """The list as CSV in UTF-8 with a byte-order mark."""
    return _bytes(table, write_csv)


def xlsx(table: pd.DataFrame) -> bytes:
    """The list as a workbook of one sheet."""
    return _bytes(table, write_xlsx)


def buttons(
    table: Callable[[], pd.DataFrame],
    *,
    name: str,
    key: str,
    empty: bool,
    after: Callable[[str, pd.DataFrame, bytes], None] | None = None,
    refusal: str = "",
) -> None:
    """Two buttons that deliver the list as it is shown; list and files are made when somebody asks for them.

    Parameters
    ----------
    after
        What else happens when a file leaves, with its ending (csv, xlsx), the list and the bytes: where it is logged.
    refusal
        Why nothing may be taken; the buttons are there, disabled, and say so.
    """

    def content(ending: str, write: Callable[[pd.DataFrame], bytes]) -> Callable[[], bytes]:
        def make() -> bytes:
            rows = table()
            made = write(rows)
            if after:
                after(ending, rows, made)
            return made

        return in_session(make)

    hint = refusal or say("下载当前筛选结果", "Download what is shown")
    st.download_button(
        "CSV", content("csv", csv), f"{name}.csv", "text/csv", key=f"{key}_csv", icon=":material/download:", on_click="ignore",
        disabled=empty or bool(refusal), help=hint,
    )  # fmt: skip
    st.download_button(
        "Excel", content("xlsx", xlsx), f"{name}.xlsx", key=f"{key}_xlsx", icon=":material/download:", on_click="ignore",
        disabled=empty or bool(refusal), help=hint,
    )  # fmt: skip


def _bytes(table: pd.DataFrame, write: Callable[[pd.DataFrame, Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        write(table, path)
        return path.read_bytes()
