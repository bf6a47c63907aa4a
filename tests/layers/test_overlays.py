"""Each overlay draws its rows, in WGS84 degrees, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shapely import Point

from layers.compose import LAYERS, OVERVIEW, compose
from layers.result import EVERYWHERE, Result
from tests.layers.town import draw_result, draw_town


def drawn(result: Result, scope: str, layer: str) -> list[dict[str, Any]]:
    return compose(result, scope)["layers"][layer]["features"]


def ids(features: list[dict[str, Any]]) -> list[object]:
    return [f["properties"]["id"] for f in features]


def test_layers_are_drawn_bottom_first_with_findings_on_top() -> None:
    assert [layer.name for layer in LAYERS] == ["villages", "buildings", "links", "addresses", "plates", "findings"]
    assert len({layer.shape for layer in LAYERS}) == len(LAYERS)


def test_a_scene_is_json_with_plain_numbers(result: Result) -> None:
    for scope in (*result.villages, EVERYWHERE, OVERVIEW):
        json.dumps(compose(result, scope), allow_nan=False)


def test_coordinates_are_degrees_on_the_globe_where_the_town_lies(result: Result) -> None:
    (lon, lat), *_ = drawn(result, "V1", "buildings")[0]["geometry"]["coordinates"][0]
    # EPSG:4544 is the zone of 105 degrees east: 617 km is 117 km east of it, 1.2 degrees at this latitude.
    assert 106.1 < lon < 106.3
    assert 29.5 < lat < 29.7


def test_a_village_draws_its_own_buildings_and_every_outline(result: Result) -> None:
    assert ids(drawn(result, "V1", "buildings")) == ["B1", "B2"]
    assert ids(drawn(result, "V2", "buildings")) == ["B3"]
    assert [(f["properties"]["id"], f["properties"]["own"]) for f in drawn(result, "V1", "villages")] == [("V1", True), ("V2", False)]


def test_a_building_carries_the_number_of_its_address_and_its_status(result: Result) -> None:
    first, second = drawn(result, "V1", "buildings")
    assert first["properties"] == {"id": "B1", "s": "text_conflict", "t": "4号"}
    assert second["properties"] == {"id": "B2", "s": "unplated_building"}


def test_rooms_and_plates_without_a_point_are_not_drawn(result: Result) -> None:
    assert ids(drawn(result, "V1", "addresses")) == ["A1"]
    assert ids(drawn(result, "V1", "plates")) == ["P1"]


def test_a_link_runs_from_plate_through_building_to_address(result: Result) -> None:
    (line,) = drawn(result, "V1", "links")
    assert line["properties"] == {"id": 0, "s": "one_to_one"}
    assert len(line["geometry"]["coordinates"]) == 3


def test_a_link_with_only_one_located_end_is_not_drawn(result: Result) -> None:
    assert 2 not in ids(drawn(result, EVERYWHERE, "links"))


def test_empty_points_are_no_places(tmp_path: Path) -> None:
    plates = draw_town().plates
    plates["geometry"] = [Point(), Point(), Point()]
    result = draw_result(tmp_path, plates=plates)
    for scope in (*result.villages, EVERYWHERE):
        scene = compose(result, scope)
        assert not scene["layers"]["plates"]["features"]
        json.dumps(scene, allow_nan=False)
    assert len(drawn(result, "V1", "links")[0]["geometry"]["coordinates"]) == 2


def test_the_nth_feature_is_the_nth_finding_even_without_a_place(result: Result) -> None:
    features = drawn(result, "V1", "findings")
    assert ids(features) == ["F1", "F2", "F3", "F5"]
    assert features[2]["geometry"] is None


def test_findings_on_one_spot_stand_side_by_side(result: Result) -> None:
    first, _, _, fifth = drawn(result, "V1", "findings")
    assert (first["properties"]["x"], fifth["properties"]["x"]) == (0, 1)


def test_a_finding_names_the_other_objects_it_speaks_of(result: Result) -> None:
    assert sorted(drawn(result, "V1", "findings")[0]["properties"]["r"]) == [("address", "A1"), ("building", "B1")]


def test_a_finding_without_a_point_stands_where_its_subject_is(tmp_path: Path) -> None:
    findings = draw_town().findings
    findings.loc[findings["finding_id"] == "F2", "geometry"] = None
    feature = drawn(draw_result(tmp_path, findings=findings), "V1", "findings")[1]
    lon, lat = feature["geometry"]["coordinates"]
    west, south = drawn(draw_result(tmp_path), "V1", "buildings")[1]["geometry"]["coordinates"][0][0]
    assert lon == pytest.approx(west, abs=2e-4)
    assert lat == pytest.approx(south, abs=2e-4)


def test_the_overview_holds_outlines_and_nothing_else(result: Result) -> None:
    assert list(compose(result, OVERVIEW)["layers"]) == ["villages"]


def test_what_lies_in_no_village_is_drawn_in_its_own_scope(result: Result) -> None:
    assert ids(drawn(result, "", "buildings")) == ["B4"]
    assert ids(drawn(result, "", "findings")) == ["F4", "F6"]


def test_an_empty_village_has_a_scene_with_bounds(tmp_path: Path) -> None:
    town = draw_town()
    empty = draw_result(
        tmp_path,
        buildings=town.buildings.iloc[:0],
        plates=town.plates.iloc[:0],
        addresses=town.addresses.iloc[:0],
        findings=town.findings.iloc[:0],
        links=town.links.iloc[:0],
    )
    scene = compose(empty, "V1")
    assert scene["bounds"] is not None
    assert all(not scene["layers"][name]["features"] for name in ("buildings", "links", "plates", "addresses", "findings"))
