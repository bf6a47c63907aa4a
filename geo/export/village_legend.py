"""The margin of a village map: what each sign means, north, and the scale."""

from __future__ import annotations

import pandas as pd

from geo.export.palette import BLACK, BLUE, GREY, PALE, SIGNS, VERMILLION, WHITE, YELLOW
from geo.export.paper import Paper
from geo.rules import RULES

_STEPS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_PLATES = (
    ("up", "已挂牌", "plate on the wall", PALE, 0.15, "#5b6b7a"),
    ("none", "无号无牌", "neither number nor plate", "#fbd9c6", 0.7, VERMILLION),
    ("numbered", "有号未挂牌", "number, but no plate", "#fdeec9", 0.55, BLACK),
    ("damaged", "牌破损缺失", "plate damaged or missing", "#fdeec9", 0.55, BLACK),
)


def draw_legend(paper: Paper, x: float, y: float, *, codes: pd.Series, plates: pd.Series, left_out_n: int) -> float:
    """Draw the legend and return where it ends.

    Parameters
    ----------
    codes
        Code of every finding on the page.
    plates
        Doors on the page by state of their plate.
    left_out_n
        Numbers that found no room on the map.
    """
    say = paper.made.say
    paper.text(x, y + 4, say("图例", "Legend"), 11, bold=True)
    y += 10
    for state, zh, en, fill, width_mm, colour in _PLATES:
        paper.box(x, y - 2.8, 6, 3.6, fill=fill, width_mm=width_mm, colour=colour)
        paper.text(x + 8, y, say(zh, en), 8.5, width_mm=38)
        paper.text(x + 56, y, f"{int(plates.get(state, 0)):,}", 8.5, align="R")
        y += 5.4
    paper.box(x, y - 2.8, 6, 3.6, fill=WHITE, width_mm=0.12, colour=GREY)
    paper.text(x + 8, y, say("不编门牌", "needs no number"), 8.5)
    y += 5.4
    for dx in (-1.0, 1.0):
        paper.line(x + 3 - dx, y - 2.0, x + 3 + dx, y, width_mm=0.45, colour=BLUE)
    paper.text(x + 8, y, say("不在房屋上的牌或地址", "plate or address on no house"), 8.5, width_mm=50)
    y += 8
    y = _draw_codes(paper, x, y, codes)
    if left_out_n:
        for line in paper.wrap(
            say(f"另有 {left_out_n} 个号码因过密未标（图上为小点），见清单。", f"{left_out_n} numbers had no room (dots); see the list."),
            7.5,
            56,
        ):
            paper.text(x, y, line, 7.5, colour="#4a5560")
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
    paper.text(x, y - 3, "0", 7, align="C")
    paper.text(x + step_mm, y - 3, f"{step_m} m", 7, align="C")
    paper.text(x, y + 4, f"1 : {scale:,}", 8.5)


def _draw_codes(paper: Paper, x: float, y: float, codes: pd.Series) -> float:
    counts = codes.value_counts()
    known = [rule.card for rule in RULES if rule.card.code in counts]
    if known:
        paper.text(x, y, paper.made.say("待核事项（件）", "To be checked"), 9.5, bold=True)
        y += 6
    for card in known:
        fill, ink, sign = SIGNS.get(card.code, (GREY, WHITE, "?"))
        paper.disc(x + 3, y - 1.2, 1.9, fill=fill, width_mm=0.25, colour=BLACK if fill == YELLOW else WHITE)
        paper.text(x + 3, y - 0.2, sign, 7, bold=True, align="C", colour=ink)
        paper.text(x + 8, y, paper.made.say(card.zh, card.en), 8.5, width_mm=41)
        paper.text(x + 56, y, f"{int(counts[card.code]):,}", 8.5, align="R")
        y += 5.2
    return y + 1
