"""CSV and Excel: every cell a text, the header found, nothing lost in silence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import python_calamine as calamine

from geo.errors import SourceError
from geo.read.archive import check_archive
from geo.read.delivered import Delivered, as_text
from geo.read.grid import Cells, deliver, find_header
from geo.read.ledger import Ledger
from geo.read.settings import Source
from geo.read.sniff import decode

_DELIMITERS = (",", "\t", ";", "|")
_CELL = re.compile(rb'<c\s+r="[A-Z]+(\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>')


def read_csv(path: Path, role: str, source: Source, ledger: Ledger) -> Delivered:
    """One delimited text file.

    Raises
    ------
    SourceError
        The encoding cannot be told, a quote is never closed (with the line it opens in), or no header is found.
    """
    text, encoding = decode(path.read_bytes(), path.name, encoding=source.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Cells] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as e:
        zh = f"{path.name} 第 {start} 行起：引号没有闭合或使用不当（{e}）"
        raise SourceError(zh, f"{path.name} from line {start}: a quote is not closed or stray ({e})") from e
    return deliver(rows, role, path.name, ledger, given=source.columns, format="csv", numbers=lines, encoding=encoding)


def read_workbook(path: Path, role: str, source: Source, ledger: Ledger) -> Delivered:
    """One sheet of a workbook: the named one, else the only one whose header names known columns (hidden ones count).

    Raises
    ------
    SourceError
        Damaged, encrypted or suspiciously packed, or several sheets hold data and none is named as `layer`.
    """
    if path.read_bytes()[:2] == b"PK":
        check_archive(path)
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            sheets = {name: _rows(book.get_sheet_by_name(name)) for name in book.sheet_names if not source.layer or name == source.layer}
            names = book.sheet_names
    except calamine.PasswordError as e:
        raise SourceError(
            f"{path.name}：工作簿有密码；请另存为无密码的 xlsx", f"{path.name}: the workbook is encrypted; save it without password"
        ) from e
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError) as e:
        raise SourceError(f"{path.name}：工作簿损坏或不是 Excel 文件", f"{path.name}: the workbook is damaged or not Excel") from e
    found = [name for name, rows in sheets.items() if find_header(rows, role, source.columns)]
    if len(found) > 1:
        found = [name for name in found if _filled(sheets[name]) > 1] or found[:1]
    if len(found) != 1:
        several = ", ".join(found or names)
        zh = f"{path.name}：无法确定数据在哪个工作表（{several}）；请在 doorplate.toml 用 layer 指定"
        raise SourceError(zh, f"{path.name}: cannot tell which sheet holds the data ({several}); name it as layer in doorplate.toml")
    rows, sheet = sheets[found[0]], found[0]
    bare = _uncomputed(path, names.index(sheet))
    if bare:
        refused = pd.DataFrame({"_source": path.name, "_row": sorted(bare)})
        ledger.refuse(
            role,
            refused,
            "formula_without_value",
            None,
            None,
            "公式没有结果，请在 Excel 中打开并保存 / a formula without a value; open and save in Excel",
        )
    kept = [(i, row) for i, row in enumerate(rows, start=1) if i not in bare]
    out = deliver(
        [r for _, r in kept], role, path.name, ledger, given=source.columns, format="xlsx", numbers=[i for i, _ in kept], layer=sheet
    )
    return Delivered(out.texts, out.rows, out.rows_read + len(bare), out.format, layer=sheet)


def _delimiter(text: str) -> str:
    """The sign that splits most of the first lines into the most cells."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:20]
    return max(_DELIMITERS, key=lambda d: (sum(line.count(d) for line in lines), -_DELIMITERS.index(d)))


def _rows(sheet: calamine.CalamineSheet) -> list[list[str | None]]:
    """Cells of a sheet as texts from its first row on; merged cells repeat their value."""
    rows = [[_cell(c) for c in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        # Across a title the value stays in its first cell, or a title of five columns would look like five headers.
        for r in range(top, min(bottom, len(rows) - 1) + 1):
            if left < len(rows[r]):
                rows[r][left] = rows[top][left]
                if bottom > top and right > left:
                    rows[r][left : right + 1] = [rows[top][left]] * (min(right, len(rows[r]) - 1) - left + 1)
    return rows


def _cell(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return as_text(value)


def _filled(rows: Sequence[Cells]) -> int:
    return sum(any(row) for row in rows)


def _uncomputed(path: Path, position: int) -> set[int]:
    """Rows of the sheet (in order of the workbook) that hold a formula nobody computed: its value would read as blank."""
    if not zipfile.is_zipfile(path):
        return set()
    with zipfile.ZipFile(path) as archive:
        parts = sorted(
            (n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n)), key=lambda n: int(re.findall(r"\d+", n)[0])
        )
        if position >= len(parts):
            return set()
        return {int(m) for m in _CELL.findall(archive.read(parts[position]))}
