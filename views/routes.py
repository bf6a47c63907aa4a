"""What the browser fetches beside the pages: the map's own files, and the geometry of one village behind a token.

A token opens exactly one scope of one project for one account until it expires; it is signed with a secret that lives
as long as the process. It travels in the state of the map, not in its script, so that a new one does not load the map
again. Every answer looks the account up anew: a grant that was taken away closes the address at once. Where a provider
or a proxy signs people in, the address is also tied to that login, so that a copied one opens nothing elsewhere.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from geo.errors import ResultError
from layers.compose import OVERVIEW, PREVIOUS, compose
from layers.result import EVERYWHERE, Result, find_results
from layers.vendor import ASSETS
from layers.window import packed_window
from views import basemaps, state
from views.accounts import known_accounts
from views.sign_in import binding, bound, current_user, header_user

TOKEN_S = 12 * 3600
ROUNDED_S = 600
_TRIAL = "trial:"


def routes() -> list[BaseRoute]:
    """Routes of the app, below server.baseUrlPath where one is set: Streamlit does not put it before them."""
    prefix = ("/" + str(st.get_option("server.baseUrlPath") or "").strip("/")).rstrip("/")
    answers = {"/scene": scene, "/window": window, "/trial": trial, "/tile/{key}/{z:int}/{x:int}/{y:int}": tile}
    return [Mount(prefix + "/assets", StaticFiles(directory=ASSETS)), *(Route(prefix + path, answer) for path, answer in answers.items())]


def scene_url(result: Result, scope: str) -> str:
    """Where the map's frame finds the geometry of a scope, for the person at the screen and nobody else."""
    return "../../scene?" + urlencode(ticket(result.folder.resolve().name, scope))


