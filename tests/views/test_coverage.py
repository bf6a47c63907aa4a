"""The coverage page shows the tallies as they are, with what is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers.result import Result
from tests.layers.town import draw_result, draw_town
from tests.views.conftest import Opened, texts


def fills(test: AppTest) -> dict[str, Any]:
    sent = json.loads(test.get("component_instance")[0].proto.json_args)["feature_group"]
    found = re.search(r"Doorplate\.apply\((\{.*\})\);", sent)
    assert found
    return json.loads(found[1])["fills"]  # type: ignore[no-any-return]


def test_a_village_is_told_with_its_fraction_and_what_is_missing(result: Result, opened: Opened) -> None:
    test = opened("coverage")
    assert fills(test)["V1"]["lines"] == ["91.8%", "90 / 98", "还差 4 块"]
    assert test.dataframe[0].value["还差"].tolist() == ["4 块", ""]


def test_a_small_village_has_no_colour_but_its_figures(result: Result, opened: Opened) -> None:
    small = fills(opened("coverage"))["V2"]
    assert small["colour"] is None
    assert small["lines"][0] == "77.8%　样本小"


def test_figures_of_the_whole_are_the_total_of_the_tallies(result: Result, opened: Opened) -> None:
    metrics = {m.label: m.value for m in opened("coverage").metric}
    assert metrics["全部（目标 95%）"] == "90.7%"
    assert metrics["分子 / 分母"] == "97 / 107"
    assert metrics["达标村居"] == "0 / 1"


def test_what_the_whole_lacks_stands_beside_what_its_villages_lack(result: Result, opened: Opened) -> None:
    metrics = {m.label: m.value for m in opened("coverage").metric}
    assert metrics["还差：全镇合计 / 各村之和"] == "5 块 / 4 块"
    of_people = {m.label: m.value for m in opened("coverage", metric="people_placed").metric}
    assert "还差（按全镇合计）" in of_people


def test_the_metric_is_told_in_words_and_no_heading_is_left_untranslated(result: Result, opened: Opened) -> None:
    test = opened("coverage")
    assert "分子：" in texts(test)
    assert not [c for d in test.dataframe for c in d.value.columns if "n / d" in c]


@pytest.mark.parametrize(("view", "there"), [("all", True), ("village", True), ("why", True), ("days", False), ("sample", False)])
def test_a_metric_is_offered_where_it_changes_something(result: Result, opened: Opened, view: str, there: bool) -> None:
    keys = [box.key for box in opened("coverage", coverage_view=view).selectbox]
    assert ("metric_box" in keys) is there


def test_the_outline_of_a_village_has_room_around_it_on_the_heat_map(result: Result) -> None:
    from layers.coverage import cells, lacking
    from views.coverage_village import _chart

    chart = _chart(result, "V1", cells(lacking(result, "V1"))).to_dict()
    ring = chart["layer"][0]
    rows = pd.DataFrame(next(data for name, data in chart["datasets"].items() if name == ring["data"]["name"]))
    for axis in ("x", "y"):
        low, high = ring["encoding"][axis]["scale"]["domain"]
        assert low < rows[axis].min() - 1 < rows[axis].max() + 1 < high


def test_another_metric_changes_map_and_ranking(result: Result, opened: Opened) -> None:
    test = opened("coverage")
    test.selectbox(key="metric_box").select("dangling_share").run()
    assert fills(test)["V1"]["lines"] == ["1.0%", "1 / 100", "超出 1 块"]


def test_small_counts_of_people_are_withheld(result: Result, opened: Opened) -> None:
    test = opened("coverage", metric="people_placed")
    assert fills(test)["V1"]["lines"] == ["不公开"]
    assert "40 / 42" not in test.dataframe[0].value.to_string()


def test_english_names_and_units(result: Result, opened: Opened) -> None:
    assert fills(opened("coverage", language="en"))["V1"]["lines"][2] == "missing: 4 plates"


def test_a_result_without_tallies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path, tallies=draw_town().tallies.iloc[:0])
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert "没有统计表" in texts(opened("coverage"))
