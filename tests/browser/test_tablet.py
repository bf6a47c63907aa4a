"""Two things the office screen does not show: a tablet that is tapped, and the map of all villages that follows a real drag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from geo.casebook import open_casebook
from layers.window import ZOOM
from tests.browser.conftest import PATIENCE_MS, drawn, point_of, running_app

FrameOf = Callable[[Page], Frame]
DAY, VILLAGE = "2026-06-30", "500120197001"
IFRAME = "iframe[title='streamlit_folium.st_folium']"
TARGET_PX = 28
"""Least height of what is tapped."""
WINDOW_N = 100
"""The sample town has more buildings: its map of all villages is drawn by what is in the window."""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("casebook") / "sample.casebook"


@pytest.fixture(scope="module")
def office(sample: Path, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "app.log"
    settings = {
        "DOORPLATE_CASEBOOK": str(file),
        "DOORPLATE_SAMPLE_DAY": DAY,
        "DOORPLATE_SIGN_IN": "single",
        "DOORPLATE_WINDOW_N": str(WINDOW_N),
    }
    with running_app(sample, log, port=0, **settings) as url:
        yield url


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (768, 1024)])
def test_a_case_is_found_decided_and_taken_back_by_taps(
    browser: Browser, office: str, file: Path, frame_of: FrameOf, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{office}/missing")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{VILLAGE}")
    with open_casebook(file, read_only=True) as book:
        cases = book.cases(villages=[VILLAGE], codes=["unplated_building"], statuses=["open"])
        finding = str(cases.loc[cases["lon"].notna(), "finding_id"].iloc[0])
        frame.evaluate("i => { Doorplate.view.byKey[Doorplate.key('finding', i)].bringToFront(); }", finding)
        at, box = point_of(frame, "finding", finding), page.locator(IFRAME).bounding_box()
        assert box
        page.touchscreen.tap(box["x"] + at["x"], box["y"] + at["y"])
        drawn(frame, selected=f"finding:{finding}")
        expect(page.locator(".st-key-case_panel")).to_contain_text("邻近门牌")
        verdict = page.locator(".st-key-verdict_buttons").get_by_role("button", name="缺牌").first
        tapped, panel = verdict.bounding_box(), page.locator(".st-key-case_panel").bounding_box()
        assert tapped
        assert tapped["height"] >= TARGET_PX
        assert tapped["y"] + tapped["height"] <= height, "the verdicts are on the screen"
        assert panel
        assert panel["width"] >= 380, "the panel is wide enough to read"
        assert (panel["y"] > box["y"] + box["height"] - 1) == (height > width), "held upright the panel stands below the map"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        verdict.tap()
        expect(page.locator(".st-key-verdicts")).to_contain_text("已记：缺牌")
        assert book.case(finding).status == "plate_missing"
        page.locator(".st-key-steps").get_by_role("button", name="撤销").tap()
        expect(page.locator(".st-key-verdicts")).to_contain_text("已撤销")
        assert book.case(finding).status == "open"
    context.close()


def test_the_map_of_all_villages_follows_a_drag(page: Page, office: str, sample: Path, frame_of: FrameOf, faults: list[str]) -> None:
    page.goto(f"{office}/map")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{VILLAGE}")
    village = page.locator(".st-key-filters").get_by_role("combobox", name="村（社区）")
    village.fill("全部村居")
    village.press("Enter")
    drawn(frame, ready="sample/*")
    expect(frame.locator(".dp-message")).to_contain_text("放大到街区后显示")
    box = page.locator(IFRAME).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2 - 80, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    for _ in range(30):
        if frame.evaluate("Doorplate.view.map.getZoom()") >= ZOOM + 1:
            break
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(350)
    frame.wait_for_function(_LOADED)
    before = _buildings(frame)
    assert before
    assert len(before) < len(pd.read_parquet(sample / "buildings.parquet", columns=["building_id"])), "only what is in the window is drawn"
    centre = frame.evaluate("Doorplate.view.map.getCenter().lng")
    for _ in range(3):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 330, y, steps=12)
        page.mouse.up()
        page.wait_for_timeout(400)
        frame.wait_for_function(_LOADED)
    assert frame.evaluate("Doorplate.view.map.getCenter().lng") > centre
    after = _buildings(frame)
    assert after - before, "the drag brought houses that were not there"
    assert before - after, "and left others behind"
    took_ms = int(str(frame.evaluate("document.querySelector('#map_div').dataset.window")).split(":")[0])
    assert took_ms < 5_000
    finding = str(frame.evaluate("Doorplate.view.shapes.filter(s => s.dp.kind === 'finding' && !s.dp.hidden)[0].dp.p.id"))
    frame.evaluate("i => { Doorplate.view.byKey[Doorplate.key('finding', i)].bringToFront(); }", finding)
    at = point_of(frame, "finding", finding)
    frame.wait_for_function(_LOADED)
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    page.wait_for_function("document.querySelector('.st-key-panel').innerText.includes('三方记录')")
    assert not faults


_LOADED = "/^[0-9]+:[0-9]+$/.test(document.querySelector('#map_div').dataset.window || '')"


def _buildings(frame: Frame) -> set[str]:
    return set(frame.evaluate("Doorplate.view.shapes.filter(s => s.dp.kind === 'building').map(s => s.dp.p.id)"))
