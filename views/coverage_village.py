"""村内: where in one village plates are missing, as a heat map, and which buildings they are."""

from __future__ import annotations

import altair as alt
import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from geo.export.bulletin import fraction
from layers.cards import title
from layers.coverage import CELL_M, OF_PEOPLE, Coverage, cell_of, cells, lacking
from layers.result import EVERYWHERE, Result
from views import casebook, state
from views.charts import is_dark
from views.coverage_map import told_missing
from views.download import buttons
from views.products import export_refusal, list_left
from views.state import kept, language, say, village_name

HEIGHT_PX = 430
_CELL = "coverage_cell"
_AROUND = 1.06


def show(result: Result, found: Coverage) -> None:
    """Show one village: its figures, where plates are missing, and the buildings of the place that is chosen."""
    codes = [code for code in state.scopes(result) if code != EVERYWHERE]
    if not codes:
        st.info(say("没有可以查看的村居。", "There is no village to look at."))
        return
    if st.session_state.get(state.VILLAGE) not in codes:
        st.session_state[state.VILLAGE] = codes[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        code = st.selectbox(
            say("村居", "Village"), codes, width=240, format_func=lambda c: village_name(result, c), label_visibility="collapsed",
            **kept(state.VILLAGE, also=_forget_cell),
        )  # fmt: skip
        _figures(found, str(code))
        if "map" in st.session_state.get("pages", {}) and st.button(
            say("打开核对地图", "Open the verification map"), key="open_map", icon=":material/map:", type="tertiary"
        ):
            state.go_to("map")
    buildings = lacking(result, str(code))
    left, right = st.columns([1.25, 1], gap="small")
    with left:
        chosen = _heat(result, str(code), buildings)
    with right:
        _buildings(result, str(code), buildings, chosen)


def missing_table(result: Result, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Buildings without a plate as a person reads them: what they go by, id, what was found, area."""
    bare = buildings[~buildings["up"]].sort_values("building_id")
    names = result.captions["building"].reindex(bare["building_id"]).fillna("").to_numpy()
    told = {status: title(status, language()) for status in bare["status"].unique()}
    return pd.DataFrame(
        {
            say("地址", "Address"): names,
            say("建筑编号", "Building"): bare["building_id"].to_numpy(),
            say("现状", "Found"): bare["status"].map(told).to_numpy(),
            say("占地 m²", "Area m²"): bare["area_m2"].round().to_numpy(),
        },
        index=bare.index,
    )


def _forget_cell() -> None:
    st.session_state.pop(_CELL, None)
    state.forget()


def _figures(found: Coverage, code: str) -> None:
    rows = found.villages[found.villages["village_code"] == code]
    if rows.empty:
        return
    one = rows.iloc[0]
    ratio = "—" if pd.isna(one["ratio"]) else f"{one['ratio']:.1%}"
    target = "" if pd.isna(one["target"]) else say(f"（目标 {one['target']:.0%}）", f" (target {one['target']:.0%})")
    missing = told_missing(found, one.to_dict())
    rank = "" if pd.isna(one["rank"]) else say(f"　第 {one['rank']:.0f} 名", f", rank {one['rank']:.0f}")
    withheld = found.metric.name in OF_PEOPLE and pd.isna(one["n"])
    told = (
        say("人数过少，不公开", "withheld: small counts")
        if withheld
        else f"**{ratio}**{target}　{fraction(found.metric, one['n'], one['d'])}{rank}"
    )
    st.markdown(told + (say(f"　还差 **{missing}**", f", missing **{missing}**") if missing else ""))


def _heat(result: Result, code: str, buildings: gpd.GeoDataFrame) -> str | None:
    """The heat map; returns the cell that is chosen."""
    bare_n = int((~buildings["up"]).sum())
    if buildings.empty:
        st.info(say("本村没有应挂牌的建筑。", "This village has no building that should have a plate."))
        return None
    st.caption(
        say(f"应挂牌建筑 {len(buildings):,} 栋，未挂牌 {bare_n:,} 栋；每格 {CELL_M:.0f} 米，数字为未挂牌栋数，点一格看清单。",
            f"{len(buildings):,} buildings should have a plate, {bare_n:,} have none; cells of {CELL_M:.0f} m, click one for its buildings.")
    )  # fmt: skip
    event = st.altair_chart(
        _chart(result, code, cells(buildings)), key=f"heat_{code}", on_select="rerun", width="stretch", theme="streamlit"
    )
    picked = (event.get("selection") or {}).get("cell") or []
    return str(picked[0]["cell"]) if picked and "cell" in picked[0] else None


def _chart(result: Result, code: str, grid: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    outline = result.within("villages", code).geometry.to_numpy()
    west, south = grid["west_m"].min(), grid["south_m"].min()
    table = grid.assign(
        x=grid["west_m"] - west, y=grid["south_m"] - south, x2=grid["west_m"] - west + CELL_M, y2=grid["south_m"] - south + CELL_M
    )
    table["told"] = table["missing_n"].map(lambda n: str(n) if n else "")
    table["midx"], table["midy"] = table["x"] + CELL_M / 2, table["y"] + CELL_M / 2
    lines = [ring for shape in outline if shape is not None for ring in shapely.get_rings(shapely.get_parts(shape))]
    edge = pd.DataFrame(
        [(x - west, y - south, n, at) for n, ring in enumerate(lines) for at, (x, y) in enumerate(shapely.get_coordinates(ring))],
        columns=["x", "y", "ring", "at"],
    )
    spans = pd.concat([table[["x", "y"]], table[["x2", "y2"]].set_axis(["x", "y"], axis=1), edge[["x", "y"]]])
    # room around the outline: half of a line that runs along the border of the chart would be cut off
    side = max(spans["x"].max() - spans["x"].min(), (spans["y"].max() - spans["y"].min()) * 1.5) * _AROUND
    middle = (spans.max() + spans.min()) / 2
    plain = alt.Axis(labels=False, ticks=False, title=None, grid=False, domain=False)
    across = alt.Scale(domain=[middle["x"] - side / 2, middle["x"] + side / 2], nice=False)
    up = alt.Scale(domain=[middle["y"] - side / 3, middle["y"] + side / 3], nice=False)
    click = alt.selection_point(name="cell", fields=["cell"], on="click", toggle=False)
    told = [
        alt.Tooltip("missing_n:Q", title=say("未挂牌", "no plate")),
        alt.Tooltip("eligible_n:Q", title=say("应挂牌", "should have one")),
    ]
    colour = alt.Color(
        "missing_n:Q",
        scale=alt.Scale(
            type="threshold", domain=[1, 2, 3, 5], range=["#3a444e" if is_dark() else "#eef2f5", "#F5E9A9", "#F0C14B", "#E69F00", "#D55E00"]
        ),
        title=say("未挂牌", "no plate"),
    )
    boxes = alt.Chart(table).mark_rect(stroke="#9aa7b3", strokeWidth=0.5).encode(
        x=alt.X("x:Q", axis=plain, scale=across), x2="x2:Q", y=alt.Y("y:Q", axis=plain, scale=up), y2="y2:Q", color=colour, tooltip=told,
        opacity=alt.condition(click, alt.value(1.0), alt.value(0.45)),
    ).add_params(click)  # fmt: skip
    numbers = (
        alt.Chart(table)
        .mark_text(fontSize=11, fontWeight="bold", color="#1b1b1b")
        .encode(x=alt.X("midx:Q", axis=plain, scale=across), y=alt.Y("midy:Q", axis=plain, scale=up), text="told:N")
    )
    ring = (
        alt.Chart(edge)
        .mark_line(strokeDash=[5, 4], color="#7c8b99", strokeWidth=1.5)
        .encode(x=alt.X("x:Q", axis=plain, scale=across), y=alt.Y("y:Q", axis=plain, scale=up), detail="ring:N", order="at:O")
    )
    return alt.layer(ring, boxes, numbers).properties(height=HEIGHT_PX)


def _buildings(result: Result, code: str, buildings: gpd.GeoDataFrame, chosen: str | None) -> None:
    here = buildings[cell_of(buildings) == chosen] if chosen else buildings
    table = missing_table(result, here)
    with st.container(horizontal=True, vertical_alignment="center"):
        place = say("所选格内", "in the cell") if chosen else say("全村", "whole village")
        st.markdown(say(f"**未挂牌建筑　{place} {len(table):,} 栋**", f"**Buildings without a plate, {place}: {len(table):,}**"))
        book = casebook.book(result.folder)
        buttons(
            lambda: table, name=say(f"{village_name(result, code)}_未挂牌", f"{code}_no_plate"), key="missing", empty=table.empty, refusal=export_refusal(book),
            after=list_left(result, "no_plate", scope=code or "-"),
        )  # fmt: skip
    if table.empty:
        st.success(say("这里没有缺牌的建筑。", "No plate is missing here."), icon=":material/check_circle:")
        return
    ids = table[say("建筑编号", "Building")].tolist()
    key = f"lacking_{code}_{chosen or 'all'}"

    def open_map() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            state.select("building", ids[rows[0]], fly=True)
            st.session_state["wanted_page"] = "map"

    able = "map" in st.session_state.get("pages", {})
    st.dataframe(
        table, hide_index=True, height=HEIGHT_PX - 60, key=key, on_select=open_map if able else "ignore", selection_mode="single-row",
        column_config={say("地址", "Address"): st.column_config.TextColumn(width=230)},
    )  # fmt: skip
    if able:
        st.caption(say("选中一行，在核对地图上看这栋建筑。", "Select a row to see the building on the verification map."))
    if st.session_state.pop("wanted_page", None) and able:
        state.go_to("map")
