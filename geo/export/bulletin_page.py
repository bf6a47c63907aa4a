"""通报 on one A4 page: the total, the villages by rank with bars, the main causes, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.export.bulletin import (
    FRACTION,
    Bulletin,
    cause_table,
    fraction,
    missing_sum,
    missing_title,
    missing_told,
    office_told,
    percent,
    standing_told,
    title_of,
)
from geo.export.fonts import find_fonts
from geo.export.palette import BLACK, GREY, VERMILLION, WHITE, gap_colour
from geo.export.paper import A4, MARGIN_MM, Made, Paper
from geo.ranking import JUDGED, MISSED, OF_PEOPLE, SMALL, SMALL_D, UNITS, Ranking
from geo.suppression import shown

ROWS_N = 26
"""Villages that fit on one page; of more, the first and the last ones are printed and the workbook has all."""
_BEST_N = 8
_MAP_MM = 70.0
_BESIDE = ("buildings_plated", "one_to_one", "undecided_share")


def write_bulletin_pdf(bulletin: Bulletin, path: Path, *, printed_on: pd.Timestamp, head: str = "") -> int:
    """Write the bulletin on one A4 page; returns its pages, which is 1.

    Raises
    ------
    FontError
        The machine has no Chinese font.
    """
    name = bulletin.say(f"{bulletin.title} 门楼牌核对情况通报", f"{bulletin.title}: door plates, bulletin")
    paper = Paper(Made(name, printed_on, head, bulletin.language), size_mm=(A4[1], A4[0]), fonts=find_fonts())
    paper.page()
    y = _draw_head(paper, bulletin, name)
    y = _draw_villages(paper, bulletin, y)
    y = _draw_causes(paper, bulletin, y)
    _draw_map(paper, bulletin, y)
    paper.save(path)
    return paper.pages_n


def _draw_head(paper: Paper, bulletin: Bulletin, name: str) -> float:
    ranking, say, metric = bulletin.rankings[bulletin.metric.name], bulletin.say, bulletin.metric
    total = ranking.total
    paper.text(paper.width_mm / 2, 19, name, 17, bold=True, align="C")
    paper.text(paper.width_mm / 2, 26, say(f"基准日 {bulletin.as_of}", f"as of {bulletin.as_of}"), 9.5, align="C", colour="#4a5560")
    paper.line(MARGIN_MM, 29, paper.width_mm - MARGIN_MM, 29, width_mm=0.5)
    judged = ranking.villages[ranking.villages["standing"].isin(JUDGED)]
    there = int((judged["standing"] != MISSED).sum())
    target = total.get("target")
    small_n = int((ranking.villages["standing"] == SMALL).sum())
    aim = say(f"目标 {target:.0%}", f"target {target:.0%}") if pd.notna(target) else say("没有设目标", "no target is set")
    boxes = [
        (title_of(metric, bulletin.language), percent(total.get("ratio")), (aim, _change(bulletin))),
        (say(*FRACTION), fraction(metric, total.get("n"), total.get("d")), (say(metric.n_zh, metric.n_en), say(metric.d_zh, metric.d_en))),
        (_total_title(bulletin), _total_missing(bulletin), _gaps(bulletin)),
        (
            say("不低于全镇的村居", "Villages as the whole") if ranking.relative else say("达标村居", "Villages there"),
            f"{there} / {len(judged)}",
            (say(f"另有 {small_n} 个样本小，不评", f"{small_n} more are too small to judge") if small_n else "", ""),
        ),
    ]
    wide = (paper.width_mm - 2 * MARGIN_MM - 9) / 4
    for n, (label, value, below) in enumerate(boxes):
        x = MARGIN_MM + n * (wide + 3)
        paper.box(x, 33, wide, 26, fill="#f2f5f8", width_mm=0.2, colour="#9aa7b3")
        for k, line in enumerate(paper.wrap(label, 8, wide - 5)[:2]):
            paper.text(x + 2.5, 37.5 + 3.4 * k, line, 8, width_mm=wide - 5, colour="#4a5560")
        paper.text(x + 2.5, 48.5, value, 15, bold=True, width_mm=wide - 5)
        for k, line in enumerate(below):
            paper.text(x + 2.5, 53.2 + 3.4 * k, line, 7, width_mm=wide - 5, colour="#4a5560")
    return 64.0


def _total_title(bulletin: Bulletin) -> str:
    """What the whole lacks is judged by sums over sums, and says so: a village may lack some where the whole lacks none."""
    if bulletin.ranking.relative:
        return bulletin.say("还差", "Missing")
    told = bulletin.say(*missing_title(bulletin.ranking))
    return bulletin.say(f"{told}（按全镇合计）", f"{told}, all together")


def _gaps(bulletin: Bulletin) -> tuple[str, str]:
    n = missing_sum(bulletin.ranking)
    if n is None:
        return bulletin.say("没有设目标", "no target is set") if bulletin.ranking.relative else "", ""
    zh, en = UNITS[bulletin.metric.name]
    return bulletin.say(f"未达标各村合计 {n:,.0f} {zh}", f"villages below: {n:,.0f} {en}"), ""


def _total_missing(bulletin: Bulletin) -> str:
    ranking = bulletin.rankings[bulletin.metric.name]
    n = ranking.total.get("missing_n")
    if n is None or pd.isna(n):
        return "—"
    unit = UNITS[bulletin.metric.name][0 if bulletin.language == "zh" else 1]
    return f"{shown(float(n)) if bulletin.metric.name in OF_PEOPLE else f'{float(n):,.0f}'} {unit}"


def _change(bulletin: Bulletin) -> str:
    """The change since the run before, in percentage points; "" where there was none: unknown is not zero."""
    before, now = bulletin.before, bulletin.ranking.total.get("ratio")
    if before is None or now is None or pd.isna(now):
        return bulletin.say("没有上期数据", "no earlier run")
    day, ratio = before
    points = (float(now) - ratio) * 100
    return bulletin.say(f"较上期（{day[5:]}）{points:+.1f} 个百分点", f"{points:+.1f} points since {day}")


def _draw_villages(paper: Paper, bulletin: Bulletin, y: float) -> float:
    ranking, say = bulletin.rankings[bulletin.metric.name], bulletin.say
    rows = ranking.villages.sort_values(["rank", "village_code"], kind="stable", na_position="last").reset_index(drop=True)
    left_out = max(len(rows) - ROWS_N, 0)
    if left_out:
        rows = pd.concat([rows.head(_BEST_N), rows.tail(ROWS_N - _BEST_N)])
    beside = [bulletin.rankings[name] for name in _BESIDE if name in bulletin.rankings and name != bulletin.metric.name]
    heads = [say("名次", "Rank"), say("村居", "Village"), title_of(bulletin.metric, bulletin.language), say(*FRACTION),
             say(*missing_title(ranking)), *(title_of(r.metric, bulletin.language) for r in beside)]  # fmt: skip
    widths = [11, 31, 50, 27, 19, *([48 / max(len(beside), 1)] * len(beside))]
    lefts = [MARGIN_MM + sum(widths[:n]) for n in range(len(widths))]
    y = _draw_heads(paper, heads, lefts, widths, y)
    for at, one in enumerate(rows.to_dict("records")):
        if left_out and at == _BEST_N:
            told = say(f"…… 其余 {left_out} 个村居见 Excel ……", f"… {left_out} more in the workbook …")
            paper.text(MARGIN_MM + sum(widths) / 2, y + 4, told, 8, align="C", colour="#4a5560")
            y += 5.8
        _draw_village(paper, bulletin, one, beside, lefts, widths, y)
        y += 5.8
    note = say(
        f"分母不足 {SMALL_D} 的村居不评名次（样本小）；人数不足 5 的不公开。比率为合计之比，不是平均。",
        f"Villages below {SMALL_D} are not ranked (small sample); counts of people below 5 are withheld. Ratios are sums over sums.",
    )
    paper.text(MARGIN_MM, y + 4, note, 7, colour="#4a5560", width_mm=sum(widths))
    return y + 9


def _draw_heads(paper: Paper, heads: list[str], lefts: list[float], widths: list[float], y: float) -> float:
    """The headings, each on the side on which its column stands; returns where the rows begin."""
    told = [paper.wrap(head, 7, width - 3, bold=True)[:4] for head, width in zip(heads, widths, strict=True)]
    high = 3.2 * max(len(lines) for lines in told) + 3.0
    paper.box(MARGIN_MM, y, sum(widths), high, fill="#d5dfe8", colour="#9aa7b3")
    for n, (x, lines, width) in enumerate(zip(lefts, told, widths, strict=True)):
        for k, line in enumerate(lines):
            at = y + high / 2 + 0.9 + 3.2 * (k - (len(lines) - 1) / 2)
            align, edge = ("C", x + width / 2) if n == 0 else ("L", x + 1.2) if n < 3 else ("R", x + width - 2)
            paper.text(edge, at, line, 7, bold=True, align=align, width_mm=width - 2)
    return y + high


def _draw_village(
    paper: Paper, bulletin: Bulletin, one: Mapping[Any, Any], beside: list[Ranking], lefts: list[float], widths: list[float], y: float
) -> None:
    ranking = bulletin.rankings[bulletin.metric.name]
    base = y + 4.0
    rank = "—" if pd.isna(one["rank"]) else f"{float(str(one['rank'])):.0f}"
    paper.text(lefts[0] + widths[0] / 2, base, rank, 9, bold=True, align="C")
    paper.text(lefts[1] + 1.2, base, str(one["name"] or bulletin.say("（未归入村）", "(in no village)")), 9, width_mm=widths[1] - 2)
    ratio = float(one["ratio"]) if pd.notna(one["ratio"]) else None
    room = widths[2] - 18
    if ratio is not None:
        judged = one["standing"] in JUDGED
        gap = 0.0 if one["standing"] != MISSED else float(one["gap"])
        paper.box(lefts[2] + 1.2, y + 1.5, room, 3.0, fill=WHITE, width_mm=0.1, colour="#c3ccd4")
        paper.box(lefts[2] + 1.2, y + 1.5, room * min(ratio, 1.0), 3.0, fill=gap_colour(gap) if judged else GREY, colour=None)
        if pd.notna(one["target"]):
            x = lefts[2] + 1.2 + room * float(one["target"])
            paper.line(x, y + 0.9, x, y + 5.1, width_mm=0.4, colour=BLACK)
    told = percent(one["ratio"]) if ratio is not None else standing_told(str(one["standing"]), bulletin)
    paper.text(lefts[2] + widths[2] - 1, base, told, 8.5, bold=True, align="R")
    paper.text(lefts[3] + widths[3] - 2, base, fraction(bulletin.metric, one["n"], one["d"]), 8.5, align="R")
    small = bulletin.say("样本小", "small") if one["standing"] == SMALL else missing_told(ranking, one, bulletin.language)
    paper.text(
        lefts[4] + widths[4] - 2,
        base,
        small,
        8.5,
        align="R",
        colour=VERMILLION if one["standing"] == MISSED else "#4a5560",
        width_mm=widths[4] - 1,
    )
    for other, x, width in zip(beside, lefts[5:], widths[5:], strict=True):
        rows = other.villages[other.villages["village_code"] == one["village_code"]]
        paper.text(x + width - 2, base, percent(rows["ratio"].iloc[0]) if len(rows) else "—", 8.5, align="R")
    paper.line(MARGIN_MM, y + 5.8, MARGIN_MM + sum(widths), y + 5.8, width_mm=0.1, colour="#c3ccd4")


def _draw_causes(paper: Paper, bulletin: Bulletin, y: float) -> float:
    """The main causes as bars and, with a casebook, what is overdue, as many as the page still holds; returns where they end."""
    say, room = bulletin.say, paper.height_mm - 14
    table = cause_table(bulletin)
    fits = int(max(min((room - y - 12) // 5.6, 8), 0))
    if len(table) and fits:
        paper.text(MARGIN_MM, y + 4, say("主要原因", "Main causes"), 10.5, bold=True)
        most = float(table.iloc[:, 1].max())
        for n, cells in enumerate(table.head(fits).to_numpy()):
            at = y + 10 + 5.6 * n
            paper.text(MARGIN_MM, at, str(cells[0]), 8.5, width_mm=40)
            paper.box(MARGIN_MM + 42, at - 2.8, max(40 * float(cells[1]) / most, 0.6), 3.4, fill=VERMILLION, colour=None)
            paper.text(MARGIN_MM + 44 + 40 * float(cells[1]) / most, at, say(f"{cells[1]:,.0f} 件", f"{cells[1]:,.0f}"), 8.5)
    if bulletin.overdue is not None and len(bulletin.overdue) and fits:
        late = bulletin.overdue.groupby("office")[["cases_n", "open_n", "overdue_n"]].sum()
        paper.text(112, y + 4, say("待办与逾期", "Waiting and overdue"), 10.5, bold=True)
        for n, (office, row) in enumerate(late.head(fits).iterrows()):
            name = office_told(str(office), bulletin)
            told = say(
                f"{name}　待办 {row['cases_n']:,.0f} 件，其中待核 {row['open_n']:,.0f}、逾期 {row['overdue_n']:,.0f}",
                f"{name}: {row['cases_n']:,.0f} waiting, {row['open_n']:,.0f} to look at, {row['overdue_n']:,.0f} overdue",
            )
            paper.text(112, y + 10 + 5.6 * n, told, 8.5)
    late_n = 0 if bulletin.overdue is None else bulletin.overdue["office"].nunique()
    lines_n = min(max(len(table), late_n), fits)
    return y + (12 + 5.6 * lines_n if lines_n else 0)


def _draw_map(paper: Paper, bulletin: Bulletin, y: float) -> None:
    """The villages in the colours of their distance to the target, where the page has room for a map that can be read."""
    table = bulletin.outlines
    room_mm = paper.height_mm - 14 - y
    shapes = table.geometry.to_numpy() if table is not None else np.empty(0, dtype=object)
    known = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if table is None or room_mm < _MAP_MM or not known.any():
        return
    rows = bulletin.rankings[bulletin.metric.name].villages.set_index("village_code")
    west, south, east, north = shapely.total_bounds(shapes[known])
    wide, high = paper.width_mm - 2 * MARGIN_MM, min(room_mm - 8, 130.0)
    scale = min(wide / max(east - west, 1.0), high / max(north - south, 1.0))
    left = MARGIN_MM + (wide - (east - west) * scale) / 2
    for code, shape in zip(table["village_code"].fillna("")[known], shapes[known], strict=True):
        one = rows.loc[code] if code in rows.index else None
        judged = one is not None and one["standing"] in JUDGED
        fill = gap_colour(0.0 if one["standing"] != MISSED else float(one["gap"])) if one is not None and judged else WHITE
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            xy = shapely.get_coordinates(ring)
            at = np.column_stack([left + (xy[:, 0] - west) * scale, y + 6 + (north - xy[:, 1]) * scale])
            paper.area(at, fill=fill, width_mm=0.35, colour="#4a5560", dash_mm=0.0 if judged else 1.5)
    for code, name, shape in zip(table["village_code"].fillna("")[known], table["name"].fillna("")[known], shapes[known], strict=True):
        spot = shapely.point_on_surface(shape)
        x, at_y = left + (spot.x - west) * scale, y + 6 + (north - spot.y) * scale
        told = percent(rows.loc[code, "ratio"]) if code in rows.index else ""
        for line, dy in ((str(name), 0.0), (told, 4.2)):
            w = paper.wide(line, 8.5, bold=True)
            paper.box(x - w / 2 - 0.6, at_y + dy - 3.0, w + 1.2, 3.9, fill=WHITE, colour=None)
            paper.text(x, at_y + dy, line, 8.5, bold=True, align="C")
