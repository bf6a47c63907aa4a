"""Answers leave at once: no connection waits for an acknowledgement, and a file that never changes is asked for once."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from views import fence, prompt
from views.prompt import Prompt, hurry

ASKED: list[str] = []
LASTING = {"cache-control": "public, immutable, max-age=31536000"}


async def answer(request: Request) -> Response:
    """A file of the frame, as its name says: lasting or not, and how its connection sends."""
    ASKED.append(request.url.path)
    name = request.path_params["name"]
    connection = request.receive.__self__.transport.get_extra_info("socket") if name == "connection.js" else None  # type: ignore[attr-defined]
    told = str(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) if connection else f"{name}:{len(ASKED)}"
    status = 404 if name.startswith("lost") else 200
    return Response(told, status, LASTING if not name.startswith("page") else {"cache-control": "no-cache"}, "application/javascript")


def app() -> Starlette:
    return Starlette(routes=[Route("/static/js/{name}", answer), Route("/scene/{name}", answer)], middleware=[*prompt.middleware(), *fence.middleware()])


@pytest.fixture
def served() -> Iterator[int]:
    """A server on a socket as Streamlit makes it: without the protocol's number."""
    ASKED.clear()
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(uvicorn.Config(app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


def got(port: int, path: str, method: str = "GET", **headers: str) -> tuple[str, dict[str, str]]:
    """The answer of the server and its headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=headers)
    answered = connection.getresponse()
    told = answered.read().decode()
    connection.close()
    return told, {name: value for name, value in answered.getheaders() if name != "date"}


def test_no_connection_waits_for_an_acknowledgement(served: int) -> None:
    assert got(served, "/static/js/connection.js")[0] == "1"


def test_streamlit_still_makes_its_socket_without_the_protocol() -> None:
    source = (Path(streamlit.__file__).parent / "web/server/starlette/starlette_server.py").read_text(encoding="utf-8")
    assert "TCP_NODELAY" not in source, "Streamlit does it itself now: views.prompt.hurry is no longer needed"


def test_a_file_that_never_changes_is_taken_once_with_its_headers(served: int) -> None:
    first, second = got(served, "/static/js/a.js"), got(served, "/static/js/a.js")
    assert len(ASKED) == 1
    assert first == second
    assert first[0] == "a.js:1"
    assert "content-security-policy" in second[1]
    assert second[1]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/static/js/page.js", "/static/js/lost.js", "/scene/a.js"])
def test_what_may_change_is_asked_for_every_time(served: int, path: str) -> None:
    assert got(served, path)[0] != got(served, path)[0]
    assert len(ASKED) == 2


def test_a_part_of_a_file_and_its_head_alone_are_not_answered_from_memory(served: int) -> None:
    got(served, "/static/js/a.js")
    got(served, "/static/js/a.js", range="bytes=0-1")
    got(served, "/static/js/a.js", "HEAD")
    assert len(ASKED) == 3


def test_memory_for_files_has_an_end(served: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt, "KEPT_BYTES_N", 10)
    for name in ("aaaa.js", "bbbb.js", "aaaa.js", "bbbb.js"):
        got(served, f"/static/js/{name}")
    assert [path[-7:-3] for path in ASKED] == ["aaaa", "bbbb", "bbbb"]


def test_a_request_from_nowhere_is_answered_all_the_same() -> None:
    async def receive() -> Any:
        return None

    assert not hurry(receive)
    assert Prompt(app()).kept == {}


def test_who_reads_no_gzip_is_not_given_what_was_kept_for_who_does(served: int) -> None:
    got(served, "/static/js/one.js", **{"Accept-Encoding": "gzip"})
    got(served, "/static/js/one.js", **{"Accept-Encoding": "gzip"})
    assert len(ASKED) == 1
    got(served, "/static/js/one.js", **{"Accept-Encoding": "identity"})
    assert len(ASKED) == 2
