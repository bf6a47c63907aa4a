"""A sheet goes out with its versions and comes back as decisions: what is stale, wrong or not allowed is listed and never applied."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo.casebook import Casebook
from geo.export.village_sheet import HEADINGS, write_village_xlsx
from layers.result import Result
from tests.views.cases.conftest import VILLAGE, one, read_all, say

TAKEN_OVER = """
from pathlib import Path
import streamlit as st
from geo.export.sheet_return import read_sheet, stale_rows
from views import casebook, sheets
book = casebook.book()
returned = read_sheet(Path(st.session_state["filled"]))
cases = book.cases(ids=returned["finding_id"].tolist(), present=None)
sheets._offer(book, sheets._permitted(book, stale_rows(returned, cases)))
"""


def page(task: str, who: str = "civil-affairs") -> AppTest:
    test = AppTest.from_string("from views import sheets\nsheets.show()", default_timeout=180)
    for key, value in {"acting": who, "village": VILLAGE, "sheet_task": task}.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def taken_over(path: Path, who: str = "civil-affairs") -> AppTest:
    test = AppTest.from_string(TAKEN_OVER, default_timeout=180)
    test.session_state["acting"] = who
    test.session_state["filled"] = str(path)
    test.run()
    assert not test.exception, test.exception
    return test


def fill(sample: Result, book: Casebook, path: Path, answers: dict[str, tuple[str, str | None]]) -> Path:
    write_village_xlsx(sample.tables, VILLAGE, path, printed_on=pd.Timestamp("2026-06-30"), cases=book.cases(villages=[VILLAGE]))
    workbook = openpyxl.load_workbook(path)
    sheet, at = workbook.worksheets[0], {name: n + 1 for n, name in enumerate(HEADINGS)}
    for row in range(2, sheet.max_row + 1):
        case = str(sheet.cell(row, at["finding_id"]).value)
        if case in answers:
            sheet.cell(row, at["found"]).value, sheet.cell(row, at["remark"]).value = answers[case]
    workbook.save(path)
    return path


def test_the_page_counts_what_is_printed_from_the_cases(book: Casebook) -> None:
    test = page("print")
    listed = test.dataframe[0].value
    wanted = int((listed["待核事项"] != "").sum())
    assert f"待核 **{wanted}** 件" in read_all(test)
    assert wanted > 50


def test_filled_rows_become_decisions_under_the_account_that_keeps_them(sample: Result, book: Casebook, tmp_path: Path) -> None:
    bare, dangling = one(book, "plate_not_installed"), one(book, "unplated_building")
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {bare: ("1", None), dangling: ("4", "杏湖街99号")}))
    assert "可以登记 2 行" in read_all(test)
    test.button(key="keep_returned").click().run()
    assert not test.exception, test.exception
    assert book.case(bare).status == "plate_missing"
    assert (book.case(dangling).status, book.case(dangling).number) == ("number_proposed", "杏湖街99号")
    assert book.history(bare)["by"].tolist() == ["civil-affairs"]


def test_a_case_that_moved_on_since_printing_is_listed_and_left_alone(sample: Result, book: Casebook, tmp_path: Path) -> None:
    case, other = one(book, "plate_not_installed"), one(book, "unplated_building")
    path = fill(sample, book, tmp_path / "a.xlsx", {case: ("5", "柴房"), other: ("1", None)})
    say(book, case, "plate_missing", "village")
    test = taken_over(path)
    assert "可以登记 1 行" in read_all(test)
    assert test.dataframe[0].value["问题"].str.contains("打印后已有人处理过").sum() == 1
    test.button(key="keep_returned").click().run()
    assert book.case(case).status == "plate_missing"
    assert book.case(other).status == "plate_missing"


@pytest.mark.parametrize("answer", [("6", None), ("4", "12号")])
def test_what_an_account_may_not_say_is_told_before_anything_is_kept(sample: Result, book: Casebook, tmp_path: Path, answer: tuple[str, str | None]) -> None:
    case = one(book, "plate_not_installed")
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {case: answer}), who="village")
    assert "可以登记 0 行" in read_all(test)
    assert test.button(key="keep_returned").disabled
    assert book.case(case).status == "open"


def test_a_paper_list_can_be_keyed_in_beside_its_doors(book: Casebook) -> None:
    test = page("return")
    assert "纸面清单直接录入" in read_all(test)
    assert "缺牌属实" in read_all(test)


def test_plates_to_make_follow_the_decisions(book: Casebook) -> None:
    assert "没有需要制作的门牌" in read_all(page("order"))
    say(book, one(book, "unplated_building"), "number_proposed", "civil-affairs", number="杏湖街99号")
    test = page("order")
    assert test.dataframe[0].value["牌面号码"].tolist() == ["99号"]
    assert "共 **1** 块" in read_all(test)
