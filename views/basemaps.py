"""Maps under the map: none by default, files of tiles on this machine, or Tianditu where the network is allowed.

`basemaps.toml` lies in the project folder, one table per map, and every map states its datum:

    [imagery]
    kind = "mbtiles"                # or "pmtiles", both with pictures (png, jpg, webp), or "tianditu"
    name = "影像 2025"
    file = "imagery.mbtiles"        # beside basemaps.toml; not for tianditu
    datum = "CGCS2000"              # or WGS84
    layer = "vec"                   # tianditu: vec, img, ter, and their labels cva, cia, cta
    host = "https://t0.tianditu.gov.cn"
    key_env = "TIANDITU_KEY"        # the variable that holds the key; a key never stands in a file

A map in GCJ-02 or BD-09 lies 300 to 700 m off in China, several courtyards: it is refused, never shifted. The server
fetches tiles itself, so that a browser asks no other host and never learns the key.
"""

from __future__ import annotations

import os
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st

from layers.compose import OVERVIEW
from views import state, tiles

NAME = "basemaps.toml"
BASE = "basemap"
"""Session key of the chosen map; "" is none."""
SAFE_DATUMS = ("CGCS2000", "WGS84")
_SHIFTED = {
    "GCJ02": ("火星坐标（GCJ-02）", "GCJ-02"),
    "BD09": ("百度坐标（BD-09）", "BD-09"),
}
_KNOWN = {"kind", "name", "file", "datum", "layer", "host", "key_env", "attribution"}
_KINDS = ("mbtiles", "pmtiles", "tianditu")
_LAYERS = ("vec", "img", "ter", "cva", "cia", "cta")
TIANDITU = "https://t0.tianditu.gov.cn"
_TIMEOUT_S = 8


@dataclass(frozen=True)
class Basemap:
    """One configured map; with a reason in both languages where it cannot be shown."""

    key: str
    name: str
    kind: str
    datum: str
    file: Path | None = None
    layer: str = "vec"
    host: str = TIANDITU
    key_env: str = "TIANDITU_KEY"
    attribution: str = ""
    zh: str = ""
    en: str = ""

    @property
    def refused(self) -> bool:
        """Whether it cannot be shown."""
        return bool(self.zh)


def home() -> Path | None:
    """Folder that holds basemaps.toml: the project's, else that of the results."""
    named = os.environ.get("DOORPLATE_PROJECT")
    folders = [Path(named).expanduser()] if named else []
    folders += [where] if (where := state.root()) else []
    return next((f for f in folders if (f / NAME).is_file()), None)


