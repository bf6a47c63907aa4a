"""The margin of a village map: what each sign means, north, scale, paper, the other sheets, and where every street is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from geo.export.palette import BLACK, BLUE, GREY, PALE, SIGNS, WHITE, YELLOW
from geo.export.paper import Paper
from geo.export.village_frames import SMALLEST_PT, Frame
from geo.export.village_looks import LOOKS, draw_house
from geo.export.village_page import INK
from geo.rules import RULES

_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_WIDE_MM = 56.0


def draw_legend(paper: Paper, x: float, y: float, *, codes: pd.Series, plates: pd.Series, left_out_n: int, several: bool) -> float:
    """Draw the legend and return where it ends.

    Parameters
    ----------
    codes
        Code of every finding on the sheet.
    plates
        Doors on the sheet by state of their plate.
    left_out_n
        Numbers that found no room on the map.
    several
        The map has several sheets: houses of the next one are explained as well.
    """
    say = paper.made.say
    paper.text(x, y + 4, say("图例", "Legend"), 11, bold=True)
    y += 10
    for state, look in LOOKS.items():
        if state == "beyond" and not several:
            continue
        draw_house(paper, [(x, y - 3.2), (x + 7, y - 3.2), (x + 7, y + 0.8), (x, y + 0.8)], state)
        paper.text(x + 9, y, say(look.zh, look.en), 8.5, width_mm=38)
        if state not in ("free", "beyond"):
            paper.text(x + _WIDE_MM, y, f"{int(plates.get(state, 0)):,}", 8.5, align="R")
        y += 5.8
    for dx in (-1.0, 1.0):
        paper.line(x + 3 - dx, y - 2.0, x + 3 + dx, y, width_mm=0.45, colour=BLUE)
    paper.text(x + 9, y, say("不在房屋上的牌或地址", "plate or address on no house"), 8.5, width_mm=48)
    y += 8
    y = draw_codes(paper, x, y, codes)
    if left_out_n:
        told = say(f"另有 {left_out_n} 个号码因过密未标（图上为小点），见清单。", f"{left_out_n} numbers had no room (dots); see the list.")
        for line in paper.wrap(told, 7.5, _WIDE_MM):
            paper.text(x, y, line, 7.5, colour=INK)
            y += 3.6
    return y + 4


def draw_north(paper: Paper, x: float, y: float) -> None:
    """An arrow to grid north, 12 mm high, with its centre at (x, y)."""
    paper.area([(x, y - 6), (x + 3, y + 5), (x, y + 2.5)], fill=BLACK, width_mm=0.2)
    paper.area([(x, y - 6), (x - 3, y + 5), (x, y + 2.5)], fill=WHITE, width_mm=0.2)
    paper.text(x, y + 9.5, paper.made.say("北", "N"), 9, bold=True, align="C")


def draw_scale(paper: Paper, x: float, y: float, *, scale: int) -> None:
    """A bar of a round length, at most 36 mm, with the scale as a fraction."""
    step_m = max((s for s in _STEPS_M if s * 1000 / scale <= 36), default=_STEPS_M[0])
    step_mm = step_m * 1000 / scale
    for n in range(4):
        paper.box(x + n * step_mm / 4, y - 1.6, step_mm / 4, 1.6, fill=BLACK if n % 2 == 0 else WHITE, width_mm=0.2)
    paper.text(x, y - 3, "0", SMALLEST_PT, align="C")
    paper.text(x + step_mm, y - 3, f"{step_m} m", SMALLEST_PT, align="C")
    paper.text(x, y + 4, f"1 : {scale:,}", 8.5)


def draw_paper(paper: Paper, x: float, y: float, *, upright: bool) -> None:
    """What the scale and the smallest text hold for: the paper, printed without shrinking."""
    say, (wide, high) = paper.made.say, (297, 420) if upright else (420, 297)
    told = say(
        f"A3 纸 {wide}×{high} 毫米，打印请选“实际大小”；最小字号 {SMALLEST_PT:g} 磅。",
        f"A3, {wide} x {high} mm: print at actual size. Smallest text {SMALLEST_PT:g} pt.",
    )
    for n, line in enumerate(paper.wrap(told, 7.5, _WIDE_MM)):
        paper.text(x, y + 3.6 * n, line, 7.5, colour=INK)


def draw_key(paper: Paper, frames: Sequence[Frame], here: Frame, x: float, y: float) -> None:
    """Which sheet lies where, small, with this one filled."""
    frames = [f for f in frames if f.number]
    paper.text(x, y - 1.5, paper.made.say("图幅位置", "Sheets"), 8, bold=True)
    west, south = min(f.extent[0] for f in frames), min(f.extent[1] for f in frames)
    east, north = max(f.extent[2] for f in frames), max(f.extent[3] for f in frames)
    factor = min(_WIDE_MM / (east - west), 36.0 / (north - south))
    for frame in sorted(frames, key=lambda f: f is here):
        w, s, e, n = frame.extent
        wide, high = (e - w) * factor, (n - s) * factor
        left, top = x + (w - west) * factor, y + (north - n) * factor
        paper.box(left, top, wide, high, fill=PALE if frame is here else None, width_mm=0.4 if frame is here else 0.25)
    for frame in frames:
        w, s, e, n = (max(a, b) if k < 2 else min(a, b) for k, (a, b) in enumerate(zip(frame.extent, frame.own, strict=True)))
        paper.text(x + ((w + e) / 2 - west) * factor, y + (north - (s + n) / 2) * factor + 1.2, str(frame.number), 8, bold=True, align="C")


def draw_sheets(paper: Paper, x: float, y: float, frames: Sequence[Frame], *, where: pd.Series, codes: pd.Series) -> float:
    """The table of sheets on the overview: number, scale, rows, what is to be checked, and what is on none; returns where it ends.

    The last line is the sum, and says what the list says.
    """
    say = paper.made.say
    paper.text(x, y + 4, say("分幅", "Sheets"), 11, bold=True)
    heads = (say("图号", "No."), say("比例尺", "Scale"), say("行数", "Rows"), say("待核", "To check"))
    ends = (10.0, 27.0, 41.0, _WIDE_MM)
    y += 10
    for head, end in zip(heads, ends, strict=True):
        paper.text(x + end, y, head, 8, align="R", colour=INK)
    sheet = where.str.split("-").str[0]
    lines = [(str(f.number) if f.number else say("总图 0", "0"), f"1 : {f.scale:,}", sheet == str(f.number)) for f in frames]
    nowhere = where == ""
    lines += [(say("图外", "none"), "—", nowhere)] if nowhere.any() else []
    for name, scale, own in [*lines, (say("合计", "Sum"), "", where.notna())]:
        y += 5.0
        cells = (name, scale, f"{int(own.sum()):,}", f"{int((own & codes.notna()).sum()):,}")
        for cell, end in zip(cells, ends, strict=True):
            paper.text(x + end, y, cell, 8.5, align="R")
    return y + 4


def draw_index(paper: Paper, x: float, y: float, end: float, *, rows: pd.DataFrame, where: pd.Series) -> None:
    """Where each street, hamlet and group is found: its cells, those of most doors first; as many as the margin holds."""
    named = rows.assign(where=where.reindex(rows.index))
    named = named[(named["place"].fillna("") != "") & (named["where"] != "")]
    if named.empty or y + 12 > end:
        return
    paper.text(x, y, paper.made.say("组、自然村、街巷索引", "Index of streets and groups"), 9.5, bold=True)
    for place, group in named.groupby("place", sort=True):
        y += 4.4
        if y + 4.4 > end:
            paper.text(x, y, "……", 8)
            return
        cells = group["where"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index
        paper.text(x, y, str(place), 8, width_mm=20)
        paper.text(x + 21, y, _as_many(paper, [str(c) for c in cells], _WIDE_MM - 21), 8)


def _as_many(paper: Paper, cells: Sequence[str], width_mm: float) -> str:
    """As many cells as fit, whole ones, with a mark where some are left out."""
    for n in range(len(cells), 0, -1):
        told = "、".join(cells[:n]) + ("…" if n < len(cells) else "")
        if n == 1 or paper.wide(told, 8) <= width_mm:
            return told
    return ""


def draw_codes(paper: Paper, x: float, y: float, codes: pd.Series) -> float:
    """The findings with their signs and how many there are; returns where they end."""
    counts = codes.value_counts()
    known = [rule.card for rule in RULES if rule.card.code in counts]
    if known:
        paper.text(x, y, paper.made.say("待核事项（件）", "To be checked"), 9.5, bold=True)
        y += 6
    for card in known:
        fill, ink, sign = SIGNS.get(card.code, (GREY, WHITE, "?"))
        paper.disc(x + 3, y - 1.2, 1.9, fill=fill, width_mm=0.25, colour=BLACK if fill == YELLOW else WHITE)
        paper.text(x + 3, y - 0.2, sign, SMALLEST_PT, bold=True, align="C", colour=ink)
        paper.text(x + 9, y, paper.made.say(card.zh, card.en), 8.5, width_mm=40)
        paper.text(x + _WIDE_MM, y, f"{int(counts[card.code]):,}", 8.5, align="R")
        y += 5.2
    return y + 1
