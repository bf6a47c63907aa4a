"""A real browser on the real app with the sample town. Without Chromium these tests are skipped, and say so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Request, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; no browser is downloaded."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: .ci/browser installs it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme="light", locale="zh-CN")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    return opened


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample town, verified by the command that users run."""
    out = tmp_path_factory.mktemp("results") / "sample"
    command = [sys.executable, "-m", "views.cli", "verify", "data/sample", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return out


@contextmanager
def running_app(out: Path, log: Path, *options: str, port: int = 0, **environment: str) -> Iterator[str]:
    """The app on this machine with those results: its address. Options go to Streamlit; a port is found where none is given."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port), "--server.address", "127.0.0.1", *options]
    with log.open("w") as told:
        app = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "DOORPLATE_OUT": str(out), **environment}, stdout=told, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(app, url, log)
            yield url
        finally:
            app.terminate()
            app.wait(timeout=30)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def address(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the running app."""
    with running_app(sample.parent, tmp_path_factory.mktemp("log") / "app.log") as url:
        yield url


@pytest.fixture
def requested(context: BrowserContext) -> list[str]:
    """Every address the browser asked for in this test."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    context.on("request", note)
    return asked


@pytest.fixture
def faults(page: Page) -> list[str]:
    """Errors thrown by scripts on the page."""
    thrown: list[str] = []
    page.on("pageerror", lambda e: thrown.append(str(e)))
    return thrown


@pytest.fixture
def frame_of() -> Callable[[Page], Frame]:
    """The frame of the map, once it has drawn what it was told to."""

    def find(page: Page) -> Frame:
        handle = page.wait_for_selector("iframe[title='streamlit_folium.st_folium']")
        frame = handle.content_frame() if handle else None
        assert frame
        return frame

    return find


def drawn(frame: Frame, **wanted: object) -> None:
    """Wait until the map says that it shows this: data-ready, data-selected, data-shown ..."""
    selector = "#map_div, #map"
    script = (
        "([s, w]) => { const e = document.querySelector(s); return e && Object.entries(w).every(([k, v]) => e.dataset[k] === String(v)); }"
    )
    try:
        frame.wait_for_function(script, arg=[selector, wanted], timeout=PATIENCE_MS)
    except Exception as e:
        now = frame.evaluate("s => { const e = document.querySelector(s); return e ? {...e.dataset} : null; }", selector)
        raise AssertionError(f"the map shows {now}, not {wanted}") from e


def point_of(frame: Frame, kind: str, one: str) -> dict[str, float]:
    """Where an object is on the map, in pixels of the frame, after the map was moved there."""
    script = """([kind, one]) => {
        const view = Doorplate.view, shape = view.byKey[Doorplate.key(kind, one)];
        const at = shape.getLatLng ? shape.getLatLng() : shape.getBounds().getCenter();
        view.map.setView(at, 19, {animate: false});
        const p = shape._point || view.map.latLngToLayerPoint(at), c = view.map.layerPointToContainerPoint(p);
        return {x: c.x, y: c.y};
    }"""
    found: dict[str, float] = frame.evaluate(script, [kind, one])
    return found


def _wait_until_healthy(app: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert app.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())
