"""The one place where a map meets streamlit-folium: its script is written once, and a rerun sends only what the map shows just now.

`st_folium` writes the whole script of a map anew in every run of a page, some 20 ms of templates for a text that never
changes. Here the script of each map is kept with its arguments, and the state is put into the few lines that
streamlit-folium evaluates in the frame that is there already. The version of streamlit-folium is pinned, and a test
compares every argument with what `st_folium` itself would send.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import folium
import streamlit as st
import streamlit_folium
from streamlit import runtime

Bounds = tuple[tuple[float, float], tuple[float, float]] | None
"""South-west and north-east corner as (lat, lon) degrees; None where nothing has a place."""
_GROUP = "feature_group_feature_group_0"


def show_map(
    draw: Callable[[list[list[float]] | None], folium.Map],
    bounds: list[list[float]] | None,
    state: dict[str, Any],
    *,
    key: str,
    height_px: int,
) -> None:
    """Show a map and what it shows just now; what is clicked on it comes back in the session under `key`.

    Parameters
    ----------
    draw
        Makes the empty map on given bounds, the same one for the same bounds.
    bounds
        South-west and north-east corner as [lat, lon] degrees; None where nothing has a place.
    state
        What the map shows just now, as JSON; holds no geometry.
    key
        Name of the map in the session and on the page.
    height_px
        Height of its frame.
    """
    _serve_frame()
    fixed = prepared(draw, bounds, key)
    name = fixed["key"]

    def taken() -> None:
        st.session_state[key] = st.session_state.get(name, {})

    streamlit_folium._component_func(**fixed, height=height_px, feature_group=stated(state), on_change=taken)  # noqa: SLF001  the version is pinned


def prepared(draw: Callable[[list[list[float]] | None], folium.Map], bounds: list[list[float]] | None, key: str) -> dict[str, Any]:
    """What is sent of a map in every run alike; made once."""
    return _fixed(draw, None if bounds is None else (tuple(bounds[0]), tuple(bounds[1])), key)


def stated(state: dict[str, Any]) -> str:
    """The lines that put a state into a map that is there already."""
    # As Jinja's tojson writes it: nothing in a text can end the script it stands in.
    text = json.dumps(state, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    for sign, told in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027")):
        text = text.replace(sign, told)
    return (
        f"var {_GROUP} = L.featureGroup({{}});\nDoorplate.apply({text});\nmap_div.addLayer({_GROUP});\n"
        f"window.feature_group = window.feature_group || [];\nwindow.feature_group.push({_GROUP});\n"
    )


def _serve_frame() -> None:
    """Have the frame's own files served: streamlit-folium asks for that where it is first imported, and only on a page, not while warming up."""
    if not runtime.exists():
        return
    registry, component = runtime.get_instance().component_registry, streamlit_folium._component_func  # noqa: SLF001  the version is pinned
    if registry.get_component_path(component.name) is None:
        registry.register_component(component)


@lru_cache(maxsize=64)
def _fixed(draw: Callable[[list[list[float]] | None], folium.Map], bounds: Bounds, key: str) -> dict[str, Any]:
    """Everything streamlit-folium sends of a map that does not change: its script, its files, its name."""
    fmap = draw(None if bounds is None else [list(bounds[0]), list(bounds[1])])
    fmap.get_root().render()
    fmap.render()  # type: ignore[no-untyped-call]
    html, header = streamlit_folium._get_html(fmap), streamlit_folium._get_header(fmap)  # noqa: SLF001  the version is pinned
    script = streamlit_folium._get_map_string(fmap)  # noqa: SLF001
    elements = list(_mounted(fmap))
    return {
        "script": script,
        "header": header,
        "html": html,
        "id": streamlit_folium.get_full_id(fmap),
        "key": streamlit_folium.generate_js_hash(script, key),
        "width": None,
        "returned_objects": [],
        "default": {},
        "zoom": None,
        "center": None,
        "return_on_hover": False,
        "layer_control": None,
        "pixelated": False,
        "css_links": list(dict.fromkeys(url for one in elements for _, url in getattr(one, "default_css", []))),
        "js_links": list(dict.fromkeys(url for one in elements for _, url in getattr(one, "default_js", []))),
        "wrap_longitude": False,
    }


def _mounted(element: Any) -> list[Any]:
    """The elements of a map that load files of their own, in the order they are loaded."""
    own = [element] if isinstance(element, folium.elements.JSCSSMixin) else []
    return own + [one for child in getattr(element, "_children", {}).values() for one in _mounted(child)]
