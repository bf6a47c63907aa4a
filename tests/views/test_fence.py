"""No answer leaves without its policy; an upload reaches only a session that a page let in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import streamlit as st
from anyio.from_thread import start_blocking_portal
from starlette.responses import HTMLResponse, PlainTextResponse

from views import fence

UPLOAD = "/_stcore/upload_file/{}/file-1"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]


def ask(path: str, method: str = "GET", *, page: bool = False) -> Answer:
    """What the fence before an app that answers everything says; with `page` the app answers with its page."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    with start_blocking_portal() as portal:  # a loop of its own: the browser's may run in this thread
        portal.call(fence.Fence(HTMLResponse("<p>") if page else PlainTextResponse("ok")), scope, receive, send)
    start = next(one for one in told if one["type"] == "http.response.start")
    return Answer(start["status"], {k.decode(): v.decode() for k, v in start["headers"]})


def rules(policy: str) -> dict[str, set[str]]:
    return {one.split()[0]: set(one.split()[1:]) for one in policy.split("; ")}


@pytest.mark.parametrize("path", ["/", "/scene", "/component/streamlit_folium.st_folium/index.html", "/assets/map.js", "/_stcore/metrics"])
def test_every_answer_carries_the_policy(path: str) -> None:
    headers = ask(path).headers
    said = rules(headers["content-security-policy"])
    for kind in ("default-src", "connect-src", "img-src", "script-src", "font-src", "frame-src", "worker-src"):
        assert not any(source.startswith(("http", "*", "//")) for source in said[kind]), kind
    assert said["script-src-attr"] == {"'none'"}
    assert said["object-src"] == {"'none'"}
    assert headers["x-content-type-options"] == "nosniff"


def test_only_the_frame_of_a_map_runs_inline_scripts() -> None:
    assert "'unsafe-inline'" not in rules(fence.policy(frame=False))["script-src"]
    assert "'unsafe-inline'" in rules(fence.policy(frame=True))["script-src"]
    assert any(one.startswith("'sha256-") for one in rules(fence.policy(frame=False))["script-src"]), "Streamlit's own inline script is known by its digest"


def test_an_upload_of_a_session_nobody_let_in_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(UPLOAD.format("stranger"), "PUT").status == 403
    monkeypatch.setitem(fence._may_upload, "known", None)
    assert ask(UPLOAD.format("known"), "PUT").status == 200
    assert ask(UPLOAD.format("known2"), "PUT").status == 403
    assert ask(UPLOAD.format("stranger"), "OPTIONS").status == 200


def test_the_figures_of_the_server_are_not_open() -> None:
    assert ask("/_stcore/metrics").status == 403
    assert ask("/_stcore/health").status == 200


def test_the_fence_stands_below_the_base_path_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: "dz" if name == "server.baseUrlPath" else None)
    assert fence.refused("/dz" + UPLOAD.format("stranger"), "PUT")
    assert fence.refused("/dz/_stcore/metrics", "GET")
    assert not fence.refused("/dz/scene", "GET")


@pytest.mark.parametrize("path", ["/a/b", "/people/map", "/a/b.html"])
def test_the_page_under_a_folder_that_is_not_there_leads_to_the_apps_own_address(path: str) -> None:
    answer = ask(path, page=True)
    assert answer.status == 307
    assert answer.headers["location"] == "/"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/", "/missing", "/nothing", "/component/streamlit_folium.st_folium/index.html"])
def test_the_page_under_its_own_name_is_answered(path: str) -> None:
    assert ask(path, page=True).status == 200


def test_files_in_folders_are_answered() -> None:
    assert ask("/assets/vendor/leaflet.js").status == 200
