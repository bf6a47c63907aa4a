"""The app in a browser: the map draws, a click tells why, list and legend lead the map, nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
from playwright.sync_api import Frame, Page, expect

from layers.result import Result, load
from tests.browser.conftest import drawn, point_of

FrameOf = Callable[[Page], Frame]


@pytest.fixture(scope="module")
def result(sample: Path) -> Result:
    return load(sample)


def first_village(result: Result) -> str:
    return next(iter(result.villages))


def building_with(result: Result, code: str, village: str) -> pd.Series:
    rows = result.within("buildings", village)
    return rows[rows["status"] == code].iloc[0]


def frequent(result: Result, village: str) -> tuple[str, int]:
    """A code that buildings of the village have, and how many findings of it there are."""
    rows = result.within("buildings", village)
    found = result.within("findings", village)
    code = next(c for c in found["code"].value_counts().index if (rows["status"] == c).any())
    return code, int((found["code"] == code).sum())


def click_on(page: Page, frame: Frame, kind: str, one: str) -> None:
    at = point_of(frame, kind, one)
    box = page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()
    assert box
    page.mouse.click(box["x"] + at["x"] + 1, box["y"] + at["y"] + 1)


def test_a_click_on_a_house_tells_what_is_wrong_and_the_map_stays(
    page: Page, address: str, result: Result, frame_of: FrameOf, requested: list[str], faults: list[str]
) -> None:
    village = first_village(result)
    code, _ = frequent(result, village)
    house = building_with(result, code, village)["building_id"]
    page.goto(f"{address}/map")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{village}")
    frame.evaluate("window.mark = 1")
    at = point_of(frame, "building", house)
    # Badges and plates lie above the house; they are switched off so that the click meets the house itself.
    frame.evaluate(
        "Doorplate.view.shapes.forEach(s => { if (s.dp.kind !== 'building') { s.dp.off = true; } }); Doorplate.view.canvas._redraw()"
    )
    zoom = frame.evaluate("Doorplate.view.map.getZoom()")
    assert at
    click_on(page, frame, "building", house)
    drawn(frame, selected=f"building:{house}")
    expect(page.locator(".st-key-panel")).to_contain_text(house)
    expect(page.locator(".st-key-panel")).to_contain_text("三方记录")
    assert frame.evaluate("window.mark") == 1, "the frame of the map was loaded again"
    assert frame.evaluate("Doorplate.view.map.getZoom()") == zoom
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


def test_the_legend_filters_map_and_list_and_a_row_leads_the_map(
    page: Page, address: str, result: Result, frame_of: FrameOf, faults: list[str]
) -> None:
    village = first_village(result)
    code, n = frequent(result, village)
    page.goto(f"{address}/map")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{village}")
    frame.click(f"[data-press='{code}']")
    shown = frame.evaluate("code => Doorplate.view.shapes.filter(s => s.dp.kind === 'finding' && s.dp.p.s === code).length", code)
    drawn(frame, shown=shown)
    expect(page.get_by_text(f"问题 {n} / ")).to_be_visible()
    table = page.locator("[data-testid='stDataFrame']").first
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 50)
    found = result.within("findings", village)
    first = found[found["code"] == code].iloc[0]
    drawn(frame, selected=f"finding:{first['finding_id']}")
    expect(page.locator(".st-key-panel")).to_contain_text(str(first["subject_id"]))
    frame.wait_for_function("Doorplate.view.map.getZoom() >= 18")
    assert not faults


def test_what_differs_is_marked_and_no_markdown_is_left_over(page: Page, address: str, result: Result, frame_of: FrameOf) -> None:
    village = first_village(result)
    page.goto(f"{address}/map")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{village}")
    frame.click("[data-press='text_conflict']")
    page.get_by_role("button", name="下一个").click()
    panel = page.locator(".st-key-panel")
    expect(panel).to_contain_text("牌址不符")
    expect(panel.locator("strong", has_text="【").first).to_be_visible()
    assert "**" not in panel.inner_text()
    assert "\\" not in panel.inner_text()


def test_language_and_village_change_without_loading_the_map_again(
    page: Page, address: str, result: Result, frame_of: FrameOf, faults: list[str]
) -> None:
    villages = [v for v in result.villages if v]
    page.goto(f"{address}/map")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{villages[0]}", language="zh")
    frame.evaluate("window.mark = 1")
    page.get_by_text("English", exact=True).click()
    drawn(frame, language="en")
    expect(frame.locator(".dp-head")).to_contain_text("Legend and filter")
    expect(page.get_by_text("Severity")).to_be_visible()
    page.get_by_role("combobox", name="Village").click()
    page.get_by_role("option", name=result.villages[villages[1]], exact=True).click()
    drawn(frame, ready=f"sample/{villages[1]}")
    assert frame.evaluate("window.mark") == 1
    assert not faults


def test_coverage_leads_to_the_map_of_a_village(
    page: Page, address: str, result: Result, frame_of: FrameOf, requested: list[str], faults: list[str]
) -> None:
    village = [v for v in result.villages if v][1]
    page.goto(f"{address}/coverage")
    frame = frame_of(page)
    drawn(frame, ready="sample/@")
    assert frame.evaluate("Object.keys(Doorplate.view.state.fills).length") >= 2
    at = frame.evaluate(
        "code => { const s = Doorplate.view.byKey[Doorplate.key('village', code)], m = Doorplate.view.map; const p = m.latLngToContainerPoint(s.getCenter()); return {x: p.x, y: p.y}; }",
        village,
    )
    box = page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()
    assert box
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
    expect(page.get_by_text("每格 50 米")).to_be_visible()
    page.get_by_role("button", name="打开核对地图").click()
    expect(page.locator(".st-key-panel")).to_contain_text(result.villages[village])
    drawn(frame_of(page), ready=f"sample/{village}")
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


def test_the_run_page_asks_nothing_of_the_network(page: Page, address: str, requested: list[str], faults: list[str]) -> None:
    page.goto(f"{address}/run")
    expect(page.get_by_text("数据来源")).to_be_visible()
    expect(page.locator("[data-testid='stDataFrame']").first).to_be_visible()
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(address).netloc}
    assert not faults


def test_scenes_are_refused_without_their_token(page: Page, address: str, result: Result) -> None:
    answer = page.request.get(f"{address}/scene?project=sample&scope={first_village(result)}&expires=9999999999&token=x")
    assert answer.status == 403
    assert page.request.get(f"{address}/assets/vendor/leaflet.js").headers["content-type"].split(";")[0].endswith("javascript")


def test_a_dark_theme_reaches_into_the_map(page: Page, address: str, frame_of: FrameOf, result: Result) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/map")
    drawn(frame_of(page), ready=f"sample/{first_village(result)}", dark="true")
    rim = "([dark, suspect, fill]) => Doorplate.view.rim.call({ state: { dark: dark } }, suspect, fill)"
    frame = frame_of(page)
    assert frame.evaluate(rim, [True, False, "#1b1b1b"]) == "#e6ebf0", "a black sign on a dark ground has a light rim"
    assert frame.evaluate(rim, [True, True, "#1b1b1b"]) == "#c8d1da"
    assert frame.evaluate(rim, [False, False, "#1b1b1b"]) == "#ffffff"
    assert page.locator("iframe").first.evaluate("e => getComputedStyle(e).borderTopColor") == "rgba(124, 139, 153, 0.35)"
