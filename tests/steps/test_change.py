"""Two surveys: same, changed, vanished, new."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Geometry, affinity, box

from geo.change import COLUMNS, _apart, _common_m2, _Edges, change
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
    slipped = states(survey(a=box(0, 0, 100, 10)), survey(b=box(90, 0, 182, 10)))  # 100 m2 of 1,820 m2
    assert slipped == {("previous", "a"): "vanished", ("current", "b"): "new"}


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


def groups(previous: gpd.GeoDataFrame, current: gpd.GeoDataFrame) -> dict[tuple[str, str], tuple[str, int, list[str]]]:
    table = change(previous, current, thresholds=T)
    return {(s, b): (v, n, g) for s, b, v, n, g in zip(*(table[c] for c in ("survey", "building_id", "state", "parts_n", "group_ids")), strict=True)}


def test_a_house_that_became_two_is_split_and_two_that_became_one_are_merged() -> None:
    one, two = survey(x=box(0, 0, 20, 10)), survey(x=box(0, 0, 10, 10), y=box(10, 0, 20, 10))
    assert groups(one, two) == {("previous", "x"): ("split", 2, ["x", "y"]), ("current", "x"): ("split", 2, ["x"]), ("current", "y"): ("split", 2, ["x"])}
    assert groups(two, one) == {("previous", "x"): ("merged", 2, ["x"]), ("previous", "y"): ("merged", 2, ["x"]), ("current", "x"): ("merged", 2, ["x", "y"])}


def test_twelve_of_a_row_drawn_as_one_did_not_vanish() -> None:
    row = survey(**{f"r{i:02}": box(10 * i, 0, 10 * i + 10, 10) for i in range(12)})  # each has IoU 0.083 with the whole
    found = groups(row, survey(whole=box(0, 0, 120, 10)))
    assert found["current", "whole"] == ("merged", 12, [f"r{i:02}" for i in range(12)])
    assert all(found["previous", f"r{i:02}"] == ("merged", 12, ["whole"]) for i in range(12))


def test_parts_that_are_not_the_whole_are_no_split() -> None:
    found = states(survey(x=box(0, 0, 20, 10)), survey(a=box(0, 0, 8, 10), b=box(12, 0, 20, 10)))  # together 0.8 of it
    assert set(found.values()) == {"changed"}


def test_the_house_itself_stays_the_same_when_a_shed_is_cut_off() -> None:
    found = states(survey(x=box(0, 0, 100, 10)), survey(x=box(0, 0, 91, 10), shed=box(91, 0, 100, 10)))
    assert found == {("previous", "x"): "same", ("current", "x"): "same", ("current", "shed"): "split"}


def test_a_hut_under_a_hall_was_built_over_and_the_hall_is_new() -> None:
    assert states(survey(hut=box(0, 0, 10, 10)), survey(hall=box(-50, -50, 50, 50))) == {("previous", "hut"): "built_over", ("current", "hall"): "new"}
    assert states(survey(hut=box(0, 0, 10, 10)), survey(hall=box(7, 0, 107, 100)))["previous", "hut"] == "vanished", "three tenths is not more than three tenths"


def draw_outlines(rng: np.random.Generator, n: int) -> np.ndarray:
    """Stars and rectangles of 4 to 12 corners around places of a town, some with corners on whole metres, far from the origin."""
    out = []
    for _ in range(n):
        corners = int(rng.integers(4, 13))
        angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
        reach = rng.uniform(2, 12, corners)
        ring = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]) + rng.uniform(-8, 8, 2)
        ring = np.round(ring) if rng.random() < 0.3 else ring
        out.append(shapely.polygons((ring if rng.random() < 0.5 else ring[::-1]) + [480_000, 3_280_000]))
    found = np.array(out, dtype=object)
    return found[shapely.is_valid(found)]


def test_the_common_area_summed_over_edges_is_that_of_the_overlay() -> None:
    old, new = (draw_outlines(np.random.default_rng(seed), 300) for seed in (1, 2))
    i, j = (c.ravel() for c in np.meshgrid(np.arange(60), np.arange(len(new))))
    one, two = _Edges(old), _Edges(new)
    np.testing.assert_allclose(_common_m2(one, two, i, j), shapely.area(shapely.intersection(old[i], new[j])), atol=1e-6)
    whole = np.arange(len(old))
    np.testing.assert_allclose(_common_m2(one, one, whole, whole), shapely.area(old), atol=1e-6)


def test_outlines_told_apart_never_meet_and_most_neighbours_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    turned = [affinity.rotate(box(0, 0, w, h), a, origin=(0, 0)) for w, h, a in rng.uniform((5, 5, 0), (15, 15, 360), (400, 3))]
    houses = np.array([affinity.translate(h, 4.8e5 + x, 3.28e6 + y) for h, (x, y) in zip(turned, rng.uniform(0, 150, (400, 2)), strict=True)], dtype=object)
    houses = np.concatenate([houses, [shapely.union(houses[0], houses[1]), houses[2].difference(shapely.buffer(shapely.centroid(houses[2]), 1))]])
    i, j = shapely.STRtree(houses).query(houses)
    apart, met = _apart(_Edges(houses), _Edges(houses), i, j), shapely.intersects(houses[i], houses[j])
    assert not (apart & met).any()
    assert np.mean(apart[~met]) > 0.5


def test_an_overlap_that_is_told_is_the_overlay_to_the_last_digit() -> None:
    """Only what is surely one house is summed over edges; holes and parts never are."""
    old = shapely.polygons([[0, 0], [20.1, 0.3], [19.9, 9.7], [-0.2, 10]])
    for new in (affinity.translate(old, 3.3, 1.1), old.difference(box(2, 2, 5, 5)), shapely.union(old, box(30, 0, 40, 10))):
        told = change(survey(a=old), survey(b=new), thresholds=T)
        common = shapely.area(shapely.intersection(old, new))
        assert (told["iou"] == common / (shapely.area(old) + shapely.area(new) - common)).all()
