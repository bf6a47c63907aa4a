"""The case pages in a browser: real clicks and keys reach the casebook, a second person approves, undo works, the map is never loaded again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from geo.casebook import Casebook, Decision, open_casebook
from layers.result import Result, load
from tests.browser.conftest import drawn, point_of, running_app

FrameOf = Callable[[Page], Frame]
VILLAGE, DAY = "500120197001", "2026-06-30"
IFRAME = "iframe[title='streamlit_folium.st_folium']"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("casebook") / "sample.casebook"


@pytest.fixture(scope="module")
def office(sample: Path, file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app at one computer, with a casebook of its own."""
    log = tmp_path_factory.mktemp("log") / "app.log"
    with running_app(sample, log, DOORPLATE_CASEBOOK=str(file), DOORPLATE_SAMPLE_DAY=DAY, DOORPLATE_SIGN_IN="single") as url:
        yield url


@pytest.fixture(scope="module")
def result(sample: Path) -> Result:
    return load(sample)


@pytest.fixture
def book(office: str, file: Path, page: Page, frame_of: FrameOf) -> Iterator[Casebook]:
    """The casebook, read beside the app; the first page that opens makes it."""
    page.goto(office)
    frame_of(page)
    with open_casebook(file, read_only=True) as opened:
        yield opened


def opened(page: Page, office: str, frame_of: FrameOf, path: str = "") -> Frame:
    page.goto(f"{office}/{path}")
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{VILLAGE}")
    frame.evaluate("window.mark = 1")
    return frame


def open_cases(book: Casebook, code: str) -> list[str]:
    cases = book.cases(villages=[VILLAGE], codes=[code], statuses=["open"])
    return [str(i) for i in cases.loc[cases["lon"].notna(), "finding_id"]]


def click_on(page: Page, frame: Frame, kind: str, one: str) -> None:
    """A click of the mouse where the object is drawn, on top of whatever lies below it."""
    frame.evaluate("([k, i]) => { const v = Doorplate.view, s = v.byKey[Doorplate.key(k, i)]; if (s.bringToFront) { s.bringToFront(); } }", [kind, one])
    at = point_of(frame, kind, one)
    box = page.locator(IFRAME).bounding_box()
    assert box
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def until(frame: Frame, book: Casebook, finding: str, status: str) -> None:
    """Wait for the map, then ask the casebook."""
    frame.page.wait_for_function("() => true")
    for _ in range(100):
        if book.case(finding).status == status:
            return
        frame.page.wait_for_timeout(100)
    raise AssertionError(f"{finding} is {book.case(finding).status}, not {status}")


def act_as(page: Page, name: str) -> None:
    page.locator(".st-key-person_box").click()
    page.get_by_role("option", name=name, exact=True).click()
    expect(page.locator(".st-key-who")).to_contain_text(f"您是 {name}（")


def as_police(page: Page, office: str, frame_of: FrameOf) -> Frame:
    """The page of the police, which is the first one they see."""
    opened(page, office, frame_of)
    list_of_civil_affairs = page.get_by_text(re.compile("^办理中"))
    expect(list_of_civil_affairs.first).to_be_visible()
    act_as(page, "派出所")
    expect(page.get_by_text("先人后址")).to_be_visible()
    expect(list_of_civil_affairs).to_have_count(0)
    frame = frame_of(page)
    drawn(frame, ready=f"sample/{VILLAGE}")
    return frame


def offered(page: Page, name: str, where: str = "verdict_buttons") -> None:
    """Wait until a button can be pressed, by key as well: keys work from the moment their button stands there."""
    expect(page.locator(f".st-key-{where}").get_by_role("button", name=name).first).to_be_enabled()


def view_of(frame: Frame) -> list[float]:
    seen: list[float] = frame.evaluate("(() => { const m = Doorplate.view.map, c = m.getCenter(); return [m.getZoom(), c.lat, c.lng]; })()")
    return seen


def test_a_click_a_number_key_the_casebook_the_map_and_undo(
    page: Page, office: str, book: Casebook, frame_of: FrameOf, requested: list[str], faults: list[str]
) -> None:
    frame = opened(page, office, frame_of)
    finding = open_cases(book, "unplated_building")[0]
    done = int(frame.evaluate("+document.querySelector('#map_div').dataset.done"))
    click_on(page, frame, "finding", finding)
    drawn(frame, selected=f"finding:{finding}")
    panel = page.locator(".st-key-case_panel")
    expect(panel).to_contain_text(book.case(finding).detail_zh)
    expect(panel).to_contain_text("邻近门牌")
    seen = view_of(frame)
    offered(page, "缺牌")
    page.keyboard.press("1")
    drawn(frame, selected=f"finding:{finding}", done=done + 1)
    case = book.case(finding)
    assert (case.status, case.last_by) == ("plate_missing", "civil-affairs")
    expect(page.locator(".st-key-verdicts")).to_contain_text("已记：缺牌")
    assert view_of(frame) == seen
    assert frame.evaluate("window.mark") == 1, "the frame of the map was loaded again"
    offered(page, "撤销", "steps")
    page.keyboard.press("z")
    drawn(frame, selected=f"finding:{finding}", done=done)
    assert book.case(finding).status == "open"
    assert book.history(finding)["verb"].tolist()[-2:] == ["plate_missing", "undo"]
    assert view_of(frame) == seen
    assert frame.evaluate("window.mark") == 1
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(office).netloc}
    assert not faults


