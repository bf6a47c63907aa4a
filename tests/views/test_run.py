"""The run page shows what was read, refused, repaired and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.result import Result
from tests.layers.town import draw_result, draw_town
from tests.views.conftest import Opened, texts


def test_inputs_refused_rows_repairs_codes_and_steps_are_there(result: Result, opened: Opened) -> None:
    tables = [frame.value for frame in opened("run").dataframe]
    assert any("rows_read" in t.columns or "读入行数" in t.columns for t in tables)
    assert any("(0, 0)" in t.to_string() for t in tables)
    assert any("１号" in t.to_string() for t in tables)
    assert any("dangling_plate" in t.to_string() for t in tables)
    assert any("match" in t.to_string() for t in tables)


def test_a_run_without_faults_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    town = draw_town()
    draw_result(tmp_path, quarantine=town.quarantine.iloc[:0], repairs=town.repairs.iloc[:0], findings=town.findings.iloc[:0], run={})
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    told = texts(opened("run"))
    for sentence in ("没有退回行", "没有改动任何值", "没有发现问题", "没有记录数据来源"):
        assert sentence in told


def test_every_row_that_was_read_is_refused_merged_or_verified(tmp_path: Path) -> None:
    import shutil

    from geo.profile import load_profile
    from geo.read import read
    from geo.standardise import standardise
    from views.run import fates

    folder = shutil.copytree(Path(__file__).parents[2] / "data" / "sample", tmp_path / "town")
    raw = read(folder)
    inputs = standardise(raw, profile=load_profile(raw.settings.profile))
    told = fates(inputs.sources.to_dict("records"), inputs.repairs).set_index("table")
    assert (told["rows_read"] == told["quarantined"] + told["merged"] + told["used"]).all()
    for table in ("buildings", "plates", "addresses", "villages", "streets"):
        assert told.loc[table, "used"] == len(getattr(inputs, table)), table
    assert told.loc["plates", ["quarantined", "merged"]].tolist() == [1, 2]
