"""Approved cancellations as a list that an office signs, stamps and sends to the register's owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import pandas as pd
import xlsxwriter

from geo.export.fonts import find_fonts
from geo.export.paper import A4, MARGIN_MM, Made, Paper
from geo.export.sheet import made_on
from geo.export.table_pages import TableColumn, TableRow, draw_table

_HEADINGS: Mapping[str, tuple[str, str]] = {
    "n": ("序号", "No."),
    "village": ("村居", "Village"),
    "subject_id": ("地址编码", "Address code"),
    "text": ("地址", "Address"),
    "detail": ("注销理由", "Why"),
    "document": ("文号", "Document"),
    "counted_on": ("人口统计日", "Counted on"),
    "requested_by": ("申请", "Requested by"),
    "requested_at": ("申请时间", "Requested at"),
    "approved_by": ("复核", "Approved by"),
    "approved_at": ("复核时间", "Approved at"),
    "finding_id": ("案号", "Case"),
}
_WIDTHS_MM = (9, 20, 32, 34, 54, 36, 22, 20, 22, 20, 22, 26)
_LINES_N = (1, 2, 2, 3, 5, 3, 1, 3, 2, 3, 2, 2)
_CENTRED = frozenset({"n", "counted_on", "requested_at", "approved_at"})
_SIGNED_BY: tuple[tuple[str, str], ...] = (
    ("申请单位（盖章）", "Requested by (stamp)"),
    ("复核单位（盖章）", "Approved by (stamp)"),
    ("登记机关（盖章）", "Received by the register (stamp)"),
)
_SIGN_MM = 34.0
_GREY = "#4a5560"


@dataclass(frozen=True)
class Proof:
    """With what a list can be proved to be the one handed out: head of the casebook's chain, SHA-256 of the list, seal ("" without a key)."""

    seq: int
    hash: str
    digest: str
    seal: str = ""

    def lines(self, language: str) -> list[tuple[str, str]]:
        """Each mark with its label."""
        zh = language == "zh"
        lines = [("案卷链首" if zh else "Head of the casebook", f"{self.seq}:{self.hash}")]
        lines.append(("清单摘要（SHA-256）" if zh else "Digest of the list (SHA-256)", self.digest))
        return [*lines, ("印鉴" if zh else "Seal", self.seal)] if self.seal else lines


def cancellation_rows(
    signed: pd.DataFrame, *, addresses: Mapping[str, str], villages: Mapping[str, str], offices: Mapping[str, str], language: str = "zh"
) -> pd.DataFrame:
    """The signed rows as they are read: names for codes and accounts, minutes for instants; every cell is text, columns are headings.

    Parameters
    ----------
    signed
        Table of `geo.casebook.SignedList`; a column `detail` takes the place of `detail_zh` where there is one.
    addresses, villages, offices
        Text of an address code, name of a village code, display of an account. What they lack is shown as it is.
    """
    zh = language == "zh"
    code = signed["village_code"].astype("str").fillna("")
    told = pd.DataFrame(
        {
            "n": [str(n + 1) for n in range(len(signed))],
            "village": code.map(dict(villages))
            .where(lambda name: name.notna(), code)
            .replace("", "（未归入村）" if zh else "(in no village)"),
            "subject_id": signed["subject_id"],
            "text": signed["subject_id"].map(dict(addresses)),
            "detail": signed["detail"] if "detail" in signed else signed["detail_zh"],
            "document": signed["document"],
            "counted_on": signed["counted_on"],
            **{c: signed[c].map(dict(offices)).where(lambda name: name.notna(), signed[c]) for c in ("requested_by", "approved_by")},
            **{c: signed[c].astype("str").str[:16].str.replace("T", " ") for c in ("requested_at", "approved_at")},
            "finding_id": signed["finding_id"],
        }
    )
    table = told[list(_HEADINGS)].astype(object).where(lambda t: t.notna(), "").astype("str").reset_index(drop=True)
    return table.rename(columns={name: heading[0 if zh else 1] for name, heading in _HEADINGS.items()})


def list_title(town: str, language: str = "zh") -> str:
    """What stands above the list."""
    return f"{town}拟注销地址清单" if language == "zh" else f"{town}: addresses proposed for cancellation"