def test_next_walks_the_queue_and_the_legend_narrows_it(page: Page, office: str, book: Casebook, frame_of: FrameOf, faults: list[str]) -> None:
    frame = opened(page, office, frame_of)
    wanted = open_cases(book, "undecided_plate")
    frame.click("[data-press='undecided_plate']")
    drawn(frame, shown=len(book.cases(villages=[VILLAGE], codes=["undecided_plate"])))
    for finding in wanted[:3]:
        offered(page, "下一处", "steps")
        page.keyboard.press("n")
        drawn(frame, selected=f"finding:{finding}")
        expect(page.locator(".st-key-case_panel")).to_contain_text(book.case(finding).subject_id)
    page.keyboard.press("l")
    expect(page.locator(".st-key-case_panel [data-testid='stDataFrame']")).to_be_visible()
    assert frame.evaluate("window.mark") == 1
    assert not faults


def test_a_box_chooses_many_and_one_key_decides_them(page: Page, office: str, book: Casebook, frame_of: FrameOf, faults: list[str]) -> None:
    frame = opened(page, office, frame_of)
    frame.click("[data-press='number_out_of_order']")
    drawn(frame, shown=len(book.cases(villages=[VILLAGE], codes=["number_out_of_order"])))
    frame.click(".dp-tool-box")
    box = page.locator(IFRAME).bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 300, steps=4)
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 30, steps=4)
    page.mouse.up()
    frame.wait_for_function("+document.querySelector('#map_div').dataset.many > 3")
    many = int(frame.evaluate("document.querySelector('#map_div').dataset.many"))
    expect(page.locator(".st-key-case_panel")).to_contain_text(f"已选 {many} 处")
    before = int(frame.evaluate("+document.querySelector('#map_div').dataset.done"))
    offered(page, f"缺牌 ×{many}")
    page.keyboard.press("1")
    drawn(frame, done=before + many, many=0)
    offered(page, "撤销 缺牌", "steps")
    assert len(book.cases(villages=[VILLAGE], codes=["number_out_of_order"], statuses=["plate_missing"])) == many
    page.keyboard.press("z")
    drawn(frame, done=before)
    assert len(book.cases(villages=[VILLAGE], codes=["number_out_of_order"], statuses=["plate_missing"])) == 0
    assert frame.evaluate("window.mark") == 1
    assert not faults


def test_a_line_around_two_cases_chooses_them(page: Page, office: str, book: Casebook, frame_of: FrameOf) -> None:
    frame = opened(page, office, frame_of)
    frame.click("[data-press='unplated_building']")
    drawn(frame, shown=len(book.cases(villages=[VILLAGE], codes=["unplated_building"])))
    finding = open_cases(book, "unplated_building")[0]
    at = point_of(frame, "finding", finding)
    frame.click(".dp-tool-lasso")
    box = page.locator(IFRAME).bounding_box()
    assert box
    x, y = box["x"] + at["x"], box["y"] + at["y"]
    page.mouse.move(x - 40, y - 40)
    page.mouse.down()
    for dx, dy in ((40, -40), (50, 40), (0, 60), (-45, 40), (-40, -40)):
        page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()
    drawn(frame, many=1)
    offered(page, "取消选择", "verdicts")
    page.keyboard.press("Escape")
    drawn(frame, many=0)


def test_a_number_is_proposed_with_its_place_and_typing_decides_nothing(
    page: Page, office: str, book: Casebook, frame_of: FrameOf, faults: list[str]
) -> None:
    frame = opened(page, office, frame_of)
    finding = open_cases(book, "unplated_building")[-1]
    click_on(page, frame, "finding", finding)
    drawn(frame, selected=f"finding:{finding}")
    offered(page, "拟号")
    page.keyboard.press("4")
    drawn(frame, placing="true")
    seen = view_of(frame)
    box = page.locator(IFRAME).bounding_box()
    assert box
    page.mouse.click(box["x"] + 300, box["y"] + 300)
    frame.wait_for_function("document.querySelector('#map_div').dataset.pin !== ''")
    drawn(frame, selected=f"finding:{finding}")
    text = page.get_by_label("门牌号")
    text.fill("")
    text.press_sequentially("测试路123号")
    assert book.case(finding).status == "open", "digits typed into a field decided something"
    page.get_by_role("button", name="记下").click()
    drawn(frame, placing="false", pin="")
    case = book.case(finding)
    assert (case.status, case.number) == ("number_proposed", "测试路123号")
    lat, lon = frame.evaluate("(() => { const p = Doorplate.view.map.containerPointToLatLng([300, 300]); return [p.lat, p.lng]; })()")
    assert (case.placed_lat, case.placed_lon) == (pytest.approx(lat, abs=2e-5), pytest.approx(lon, abs=2e-5))
    assert view_of(frame) == seen
    assert frame.evaluate("window.mark") == 1
    expect(page.get_by_role("button", name="制牌清单")).to_be_enabled()
    assert not faults


