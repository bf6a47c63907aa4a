"""Two surveys: same, changed, vanished, new."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Geometry, box

from geo.change import COLUMNS, change
from geo.profile import Thresholds

T = Thresholds()


def survey(**outlines: Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"building_id": pd.Series(list(outlines), dtype="str")}, geometry=list(outlines.values()), crs="EPSG:4544")


def states(previous: gpd.GeoDataFrame, current: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    table = change(previous, current, thresholds=T)
    return {(s, b): v for s, b, v in zip(table["survey"], table["building_id"], table["state"], strict=True)}


def test_without_one_of_the_surveys_nothing_is_said() -> None:
    for a, b in ((survey(), survey(x=box(0, 0, 1, 1))), (survey(x=box(0, 0, 1, 1)), survey()), (survey(), survey())):
        table = change(a, b, thresholds=T)
        assert table.empty
        assert tuple(table.columns) == COLUMNS


def test_one_house_in_both_is_the_same() -> None:
    assert states(survey(a=box(0, 0, 10, 10)), survey(b=box(0, 0, 10, 10))) == {("previous", "a"): "same", ("current", "b"): "same"}


def test_85_percent_is_the_same_and_less_is_changed() -> None:
    assert states(survey(a=box(0, 0, 85, 10)), survey(a=box(0, 0, 100, 10)))["current", "a"] == "same"
    assert states(survey(a=box(0, 0, 84.9, 10)), survey(a=box(0, 0, 100, 10)))["current", "a"] == "changed"


def test_ten_percent_is_changed_and_less_is_vanished_and_new() -> None:
    assert states(survey(a=box(0, 0, 10, 10)), survey(b=box(0, 0, 100, 10))) == {("previous", "a"): "changed", ("current", "b"): "changed"}
    assert states(survey(a=box(0, 0, 9.9, 10)), survey(b=box(0, 0, 100, 10))) == {("previous", "a"): "vanished", ("current", "b"): "new"}


def test_houses_that_only_touch_share_nothing() -> None:
    table = change(survey(a=box(0, 0, 10, 10)), survey(b=box(10, 0, 20, 10)), thresholds=T)
    assert table["state"].tolist() == ["vanished", "new"]
    assert table["other_id"].isna().all()


def test_of_two_equal_partners_the_smaller_id_is_named() -> None:
    table = change(survey(a=box(0, 0, 20, 10)), survey(z=box(0, 0, 10, 10), b=box(10, 0, 20, 10)), thresholds=T)
    assert table.loc[table["survey"] == "previous", "other_id"].tolist() == ["b"]
    assert table.loc[table["survey"] == "previous", "others_n"].tolist() == [2]
    assert table.loc[table["survey"] == "previous", "cover_ratio"].tolist() == [1.0]


def test_shuffled_rows_say_the_same() -> None:
    rng = np.random.default_rng(11)
    a = survey(**{f"a{i}": box(12 * i, 0, 12 * i + rng.uniform(5, 14), 10) for i in range(30)})
    b = survey(**{f"b{i}": box(12 * i, 0, 12 * i + rng.uniform(5, 14), 10) for i in range(30)})
    shuffled = change(a.iloc[rng.permutation(30)].reset_index(drop=True), b.iloc[rng.permutation(30)].reset_index(drop=True), thresholds=T)
    key = ["survey", "building_id"]
    whole = change(a, b, thresholds=T)
    pd.testing.assert_frame_equal(shuffled.sort_values(key, ignore_index=True), whole.sort_values(key, ignore_index=True))
