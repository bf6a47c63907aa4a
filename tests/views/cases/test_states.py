"""What goes wrong is a designed state: who, what, when, and the next step; nothing is written by halves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.casebook import Casebook, open_casebook
from geo.errors import (
    CasebookBusy,
    CasebookDamaged,
    CasebookFull,
    CasebookReadOnly,
    DoorplateError,
    GuardRefused,
    NeedsReason,
    NotAllowed,
    StaleCase,
    UnknownCase,
    WrongStep,
)
from layers.result import Result
from tests.views.cases.conftest import DAY, Desk, choose, clock, map_state, one, read_all, say
from views import casebook
from views.cases import told
from views.routes import may_see


def test_a_case_somebody_else_decided_meanwhile_names_who_what_when(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    say(book, finding, "plate_missing", "village")
    test.button(key="say_plate_missing").click().run()
    words = read_all(test)
    assert "村委会 已于 2026-06-30" in words
    assert "上面已是最新内容" in words
    assert "刷新" not in words
    assert book.case(finding).version == 1
    assert map_state(test)["selected"]["id"] == finding


@pytest.mark.parametrize(
    "error",
    [
        StaleCase("派出所", "误报", "2026-06-30T09:00"), NotAllowed("不行", "no"), GuardRefused((("有人", "somebody"),)), NeedsReason("缺", "missing"),
        WrongStep("open", "note", "不对", "wrong"), UnknownCase("无", "none"), CasebookDamaged("坏", "bad"), CasebookBusy("忙", "busy"),
        CasebookFull("满", "full"), CasebookReadOnly("只读", "read-only"), DoorplateError("别的", "other"),
    ],
)  # fmt: skip
def test_every_refusal_has_a_next_step_in_both_languages(error: DoorplateError) -> None:
    kind, said = told.refused(error)
    assert kind == "refused"
    assert said["zh"]
    assert said["en"]
    assert all(said["next"])


def open_app(result: Result, monkeypatch: pytest.MonkeyPatch, file: Path, page: str = "missing") -> AppTest:
    monkeypatch.setenv("DOORPLATE_OUT", str(result.folder))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(file))
    monkeypatch.setenv("DOORPLATE_SAMPLE_DAY", DAY)
    return AppTest.from_string(f"from views.cases import {page}\n{page}.show()", default_timeout=180).run()


def test_the_first_opening_makes_casebook_accounts_and_cases(sample: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "new.casebook"
    test = open_app(sample, monkeypatch, file)
    assert not test.exception
    assert file.is_file()
    with open_casebook(file, clock) as opened:
        assert set(opened.accounts()["user_id"]) >= {"civil-affairs", "police", "police-2"}
        assert len(opened.cases()) == len(sample.tables.findings)


def test_a_lost_casebook_is_never_begun_anew_without_a_word(
    sample: Result, founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "town.casebook"
    shutil.copy(founded, file)
    assert not open_app(sample, monkeypatch, file).exception
    for path in tmp_path.glob("town.casebook*"):
        if not path.name.endswith(".made"):
            path.unlink()
    test = AppTest.from_string("from views.cases import missing\nmissing.show()", default_timeout=180).run()
    words = read_all(test)
    assert "不见了" in words
    assert "doorplate restore" in words
    assert not file.exists()
    test.button(key="begin_anew").click().run()
    assert file.is_file()


def test_a_damaged_casebook_is_told_and_the_file_stays_as_it_is(sample: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "town.casebook"
    file.write_bytes(b"not a database at all" * 100)
    test = open_app(sample, monkeypatch, file)
    assert not test.exception
    assert "已损坏" in read_all(test)
    assert file.read_bytes().startswith(b"not a database")


def test_outside_single_mode_no_casebook_is_made(sample: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "oidc")
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "none.casebook"))
    assert casebook.book(sample.folder) is None
    assert isinstance(casebook.fault(sample.folder), casebook.NoCasebookError)
    assert not list(tmp_path.iterdir())


def test_the_casebook_lies_beside_its_result_unless_named(sample: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOORPLATE_CASEBOOK", raising=False)
    assert casebook.place(sample.folder) == sample.folder.parent / "sample.casebook"
    monkeypatch.setenv("DOORPLATE_CASEBOOK", "/somewhere/a.casebook")
    assert casebook.place(sample.folder) == Path("/somewhere/a.casebook")
    monkeypatch.setenv("DOORPLATE_DATABASE_URL", "postgresql://town")
    assert casebook.place(sample.folder) == "postgresql://town"


def test_texts_from_data_stay_texts(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    hostile = "<img src=x onerror=alert(1)>![x](http://evil.example/y.png)"
    say(book, finding, "not_to_be_numbered", "civil-affairs", reason=hostile)
    test = choose(desk("missing"), finding)
    shown = [m for m in test.markdown if "evil" in str(m.value)]
    assert shown
    assert all("![x](" not in m.value and not m.allow_html for m in shown)


def test_the_survey_before_of_a_village_is_for_those_who_see_the_village(book: Casebook, sample: Result) -> None:
    book.add_account("one-village", "石浦村", "village", by="admin")
    book.grant("one-village", "village", "500120197201", by="admin")
    st.cache_data.clear()
    assert may_see("one-village", "~500120197201", sample.folder)
    assert not may_see("one-village", "~500120197001", sample.folder)
    assert not may_see("one-village", "~*", sample.folder)