def basemaps() -> tuple[Basemap, ...]:
    """Every configured map in order of the file, those that are refused with the reason."""
    where = home()
    if where is None:
        return ()
    try:
        told = tomllib.loads((where / NAME).read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        return (Basemap("", NAME, "", "", zh=f"{NAME} 不是有效的 UTF-8 TOML 文件：{e}", en=f"{NAME} is not valid UTF-8 TOML: {e}"),)
    return tuple(_judged(where, key, one) for key, one in told.items())


def shown(project: str) -> dict[str, Any] | None:
    """The chosen map as the state of a project's map wants it: address of its tiles, zooms, where it is from; None for none."""
    chosen = st.session_state.get(BASE)
    one = next((b for b in basemaps() if b.key == chosen and not b.refused), None)
    if one is None:
        return None
    from views.routes import ticket  # the routes know the maps

    low, high = tiles.zooms(one.file) if one.file else (1, 18)
    url = f"../../tile/{one.key}/{{z}}/{{x}}/{{y}}?" + urlencode(ticket(project, OVERVIEW))
    return {"key": one.key, "url": url, "min": low, "max": high, "from": one.attribution or one.name}


def tile(key: str, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """One tile with its media type, rows counted from the north; None where the map has none there."""
    one = next((b for b in basemaps() if b.key == key and not b.refused), None)
    if one is None:
        return None
    if one.file is not None:
        return tiles.tile(one.file, z, x, y)
    return _fetch(one, z, x, y)


def network_allowed() -> bool:
    """Whether the server may ask a map service; nothing else here ever uses the network."""
    return os.environ.get("DOORPLATE_NETWORK") == "allow"


def _judged(where: Path, key: str, told: Any) -> Basemap:
    if not isinstance(told, Mapping):
        return Basemap(key, key, "", "", zh=f"{NAME}：{key} 应是一节 [{key}]。", en=f"{NAME}: {key} must be a table [{key}].")
    name, kind, datum = (str(told.get(k) or "") for k in ("name", "kind", "datum"))
    texts = {k: str(told[k]) for k in ("layer", "host", "key_env", "attribution") if k in told}
    file = where / str(told["file"]) if kind != "tianditu" and told.get("file") else None
    zh, en = _reason(where, key, told, kind, datum, file)
    return Basemap(key, name or key, kind, datum, file, zh=zh, en=en, **texts)


def _reason(where: Path, key: str, told: Mapping[str, Any], kind: str, datum: str, file: Path | None) -> tuple[str, str]:
    """Why a map is not shown; ("", "") where it is."""
    if unknown := sorted(set(told) - _KNOWN):
        return (
            f"未知的设置 {unknown[0]}；可用：{'、'.join(sorted(_KNOWN))}。",
            f"unknown key {unknown[0]}; there are {', '.join(sorted(_KNOWN))}.",
        )
    if kind not in _KINDS or not key.isidentifier() or not key.isascii():
        return (
            f"kind 应为 {'、'.join(_KINDS)} 之一，节名只用英文字母和数字。",
            f"kind is one of {', '.join(_KINDS)}; the name of the table is plain letters.",
        )
    if reason := _datum(datum):
        return reason
    if kind == "tianditu":
        return _tianditu(told)
    if file is None or where.resolve() not in file.resolve().parents or not file.is_file():
        return "file 指的瓦片文件不在项目文件夹中。", "the file of tiles is not in the project folder."
    return tiles.fault(file, kind)


def _datum(datum: str) -> tuple[str, str] | None:
    plain = datum.upper().replace("-", "").replace("_", "").replace(" ", "")
    for bad, (zh, en) in _SHIFTED.items():
        if plain.startswith(bad):
            return (
                f"这张底图是{zh}，与本系统的坐标相差约 300–700 米（隔着几个院子），叠上去会指错房子，不予显示；请换用 CGCS2000 或 WGS84 的底图。",
                f"this map is in {en}, some 300-700 m off: it would point at the wrong houses and is not shown; use one in CGCS2000 or WGS84.",
            )
    if plain not in SAFE_DATUMS:
        return (
            "没有写明 datum；只显示写明为 CGCS2000 或 WGS84 的底图。",
            "no datum is stated; only maps stated to be CGCS2000 or WGS84 are shown.",
        )
    return None


def _tianditu(told: Mapping[str, Any]) -> tuple[str, str]:
    if told.get("layer", "vec") not in _LAYERS:
        return f"layer 应为 {'、'.join(_LAYERS)} 之一。", f"layer is one of {', '.join(_LAYERS)}."
    if urlsplit(str(told.get("host", TIANDITU))).scheme not in ("http", "https"):
        return "host 应是 http:// 或 https:// 地址。", "host is an http:// or https:// address."
    if not network_allowed():
        return (
            "这张底图要访问网络，而本机设置为不联网；需要时请由管理员设置 DOORPLATE_NETWORK=allow。",
            "this map needs the network, which is not allowed here; an administrator may set DOORPLATE_NETWORK=allow.",
        )
    key_env = str(told.get("key_env", "TIANDITU_KEY"))
    if not os.environ.get(key_env):
        return f"环境变量 {key_env} 中没有天地图密钥。", f"the variable {key_env} holds no key of Tianditu."
    return "", ""


def _fetch(one: Basemap, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    asked = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": one.layer, "STYLE": "default", "TILEMATRIXSET": "w",
        "FORMAT": "tiles", "TILEMATRIX": z, "TILEROW": y, "TILECOL": x, "tk": os.environ[one.key_env],
    }  # fmt: skip
    url = f"{one.host.rstrip('/')}/{one.layer}_w/wmts?{urlencode(asked)}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310  the scheme was checked with the configuration
            content: bytes = answer.read(tiles.LIMIT_BYTES)
    except (urllib.error.URLError, TimeoutError):
        return None
    kind = tiles.media_type(content)
    return (content, kind) if kind else None
