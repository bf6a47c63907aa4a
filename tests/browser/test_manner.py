"""How the app behaves to a clerk: every address ends in her own words, nothing speaks the frame's English, nothing lies below the fold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running_app

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def office(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app at one computer, with a casebook of its own."""
    file = tmp_path_factory.mktemp("casebook") / "sample.casebook"
    log = tmp_path_factory.mktemp("log") / "app.log"
    with running_app(sample, log, DOORPLATE_CASEBOOK=str(file), DOORPLATE_SAMPLE_DAY=DAY, DOORPLATE_SIGN_IN="single") as url:
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
