"""Before the first reader comes, the first project is loaded, its cases are there, and what stays is set aside from the search for garbage."""

from __future__ import annotations

import gc
import logging
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.casebook import Casebook
from layers.result import Result, load
from views import accounts, casebook, state, warm

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def town(drawn: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project nobody has opened yet."""
    folder = tmp_path / "town"
    folder.symlink_to(drawn.folder, target_is_directory=True)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "town.casebook"))
    return folder


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Path]]:
    """Which results were read from disk."""
    told: list[Path] = []

    def read(folder: Path) -> Result:
        told.append(folder)
        return load(folder)

    monkeypatch.setattr(state, "load", read)
    state.result_of.clear()
    yield told
    state.result_of.clear()


def test_the_first_project_is_loaded_once_for_warming_up_and_for_the_first_reader(town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "oidc")
    warm.warm()
    result = state.stamped(town)
    assert loaded == [town]
    assert {"captions", "_spoken", "_linked", "_found", "_rows", "frame", "villages"} <= set(vars(result))


def test_on_a_single_computer_accounts_are_made_and_the_result_is_published(
    town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    published: list[tuple[Path, str]] = []

    def follow(book: Casebook, result: Result, *, by: str) -> None:
        assert isinstance(book, Casebook)
        published.append((result.folder, by))

    monkeypatch.setattr(casebook, "follow", follow)
    warm.warm()
    assert published == [(town, "data")]
    assert {one.user_id for one in accounts.open_accounts(town)} == {"admin", *accounts.SAMPLE}


def test_a_whole_district_is_not_published_while_its_first_reader_comes(
    town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    monkeypatch.setattr(warm, "PUBLISHED_N", 2)
    monkeypatch.setattr(casebook, "follow", lambda *given, **named: pytest.fail("published"))
    warm.warm()


@pytest.mark.parametrize("mode", ["oidc", "header", ""])
def test_where_people_sign_in_no_casebook_is_made_and_nobody_publishes(
    town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", mode)
    monkeypatch.setattr(casebook, "follow", lambda *given, **named: pytest.fail("published"))
    warm.warm()
    assert not (town.parent / "town.casebook").exists()


@pytest.mark.parametrize("content", [None, "{", '{"project": "x"}'])
def test_where_there_is_nothing_or_something_broken_the_page_is_left_to_tell_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    if content is not None:
        (tmp_path / "town").mkdir()
        (tmp_path / "town" / "run.json").write_text(content, encoding="utf-8")
    warm.warm()


def test_half_of_the_sample_accounts_are_seen_by_nobody(town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "single")
    seen: list[int] = []
    first, go_on = threading.Event(), threading.Event()
    add = Casebook.add_account

    def slowly(self: Casebook, *given: Any, **named: Any) -> None:
        add(self, *given, **named)
        first.set()
        go_on.wait(10)

    monkeypatch.setattr(Casebook, "add_account", slowly)
    making = threading.Thread(target=accounts.make_sample_accounts, args=(town,))
    making.start()
    assert first.wait(10)
    looking = threading.Thread(target=lambda: seen.append(len(accounts.known_accounts(town) or ())))
    looking.start()
    looking.join(0.3)
    assert seen == []
    go_on.set()
    making.join(30)
    looking.join(30)
    assert seen == [len(accounts.SAMPLE) + 1]


def test_what_stays_is_set_aside_only_in_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("unfreeze", "collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda name=name: done.append(name))
    warm.settle()
    assert done == []
    serving = threading.Event()
    serving.set()
    monkeypatch.setattr(warm, "_serving", serving)
    warm.settle()
    assert done == ["unfreeze", "collect", "freeze"]


def test_a_new_result_is_set_aside_when_it_is_loaded(town: Path, loaded: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []
    monkeypatch.setattr(state, "settle", lambda: done.append(1))
    state.stamped(town)
    state.stamped(town)
    assert done == [1]


def test_streamlit_does_not_search_for_garbage_after_every_run() -> None:
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert told["runner"]["postScriptGC"] is False


def test_only_warnings_of_the_thread_that_warms_up_are_silent() -> None:
    record = logging.LogRecord("x", logging.WARNING, "x", 1, "missing ScriptRunContext", None, None)
    assert warm._of_a_page(record)
    record.threadName = "warm"
    assert not warm._of_a_page(record)
