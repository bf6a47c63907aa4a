"""The pictures of the documents, taken from the app itself: `make pictures`.

Starts the app on the sample town as one office at one computer, with a fresh casebook in a temporary folder, and walks
through the three tasks as a clerk would. The day is the sample town's, the decisions are always the same; only the time of
day in the histories and how long a run took differ from one walk to the next.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageChops
from playwright.sync_api import Frame, Locator, Page, expect, sync_playwright

from geo.casebook import Casebook, Decision, open_casebook
from tests.browser.conftest import CHROMIUM, QUIET, drawn, point_of, running_app
from views.pages import PAGES

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "screenshots"
BEFORE, DAY, VILLAGE = "2026-06-20", "2026-06-30", "500120197001"
LATER_N = 12
"""Plates that were put up between the two runs."""
WIDTH_PX, HEIGHT_PX, MOST_BYTES = 1366, 768, 400_000
EXACT_N, AVERAGE_N, PIECES_N = 48, 144, 32
PAPER_DPI, PAPER_WIDTH_PX = 150, 1600
CALM_MS, CALM_N, PATIENCE_N, TRIES_N = 400, 3, 60, 20
FRAME = "iframe[title='streamlit_folium.st_folium']"


@dataclass
class Office:
    """The browser, the app and what lies behind it: the sample's result, its project folder and its casebook."""

    page: Page
    url: str
    out: Path
    project: Path
    casebook: Path

    def book(self) -> Casebook:
        """The casebook, to be read beside the app."""
        return open_casebook(self.casebook, read_only=True)

    def open(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(f"{self.url}/{path}")

    def map(self, scene: str = f"sample/{VILLAGE}") -> Frame:
        """The frame of the map once it has drawn the village."""
        for _ in range(TRIES_N):
            handle = self.page.wait_for_selector(FRAME)
            frame = handle.content_frame() if handle else None
            if frame is not None:
                drawn(frame, ready=scene)
                return frame
            self.page.wait_for_timeout(CALM_MS)  # the frame belongs to the page that is being left
        raise RuntimeError("the page has no map")

    def act_as(self, name: str) -> None:
        """Choose the account to act as, by the keyboard; a page that is still being written may close the list once."""
        box = self.page.locator(".st-key-person_box").get_by_role("combobox")
        for _ in range(TRIES_N):
            expect(self.page.locator("[data-testid='stStatusWidget']")).to_have_count(0)
            if box.input_value() == name:
                return
            box.fill(name)
            box.press("Enter")
            self.page.wait_for_timeout(CALM_MS)
        raise RuntimeError(f"{name} cannot be chosen")

    def button(self, name: str, where: str = "body") -> Locator:
        """A button by its words."""
        return self.page.locator(where).get_by_role("button", name=name).first

    def record(self) -> None:
        """Press 记下 and wait until the form has closed."""
        self.button("记下").click()
        expect(self.button("记下")).to_have_count(0)

    def press(self, key: str, *, offers: str, where: str = ".st-key-verdict_buttons") -> None:
        """A key, once the button it stands for can be pressed."""
        expect(self.button(offers, where)).to_be_enabled()
        self.page.keyboard.press(key)

    def choose(self, frame: Frame, finding: str) -> None:
        """Click a finding on the map."""
        frame.evaluate("i => { const s = Doorplate.view.byKey[Doorplate.key('finding', i)]; if (s.bringToFront) { s.bringToFront(); } }", finding)
        at, box = point_of(frame, "finding", finding), self.page.locator(FRAME).bounding_box()
        if box is None:
            raise RuntimeError("the map is not on the screen")
        self.page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
        drawn(frame, selected=f"finding:{finding}")

    def take(self, name: str) -> None:
        """Take the picture `name`.png of the screen, once nothing moves on it any more."""
        self.page.mouse.move(2, HEIGHT_PX - 2)
        keep(name, _calm(self.page))


def main() -> None:
    """Take every picture, or only those of the walks that are named."""
    wanted = frozenset(sys.argv[1:])
    if CHROMIUM is None:
        raise click.ClickException("没有 Chromium：先运行 .ci/browser。 No Chromium: run .ci/browser.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        out, project, casebook = _town(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        context = browser.new_context(
            viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, color_scheme="light", locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        with running_app(
            out, Path(folder) / "app.log", DOORPLATE_CASEBOOK=str(casebook), DOORPLATE_PROJECT=str(project), DOORPLATE_SAMPLE_DAY=DAY,
            DOORPLATE_SIGN_IN="single",
        ) as url:  # fmt: skip
            office = Office(page, url, out, project, casebook)
            _come_to_today(office)
            for walk in (one for one in WALKS if not wanted or one.__name__ in wanted):
                click.echo(f"{walk.__name__:<12} {(walk.__doc__ or '').splitlines()[0]}")
                walk(office)
        browser.close()


def keep(name: str, picture: Image.Image) -> None:
    """Write a picture with at most 256 colours; one that is still too large is an error."""
    file = PICTURES / f"{name}.png"
    _few_colours(picture.convert("RGB")).save(file, optimize=True)
    if (size := file.stat().st_size) > MOST_BYTES:
        raise click.ClickException(f"{file.name} is {size:,} bytes, more than {MOST_BYTES:,}")
    click.echo(f"  {file.name}  {size / 1000:,.0f} kB")


def _few_colours(picture: Image.Image) -> Image.Image:
    """The most frequent colours as they are, so that grounds stay, then average ones for edges, and far ones for small signs."""
    pixels = np.asarray(picture, dtype=np.int32)
    seen, which, n = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    exact = seen[np.argsort(-n, kind="stable")[:EXACT_N]]
    average = picture.quantize(AVERAGE_N, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).getpalette() or []
    far = picture.quantize(256 - EXACT_N - AVERAGE_N, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette() or []
    palette = np.concatenate([exact, np.array([*average[: 3 * AVERAGE_N], *far], dtype=np.int32).reshape(-1, 3)])[:256]
    nearest = np.concatenate([((part[:, None, :] - palette[None]) ** 2).sum(axis=2).argmin(axis=1) for part in np.array_split(seen, PIECES_N)])
    few = Image.fromarray(nearest[which].reshape(pixels.shape[:2]).astype(np.uint8), mode="P")
    few.putpalette(palette.astype(np.uint8).tobytes())
    return few


def missing(office: Office) -> None:
    """补牌核对: the list, a case, its number, what came of it, many at once, somebody who was faster."""
    office.open("")
    frame = office.map()
    office.take("missing")
    with office.book() as book:
        cases = book.cases(villages=[VILLAGE], statuses=["open"])
        cases = cases[cases["lon"].notna()]
        bare = [str(i) for i in cases.loc[cases["code"] == "unplated_building", "finding_id"]]
        late = [str(i) for i in cases.loc[cases["code"] == "plate_not_installed", "finding_id"]]
    office.choose(frame, bare[0])
    office.take("missing-case")
    office.press("4", offers="拟号")
    drawn(frame, placing="true")
    _click_beside(office, frame, bare[0])
    _write_number(office)
    office.take("missing-number")
    office.record()
    drawn(frame, placing="false", pin="")
    expect(office.page.locator(".st-key-verdicts")).to_contain_text("已记：拟号")
    office.take("missing-done")
    _overtaken(office, frame, late[0])
    _many(office)


def _write_number(office: Office) -> None:
    """Write the number that the panel suggests, as a clerk does whose box does not hold it."""
    told = re.search(r"建议编号\s*(\S+号)", office.page.locator(".st-key-case_panel").inner_text())
    if told is None:
        raise RuntimeError("no number is suggested")
    box = office.page.get_by_label("门牌号")
    box.fill("")
    box.press_sequentially(told[1])
    box.press("Tab")


def _click_beside(office: Office, frame: Frame, finding: str) -> None:
    """Click the place for a plate, a little below the middle of the house."""
    at, box = point_of(frame, "finding", finding), office.page.locator(FRAME).bounding_box()
    if box is None:
        raise RuntimeError("the map is not on the screen")
    office.page.mouse.click(box["x"] + at["x"] + 6, box["y"] + at["y"] + 26)
    frame.wait_for_function("document.querySelector('#map_div').dataset.pin !== ''")


def _overtaken(office: Office, frame: Frame, finding: str) -> None:
    """Another account decides first; what this screen says then."""
    office.choose(frame, finding)
    expect(office.button("缺牌", ".st-key-verdict_buttons")).to_be_enabled()
    with open_casebook(office.casebook, lambda: datetime.fromisoformat(f"{DAY}T02:00:00").replace(tzinfo=UTC)) as other:
        case = other.case(finding)
        other.decide(Decision(finding, "plate_missing", case.version, case.evidence_hash, "village"))
    office.page.keyboard.press("1")
    expect(office.page.locator(".st-key-verdicts")).to_contain_text("下一步")
    office.take("missing-stale")


def _many(office: Office) -> None:
    """A box around the findings of one kind."""
    office.open("")
    frame = office.map()
    with office.book() as book:
        found_n = len(book.cases(villages=[VILLAGE], codes=["number_out_of_order"]))
    frame.click("[data-press='number_out_of_order']")
    drawn(frame, shown=found_n)
    frame.click(".dp-tool-box")
    box = office.page.locator(FRAME).bounding_box()
    if box is None:
        raise RuntimeError("the map is not on the screen")
    office.page.mouse.move(box["x"] + 100, box["y"] + 40)
    office.page.mouse.down()
    office.page.mouse.move(box["x"] + 400, box["y"] + 300, steps=4)
    office.page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 30, steps=4)
    office.page.mouse.up()
    frame.wait_for_function("+document.querySelector('#map_div').dataset.many > 3")
    expect(office.button("缺牌 ×", ".st-key-verdict_buttons")).to_be_enabled()
    office.take("missing-many")
    office.press("Escape", offers="取消选择", where=".st-key-verdicts")
    drawn(frame, many=0)


def cleaning(office: Office) -> None:
    """虚拟与拆迁清理: one asks, another approves, the list is signed; people first; two surveys."""
    office.open("")
    office.map()
    office.act_as("派出所")
    expect(office.page.get_by_text("先人后址")).to_be_visible()
    frame = office.map()
    office.take("cleaning")
    frame.click("[data-press='demolished_vacant']")
    expect(frame.locator("[data-press='demolished_vacant']")).to_have_attribute("aria-pressed", "true")
    office.page.get_by_text("可提请注销").first.click()
    office.press("n", offers="下一处", where=".st-key-steps")
    expect(office.page.locator(".st-key-case_panel")).to_contain_text("可以提请注销")
    finding = str(frame.evaluate("document.querySelector('#map_div').dataset.selected")).removeprefix("finding:")
    _swiped(office, frame)
    office.button("申请注销").click()
    expect(office.page.get_by_label("文号")).not_to_have_value("")
    office.take("cleaning-request")
    office.record()
    expect(office.page.locator(".st-key-verdicts")).to_contain_text("已记：申请注销")
    _refused(office, frame)
    _approved(office, finding)


def _refused(office: Office, frame: Frame) -> None:
    """A house with people: nothing can be proposed, and why."""
    frame.click("[data-press='demolished_vacant']")
    office.page.get_by_text("先人后址").first.click()
    expect(office.page.locator(".st-key-case_panel")).to_contain_text("一律不得提请注销")
    office.press("n", offers="下一处", where=".st-key-steps")
    expect(office.page.locator(".st-key-case_panel")).to_contain_text("不得注销")
    office.take("cleaning-people")


def _swiped(office: Office, frame: Frame) -> None:
    """The survey before beside the present one."""
    office.page.get_by_text("对比前期测绘").click()
    frame.wait_for_selector(".dp-swipe")
    office.take("cleaning-swipe")
    office.page.get_by_text("对比前期测绘").click()
    frame.wait_for_selector(".dp-swipe", state="detached")


def _approved(office: Office, finding: str) -> None:
    """The second person copies the code of the address, approves, and signs the list."""
    with office.book() as book:
        address = book.case(finding).subject_id
    office.act_as("派出所（复核）")
    expect(office.page.locator(".st-key-who")).to_contain_text("您是 派出所（复核）（")
    office.page.get_by_text("待复核").first.click()
    expect(office.page.locator(".st-key-case_panel")).to_contain_text("已提请注销，须另一人复核")
    office.press("n", offers="下一处", where=".st-key-steps")
    expect(office.page.locator(".st-key-case_panel")).to_contain_text(address)
    office.button("同意注销").click()
    office.page.get_by_label("照抄").fill(address)
    office.take("cleaning-approve")
    office.record()
    expect(office.page.locator(".st-key-verdicts")).to_contain_text("已记：同意注销")
    office.button("注销清单").click()
    office.button("签发清单").click()
    expect(office.button("文本")).to_be_visible()
    office.take("cleaning-signed")


def verification(office: Office) -> None:
    """核对地图: everything at once, and one house with its three records."""
    office.open("")
    office.map()
    office.open("map")
    frame = office.map()
    frame.click("[data-press='text_conflict']")
    office.button("下一个").click()
    expect(office.page.locator(".st-key-panel")).to_contain_text("牌址不符")
    office.take("map")


def leaders(office: Office) -> None:
    """各村上墙率: all villages, one village, causes, the sample; the bulletin as it is printed."""
    office.open("coverage")
    office.act_as("分管领导")
    office.map("sample/@")
    office.take("coverage")
    _printed(office, "通报", {"bulletin": 1})
    office.page.get_by_text("村内", exact=True).click()
    expect(office.page.get_by_text("每格 50 米")).to_be_visible()
    office.take("coverage-village")
    office.page.get_by_text("趋势与原因", exact=True).click()
    office.take("coverage-trend")
    office.page.get_by_text("抽查", exact=True).first.click()
    expect(office.button("记下填写的结果")).to_be_visible()
    office.take("coverage-sample")


def people(office: Office) -> None:
    """人口: counts per building."""
    office.open("people")
    expect(office.page.get_by_text("未落房的去向与原因")).to_be_visible()
    office.take("people")


def sheets(office: Office) -> None:
    """表册: what is printed, what is made, what is taken over; the A3 sheet as it is printed."""
    office.open("sheets")
    expect(office.button("A3 工作图与清单（PDF）")).to_be_enabled()
    office.take("sheets")
    _printed(office, "A3 工作图与清单（PDF）", {"sheet-overview": 1, "sheet-map": 3, "sheet-list": 4})
    office.page.get_by_text("制牌清单", exact=True).first.click()
    office.take("sheets-order")
    office.page.get_by_text("回填登记", exact=True).click()
    expect(office.page.get_by_text("纸面清单直接录入")).to_be_visible()
    office.take("sheets-return")


def data(office: Office) -> None:
    """数据接入: what was understood of a file in the inbox; a file with far fewer rows."""
    inbox = office.project / "inbox"
    inbox.mkdir()
    shutil.copy(office.project / "plates.csv", inbox / "门楼牌_7月.csv")
    lines = (office.project / "plates.csv").read_bytes().splitlines(keepends=True)
    (inbox / "门楼牌_不全.csv").write_bytes(b"".join(lines[: len(lines) // 2]))
    _deliver(office, "门楼牌_7月.csv")
    office.take("data")
    _deliver(office, "门楼牌_不全.csv")
    office.page.get_by_text("我已核实").scroll_into_view_if_needed()
    office.take("data-drop")


def _deliver(office: Office, file: str) -> None:
    office.open("data")
    office.act_as("数据岗")
    _calm(office.page)
    _pick(office, "这是哪张表", "门楼牌")
    office.page.get_by_text("收件箱（").click()
    _calm(office.page)
    _pick(office, "收件箱里的文件", file)
    expect(office.button("看看读到了什么")).to_be_enabled()
    office.button("看看读到了什么").click()
    expect(office.button("确认使用")).to_be_visible(timeout=120_000)


def _pick(office: Office, box: str, option: str) -> None:
    office.page.get_by_role("combobox", name=box).click()
    office.page.get_by_role("option", name=option, exact=True).click()
    _calm(office.page)


def run(office: Office) -> None:
    """运行: what changed since the last run."""
    office.open("run")
    expect(office.page.get_by_text("数据来源")).to_be_visible()
    office.take("run")


def settings(office: Office) -> None:
    """设置: thresholds, and the accounts as the administrator sees them."""
    office.open("settings")
    office.act_as("系统管理")
    expect(office.page.get_by_text("阈值与地区")).to_be_visible()
    office.take("settings")
    office.page.get_by_text("账号与授权", exact=True).click()
    office.take("settings-accounts")


def english(office: Office) -> None:
    """Every page in English, seen by the account that its task belongs to."""
    accounts = {"cleaning": "派出所", "coverage": "分管领导", "data": "数据岗", "settings": "系统管理"}
    for page in PAGES:
        office.open("")
        office.page.get_by_text("English", exact=True).click()
        office.act_as(accounts.get(page.path, "民政办"))
        office.page.get_by_role("link", name=page.en, exact=True).click()
        expect(office.page.locator(".stMainBlockContainer")).to_be_visible()
        if page.path in ("missing", "cleaning", "map", "coverage"):
            office.map("sample/@" if page.path == "coverage" else f"sample/{VILLAGE}")
        if page.path in ("missing", "cleaning"):
            office.press("n", offers="Next", where=".st-key-steps")
            expect(office.button("Undo")).to_be_visible()
        office.take(f"{page.path}-en")


def dark(office: Office) -> None:
    """The dark theme, once."""
    office.page.emulate_media(color_scheme="dark")
    office.open("")
    frame = office.map()
    drawn(frame, dark="true")
    office.press("n", offers="下一处", where=".st-key-steps")
    expect(office.page.locator(".st-key-verdict_buttons")).to_be_visible()
    office.take("missing-dark")
    office.page.emulate_media(color_scheme="light")


def offline(office: Office) -> None:
    """The offline map: one file, opened without the app."""
    file = office.project.parent / "map.html"
    _doorplate("map", str(office.out), "--to", str(file))
    office.page.goto(file.as_uri())
    office.page.wait_for_function("document.querySelector('#map_div, #map').dataset.ready !== undefined")
    office.take("offline")


def lost(office: Office) -> None:
    """The casebook is gone: what the page says; it is put back afterwards."""
    away = office.casebook.with_suffix(".away")
    office.casebook.rename(away)
    office.open("")
    expect(office.page.get_by_text("案卷库打不开")).to_be_visible()
    office.take("casebook-lost")
    away.rename(office.casebook)


def _town(folder: Path) -> tuple[Path, Path, Path]:
    """The sample town in a folder of its own, as it was ten days earlier: its result, its tables, where the casebook will be."""
    project, out = folder / "project", folder / "sample"
    shutil.copytree(ROOT / "data" / "sample", project)
    plates = project / "plates.csv"
    whole = plates.read_bytes()
    plates.write_bytes(b"".join(whole.splitlines(keepends=True)[:-LATER_N]))
    _doorplate("verify", str(project), "--out", str(out), "--as-of", BEFORE)
    plates.write_bytes(whole)
    return out, project, folder / "sample.casebook"


def _come_to_today(office: Office) -> None:
    """Publish the earlier run, as the first page does that opens, then verify the tables as they are."""
    office.open("")
    office.map()
    _doorplate("verify", str(office.project), "--out", str(office.out))


def _doorplate(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "views.cli", *words], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own commands


def _printed(office: Office, name: str, pictures: dict[str, int]) -> None:
    """Fetch a PDF by its button, and keep pages of it as pictures: picture -> page, from 1."""
    with office.page.expect_download(timeout=120_000) as waiting, tempfile.TemporaryDirectory() as folder:
        office.page.get_by_role("button", name=name, exact=True).first.click()
        file = Path(folder) / "printed.pdf"
        waiting.value.save_as(file)
        for picture, number in pictures.items():
            page = ["-r", str(PAPER_DPI), "-f", str(number), "-l", str(number), "-singlefile", "-png"]
            subprocess.run(["pdftoppm", *page, str(file), str(Path(folder) / picture)], check=True)  # noqa: S603, S607 - poppler on our own file
            with Image.open(Path(folder) / f"{picture}.png") as sheet:
                keep(picture, sheet.resize((PAPER_WIDTH_PX, round(sheet.height * PAPER_WIDTH_PX / sheet.width)), Image.Resampling.LANCZOS))


def _calm(page: Page) -> Image.Image:
    """The screen, once it was the same several times in a row and no script runs."""
    before, same = _screen(page), 0
    for _ in range(PATIENCE_N):
        page.wait_for_timeout(CALM_MS)
        now = _screen(page)
        busy = page.locator("[data-testid='stStatusWidget'], [data-testid='stSkeleton']").count() > 0
        same = 0 if busy or ImageChops.difference(before, now).getbbox() else same + 1
        if same == CALM_N:
            return now
        before = now
    raise RuntimeError("the screen does not come to rest")


def _screen(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("RGB")


WALKS: tuple[Callable[[Office], None], ...] = (
    missing, english, cleaning, verification, run, leaders, people, sheets, data, settings, dark, offline, lost,
)  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("DOORPLATE_SIGN_IN", "single")
    main()
