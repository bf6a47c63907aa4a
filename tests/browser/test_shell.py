"""Every page in both languages asks nothing of the network; a delivery becomes a run; a map lies under the map; keys reach everything."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.conftest import ROOT, drawn, running_app
from views.pages import PAGES

FrameOf = Callable[[Page], Frame]
SLOW_MS = 120_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's tables with something in the inbox and a map of pictures beside them."""
    folder = Path(shutil.copytree(ROOT / "data" / "sample", tmp_path_factory.mktemp("projects") / "town"))
    (folder / "inbox").mkdir()
    shutil.copyfile(folder / "plates.csv", folder / "inbox" / "new.csv")
    base = sqlite3.connect(folder / "img.mbtiles")
    base.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    base.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
    picture = (ROOT / "layers" / "assets" / "icon.png").read_bytes()
    base.executemany("INSERT INTO tiles VALUES (3, ?, ?, ?)", [(x, y, picture) for x in range(8) for y in range(8)])
    base.commit()
    base.close()
    (folder / "basemaps.toml").write_text(
        '[img]\nkind = "mbtiles"\nname = "影像"\nfile = "img.mbtiles"\ndatum = "CGCS2000"\n'
        '[nav]\nkind = "mbtiles"\nname = "导航图"\nfile = "img.mbtiles"\ndatum = "GCJ-02"\n',
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def address(sample: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("out")
    shutil.copytree(sample, out / "town")
    with running_app(out, tmp_path_factory.mktemp("log") / "app.log", DOORPLATE_PROJECT=str(project)) as url:
        yield url


def settled(page: Page) -> None:
    expect(page.locator("[data-testid='stTopNavLink']").first).to_be_attached()
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0)


def own(address: str, requested: list[str]) -> bool:
    return {urlsplit(u).netloc for u in requested if u.startswith(("http", "ws"))} == {urlsplit(address).netloc}


def test_every_page_in_both_languages_asks_nothing_of_the_network(
    page: Page, address: str, requested: list[str], faults: list[str]
) -> None:
    for language, name in (("zh", "中文"), ("en", "English")):
        page.goto(address)
        settled(page)
        page.get_by_text(name, exact=True).click()
        for one in PAGES:
            if "civil_affairs" not in one.roles:
                continue
            if page.viewport_size and page.viewport_size["width"] >= 1366:
                page.get_by_role("link", name=one.zh if language == "zh" else one.en, exact=True).click()
            settled(page)
            page.wait_for_timeout(300)
            assert page.locator("[data-testid='stException']").count() == 0, one.path
    assert own(address, requested)
    assert not faults


def test_a_map_under_the_map_comes_from_here_and_a_shifted_one_is_refused(
    page: Page, address: str, frame_of: FrameOf, requested: list[str], faults: list[str]
) -> None:
    page.goto(f"{address}/settings")
    settled(page)
    page.get_by_role("tab", name="底图").click()
    expect(page.get_by_text("火星坐标（GCJ-02）")).to_be_visible()
    page.get_by_text("影像（CGCS2000）").click()
    page.get_by_role("link", name="核对地图", exact=True).click()
    frame = frame_of(page)
    drawn(frame, base="img")
    expect(frame.locator(".dp-credit")).to_have_text("影像")
    frame.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length > 0")
    tile = next(u for u in requested if "/tile/img/" in u)
    assert page.request.get(tile).headers["content-type"] == "image/png"
    assert page.request.get(tile.replace("token=", "token=0")).status == 403
    assert own(address, requested)
    assert not faults


def test_a_delivery_is_looked_at_taken_over_and_run(
    page: Page, address: str, project: Path, requested: list[str], faults: list[str]
) -> None:
    page.goto(f"{address}/data")
    settled(page)
    page.get_by_role("combobox", name="这是哪张表").click()
    page.get_by_role("option", name="门楼牌").click()
    page.get_by_text("收件箱（").click()
    page.get_by_role("combobox", name="收件箱里的文件").click()
    page.get_by_role("option", name="new.csv").click()
    page.get_by_role("button", name="看看读到了什么").click()
    take = page.get_by_role("button", name="确认使用")
    expect(take).to_be_visible(timeout=SLOW_MS)
    where = take.bounding_box()
    assert where
    assert where["y"] + where["height"] < 768, "the word that is asked for is on the screen of an office"
    expect(page.get_by_text("编码 gb18030")).to_be_visible()
    frame = page.wait_for_selector("iframe[title='streamlit_folium.st_folium']").content_frame()
    assert frame
    frame.wait_for_function(
        "() => window.Doorplate && Doorplate.view && Doorplate.view.shapes.filter(s => s.dp.kind === 'plate').length > 600"
    )
    frame.wait_for_function("() => Doorplate.view.map.getBounds().contains(Doorplate.view.scene.bounds)")
    take.click()
    expect(page.get_by_text("已作为门楼牌启用")).to_be_visible()
    assert len(list((project / "replaced").iterdir())) == 2
    page.get_by_role("button", name="开始核对").click()
    expect(page.get_by_text("核对完成")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("已发布到案卷库")).to_be_visible(timeout=SLOW_MS)
    page.get_by_role("link", name="运行", exact=True).click()
    expect(page.get_by_text("哪次核对")).to_be_visible()
    assert own(address, requested)
    assert not faults


def test_a_file_is_uploaded_by_a_page_that_may_and_by_nobody_else(page: Page, address: str) -> None:
    page.goto(f"{address}/data")
    settled(page)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if "/_stcore/upload_file/" in r.url and r.method == "PUT" else None)
    page.locator("input[type=file]").set_input_files(
        {"name": "plates.csv", "mimeType": "text/csv", "buffer": "门牌编号,门牌号\n1,中山路1号\n".encode()}
    )
    expect(page.get_by_text("plates.csv").first).to_be_visible()
    expect(page.get_by_role("button", name="看看读到了什么")).to_be_enabled()
    assert sent
    stranger = sent[0].replace(sent[0].split("/upload_file/")[1].split("/")[0], "00000000-0000-0000-0000-000000000000")
    assert page.request.put(stranger, data="x").status == 403
    assert page.request.get(f"{address}/_stcore/metrics").status == 403


