"""Rates are shown as they were counted; small villages are not judged; what is missing is told in whole things."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.outputs import METRICS
from layers.coverage import HIDDEN, LOWER_IS_BETTER, MISSED, OF_PEOPLE, REACHED, SMALL, UNITS, coverage, metrics
from layers.result import Result
from layers.style import GAPS
from tests.layers.town import draw_result, draw_tallies

NAMED = {m.name: m for m in METRICS}


def changed(tmp_path: Path, metric: str, pairs: list[tuple[float, float]]) -> Result:
    table = draw_tallies()
    table.loc[:1, f"{metric}_n"] = [p[0] for p in pairs]
    table.loc[:1, f"{metric}_d"] = [p[1] for p in pairs]
    table[f"{metric}_ratio"] = table[f"{metric}_n"] / table[f"{metric}_d"]
    return draw_result(tmp_path, tallies=table)


def row(result: Result, metric: str, village: str) -> pd.Series:
    villages = coverage(result, NAMED[metric]).villages
    return villages[villages["village_code"] == village].iloc[0]


def test_every_metric_of_the_engine_is_known_by_its_unit() -> None:
    assert set(UNITS) == set(NAMED)
    assert set(NAMED) >= LOWER_IS_BETTER | OF_PEOPLE


def test_only_metrics_that_were_counted_are_offered(result: Result) -> None:
    assert [m.name for m in metrics(result)] == ["plates_on_wall", "dangling_share", "people_placed"]


def test_what_is_missing_is_counted_in_whole_plates(result: Result) -> None:
    village = row(result, "plates_on_wall", "V1")
    assert village["missing_n"] == 4  # 95 % of 98 is 93.1, so 94 plates are needed and 90 are up
    assert village["standing"] == MISSED


@pytest.mark.parametrize(("n", "standing", "missing_n"), [(19, REACHED, 0), (18, MISSED, 1), (20, REACHED, 0)])
def test_the_target_is_reached_exactly_on_the_last_plate(tmp_path: Path, n: float, standing: str, missing_n: float) -> None:
    village = row(changed(tmp_path, "plates_on_wall", [(n, 20), (7, 9)]), "plates_on_wall", "V1")
    assert (village["standing"], village["missing_n"]) == (standing, missing_n)
    assert (village["colour"] == GAPS[0][1]) == (standing == REACHED)


@pytest.mark.parametrize(("d", "standing"), [(19, SMALL), (20, REACHED), (0, SMALL)])
def test_below_twenty_a_village_is_not_coloured(tmp_path: Path, d: float, standing: str) -> None:
    village = row(changed(tmp_path, "plates_on_wall", [(d, d), (7, 9)]), "plates_on_wall", "V1")
    assert village["standing"] == standing
    assert pd.isna(village["colour"]) == (standing == SMALL)


def test_where_less_is_better_the_surplus_is_told(result: Result) -> None:
    assert row(result, "dangling_share", "V1")["missing_n"] == 1
    assert row(result, "dangling_share", "V2")["standing"] == REACHED


def test_small_counts_of_people_are_withheld_together_with_a_second_village(result: Result) -> None:
    found = coverage(result, NAMED["people_placed"])
    assert (found.villages["standing"] == HIDDEN).all()
    assert found.villages[["n", "d", "ratio", "missing_n"]].isna().all(axis=None)
    # two of the whole project are missing: that is a small count itself, and the total would tell it
    assert pd.isna(found.total["n"])


def test_the_worst_village_comes_first_and_the_unjudged_last(tmp_path: Path) -> None:
    found = coverage(changed(tmp_path, "plates_on_wall", [(50, 60), (30, 60)]), NAMED["plates_on_wall"])
    assert found.villages["village_code"].tolist() == ["V2", "V1"]
    found = coverage(changed(tmp_path, "plates_on_wall", [(50, 60), (1, 9)]), NAMED["plates_on_wall"])
    assert found.villages["village_code"].tolist() == ["V1", "V2"]


def test_without_a_target_villages_are_compared_with_the_whole(tmp_path: Path) -> None:
    result = changed(tmp_path, "plates_on_wall_all", [(30, 60), (60, 60)])
    table = result.tables.tallies
    table.loc[2, ["plates_on_wall_all_n", "plates_on_wall_all_d", "plates_on_wall_all_ratio"]] = [90, 120, 0.75]
    found = coverage(result, NAMED["plates_on_wall_all"])
    assert found.relative
    assert found.villages.set_index("village_code")["standing"].to_dict() == {"V1": MISSED, "V2": REACHED}


def test_the_total_is_the_row_of_the_tallies_and_not_counted_anew(result: Result) -> None:
    total = coverage(result, NAMED["plates_on_wall"]).total
    assert (total["n"], total["d"]) == (97, 107)
