"""What the app hands out arrives as a file, and the pages of products and people ask nothing of the network."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from geo.casebook import open_casebook
from tests.browser.conftest import running_app


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
    assert [sheet.title for sheet in book.worksheets] == ["排名", "全部指标", "主要原因", "历次", "待办"]
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


@pytest.mark.parametrize(("path", "view"), [("coverage", 0), ("coverage", 1), ("coverage", 3), ("people", None)])
def test_pages_of_leaders_fit_the_office_screen_in_both_languages(page: Page, address: str, path: str, view: int | None, faults: list[str]) -> None:
    page.goto(f"{address}/{path}")
    expect(page.locator("[data-testid='stDataFrame']").first).to_be_visible()
    if view is not None:
        page.locator(".st-key-filters [data-testid='stButtonGroup'] button").nth(view).click()
    for language, settings in (("中文", "设置"), ("English", "Settings")):
        page.get_by_text(language, exact=True).first.click()
        expect(page.get_by_text(settings, exact=True).first).to_be_visible()
        expect(page.locator("[data-testid='stSpinner'], [data-stale='true']")).to_have_count(0)
        expect(page.locator("[data-testid='stDataFrame']").first).to_be_visible()
        room = "() => { const m = document.querySelector('[data-testid=stMain]'); return [m.scrollHeight - m.clientHeight, m.scrollWidth - m.clientWidth]; }"
        assert page.evaluate(room) == [0, 0], language
        cut = "() => [...document.querySelectorAll('[data-testid=stMetricLabel] p, [data-testid=stMetricValue] > div')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
        assert page.evaluate(cut) == [], language
    assert not faults


def test_a_village_gets_its_deadline_in_the_app(page: Page, sample: Path, tmp_path: Path, faults: list[str]) -> None:
    out = tmp_path / "results" / "sample"
    shutil.copytree(sample, out)
    with running_app(out.parent, tmp_path / "app.log", DOORPLATE_SAMPLE_DAY="2026-06-30") as address:
        page.goto(f"{address}/coverage")
        page.get_by_text("办理期限", exact=True).click()
        page.get_by_test_id("stMultiSelect").locator("input").fill("凤峰")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.get_by_test_id("stDateInput").locator("input").first.fill("2026-09-30")
        page.keyboard.press("Enter")
        page.get_by_label("依据").fill("镇政府办〔2026〕12 号")
        page.get_by_role("button", name="设定", exact=True).click()
        expect(page.get_by_text("期限 2026-09-30")).to_be_visible()
        page.get_by_text("各村", exact=True).first.click()
        printed = fetch(page, "通报", tmp_path / "a.pdf").read_bytes()
    with open_casebook(out.parent / "sample.casebook") as book:
        (row,) = book.deadlines().to_dict("records")
        assert f"{row['deadline']:%Y-%m-%d}" == "2026-09-30"
        (logged,) = book.exports().to_dict("records")
        assert (logged["kind"], logged["sha256"]) == ("bulletin_pdf", hashlib.sha256(printed).hexdigest())
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