def ticket(project: str, scope: str) -> dict[str, str]:
    """Query of an address of data: project, scope, account, expiry and their signature.

    The expiry is rounded to ten minutes, so that an address stays the same and a map is not told to fetch it again; it
    never outlives the login.
    """
    user = current_user()
    expires = int(time.time() // ROUNDED_S * ROUNDED_S) + TOKEN_S
    if user.until_s is not None:
        expires = min(expires, int(user.until_s))
    asked = {"project": project, "scope": scope, "user": user.user_id, "expires": str(expires)}
    return {**asked, "token": sign(**asked, login=binding())}


def sign(project: str, scope: str, user: str, expires: str, *, login: str = "") -> str:
    """Signature of one scope of one project for one account and login, until `expires` (seconds since 1970)."""
    said = json.dumps([project, scope, user, expires, login])  # a list, so that no two different tickets read the same
    return hmac.new(_secret(), said.encode(), hashlib.sha256).hexdigest()


def opens(request: Request) -> bool:
    """Whether a request carries a valid ticket, comes from the login it was made for, and the account may still see the scope."""
    asked = {key: request.query_params.get(key, "") for key in ("project", "scope", "user", "expires")}
    valid = hmac.compare_digest(sign(**asked, login=bound(request.cookies)), request.query_params.get("token", ""))
    if not valid or not asked["expires"].isdigit() or int(asked["expires"]) < time.time():
        return False
    if os.environ.get("DOORPLATE_SIGN_IN") == "header" and header_user(request.headers) != asked["user"]:
        return False
    folder = folder_of(asked["project"])
    return folder is None or may_see(asked["user"], asked["scope"], folder)  # where there is no result, the answer says so


def may_see(user_id: str, scope: str, folder: Path) -> bool:
    """Whether the grants of an account, as they are now in the casebook of a result, cover a scope.

    Outlines of villages are for every account; a village is for those it was granted to; everything at once, and what
    lies outside every village, is for those granted all villages. The survey before of a scope is as open as the scope.
    """
    scope = scope.removeprefix(PREVIOUS)
    every = known_accounts(folder)
    if every is None:
        return user_id == "" and os.environ.get("DOORPLATE_SIGN_IN") == "single"
    one = next((a for a in every if a.user_id == user_id), None)
    if one is None or not one.roles:
        return False
    return scope == OVERVIEW or "*" in one.villages or (scope not in (EVERYWHERE, "") and scope in one.villages)


def scene(request: Request) -> Response:
    """Answer one scene as gzipped JSON; 403 without a valid ticket, 404 where the result is gone."""
    if not opens(request):
        return JSONResponse({"error": "forbidden"}, 403)
    result = asked_result(request)
    if isinstance(result, Response):
        return result
    stamp = (result.folder / "run.json").stat().st_mtime_ns
    return Response(
        packed(result, request.query_params.get("scope", ""), folder=str(result.folder), stamp=stamp),
        media_type="application/json",
        headers={"Cache-Control": "private, no-store", "Content-Encoding": "gzip", "Vary": "Accept-Encoding"},
    )


def window_url(result: Result) -> str:
    """Where the map's frame finds what lies in its window; it adds the box."""
    return "../../window?" + urlencode(ticket(result.folder.resolve().name, EVERYWHERE))


def window(request: Request) -> Response:
    """Answer the houses and findings in a box of degrees; 403 without a valid ticket for all villages, 400 without a box."""
    if not opens(request) or request.query_params.get("scope") != EVERYWHERE:
        return JSONResponse({"error": "forbidden"}, 403)
    box = _box(request.query_params.get("box", ""))
    if box is None:
        return JSONResponse({"error": "box"}, 400)
    result = asked_result(request)
    if isinstance(result, Response):
        return result
    trees = state.windows_of(result, str(result.folder), stamp=(result.folder / "run.json").stat().st_mtime_ns)
    return Response(packed_window(trees, box), media_type="application/json", headers={"Cache-Control": "private, no-store"})


def _box(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees; None where the text is no box on the earth."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    sound = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, south, east, north) if sound else None


def trial_url(name: str) -> str:
    """Where the small map finds the shapes of a delivery that was put aside."""
    return "../../trial?" + urlencode(ticket(_TRIAL + name, OVERVIEW))


def trial(request: Request) -> Response:
    """Answer the shapes of a delivery that was put aside; 403 without a ticket for that very one."""
    project, where = request.query_params.get("project", ""), os.environ.get("DOORPLATE_PROJECT")
    named = re.fullmatch(re.escape(_TRIAL) + r"(\d{8}-\d{6}-[0-9a-f]{6})", project)
    if not opens(request) or named is None or not where:
        return JSONResponse({"error": "forbidden"}, 403)
    file = Path(where).expanduser() / ".trials" / f"{named.group(1)}.report" / "scene.json"
    if not file.is_file():
        return JSONResponse({"error": "gone"}, 404)
    return Response(file.read_bytes(), media_type="application/json", headers={"Cache-Control": "private, no-store"})


def tile(request: Request) -> Response:
    """Answer one tile of a map under the map; 403 without a valid ticket, 204 where the map has none there."""
    if not opens(request):
        return JSONResponse({"error": "forbidden"}, 403)
    if folder_of(request.query_params.get("project", "")) is None:
        return JSONResponse({"error": "gone"}, 404)
    at = request.path_params
    found = basemaps.tile(str(at["key"]), int(at["z"]), int(at["x"]), int(at["y"]))
    if found is None:
        return Response(status_code=204)
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "private, max-age=86400"})


def folder_of(project: str) -> Path | None:
    """The result folder of that name; None where there is none."""
    where = state.root()
    return next((f for f in find_results(where) if f.resolve().name == project), None) if where else None


def asked_result(request: Request) -> Result | Response:
    """The result a request names, or the 404 that says why there is none."""
    folder = folder_of(request.query_params.get("project", ""))
    if folder is None:
        return JSONResponse({"error": "gone"}, 404)
    try:
        return state.stamped(folder)
    except (ResultError, OSError):
        return JSONResponse({"error": "damaged"}, 404)


@st.cache_resource(max_entries=64, show_spinner=False)
def packed(_result: Result, scope: str, *, folder: str = "", stamp: int = 0) -> bytes:
    """The scene of a scope as gzipped JSON, made once."""
    del folder, stamp
    text = json.dumps(compose(_result, scope), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)


@cache
def _secret() -> bytes:
    return secrets.token_bytes(32)
