"""Rows and cells: finding the header of a sheet, and what stands below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.errors import SourceError
from geo.read.delivered import Delivered, check_headers, expected
from geo.read.headers import clean_header, match_headers
from geo.read.ledger import Ledger

_LOOK_N = 30
_TOTAL = re.compile(r"^(合\s*计|小\s*计|总\s*计|共\s*计|总\s*数|total|subtotal|sum)[:：]?$", re.IGNORECASE)

Cells = Sequence[str | None]
"""Cells of one row as texts."""


def find_header(rows: Sequence[Cells], role: str, given: Mapping[str, str]) -> tuple[int, int, list[str]] | None:
    """Where the header is: its first row, the row after it, and the headers; None where no row names a known column.

    A header may have two rows: an upper one whose merged cells stand over several columns, and a lower one.
    """
    best: tuple[int, int, int, list[str]] | None = None
    asked = {clean_header(h) for h in given.values()}
    for i, row in enumerate(rows[:_LOOK_N]):
        single = [_plain(c) for c in row]
        for height, names in ((1, single), (2, _two_rows(single, rows[i + 1]) if i + 1 < len(rows) else single)):
            score = len(match_headers(role, names, given=given)) + sum(clean_header(n) in asked for n in names)
            if score and (best is None or score > best[0]):
                best = (score, i, i + height, names)
    return None if best is None else best[1:]


def deliver(
    rows: Sequence[Cells],
    role: str,
    name: str,
    ledger: Ledger,
    *,
    given: Mapping[str, str],
    format: str,
    numbers: Sequence[int] | None = None,
    encoding: str = "",
    layer: str = "",
) -> Delivered:
    """The rows below the header of a sheet as texts.

    Blank rows and total rows are left out with a note; rows with more cells than the header, or with NUL bytes, are refused.

    Parameters
    ----------
    rows
        Cells per row, from the first row of the sheet.
    given
        Canonical column -> header of doorplate.toml.
    numbers
        Line of each row in the file, from 1; None: consecutive.

    Raises
    ------
    SourceError
        No header is found, a header occurs twice, or every row is one cell longer than the header.
    """
    lines = list(numbers) if numbers is not None else list(range(1, len(rows) + 1))
    found = find_header(rows, role, given)
    if found is None:
        zh = f"{name}：找不到表头；应有 {expected(role)}；列名不同时请在 doorplate.toml 的 columns 写明"
        raise SourceError(zh, f"{name}: no header found; expected {expected(role)}; map other headers as columns in doorplate.toml")
    _, start, headers = found
    while headers and not headers[-1]:
        headers.pop()
    check_headers([h for h in headers if h], name, name)
    width = len(headers)
    body = [(line, row) for line, row in zip(lines[start:], rows[start:], strict=True) if _first(row)]
    _check_width([row for _, row in body], headers, name)
    totals = [line for line, row in body if _TOTAL.match(_first(row))]
    _note(ledger, role, name, totals, "total_row: 合计行不是数据 / a row of totals is not data")
    data = [(line, row) for line, row in body if not _TOTAL.match(_first(row))] if totals else body
    kept = _refuse_rows(data, width, role, name, ledger)
    even = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for _, row in kept]
    columns = zip(*even, strict=True) if even else ([] for _ in headers)
    texts = pd.DataFrame(
        {i: pd.Series([c if c and not c.isspace() else None for c in column], dtype="str") for i, column in enumerate(columns)}
    )
    texts = texts.set_axis(pd.RangeIndex(len(kept))).set_axis(
        pd.Index([h or f"\u0000{i}" for i, h in enumerate(headers)], dtype="str"), axis=1
    )
    return Delivered(texts, np.array([line for line, _ in kept], dtype=np.int64), len(data), format, encoding=encoding, layer=layer)


def _plain(cell: str | None) -> str:
    return "" if cell is None else cell.strip()


def _first(row: Cells) -> str:
    """The first cell with something in it; a row without one is blank."""
    return next((c.strip() for c in row if c and not c.isspace()), "")


def _two_rows(upper: Sequence[str], lower: Cells) -> list[str]:
    """Names of a two-row header: the lower cell, or the upper one where the lower is blank."""
    below = [_plain(c) for c in lower]
    return [b or a for a, b in itertools.zip_longest(upper, below, fillvalue="")]


def _check_width(rows: Sequence[Cells], headers: Sequence[str], name: str) -> None:
    if len(rows) > 1 and all(headers) and all(len(r) > len(headers) and _first(r[len(headers) :]) for r in rows):
        n = max(len(r) for r in rows)
        zh = f"{name}：表头有 {len(headers)} 列，而每一行都有 {n} 列；请补全表头"
        raise SourceError(zh, f"{name}: the header has {len(headers)} columns and every row has {n}; complete the header")


def _refuse_rows(data: Sequence[tuple[int, Cells]], width: int, role: str, name: str, ledger: Ledger) -> Sequence[tuple[int, Cells]]:
    """Rows that can be read; ragged ones and ones with bytes that are no text go to the quarantine."""
    ragged = [line for line, row in data if len(row) > width and _first(row[width:])]
    nul = [line for line, row in data if any(c is not None and "\x00" in c for c in row)]
    unread = [line for line, row in data if any(c is not None and "\ufffd" in c for c in row)]
    _refuse(
        ledger,
        role,
        name,
        ragged,
        "row_ragged",
        "单元格多于表头，地址中的逗号请加引号 / more cells than headers; quote commas inside a text",
    )
    _refuse(ledger, role, name, sorted(set(nul) - set(ragged)), "nul_bytes", "含有 NUL 字节，请重新导出 / holds NUL bytes, export it again")
    others = sorted(set(unread) - {*ragged, *nul})
    _refuse(ledger, role, name, others, "text_unreadable", "文字编码损坏，请重新导出 / bytes that are no text, export it again")
    bad = {*ragged, *nul, *others}
    return [(line, row) for line, row in data if line not in bad] if bad else data


def _refuse(ledger: Ledger, role: str, name: str, lines: Sequence[int], code: str, fix: str) -> None:
    ledger.refuse(role, pd.DataFrame({"_source": name, "_row": list(lines)}), code, None, None, fix)


def _note(ledger: Ledger, role: str, name: str, lines: Sequence[int], why: str) -> None:
    if lines:
        ledger.repair(role, [f"{name}#{line}" for line in lines], None, None, None, why)
