"""Nobody is let in by guess: each mode has its conditions, the casebook's grants say what a person is, a login ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st

from geo.casebook import Casebook, open_casebook
from layers.result import Result
from tests.layers.town import draw_result
from views import accounts, casebook, sign_in
from views.routes import may_see
from views.sign_in import IDLE_S, Refusal, User, bound, header_user, signed_in


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Result, Casebook]]:
    """A result and a casebook with an administrator, an office of one village and a police station for all."""
    result = draw_result(tmp_path)
    book = open_casebook(tmp_path / "town.casebook")
    book.found("root", "系统管理")
    for user_id, display, role, village in (("cun", "甲村", "village", "V1"), ("pcs", "派出所", "police", "*"), ("lost", "无职", "data", "")):
        book.add_account(user_id, display, role, by="root")
        if village:
            book.grant(user_id, role, village, by="root")
    book.close()
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "town.casebook"))
    st.cache_data.clear()
    st.cache_resource.clear()
    opened = casebook.book(result.folder)
    assert opened is not None
    yield result, opened
    opened.close()
    st.cache_data.clear()
    st.cache_resource.clear()


def speak(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str] | None = None, **user: Any) -> dict[str, Any]:
    """Let the browser send these headers and the provider these claims; returns the session."""
    session: dict[str, Any] = {}
    said = SimpleNamespace(to_dict=lambda: headers or {}, get=(headers or {}).get)
    monkeypatch.setattr(st, "context", SimpleNamespace(headers=said, cookies={}))
    monkeypatch.setattr(st, "user", user)
    monkeypatch.setattr(st, "session_state", session)
    return session


def listen(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: address if name == "server.address" else None)


def kind(found: User | Refusal) -> str:
    assert isinstance(found, Refusal), found
    assert found.zh
    assert found.next_zh
    assert found.en
    assert found.next_en
    return found.kind


def test_no_named_mode_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for mode in ("", "open", "SINGLE"):
        monkeypatch.setenv("DOORPLATE_SIGN_IN", mode)
        assert kind(signed_in()) == "unconfigured"


@pytest.mark.parametrize("mode", ["single", "header"])
@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "192.168.1.4", "127.0.0.1.example.org"])
def test_single_and_header_mode_refuse_a_server_that_others_reach(monkeypatch: pytest.MonkeyPatch, mode: str, address: str | None) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", mode)
    speak(monkeypatch, {"X-Remote-User": "pcs", "Host": "127.0.0.1:8501"})
    listen(monkeypatch, address)
    assert kind(signed_in()) == "exposed"


@pytest.mark.parametrize("headers", [{"Host": "town.gov.example"}, {"Host": "127.0.0.1:1", "X-Forwarded-For": "10.0.0.9"}, {"Host": "127.0.0.1", "Forwarded": "for=1"}])
def test_single_mode_is_not_opened_through_a_proxy_or_another_name(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    speak(monkeypatch, headers)
    listen(monkeypatch, "127.0.0.1")
    assert kind(signed_in()) == "proxied"


def test_single_mode_acts_as_the_chosen_account_and_as_nobody_else(monkeypatch: pytest.MonkeyPatch, town: tuple[Result, Casebook]) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    session = speak(monkeypatch, {"Host": "127.0.0.1:8501"})
    listen(monkeypatch, "127.0.0.1")
    session["acting"] = "cun"
    assert signed_in() == User("cun", "甲村", ("village",), ("V1",), "single")
    session["acting"] = "lost"
    found = signed_in()
    assert isinstance(found, User)
    assert found.user_id != "lost"


def test_an_empty_casebook_on_one_computer_gets_an_account_for_each_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "new.casebook"))
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    st.cache_data.clear()
    speak(monkeypatch, {"Host": "localhost:8501"})
    listen(monkeypatch, "127.0.0.1")
    found = signed_in()
    assert isinstance(found, User)
    assert found.roles == ("civil_affairs",)
    held = {one.user_id: one.roles for one in accounts.open_accounts()}
    assert sum("police" in roles for roles in held.values()) == 2, "four eyes need two"
    assert held["admin"] == ("admin",)
    assert set(accounts.role_codes()) == {role for roles in held.values() for role in roles}


@pytest.mark.parametrize(("value", "name"), [("pcs", "pcs"), (" pcs ", "pcs"), ("", None), ("pcs,root", None)])
def test_a_proxy_names_one_account(monkeypatch: pytest.MonkeyPatch, value: str, name: str | None) -> None:
    monkeypatch.setenv("DOORPLATE_USER_HEADER", "X-Account")
    assert header_user({"X-Account": value}) == name
    assert header_user({"X-Remote-User": value}) is None


def test_header_mode_maps_the_account_to_its_grants_and_an_unknown_one_to_nothing(monkeypatch: pytest.MonkeyPatch, town: tuple[Result, Casebook]) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "header")
    listen(monkeypatch, "127.0.0.1")
    speak(monkeypatch, {"X-Remote-User": "pcs"})
    assert signed_in() == User("pcs", "派出所", ("police",), ("*",), "header")
    for name in ("nobody", "lost"):
        speak(monkeypatch, {"X-Remote-User": name})
        found = signed_in()
        assert kind(found) == "unknown"
        assert isinstance(found, Refusal)
        assert "系统管理" in found.next_zh, "told whom to ask"
    speak(monkeypatch, {})
    assert kind(signed_in()) == "no_header"


def test_a_closed_account_and_a_grant_taken_back_end_at_once(monkeypatch: pytest.MonkeyPatch, town: tuple[Result, Casebook]) -> None:
    result, book = town
    assert may_see("cun", "V1", result.folder)
    assert not may_see("cun", "V2", result.folder)
    assert not may_see("cun", "*", result.folder)
    assert not may_see("cun", "", result.folder)
    assert may_see("cun", "@", result.folder)
    assert may_see("pcs", "*", result.folder)
    assert not may_see("lost", "@", result.folder)
    assert not may_see("", "@", result.folder), "nobody is no account where there is a casebook"
    grant = book.grants("cun")["grant_id"].iloc[0]
    book.revoke(int(grant), by="root")
    book.close_account("pcs", by="root")
    accounts.forget()
    assert not may_see("cun", "V1", result.folder)
    assert not may_see("pcs", "V1", result.folder)


def test_a_login_ends_at_its_expiry_and_after_idling(monkeypatch: pytest.MonkeyPatch, town: tuple[Result, Casebook]) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "oidc")
    monkeypatch.setattr(sign_in, "_has_auth", lambda: True)
    now = 1_000_000.0
    monkeypatch.setattr("views.sign_in.time.time", lambda: now)
    speak(monkeypatch, is_logged_in=False)
    assert kind(signed_in()) == "signed_out"
    session = speak(monkeypatch, is_logged_in=True, sub="pcs", exp=now + 60, iat=now - 5)
    assert signed_in() == User("pcs", "派出所", ("police",), ("*",), "oidc", now - 5, now + 60)
    now += IDLE_S + 1
    assert kind(signed_in()) == "expired"
    for exp in (now - 1, None, "soon"):
        session.clear()
        speak(monkeypatch, is_logged_in=True, sub="pcs", exp=exp)
        assert kind(signed_in()) == "expired", "a login without an end is no login"
    speak(monkeypatch, is_logged_in=True, sub="somebody", exp=now + 60)
    assert kind(signed_in()) == "unknown"


def test_oidc_without_a_provider_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "oidc")
    monkeypatch.setattr(sign_in, "_has_auth", lambda: False)
    assert kind(signed_in()) == "unconfigured"


def test_addresses_are_bound_to_the_login_cookie_in_all_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "oidc")
    one = bound({"_streamlit_user": "a", "_streamlit_user_tokens": "t", "theme": "x"})
    assert one == bound({"_streamlit_user": '"a"', "_streamlit_user_tokens": "other"})
    assert len({one, bound({"_streamlit_user": "b"}), bound({"_streamlit_user": "a", "_streamlit_user__1": "c"}), bound({})}) == 4
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    assert bound({"_streamlit_user": "a"}) == ""
