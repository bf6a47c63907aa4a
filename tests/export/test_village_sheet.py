"""The sheets of a village: every finding once, every page numbered and headed, text that can be searched, nothing computed."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geo.errors import FontError
from geo.export import fonts
from geo.export.fonts import find_fonts
from geo.export.paper import A4, Made, Paper
from geo.export.village_frames import SHEETS_N, lay_out, place_rows
from geo.export.village_legend import draw_sheets
from geo.export.village_rows import WORK_CODES, village_rows
from geo.export.village_sheet import HEADINGS, counted, list_of, write_village_pdf, write_village_xlsx
from tests.export.village import PRINTED_ON, bare, fonts_of, pages_of, small_town, told, village_of
from tests.town import CODE, VILLAGE


def test_every_finding_that_can_be_seen_in_the_field_stands_in_exactly_one_row() -> None:
    town = small_town()
    rows = village_rows(town, CODE).rows
    wanted = town.findings[town.findings["code"].isin(WORK_CODES)]["finding_id"]
    assert sorted(rows["finding_id"].dropna()) == sorted(wanted)
    assert {"unplated_building", "inhabited_unplated", "dangling_plate", "virtual_address"} <= set(rows["code"].dropna())


def test_every_house_with_a_number_stands_once_with_its_plate() -> None:
    rows = village_rows(small_town(), CODE).rows
    street = rows[rows["building_id"].isin([f"B{n}" for n in range(1, 13)])]
    assert street["plate"].eq("up").all()
    assert street["number"].tolist() == [f"{n}号" for n in range(1, 13)]
    assert rows.loc[rows["building_id"] == "BY", "plate"].tolist() == ["numbered"]
    assert rows.loc[rows["building_id"] == "BX", "plate"].tolist() == ["none"]


def test_rows_do_not_depend_on_the_order_of_the_tables() -> None:
    town = small_town()
    other = type(town)(**{**vars(town), **{t: getattr(town, t).iloc[::-1] for t in ("buildings", "plates", "addresses", "links")}})
    pd.testing.assert_frame_equal(village_rows(other, CODE).rows, village_rows(town, CODE).rows)


def test_cases_of_the_casebook_bring_version_and_status_and_settled_ones_stay_off_the_sheet() -> None:
    town = small_town()
    found = pd.DataFrame(town.findings[town.findings["code"].isin(WORK_CODES)]).reset_index(drop=True)
    cases = found.assign(status="open", version=3, evidence_hash="e1", number=None, present=True)
    cases.loc[cases["code"] == "dangling_plate", "status"] = "false_alarm"
    rows = village_rows(town, CODE, cases=cases).rows
    listed = rows.dropna(subset="finding_id")
    assert "dangling_plate" not in set(listed["code"])
    assert listed["version"].eq(3).all()
    assert listed["evidence_hash"].eq("e1").all()


def cases_of_town(**status: str) -> pd.DataFrame:
    """The findings of the small town as open cases; by code, another status."""
    found = pd.DataFrame(small_town().findings).reset_index(drop=True)
    cases = found.assign(status="open", version=3, evidence_hash="e1", number=None, present=True, needs_recheck=False)
    return cases.assign(status=cases["code"].map(status).astype("object").fillna("open"))


def test_what_is_decided_and_under_way_keeps_its_row_and_is_counted_apart() -> None:
    before = village_rows(small_town(), CODE, cases=cases_of_town())
    after = village_rows(small_town(), CODE, cases=cases_of_town(unplated_building="plate_missing"))
    assert after.rows["finding_id"].tolist() == before.rows["finding_id"].tolist()
    assert after.codes.notna().sum() == before.codes.notna().sum() - 1
    listed = list_of(after, where=pd.Series("", index=after.rows.index), language="zh")
    assert counted(listed, "zh") == f"待核 {after.codes.notna().sum()} 件，办理中 1 件"
    assert "（办理中）" in listed.loc[listed["code"] == "unplated_building", "todo"].iloc[0]
    done = village_rows(small_town(), CODE, cases=cases_of_town(unplated_building="plate_installed"))
    assert "unplated_building" not in set(done.rows["code"].dropna())
    again = cases_of_town(unplated_building="plate_installed").assign(needs_recheck=True)
    assert "unplated_building" in set(village_rows(small_town(), CODE, cases=again).codes.dropna())


@pytest.mark.parametrize("number", ["民主街7号附1号", "重庆市璧山区梧溪镇凤峰社区民主街7号附1号"])
def test_a_house_with_a_proposed_number_stands_in_its_street_at_that_number(number: str) -> None:
    cases = cases_of_town()
    cases.loc[cases["code"] == "unplated_building", "number"] = number
    rows = village_rows(small_town(), CODE, cases=cases).rows
    at = int(rows.index[rows["building_id"] == "BX"][0])
    assert rows["building_id"].iloc[at - 1] == "B7"
    assert rows["building_id"].iloc[at + 1] == "B8"
    assert rows.loc[at, ["place", "number", "band"]].tolist() == ["", "", "民主街"]


def test_the_sheets_of_the_map_and_what_is_on_none_add_up_to_the_list(tmp_path: Path) -> None:
    town = village_of(460)
    sheet = village_rows(town, CODE)
    where = place_rows(sheet, lay_out(sheet))
    assert len(set(where.str.split("-").str[0])) > 2
    where.iloc[[0, -1]] = ""
    paper = Paper(Made("册", PRINTED_ON, "", "zh"), size_mm=A4, fonts=find_fonts())
    paper.page()
    draw_sheets(paper, 20, 20, lay_out(sheet), where=where, codes=sheet.codes)
    paper.save(tmp_path / "a.pdf")
    lines = [line.split() for line in told(tmp_path / "a.pdf").splitlines()]
    numbers = {line[0]: [int(n) for n in line[-2:]] for line in lines if len(line) >= 3 and line[-1].isdigit() and line[-2].isdigit()}
    assert numbers["图外"] == [2, 1]
    assert numbers["合计"] == [len(sheet.rows), int(sheet.codes.notna().sum())]
    assert np.sum([v for k, v in numbers.items() if k != "合计"], axis=0).tolist() == numbers["合计"]


def test_the_pdf_is_searchable_with_the_font_inside_and_pages_numbered(tmp_path: Path) -> None:
    n = write_village_pdf(small_town(), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON, head="17 · 9f3a")
    lines = fonts_of(tmp_path / "a.pdf")
    assert lines
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines), lines
    text = told(tmp_path / "a.pdf")
    for words in (VILLAGE, "民主街", "12号", "有楼无牌", "17 · 9f3a", "2026-07-01", f"第 {n} 页 / 共 {n} 页", "1 : ", "图例", "备注", "签名"):
        assert bare(words) in bare(text), words
    assert pages_of(tmp_path / "a.pdf") == n


def test_headings_are_repeated_on_every_page_of_the_list(tmp_path: Path) -> None:
    town = village_of(330)
    n = write_village_pdf(town, CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    lists = [page for page in range(1, n + 1) if "村—组—户清单" in told(tmp_path / "a.pdf", page=page)]
    assert len(lists) >= 4
    for page in lists:
        text = told(tmp_path / "a.pdf", page=page)
        assert all(HEADINGS[c][0].split("（")[0] in text for c in ("n", "number", "building_id", "remark", "signature"))
        assert f"第{page}页/共{n}页" in bare(text)
        assert page == lists[0] or "（续）" in text


@pytest.mark.parametrize("n", [33, 66, 67, 70, 200])
def test_the_signatures_stand_under_the_list_and_take_no_page_of_their_own(tmp_path: Path, n: int) -> None:
    pages_n = write_village_pdf(village_of(n), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    last = told(tmp_path / "a.pdf", page=pages_n)
    assert "核对人（签名）" in last
    assert "村—组—户清单" in last
    assert f"{n}号" in last or f"B{n - 1:05d}" in last


def test_a_village_without_anything_still_has_its_sheet(tmp_path: Path) -> None:
    town = village_of(0)
    assert write_village_pdf(town, CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON) == 1
    assert "没有需要列出的门户" in told(tmp_path / "a.pdf")
    write_village_xlsx(town, CODE, tmp_path / "a.xlsx", printed_on=PRINTED_ON)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0].max_row == 1


def test_a_village_of_one_house_is_one_map_and_one_list(tmp_path: Path) -> None:
    assert write_village_pdf(village_of(1), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON) == 2
    assert "1号" in told(tmp_path / "a.pdf", page=1)


def test_three_thousand_houses_take_five_seconds_and_several_maps(tmp_path: Path) -> None:
    town = village_of(3000)
    find_fonts()
    begin = time.process_time()
    n = write_village_pdf(town, CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    took_s = time.process_time() - begin
    frames = lay_out(village_rows(town, CODE))
    assert 1 < len(frames) <= SHEETS_N + 1
    assert pages_of(tmp_path / "a.pdf") == n
    assert took_s <= 5.0, took_s
    where = place_rows(village_rows(town, CODE), frames)
    assert (where != "").all()


def test_pages_of_the_map_cover_every_house_and_none_is_empty() -> None:
    sheet = village_rows(village_of(1500), CODE)
    frames = lay_out(sheet)
    where = place_rows(sheet, frames)
    assert frames[0].number == 0
    assert set(where.str.split("-").str[0]) == {str(f.number) for f in frames[1:]}


def test_a_plate_in_the_next_county_does_not_shrink_the_map() -> None:
    town = village_of(20)
    town.plates.loc[town.plates.index[0], "building_id"] = None
    far = town.plates.geometry.copy()
    far.iloc[0] = far.iloc[0].__class__(700_000, 3_400_000)
    moved = type(town)(**{**vars(town), "plates": town.plates.set_geometry(far)})
    assert lay_out(village_rows(moved, CODE))[0].scale <= 1000


def test_workbooks_hold_no_formula_whatever_is_written_on_a_plate(tmp_path: Path) -> None:
    town = village_of(12, place='=HYPERLINK("http://evil.example")', text="+1+1")
    write_village_xlsx(town, CODE, tmp_path / "a.xlsx", printed_on=PRINTED_ON, head="=1+1")
    cells = [c for page in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in page.iter_rows() for c in row if c.value is not None]
    assert len(cells) > 100
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert {type(c.value) for c in cells} == {str}


def test_small_counts_of_people_are_not_on_the_sheets(tmp_path: Path) -> None:
    sheet = village_rows(small_town(), CODE)
    assert sheet.rows["todo"].str.contains("3 / 3").any()
    listed = list_of(sheet, where=pd.Series("", index=sheet.rows.index), language="zh")
    assert listed["told"].str.contains("<5 / <5").any()
    write_village_xlsx(small_town(), CODE, tmp_path / "a.xlsx", printed_on=PRINTED_ON)
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert not any("3 / 3" in str(c.value) for row in page.iter_rows() for c in row)


def test_equal_villages_are_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_village_pdf(village_of(30), CODE, tmp_path / f"{name}.pdf", printed_on=PRINTED_ON)
        write_village_xlsx(village_of(30), CODE, tmp_path / f"{name}.xlsx", printed_on=PRINTED_ON)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_english_sheet_is_english(tmp_path: Path) -> None:
    write_village_pdf(small_town(), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON, language="en")
    text = told(tmp_path / "a.pdf")
    assert all(words in text for words in ("work map of door plates", "Legend", "list of doors", "Signature", "page 1 of"))
    assert "图例" not in text


def test_without_a_chinese_font_the_refusal_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(fonts.VARIABLE, raising=False)
    monkeypatch.setattr(fonts, "_folders", lambda: iter([tmp_path]))
    with pytest.raises(FontError) as refusal:
        write_village_pdf(village_of(1), CODE, tmp_path / "a.pdf", printed_on=PRINTED_ON)
    assert "fonts-noto-cjk" in refusal.value.zh
    assert not (tmp_path / "a.pdf").exists()


def test_a_named_font_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font")
    monkeypatch.setenv(fonts.VARIABLE, str(tmp_path / "x.ttf"))
    with pytest.raises(FontError, match=r"x\.ttf"):
        find_fonts()


def test_a_character_the_font_lacks_is_marked_and_counted(tmp_path: Path) -> None:
    paper = Paper(Made("試", PRINTED_ON), size_mm=A4)
    paper.page()
    paper.text(20, 20, "村\U000f0000号", 10)
    paper.save(tmp_path / "a.pdf")
    assert "村〓号" in told(tmp_path / "a.pdf")
    assert "字体缺 1 字" in told(tmp_path / "a.pdf")
