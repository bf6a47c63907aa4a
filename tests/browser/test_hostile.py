"""Text from data is text: twenty ways to make it a script or a request, in every place of the app that shows it. None works."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Request, expect

from geo.casebook import open_casebook
from geo.export import write
from layers.page import write_map
from layers.result import load
from tests.browser.conftest import drawn, running_app

HOST = "xss.invalid"
RUN = "top.ran=1;self.ran=1;fetch('http://xss.invalid/f')"
PAYLOADS = (
    f'<img src=x onerror="{RUN}">',
    f'<svg onload="{RUN}"></svg>',
    f"<script>{RUN}</script>",
    f'"><script>{RUN}</script>',
    f'\'><img src=x onerror="{RUN}">',
    f"</script><script>{RUN}</script>",
    f"`+(()=>{{{RUN}}})()+`",
    f"1号${{(()=>{{{RUN}}})()}}",
    f"'-(()=>{{{RUN}}})()-'",
    f'\\"-(()=>{{{RUN}}})()-\\"',
    f"{{{{constructor.constructor(`{RUN}`)()}}}}",
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    f"[点这里](javascript:{RUN})",
    f"![图](http://{HOST}/a.png)",
    f'<a href="javascript:{RUN}">地址</a>',
    f"<style>@import url(http://{HOST}/c.css);</style>",
    f'<link rel="stylesheet" href="http://{HOST}/l.css"><img src="http://{HOST}/p.png">',
    f'<details open ontoggle="{RUN}"><summary>x</summary></details>',
    f'<math><mtext><table><mglyph><style><img src=x onerror="{RUN}"></style></mglyph></table></mtext></math>',
    f"$\\href{{javascript:{RUN}}}{{a}}$ :red[x] &lt;img src=x onerror={RUN}&gt;",
)
TEXTS = {
    "findings": ("detail_zh", "detail_en", "proposal"),
    "plates": ("text", "key", "street", "village", "leftover", "alias"),
    "addresses": ("text", "key", "street", "village", "leftover", "alias"),
    "quarantine": ("source", "value", "key", "fix"),
    "repairs": ("before", "after", "why", "key"),
    "tallies": ("name",),
}
SINKS = (
    "choice of the village", "list of findings", "heading of the panel", "sentence of a finding", "proposal", "three records", "differing characters",
    "tooltips of the map", "labels of the map", "list of all objects", "coverage by village", "people", "sources of a run", "refused rows", "repairs",
    "notes of a run", "queue of cases", "panel of a case", "virtual and demolished", "sheets", "a delivery", "accounts", "the offline map",
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample town with a payload in every text, each payload many times, and in the names of villages and files."""
    tables = load(sample).tables
    changed: dict[str, object] = {}
    for name, columns in TEXTS.items():
        table = getattr(tables, name).copy()
        for shift, column in enumerate(c for c in columns if c in table):
            texts = pd.Series([PAYLOADS[(i + 3 * shift) % len(PAYLOADS)] for i in range(len(table))], index=table.index, dtype="str")
            table[column] = texts.where(table[column].notna() | (column in ("detail_zh", "text", "proposal")), None)
        changed[name] = table
    villages: gpd.GeoDataFrame = tables.villages.copy()
    names = [f"村{i}" + " ".join(PAYLOADS[i :: len(villages)]) for i in range(len(villages))]
    villages["name"] = pd.Series(names, index=villages.index, dtype="str")
    run = dict(tables.run)
    run["inputs"] = [{**one, "file": PAYLOADS[i]} for i, one in enumerate(run["inputs"])]
    run["notes"] = list(PAYLOADS)
    folder = tmp_path_factory.mktemp("hostile") / "town"
    write(dataclasses.replace(tables, **changed, villages=villages, run=run), folder)
    return folder


