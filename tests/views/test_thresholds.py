"""A changed threshold is a profile file that the next run names; what was there is kept, what is unsound is refused."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from geo.errors import ProfileError
from geo.profile import Thresholds, load_profile
from geo.read import read_settings
from layers.result import Result
from tests.views.conftest import Opened
from views import thresholds
from views.threshold_words import SOURCES
from views.toml import to_toml


def values(**changed: float) -> dict[str, float]:
    return {**asdict(Thresholds()), **changed}


def test_every_threshold_is_shown_with_unit_source_and_meaning() -> None:
    told = thresholds.table(load_profile("default"))
    assert list(told["name"]) == list(asdict(Thresholds()))
    assert (told["unit"] != "").all()
    assert (told["source"] != "").all()
    assert set(told["name"]) == set(thresholds.NAMES), "each has its meaning in Chinese"
    for column in ("zh", "unit_zh", "source_zh"):
        assert told[column].map(lambda text: any("一" <= sign <= "鿿" for sign in text)).all(), column
    assert set(SOURCES) == set(told["name"])


def test_who_changed_a_value_is_its_source(tmp_path: Path) -> None:
    (tmp_path / "doorplate.toml").write_text('as_of = "2026-06-30"\n')
    thresholds.write_own(tmp_path, values(near_m=7.5), by="数据岗")
    told = thresholds.table(thresholds.profile_of(tmp_path), project=tmp_path).set_index("name")
    assert told.loc["near_m", "source_zh"] == "「设置」中由 数据岗 修改"
    assert told.loc["near_m", "source"] == "changed in Settings by 数据岗"
    assert told.loc["misplaced_m", "source_zh"] == SOURCES["misplaced_m"]


def test_a_change_is_what_the_next_run_reads_and_says_who_made_it(tmp_path: Path) -> None:
    (tmp_path / "doorplate.toml").write_text(
        'as_of = "2026-06-30"\nprofile = "chongqing"\n[thresholds]\nnear_m = 7.0\n[sources.plates]\nencoding = "gb18030"\n'
    )
    before = load_profile("chongqing")
    thresholds.write_own(tmp_path, values(near_m=7.0, dangling_m=41.5, stack_n=6.0), by="data")
    settings = read_settings(tmp_path)
    assert (settings.profile, settings.as_of, settings.source("plates").encoding) == (thresholds.OWN, "2026-06-30", "gb18030")
    now = thresholds.profile_of(tmp_path)
    assert now == load_profile(settings.profile, thresholds=settings.thresholds, base=tmp_path)
    assert (now.thresholds.near_m, now.thresholds.dangling_m, now.thresholds.stack_n) == (7.0, 41.5, 6)
    assert isinstance(now.thresholds.stack_n, int)
    assert now.habits == before.habits, "the habits of the region stay"
    own = tomllib.loads((tmp_path / thresholds.OWN).read_text())["thresholds"]
    assert own["dangling_m"]["source"] == "changed in Settings by data"
    assert "findings.md" in own["misplaced_m"]["source"]
    assert list((tmp_path / "replaced").iterdir()), "the former settings are kept"


@pytest.mark.parametrize("changed", [{"near_m": 0.0}, {"near_m": -3.0}, {"suppress_n": 2.0}])
def test_an_unsound_value_is_refused_and_changes_nothing(tmp_path: Path, changed: dict[str, float]) -> None:
    with pytest.raises(ProfileError):
        thresholds.write_own(tmp_path, values(**changed), by="x")
    assert list(tmp_path.iterdir()) == []


def test_a_region_is_taken_for_the_next_run(tmp_path: Path) -> None:
    assert thresholds.regions()[0] == "default"
    assert "chongqing" in thresholds.regions()
    thresholds.choose_region(tmp_path, "chongqing")
    assert read_settings(tmp_path).profile == "chongqing"


def test_what_is_written_as_toml_is_read_back_the_same() -> None:
    told = {"a": '"\\\n\t雨\x7f\u2028', "列 名": {"b": [1, 2.5, True], "空": {}}, "n": 1e-9, "deep": {"x": {"y": "z"}, "k": "v"}}
    assert tomllib.loads(to_toml(told)) == told
    with pytest.raises(TypeError):
        to_toml({"a": None})


def test_looking_at_the_settings_changes_no_region_and_a_choice_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: Result, opened: Opened
) -> None:
    (tmp_path / "doorplate.toml").write_text('as_of = "2026-06-30"\nprofile = "chongqing"\n')
    monkeypatch.setenv("DOORPLATE_PROJECT", str(tmp_path))
    test = opened("settings", acting="data")
    assert test.selectbox(key="region").value == "chongqing"
    assert read_settings(tmp_path).profile == "chongqing"
    test.selectbox(key="region").select("default").run()
    assert read_settings(tmp_path).profile == "default"
    assert "已改用所选地区配置" in "".join(str(one.value) for one in test.success)
    assert test.selectbox(key="region").value == "default"
