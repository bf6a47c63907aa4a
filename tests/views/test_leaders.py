"""The leaders' page beyond the map of villages: inside a village, trend and causes, inspection; unknown is never zero."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.export.history import FILE, history, run_digest
from geo.export.inspection import add_answers
from geo.sampling import draw_sample
from layers.coverage import cell_of, cells, lacking
from layers.result import Result, load
from tests.layers.town import draw_result
from tests.views.conftest import Opened, read, texts


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A town of its own for tests that write beside the result."""
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    return draw_result(tmp_path)


def test_inside_a_village_stand_the_buildings_that_lack_a_plate(result: Result, opened: Opened) -> None:
    test = opened("coverage", coverage_view="village", village="V1")
    assert "应挂牌建筑 2 栋，未挂牌 1 栋" in read(test)
    assert test.dataframe[0].value["建筑编号"].tolist() == ["B2"]
    assert "还差 **4 块**" in read(test)


def test_the_cells_of_a_village_add_up_to_its_buildings(result: Result) -> None:
    found = lacking(result, "V1")
    grid = cells(found)
    assert grid["eligible_n"].sum() == len(found)
    assert grid["missing_n"].sum() == int((~found["up"]).sum())
    assert set(cell_of(found)) == set(grid["cell"])


def test_what_lacks_a_plate_is_what_the_metric_misses(verified: Result) -> None:
    tallies = verified.tables.tallies.set_index("village_code")
    for code in verified.villages:
        if code:
            found = lacking(verified, code)
            assert (int(found["up"].sum()), len(found)) == (tallies.loc[code, "buildings_plated_n"], tallies.loc[code, "buildings_plated_d"])


@pytest.fixture
def verified(tmp_path: Path) -> Result:
    from geo.export import write
    from tests.town import Town

    town = Town().village().street("民主街", 10).house("BX", 300, 5).home("Y", 340, 5, "民主街31号").without("plates", "PY")
    town.change("plates", "P3", face="damaged").change("plates", "P4", state="made")
    write(town.verify().verification, tmp_path / "town")
    return load(tmp_path / "town")


def test_one_run_is_no_trend_and_no_casebook_is_unknown(own: Result, opened: Opened) -> None:
    test = opened("coverage", coverage_view="why")
    assert "只有一次核对的数据" in texts(test)
    assert len(history(own.folder)["as_of"].unique()) == 1


def test_two_runs_draw_a_line(own: Result, opened: Opened) -> None:
    (own.folder / FILE).write_text("as_of,digest,village_code,metric,n,d\n2026-05-31,old,total,plates_on_wall,80,107\n", encoding="utf-8")
    test = opened("coverage", coverage_view="why")
    assert "只有一次核对的数据" not in texts(test)
    assert len(test.get("arrow_vega_lite_chart")) + len(test.get("vega_lite_chart")) >= 1


def test_an_inspection_without_answers_has_no_accuracy(own: Result, opened: Opened) -> None:
    test = opened("coverage", coverage_view="sample")
    assert "准确率未知" in texts(test)
    assert {m.label: m.value for m in test.metric}["已查 / 抽样"] == "0 / 3"


def test_answers_show_the_accuracy_with_its_interval(own: Result, opened: Opened) -> None:
    test = opened("coverage", coverage_view="sample")
    day = f"{test.session_state['sample_day']:%Y-%m-%d}"
    run = run_digest(own.folder)
    sample = draw_sample(own.tables.buildings, 50, run=run, drawn_on=day)
    verdicts = ["agrees", "agrees", "differs"]
    rows = [{"run": run, "drawn_on": day, "building_id": b, "village_code": v, "verdict": verdict, "remark": "", "by": "x", "at": "t"} for b, v, verdict in zip(sample["building_id"], sample["village_code"], verdicts, strict=True)]
    add_answers(own.folder, rows)
    test.run()
    assert {m.label: m.value for m in test.metric}["准确率"] == "66.7%"
    assert "20.8%–93.9%" in texts(test)


@pytest.mark.parametrize("view", ["all", "village", "why", "sample"])
def test_every_view_is_complete_in_english(own: Result, opened: Opened, view: str) -> None:
    test = opened("coverage", coverage_view=view, language="en")
    told = texts(test) + " ".join(m.label for m in test.metric) + " ".join(" ".join(map(str, d.value.columns)) for d in test.dataframe)
    for name in ("普兴村", "石河村", "广普镇", "中山巷", "号"):
        told = told.replace(name, "")
    assert not [c for c in told if "\u4e00" <= c <= "\u9fff"]


def test_who_is_inspected_sees_the_results_and_cannot_fill_them_in(own: Result, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from views import inspection
    from views.sign_in import User

    monkeypatch.setattr(inspection, "current_user", lambda: User("leader", "分管领导", ("leader",), ("*",), "single"))
    assert [b.label for b in opened("coverage", coverage_view="sample").button if "记下" in b.label]
    monkeypatch.setattr(inspection, "current_user", lambda: User("civil", "民政办", ("civil_affairs",), ("*",), "single"))
    test = opened("coverage", coverage_view="sample")
    assert not [b.label for b in test.button if "记下" in b.label]
    assert "被抽查的单位只能查看" in read(test)
    inspection._keep(own, [{"building_id": "B1", "village_code": "V1", "verdict": "agrees", "remark": ""}], run="r", drawn_on="2026-07-01")
    assert not (own.folder / "inspections.csv").exists()


def test_what_was_kept_is_confirmed_on_the_page(own: Result, opened: Opened) -> None:
    assert "已记下 3 栋的结果" in "".join(s.value for s in opened("coverage", coverage_view="sample", inspection_saved=3).success)


def test_only_what_was_filled_in_anew_is_kept() -> None:
    from views.inspection import _changed

    table = pd.DataFrame({"实地结果": ["—", "与系统一致", "不一致", "—"], "备注": ["", "", "旧", ""]})
    edited = pd.DataFrame({"实地结果": ["找不到房屋", "与系统一致", "不一致", "—"], "备注": ["已拆", None, "新", "没有去"]})
    sample = pd.DataFrame({"building_id": ["B1", "B2", "B3", "B4"], "village_code": ["V"] * 4})
    codes = {"与系统一致": "agrees", "不一致": "differs", "找不到房屋": "not_found"}
    assert _changed(table, edited, sample, codes=codes, columns=("实地结果", "备注")) == [
        {"building_id": "B1", "village_code": "V", "verdict": "not_found", "remark": "已拆"},
        {"building_id": "B3", "village_code": "V", "verdict": "differs", "remark": "新"},
    ]