def test_the_account_decides_the_pages(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    page.get_by_role("combobox", name="以哪个账号操作").click()
    page.get_by_role("option", name="分管领导").click()
    expect(page.get_by_role("link", name="数据接入", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="核对地图", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="各村上墙率", exact=True)).to_be_visible()


def test_keys_reach_the_pages_and_open_them(page: Page, address: str) -> None:
    page.goto(f"{address}/settings")
    settled(page)
    expect(page.get_by_role("link", name="各村上墙率", exact=True)).to_be_visible()
    page.wait_for_timeout(1_000)  # a page that is still being drawn takes the focus away
    reached = "document.activeElement.dataset.testid === 'stTopNavLink' && document.activeElement.innerText.trim().endsWith('各村上墙率')"
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            break
    assert page.evaluate(reached)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "the focus is seen"
    page.keyboard.press("Enter")
    page.wait_for_url("**/coverage")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (820, 1180)])
def test_nothing_is_cut_off_at_the_sides(browser: Browser, address: str, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    for path in ("settings", "data", "run", "map"):
        page.goto(f"{address}/{path}")
        settled(page)
        page.wait_for_timeout(500)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        boxes = [page.locator(f".st-key-{key}").bounding_box() for key in ("person_box", "language_box")]
        links = [one.bounding_box() for one in page.locator("[data-testid='stTopNavLink']:visible").all()]
        rights = [b["x"] + b["width"] for b in links if b and b["width"]]
        assert boxes[0]
        assert boxes[1]
        assert max(rights) <= boxes[0]["x"] + 1, "the pages do not run under the account"
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    context.close()
