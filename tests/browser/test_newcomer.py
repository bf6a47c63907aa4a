"""Somebody who sees the app for the first time: from `make app` to a decided missing plate and a printed village sheet within three minutes.

Only what is on the screen is used: words of buttons, of the legend and of the pages. The dependencies are installed already.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import ROOT, free_port

LIMIT_S = 180
LEAST_BYTES = 50_000
"""A sheet with a map and a list is larger."""
IFRAME = "iframe[title='streamlit_folium.st_folium']"


@contextmanager
def made(folder: Path) -> Iterator[str]:
    """`make app` with the sample town in a folder of its own; the address that it prints."""
    project, log = Path(shutil.copytree(ROOT / "data" / "sample", folder / "project")), folder / "make.log"
    words = {"BIN": _commands(folder), "SAMPLE": folder / "sample", "PROJECT": project, "PORT": free_port()}
    command = ["make", "--old-file=install", "app", *(f"{name}={value}" for name, value in words.items())]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DOORPLATE_", "MAKE"))}
    with log.open("w") as told:
        app = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=told, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield _printed(app, log)
        finally:
            if app.poll() is None:
                os.killpg(app.pid, signal.SIGTERM)
            app.wait(timeout=30)


def _commands(folder: Path) -> Path:
    """Where the installed commands are; where only the interpreter knows them, commands that ask it."""
    installed = Path(sys.executable).parent
    if (installed / "doorplate").exists():
        return installed
    own = folder / "bin"
    own.mkdir()
    for name, words in {"python": "", "streamlit": "-m streamlit", "doorplate": "-m views.cli"}.items():
        (own / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
        (own / name).chmod(0o755)
    return own


def _printed(app: subprocess.Popen[bytes], log: Path) -> str:
    """The address on the terminal, once somebody answers there."""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        assert app.poll() is None, log.read_text(encoding="utf-8")
        for word in log.read_text(encoding="utf-8").split():
            if word.startswith("http://127.0.0.1:") and _answers(word):
                return word
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_a_missing_plate_is_found_decided_and_the_sheet_printed_within_three_minutes(
    page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = time.monotonic()
    with made(tmp_path) as url:
        seen: dict[str, float] = {}

        def passed(what: str) -> None:
            seen[what] = time.monotonic() - begun

        passed("address printed")
        page.set_default_timeout(LIMIT_S * 1000)
        page.goto(url)
        _find(page)
        passed("missing plate found")
        page.get_by_role("button", name="缺牌").first.click()
        expect(page.get_by_text("已记：缺牌")).to_be_visible()
        expect(page.get_by_text("已核 1 /")).to_be_visible()
        passed("decided")
        page.get_by_role("link", name="表册", exact=True).click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="A3 工作图与清单（PDF）").click()
        sheet = Path(waiting.value.path())
        passed("sheet printed")
        assert sheet.read_bytes().startswith(b"%PDF")
        assert sheet.stat().st_size > LEAST_BYTES
    with capsys.disabled():
        sys.stdout.write("\n  newcomer: " + ", ".join(f"{what} {at:.0f} s" for what, at in seen.items()) + "\n")
    assert seen["sheet printed"] <= LIMIT_S, seen


def _find(page: Page) -> None:
    """Click “有楼无牌” in the legend of the map, then “下一处”."""
    handle = page.wait_for_selector(IFRAME)
    frame = handle.content_frame() if handle else None
    assert isinstance(frame, Frame)
    frame.get_by_role("button", name="有楼无牌").click()
    expect(frame.get_by_role("button", name="有楼无牌")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="下一处").click()
    expect(page.locator(".st-key-case_panel")).to_contain_text("邻近门牌")
    expect(page.locator(".st-key-case_panel")).to_contain_text("有楼无牌")
