"""The offline page in a browser, opened from the disk: no request, every feature, in both languages and on a tiny town with hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from layers.page import write_map
from layers.result import Result, load
from tests.browser.conftest import drawn, point_of
from tests.layers.town import draw_result


@pytest.fixture(scope="module")
def file(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_map(sample, tmp_path_factory.mktemp("page") / "map.html").as_uri()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile")
    return write_map(draw_result(folder).folder, folder / "map.html").as_uri()


@pytest.fixture(scope="module")
def result(sample: Path) -> Result:
    return load(sample)


def test_it_opens_on_all_villages_and_asks_for_nothing(
    page: Page, file: str, result: Result, requested: list[str], faults: list[str]
) -> None:
    page.goto(file)
    drawn(page.main_frame, ready="@")
    assert page.locator("#list tr").count() >= len([v for v in result.villages if v])
    assert requested == [file]
    assert not faults


def test_a_village_a_click_and_the_panel(page: Page, file: str, result: Result, requested: list[str], faults: list[str]) -> None:
    village = next(iter(result.villages))
    page.goto(file)
    page.select_option("#scope", f":{village}")
    drawn(page.main_frame, ready=village)
    finding = page.evaluate("Doorplate.view.shapes.find(s => s.dp.kind === 'finding').dp.p")
    at = point_of(page.main_frame, "finding", finding["id"])
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    expect(page.locator("#panel h2")).not_to_be_empty()
    expect(page.locator("#panel .card").first).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("三方记录")
    page.click("#language")
    expect(page.locator("#panel")).to_contain_text("Three records")
    assert requested == [file]
    assert not faults


def test_legend_list_search_and_keys(page: Page, file: str, result: Result, faults: list[str]) -> None:
    village = next(iter(result.villages))
    page.goto(file)
    page.select_option("#scope", f":{village}")
    drawn(page.main_frame, ready=village)
    total = page.locator("#list button[data-id]").count()
    first = page.locator(".dp-body [data-press]").nth(5)
    n = int(first.locator(".dp-n").inner_text())
    first.click()
    expect(page.locator("#list button[data-id]")).to_have_count(n)
    page.click("[data-press='all']")
    expect(page.locator("#list button[data-id]")).to_have_count(total)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#list button[aria-current='true']")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#list button[aria-current='true']")).to_have_count(0)
    other = result.tables.buildings.iloc[-1]
    page.keyboard.press("/")
    page.keyboard.type(other["building_id"])
    page.keyboard.press("Enter")
    drawn(page.main_frame, selected=f"building:{other['building_id']}")
    assert not faults


def test_dark_print_and_language_hold_together(page: Page, file: str, faults: list[str]) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(file)
    drawn(page.main_frame, ready="@", dark="true", language="zh")
    page.click("#dark")
    drawn(page.main_frame, dark="false")
    page.click("#language")
    expect(page.locator("#scope")).to_contain_text("All villages")
    page.emulate_media(media="print")
    expect(page.locator("#query")).to_be_hidden()
    expect(page.locator("#map")).to_be_visible()
    assert not faults


def test_texts_from_data_do_nothing(page: Page, hostile: str, requested: list[str], faults: list[str]) -> None:
    page.on("dialog", lambda d: faults.append(d.message))
    page.goto(hostile)
    page.select_option("#scope", ":V1")
    page.locator("#list button", has_text="onerror").click()
    expect(page.locator("#panel h2")).to_contain_text("<img src=")
    page.fill("#query", "onerror")
    expect(page.locator("#hits button")).to_have_count(1)
    assert page.locator("img").count() == 0
    assert requested == [hostile]
    assert not faults