@pytest.fixture(scope="module")
def address(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    project = folder / "project"
    shutil.copytree(Path("data/sample"), project)
    (project / "inbox").mkdir()
    header = (project / "plates.csv").read_bytes().split(b"\n")[0].decode("gb18030").strip()
    columns = header.count(",") + 1
    rows = [",".join('"' + p.replace('"', '""') + '"' for _ in range(columns)) for p in PAYLOADS]
    (project / "inbox" / "plates<img src=x onerror=top.ran=1>.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    with open_casebook(folder / "town.casebook") as book:
        book.found("admin", PAYLOADS[0])
        for i, (user_id, role) in enumerate({"civil": "civil_affairs", "police": "police", "data": "data"}.items(), start=1):
            book.add_account(user_id, "民政" + PAYLOADS[i], role, by="admin")
            book.grant(user_id, role, by="admin")
    settings = {"DOORPLATE_CASEBOOK": str(folder / "town.casebook"), "DOORPLATE_PROJECT": str(project)}
    with running_app(hostile.parent, folder / "app.log", **settings) as url:
        yield url


class Watch:
    """What ran and what was asked for outside, since the page was opened."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.page, self.home, self.foreign, self.dialogs, self.seen = page, urlsplit(address).netloc, [], [], set[str]()
        context.on("request", self._note)
        page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))

    def _note(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.netloc != self.home:
            self.foreign.append(request.url)

    def check(self, sink: str) -> None:
        """Nothing ran in any frame and nothing was asked of another host."""
        self.page.wait_for_timeout(150)
        ran = [frame.url for frame in self.page.frames if frame.evaluate("!!window.ran")]
        assert ran == [], sink
        assert self.foreign == [], sink
        assert self.dialogs == [], sink
        links = self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        assert not [link for link in links if link.startswith("javascript:") or HOST in link], sink
        self.seen.add(sink)


def frame_of(page: Page) -> Frame:
    frame = page.wait_for_selector("iframe[title='streamlit_folium.st_folium']").content_frame()
    assert frame
    return frame


def open_page(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    expect(page.locator("[data-testid='stTopNavLink']").first).to_be_visible()
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0)


def test_no_text_of_a_hostile_town_runs_or_asks_for_anything(context: BrowserContext, page: Page, address: str, hostile: Path) -> None:
    watch = Watch(context, page, address)
    _the_map(page, address, watch)
    for path, sinks in {
        "missing": ("queue of cases",), "cleaning": ("virtual and demolished",), "coverage": ("coverage by village",), "people": ("people",),
        "sheets": ("sheets",), "settings": ("accounts",),
    }.items():  # fmt: skip
        open_page(page, address, path)
        for sink in sinks:
            watch.check(sink)
        if path == "missing":
            _cases(page, watch)
        elif path == "settings":
            page.get_by_role("tab", name="账号与授权").click()
            watch.check("accounts")
    _the_run(page, address, watch)
    _a_delivery(page, address, watch)
    _the_offline_map(page, hostile, watch)
    assert watch.seen == set(SINKS)
    assert len(PAYLOADS) >= 20
    assert len(SINKS) >= 16


def _the_map(page: Page, address: str, watch: Watch) -> None:
    open_page(page, address, "map")
    frame = frame_of(page)
    frame.wait_for_function("() => window.Doorplate && Doorplate.view && Doorplate.view.scene")
    page.get_by_role("combobox", name="村（社区）").click()
    watch.check("choice of the village")
    page.get_by_role("option", name="全部村居").click()
    drawn(frame, ready="town/*")
    watch.check("list of findings")
    for i in range(len(PAYLOADS) + 4):
        page.get_by_role("button", name="下一个").click()
        expect(page.locator(".st-key-panel")).to_contain_text(re.compile("三方记录|怎么办"))
        if i % 6 == 5:
            watch.check("sentence of a finding")
    said = page.locator(".st-key-panel").inner_text()
    assert "xss.invalid" in said, "the payload is really shown, as text"
    for sink in ("heading of the panel", "proposal", "three records", "differing characters"):
        watch.check(sink)
    frame.evaluate("void Doorplate.view.map.setZoom(19)")
    frame.evaluate("void Doorplate.view.shapes.forEach(s => document.body.appendChild(Doorplate.view.tip(s)))")
    watch.check("tooltips of the map")
    watch.check("labels of the map")
    page.get_by_text("全部对象").click()
    watch.check("list of all objects")


def _cases(page: Page, watch: Watch) -> None:
    for _ in range(3):
        page.keyboard.press("n")
        page.wait_for_timeout(400)
    watch.check("panel of a case")


def _the_run(page: Page, address: str, watch: Watch) -> None:
    open_page(page, address, "run")
    expect(page.get_by_role("tab", name="数据来源")).to_be_visible()
    watch.check("sources of a run")
    for name, sink in (("退回行", "refused rows"), ("修正", "repairs"), ("用时与环境", "notes of a run")):
        page.get_by_role("tab", name=re.compile(name)).click()
        watch.check(sink)


def _a_delivery(page: Page, address: str, watch: Watch) -> None:
    open_page(page, address, "data")
    page.get_by_role("combobox", name="这是哪张表").click()
    page.get_by_role("option", name="门楼牌").click()
    page.get_by_text("收件箱（").click()
    page.get_by_role("combobox", name="收件箱里的文件").click()
    page.get_by_role("option", name=re.compile("plates<img")).click()
    page.get_by_role("button", name="看看读到了什么").click()
    expect(page.get_by_role("button", name=re.compile("确认使用|放弃"))).not_to_have_count(0, timeout=90_000)
    watch.check("a delivery")


def _the_offline_map(page: Page, hostile: Path, watch: Watch) -> None:
    file = write_map(hostile, hostile.parent / "map.html")
    page.goto(file.as_uri())
    page.wait_for_function("() => window.Doorplate && Doorplate.view && Doorplate.view.scene")
    page.keyboard.press("ArrowDown")
    watch.check("the offline map")
