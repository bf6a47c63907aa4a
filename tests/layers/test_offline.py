"""Nothing on the map comes from another host, and what is vendored is what was vendored."""

from __future__ import annotations

import json
import re

import folium
import pytest
from folium.plugins import MarkerCluster

from layers.offline import RemoteAssetError, base_map, check_local
from layers.vendor import ASSETS, VENDOR, WANTED, digest

BOUNDS = [[29.5, 106.1], [29.7, 106.3]]


def test_our_map_names_local_files_only() -> None:
    check_local(base_map(BOUNDS, switches=True))


def test_a_plain_folium_map_is_refused_by_name() -> None:
    with pytest.raises(RemoteAssetError, match="leaflet"):
        check_local(folium.Map())


def test_a_plugin_from_a_cdn_is_refused_however_deep_it_hides() -> None:
    fmap = base_map(BOUNDS, switches=True)
    group = folium.FeatureGroup().add_to(fmap)
    MarkerCluster().add_to(group)
    with pytest.raises(RemoteAssetError, match="markercluster"):
        check_local(fmap)


def test_tiles_from_another_host_are_refused() -> None:
    fmap = base_map(BOUNDS, switches=True)
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="x").add_to(fmap)
    with pytest.raises(RemoteAssetError, match=r"tiles\.example"):
        check_local(fmap)


def test_the_script_of_the_map_is_the_same_every_time_and_small() -> None:
    script = [re.sub(r"[0-9a-f]{32}", "", base_map(BOUNDS, switches=True).get_root().render()) for _ in range(2)]
    assert script[0] == script[1]
    assert len(script[0]) < 20_000


def test_a_map_of_nothing_still_draws() -> None:
    assert base_map(None, switches=False).location == [35.0, 105.0]


def test_every_vendored_file_is_the_one_in_the_manifest_and_none_is_besides() -> None:
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
    present = {p.relative_to(VENDOR).as_posix() for p in VENDOR.rglob("*") if p.is_file()} - {"MANIFEST.json"}
    assert present == set(manifest)
    for name, entry in manifest.items():
        assert digest((VENDOR / name).read_bytes()) == entry["sha256"], name


def test_every_vendored_package_brings_its_licence() -> None:
    for package, files in WANTED.items():
        licence = next(kept for path, kept in files.items() if path.upper().startswith("LICEN"))
        assert (VENDOR / licence).stat().st_size > 500, package


@pytest.mark.parametrize("name", sorted(p.name for p in ASSETS.iterdir() if p.suffix in (".js", ".css", ".html")))
def test_our_own_files_name_no_host(name: str) -> None:
    assert not re.findall(r"(?:https?:)?//[a-z]+\.", (ASSETS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(p.name for p in ASSETS.glob("*.js")))
def test_no_text_is_ever_set_as_html(name: str) -> None:
    script = (ASSETS / name).read_text(encoding="utf-8")
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script)
