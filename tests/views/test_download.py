"""Files for the office open in a spreadsheet and compute nothing."""

from __future__ import annotations

import ast
import io
import logging
import threading
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

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


OFFERED = """
import streamlit as st
from views.deferred import in_session
from views.language import language
st.session_state["made"] = in_session(language)
"""


def test_a_file_made_later_is_made_in_the_language_of_its_page_and_the_thread_forgets_it(caplog: pytest.LogCaptureFixture) -> None:
    test = AppTest.from_string(OFFERED)
    test.session_state["language"] = "en"
    made = test.run().session_state["made"]
    told: list[object] = []
    thread = threading.Thread(target=lambda: told.extend([made(), made(), vars(threading.current_thread()).get("streamlit_script_run_ctx")]))
    with caplog.at_level(logging.WARNING):
        thread.start()
        thread.join()
    assert told == ["en", "en", None]
    assert not [r for r in caplog.records if thread.name in r.getMessage()]


def test_every_file_that_is_made_later_is_made_in_its_session() -> None:
    root = Path(__file__).parents[2] / "views"
    bare = []
    for path in sorted(root.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "download_button":
                content = ast.unparse(call.args[1])
                if not content.startswith(("in_session(", "content(")) and ".encode()" not in content:
                    bare.append(f"{path.name}:{call.lineno} {content}")
    assert not bare
