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
from tests.views.cases.conftest import VILLAGE, meanwhile, one, read_all, say
from views import returned

TAKEN_OVER = """
from pathlib import Path
import streamlit as st
from geo.export.sheet_return import read_sheet
from views import casebook, returned, state
book, result = casebook.book(), state.chosen_result()
read = read_sheet(Path(st.session_state["filled"]))
returned.offer(result, book, returned.check(result, book, read))
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
    assert f"待核 {wanted} 件" in read_all(test)
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


def test_a_sheet_whose_number_a_colleague_gives_while_it_is_checked_is_not_kept_at_all(
    sample: Result, book: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = book.cases(villages=[VILLAGE], codes=["unplated_building"])["finding_id"].tolist()
    mine, other, plain = rows[0], rows[1], one(book, "plate_not_installed")
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {mine: ("4", "杏湖街99号"), plain: ("1", None)}))
    meanwhile(monkeypatch, returned, "unfit_rows", lambda: say(book, other, "number_proposed", "civil-affairs", number="杏湖街99号"))
    test.button(key="keep_returned").click().run()
    assert not test.exception, test.exception
    assert "“杏湖街99号”刚被占用" in read_all(test)
    assert [book.case(i).version for i in (mine, plain)] == [0, 0]


def test_a_paper_list_can_be_keyed_in_beside_its_doors(book: Casebook) -> None:
    test = page("return")
    assert "纸面清单直接录入" in read_all(test)
    assert "缺牌属实" in read_all(test)


def test_the_page_lets_its_own_session_send_a_workbook(book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    let_in: list[bool] = []
    monkeypatch.setattr("views.returned.allow_uploads", lambda: let_in.append(True))
    page("print")
    assert not let_in
    page("return")
    assert let_in


def keyed(monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[str, str]], result: Result) -> list[pd.DataFrame]:
    """Somebody who types answers (digit, remark by building) into the fresh table of the page; the tables that were shown."""
    shown: list[pd.DataFrame] = []

    def typed(table: pd.DataFrame, *, key: str, **_: object) -> pd.DataFrame:
        shown.append(table)
        if not key.endswith("_0"):
            return table
        out = table.copy()
        for building, (digit, remark) in answers.items():
            at = out.index[out["建筑编号"] == building][0]
            out.loc[at, ["数字", "备注"]] = [digit, remark]
        return out

    monkeypatch.setattr("views.returned.st.data_editor", typed)
    return shown


def building(book: Casebook, code: str, n: int = 0) -> tuple[str, str]:
    rows = book.cases(villages=[VILLAGE], codes=[code])
    single = rows[~rows["subject_id"].duplicated(keep=False)]
    return str(single["finding_id"].iloc[n]), str(single["subject_id"].iloc[n])


def test_rows_to_key_in_have_the_numbers_they_have_on_paper_also_after_a_decision(
    sample: Result, book: Casebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fill(sample, book, tmp_path / "a.xlsx", {})
    printed = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)
    at = {name: n for n, name in enumerate(HEADINGS)}
    on_paper = {(line[at["building_id"]] or "", int(line[at["n"]])) for line in printed if line[at["finding_id"]]}
    shown = keyed(monkeypatch, {}, sample)
    test = page("return")
    assert set(zip(shown[-1]["建筑编号"], shown[-1]["序"], strict=True)) == on_paper
    case, house = building(book, "unplated_building")
    before = shown[-1].set_index("建筑编号")["序"]
    say(book, case, "number_proposed", "civil-affairs", number="杏湖街99号")
    test.run()
    assert shown[-1].set_index("建筑编号")["序"].loc[house] == before.loc[house]
    assert shown[-1]["序"].is_monotonic_increasing


def test_kept_rows_are_cleared_others_stay_and_what_was_kept_can_be_taken_back(
    sample: Result, book: Casebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case, house), (other, second) = building(book, "unplated_building"), building(book, "unplated_building", 1)
    shown = keyed(monkeypatch, {house: ("1", ""), second: ("4", "zzz")}, sample)
    test = page("return")
    assert "可以登记 1 行，有问题 1 行" in read_all(test)
    test.button(key="keep_returned").click().run()
    assert not test.exception, test.exception
    assert "已记入 1 件" in read_all(test)
    assert "不能“缺牌”" not in test.dataframe[0].value.to_string()
    left = shown[-1].set_index("建筑编号")
    assert (left.loc[house, "数字"], left.loc[house, "备注"]) == ("—", "")
    assert (left.loc[second, "数字"], left.loc[second, "备注"]) == ("4", "zzz")
    assert book.case(case).status == "plate_missing"
    test.button(key="undo_returned").click().run()
    assert not test.exception, test.exception
    assert "已撤销 1 件" in read_all(test)
    assert (book.case(case).status, book.case(other).status) == ("open", "open")
    assert book.history(case)["verb"].tolist() == ["plate_missing", "undo"]
    assert "undo_returned" not in {b.key for b in test.button}


def test_what_somebody_decided_on_top_is_not_taken_back(sample: Result, book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    case, house = building(book, "unplated_building")
    keyed(monkeypatch, {house: ("1", "")}, sample)
    test = page("return")
    test.button(key="keep_returned").click().run()
    say(book, case, "number_proposed", "civil-affairs", number="杏湖街99号")
    test.button(key="undo_returned").click().run()
    assert "没有撤销任何一件" in read_all(test)
    assert book.case(case).status == "number_proposed"


def test_a_double_number_is_noted_as_real_and_its_plate_is_not_missing(sample: Result, book: Casebook, tmp_path: Path) -> None:
    rows = book.cases(villages=[VILLAGE])
    first, second = rows.loc[rows["code"].isin(["number_out_of_order", "duplicate_number", "misplaced_plate"]), "finding_id"].iloc[:2]
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {first: ("1", None), second: ("2", "两边都看过")}))
    assert "可以登记 1 行，有问题 1 行" in read_all(test)
    assert "问题属实填 2" in test.dataframe[0].value["问题"].to_string()
    test.button(key="keep_returned").click().run()
    assert not test.exception, test.exception
    assert book.case(first).status == book.case(second).status == "open"
    assert book.history(second)["reason"].tolist() == ["属实，待处理；两边都看过"]


def test_an_answer_that_fits_no_such_case_says_which_do(sample: Result, book: Casebook, tmp_path: Path) -> None:
    case = one(book, "unplated_building")
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {case: ("6", None)}))
    (why,) = test.dataframe[0].value["问题"]
    assert why.startswith("此项不适用于这个问题，可填 1、2、4、5")
    assert "6" not in why


def test_a_number_that_is_in_use_is_refused_on_the_sheet(sample: Result, book: Casebook, tmp_path: Path) -> None:
    case, other = building(book, "unplated_building")[0], building(book, "unplated_building", 1)[0]
    say(book, other, "number_proposed", "civil-affairs", number="杏湖街99号")
    test = taken_over(fill(sample, book, tmp_path / "a.xlsx", {case: ("4", "杏湖街99号")}))
    assert "已被占用：案件中的拟号" in test.dataframe[0].value["问题"].iloc[0]
    assert test.button(key="keep_returned").disabled


def test_plates_to_make_follow_the_decisions(book: Casebook) -> None:
    assert "没有需要制作的门牌" in read_all(page("order"))
    say(book, one(book, "unplated_building"), "number_proposed", "civil-affairs", number="杏湖街99号")
    test = page("order")
    assert test.dataframe[0].value["牌面号码"].tolist() == ["99号"]
    assert "共 **1** 块" in read_all(test)
