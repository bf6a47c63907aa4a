"""How the app behaves to a clerk: every address ends in her own words, nothing speaks the frame's English, nothing lies below the fold."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import ROOT, drawn, running_app

FrameOf = Callable[[Page], Frame]
DAY, VILLAGE = "2026-06-30", "500120197001"
WARMED_MS = 6_000
"""By then the server has loaded the pages, before any of them was opened."""


@pytest.fixture(scope="module")
def office(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app at one computer, with a casebook of its own."""
    file = tmp_path_factory.mktemp("casebook") / "sample.casebook"
    log = tmp_path_factory.mktemp("log") / "app.log"
    project = shutil.copytree(ROOT / "data" / "sample", tmp_path_factory.mktemp("projects") / "town")
    with running_app(
        sample, log, DOORPLATE_CASEBOOK=str(file), DOORPLATE_PROJECT=str(project), DOORPLATE_SAMPLE_DAY=DAY, DOORPLATE_SIGN_IN="single"
    ) as url:
        yield url


def settled(page: Page) -> None:
    expect(page.locator("[data-testid='stTopNavLink']").first).to_be_attached()
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0)


def act_as(page: Page, name: str) -> None:
    """Choose the account by the keyboard; a page that is still being written may close the list once."""
    box = page.locator(".st-key-person_box").get_by_role("combobox")
    for _ in range(20):
        settled(page)
        if box.input_value() == name:
            return
        box.fill(name)
        box.press("Enter")
        page.wait_for_timeout(400)
    raise AssertionError(f"{name} cannot be chosen")


def test_every_page_has_an_address_of_its_own(page: Page, office: str) -> None:
    for path in ("", "missing"):
        page.goto(f"{office}/{path}")
        page.wait_for_url("**/missing")
        settled(page)
        expect(page.locator(".st-key-case_panel")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_address_that_is_no_page_is_told_with_the_way_on(page: Page, office: str) -> None:
    page.goto(f"{office}/no-such-page")
    settled(page)
    expect(page.get_by_text("没有“no-such-page”这一页")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_text("There is no page “no-such-page”")).to_be_visible()
    page.locator(".st-key-own_pages").get_by_role("link", name="Settings").click()
    page.wait_for_url("**/settings")
    expect(page.get_by_text("Thresholds and region")).to_be_visible()


def test_an_address_of_several_parts_leads_to_the_first_page(page: Page, office: str) -> None:
    page.goto(f"{office}/town/map")
    page.wait_for_url("**/missing")
    expect(page.locator(".st-key-case_panel")).to_be_visible()


def test_another_account_without_the_page_comes_to_its_own_first_page(page: Page, office: str) -> None:
    page.goto(f"{office}/missing")
    settled(page)
    expect(page.locator(".st-key-who")).to_contain_text("您是 民政办")
    expect(page.locator(".st-key-verdicts")).to_be_visible()
    act_as(page, "派出所")
    page.wait_for_url("**/cleaning")
    expect(page.get_by_text("先人后址")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_language_stays_when_the_account_or_a_page_leads_elsewhere(page: Page, office: str) -> None:
    page.goto(f"{office}/missing")
    settled(page)
    expect(page.locator(".st-key-verdicts")).to_be_visible()
    page.get_by_text("English", exact=True).click()
    expect(page.locator(".st-key-who")).to_contain_text("You: 民政办")
    act_as(page, "派出所")
    page.wait_for_url("**/cleaning")
    expect(page.get_by_text("People first")).to_be_visible()
    expect(page.locator(".st-key-who")).to_contain_text("You: 派出所")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_what_streamlit_says_itself_is_in_the_language_of_the_page(page: Page, office: str) -> None:
    page.goto(f"{office}/map")
    settled(page)
    search = page.get_by_placeholder("编号、地址或说明中的字")
    search.fill("杏亭")
    expect(page.get_by_test_id("InputInstructions")).to_have_text("按回车生效")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_text("English", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    search = page.get_by_placeholder("Id, address or words of the details")
    search.fill("x")
    expect(page.get_by_test_id("InputInstructions")).to_have_text("Press Enter to apply")
    page.get_by_text("中文", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    village = page.locator(".st-key-filters").get_by_role("combobox", name="村（社区）")
    village.fill("没有这个村")
    expect(page.get_by_text("没有匹配的选项")).to_be_visible()


def test_words_of_ours_and_of_the_data_are_never_replaced(page: Page, office: str) -> None:
    page.goto(f"{office}/settings")
    settled(page)
    page.wait_for_function("() => !!window.doorplateWords")
    told = page.evaluate(
        """async () => {
            const made = {};
            for (const [name, html] of Object.entries({
                ours: "<div data-testid='stMarkdownContainer'><p>Open</p></div>",
                choice: "<div role='option' data-key='1'><span>Stop</span></div>",
                longer: "<p>Open house</p>",
                theirs: "<p>No results</p>",
            })) {
                const e = document.createElement("div");
                e.innerHTML = html;
                document.body.appendChild(e);
                made[name] = e;
            }
            await new Promise(r => setTimeout(r, 50));
            return Object.fromEntries(Object.entries(made).map(([n, e]) => [n, e.textContent]));
        }"""
    )
    assert told == {"ours": "Open", "choice": "Stop", "longer": "Open house", "theirs": "没有匹配的选项"}


def test_the_map_is_there_after_a_quiet_start_and_a_lost_connection_is_told_with_the_next_step(
    page: Page, sample: Path, tmp_path: Path, frame_of: FrameOf
) -> None:
    with running_app(sample, tmp_path / "app.log", DOORPLATE_CASEBOOK=str(tmp_path / "own.casebook"), DOORPLATE_SIGN_IN="single") as url:
        page.wait_for_timeout(WARMED_MS)
        page.goto(f"{url}/map")
        settled(page)
        drawn(frame_of(page), ready=f"sample/{VILLAGE}")
        page.wait_for_function("() => !!window.doorplateWords")
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("与程序的连接断了")
    expect(told).to_contain_text("请重新启动程序")
    expect(told).not_to_contain_text("Streamlit")


def test_a_choice_follows_the_language(page: Page, office: str) -> None:
    page.goto(f"{office}/settings")
    settled(page)
    expect(page.get_by_label("地区配置")).to_have_value("全国默认")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_label("Regional profile")).to_have_value("default of the country")
