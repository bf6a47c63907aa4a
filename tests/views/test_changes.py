"""What changed stands first, by address and in words; nothing is a hash where a clerk looks for a house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from geo.casebook import Casebook, open_casebook
from geo.casebook.publish import publish
from layers.result import Result
from tests.layers.town import draw_result, draw_town
from tests.views.conftest import Opened, texts
from views.changes import counted


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Result, Casebook]]:
    """Two runs: the second finds only the first three."""
    st.cache_data.clear()
    st.cache_resource.clear()
    result = draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "town.casebook"))
    with open_casebook(tmp_path / "town.casebook") as book:
        book.found("admin", "系统管理")
        for user_id, role in (("data", "data"), ("police", "police")):
            book.add_account(user_id, user_id, role, by="admin")
            book.grant(user_id, role, by="admin")
        publish(book, result.folder, by="data")
        draw_result(tmp_path, findings=draw_town().findings.iloc[:3])
        publish(book, result.folder, by="data", confirm_drop=True)
        yield result, book
    st.cache_data.clear()
    st.cache_resource.clear()


def test_what_changed_is_counted_first_and_nothing_is_not_a_zero() -> None:
    seen = pd.DataFrame(
        {"code": ["outside_project", "unplated_building", "unplated_building", "text_conflict"], "change": ["still", "fixed", "new", "new"]}
    )
    table = counted(seen)
    assert table["问题"].tolist() == ["有楼无牌", "牌址不符", "坐标超界"]
    assert table["新增"].tolist() == ["1", "1", ""]
    assert table["仍在"].tolist() == ["", "", "1"]


def test_a_run_is_told_against_the_one_before_and_the_first_one_says_that_it_is_the_first(
    town: tuple[Result, Casebook], opened: Opened
) -> None:
    test = opened("run", acting="data")
    newest, first = test.selectbox[0].options
    assert newest.startswith("#2 · ")
    assert newest.endswith("与 #1 相比")
    assert first.startswith("#1 · ")
    assert first.endswith("首次核对")
    assert any("新增" in m.label for m in test.metric)
    test.selectbox[0].select(1).run()
    labels = [m.label for m in test.metric]
    assert any("首次核对" in label for label in labels)
    assert not any("新增" in label for label in labels)
    assert "没有上一次可比" in texts(test)


def test_a_change_names_the_object_the_village_and_the_reason(town: tuple[Result, Casebook], opened: Opened) -> None:
    _, book = town
    listed = opened("run", acting="data").dataframe[1].value
    gone = book.changes(int(book.runs()["run_id"].max()))
    gone = gone[gone["change"] == "fixed"]
    cases = book.cases(ids=gone["finding_id"].tolist(), present=None)
    assert len(listed) == len(gone)
    assert set(listed["变化"]) == {"已消除"}
    assert not set(listed.astype("str").to_numpy().ravel()) & set(gone["finding_id"])
    assert set(listed["村居"]) <= {"普兴村", "石河村", "（未归入村）"}
    assert listed["说明"].str.len().gt(0).all()
    assert len(cases) == len(listed)
