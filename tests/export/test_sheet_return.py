"""A filled sheet comes back: what was written becomes proposed decisions, what cannot be read is told row by row."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo.errors import SourceError
from geo.export.field_answers import ANSWERS
from geo.export.sheet_return import RETURN, judge_rows, read_sheet, stale_rows, unfit_rows
from geo.export.village_rows import WORK_CODES
from geo.export.village_sheet import HEADINGS, write_village_xlsx
from tests.export.village import PRINTED_ON, small_town
from tests.town import CODE


def cases(version: int = 1) -> pd.DataFrame:
    found = pd.DataFrame(small_town().findings)
    found = found[found["code"].isin(WORK_CODES)].reset_index(drop=True)
    return found.assign(status="open", version=version, evidence_hash="e1", number=None, present=True, last_by="民政所", last_at="2026-07-02")


def filled(path: Path, answers: dict[str, tuple[object, object]], *, language: str = "zh") -> Path:
    """The workbook of the town with answers (found, remark) by code of the finding."""
    write_village_xlsx(small_town(), CODE, path, printed_on=PRINTED_ON, cases=cases(), language=language)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    at = {name: n + 1 for n, name in enumerate(HEADINGS)}
    of = cases().set_index("finding_id")["code"]
    for row in range(2, page.max_row + 1):
        code = of.get(page.cell(row, at["finding_id"]).value)
        if code in answers:
            page.cell(row, at["found"]).value, page.cell(row, at["remark"]).value = answers[code]
    book.save(path)
    return path


def by_code(returned: pd.DataFrame) -> pd.DataFrame:
    return returned.assign(code=returned["finding_id"].map(cases().set_index("finding_id")["code"])).set_index("code")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filled_sheet_becomes_decisions_with_what_they_need(tmp_path: Path, language: str) -> None:
    answers = {
        "unplated_building": ("4", "临35号附1"), "inhabited_unplated": ("1", None), "dangling_plate": (6, "墙已倒"),
        "virtual_address": ("７", "广府征〔2026〕3号"),
    }  # fmt: skip
    returned = read_sheet(filled(tmp_path / "a.xlsx", answers, language=language))
    assert list(returned.columns) == list(RETURN)
    rows = by_code(returned)
    assert rows["problem_zh"].isna().all()
    assert rows["verb"].to_dict() == {
        "unplated_building": "number_proposed", "inhabited_unplated": "plate_missing", "dangling_plate": "confirm_dangling",
        "virtual_address": "confirm_demolished",
    }  # fmt: skip
    assert rows.loc["unplated_building", "number"] == "临35号附1号"  # the row names no street
    assert rows.loc["virtual_address", "document"] == "广府征〔2026〕3号"
    assert rows.loc["dangling_plate", "reason"] == "墙已倒"
    assert rows["version"].eq(1).all()
    assert rows["evidence_hash"].eq("e1").all()


def test_rows_with_nothing_written_are_not_answers(tmp_path: Path) -> None:
    assert read_sheet(filled(tmp_path / "a.xlsx", {})).empty


def test_a_remark_alone_is_a_note(tmp_path: Path) -> None:
    rows = by_code(read_sheet(filled(tmp_path / "a.xlsx", {"dangling_plate": (None, "户主外出，改日再看")})))
    assert rows.loc["dangling_plate", ["verb", "reason"]].tolist() == ["note", "户主外出，改日再看"]


def row(found: str, remark: str = "", *, finding_id: str = "F1", version: str = "1") -> dict[str, str]:
    return {"row": "2", "finding_id": finding_id, "found": found, "remark": remark, "version": version, "evidence_hash": "e", "place": "民主街", "door": "1号"}


@pytest.mark.parametrize(
    ("found", "remark", "problem"),
    [
        ("3", "", "只能填数字"), ("有牌", "", "只能填数字"), ("12", "", "只能填数字"), ("0", "", "须在备注中写明"), ("5", "", "须在备注中写明"),
        ("7", "", "须在备注中写明"), ("4", "", "须在备注中写明"), ("4", "问老王", "看不懂"), ("4", "12号 或 14号", "看不懂"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_says_why(found: str, remark: str, problem: str) -> None:
    told = judge_rows(pd.DataFrame([row(found, remark)])).iloc[0]
    assert problem in told["problem_zh"]
    assert told["problem_en"]


@pytest.mark.parametrize(
    ("remark", "number"),
    [("12", "民主街12号"), ("１２号", "民主街12号"), ("12号附1", "民主街12号附1号"), ("十二号", "民主街12号"), ("杏湖街99号", "杏湖街99号"), ("临3号", "民主街临3号"),
     ("5号2栋", "民主街5号2栋"), ("3组7号", "3组7号")],
)  # fmt: skip
def test_a_number_stands_below_the_street_of_its_row_unless_it_names_one(remark: str, number: str) -> None:
    assert judge_rows(pd.DataFrame([row("4", remark)])).iloc[0]["number"] == number


@pytest.mark.parametrize(
    ("found", "remark", "verb"),
    [("1", "", "plate_missing"), ("１", "", "plate_missing"), ("1 缺牌属实", "", "plate_missing"), ("缺牌属实", "", "plate_missing"),
     ("4", "１２号", "number_proposed"), ("4", "12-1", "number_proposed"), ("9", "", "still_standing"), ("空挂属实", "", "confirm_dangling")],
)  # fmt: skip
def test_answers_are_read_as_they_are_written(found: str, remark: str, verb: str) -> None:
    told = judge_rows(pd.DataFrame([row(found, remark)])).iloc[0]
    assert told["verb"] == verb
    assert pd.isna(told["problem_zh"])


def test_one_case_answered_twice_is_not_guessed() -> None:
    told = judge_rows(pd.DataFrame([row("1"), row("5", "柴房")]))
    assert told["problem_zh"].str.contains("填了两次").all()


def test_a_row_without_a_case_is_told() -> None:
    assert "没有待核事项" in judge_rows(pd.DataFrame([row("1", finding_id="")]))["problem_zh"].iloc[0]


def test_rows_overtaken_since_printing_are_listed_with_who_did_it(tmp_path: Path) -> None:
    returned = read_sheet(filled(tmp_path / "a.xlsx", {"dangling_plate": ("6", None), "inhabited_unplated": ("1", None)}))
    now = cases()
    now.loc[now["code"] == "dangling_plate", "version"] = 2
    rows = by_code(stale_rows(returned, now))
    assert "打印后已有人处理过（民政所）" in rows.loc["dangling_plate", "problem_zh"]
    assert pd.isna(rows.loc["inhabited_unplated", "problem_zh"])


def test_rows_on_other_evidence_and_unknown_cases_are_listed(tmp_path: Path) -> None:
    returned = read_sheet(filled(tmp_path / "a.xlsx", {"dangling_plate": ("6", None), "inhabited_unplated": ("1", None)}))
    now = cases()
    now = now[now["code"] != "inhabited_unplated"].assign(evidence_hash="e2")
    rows = by_code(stale_rows(returned, now))
    assert "数据有变化" in rows.loc["dangling_plate", "problem_zh"]
    assert "没有这个案件" in rows.loc["inhabited_unplated", "problem_zh"]


def test_a_sheet_sorted_and_widened_by_somebody_reads_the_same(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", {"dangling_plate": ("6", None), "inhabited_unplated": ("1", None)})
    page = openpyxl.load_workbook(path).worksheets[0]
    lines = [["备忘", *(c.value for c in line)] for line in page.iter_rows()]
    other = openpyxl.Workbook()
    for line in [["村里填写"], lines[0], *lines[:0:-1]]:
        other.active.append(line)
    other.save(tmp_path / "b.xlsx")
    columns = ["finding_id", "verb", "version"]
    one, two = (read_sheet(p)[columns].sort_values("finding_id", ignore_index=True) for p in (path, tmp_path / "b.xlsx"))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"text"])
def test_a_file_that_is_no_workbook_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(SourceError, match=r"x\.xlsx"):
        read_sheet(tmp_path / "x.xlsx")


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "电话"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match="案号"):
        read_sheet(tmp_path / "x.xlsx")


def test_a_real_problem_without_a_verdict_of_its_own_is_noted_with_what_was_remarked() -> None:
    told = judge_rows(pd.DataFrame([row("2", finding_id="F1"), row("２", "两家都挂12号", finding_id="F2"), row("", "改日再看", finding_id="F3")]))
    assert told["verb"].tolist() == ["note", "note", "note"]
    assert told["reason"].tolist() == ["属实，待处理", "属实，待处理；两家都挂12号", "改日再看"]
    assert told["problem_zh"].isna().all()


def test_rows_go_by_the_number_printed_before_them(tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", {"dangling_plate": ("6", None)})
    returned = read_sheet(path)
    printed = {str(line[list(HEADINGS).index("finding_id")]): line[0] for line in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)}
    assert returned["row"].tolist() == [printed[i] for i in returned["finding_id"]]


def unfit(*answers: dict[str, str], code: str = "unplated_building") -> pd.DataFrame:
    """Rows F1, F2 ... answered about houses of the small town without a number."""
    houses = ["BX", "BZ"][: len(answers)]
    now = pd.DataFrame({
        "finding_id": [f"F{n + 1}" for n in range(len(answers))], "code": code, "subject": "building", "subject_id": houses, "related": [[] for _ in answers],
        "village_code": CODE, "version": 1, "evidence_hash": "e", "last_by": "", "number": None, "status": "open",
    })  # fmt: skip
    returned = stale_rows(judge_rows(pd.DataFrame(list(answers))), now)
    return unfit_rows(returned, now, small_town(), proposed=now.iloc[:0])


@pytest.mark.parametrize("code", ["duplicate_number", "misplaced_plate", "number_out_of_order", "old_plate"])
def test_a_plate_that_hangs_is_not_missing_and_the_row_says_what_to_write(code: str) -> None:
    told = unfit(row("1"), code=code).iloc[0]
    assert "不能填 1 缺牌属实；问题属实填 2" in told["problem_zh"]
    assert told["problem_en"]
    assert pd.isna(unfit(row("2"), code=code)["problem_zh"].iloc[0])
    assert pd.isna(unfit(row("1"))["problem_zh"].iloc[0])


def test_the_number_of_a_neighbour_is_refused_with_who_has_it() -> None:
    told = unfit(row("4", "3号") | {"place": "民主街"}).iloc[0]
    assert "“民主街3号”已被占用：门牌" in told["problem_zh"]
    assert pd.isna(unfit(row("4", "35号"))["problem_zh"].iloc[0])


def test_a_row_that_has_a_problem_keeps_it() -> None:
    assert "看不懂" in unfit(row("4", "zzz"))["problem_zh"].iloc[0]


def test_the_digits_on_the_sheet_are_the_keys_in_the_app() -> None:
    from geo.casebook.words import VERBS

    own = [a for a in ANSWERS if not a.says]
    assert {a.verb: a.digit for a in own} == {a.verb: VERBS[a.verb].key for a in own}
    assert len({a.digit for a in ANSWERS}) == len(ANSWERS)
    for answer in ANSWERS:
        assert (answer.needs in VERBS[answer.verb].needs) if answer.needs else (bool(answer.says) or not VERBS[answer.verb].needs)
