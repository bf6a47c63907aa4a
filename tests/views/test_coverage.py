"""The coverage page shows the tallies as they are, with what is missing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

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
    assert metrics["n / d"] == "97 / 107"
    assert metrics["达标村居"] == "0 / 1"


def test_another_metric_changes_map_and_ranking(result: Result, opened: Opened) -> None:
    test = opened("coverage")
    test.selectbox(key="metric_box").select("dangling_share").run()
    assert fills(test)["V1"]["lines"] == ["1.0%", "1 / 100", "超出 1 块"]


def test_small_counts_of_people_are_withheld(result: Result, opened: Opened) -> None:
    test = opened("coverage", metric="people_placed")
    assert fills(test)["V1"]["lines"] == ["不公开"]
    assert "40 / 42" not in test.dataframe[0].value.to_string()


def test_english_names_and_units(result: Result, opened: Opened) -> None:
    assert fills(opened("coverage", language="en"))["V1"]["lines"][2] == "missing 4 plates"


def test_a_result_without_tallies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path, tallies=draw_town().tallies.iloc[:0])
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert "没有统计表" in texts(opened("coverage"))
