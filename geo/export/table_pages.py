"""A table on as many pages as it takes: headings repeated on each, groups announced and continued, rows never cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.export.palette import BLACK
from geo.export.paper import MARGIN_MM, POINT_MM, Paper

_PAD_MM = 1.2
_GUTTER_MM = 6.0
_RULE, _BAND, _HEAD = "#9aa7b3", "#e8eef3", "#d5dfe8"


@dataclass(frozen=True)
class TableColumn:
    """One column on paper: its heading, width in mm, alignment L, C or R, and on how many lines its text may stand."""

    heading: str
    width_mm: float
    align: str = "L"
    lines_n: int = 1


@dataclass(frozen=True)
class TableRow:
    """One row: its cells; bold where something is to be done. A band is a heading of a group across the table."""

    cells: Sequence[str]
    bold: bool = False
    band: str = ""


def draw_table(
    paper: Paper, columns: Sequence[TableColumn], rows: Sequence[TableRow], *, title: str, row_mm: float = 7.5, size_pt: float = 9.0,
    top_mm: float | None = None, note: Sequence[str] = (), across: int = 1, foot_mm: float = 10.0,
) -> float:  # fmt: skip
    """Draw a table, on new pages unless `top_mm` says where on this one it begins; returns where it ends.

    Parameters
    ----------
    columns
        Their widths are stretched to the width of the page.
    rows
        In order. A row before the first band belongs to no group.
    title
        Heading of every page; from the second on it says that it continues.
    row_mm
        Height of a row of one line: room for handwriting.
    note
        Lines below the title of the first page.
    across
        How many times the table stands side by side on a page, filled one after the other.
    foot_mm
        What stays free at the bottom of every page.
    """
    room = (paper.width_mm - 2 * MARGIN_MM - _GUTTER_MM * (across - 1)) / across
    widths = [c.width_mm * room / sum(c.width_mm for c in columns) for c in columns]
    pen = _Pen(paper, columns, widths, title, size_pt, across, foot_mm)
    pen.begin(note, top_mm)
    band = ""
    for at, row in enumerate(rows):
        if row.band:
            band = row.band
            follower = pen.height(rows[at + 1], row_mm) if at + 1 < len(rows) else 0.0
            if not pen.fits(6.0 + follower):
                pen.go_on()
            pen.band(band)
            continue
        height = pen.height(row, row_mm)
        if not pen.fits(height):
            pen.go_on()
            if band:
                pen.band(paper.made.say(f"{band}（续）", f"{band} (continued)"))
        pen.row(row, height)
    return pen.end


class _Pen:
    """Where the next row begins, and how rows look."""

    def __init__(
        self, paper: Paper, columns: Sequence[TableColumn], widths: list[float], title: str, size_pt: float, across: int, foot_mm: float
    ) -> None:
        self.paper, self.columns, self.widths, self.title, self.size_pt, self.across = paper, columns, widths, title, size_pt, across
        self.line_mm, self.foot_mm = size_pt * POINT_MM * 1.25, foot_mm
        self.at, self.top, self.y, self.lowest = 0, 0.0, 0.0, 0.0

    @property
    def left(self) -> float:
        """Where the table begins that is being filled, of those side by side."""
        return MARGIN_MM + self.at * (sum(self.widths) + _GUTTER_MM)

    @property
    def end(self) -> float:
        """Below everything on the page."""
        return max(self.y, self.lowest)

    def begin(self, note: Sequence[str], top_mm: float | None) -> None:
        if top_mm is None:
            self.paper.page()
        self.y = (top_mm or 0.0) + 11.0
        self.paper.text(MARGIN_MM, self.y, self.title, 14, bold=True)
        for line in note:
            for part in self.paper.wrap(line, 8.5, self.paper.width_mm - 2 * MARGIN_MM):
                self.y += 4.6
                self.paper.text(MARGIN_MM, self.y, part, 8.5, colour="#4a5560")
        self.y += 3.0
        self.top = self.y
        self._headings()

    def go_on(self) -> None:
        """Where the table goes on: beside itself while there is room, then on the next page."""
        if self.at + 1 < self.across:
            self.lowest, self.at, self.y = self.end, self.at + 1, self.top
            self._headings()
        else:
            self.next_page()

    def next_page(self) -> None:
        self.paper.page()
        self.at, self.lowest, self.y = 0, 0.0, 11.0
        self.paper.text(MARGIN_MM, self.y, self.paper.made.say(f"{self.title}（续）", f"{self.title} (continued)"), 11, bold=True)
        self.y += 3.0
        self.top = self.y
        self._headings()

    def fits(self, height_mm: float) -> bool:
        return self.y + height_mm <= self.paper.height_mm - self.foot_mm

    def height(self, row: TableRow, row_mm: float) -> float:
        lines = max(
            (len(self._lines(cell, c, w, row.bold)) for cell, c, w in zip(row.cells, self.columns, self.widths, strict=True)), default=1
        )
        return max(row_mm, lines * self.line_mm + 1.6)

    def band(self, text: str) -> None:
        self.paper.box(self.left, self.y, sum(self.widths), 6.0, fill=_BAND, width_mm=0.15, colour=_RULE)
        self.paper.text(self.left + _PAD_MM, self.y + 4.3, text, self.size_pt, bold=True, width_mm=sum(self.widths) - 2 * _PAD_MM)
        self.y += 6.0

    def row(self, row: TableRow, height_mm: float) -> None:
        x = self.left
        self.paper.line(x, self.y + height_mm, x + sum(self.widths), self.y + height_mm, width_mm=0.15, colour=_RULE)
        for cell, column, width in zip(row.cells, self.columns, self.widths, strict=True):
            lines = self._lines(cell, column, width, row.bold)
            y = self.y + (height_mm - (len(lines) - 1) * self.line_mm) / 2 + self.size_pt * POINT_MM * 0.36
            for line in lines:
                self._cell(line, x, y, width, column.align, row.bold)
                y += self.line_mm
            x += width
        self._rules(height_mm)
        self.y += height_mm

    def _lines(self, cell: str, column: TableColumn, width: float, bold: bool) -> list[str]:
        room = width - 2 * _PAD_MM
        if column.lines_n == 1:
            return [cell] if cell else []
        lines = self.paper.wrap(cell, self.size_pt, room, bold=bold) if cell else []
        if len(lines) > column.lines_n:
            last = self.paper.cut(lines[column.lines_n - 1] + lines[column.lines_n], self.size_pt, room, bold=bold)
            lines = [*lines[: column.lines_n - 1], last]
        return lines

    def _cell(self, text: str, x: float, y: float, width: float, align: str, bold: bool) -> None:
        at = {"L": x + _PAD_MM, "C": x + width / 2, "R": x + width - _PAD_MM}[align]
        self.paper.text(at, y, text, self.size_pt, bold=bold, align=align, width_mm=width - 2 * _PAD_MM)

    def _headings(self) -> None:
        lines = [
            self.paper.wrap(c.heading, self.size_pt, w - 2 * _PAD_MM, bold=True)[:2] for c, w in zip(self.columns, self.widths, strict=True)
        ]
        height_mm = max(len(one) for one in lines) * self.line_mm + 2.4
        self.paper.box(self.left, self.y, sum(self.widths), height_mm, fill=_HEAD, width_mm=0.25)
        x = self.left
        for told, column, width in zip(lines, self.columns, self.widths, strict=True):
            y = self.y + (height_mm - (len(told) - 1) * self.line_mm) / 2 + self.size_pt * POINT_MM * 0.36
            for line in told:
                self._cell(line, x, y, width, column.align, bold=True)
                y += self.line_mm
            x += width
        self._rules(height_mm)
        self.y += height_mm

    def _rules(self, height_mm: float) -> None:
        x = self.left
        for width in (0.0, *self.widths):
            x += width
            self.paper.line(x, self.y, x, self.y + height_mm, width_mm=0.12, colour=_RULE if width else BLACK)
