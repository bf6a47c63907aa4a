"""What the browser fetches beside the pages: the map's own files, and the geometry of one village behind a token.

A token opens exactly one scope of one project until it expires; it is signed with a secret that lives as long as the
process. It travels in the state of the map, not in its script, so that a new one does not load the map again.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import secrets
import time
from functools import cache
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from geo.errors import ResultError
from layers.compose import compose
from layers.result import Result, find_results
from layers.vendor import ASSETS
from views import state

TOKEN_S = 12 * 3600


def routes() -> list[BaseRoute]:
    """Routes of the app, below server.baseUrlPath where one is set: Streamlit does not put it before them."""
    prefix = ("/" + str(st.get_option("server.baseUrlPath") or "").strip("/")).rstrip("/")
    return [Mount(prefix + "/assets", StaticFiles(directory=ASSETS)), Route(prefix + "/scene", scene)]


def scene_url(result: Result, scope: str) -> str:
    """Where the map's frame finds the geometry of a scope."""
    project = result.folder.resolve().name
    expires = str(int(time.time() // 600 * 600) + TOKEN_S)
    return "../../scene?" + urlencode({"project": project, "scope": scope, "expires": expires, "token": sign(project, scope, expires)})


def sign(project: str, scope: str, expires: str) -> str:
    """Signature of one scope of one project until `expires` (seconds since 1970)."""
    return hmac.new(_secret(), f"{project}\n{scope}\n{expires}".encode(), hashlib.sha256).hexdigest()


def scene(request: Request) -> Response:
    """Answer one scene as gzipped JSON; 403 without a valid token, 404 where the result is gone."""
    asked = request.query_params
    project, scope, expires = asked.get("project", ""), asked.get("scope", ""), asked.get("expires", "")
    valid = hmac.compare_digest(sign(project, scope, expires), asked.get("token", ""))
    if not valid or not expires.isdigit() or int(expires) < time.time():
        return JSONResponse({"error": "forbidden"}, 403)
    where = state.root()
    folder = next((f for f in find_results(where) if f.resolve().name == project), None) if where else None
    if folder is None:
        return JSONResponse({"error": "gone"}, 404)
    try:
        result = state.stamped(folder)
    except (ResultError, OSError):
        return JSONResponse({"error": "damaged"}, 404)
    headers = {"Cache-Control": "private, no-store", "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(
        packed(result, scope, folder=str(folder), stamp=(folder / "run.json").stat().st_mtime_ns),
        media_type="application/json",
        headers=headers,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def packed(_result: Result, scope: str, *, folder: str = "", stamp: int = 0) -> bytes:
    """The scene of a scope as gzipped JSON, made once."""
    del folder, stamp
    text = json.dumps(compose(_result, scope), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)


@cache
def _secret() -> bytes:
    return secrets.token_bytes(32)
