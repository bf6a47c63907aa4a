"""What the app hands out arrives as a file, and the pages of products and people ask nothing of the network."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect


def fetch(page: Page, name: str, to: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).first.click()
    waiting.value.save_as(to)
    return to


def test_the_sheets_of_a_village_are_printed_and_its_workbook_opens(
    page: Page, address: str, tmp_path: Path, requested: list[str], faults: list[str]
) -> None:
    page.goto(f"{address}/sheets")
    expect(page.get_by_role("button", name="A3 工作图与清单（PDF）")).to_be_enabled()
    printed = fetch(page, "A3 工作图与清单（PDF）", tmp_path / "a.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
    workbook = openpyxl.load_workbook(fetch(page, "回填表（Excel）", tmp_path / "a.xlsx"))
    assert workbook.worksheets[0].max_row > 50
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


def test_the_bulletin_comes_as_a_page_and_as_a_workbook(page: Page, address: str, tmp_path: Path, requested: list[str], faults: list[str]) -> None:
    page.goto(f"{address}/coverage")
    expect(page.get_by_role("button", name="通报", exact=True)).to_be_enabled()
    assert fetch(page, "通报", tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    book = openpyxl.load_workbook(fetch(page, "Excel", tmp_path / "a.xlsx"))
    assert [sheet.title for sheet in book.worksheets] == ["排名", "全部指标", "主要原因", "历次"]
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


@pytest.mark.parametrize(("path", "words"), [("people", "未落房的去向与原因"), ("coverage", "点地图上的村"), ("sheets", "待核")])
def test_pages_of_products_ask_nothing_of_the_network(
    page: Page, address: str, path: str, words: str, requested: list[str], faults: list[str]
) -> None:
    page.goto(f"{address}/{path}")
    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator("[data-testid='stDataFrame']").first).to_be_visible()
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults
