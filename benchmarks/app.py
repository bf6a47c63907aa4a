"""How fast the app is, measured in a browser and at its socket: `python -m benchmarks.app [--write] [--only NAME ...]`.

Machines differ, so the same map through plain `st_folium(GeoJson)` is measured in the same run, and the ratio is printed.
Times are medians; a click is timed in the page itself, from the mouse going down to the panel telling the house.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from playwright.sync_api import Browser, BrowserContext, Frame, Page, sync_playwright

from benchmarks import people
from geo.export.parquet import write_parquet
from geo.export.result import FILES
from geo.outputs import OUTPUTS
from geo.synthetic import deal_town, write_town
from layers.result import Result, load
from views.cases import missing

ROOT = Path(__file__).resolve().parents[1]
PLAIN = ROOT / "benchmarks" / "peer_map.py"
RESULTS = ROOT / "benchmarks" / "app.md"
CLICKS_N, SESSIONS_N, PEOPLE_N, THINK_S, MINUTE_S = 8, 6, 30, 5.0, 60.0
LOOKING_N = 10
"""Of the people these look at the map of everything; the others work through cases."""
SMALL_N, LARGE_N, DISTRICT_N = 3_000, 20_000, 500_000
SEED = 7
FRAME = "iframe[title='streamlit_folium.st_folium']"
_NOT_DRAWN = ("occupancy", "houses", "quarantine", "repairs")
"""Tables no map shows: they stay those of one town."""
_LINES: dict[str, tuple[str, str, str]] = {
    "click_3k": ("点击到面板，3,000 栋", "click to panel, 3,000 buildings", "<= 0.3 s"),
    "click_20k": ("点击到面板，20,000 栋", "click to panel, 20,000 buildings", "<= 0.5 s"),
    "plain_20k": ("同上，直接 st_folium(GeoJson)", "the same, plain st_folium(GeoJson)", ""),
    "ratio": ("倍数", "times faster", ">= 4"),
    "first": ("第一次打开一个村", "first village, page load included", "<= 3 s"),
    "switch": ("换村", "village switch", "<= 1.5 s"),
    "pan": ("50 万栋，平移一次", "pan at 500,000 buildings", "<= 0.6 s"),
    "session_mb": ("每多一人的内存", "memory of one more session", "<= 10 MB"),
    "people_p95": ("30 人同时，每次操作，第 95 百分位", "30 people, 5 s think time, every action, p95", "<= 2 s"),
    "people_median": ("同上，中位数", "the same, median", ""),
    "arrive_p95": ("30 人在 10 秒内先后打开，第 95 百分位", "30 people open the app within 10 s, p95", ""),
    "decide_p95": ("30 人中记结论，第 95 百分位", "decisions of the 30, p95", ""),
    "beside": ("30 人同时，真浏览器点击到面板", "click to panel in a real browser beside the 30", ""),
    "cpu_ms": ("30 人时每次操作的服务器处理器用时", "processor time of the server per action of the 30", ""),
}


def main() -> None:
    """Measure what was asked for and print a table; with --write also into benchmarks/app.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="*", default=["small", "large", "district", "people"])
    asked = parser.parse_args()
    measured: dict[str, float] = {}
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="doorplate-bench-") as scratch, browser() as chromium:
        where = Path(scratch)
        if "small" in asked.only:
            measured |= _told(small(chromium, where))
        if {"large", "district", "people"} & set(asked.only):
            large = verified(where / "large", LARGE_N)
            if "people" in asked.only:
                measured |= _told(crowd(chromium, large))
            if "large" in asked.only:
                measured |= _told(at_large(chromium, large))
            if "district" in asked.only:
                measured |= _told(district(chromium, large, where / "district"))
    table = printed(measured)
    sys.stdout.write(table)
    if asked.write:
        RESULTS.write_text(
            f"# 网页速度 · Speed of the app\n\n`python -m benchmarks.app --write`, {os.cpu_count()} cores; before it began the machine's load was {before:.1f}"
            f" (others' work; below 1 it is quiet, above {os.cpu_count()} every figure is an upper bound).\n\n{table}",
            encoding="utf-8",
        )


def _told(part: dict[str, float]) -> dict[str, float]:
    """What was just measured, told at once: the whole takes minutes."""
    sys.stderr.write(json.dumps({k: round(v, 3) for k, v in part.items()}) + "\n")
    return part


def small(chromium: Browser, where: Path) -> dict[str, float]:
    """A town of 3,000: the first village from an empty browser, another village, a click."""
    result = verified(where / "small", SMALL_N)
    with serving(result.folder.parent) as (url, _):
        first = [_first(chromium, url) for _ in range(4)][1:]  # the very first also starts the server's imports
        with opened(chromium, url) as (page, frame):
            switches = [_switch(page, frame, code, result.villages[code]) for code in [c for c in result.villages if c][1:] * 2][:CLICKS_N]
            _everywhere(page, frame)
            clicks = [_click(page, frame, one) for one in _houses(result)]
    return {"first": statistics.median(first), "switch": statistics.median(switches), "click_3k": statistics.median(clicks)}


