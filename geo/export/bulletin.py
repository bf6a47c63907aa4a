"""通报: where the villages stand, on one page for the notice board and as a workbook with every figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import xlsxwriter

from geo.export.history import run_name, trend
from geo.export.sheet import made_on
from geo.headcount import giving_away
from geo.outputs import Metric
from geo.ranking import HIDDEN, LOWER_IS_BETTER, MISSED, OF_PEOPLE, SMALL, TOTAL, UNITS, Ranking, known_metrics, rank_villages, worst_causes
from geo.rules import RULES
from geo.suppression import shown
from geo.tables import Verification

FRACTION = ("分子 / 分母", "count / total")
"""What "90 / 100" is called; which is which stands beside each metric."""
_OFFICES = {"civil_affairs": "民政", "police": "公安", "village": "村居", "surveyor": "测绘", "data": "数据"}


@dataclass(frozen=True)
class Bulletin:
    """What a bulletin says: the title and day, the metric that ranks, all metrics, causes, the trend, what is overdue, and the outlines of the villages."""

    title: str
    as_of: str
    metric: Metric
    rankings: dict[str, Ranking]
    causes: pd.DataFrame
    earlier: pd.DataFrame
    overdue: pd.DataFrame | None
    language: str
    outlines: gpd.GeoDataFrame | None = None

    def say(self, zh: str, en: str) -> str:
        """The words in the language of the bulletin."""
        return zh if self.language == "zh" else en

    @property
    def ranking(self) -> Ranking:
        """The villages by the metric that ranks them."""
        return self.rankings[self.metric.name]

    @property
    def before(self) -> tuple[str, float] | None:
        """Day and ratio of the newest run before this one that knows the metric; null where there was none: unknown is not zero."""
        known = self.earlier[(self.earlier["as_of"].astype("str") < self.as_of) & self.earlier["ratio"].notna()]
        return (str(known["as_of"].iloc[-1]), float(known["ratio"].iloc[-1])) if len(known) else None


def build_bulletin(
    result: Verification,
    metric: Metric,
    *,
    title: str,
    language: str = "zh",
    known: pd.DataFrame | None = None,
    overdue: pd.DataFrame | None = None,
) -> Bulletin:
    """Everything a bulletin says, from the tallies of a run.

    Parameters
    ----------
    result
        What a run found.
    metric
        The metric that ranks the villages.
    title
        Name of the town or project.
    known
        Tallies of earlier runs (`geo.export.history.history`); null: no trend.
    overdue
        `book.waiting()`: office, village_code, cases_n, open_n, overdue_n; null without a casebook.
    """
    away = giving_away(result.buildings)
    rankings = {m.name: rank_villages(result.tallies, m, away=away) for m in known_metrics(result.tallies)}
    before = (
        trend(known, metric.name, village_code=TOTAL) if known is not None else pd.DataFrame({"as_of": [], "of_day": [], "n": [], "d": [], "ratio": []})
    )
    if metric.name in OF_PEOPLE and pd.isna(rankings[metric.name].total.get("n")):
        before = before.iloc[:0]  # what is withheld of this run is not told as one of the earlier ones
    as_of = str(result.run.get("as_of") or "")
    causes = worst_causes(pd.DataFrame(result.findings), metric)
    return Bulletin(title, as_of, metric, rankings, causes, before, overdue, language, result.villages)


def write_bulletin_xlsx(bulletin: Bulletin, path: Path, *, printed_on: pd.Timestamp) -> None:
    """Write the bulletin as a workbook: ranks, every metric of every village as n / d, causes, earlier runs.

    Texts are texts and numbers are values; no cell is computed. People are suppressed as on the page.
    """
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": made_on(), "title": bulletin.title})
        head = bulletin.say(
            f"基准日 {bulletin.as_of}，生成 {printed_on:%Y-%m-%d}", f"as of {bulletin.as_of}, made on {printed_on:%Y-%m-%d}"
        )
        names = [title_of(r.metric, bulletin.language) for r in bulletin.rankings.values()]
        target, ratio = bulletin.say("目标", "Target"), bulletin.say("比率", "Ratio")
        _fill(book, bulletin.say("排名", "Ranks"), rank_table(bulletin), head, ratios=[*names, target])
        _fill(book, bulletin.say("全部指标", "All metrics"), metric_table(bulletin), head, ratios=names)
        _fill(book, bulletin.say("主要原因", "Causes"), cause_table(bulletin), head)
        _fill(book, bulletin.say("历次", "Earlier runs"), trend_table(bulletin), head, ratios=[ratio])
        if bulletin.overdue is not None:
            _fill(book, bulletin.say("待办", "Waiting"), waiting_table(bulletin), head)


def rank_table(bulletin: Bulletin) -> pd.DataFrame:
    """The villages by rank, the best first, those not judged last: what a reader sees, people suppressed."""
    ranking, say = bulletin.rankings[bulletin.metric.name], bulletin.say
    rows = ranking.villages.sort_values(["rank", "village_code"], kind="stable", na_position="last")
    return pd.DataFrame(
        {
            say("名次", "Rank"): rows["rank"],
            say("村居", "Village"): village_names(rows, bulletin),
            title_of(bulletin.metric, bulletin.language): rows["ratio"],
            say(*FRACTION): [fraction(bulletin.metric, n, d) for n, d in zip(rows["n"], rows["d"], strict=True)],
            say(*missing_title(ranking)): [missing_told(ranking, one, bulletin.language) for one in rows.to_dict("records")],
            say("目标", "Target"): rows["target"],
            say("情况", "Standing"): [standing_told(one, bulletin) for one in rows["standing"]],
        }
    ).reset_index(drop=True)


def metric_table(bulletin: Bulletin) -> pd.DataFrame:
    """Every metric of every village: n / d and ratio side by side, with the total as the last row."""
    # what lies in no village is there for some metrics only: every village that any metric has
    every = pd.concat([r.villages[["village_code", "name"]] for r in bulletin.rankings.values()])
    codes = every.drop_duplicates("village_code").sort_values("village_code", key=lambda c: c.where(c != "", "\uffff"))
    names = [*village_names(codes, bulletin), bulletin.say("全部", "Total")]
    out = {bulletin.say("村居代码", "Village code"): [*codes["village_code"], ""], bulletin.say("村居", "Village"): names}
    for ranking in bulletin.rankings.values():
        rows = ranking.villages.set_index("village_code").reindex(codes["village_code"])
        n, d, ratio = ([*rows[c], ranking.total.get(c, float("nan"))] for c in ("n", "d", "ratio"))
        title = title_of(ranking.metric, bulletin.language)
        out[f"{title} {bulletin.say(*FRACTION)}"] = [fraction(ranking.metric, a, b) for a, b in zip(n, d, strict=True)]
        out[title] = [float(one) if pd.notna(one) else float("nan") for one in ratio]
    return pd.DataFrame(out)


def cause_table(bulletin: Bulletin) -> pd.DataFrame:
    """What keeps the metric from its target, the most frequent first."""
    titles = {rule.card.code: (rule.card.zh, rule.card.en, rule.card.todo_zh, rule.card.todo_en) for rule in RULES}
    zh = bulletin.language == "zh"
    codes = bulletin.causes["code"]
    return pd.DataFrame(
        {
            bulletin.say("原因", "Cause"): [titles[c][0 if zh else 1] for c in codes],
            bulletin.say("件数", "Findings"): bulletin.causes["findings_n"].astype("float64"),
            bulletin.say("涉及村居", "Villages"): bulletin.causes["villages_n"].astype("float64"),
            bulletin.say("怎么办", "To do"): [titles[c][2 if zh else 3] for c in codes],
        }
    )


def trend_table(bulletin: Bulletin) -> pd.DataFrame:
    """The metric of all villages together, run by run."""
    say, title = bulletin.say, title_of(bulletin.metric, bulletin.language)
    return pd.DataFrame(
        {
            say("基准日", "As of"): [run_name(str(day), n, bulletin.language) for day, n in bulletin.earlier[["as_of", "of_day"]].to_numpy()],
            say("指标", "Metric"): [title] * len(bulletin.earlier),
            say(*FRACTION): [fraction(bulletin.metric, n, d) for n, d in zip(bulletin.earlier["n"], bulletin.earlier["d"], strict=True)],
            say("比率", "Ratio"): bulletin.earlier["ratio"].astype("float64"),
        }
    )


def waiting_table(bulletin: Bulletin) -> pd.DataFrame:
    """What waits for which office in which village, the most overdue first."""
    rows, say = bulletin.overdue if bulletin.overdue is not None else pd.DataFrame(), bulletin.say
    rows = rows.sort_values(["overdue_n", "cases_n", "office", "village_code"], ascending=[False, False, True, True])
    names = bulletin.ranking.villages.set_index("village_code")["name"]
    return pd.DataFrame(
        {
            say("经办", "Office"): [office_told(office, bulletin) for office in rows["office"]],
            say("村居", "Village"): [
                str(names.get(code, code) or say("（未归入村）", "(in no village)")) for code in rows["village_code"].fillna("")
            ],
            say("待办", "Waiting"): rows["cases_n"].astype("float64"),
            say("其中待核", "To look at"): rows["open_n"].astype("float64"),
            say("其中逾期", "Overdue"): rows["overdue_n"].astype("float64"),
        }
    )


def office_told(office: str | float | None, bulletin: Bulletin) -> str:
    """The name of an office."""
    known = office if isinstance(office, str) else ""
    return bulletin.say(_OFFICES.get(known, known or "—"), known.replace("_", " ") or "—")


def village_names(rows: pd.DataFrame, bulletin: Bulletin) -> list[str]:
    """Names of villages; what lies in none is called so."""
    nowhere = bulletin.say("（未归入村）", "(in no village)")
    return [str(name) if code else nowhere for code, name in zip(rows["village_code"], rows["name"], strict=True)]


def missing_title(ranking: Ranking) -> tuple[str, str]:
    """What the column of missing things is called: to the target, above it where lower is better, or beside the whole where none is set."""
    lower = ranking.metric.name in LOWER_IS_BETTER
    if ranking.relative:
        return ("高于全镇", "Above the whole") if lower else ("低于全镇", "Below the whole")
    return ("超出", "Too many") if lower else ("还差", "Missing")


def missing_sum(ranking: Ranking) -> float | None:
    """How many the villages that missed the target lack together; null for counts of people and where no target is set.

    It is more than what the whole lacks where some villages are beyond the target: the whole is judged by sums over sums.
    """
    if ranking.relative or ranking.metric.name in OF_PEOPLE:
        return None
    return float(ranking.villages.loc[ranking.villages["standing"] == MISSED, "missing_n"].sum())


def fraction(metric: Metric, n: Any, d: Any) -> str:
    """Numerator and denominator; of people none below five is shown."""
    if pd.isna(n) or pd.isna(d):
        return "—"
    a, b = float(n), float(d)
    return f"{shown(a)} / {shown(b)}" if metric.name in OF_PEOPLE else f"{a:,.0f} / {b:,.0f}"


def missing_told(ranking: Ranking, row: Mapping[Any, Any], language: str) -> str:
    """How many are missing, with their unit; "" where the village is not judged or is there."""
    if row["standing"] != MISSED or pd.isna(row["missing_n"]):
        return ""
    n = float(row["missing_n"])
    unit = UNITS[ranking.metric.name][0 if language == "zh" else 1]
    return f"{shown(n) if ranking.metric.name in OF_PEOPLE else f'{n:,.0f}'} {unit}"


def title_of(metric: Metric, language: str) -> str:
    """The name of a metric."""
    return metric.zh if language == "zh" else metric.en[:1].upper() + metric.en[1:]


def percent(ratio: Any) -> str:
    """A ratio in percent; a dash where it is unknown or withheld."""
    return "—" if pd.isna(ratio) else f"{float(ratio):.1%}"


def standing_told(standing: str, bulletin: Bulletin) -> str:
    """How a village stands, in words."""
    relative = bulletin.ranking.relative
    told = {
        "reached": bulletin.say("不低于全镇", "as the whole") if relative else bulletin.say("已达标", "reached"),
        "missed": bulletin.say("低于全镇", "below the whole") if relative else bulletin.say("未达标", "missed"), SMALL: bulletin.say("样本小", "small sample"),
        HIDDEN: bulletin.say("不公开", "withheld"),
    }  # fmt: skip
    return told.get(standing, bulletin.say("未知", "unknown"))


def _fill(book: xlsxwriter.Workbook, name: str, table: pd.DataFrame, head: str, *, ratios: Collection[str] = ()) -> None:
    page = book.add_worksheet(name)
    bold, text = (
        book.add_format({"bold": True, "bg_color": "#d5dfe8", "border": 1, "text_wrap": True}),
        book.add_format({"num_format": "@"}),
    )
    whole, percent = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "0.0%"})
    page.write_string(0, 0, head, text)
    for j, column in enumerate(table.columns):
        values = table[column]
        number = pd.api.types.is_numeric_dtype(values)
        page.write_string(2, j, str(column), bold)
        page.set_column(j, j, 14 if number else min(max(int(values.astype("str").str.len().max()) if len(values) else 0, 8) * 1.9, 60))
        for i, value in enumerate(values):
            if pd.isna(value):
                continue
            if number:
                page.write_number(3 + i, j, float(value), percent if column in ratios else whole)
            else:
                page.write_string(3 + i, j, str(value), text)
    page.freeze_panes(3, 2)
    page.fit_to_pages(1, 0)
    page.set_footer("&R&P / &N")
