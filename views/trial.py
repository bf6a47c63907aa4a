"""What was understood of a delivery: its kind, encoding, header, system and columns, and its shapes on a small map."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.tables import INPUT
from layers.offline import far_map
from layers.words import names, words
from views.intake import Trial
from views.language import aside, joined
from views.map_frame import show_map
from views.plain import plain
from views.routes import trial_url
from views.state import language, say

HEIGHT_PX = 260
_TAKEN = {
    "as_is": ("与声明一致", "as declared"),
    "gcj02": ("火星坐标（GCJ-02），已改正", "GCJ-02, corrected"),
    "bd09": ("百度坐标（BD-09），已改正", "BD-09, corrected"),
    "swap": ("经纬度颠倒，已对调", "latitude and longitude swapped, put right"),
}


def show_figures(report: dict[str, Any]) -> None:
    """How many rows were read, accepted, refused and repaired."""
    with st.container(horizontal=True, key="trial_figures"):
        st.metric(say("读入", "Read"), f"{report['read_n']:,}", border=True)
        st.metric(say("接受", "Accepted"), f"{report['accepted_n']:,}", border=True)
        st.metric(say("退回", "Refused"), f"{report['refused_n']:,}", border=True)
        st.metric(say("修正", "Repaired"), f"{report['repaired_n']:,}", border=True)


def show_trial(trial: Trial, report: dict[str, Any]) -> None:
    """What the figures rest on: the file in words, its columns, its shapes."""
    st.caption("　".join(plain(line) for line in _sentences(report)))
    with st.expander(say(f"认出的列 {len(report['columns'])}", f"Columns understood {len(report['columns'])}")):
        table = INPUT[trial.role]
        zh = {c.name: say(c.zh, c.en) for c in table.columns} | {"lon": say("经度", "longitude"), "lat": say("纬度", "latitude")}
        rows = [{say("本系统的列", "Ours"): zh.get(c, c), "": c, say("文件里的列", "In the file"): h} for c, h in report["columns"].items()]
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content" if len(rows) <= 8 else 280)
        if report["unread"]:
            st.caption(plain(say("没有用到的列：", "Columns not used: ") + joined(report["unread"])))
    if report["geometry"]:
        _small_map(trial)


def _sentences(report: dict[str, Any]) -> list[str]:
    """Format, encoding, header and system in words."""
    out = []
    for one in report["files"]:
        inner = aside(one["layer"]) if one["layer"] else ""
        coded = say(f"，编码 {one['encoding']}", f", encoding {one['encoding']}") if one["encoding"] else ""
        out.append(f"{one['format']}{inner}{coded} · {one['bytes'] / 1024:,.0f} KB · SHA-256 {one['sha256'][:12]}…")
    if report["header_line"]:
        out.append(say(f"表头在第 {report['header_line']} 行", f"header in line {report['header_line']}"))
    layer = report["layer"]
    if layer:
        moved = bool(layer["applied"])
        shift = (
            say(f"，平移 {layer['dx_m']:.1f} m、{layer['dy_m']:.1f} m", f", moved by {layer['dx_m']:.1f} m, {layer['dy_m']:.1f} m")
            if moved
            else ""
        )
        kind = say(*_TAKEN.get(str(layer["hypothesis"]), (str(layer["hypothesis"]),) * 2))
        out.append(
            say(
                f"坐标系：声明 {layer['declared_crs']}，判定 {kind}{shift}，统一到 {report['crs']}",
                f"system: declared {layer['declared_crs']}, taken {kind}{shift}, brought to {report['crs']}",
            )
        )
    elif report["geometry"]:
        out.append(say(f"坐标系：{report['crs']}", f"system: {report['crs']}"))
    return out


def _small_map(trial: Trial) -> None:
    drawn: dict[str, Any] = {
        "scene": f"trial/{trial.folder.name}", "url": trial_url(trial.folder.name), "selected": None, "partners": [], "fly": 0, "mask": None, "legend": [],
        "layers": {}, "names": names(language()), "words": words(language()), "titles": {}, "language": language(),
        "dark": st.context.theme.type == "dark",
    }  # fmt: skip
    with st.container(key="trial_map"):
        show_map(far_map, None, drawn, key="trial_map_frame", height_px=HEIGHT_PX)
