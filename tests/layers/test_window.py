"""A window of the map holds what a scene holds there, and nothing else; findings keep their place in the table."""

from __future__ import annotations

import json

import pytest

from layers import window as module
from layers.compose import compose
from layers.degrees import bounds
from layers.result import EVERYWHERE, Result
from layers.window import packed_window, window, windows

Box = tuple[float, float, float, float]


def box_of(result: Result, *, table: str = "buildings", pad: float = 0.001) -> Box:
    found = bounds(getattr(result.tables, table))
    assert found
    (south, west), (north, east) = found
    return west - pad, south - pad, east + pad, north + pad


def test_a_window_around_everything_is_the_scene_of_everything(result: Result) -> None:
    told = window(windows(result), box_of(result))["layers"]
    scene = compose(result, EVERYWHERE)["layers"]
    assert told["buildings"] == scene["buildings"]
    drawn = [one for one in scene["findings"]["features"] if one["geometry"]]
    places = {one["properties"].pop("i"): one for one in told["findings"]["features"]}
    assert list(places.values()) == drawn
    ids = result.tables.findings["finding_id"].tolist()
    assert all(ids[at] == one["properties"]["id"] for at, one in places.items())


def test_a_window_holds_only_what_touches_it(result: Result) -> None:
    first = result.tables.buildings.iloc[:1]
    (south, west), (north, east) = bounds(first) or [[0, 0], [0, 0]]
    told = window(windows(result), (west, south, east, north))["layers"]
    assert [one["properties"]["id"] for one in told["buildings"]["features"]] == ["B1"]
    assert window(windows(result), (10.0, 10.0, 10.1, 10.1))["layers"]["buildings"]["features"] == []


def test_too_many_are_told_and_not_drawn(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT_N", 3)
    told = json.loads(packed_window(windows(result), box_of(result)))
    assert set(told) == {"too_many"}
    assert told["too_many"] > 3