def test_somebody_else_was_faster(page: Page, office: str, book: Casebook, file: Path, frame_of: FrameOf) -> None:
    frame = opened(page, office, frame_of)
    finding = open_cases(book, "plate_not_installed")[0]
    click_on(page, frame, "finding", finding)
    drawn(frame, selected=f"finding:{finding}")
    offered(page, "缺牌")
    case = book.case(finding)
    with open_casebook(file, clock) as other:
        other.decide(Decision(finding, "plate_missing", case.version, case.evidence_hash, "village"))
    page.keyboard.press("1")
    said = page.locator(".st-key-verdicts")
    expect(said).to_contain_text("村委会 已于 2026-06-30")
    expect(said).to_contain_text("下一步")
    assert book.case(finding).version == 1
    expect(page.locator(".st-key-case_panel")).to_contain_text("确认缺牌")


def test_one_asks_another_approves_with_the_typed_code_and_the_list_is_signed(
    page: Page, office: str, book: Casebook, frame_of: FrameOf, requested: list[str], faults: list[str]
) -> None:
    frame = as_police(page, office, frame_of)
    frame.click("[data-press='demolished_vacant']")
    expect(frame.locator("[data-press='demolished_vacant']")).to_have_attribute("aria-pressed", "true")
    panel = page.locator(".st-key-case_panel")
    expect(panel).to_contain_text("最新统计证明无人")
    page.get_by_role("button", name="下一处").click()
    expect(panel).to_contain_text("可以提请注销")
    offered(page, "申请注销")
    finding = str(frame.evaluate("document.querySelector('#map_div').dataset.selected")).removeprefix("finding:")
    address = book.case(finding).subject_id
    page.get_by_role("button", name="申请注销").click()
    expect(page.get_by_label("文号")).to_be_visible()
    page.get_by_label("文号").fill("璧拆〔2026〕12 号")
    page.get_by_role("button", name="记下").click()
    until(frame, book, finding, "cancellation_requested")
    expect(page.get_by_role("button", name="同意注销")).to_have_count(0)
    act_as(page, "派出所（复核）")
    page.get_by_text("待复核").first.click()
    expect(panel).to_contain_text("已提请注销，须另一人复核")
    page.get_by_role("button", name="下一处").click()
    expect(panel).to_contain_text(address)
    offered(page, "同意注销")
    page.get_by_role("button", name="同意注销").click()
    expect(page.get_by_label("照抄")).to_be_visible()
    page.get_by_role("button", name="记下").click()
    expect(page.locator(".st-key-verdicts")).to_contain_text("照抄的地址编码不对")
    assert book.case(finding).status == "cancellation_requested"
    page.get_by_label("照抄").fill(address)
    page.get_by_role("button", name="记下").click()
    until(frame, book, finding, "cancellation_approved")
    page.get_by_role("button", name="注销清单").click()
    page.get_by_role("button", name="签发清单").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="文本").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert address in text
    assert "清单摘要" in text
    assert {urlsplit(u).netloc for u in requested if u.startswith("http")} == {urlsplit(office).netloc}
    assert not faults


def test_two_surveys_are_swiped(page: Page, office: str, book: Casebook, frame_of: FrameOf, result: Result, faults: list[str]) -> None:
    frame = as_police(page, office, frame_of)
    frame.evaluate("window.mark = 1")
    page.get_by_text("对比前期测绘").click()
    before = result.tables.buildings_previous
    drawn(frame, swipe=int((before["village_code"] == VILLAGE).sum()))
    clip = "getComputedStyle(Doorplate.view.map.getPane('old')).clip"
    start = frame.evaluate(clip)
    knob, box = frame.locator(".dp-swipe b").bounding_box(), page.locator(IFRAME).bounding_box()
    assert knob
    assert box
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 150, y, steps=5)
    page.mouse.up()
    assert frame.evaluate(clip) != start
    frame.locator(".dp-swipe").focus()
    frame.locator(".dp-swipe").press("End")
    assert frame.locator(".dp-swipe").get_attribute("aria-valuenow") == "100"
    page.get_by_text("对比前期测绘").click()
    frame.wait_for_selector(".dp-swipe", state="detached")
    assert frame.evaluate("window.mark") == 1
    assert not faults


def clock() -> datetime:
    return datetime(2026, 6, 30, 2, tzinfo=UTC)
