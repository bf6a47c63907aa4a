"""Empty, damaged and several results: each is a designed state with a next step, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.layers.town import draw_result, draw_town
from tests.views.conftest import MAIN, Opened, texts

PAGES = ("verification", "coverage", "run")


@pytest.mark.parametrize("view", PAGES)
def test_without_a_result_the_page_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened, view: str) -> None:
    monkeypatch.delenv("DOORPLATE_OUT", raising=False)
    assert "DOORPLATE_OUT" in texts(opened(view))
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert "doorplate verify" in texts(opened(view))


@pytest.mark.parametrize("view", PAGES)
def test_a_damaged_result_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened, view: str) -> None:
    folder = draw_result(tmp_path).folder
    (folder / "links.parquet").write_bytes(b"no")
    monkeypatch.setenv("DOORPLATE_OUT", str(folder))
    told = texts(opened(view))
    assert "已损坏" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("view", PAGES)
def test_a_project_without_villages_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened, view: str) -> None:
    town = draw_town()
    whole = town.villages.iloc[:1].assign(village_code="", name="")
    one = {t: getattr(town, t).assign(village_code="") for t in ("buildings", "plates", "addresses", "findings")}
    draw_result(tmp_path, villages=whole, **one)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    opened(view)


@pytest.mark.parametrize("view", PAGES)
def test_a_result_without_any_object_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened, view: str) -> None:
    town = draw_town()
    draw_result(tmp_path, **{t: getattr(town, t).iloc[:0] for t in ("links", "findings", "buildings", "plates", "addresses")})
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    opened(view)


def test_of_several_projects_one_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    for name in ("a-town", "b-town"):
        draw_result(tmp_path, name=name)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    test = opened("verification")
    assert test.selectbox(key="project_box").options == ["a-town", "b-town"]
    test.selectbox(key="project_box").select("b-town").run()
    assert not test.exception


def test_a_new_run_is_shown_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    draw_result(tmp_path)
    test = opened("verification")
    assert len(test.dataframe[0].value) == 4
    draw_result(tmp_path, findings=draw_town().findings.iloc[:1])
    assert len(test.run().dataframe[0].value) == 1


def test_the_whole_app_starts_on_the_map_with_three_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    test = AppTest.from_file(str(MAIN), default_timeout=30).run()
    assert not test.exception
    assert test.get("component_instance")
    test.button_group(key="language").set_value("en").run()
    assert test.selectbox(key="village_box").label == "Village"
