"""A table as a file that opens in a spreadsheet and computes nothing."""

from __future__ import annotations

import io

import pandas as pd
import streamlit as st

from views.plain import harmless
from views.state import say


def csv(table: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8 with a byte-order mark, so that Excel reads the Chinese; formulas are made harmless."""
    safe = table.rename(columns=harmless).map(harmless)
    return safe.to_csv(index=False).encode("utf-8-sig")


def xlsx(table: pd.DataFrame, *, sheet: str) -> bytes:
    """The table as a workbook of one sheet; every text is a text cell, never a formula or a link."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        table.to_excel(writer, sheet_name=sheet[:31], index=False)
        page = writer.sheets[sheet[:31]]
        page.freeze_panes(1, 0)
        page.autofit(400)
    return buffer.getvalue()


def buttons(table: pd.DataFrame, *, name: str, key: str) -> None:
    """Two buttons that deliver the table as it is shown, as CSV and as a workbook; the files are made when asked for."""
    st.download_button(
        "CSV", lambda: csv(table), f"{name}.csv", "text/csv", key=f"{key}_csv", icon=":material/download:", on_click="ignore",
        disabled=table.empty, help=say("下载筛选后的清单（UTF-8）", "Download what is shown (UTF-8)"),
    )  # fmt: skip
    st.download_button(
        "Excel", lambda: xlsx(table, sheet=name), f"{name}.xlsx", key=f"{key}_xlsx", icon=":material/download:", on_click="ignore",
        disabled=table.empty, help=say("下载筛选后的清单（Excel）", "Download what is shown (Excel)"),
    )  # fmt: skip
