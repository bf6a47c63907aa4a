"""What is sent of a map is what streamlit-folium itself would send, and a rerun writes no script anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import folium
import pytest
import streamlit_folium
from folium.template import Template

from layers.offline import far_map, plain_map, switched_map
from layers.work import work_map
from views import map_frame

BOUNDS = [[29.5, 106.1], [29.7, 106.3]]
STATE = {"scene": "town/V1", "words": {"x": "门牌 & 'plates'"}, "selected": None, "fly": 0, "mask": "0f"}
Draw = Callable[[list[list[float]] | None], folium.Map]


class Stated(folium.map.Layer):
    """A state as an element of folium's, for comparison."""

    _template = Template("{% macro script(this, kwargs) %}Doorplate.apply({{ this.state|tojson }});{% endmacro %}")

    def __init__(self, state: dict[str, Any]) -> None:
        super().__init__(control=False)
        self._name = "Stated"
        self.state = state


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What reaches the component."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(streamlit_folium, "_component_func", lambda **given: calls.append(given))
    return calls


def applied(script: str) -> tuple[str, Any]:
    """The lines around a state without their spaces, and the state."""
    found = re.search(r"Doorplate\.apply\((\{.*\})\);", script)
    assert found
    return re.sub(r"\s|,?(?=\})", "", script.replace(found[1], "")), json.loads(found[1])


@pytest.mark.parametrize("bounds", [BOUNDS, None])
@pytest.mark.parametrize("draw", [switched_map, plain_map, far_map, work_map])
def test_what_is_sent_is_what_streamlit_folium_sends(draw: Draw, bounds: list[list[float]] | None, sent: list[dict[str, Any]]) -> None:
    map_frame.show_map(draw, bounds, STATE, key="map", height_px=600)
    group = folium.FeatureGroup(control=False)
    Stated(STATE).add_to(group)
    streamlit_folium.st_folium(
        draw(bounds), key="map", height=600, use_container_width=True, returned_objects=[], feature_group_to_add=group
    )  # fmt: skip
    ours, theirs = sent
    assert callable(ours.pop("on_change"))
    assert callable(theirs.pop("on_change"))
    assert applied(ours.pop("feature_group"))[1] == applied(theirs.pop("feature_group"))[1] == STATE
    assert ours == theirs


def test_the_lines_around_the_state_are_those_of_streamlit_folium(sent: list[dict[str, Any]]) -> None:
    map_frame.show_map(plain_map, BOUNDS, STATE, key="map", height_px=600)
    group = folium.FeatureGroup(control=False)
    Stated(STATE).add_to(group)
    streamlit_folium.st_folium(plain_map(BOUNDS), key="map", returned_objects=[], feature_group_to_add=group)
    ours, theirs = (applied(one["feature_group"])[0] for one in sent)
    assert set(ours.split(";")) <= set(theirs.split(";"))
    assert len(ours.split(";")) >= 6


def test_the_script_of_a_map_is_written_once(sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def draw(bounds: list[list[float]] | None) -> folium.Map:
        drawn.append(bounds)
        return plain_map(bounds)

    for n in range(5):
        map_frame.show_map(draw, BOUNDS, {"fly": n}, key="map", height_px=600)
    assert len(drawn) == 1
    assert len({one["feature_group"] for one in sent}) == 5
    assert len({one["key"] for one in sent}) == 1


def test_another_place_or_another_map_is_another_frame(sent: list[dict[str, Any]]) -> None:
    for draw, bounds, key in ((plain_map, BOUNDS, "a"), (plain_map, BOUNDS, "b"), (plain_map, None, "a"), (switched_map, BOUNDS, "a")):
        map_frame.show_map(draw, bounds, {}, key=key, height_px=600)
    assert len({one["key"] for one in sent}) == 4


@pytest.mark.parametrize("hostile", ["</script><script>alert(1)</script>", "${alert(1)}`", "');alert(1);('", "\u2028alert(1)", '"});alert(1);({"'])
def test_a_state_cannot_break_out_of_its_lines(hostile: str) -> None:
    script = map_frame.stated({"words": {"x": hostile}})
    assert applied(script)[1] == {"words": {"x": hostile}}
    assert not {"<", ">", "&", "'", "\u2028"} & set(script)
