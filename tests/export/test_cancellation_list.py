"""The list of approved cancellations that an office signs: names instead of codes, minutes, marks of proof with their labels."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo.export.cancellation_list import Proof, cancellation_rows, write_cancellation_pdf, write_cancellation_xlsx
from tests.export.village import PRINTED_ON, told

PROOF = Proof(12, "a1" * 32, "b2" * 32)


def signed(n: int = 1, **change: object) -> pd.DataFrame:
    row = {
        "finding_id": "F", "code": "demolished_vacant", "subject_id": "DZ1", "village_code": "V1", "detail_zh": "该门户无人、无单位。", "document": "璧拆〔2026〕12 号",
        "requested_by": "police", "requested_at": "2026-06-30T09:07:56.282505+08:00", "approved_by": "police-2", "approved_at": "2026-06-30T10:30:01+08:00",
        "counted_on": "2026-06-15",
    }  # fmt: skip
    return pd.DataFrame([{**row, "finding_id": f"F{i}", **change} for i in range(n)], columns=list(row))


def rows(table: pd.DataFrame, language: str = "zh") -> pd.DataFrame:
    offices = {"police": "派出所", "police-2": "派出所（复核）"}
    return cancellation_rows(table, addresses={"DZ1": "民主街3号"}, villages={"V1": "普兴社区"}, offices=offices, language=language)


def cells(path: Path) -> list[list[str]]:
    page = openpyxl.load_workbook(path).active
    assert page is not None
    return [[str(cell.value) for cell in line if cell.value is not None] for line in page.iter_rows()]


def test_offices_villages_and_addresses_have_their_names_and_times_end_with_the_minute() -> None:
    one = rows(signed()).iloc[0]
    assert one[["村居", "地址编码", "地址", "文号"]].tolist() == ["普兴社区", "DZ1", "民主街3号", "璧拆〔2026〕12 号"]
    assert one[["申请", "申请时间", "复核", "复核时间"]].tolist() == ["派出所", "2026-06-30 09:07", "派出所（复核）", "2026-06-30 10:30"]


def test_what_has_no_name_is_shown_as_it_is_and_what_is_unknown_stays_empty() -> None:
    one = rows(signed(village_code=None, requested_by="gone", subject_id="DZ9", counted_on=None)).iloc[0]
    assert one[["村居", "申请", "地址编码", "地址", "人口统计日"]].tolist() == ["（未归入村）", "gone", "DZ9", "", ""]
    assert rows(signed(village_code="V9")).iloc[0]["村居"] == "V9"


def test_the_workbook_can_be_signed_and_says_what_proves_it_below_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_cancellation_xlsx(rows(signed(2)), path, town="广普镇", printed_on=PRINTED_ON, proof=PROOF)
    lines = cells(path)
    assert lines[0] == ["广普镇拟注销地址清单"]
    assert "共 2 条" in lines[1][0]
    assert lines[2][5] == "文号"
    assert lines[3][5] == lines[4][5] == "璧拆〔2026〕12 号", "the digest is no document number"
    foot = [cell for line in lines[5:] for cell in line]
    assert sum("（盖章）" in cell and "签字" in cell and "日期" in cell for cell in foot) == 3
    assert foot[-2:] == [f"案卷链首：12:{PROOF.hash}", f"清单摘要（SHA-256）：{PROOF.digest}"]


def test_the_workbook_is_printed_on_a4_across_with_its_headings_on_every_page(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_cancellation_xlsx(rows(signed()), path, town="广普镇", printed_on=PRINTED_ON, proof=PROOF)
    page = openpyxl.load_workbook(path).active
    assert page is not None
    assert (page.page_setup.orientation, int(page.page_setup.paperSize), page.print_title_rows) == ("landscape", 9, "$3:$3")
    assert page.sheet_properties.pageSetUpPr.fitToPage


def test_no_cell_of_the_workbook_is_computed(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_cancellation_xlsx(rows(signed(document="=1+1")), path, town="=广普镇", printed_on=PRINTED_ON, proof=PROOF)
    page = openpyxl.load_workbook(path).active
    assert page is not None
    assert {cell.data_type for line in page.iter_rows() for cell in line if cell.value is not None} == {"s"}


@pytest.mark.parametrize(("n", "pages_n"), [(0, 1), (2, 1), (60, 6)])
def test_the_pdf_holds_every_row_the_boxes_to_sign_and_the_proof_on_its_last_page(tmp_path: Path, n: int, pages_n: int) -> None:
    path = tmp_path / "list.pdf"
    assert write_cancellation_pdf(rows(signed(n)), path, town="广普镇", printed_on=PRINTED_ON, proof=PROOF) <= pages_n
    words = told(path)
    assert all(f"F{i}" in words for i in range(n))
    assert words.count("（盖章）") == 3
    assert PROOF.digest in words
    assert PROOF.hash in words
    assert ("没有可以提请注销的地址" in words) is (n == 0)


def test_a_seal_is_told_where_the_list_has_one(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    write_cancellation_xlsx(rows(signed()), path, town="广普镇", printed_on=PRINTED_ON, proof=Proof(1, "a", "b", "c3"))
    assert cells(path)[-1] == ["印鉴：c3"]


def test_the_list_in_english_has_english_headings_and_boxes(tmp_path: Path) -> None:
    table = rows(signed(), "en")
    path = tmp_path / "list.pdf"
    write_cancellation_pdf(table, path, town="Guangpu", printed_on=PRINTED_ON, proof=PROOF, language="en")
    words = told(path)
    assert list(table.columns[:3]) == ["No.", "Village", "Address code"]
    assert "Guangpu: addresses proposed for cancellation" in words
    assert "Requested by (stamp)" in words
