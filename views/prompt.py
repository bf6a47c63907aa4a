"""Every answer leaves the server at once, and the frame's own files leave it from memory.

Streamlit makes its socket without naming the protocol, and asyncio then leaves Nagle's algorithm on: whatever is written in
two pieces - the head of a file and the file, two messages of a page - waits for the browser to acknowledge the first, which
it puts off for 40 ms. A page is 140 files and each click 40 messages.

Those 140 files have their digest in their names and never change. Each way through all of the server's layers costs 2 ms,
so each is taken once and kept.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_BYTES_N = 64 * 1024 * 1024
"""More is not kept; all files of Streamlit together are 20 MB."""
_FILES = "/static/"


def middleware() -> list[Middleware]:
    """The middleware, as `st.App` takes it; it stands first, where the server's own connection can still be seen."""
    return [Middleware(Prompt)]


@dataclass
class Answer:
    """An answer on its way, or kept: its head, and what has come of its body."""

    start: Message
    parts: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """All of the body."""
        return b"".join(self.parts)

    @property
    def lasting(self) -> bool:
        """Whether it is the same for everybody and for ever."""
        return self.start["status"] == 200 and "immutable" in Headers(raw=self.start["headers"]).get("cache-control", "")


class Prompt:
    """Has the connection of each request send without waiting, and answers for files that never change."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[tuple[str, str], Answer] = {}
        self.kept_bytes_n = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one session."""
        if scope["type"] in ("http", "websocket"):
            hurry(receive)
        if scope["type"] != "http" or scope["method"] != "GET" or _FILES not in scope["path"] or "range" in Headers(scope=scope):
            await self.app(scope, receive, send)
            return
        asked = scope["path"], Headers(scope=scope).get("accept-encoding", "")  # who reads no gzip gets none
        if (known := self.kept.get(asked)) is not None:
            await send(known.start)
            await send({"type": "http.response.body", "body": known.parts[0]})
        else:
            await self.app(scope, receive, self._keeping(asked, send))

    def _keeping(self, asked: tuple[str, str], send: Send) -> Send:
        """Sends on an answer and keeps it where it lasts."""
        answer: Answer | None = None

        async def keep(message: Message) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                answer = Answer({**message, "headers": list(message["headers"])})
            elif message["type"] == "http.response.body" and answer is not None and answer.lasting:
                answer.parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    self._keep(asked, answer)
            else:
                answer = None  # sent in another way than in pieces of its body
            await send(message)

        return keep

    def _keep(self, asked: tuple[str, str], answer: Answer) -> None:
        body = answer.body
        if asked not in self.kept and self.kept_bytes_n + len(body) <= KEPT_BYTES_N:
            self.kept[asked] = Answer(answer.start, [body])
            self.kept_bytes_n += len(body)


def hurry(receive: Any) -> bool:
    """Switch the waiting off on the connection a request came by; whether it could be found."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    connection = transport.get_extra_info("socket") if transport is not None else None
    if connection is None or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return True