def at_large(chromium: Browser, result: Result) -> dict[str, float]:
    """A click at 20,000 buildings in one map, here and through plain st_folium."""
    with serving(result.folder.parent) as (url, _), opened(chromium, url) as (page, frame):
        _everywhere(page, frame)
        ours = statistics.median(_click(page, frame, one) for one in _houses(result))
    plain = _plain(chromium, result)
    return {"click_20k": ours, "plain_20k": plain, "ratio": plain / ours}


def crowd(chromium: Browser, result: Result) -> dict[str, float]:
    """Memory of one more session; 30 people at work, and one real browser among them."""
    with serving(result.folder.parent) as (url, server):
        with opened(chromium, url, "/missing"):  # a new result becomes cases once; that is not a click
            time.sleep(3)
        contexts = [chromium.new_context() for _ in range(SESSIONS_N)]
        sizes = []
        for context in contexts:
            _go(context, url)
            sizes.append(memory_mb(server))
        for context in contexts:
            context.close()
        with opened(chromium, url) as (page, frame):
            _everywhere(page, frame)
            work = people.crowd(url, _places(result), people_n=PEOPLE_N, think_s=THINK_S, for_s=MINUTE_S)
            page.wait_for_timeout(people.ARRIVING_S * 1000 + 5000)
            began, began_s = time.perf_counter(), processor_s(server)
            beside = []
            for one in _houses(result, 100):
                if work.done():
                    break
                beside.append(_click(page, frame, one))
                page.wait_for_timeout(THINK_S * 1000)
            took = work.result()
            spent_s = processor_s(server) - began_s
    by: dict[str, list[float]] = {}
    counted_n = sum(action.ended_s >= began for action in took) + len(beside)
    for action in took:
        by.setdefault("arrive" if action.what in ("arrive", "village") else action.what, []).append(action.seconds)
    acted = [seconds for what, all_s in by.items() if what != "arrive" for seconds in all_s]
    p95 = {f"{what}_p95": statistics.quantiles(seconds, n=20)[-1] for what, seconds in {**by, "people": acted}.items()}
    return p95 | {
        "session_mb": (sizes[-1] - sizes[0]) / (SESSIONS_N - 1),
        "people_median": statistics.median(acted),
        "beside": statistics.median(beside),
        "cpu_ms": spent_s / counted_n * 1000,
        "people_n": float(len(acted)),
    }


