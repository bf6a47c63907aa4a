"""CSV and Excel: every cell a text, the header found, nothing lost in silence."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
import zipfile
import zlib
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

_SPARE = 0.01
_DELIMITERS = (",", "\t", ";", "|")
_CELL = re.compile(rb'<c\s+r="[A-Z]+(\d+)"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>')


def read_csv(path: Path, role: str, source: Source, ledger: Ledger) -> Delivered:
    """One delimited text file.

    Raises
    ------
    SourceError
        The encoding cannot be told, a quote is never closed (with the line it opens in), or no header is found.
    """
    text, encoding = decode(path.read_bytes(), path.name, encoding=source.encoding, spare=_SPARE)
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
        raise _damaged(path) from e
    found = [name for name, rows in sheets.items() if find_header(rows, role, source.columns)]
    if len(found) > 1:
        found = [name for name in found if _filled(sheets[name]) > 1] or found[:1]
    if len(found) != 1:
        several = ", ".join(found or names)
        zh = f"{path.name}：无法确定数据在哪个工作表（{several}）；请在 doorplate.toml 用 layer 指定"
        raise SourceError(zh, f"{path.name}: cannot tell which sheet holds the data ({several}); name it as layer in doorplate.toml")
    rows, sheet = sheets[found[0]], found[0]
    bare = _uncomputed(path, sheet)
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


def _uncomputed(path: Path, sheet: str) -> set[int]:
    """Rows of a sheet that hold a formula nobody computed: its value would read as blank."""
    if not zipfile.is_zipfile(path):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            part = _part(archive, sheet)
            return {int(m) for m in _CELL.findall(archive.read(part))} if part else set()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, UnicodeDecodeError, NotImplementedError) as e:
        raise _damaged(path) from e


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of a workbook that holds a sheet; their numbers need not be in the order of the sheets."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    tags = [_attributes(t) for t in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", archive.read("xl/workbook.xml").decode())]
    wanted = next((t.get("r:id") for t in tags if t.get("name") == sheet), None)
    links = [_attributes(t) for t in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", archive.read("xl/_rels/workbook.xml.rels").decode())]
    target = next((t.get("Target", "") for t in links if wanted and t.get("Id") == wanted), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _attributes(tag: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, _, value in re.findall(r"([\w:]+)\s*=\s*([\"'])(.*?)\2", tag)}


def _damaged(path: Path) -> SourceError:
    return SourceError(f"{path.name}：工作簿损坏或不是 Excel 文件", f"{path.name}: the workbook is damaged or not Excel")
