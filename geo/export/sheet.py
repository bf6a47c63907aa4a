"""Lists for the office: CSV and xlsx that a spreadsheet opens as text, whatever the text begins with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

_FORMULA = r"^(?=[=+\-@\t\r\n＝＋－＠])"  # OWASP, CSV injection; full-width signs start a formula in East Asian Excel
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  xlsx notes when it was made; equal lists must be equal files
_WIDTHS = (8, 60)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a list as CSV for Excel: UTF-8 with signature, CRLF, and no text that a spreadsheet would compute.

    Parameters
    ----------
    frame
        The list as it is to be read: text, numbers, days and lists of ids; null is written as an empty cell. Geometry
        does not belong in a list.
    path
        File to write.
    """
    lines = _to_plain(frame)
    for name in _texts(lines):
        lines[name] = lines[name].str.replace(_FORMULA, "'", regex=True)
    lines.columns = pd.Index(lines.columns.astype("str")).str.replace(_FORMULA, "'", regex=True)
    lines.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_xlsx(frame: pd.DataFrame, path: Path, *, sheet: str = "清单") -> None:
    r"""Write a list as a workbook of one sheet; text stays text, also after somebody edits the cell.

    Parameters
    ----------
    frame
        As for `write_csv`.
    path
        File to write.
    sheet
        Name of the sheet, at most 31 characters and none of []:*?/\\ .
    """
    lines = _to_plain(frame)
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _MADE})
        page = book.add_worksheet(sheet)
        text, head = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        texts = set(_texts(lines))
        for j, name in enumerate(lines.columns):
            page.write_string(0, j, str(name), head)
            values = lines[name]
            wide = values.astype("str").str.len().max() if len(values) else 0
            page.set_column(j, j, int(np.clip(max(wide, len(str(name))) * 1.6, *_WIDTHS)), text if name in texts else None)
            for i in np.flatnonzero(values.notna()):
                if name in texts:
                    page.write_string(int(i) + 1, j, values.iloc[i], text)
                else:
                    page.write_number(int(i) + 1, j, float(values.iloc[i]))
        page.freeze_panes(1, 0)
        if len(lines.columns):
            page.autofilter(0, 0, len(lines), len(lines.columns) - 1)


def made_on() -> datetime:
    """The day every workbook says it was made: equal lists must be equal files."""
    return _MADE


def _to_plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Only text and numbers: days as ISO dates, truth as 是/否, lists joined."""
    plain = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_bool_dtype(values):
            plain[name] = values.astype("boolean").map({True: "是", False: "否"}).astype("str")
        elif pd.api.types.is_numeric_dtype(values):
            plain[name] = values
        elif pd.api.types.is_datetime64_any_dtype(values):
            plain[name] = values.dt.strftime("%Y-%m-%d").astype("str")
        else:
            joined = [", ".join(map(str, v)) or None if isinstance(v, list | tuple | np.ndarray) else v for v in values]
            plain[name] = pd.Series(joined, index=values.index, dtype="object").astype("str")
    return pd.DataFrame(plain, index=frame.index)


def _texts(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
