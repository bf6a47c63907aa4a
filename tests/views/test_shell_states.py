"""Every state of the shell has words and a next step: no project, an empty one, a failed run, no villages granted, a lost casebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.casebook import open_casebook
from geo.casebook.publish import publish
from layers.result import Result
from tests.layers.town import draw_result, draw_town
from tests.views.conftest import MAIN, Opened, read
from views import data, jobs

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    data._running.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


def told(test: AppTest) -> str:
    return read(test) + "\n".join(str(w.value) for w in (*test.warning, *test.success))


def test_without_a_project_folder_the_data_page_says_how_to_name_one(
    result: Result, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOORPLATE_PROJECT", raising=False)
    test = opened("data")
    assert "DOORPLATE_PROJECT" in told(test)
    assert "mkdir" in told(test)


def test_an_empty_project_begins_with_the_buildings(
    result: Result, opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("DOORPLATE_PROJECT", str(tmp_path / "empty"))
    test = opened("data")
    assert "请先接入建筑物" in told(test)
    assert test.button(key="run_start").disabled
    assert test.button(key="deliver_look").disabled


def test_a_failed_run_says_why_and_what_next_and_keeps_the_old_result(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(SAMPLE, tmp_path / "town"))
    (project / "plates.csv").write_bytes(b"<html></html>")
    monkeypatch.setenv("DOORPLATE_PROJECT", str(project))
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path / "out"))
    before = draw_result(tmp_path / "out").tables.run
    test = opened("data")
    test.button(key="run_start").click().run()
    (job,) = data._running.values()
    assert job.wait(90) == "failed"
    test.run()
    assert "plates.csv" in told(test)
    assert "原有结果未动" in told(test)
    runs = opened("run")
    assert "没有成功" in told(runs)
    assert "数据接入" in told(runs)
    assert runs.dataframe, "the old result is still shown"
    assert before
    (line,) = [json.loads(one) for one in (project / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (line["state"], bool(line["zh"])) == ("failed", True)
    assert not list((project / ".trials").iterdir()), "the folder of the run is gone"


def test_a_drop_of_rows_must_be_confirmed_on_the_page(
    result: Result, opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(SAMPLE, tmp_path / "town"))
    (project / "inbox").mkdir()
    lines = (project / "plates.csv").read_bytes().splitlines(keepends=True)
    (project / "inbox" / "new.csv").write_bytes(b"".join(lines[:300]))
    (project / "deliveries.jsonl").write_text(json.dumps({"role": "plates", "rows_read": 691, "at": "2026-06-01T08:00:00+08:00"}) + "\n")
    monkeypatch.setenv("DOORPLATE_PROJECT", str(project))
    test = opened("data")
    test.selectbox(key="deliver_role").select("plates").run()
    test.button_group(key="deliver_from").set_value("inbox").run()
    test.selectbox(key="deliver_file").select("new.csv").run()
    test.button(key="deliver_look").click().run()
    job: jobs.Job = test.session_state["looking"]
    assert job.wait(90) == "done", job.zh
    test.run()
    assert test.button(key="take_over").disabled
    assert "57%" in told(test)
    test.checkbox(key="drop_confirmed").check().run()
    test.button(key="take_over").click().run()
    assert not test.exception
    assert (project / "plates.csv").read_bytes().count(b"\n") == 300
    assert "已作为门楼牌启用" in told(test)
    kept = [p.read_bytes() for p in (project / "replaced").iterdir()]
    assert (SAMPLE / "plates.csv").read_bytes() in kept


def test_what_changed_between_two_runs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    result = draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "town.casebook"))
    assert "没有“与上次相比”" in told(opened("run"))
    with open_casebook(tmp_path / "town.casebook") as book:
        if "data" not in set(book.accounts()["user_id"]):
            book.found("admin", "系统管理")
            book.add_account("data", "数据岗", "data", by="admin")
            book.grant("data", "data", by="admin")
        publish(book, result.folder, by="data")
        draw_result(tmp_path, findings=draw_town().findings.iloc[:3])
        publish(book, result.folder, by="data", confirm_drop=True)
    st.cache_data.clear()
    st.cache_resource.clear()
    test = opened("run")
    figures = {m.label.split()[-1]: m.value for m in test.metric}
    runs = [frame.value for frame in test.dataframe]
    assert figures["新增"] == "0"
    assert int(figures["已消除"]) >= 1
    assert any("已消除" in table.to_string() for table in runs)


@pytest.mark.parametrize("page", ["verification", "coverage", "run", "settings"])
def test_one_building_and_no_village_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened, page: str) -> None:
    town = draw_town()
    one = {
        "buildings": town.buildings.iloc[:1],
        **{t: getattr(town, t).iloc[:0] for t in ("plates", "addresses", "links", "findings", "villages")},
    }
    draw_result(tmp_path, **one)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert not opened(page).exception


def test_a_person_whose_villages_are_elsewhere_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path)
    with open_casebook(tmp_path / "town.casebook") as book:
        book.found("root", "系统管理")
        book.add_account("far", "远村", "village", by="root")
        book.grant("far", "village", "V9", by="root")
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    test = opened("verification", acting="far")
    assert "没有授权给您的村" in told(test)
    assert "设置" in told(test)


def test_a_person_of_one_village_chooses_among_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path)
    with open_casebook(tmp_path / "town.casebook") as book:
        book.found("root", "系统管理")
        book.add_account("near", "近村", "village", by="root")
        book.grant("near", "village", "V2", by="root")
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert opened("verification", acting="near").selectbox(key="village_box").options == ["石河村"]


def test_the_administrator_opens_grants_and_takes_back_in_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "town.casebook"))
    with open_casebook(tmp_path / "town.casebook") as book:
        book.found("root", "系统管理")
    test = opened("settings", acting="root")
    test.text_input(key="new_user").input("cun1")
    test.text_input(key="new_display").input("普兴村委会")
    test.selectbox(key="new_office").select("village")
    next(b for b in test.button if b.label == "开户").click().run()
    assert "已保存" in told(test)
    test.selectbox(key="grant_user").select("cun1")
    test.selectbox(key="grant_role_code").select("village")
    test.selectbox(key="grant_village").select("V1")
    next(b for b in test.button if b.label == "授权").click().run()
    assert "普兴村" in test.dataframe[1].value.to_string()
    with open_casebook(tmp_path / "town.casebook") as book:
        (grant,) = book.grants("cun1").to_dict("records")
    assert (grant["role"], grant["village_code"]) == ("village", "V1")
    test.selectbox(key="revoke_grant").select(int(grant["grant_id"])).run()
    test.button(key="revoke").click().run()
    with open_casebook(tmp_path / "town.casebook") as book:
        assert book.grants("cun1")["revoked_at"].notna().all()


def test_a_casebook_that_is_gone_is_told_where_people_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    monkeypatch.setenv("DOORPLATE_SIGN_IN", "header")
    monkeypatch.setenv("DOORPLATE_CASEBOOK", str(tmp_path / "gone.casebook"))
    test = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert not test.exception
    assert "代理没有送来" in told(test)
