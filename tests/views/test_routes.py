"""Geometry is given for a valid token of exactly that scope, gzipped, and for nothing else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from layers.result import Result
from tests.layers.town import draw_result
from views.routes import TOKEN_S, routes, scene, scene_url, sign, trial, trial_url, window, window_url

TILE = "/tile/{key}/{z:int}/{x:int}/{y:int}"


def ask(**query: str) -> Response:
    scope = {"type": "http", "method": "GET", "path": "/scene", "headers": [], "query_string": urlencode(query).encode()}
    return scene(Request(scope))


def query_of(result: Result, scope: str) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(scene_url(result, scope)).query, keep_blank_values=True).items()}


@pytest.mark.parametrize("scope", ["V1", "V2", "", "*", "@"])
def test_a_signed_address_answers_its_scene_gzipped(result: Result, scope: str) -> None:
    answer = ask(**query_of(result, scope))
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("application/json")
    assert json.loads(gzip.decompress(answer.body))["scope"] == scope


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "V2"},
        {"project": "other"},
        {"token": ""},
        {"token": "0" * 64},
        {"user": "admin"},
        {"expires": "9999999999"},
        {"expires": "soon"},
    ],
)
def test_a_token_opens_nothing_but_its_own_scope(result: Result, change: dict[str, str]) -> None:
    assert ask(**{**query_of(result, "V1"), **change}).status_code == 403


def test_a_token_expires(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    query = query_of(result, "V1")
    monkeypatch.setattr("views.routes.time.time", lambda: int(query["expires"]) + 1)
    assert ask(**query).status_code == 403


def test_an_address_stays_the_same_for_ten_minutes(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("views.routes.time.time", lambda: 1_200_000.0)
    first = scene_url(result, "V1")
    monkeypatch.setattr("views.routes.time.time", lambda: 1_200_599.0)
    assert scene_url(result, "V1") == first
    assert f"expires={1_200_000 + TOKEN_S}" in first


def test_a_result_that_went_away_is_gone_and_a_damaged_one_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    result = draw_result(tmp_path)
    asked = {"project": "absent", "scope": "V1", "user": "", "expires": query_of(result, "V1")["expires"]}
    assert ask(**asked, token=sign(**asked)).status_code == 404
    query = query_of(result, "V1")
    run = result.folder / "run.json"
    run.write_text("{", encoding="utf-8")
    assert ask(**query).status_code == 404


def test_a_new_run_in_the_same_folder_is_answered_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    result = draw_result(tmp_path)
    query = query_of(result, "V1")
    before = json.loads(gzip.decompress(ask(**query).body))
    draw_result(tmp_path, findings=result.tables.findings.iloc[:1])
    after = json.loads(gzip.decompress(ask(**query).body))
    assert [len(scene["layers"]["findings"]["features"]) for scene in (before, after)] == [4, 1]


def test_routes_stand_below_the_base_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.path for one in routes() if isinstance(one, Mount | Route)] == ["/assets", "/scene", "/window", "/trial", TILE]
    monkeypatch.setattr(st, "get_option", lambda name: "dz/" if name == "server.baseUrlPath" else None)
    assert [one.path for one in routes() if isinstance(one, Mount | Route)] == [
        "/dz/assets",
        "/dz/scene",
        "/dz/window",
        "/dz/trial",
        "/dz" + TILE,
    ]


def test_a_window_needs_a_ticket_for_all_villages_and_a_box(result: Result) -> None:
    asked = {k: v[0] for k, v in parse_qs(urlsplit(window_url(result)).query, keep_blank_values=True).items()}

    def ask_window(**query: str) -> Response:
        scope = {"type": "http", "method": "GET", "path": "/window", "headers": [], "query_string": urlencode(query).encode()}
        return window(Request(scope))

    assert json.loads(ask_window(**asked, box="105,28,108,31").body)["layers"]["buildings"]["features"]
    for box in ("", "1,2,3", "3,1,2,4", "1,2,3,nan", "a,b,c,d", "-999,0,1,1"):
        assert ask_window(**asked, box=box).status_code == 400
    assert ask_window(**{**asked, "user": "x"}, box="105,28,108,31").status_code == 403
    one = {k: v[0] for k, v in parse_qs(urlsplit(scene_url(result, "V1")).query, keep_blank_values=True).items()}
    assert ask_window(**one, box="105,28,108,31").status_code == 403, "a village's ticket opens no window on all"


def test_a_trial_is_answered_for_its_own_ticket_and_no_other_path(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_PROJECT", str(tmp_path))
    name = "20260101-120000-abcdef"
    (tmp_path / ".trials" / f"{name}.report").mkdir(parents=True)
    (tmp_path / ".trials" / f"{name}.report" / "scene.json").write_text("{}")
    (tmp_path / "scene.json").write_text("secret")

    def ask_trial(url: str, **change: str) -> int:
        query = {k: v[0] for k, v in parse_qs(urlsplit(url).query, keep_blank_values=True).items()} | change
        scope = {"type": "http", "method": "GET", "path": "/trial", "headers": [], "query_string": urlencode(query).encode()}
        return trial(Request(scope)).status_code

    assert ask_trial(trial_url(name)) == 200
    assert ask_trial(trial_url("20260101-120000-000000")) == 404
    assert ask_trial(trial_url("../..")) == 403
    assert ask_trial(trial_url(name), token="0" * 64) == 403
    assert ask_trial(scene_url(result, "@")) == 403
