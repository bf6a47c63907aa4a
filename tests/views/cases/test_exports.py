"""Whatever leaves the app is in the casebook's log of exports: what, of which villages, how many rows, the digest of the file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.casebook import Casebook
from tests.views.cases.conftest import VILLAGE, one, say

Handed = dict[str, bytes]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """Every download of the page, taken as soon as it is offered; a button that is disabled hands nothing out."""
    taken: Handed = {}

    def take(label: str, data: Any, *args: Any, key: str, disabled: bool = False, **others: Any) -> bool:
        if not disabled:
            taken[key] = data() if callable(data) else data
        return False

    monkeypatch.setattr(st, "download_button", take)
    return taken


def page(name: str, who: str, **session: Any) -> AppTest:
    test = AppTest.from_string(f"from views import {name}\n{name}.show()", default_timeout=180)
    for key, value in {"acting": who, "village": VILLAGE, **session}.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


@pytest.mark.parametrize(
    ("name", "session", "kinds"),
    [
        ("coverage", {"coverage_view": "all"}, {"bulletin_pdf": "bulletin_pdf", "bulletin_xlsx": "bulletin_xlsx"}),
        ("coverage", {"coverage_view": "village"}, {"bulletin_pdf": "bulletin_pdf", "bulletin_xlsx": "bulletin_xlsx", "no_plate_csv": "missing_csv", "no_plate_xlsx": "missing_xlsx"}),
        ("coverage", {"coverage_view": "sample"}, {"inspection_pdf": "sample_pdf"}),
        ("people", {}, {"people_csv": "people_csv", "people_xlsx": "people_xlsx"}),
        ("verification", {}, {"findings_csv": "findings_csv", "findings_xlsx": "findings_xlsx"}),
        ("sheets", {}, {"village_sheet_pdf": "sheet_pdf", "village_sheet_xlsx": "sheet_xlsx"}),
    ],
)
def test_every_product_is_logged_with_the_digest_of_what_left(book: Casebook, handed: Handed, name: str, session: dict[str, Any], kinds: dict[str, str]) -> None:
    page(name, "civil-affairs", **session)
    logged = book.exports().set_index("kind")
    assert set(logged.index) == set(kinds)
    assert set(handed) == set(kinds.values())
    for kind, key in kinds.items():
        row = logged.loc[kind]
        assert (row["by"], row["sha256"]) == ("civil-affairs", hashlib.sha256(handed[key]).hexdigest())
        assert row["rows_n"] > 0
        assert row["scope"] == (VILLAGE if kind.startswith(("village_sheet", "no_plate", "findings")) else "*")


def test_lists_of_a_run_and_the_offline_map_are_logged(book: Casebook, handed: Handed) -> None:
    page("run", "data")
    logged = book.exports().set_index("kind")
    assert {"offline_map", "sources_csv", "codes_xlsx"} <= set(logged.index)
    assert set(logged["sha256"]) == {hashlib.sha256(made if isinstance(made, bytes) else made.encode()).hexdigest() for made in handed.values()}


def test_the_order_list_of_the_case_page_is_logged(book: Casebook, handed: Handed) -> None:
    case = one(book, "unplated_building")
    say(book, case, "number_proposed", "civil-affairs", number="12号")
    test = AppTest.from_string("from views.cases import missing\nmissing.show()", default_timeout=180)
    test.session_state["acting"], test.session_state["village"] = "civil-affairs", VILLAGE
    test.run()
    assert not test.exception, test.exception
    (row,) = book.exports().to_dict("records")
    assert (row["kind"], row["scope"], row["rows_n"]) == ("order_list_xlsx", VILLAGE, 1)
    assert row["sha256"] == hashlib.sha256(handed["order_list"]).hexdigest()


def test_a_leader_takes_the_bulletin_and_withheld_counts_are_counted(book: Casebook, handed: Handed) -> None:
    page("coverage", "leader", coverage_view="all", metric="people_placed")
    page("people", "leader")
    logged = book.exports().set_index("kind")
    assert logged["by"].eq("leader").all()
    assert logged.loc["bulletin_pdf", "suppressed_n"] == 3
    assert logged.loc["people_csv", "suppressed_n"] > 3


def test_the_police_take_exact_counts_and_the_log_says_that_none_was_withheld(book: Casebook, handed: Handed) -> None:
    page("people", "police")
    assert book.exports()["suppressed_n"].eq(0).all()


def test_an_account_that_may_export_nothing_is_handed_nothing(book: Casebook, handed: Handed) -> None:
    for view in ("all", "village", "sample"):
        page("coverage", "admin", coverage_view=view)
    assert handed == {}
    assert book.exports().empty


def test_what_could_not_be_logged_is_said_on_the_page(book: Casebook) -> None:
    test = page("coverage", "leader", export_fault=("盘满", "disk full"))
    assert any("没有记入案卷的导出记录" in str(w.value) for w in test.warning)


def test_the_signed_list_leaves_with_names_of_offices_and_villages_as_workbook_and_as_pdf(desk: Any, book: Casebook, handed: Handed, tmp_path: Path) -> None:
    finding = str(book.cases(villages=[VILLAGE], codes=["demolished_vacant"])["finding_id"].iloc[0])
    say(book, finding, "request_cancellation", "police", document="璧拆〔2026〕12 号")
    say(book, finding, "approve_cancellation", "police-2")
    test = desk("cleaning", "police")
    test.button(key="sign").click().run()
    assert not test.exception, test.exception
    signed = test.session_state["signed_list"]
    path = tmp_path / "list.xlsx"
    path.write_bytes(handed["signed_xlsx"])
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [[str(cell.value or "") for cell in line] for line in sheet.iter_rows()]
    row = dict(zip(cells[2], cells[3], strict=True))
    assert (row["申请"], row["复核"], row["文号"]) == ("派出所", "派出所（复核）", "璧拆〔2026〕12 号")
    assert row["申请时间"] == str(signed.table["requested_at"].iloc[0])[:16].replace("T", " ")
    assert row["村居"] not in ("", VILLAGE)
    assert row["地址"] not in ("", row["地址编码"])
    assert cells[-1][0].endswith(signed.digest)
    assert handed["signed_pdf"].startswith(b"%PDF")
