"""Pages to print: lines, shapes and Chinese text in millimetres from the upper left corner, the font inside the file."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from fpdf import FPDF

from geo.export.fonts import Fonts, absent, find_fonts
from geo.export.palette import BLACK

POINT_MM = 25.4 / 72
MARGIN_MM = 12.0
A3 = (420.0, 297.0)
A4 = (297.0, 210.0)
_UNKNOWN = "〓"  # the printer's mark for a character that the font lacks
Points = Sequence[tuple[float, float]] | np.ndarray


@dataclass(frozen=True)
class Made:
    """What stands on the foot of every page: the title, the day, and the head of the casebook's chain where one is given."""

    title: str
    printed_on: pd.Timestamp
    head: str = ""
    language: str = "zh"

    def say(self, zh: str, en: str) -> str:
        """The words in the language of the sheet."""
        return zh if self.language == "zh" else en


class Paper:
    """A document that is being drawn; `save` writes it with the page numbers."""

    def __init__(self, made: Made, *, size_mm: tuple[float, float], fonts: Fonts | None = None) -> None:
        self.made = made
        self.width_mm, self.height_mm = size_mm
        self.fonts = fonts or find_fonts()
        self.lacking: set[str] = set()
        # fpdf2 tells on the log which of thousands of subset tables it drops
        logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
        self._pdf = FPDF(unit="mm", format=(min(size_mm), max(size_mm)), orientation="L" if size_mm[0] > size_mm[1] else "P")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_title(made.title)
        self._pdf.set_lang("zh-CN" if made.language == "zh" else "en")
        self._pdf.set_creation_date(datetime(*made.printed_on.timetuple()[:3], tzinfo=UTC))
        for style, face in (("", self.fonts.regular), ("B", self.fonts.bold)):
            self._pdf.add_font("sheet", style, str(face.path), collection_font_number=face.number)
        self._font = ("", 0.0)
        self._looks: dict[str, object] = {}
        self._sizes: list[tuple[float, float]] = []
        self.smallest_pt = float("inf")
        self._widths: dict[tuple[str, str], float] = {}

    @property
    def pages_n(self) -> int:
        """Pages so far."""
        return int(self._pdf.page)

    def page(self, *, upright: bool | None = None) -> None:
        """Begin a page; `upright` turns it, and without it pages lie as the first one was asked for."""
        if upright is not None and upright != (self.height_mm > self.width_mm):
            self.width_mm, self.height_mm = self.height_mm, self.width_mm
        self._sizes.append((self.width_mm, self.height_mm))
        self._pdf.add_page(orientation="P" if self.height_mm > self.width_mm else "L")
        self._forget()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        align: str = "L",
        colour: str = BLACK,
        width_mm: float | None = None,
        turn_degrees: float = 0.0,
    ) -> None:
        """Text on one line with its baseline at y; longer than `width_mm` it is cut and ends with an ellipsis.

        `turn_degrees` turns it anticlockwise around (x, y).
        """
        text = self.drawable(text)
        if width_mm is not None:
            text = self.cut(text, size_pt, width_mm, bold=bold)
        if not text:
            return
        self.smallest_pt = min(self.smallest_pt, size_pt)
        if turn_degrees:
            with self._pdf.rotation(turn_degrees, x, y):
                self._forget()
                self.text(x, y, text, size_pt, bold=bold, align=align, colour=colour)
            self._forget()
            return
        if align != "L":
            wide = self.wide(text, size_pt, bold=bold)
            x -= wide if align == "R" else wide / 2
        font = ("B" if bold else "", size_pt)
        if font != self._font:
            self._pdf.set_font("sheet", *font)
            self._font = font
        self._set("text", colour)
        self._pdf.text(x, y, text)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width_mm: float = 0.2, colour: str = BLACK, dash_mm: float = 0.0) -> None:
        """A straight line."""
        self._pen(colour, width_mm, dash_mm)
        self._pdf.line(x1, y1, x2, y2)

    def path(self, points: Points, *, width_mm: float = 0.2, colour: str = BLACK, dash_mm: float = 0.0) -> None:
        """An open line through points."""
        self._pen(colour, width_mm, dash_mm)
        self._pdf.polyline([(x, y) for x, y in points])

    def area(
        self, points: Points, *, fill: str | None = None, width_mm: float = 0.2, colour: str | None = BLACK, dash_mm: float = 0.0
    ) -> None:
        """A closed shape, filled, outlined or both."""
        if fill:
            self._set("fill", fill)
        if colour:
            self._pen(colour, width_mm, dash_mm)
        self._pdf.polygon([(x, y) for x, y in points], style=("D" if colour else "") + ("F" if fill else ""))

    def box(
        self, x: float, y: float, w: float, h: float, *, fill: str | None = None, width_mm: float = 0.2, colour: str | None = BLACK
    ) -> None:
        """A rectangle."""
        self.area([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], fill=fill, width_mm=width_mm, colour=colour)

    def disc(
        self, x: float, y: float, radius_mm: float, *, fill: str | None = None, width_mm: float = 0.2, colour: str | None = BLACK
    ) -> None:
        """A circle around a point."""
        if fill:
            self._set("fill", fill)
        if colour:
            self._pen(colour, width_mm, 0.0)
        self._pdf.circle(x, y, radius_mm, style=("D" if colour else "") + ("F" if fill else ""))

    @contextmanager
    def window(self, x: float, y: float, w: float, h: float) -> Iterator[None]:
        """A context in which nothing is drawn outside the rectangle."""
        with self._pdf.rect_clip(x, y, w, h):
            self._forget()
            yield
        self._forget()

    def wide(self, text: str, size_pt: float, *, bold: bool = False) -> float:
        """Width of a text in mm."""
        style = "B" if bold else ""
        total = 0.0
        for c in text:
            key = (style, c)
            if key not in self._widths:
                self._pdf.set_font("sheet", style, 10)
                self._font = (style, 10)
                self._widths[key] = self._pdf.get_string_width(c) / 10
            total += self._widths[key]
        return total * size_pt

    def cut(self, text: str, size_pt: float, width_mm: float, *, bold: bool = False) -> str:
        """The text, or as much of it as fits, with an ellipsis."""
        if self.wide(text, size_pt, bold=bold) <= width_mm:
            return text
        while text and self.wide(text + "…", size_pt, bold=bold) > width_mm:
            text = text[:-1]
        return text + "…"

    def wrap(self, text: str, size_pt: float, width_mm: float, *, bold: bool = False) -> list[str]:
        """The text in lines that fit; it breaks at spaces where there are some, and anywhere between Chinese characters."""
        lines, line = [], ""
        for word in _words(self.drawable(text)):
            if line and self.wide((line + word).rstrip(), size_pt, bold=bold) > width_mm:
                lines.append(line.rstrip())
                line = word.lstrip()
            else:
                line += word
            while self.wide(line.rstrip(), size_pt, bold=bold) > width_mm and len(line) > 1:
                at = next(n for n in range(len(line), 0, -1) if n == 1 or self.wide(line[:n], size_pt, bold=bold) <= width_mm)
                lines.append(line[:at])
                line = line[at:]
        return [*lines, line.rstrip()] if line.strip() else lines or [""]

    def drawable(self, text: str) -> str:
        """The text on one line, with a mark for each character that the font lacks."""
        text = " ".join(text.split())
        lacking = absent([text], self.fonts.regular)
        self.lacking |= lacking
        return text.translate({ord(c): _UNKNOWN for c in lacking}) if lacking else text

    def save(self, path: Path) -> None:
        """Write the file; every page gets its foot: title, day, head of the chain, page n of m."""
        pages_n = self.pages_n
        for n in range(1, pages_n + 1):
            self._pdf.page = n
            self.width_mm, self.height_mm = self._sizes[n - 1]
            self._pdf.h = self.height_mm
            self._forget()
            self._foot(n, pages_n)
        self._pdf.output(str(path))

    def _foot(self, n: int, pages_n: int) -> None:
        made, y = self.made, self.height_mm - 5.0
        day = made.printed_on.strftime("%Y-%m-%d")
        told = [made.title, made.say(f"打印日期 {day}", f"printed on {day}")]
        told += [made.say(f"案卷链首 {made.head}", f"head of the casebook {made.head}")] if made.head else []
        if self.lacking:
            few = "".join(sorted(self.lacking)[:1]).encode("unicode_escape").decode()
            lack = made.say(
                f"字体缺 {len(self.lacking)} 字，以 〓 代替（{few}…）", f"{len(self.lacking)} characters are not in the font: 〓 ({few}…)"
            )
            told.append(lack)
        page = made.say(f"第 {n} 页 / 共 {pages_n} 页", f"page {n} of {pages_n}")
        self.text(MARGIN_MM, y, "　".join(told), 7, colour="#4a5560", width_mm=self.width_mm - 2 * MARGIN_MM - 32)
        self.text(self.width_mm - MARGIN_MM, y, page, 8, align="R", colour="#4a5560")

    def _forget(self) -> None:
        """What pen and font are set is not known any more: both are set again, whatever the printer believes.

        fpdf2 writes a colour only where it differs from the one it wrote last. It does not see that the end of a clipped
        window brings an earlier one back, so that black text after black dots came out in the colour of the ground.
        Of two different values one after the other the second is always written.
        """
        self._font, self._looks = ("", 0.0), {}
        for size_pt in (2, 1):
            self._pdf.set_font("sheet", "", size_pt)
        for shade in (1, 0):
            self._pdf.set_fill_color(shade)
            self._pdf.set_draw_color(shade)
            self._pdf.set_line_width(0.2 + shade)
            self._pdf.set_dash_pattern(dash=shade, gap=shade)

    def _pen(self, colour: str, width_mm: float, dash_mm: float) -> None:
        self._set("draw", colour)
        if self._looks.get("width") != width_mm:
            self._pdf.set_line_width(width_mm)
            self._looks["width"] = width_mm
        if self._looks.get("dash", 0.0) != dash_mm:
            self._pdf.set_dash_pattern(dash=dash_mm, gap=dash_mm * 0.8)
            self._looks["dash"] = dash_mm

    def _set(self, what: str, colour: str) -> None:
        if self._looks.get(what) == colour:
            return
        rgb = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        {"text": self._pdf.set_text_color, "fill": self._pdf.set_fill_color, "draw": self._pdf.set_draw_color}[what](*rgb)
        self._looks[what] = colour


def _words(text: str) -> list[str]:
    """Pieces between which a line may break: Latin words with their space, single characters otherwise."""
    pieces: list[str] = []
    for c in text:
        same_word = bool(pieces) and c.isascii() and pieces[-1][-1].isascii() and not (pieces[-1].endswith(" ") and c != " ")
        if same_word or (pieces and c in "，。；：、）】！？%"):
            pieces[-1] += c
        else:
            pieces.append(c)
    return pieces
