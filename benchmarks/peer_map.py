"""The plain way to the same map, run by benchmarks.app: every building in one folium.GeoJson, the click in its answer."""

from __future__ import annotations

import json
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium

LOCAL = "../../app/static/"
COLOURS = {"matched": "#d9e0e6"}


@st.cache_data
def buildings() -> dict[str, object]:
    """The buildings, read once."""
    told: dict[str, object] = json.loads(Path("buildings.json").read_text(encoding="utf-8"))
    return told


def main() -> None:
    """Show the map and the house that was clicked."""
    st.set_page_config(layout="wide")
    houses = buildings()
    folium.Map.default_js = [("leaflet", LOCAL + "leaflet.js")]
    folium.Map.default_css = [("leaflet", LOCAL + "leaflet.css")]
    fmap = folium.Map(tiles=None, prefer_canvas=True, max_zoom=21)
    folium.GeoJson(
        houses, style_function=lambda f: {"fillColor": COLOURS.get(f["properties"]["status"], "#D55E00"), "weight": 1, "fillOpacity": 0.8}
    ).add_to(fmap)
    fmap.fit_bounds(folium.GeoJson(houses).get_bounds())  # type: ignore[arg-type]
    seen = st_folium(fmap, height=600, use_container_width=True, returned_objects=["last_active_drawing"])
    chosen = (seen or {}).get("last_active_drawing")
    st.write(chosen["properties"]["building_id"] if chosen else "—")


main()