def write_cancellation_xlsx(
    rows: pd.DataFrame, path: Path, *, town: str, printed_on: pd.Timestamp, proof: Proof, language: str = "zh"
) -> None:
    """Write the list as a workbook for A4 across: title, rows as text, lines to sign and stamp, and below them what proves it.

    Parameters
    ----------
    rows
        From `cancellation_rows`.
    """
    lang = 0 if language == "zh" else 1
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": made_on(), "title": list_title(town, language)})
        page = book.add_worksheet("拟注销地址清单" if language == "zh" else "Proposed cancellations")
        last = len(rows.columns) - 1
        page.merge_range(0, 0, 0, last, list_title(town, language), book.add_format({"bold": True, "font_size": 18, "align": "center"}))
        page.set_row(0, 30)
        grey = book.add_format({"font_color": _GREY, "text_wrap": True, "valign": "vcenter", "num_format": "@"})
        page.merge_range(1, 0, 1, last, _about(rows, printed_on, language), grey)
        head = book.add_format(
            {"bold": True, "border": 1, "bg_color": "#d5dfe8", "align": "center", "valign": "vcenter", "text_wrap": True}
        )
        for j, name in enumerate(rows.columns):
            page.set_column(j, j, _WIDTHS_MM[j] / 2.0)
            page.write_string(2, j, name, head)
        _fill(book, page, rows)
        at = 3 + max(len(rows), 1) + 1
        page.set_row(at, 60)
        box = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
        third = len(rows.columns) // len(_SIGNED_BY)
        for n, who in enumerate(_SIGNED_BY):
            page.merge_range(at, n * third, at, (n + 1) * third - 1, f"{who[lang]}\n\n{_signature(language)}", box)
        for n, (label, mark) in enumerate(proof.lines(language)):
            page.merge_range(at + 2 + n, 0, at + 2 + n, last, f"{label}：{mark}" if lang == 0 else f"{label}: {mark}", grey)
        page.freeze_panes(3, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.repeat_rows(2)
        page.set_footer("&L" + f"{list_title(town, language)}　{proof.seq} · {proof.hash[:12]}".replace("&", "&&") + "&R&P / &N")


def write_cancellation_pdf(
    rows: pd.DataFrame, path: Path, *, town: str, printed_on: pd.Timestamp, proof: Proof, language: str = "zh"
) -> int:
    """Write the list as a PDF on A4 across with the same parts as the workbook; returns its pages.

    Parameters
    ----------
    rows
        From `cancellation_rows`.

    Raises
    ------
    FontError
        The machine has no Chinese font.
    """
    made = Made(list_title(town, language), printed_on, f"{proof.seq} · {proof.hash[:12]}", language)
    paper = Paper(made, size_mm=A4, fonts=find_fonts())
    shape = zip(_HEADINGS, rows.columns, _WIDTHS_MM, _LINES_N, strict=True)
    columns = [TableColumn(heading, wide, "C" if name in _CENTRED else "L", lines_n) for name, heading, wide, lines_n in shape]
    lines = [TableRow(list(row)) for row in rows.to_numpy()]
    end = draw_table(paper, columns, lines, title=made.title, note=[_about(rows, printed_on, language)], row_mm=8, size_pt=8)
    if not lines:
        end += 8
        paper.text(MARGIN_MM, end, _none(language), 10)
    room_mm = 6 + _SIGN_MM + 5 * len(proof.lines(language)) + 10
    if end + room_mm > paper.height_mm:
        paper.page()
        end = MARGIN_MM
    _sign(paper, end + 6, proof)
    paper.save(path)
    return paper.pages_n


def _about(rows: pd.DataFrame, printed_on: pd.Timestamp, language: str) -> str:
    day = printed_on.strftime("%Y-%m-%d")
    if language == "zh":
        return f"签发日期 {day}　共 {len(rows):,} 条。各条均经一人申请、另一人复核；请登记机关核实后办理，本清单不自动注销任何地址。"
    return f"Issued on {day}, {len(rows):,} rows. One person requested each, another approved it; the register's owner checks and decides."


def _none(language: str) -> str:
    return "没有可以提请注销的地址。" if language == "zh" else "There is no address to cancel."


def _signature(language: str) -> str:
    if language == "zh":
        return "签字：______________　　日期：______年____月____日"
    return "Signature: ______________   Date: ______________"


def _fill(book: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet, rows: pd.DataFrame) -> None:
    looks = {"border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
    left, centre = book.add_format(looks), book.add_format({**looks, "align": "center"})
    if rows.empty:
        page.merge_range(3, 0, 3, len(rows.columns) - 1, _none("zh" if rows.columns[0] == _HEADINGS["n"][0] else "en"), left)
    for i, row in enumerate(rows.to_numpy()):
        # a spreadsheet does not grow a row for wrapped text it did not see typed: two columns' width to a Chinese character
        lines_n = max(
            ceil(sum(1 if c.isascii() else 2 for c in cell) / (wide / 2.0 - 1)) for cell, wide in zip(row, _WIDTHS_MM, strict=True)
        )
        page.set_row(3 + i, max(22, 15 * lines_n + 4))
        for j, (name, cell) in enumerate(zip(_HEADINGS, row, strict=True)):
            page.write_string(3 + i, j, cell, centre if name in _CENTRED else left)


def _sign(paper: Paper, top_mm: float, proof: Proof) -> None:
    """The boxes for signature, stamp and day, and what proves the list."""
    made = paper.made
    wide = (paper.width_mm - 2 * MARGIN_MM) / len(_SIGNED_BY)
    for n, who in enumerate(_SIGNED_BY):
        x = MARGIN_MM + n * wide
        paper.box(x, top_mm, wide, _SIGN_MM - 4, width_mm=0.25)
        paper.text(x + 2, top_mm + 6, made.say(*who), 9.5, bold=True)
        paper.text(x + 2, top_mm + _SIGN_MM - 14, made.say("签字：", "Signature:"), 9)
        paper.text(x + 2, top_mm + _SIGN_MM - 7, made.say("日期：＿＿＿＿年＿＿月＿＿日", "Date:"), 9)
    y = top_mm + _SIGN_MM + 1
    for label, mark in proof.lines(made.language):
        paper.text(
            MARGIN_MM, y, made.say(f"{label}：{mark}", f"{label}: {mark}"), 7.5, colour=_GREY, width_mm=paper.width_mm - 2 * MARGIN_MM
        )
        y += 5
