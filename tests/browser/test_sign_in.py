"""People sign in with a real provider on this machine; what they are is what the casebook says, until the login ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

from geo.casebook import open_casebook
from tests.browser.conftest import free_port, running_app

pytestmark = pytest.mark.filterwarnings("default")  # the provider runs in this process and would answer its own libraries' warnings with 500
LOGIN_S = 30
"""How long a login lasts here."""


@pytest.fixture(scope="module")
def office(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app behind a provider, with a casebook that knows three of its four people."""
    folder = tmp_path_factory.mktemp("office")
    with open_casebook(folder / "town.casebook") as book:
        book.found("root", "系统管理")
        for user_id, display, role in (("leader", "分管领导", "leader"), ("police", "派出所", "police")):
            book.add_account(user_id, display, role, by="root")
            book.grant(user_id, role, by="root")
    people = [User(sub=name) for name in ("root", "leader", "police", "stranger")]
    port = free_port()
    with run_server_in_thread(user_claims=people, access_token_max_age=timedelta(seconds=LOGIN_S)) as provider:
        secrets = folder / "secrets.toml"
        auth = {
            "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback", "cookie_secret": "a secret of this test alone, long enough", "client_id": "doorplate", "client_secret": "none",
            "server_metadata_url": f"http://localhost:{provider.server_port}/.well-known/openid-configuration",
        }  # fmt: skip
        secrets.write_text("[auth]\n" + "\n".join(f'{k} = "{v}"' for k, v in auth.items()), encoding="utf-8")
        settings = {"DOORPLATE_SIGN_IN": "oidc", "DOORPLATE_CASEBOOK": str(folder / "town.casebook")}
        with running_app(sample.parent, folder / "app.log", "--secrets.files", str(secrets), port=port, **settings) as url:
            yield url


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_url(f"{address}/**")


def test_nobody_sees_anything_before_signing_in(page: Page, office: str) -> None:
    for path in ("/", "/settings", "/data"):
        page.goto(office + path)
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        expect(page.get_by_text("请先登录")).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)


def test_roles_decide_the_pages_and_a_page_of_another_role_is_not_opened_by_its_address(page: Page, office: str) -> None:
    sign_in(page, office, "leader")
    expect(page.get_by_role("link", name="各村上墙率")).to_be_visible()
    assert page.get_by_role("link", name="核对地图").count() == 0
    assert page.get_by_role("link", name="数据接入").count() == 0
    page.goto(office + "/data")
    expect(page.get_by_text("“数据接入”不在您的职责之内")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("接入一张表")).to_have_count(0)
    page.locator(".st-key-own_pages").get_by_role("link", name="各村上墙率").click()
    page.wait_for_url("**/coverage")


def test_a_person_the_casebook_does_not_know_gets_nothing_and_is_told_whom_to_ask(page: Page, office: str) -> None:
    sign_in(page, office, "stranger")
    expect(page.get_by_text("还没有本系统的权限")).to_be_visible()
    expect(page.get_by_text("请联系系统管理")).to_be_visible()
    assert page.locator("[data-testid='stTopNavLink']").count() == 0


def test_an_address_of_data_is_good_for_its_own_login_only_and_the_login_ends(page: Page, office: str, browser: Browser) -> None:
    sign_in(page, office, "police")
    page.get_by_role("link", name="核对地图").click()
    handle = page.wait_for_selector("iframe[title='streamlit_folium.st_folium']")
    frame = handle.content_frame()
    assert frame
    frame.wait_for_function("() => window.Doorplate && Doorplate.view && Doorplate.view.scene")
    url = urlsplit(frame.evaluate("new URL(Doorplate.view.state.url, location.href).href"))
    asked = {k: v[0] for k, v in parse_qs(url.query).items()}
    assert asked["user"] == "police"
    assert int(asked["expires"]) <= time.time() + LOGIN_S + 1, "an address does not outlive the login"
    assert page.request.get(url.geturl()).status == 200
    forged = url._replace(query=urlencode({**asked, "user": "root"}))
    assert page.request.get(forged.geturl()).status == 403
    other = browser.new_context()
    assert other.request.get(url.geturl()).status == 403, "a copied address opens nothing in another browser"
    other.close()
    time.sleep(max(0.0, int(asked["expires"]) + 1 - time.time()))
    frame.evaluate("Doorplate.view.tell({all: true})")  # any touch of the page
    expect(page.get_by_text("登录已过期")).to_be_visible()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    assert page.request.get(url.geturl()).status == 403
