"""Plates to be made: the number in its standard form, once per door, what is unknown kept in sight."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

from geo.export.order_list import ORDER, order_list, write_order_pdf, write_order_xlsx
from tests.export.village import PRINTED_ON, bare, small_town, told
from tests.town import CODE, VILLAGE, Town

CASE = {"subject": "building", "subject_id": "BX", "village_code": CODE, "status": "number_proposed", "number": None, "proposal": None}


def cases(*changes: dict[str, object]) -> pd.DataFrame:
    rows = [{**CASE, "finding_id": f"F{n}", **change} for n, change in enumerate(changes)]
    return pd.DataFrame(rows).astype({"number": "str", "proposal": "str"})


def test_proposed_numbers_stand_in_the_standard_form_with_village_and_town() -> None:
    order = order_list(small_town(), cases=cases({"number": "民主街３５號"}))
    assert list(order.columns) == list(ORDER)
    one = order.iloc[0]
    assert (one["text"], one["number"], one["place"]) == ("重庆市璧山区广普镇普兴社区民主街35号", "35号", "民主街")
    assert (one["kind"], one["village"], one["building_id"], one["pieces_n"]) == ("door", VILLAGE, "BX", 1)


def test_kinds_follow_the_number() -> None:
    told_ = order_list(small_town(), cases=cases({"number": "民主街临35号"}, {"number": "民主街3号2栋", "subject_id": "B3"}, {"number": "民主街5号"}))
    assert told_.set_index("number")["kind"].to_dict() == {"临35号": "temporary", "3号2栋": "building", "5号": "door"}


def test_open_and_settled_cases_are_not_ordered() -> None:
    assert order_list(small_town(), cases=cases({"status": "open"}, {"status": "plate_installed"}, {"status": "exempted"})).empty


def test_one_door_is_ordered_once() -> None:
    assert len(order_list(small_town(), cases=cases({"number": "民主街35号"}, {"number": "民主街35号", "status": "plate_ordered"}))) == 1


def test_a_number_nobody_knows_stays_in_the_order_and_says_so(tmp_path: Path) -> None:
    order = order_list(small_town(), cases=cases({"number": None, "status": "plate_ordered"}))
    assert order["number"].tolist() == [""]
    write_order_pdf(order, tmp_path / "a.pdf", title="广普镇", printed_on=PRINTED_ON)
    assert "其中1块号码不明" in bare(told(tmp_path / "a.pdf"))


def test_without_a_casebook_missing_damaged_and_old_plates_are_ordered() -> None:
    town = Town().village().street("民主街", 8).change("plates", "P3", face="damaged").without("plates", "P4")
    order = order_list(town.verify().verification)
    assert order["number"].tolist() == ["3号", "4号"]
    assert order["status"].eq("open").all()


def test_the_order_of_one_village_leaves_the_others_out() -> None:
    assert order_list(small_town(), cases=cases({"number": "民主街35号"}), villages=("other",)).empty


def test_the_workbook_computes_nothing_and_the_page_can_be_searched(tmp_path: Path) -> None:
    order = order_list(small_town(), cases=cases({"number": "民主街35号"}, {"number": "=1+1", "subject_id": "B3"}))
    write_order_xlsx(order, tmp_path / "a.xlsx")
    cells = [c for line in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows() for c in line if c.value is not None]
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert write_order_pdf(order, tmp_path / "a.pdf", title="广普镇", printed_on=PRINTED_ON) == 1
    assert "民主街35号" in bare(told(tmp_path / "a.pdf"))


def test_an_empty_order_says_so(tmp_path: Path) -> None:
    order = order_list(small_town(), cases=cases({"status": "open"}))
    assert write_order_pdf(order, tmp_path / "a.pdf", title="广普镇", printed_on=PRINTED_ON) == 1
    assert "没有需要制作的门牌" in bare(told(tmp_path / "a.pdf"))
    write_order_xlsx(order, tmp_path / "a.xlsx")
