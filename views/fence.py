"""What stands in front of every answer: no script but our own files, no other host, no upload from a stranger.

Streamlit takes uploads from any open socket, signed in or not, and keeps them in memory. Here a session is known to the
fence only after its page let it upload. Text from data is shown as text everywhere; should some of it become markup one
day, the policy below still runs no inline script and fetches nothing from another host.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"}
_UPLOADS, _METRICS, _FRAMES = "/_stcore/upload_file/", "/_stcore/metrics", "/component/"
_SESSIONS_N = 10_000
_may_upload: dict[str, None] = {}


def middleware() -> list[Middleware]:
    """The fence, as `st.App` takes it."""
    return [Middleware(Fence)]


def policy(*, frame: bool) -> str:
    """The content security policy of the app's page, or of the frame of a map.

    The page runs Streamlit's files and its one inline script, known by its digest. The frame of the map must run the
    script that streamlit-folium writes into it, and evaluate its state; event handlers in markup run in neither. No other
    host is asked by the browser: tiles of a map service come through the server.
    """
    elements = "'self' 'unsafe-inline'" if frame else " ".join(("'self'", *_own_scripts()))
    rules = {
        "default-src": "'self'",
        "script-src": f"{elements} 'unsafe-eval'",
        "script-src-attr": "'none'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self' blob:",
        "frame-ancestors": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@cache
def _own_scripts() -> tuple[str, ...]:
    """Digests of the inline scripts in Streamlit's own page."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    return tuple("'sha256-" + base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() + "'" for one in found)


def allow_uploads() -> None:
    """Let the session of the page that calls this upload files; called only after its person was let in."""
    context = get_script_run_ctx()
    if context is not None:
        _may_upload.pop(context.session_id, None)
        _may_upload[context.session_id] = None
        while len(_may_upload) > _SESSIONS_N:
            _may_upload.pop(next(iter(_may_upload)))


class Fence:
    """Adds the headers to every answer, and refuses uploads of sessions that no page let in and the open figures of the server."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy(frame=_FRAMES in scope["path"])
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        if refused(scope["path"], scope["method"]):
            await JSONResponse({"error": "forbidden"}, 403)(scope, receive, with_headers)
            return
        await self.app(scope, receive, _straightened(scope, with_headers))


def _straightened(scope: Scope, send: Send) -> Send:
    """Sends on what the app answers; where that is the page itself under an address of several parts, the way to the app's own address.

    The page names its files beside its own address: below a folder that is not there it would stay blank for ever.
    """
    base, inner = _parts(scope["path"])
    if "/" not in inner.strip("/") or _FRAMES in scope["path"]:
        return send
    away = False

    async def straightened(message: Message) -> None:
        nonlocal away
        if message["type"] == "http.response.start" and MutableHeaders(scope=message).get("content-type", "").startswith("text/html"):
            away = True
            message = {"type": "http.response.start", "status": 307, "headers": [(b"location", base.encode()), (b"content-length", b"0")]}
        elif away:
            message = {"type": "http.response.body", "body": b"", "more_body": bool(message.get("more_body"))}
        await send(message)

    return straightened


def _parts(path: str) -> tuple[str, str]:
    """The app's own address, ending in a slash, and what follows it in a path."""
    base = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
    if base == "/" or not path.startswith(base + "/"):
        return "/", path
    return base + "/", path[len(base) :]


def refused(path: str, method: str) -> bool:
    """Whether the fence stops a request: an upload into a session that may not, or the open figures of the server."""
    inner = _parts(path)[1]
    if inner.startswith(_METRICS):
        return True
    if not inner.startswith(_UPLOADS) or method == "OPTIONS":
        return False
    return inner[len(_UPLOADS) :].partition("/")[0] not in _may_upload