def _places(result: Result) -> list[people.Place]:
    """Where people work: two of three in the cases of a village, the third on the map of everything in one."""
    found, places = result.tables.findings, []
    for n, (code, name) in enumerate((c, name) for c, name in result.villages.items() if c):
        cases = found.loc[(found["village_code"] == code) & found["code"].isin(missing.CODES), "finding_id"]
        houses = result.within("buildings", code)["building_id"]
        if n % (PEOPLE_N // LOOKING_N) == 0:
            places.append(people.Place("/map", name, [("building", str(i)) for i in houses]))
        elif len(cases):
            places.append(people.Place("/missing", name, [("finding", str(i)) for i in cases]))
    return places


def district(chromium: Browser, large: Result, where: Path) -> dict[str, float]:
    """Half a million buildings: the map of all villages, moved about."""
    result = multiplied(large, where, DISTRICT_N // LARGE_N)
    with serving(result.folder.parent) as (url, _), opened(chromium, url, timeout_s=180) as (page, frame):
        _everywhere(page, frame)
        at = result.tables.buildings.geometry.iloc[[len(result.tables.buildings) // 2]].representative_point().to_crs("EPSG:4326").iloc[0]
        frame.evaluate("([lat, lon]) => void Doorplate.view.map.setView([lat, lon], 17, {animate: false})", [at.y, at.x])
        frame.wait_for_function("/^[0-9]/.test(document.querySelector('#map_div').dataset.window)", timeout=180_000)
        moves = [_pan(frame, dx, dy) for dx, dy in [(900, 0), (0, 700), (-900, 0), (-900, 0), (0, -700), (0, -700), (900, 0), (900, 0)]]
    return {"pan": statistics.median(moves)}


def printed(measured: dict[str, float]) -> str:
    """The table in both languages."""
    lines = ["| 项目 | what | 目标 target | 实测 measured |", "|---|---|---|---|"]
    for key, (zh, en, goal) in _LINES.items():
        if key in measured:
            unit = "" if key == "ratio" else " MB" if key.endswith("_mb") else " ms" if key.endswith("_ms") else " s"
            lines.append(f"| {zh} | {en} | {goal} | {measured[key]:.{0 if unit == ' ms' else 2}f}{unit} |")
    return "\n".join(lines) + "\n"


def verified(where: Path, buildings_n: int) -> Result:
    """A dealt town, verified by the command users run."""
    write_town(deal_town(buildings_n=buildings_n, seed=SEED, noise="town"), where / "project", formats="parquet")
    out = where / "out" / "town"
    subprocess.run(
        [sys.executable, "-m", "views.cli", "verify", str(where / "project"), "--out", str(out)], cwd=ROOT, check=True, capture_output=True
    )
    return load(out)


def multiplied(one: Result, where: Path, times: int) -> Result:
    """The town laid side by side so many times, with ids and villages of their own."""
    out = where / "out" / "town"
    out.mkdir(parents=True)
    west, _, east, _ = one.tables.villages.total_bounds
    for table in (one_table for one_table in OUTPUTS if one_table.name not in _NOT_DRAWN):
        frame: pd.DataFrame = getattr(one.tables, table.name)
        copies = [_moved(frame, k, k * (east - west + 100.0)) for k in range(times)]
        whole = pd.concat(copies, ignore_index=True)
        if table.name in ("tallies", "villages"):
            whole = whole.drop_duplicates("village_code", ignore_index=True)
        write_parquet(
            gpd.GeoDataFrame(whole, crs=frame.crs) if isinstance(frame, gpd.GeoDataFrame) else whole,
            out / f"{table.name}.parquet",
            table=table,
        )
    for name in FILES:
        if not (out / name).exists():
            shutil.copyfile(one.folder / name, out / name)
    return load(out)


def _moved(frame: pd.DataFrame, k: int, east_m: float) -> pd.DataFrame:
    moved = frame.copy()
    for column in frame.columns:
        if column.endswith("_id") or column == "village_code":
            texts = frame[column].astype("str")
            moved[column] = texts.where(texts.isna() | (texts == "") | (texts == "total"), texts + f"-{k}")
        elif column == "related":
            lists = [[f"{i}-{k}" for i in ids] if ids is not None and not isinstance(ids, float) else None for ids in frame[column]]
            moved[column] = pd.Series(lists, index=frame.index, dtype=object)
    if isinstance(moved, gpd.GeoDataFrame):
        moved = moved.set_geometry(moved.geometry.translate(xoff=east_m))
    return moved


@contextmanager
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n)))
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        yield launched
        launched.close()


@contextmanager
def serving(out: Path, script: str = "app.py", cwd: Path = ROOT, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The app with those results: its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
    ]
    environment = {**os.environ, "DOORPLATE_SIGN_IN": "single", "DOORPLATE_OUT": str(out), "PYTHONPATH": str(ROOT), **environment}
    server = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _healthy(url)
        yield url, server
    finally:
        server.terminate()
        server.wait(timeout=30)


def _healthy(url: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def memory_mb(server: subprocess.Popen[bytes]) -> float:
    """Memory the server really holds."""
    time.sleep(1.0)
    status = Path(f"/proc/{server.pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def processor_s(server: subprocess.Popen[bytes]) -> float:
    """Processor time the server has used so far, in seconds."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def opened(chromium: Browser, url: str, path: str = "/map", *, timeout_s: float = 60) -> Iterator[tuple[Page, Frame]]:
    """A page with a map, its first village drawn."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = _go(context, url, path, timeout_s=timeout_s)
    yield page, _frame(page)
    context.close()


def _go(context: BrowserContext, url: str, path: str = "/map", *, timeout_s: float = 60) -> Page:
    page = context.new_page()
    page.set_default_timeout(timeout_s * 1000)
    page.goto(url + path)
    _ready(_frame(page))
    return page


def _frame(page: Page) -> Frame:
    handle = page.wait_for_selector(FRAME)
    frame = handle.content_frame() if handle else None
    if frame is None:
        raise RuntimeError("no map on the page")
    return frame


def _ready(frame: Frame) -> None:
    frame.wait_for_function("() => { const e = document.querySelector('#map_div'); return e && /[/]/.test(e.dataset.ready || ''); }")


def _first(chromium: Browser, url: str) -> float:
    with chromium.new_context(viewport={"width": 1366, "height": 768}) as context:
        began = time.perf_counter()
        _go(context, url)
        return time.perf_counter() - began


def _switch(page: Page, frame: Frame, code: str, name: str) -> float:
    page.get_by_role("combobox", name="村（社区）").click()
    option = page.get_by_role("option", name=name, exact=True)
    option.wait_for()
    began = time.perf_counter()
    option.click()
    frame.wait_for_function("code => document.querySelector('#map_div').dataset.ready.endsWith('/' + code)", arg=code)
    return time.perf_counter() - began


def _everywhere(page: Page, frame: Frame) -> None:
    page.get_by_role("combobox", name="村（社区）").click()
    page.get_by_role("option", name="全部村居", exact=True).click()
    frame.wait_for_function("() => document.querySelector('#map_div').dataset.ready.endsWith('/*')")


def _houses(result: Result, n: int = CLICKS_N) -> list[str]:
    """Houses without a finding's badge on them, spread over the town."""
    quiet = result.tables.buildings.loc[result.tables.buildings["status"] == "matched", "building_id"]
    return [str(i) for i in quiet.iloc[:: max(1, len(quiet) // n)][:n]]


def _click(page: Page, frame: Frame, one: str) -> float:
    """Seconds from the mouse going down on a house to the panel that names it; both clocks are the page's own."""
    where = """one => { const v = Doorplate.view, s = v.byKey[Doorplate.key('building', one)], at = s.getBounds().getCenter();
        v.map.setView(at, 19, {animate: false}); const p = v.map.latLngToContainerPoint(at); return [p.x, p.y]; }"""
    x, y = frame.evaluate(where, one)
    page.wait_for_timeout(400)
    page.evaluate(_TIMED, [one, ".st-key-panel"])
    box = page.locator(FRAME).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_function("() => window.took !== null", timeout=60_000)
    return float(page.evaluate("window.took")) / 1000


_TIMED = """([text, where]) => { window.took = null; let began = null;
    const f = document.querySelector("iframe[title='streamlit_folium.st_folium']").contentDocument;
    f.addEventListener('mousedown', () => { began = performance.now(); }, {capture: true, once: true});
    const seen = () => { const p = document.querySelector(where); if (began !== null && p && p.innerText.includes(text)) { window.took = performance.now() - began; o.disconnect(); } };
    const o = new MutationObserver(seen); o.observe(document.body, {subtree: true, childList: true, characterData: true}); }"""


def _pan(frame: Frame, dx: int, dy: int) -> float:
    """Seconds from a pan to the houses of the new window drawn, by the map's own clock."""
    script = """([dx, dy]) => new Promise(done => { const e = document.querySelector('#map_div'), m = Doorplate.view.map, began = performance.now();
        const o = new MutationObserver(() => { if (/^[0-9]/.test(e.dataset.window || '')) { o.disconnect(); requestAnimationFrame(() => done(performance.now() - began)); } });
        o.observe(e, {attributes: true, attributeFilter: ['data-window']}); m.panBy([dx, dy], {animate: false}); })"""
    return float(frame.evaluate(script, [dx, dy])) / 1000


def _plain(chromium: Browser, result: Result) -> float:
    """The same click through st_folium(GeoJson), with its scripts from this machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "static").mkdir()
        for file in ("leaflet.js", "leaflet.css"):
            shutil.copyfile(ROOT / "layers" / "assets" / "vendor" / file, folder / "static" / file)
        degrees = result.tables.buildings[["building_id", "status", "geometry"]].to_crs("EPSG:4326")
        (folder / "buildings.json").write_text(degrees.to_json(drop_id=True), encoding="utf-8")
        shutil.copyfile(PLAIN, folder / "peer_map.py")
        with serving(result.folder.parent, "peer_map.py", folder, STREAMLIT_SERVER_ENABLE_STATIC_SERVING="true") as (url, _):
            page = chromium.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(180_000)
            page.goto(url)
            frame = _frame(page)
            frame.wait_for_function("() => window.map && Object.keys(window.map._layers).length > 500")
            page.wait_for_timeout(3000)
            houses = json.loads((folder / "buildings.json").read_text(encoding="utf-8"))["features"]
            clicks = [_plain_click(page, frame, house) for house in houses[:: len(houses) // 3][:3]]
            page.close()
    return statistics.median(clicks)


def _plain_click(page: Page, frame: Frame, house: dict[str, Any]) -> float:
    ring = house["geometry"]["coordinates"][0] if house["geometry"]["type"] == "Polygon" else house["geometry"]["coordinates"][0][0]
    lon, lat = (sum(p[i] for p in ring[:-1]) / (len(ring) - 1) for i in (0, 1))
    where = "([lat, lon]) => { window.map.setView([lat, lon], 19, {animate: false}); const p = window.map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }"
    x, y = frame.evaluate(where, [lat, lon])
    page.wait_for_timeout(1500)
    page.wait_for_selector("[data-testid='stStatusWidget']", state="detached")  # it runs its script for every pan
    page.wait_for_timeout(500)
    page.evaluate(_TIMED, [house["properties"]["building_id"], "[data-testid='stMain']"])
    box = page.locator(FRAME).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.wait_for_function("() => window.took !== null")
    return float(page.evaluate("window.took")) / 1000


if __name__ == "__main__":
    main()
