"""The bulletin: one page, the figures of the tallies, ranks, and no small count of people by any subtraction."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from geo.export.bulletin import Bulletin, build_bulletin, cause_table, metric_table, missing_sum, rank_table, write_bulletin_xlsx
from geo.export.bulletin_page import ROWS_N, write_bulletin_pdf
from geo.outputs import METRICS
from geo.tables import Verification
from tests.export.village import PRINTED_ON, bare, fonts_of, needs, pages_of, small_town, told

NAMED = {metric.name: metric for metric in METRICS}
SEED = 7


def town(pairs: dict[str, list[tuple[float, float]]]) -> Verification:
    """The small town with other tallies: (n, d) of each metric per village."""
    n = len(next(iter(pairs.values())))
    table = pd.DataFrame({"village_code": [*(f"V{i:03d}" for i in range(n)), "total"], "name": [*(f"第{i}村" for i in range(n)), None], "town": None, "beat": None})
    for metric in METRICS:
        whole = pairs.get(metric.name, [(float("nan"), float("nan"))] * n)
        whole = [*whole, (sum(a for a, _ in whole), sum(b for _, b in whole))]
        table[f"{metric.name}_n"], table[f"{metric.name}_d"] = [float(a) for a, _ in whole], [float(b) for _, b in whole]
        table[f"{metric.name}_ratio"] = table[f"{metric.name}_n"] / table[f"{metric.name}_d"].where(table[f"{metric.name}_d"] > 0)
        table[f"{metric.name}_target"] = {"plates_on_wall": 0.95, "people_placed": 0.98}.get(metric.name, float("nan"))
    return replace(small_town(), tallies=table)


def bulletin(pairs: dict[str, list[tuple[float, float]]], metric: str = "plates_on_wall", **other: object) -> Bulletin:
    return build_bulletin(town(pairs), NAMED[metric], title="广普镇", **other)  # type: ignore[arg-type]


def test_one_page_with_ranks_fractions_and_what_is_missing(tmp_path: Path) -> None:
    one = bulletin({"plates_on_wall": [(90, 100), (40, 40), (9, 10)]})
    assert write_bulletin_pdf(one, tmp_path / "a.pdf", printed_on=PRINTED_ON, head="17 · 9f3a") == 1
    text = bare(told(tmp_path / "a.pdf"))
    for words in ("广普镇门楼牌核对情况通报", "139/150", "92.7%", "90/100", "还差", "5块", "样本小", "没有上期数据", "17·9f3a", "第1页/共1页"):
        assert words in text, words
    assert pages_of(tmp_path / "a.pdf") == 1
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts_of(tmp_path / "a.pdf"))


def test_of_many_villages_the_first_and_last_are_printed_and_the_workbook_has_all(tmp_path: Path) -> None:
    one = bulletin({"plates_on_wall": [(40 + i % 50, 100) for i in range(167)]})
    assert write_bulletin_pdf(one, tmp_path / "a.pdf", printed_on=PRINTED_ON) == 1
    assert f"其余{167 - ROWS_N}个村居见Excel" in bare(told(tmp_path / "a.pdf"))
    write_bulletin_xlsx(one, tmp_path / "a.xlsx", printed_on=PRINTED_ON)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].max_row == 167 + 3


def test_the_change_since_the_last_run_is_told_and_never_invented() -> None:
    pairs = {"plates_on_wall": [(90, 100.0)]}
    known = pd.DataFrame({"as_of": ["2026-05-31", "2026-06-30"], "digest": ["a", "b"], "village_code": "total", "metric": "plates_on_wall", "n": [80.0, 90.0], "d": [100.0, 100.0]})
    assert bulletin(pairs, known=known).earlier["ratio"].tolist() == [0.8, 0.9]
    assert bulletin(pairs).earlier.empty


def test_the_workbook_computes_nothing(tmp_path: Path) -> None:
    one = bulletin({"plates_on_wall": [(90, 100), (40, 40)], "people_placed": [(300, 310), (200, 200)]})
    one.rankings["plates_on_wall"].villages["name"] = "=1+1"
    write_bulletin_xlsx(one, tmp_path / "a.xlsx", printed_on=PRINTED_ON)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = [c for page in book.worksheets for line in page.iter_rows() for c in line if c.value is not None]
    assert len(cells) > 40
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert [page.title for page in book.worksheets] == ["排名", "全部指标", "主要原因", "历次"]


def test_causes_are_those_of_the_metric() -> None:
    told_ = cause_table(bulletin({"plates_on_wall": [(90, 100)]}))
    assert "有人无牌" in told_["原因"].tolist()
    assert told_["怎么办"].str.len().gt(0).all()


def test_the_change_stands_under_the_ratio_it_speaks_of_and_counts_from_the_run_before_this_one(tmp_path: Path) -> None:
    days = ["2026-04-30", "2026-05-31", "2026-06-30"]
    known = pd.DataFrame({"as_of": days, "digest": list("abc"), "village_code": "total", "metric": "plates_on_wall", "n": [50.0, 80.0, 90.0], "d": 100.0})
    one = replace(bulletin({"plates_on_wall": [(90, 100), (40, 40)]}, known=known), as_of="2026-06-30")
    assert one.before == ("2026-05-31", 0.8)
    assert replace(one, as_of="2026-05-31").before == ("2026-04-30", 0.5)
    assert replace(one, as_of="2026-04-30").before is None
    write_bulletin_pdf(one, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    x = dict(reversed(_words(tmp_path / "a.pdf")))  # of words that stand twice the first one, in the boxes
    change = next(left for word, left in x.items() if word.startswith("较上期"))
    assert change == x["目标"] < x["达标村居"] - 100


def _words(path: Path) -> list[tuple[str, float]]:
    """Every word of a PDF and how far from the left it begins, in points."""
    text = subprocess.run([needs("pdftotext"), "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    return [(word, float(left)) for left, word in re.findall(r'<word xMin="([\d.]+)"[^>]*>([^<]*)</word>', text)]


def test_what_the_whole_lacks_and_what_its_villages_lack_are_told_apart(tmp_path: Path) -> None:
    one = bulletin({"plates_on_wall": [(90, 100), (400, 400)]})
    assert one.ranking.total["missing_n"] == 0.0
    assert missing_sum(one.ranking) == 5.0
    write_bulletin_pdf(one, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    text = bare(told(tmp_path / "a.pdf"))
    assert all(words in text for words in ("还差（按全镇合计）", "0块", "未达标各村合计5块"))


def test_of_people_and_without_a_target_no_sum_of_gaps_is_told() -> None:
    assert missing_sum(bulletin({"people_placed": [(90, 100), (50, 60)]}, metric="people_placed").ranking) is None
    relative = bulletin({"one_to_one": [(90, 100), (20, 60)]}, metric="one_to_one")
    assert missing_sum(relative.ranking) is None
    table = rank_table(relative)
    assert "低于全镇" in table.columns
    assert table["情况"].tolist() == ["不低于全镇", "低于全镇"]


def test_where_the_total_of_people_is_withheld_no_earlier_one_tells_it() -> None:
    known = pd.DataFrame({"as_of": ["2026-05-31", "2026-06-30"], "digest": list("ab"), "village_code": "total", "metric": "people_placed", "n": [80.0, 98.0], "d": [100.0, 100.0]})
    assert bulletin({"people_placed": [(98, 100)]}, metric="people_placed", known=known).earlier.empty
    assert len(bulletin({"people_placed": [(90, 100), (80, 90)]}, metric="people_placed", known=known).earlier) == 2


def test_every_column_of_the_workbook_says_what_its_cells_are(tmp_path: Path) -> None:
    known = pd.DataFrame({"as_of": ["2026-05-31"], "digest": ["a"], "village_code": "total", "metric": "plates_on_wall", "n": [80.0], "d": [100.0]})
    late = pd.DataFrame({"office": ["police", None], "village_code": ["V000", None], "cases_n": [7, 2], "open_n": [6, 2], "overdue_n": [1, 0], "oldest": None})
    one = bulletin({"plates_on_wall": [(90, 100), (40, 40)]}, known=known, overdue=late)
    write_bulletin_xlsx(one, tmp_path / "a.xlsx", printed_on=PRINTED_ON)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cells = {page.title: [[c.value for c in row] for row in page.iter_rows(min_row=3)] for page in book.worksheets}
    assert cells["排名"] == [
        ["名次", "村居", "标准地址上墙率", "分子 / 分母", "还差", "目标", "情况"],
        [1, "第1村", 1, "40 / 40", "", 0.95, "已达标"],
        [2, "第0村", 0.9, "90 / 100", "5 块", 0.95, "未达标"],
    ]
    assert cells["历次"] == [["基准日", "指标", "分子 / 分母", "比率"], ["2026-05-31", "标准地址上墙率", "80 / 100", 0.8]]
    assert cells["待办"] == [["经办", "村居", "待办", "其中待核", "其中逾期"], ["公安", "第0村", 7, 6, 1], ["—", "（未归入村）", 2, 2, 0]]
    formats = {c.value: book["排名"].cell(4, n).number_format for n, c in enumerate(book["排名"][3], 1)}
    assert (formats["标准地址上墙率"], formats["目标"], formats["名次"]) == ("0.0%", "0.0%", "#,##0")


def test_what_lies_in_no_village_has_its_row_in_every_table() -> None:
    tables = town({"plates_on_wall": [(90, 100)], "people_placed": [(90, 100)]})
    nowhere = {c: 0.0 if c.endswith(("_n", "_d")) else None for c in tables.tallies.columns} | {"people_placed_n": 20.0, "people_placed_d": 40.0}
    tallies = pd.concat([tables.tallies.iloc[:1], pd.DataFrame([nowhere]).astype(tables.tallies.dtypes), tables.tallies.iloc[1:]], ignore_index=True)
    one = build_bulletin(replace(tables, tallies=tallies), NAMED["plates_on_wall"], title="广普镇")
    whole = metric_table(one)
    assert whole["村居"].tolist() == ["第0村", "（未归入村）", "全部"]
    assert whole["人口落房率 分子 / 分母"].tolist()[1] == "20 / 40"


def people_read(one: Bulletin) -> tuple[dict[str, tuple[float, float] | None], tuple[float, float] | None]:
    """What anybody can read of people placed, in both tables: n and d of each village and of the total; null where withheld."""
    title = NAMED["people_placed"].zh
    whole = metric_table(one)
    read = {name: _pair(text) for name, text in zip(whole["村居"], whole[f"{title} 分子 / 分母"], strict=True)}
    ratios = dict(zip(whole["村居"], whole[title], strict=True))
    ranks = rank_table(one)
    for name, text, ratio in zip(ranks["村居"], ranks["分子 / 分母"], ranks[title], strict=True):
        assert read[name] == _pair(text)
        assert pd.isna(ratio) or read[name] is not None
    assert all(pd.isna(ratios[name]) for name, pair in read.items() if pair is None)
    total = read.pop("全部")
    return read, total


def _pair(text: str) -> tuple[float, float] | None:
    found = re.fullmatch(r"([\d,]+|<5) / ([\d,]+|<5)", text)
    if not found:
        return None
    # nobody at all is told as <5 / <5; the attack takes the likeliest
    a, b = (float(part.replace(",", "")) if part != "<5" else 0.0 for part in found.groups())
    return a, b


def recovered(read: dict[str, tuple[float, float] | None], total: tuple[float, float] | None) -> int:
    """Small counts that subtracting the told villages from the told total leaves with one value."""
    concealed = [name for name, pair in read.items() if pair is None]
    if total is None or len(concealed) != 1:
        return 0
    n, d = (total[i] - sum(pair[i] for pair in read.values() if pair) for i in (0, 1))
    return sum(0 < count < 5 for count in (n, d, d - n))


def test_subtracting_from_totals_recovers_no_small_count_of_people() -> None:
    rng = np.random.default_rng(SEED)
    withheld_n = naive = 0
    for _ in range(60):
        d = rng.integers(0, 120, rng.integers(2, 7))
        n = np.clip(d - rng.integers(0, 9, len(d)) * rng.integers(0, 2, len(d)), 0, None)
        pairs = [(float(a), float(b)) for a, b in zip(n, d, strict=True)]
        one = bulletin({"people_placed": pairs}, metric="people_placed")
        read, total = people_read(one)
        assert recovered(read, total) == 0
        for name, (a, b) in zip(read, pairs, strict=True):
            if any(0 < count < 5 for count in (a, b, b - a)):
                assert read[name] is None
                withheld_n += 1
        bare_read = {name: None if any(0 < c < 5 for c in (a, b, b - a)) else (a, b) for name, (a, b) in zip(read, pairs, strict=True)}
        naive += recovered(bare_read, (float(n.sum()), float(d.sum())))
    assert withheld_n > 20
    assert naive > 5  # the attack bites where only small counts are hidden
