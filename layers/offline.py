"""A folium map that needs nothing from the network: its own Leaflet, or an error; never a silently blank map."""

from __future__ import annotations

from typing import Any

import folium
from folium.elements import JSCSSMixin
from folium.template import Template

from layers import style
from layers.compose import LAYERS

BASE = "../../assets/"
"""From the map's frame, <base>/component/<name>/index.html, to the app's own files."""

SCRIPTS = ("shapes", "legend", "base", "stream", "map")
"""Our own scripts of the map, in the order they are loaded, after Leaflet."""


class RemoteAssetError(RuntimeError):
    """The map would fetch something from outside; the message names it."""


class Overlay(JSCSSMixin, folium.map.Layer):
    """All overlays as one element whose script never changes, so that the frame is never loaded again."""

    default_js = [(name, f"{BASE}{name}.js") for name in SCRIPTS]  # noqa: RUF012  declared as an instance variable upstream
    default_css = [("map", BASE + "map.css")]  # noqa: RUF012
    _template = Template(
        "{% macro script(this, kwargs) %}var {{ this.get_name() }} = Doorplate.mount({{ this._parent.get_name() }}, {{ this.settings|tojson }}, "
        "(function () { var n = 0; return function (event) { event.n = Date.now() + '.' + (++n); Streamlit.setComponentValue(event); "
        "window.parent.focus(); }; })());{% endmacro %}"
    )

    def __init__(self, *, switches: bool, far: bool = False) -> None:
        super().__init__(name="doorplate", control=False)
        self._name = "Overlay"
        self.settings = settings(switches=switches, far=far)


def settings(*, switches: bool, far: bool = False) -> dict[str, Any]:
    """What the script must know before any scene: overlays bottom first, looks, and whether overlays can be switched.

    With `far` every overlay is drawn at every zoom, for a small map of one table.
    """
    layers = [{"name": one.name, "shape": one.shape, "min_zoom": 0 if far else one.min_zoom} for one in LAYERS]
    return {"layers": layers, "switches": switches, **style.sheet()}


def base_map(bounds: list[list[float]] | None, *, switches: bool, far: bool = False) -> folium.Map:
    """An empty map on those bounds ([south-west, north-east] as lat/lon degrees) with all overlays mounted; `far` as in `settings`."""
    south_west, north_east = bounds or [[35.0, 105.0], [35.0, 105.0]]
    centre = [round((a + b) / 2, 5) for a, b in zip(south_west, north_east, strict=True)]
    fmap = folium.Map(centre, zoom_start=14 if bounds else 4, tiles=None, prefer_canvas=True, maxZoom=21, attribution_control=False)
    fmap.options["zoomSnap"] = 0.25
    fmap.default_js = [("leaflet", BASE + "vendor/leaflet.js")]
    fmap.default_css = [("leaflet", BASE + "vendor/leaflet.css")]
    Overlay(switches=switches, far=far).add_to(fmap)
    return check_local(fmap)


def switched_map(bounds: list[list[float]] | None) -> folium.Map:
    """The map whose overlays can be switched."""
    return base_map(bounds, switches=True)


def plain_map(bounds: list[list[float]] | None) -> folium.Map:
    """The map with all its overlays, as they are."""
    return base_map(bounds, switches=False)


def far_map(bounds: list[list[float]] | None) -> folium.Map:
    """A small map of one table, drawn at every zoom."""
    return base_map(bounds, switches=False, far=True)


def check_local(fmap: folium.Map) -> folium.Map:
    """The map itself, if everything it loads is local.

    Raises
    ------
    RemoteAssetError
        An element of the map names a script or style sheet on another host.
    """
    remote = sorted(set(_remote(fmap)))
    if remote:
        raise RemoteAssetError(f"the map needs {', '.join(remote)}: vendor it or leave the element out")
    return fmap


def _remote(element: Any) -> list[str]:
    own = [*getattr(element, "default_js", []), *getattr(element, "default_css", [])]
    tiles = [str(getattr(element, "tiles", None) or "")]
    urls = [url for _, url in own] + tiles
    below = [url for child in getattr(element, "_children", {}).values() for url in _remote(child)]
    return [url for url in urls if url.startswith(("http:", "https:", "//"))] + below
