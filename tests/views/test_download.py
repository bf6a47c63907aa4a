"""Files for the office open in a spreadsheet and compute nothing."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from layers.result import Result
from views.download import csv, xlsx
from views.listing import listed
from views.plain import marked, plain

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://evil.example")']


def test_a_csv_has_a_mark_for_excel_and_no_formula() -> None:
    content = csv(pd.DataFrame({"=列": DANGEROUS}))
    assert content.startswith(b"\xef\xbb\xbf")
    for line in content.decode("utf-8-sig").splitlines():
        assert line.strip('"')[:1] == "'", line


def test_a_workbook_holds_texts_only() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(pd.DataFrame({"列": DANGEROUS, "n": range(6)})))).active
    assert sheet is not None
    for row in sheet.iter_rows(min_row=2, max_col=1):
        assert row[0].data_type == "s"
        assert row[0].hyperlink is None


def test_an_empty_list_is_still_a_file() -> None:
    assert csv(pd.DataFrame({"列": pd.Series(dtype="str")})).decode("utf-8-sig").strip() == "列"


def test_the_list_tells_small_counts_of_people_as_below_five(result: Result) -> None:
    table = listed(result, result.tables.findings)
    assert table["数值"].tolist() == ["", "120 m2", "", "1.5 m", "<5 persons", "0 ratio"]
    assert "有 1 人" not in csv(table).decode("utf-8-sig")


@pytest.mark.parametrize(
    "text", ["# 1", "- x", "1. x", "[a](b)", "![a](b)", "<b>", "`x`", "$x$", ":red[x]", "a|b", "http://x.y", "*x*", "_x_", "~x~", "&lt;"]
)
def test_no_markdown_survives(text: str) -> None:
    escaped = plain(text)
    assert escaped.replace("\\", "").replace("\u2060", "") == text
    assert all(escaped[i - 1] == "\\" for i, c in enumerate(escaped) if c in "#[]()!<>`$:|*_~&" and i) or escaped[0] == "\\"


def test_a_text_of_several_lines_stays_on_one() -> None:
    assert plain("a\n\n# b") == "a \\# b"


def test_marked_pieces_are_told_without_colour_too() -> None:
    assert marked([("中山巷", True), ("1]", False)]) == "中山巷:orange-background[**【1\\]】**]"
