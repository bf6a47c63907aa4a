"""Counts of people below five cannot be seen, and cannot be worked out from what is seen."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.people import hidden, masked, shown, told_people
from layers.result import Result
from tests.layers.town import draw_buildings, draw_result


@pytest.mark.parametrize(("count", "told"), [(None, ""), (float("nan"), ""), (0, "<5"), (1, "<5"), (4, "<5"), (5, "5"), (12000, "12,000")])
def test_a_count_below_five_is_not_told_and_unknown_is_not_zero(count: float | None, told: str) -> None:
    assert shown(count) == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("建筑 B1 有 1 人户在人不在。", "建筑 B1 有 <5 人户在人不在。"),
        ("登记 2 / 0 人（户籍 / 实有），应优先补牌。", "登记 <5 / <5 人（户籍 / 实有），应优先补牌。"),
        ("登记 12 / 3 人", "登记 12 / <5 人"),
        ("4 people are registered at 3号", "<5 people are registered at 3号"),
        ("建筑 B4（楼面 4 m²）登记 14 人。", "建筑 B4（楼面 4 m²）登记 14 人。"),
        ("中山巷4号 登记 6 人", "中山巷4号 登记 6 人"),
    ],
)
def test_a_sentence_keeps_its_words_and_loses_its_small_counts(sentence: str, told: str) -> None:
    assert masked(sentence) == told


def test_two_small_villages_hide_each_other_and_no_more() -> None:
    assert hidden(pd.Series([98, 97, 100]), pd.Series([100, 100, 100])).tolist() == [True, True, False]


def test_a_single_hidden_village_takes_the_smallest_other_one_along() -> None:
    assert hidden(pd.Series([98, 500, 60]), pd.Series([100, 500, 60])).tolist() == [True, False, True]


def test_a_village_without_anybody_missing_is_shown() -> None:
    assert not hidden(pd.Series([100, 90]), pd.Series([100, 100])).any()


def test_of_two_equally_small_villages_the_first_is_taken() -> None:
    assert hidden(pd.Series([98, 60, 60]), pd.Series([100, 60, 60])).tolist() == [True, True, False]


def test_unknown_counts_hide_nothing() -> None:
    nothing = pd.Series([float("nan")] * 2)
    assert not hidden(nothing, nothing).any()


def test_a_single_small_house_of_a_village_takes_another_along(tmp_path: Path) -> None:
    town = draw_buildings()
    town["village_code"] = "V1"
    town["resident_n"] = [3.0, 9.0, 30.0, 40.0]
    told = told_people(draw_result(tmp_path, buildings=town), ["B1", "B2", "B3"])
    assert told["resident_n"].to_dict() == {"B1": "<5", "B2": "≥5", "B3": "30"}
    assert told["floating_n"].to_dict() == {"B1": "5", "B2": "", "B3": ""}


def test_an_unknown_building_has_no_counts(result: Result) -> None:
    assert told_people(result, ["B99"]).empty
