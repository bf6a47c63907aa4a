"""Lists open in a spreadsheet as they were written; nothing in them is computed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.export.sheet import write_csv, write_xlsx

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("x")', "-", "=cmd|'/c calc'!A1"]


def draw_list() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "地址编码": pd.Series(["050011", "500227100001001001"], dtype="str"),
            "说明": pd.Series(["=1+1", None], dtype="str"),
            "距离": [-2.5, float("nan")],
            "应挂牌": pd.array([True, None], dtype="boolean"),
            "日期": pd.to_datetime(["2026-06-30", None]),
            "相关": [["B1", "B2"], []],
        }
    )


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_equal_lists_are_equal_files(tmp_path: Path, write: object) -> None:
    for name in ("a", "b"):
        write(draw_list(), tmp_path / name)  # type: ignore[operator]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_csv_is_what_excel_in_chinese_opens(tmp_path: Path) -> None:
    write_csv(draw_list(), tmp_path / "a.csv")
    data = (tmp_path / "a.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 3
    assert read_csv(tmp_path / "a.csv") == [
        ["地址编码", "说明", "距离", "应挂牌", "日期", "相关"],
        ["050011", "'=1+1", "-2.5", "是", "2026-06-30", "B1, B2"],
        ["500227100001001001", "", "", "", "", ""],
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_of_a_csv_begins_like_a_formula(tmp_path: Path, text: str) -> None:
    write_csv(pd.DataFrame({text: [text, "普通"]}), tmp_path / "a.csv")
    assert read_csv(tmp_path / "a.csv") == [["'" + text], ["'" + text], ["普通"]]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])), min_size=1, max_size=5))
def test_any_text_survives_csv_but_for_the_sign_before_a_formula(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(pd.DataFrame({"列": pd.Series(texts, dtype="str"), "n": np.arange(len(texts))}), path)
    got = [row[0] for row in read_csv(path)[1:]]
    assert [g.removeprefix("'") if t[:1] in tuple("=+-@＝＋－＠") else g for g, t in zip(got, texts, strict=True)] == texts
    assert not any(g.startswith(tuple("=+-@＝＋－＠")) for g in got)


def test_no_cell_of_a_workbook_is_a_formula_and_text_stays_as_it_was(tmp_path: Path) -> None:
    write_xlsx(pd.DataFrame({"=题": pd.Series([*FORMULAS, "https://example.org"], dtype="str")}), tmp_path / "a.xlsx")
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    cells = [row[0] for row in page.iter_rows()]
    assert {c.data_type for c in cells} == {"s"}
    assert {c.number_format for c in cells} == {"@"}
    assert not any(c.hyperlink for c in cells)
    expected = ["=题", *FORMULAS, "https://example.org"]
    assert [c.value.replace("_x000D_", "\r") for c in cells] == expected


def test_numbers_stay_numbers_and_unknown_stays_empty(tmp_path: Path) -> None:
    write_xlsx(draw_list(), tmp_path / "a.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))
    assert rows[1] == ("050011", "=1+1", -2.5, "是", "2026-06-30", "B1, B2")
    assert rows[2] == ("500227100001001001", None, None, None, None, None)


def test_a_list_of_nothing_has_its_head(tmp_path: Path) -> None:
    write_csv(draw_list().iloc[:0], tmp_path / "a.csv")
    write_xlsx(draw_list().iloc[:0], tmp_path / "a.xlsx")
    assert read_csv(tmp_path / "a.csv") == [list(draw_list().columns)]
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active.max_row == 1
