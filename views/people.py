"""人口: how many people are counted in each building, who could not be placed and why; exact for the police, suppressed for all others."""

from __future__ import annotations

import altair as alt
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo.headcount import count_buildings, count_villages
from geo.rules.people_unplaced import REASONS
from geo.suppression import shown, withheld
from geo.tables import COUNTS, INPUT
from layers.cards import title
from layers.result import EVERYWHERE, Result
from views import casebook, state
from views.charts import ink, is_dark
from views.download import buttons
from views.products import export_refusal, note_export, show_export_fault
from views.sign_in import current_user
from views.state import kept, language, say, village_name

HEIGHT_PX = 420
LEGEND_PX = 30
LABELS_N = 600
"""Above this many buildings the chart shows colours and tells the count on pointing."""
_CLASSES: tuple[tuple[float, str, str], ...] = (
    (1, "0", "#eef2f5"), (5, "1–4", "#d6e6f2"), (10, "5–9", "#9fc9e6"), (20, "10–19", "#56B4E9"), (50, "20–49", "#0072B2"), (np.inf, "50+", "#08306b"),
)  # fmt: skip
_ON_DARK = ("#223240", "#1f4a6b", "#2273a8", "#4aa3d9", "#94cdf0", "#e8f5ff")
"""The colours of the classes on a dark page."""
_CODES = (
    "people_unplaced",
    "people_on_nothing",
    "inhabited_unplated",
    "registered_not_present",
    "implausible_density",
    "demolished_occupied",
)


def show() -> None:
    """Show the page."""
    result = state.chosen_result()
    exact = "police" in current_user().roles
    codes = [code for code in state.scopes(result) if code != EVERYWHERE]
    if not codes or result.tables.buildings.empty:
        st.info(say("没有建筑，也就没有可以显示的人口。", "There are no buildings, so there are no people to show."))
        return
    if st.session_state.get(state.VILLAGE) not in codes:
        st.session_state[state.VILLAGE] = codes[0]
    show_export_fault()
    villages = _villages(result, exact=exact)
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        code = str(
            st.selectbox(
                say("村居", "Village"),
                codes,
                width=240,
                format_func=lambda c: village_name(result, c),
                label_visibility="collapsed",
                **kept(state.VILLAGE),
            )
        )
        st.caption(_promise(exact=exact), width="stretch")
        table = village_table(result, villages)
        book = casebook.book(result.folder)
        buttons(
            lambda: table, name=say(f"{result.name}_人口", f"{result.name}_people"), key="people", empty=table.empty, refusal=export_refusal(book),
            after=lambda ending, rows, made: note_export(
                book, made, kind=f"people_{ending}", scope="*", rows_n=len(rows), suppressed_n=_concealed_n(rows)
            ),
        )  # fmt: skip
    _figures(villages, code)
    left, right = st.columns([1.45, 1], gap="small")
    with left:
        _map(result, code, exact=exact)
    with right:
        villages_tab, why_tab = st.tabs([say("各村", "Villages"), say("未落房的去向与原因", "Not placed: where and why")])
        with villages_tab:
            st.dataframe(table, hide_index=True, height="content" if len(table) < 11 else 400, key="people_villages")
        with why_tab:
            _unplaced(result, code, exact=exact)


def _villages(result: Result, *, exact: bool) -> pd.DataFrame:
    """People per village, worked out once per result: what may be told takes all houses together."""
    if ("people_of_villages", exact) not in result.kept:
        result.kept["people_of_villages", exact] = count_villages(result.tables.buildings, result.tables.tallies, exact=exact)
    table: pd.DataFrame = result.kept["people_of_villages", exact]
    return table


def village_table(result: Result, villages: pd.DataFrame) -> pd.DataFrame:
    """People per village as a person reads them; the last row is the total."""
    names = [say("全部", "Total") if c == "total" else village_name(result, c) for c in villages["village_code"]]
    told = {c: [_told(t) for t in villages[c]] for c in ("people", "placed", "unplaced", "absent")}
    return pd.DataFrame(
        {
            say("村居", "Village"): names,
            say("人口", "People"): told["people"],
            say("已落房", "On a building"): told["placed"],
            say("未落房", "Not placed"): told["unplaced"],
            say("落房率", "Placed"): [
                say("不公开", "withheld") if t == "withheld" else "—" if pd.isna(r) else f"{r:.1%}"
                for t, r in zip(villages["people"], villages["ratio"], strict=True)
            ],
            say("户在人不在", "Registered, away"): told["absent"],
        }
    )


def _concealed_n(table: pd.DataFrame) -> int:
    """How many counts of the table are told as less than five or not at all."""
    cells = table.iloc[:, 1:].astype("str")
    return int((cells.isin([_told("withheld")]) | cells.map(lambda c: c.startswith("<"))).to_numpy().sum())


def _promise(*, exact: bool) -> str:
    if exact:
        return say(
            "公安：显示准确人数。导出与转发前请确认对方有权知悉。",
            "Police: exact counts. Before passing them on, make sure the reader may know them.",
        )
    return say(
        "人数不足 5 的显示为“<5”；为防止倒推，另有少数单元不公开。",
        "Counts below 5 appear as <5; a few more are withheld so that nobody can work them out.",
    )


def _told(text: str) -> str:
    return say("不公开", "withheld") if text == "withheld" else text or say("未知", "unknown")


def _figures(villages: pd.DataFrame, code: str) -> None:
    rows = villages[villages["village_code"] == code]
    known = len(rows) > 0
    one = rows.iloc[0] if known else pd.Series(dtype="object")
    with st.container(horizontal=True, key="figures"):
        st.metric(
            say("人口（实有，未知时户籍）", "People (resident, else registered)"), _told(one["people"]) if known else "—", border=True
        )
        st.metric(
            say("落到唯一建筑", "On exactly one building"),
            f"{_told(one['placed'])} / {_told(one['people'])}" if known else "—",
            border=True,
        )
        st.metric(
            say("落房率（目标 98%）", "Placed (target 98 %)"),
            f"{one['ratio']:.1%}" if known and pd.notna(one["ratio"]) else "—",
            border=True,
        )
        st.metric(say("未落房", "Not placed"), _told(one["unplaced"]) if known else "—", border=True)
        st.metric(say("户在人不在", "Registered, away"), _told(one["absent"]) if known else "—", border=True)


def _map(result: Result, code: str, *, exact: bool) -> None:
    buildings = result.within("buildings", code)
    if buildings.empty:
        st.info(say("本村没有建筑。", "This village has no buildings."))
        return
    counts = count_buildings(buildings, exact=exact)
    st.caption(
        say(
            "每栋的人数（实有人口，未知时用户籍人口）；滚轮缩放，拖动平移，指向建筑看地址。",
            "People per building (residents, else registered); scroll to zoom, drag to move, point for the address.",
        )
    )
    _legend_line(exact=exact)
    st.altair_chart(_chart(result, buildings, counts, exact=exact), width="stretch", key=f"people_{code}_{exact}")


def _chart(result: Result, buildings: gpd.GeoDataFrame, counts: pd.DataFrame, *, exact: bool) -> alt.LayerChart | alt.FacetChart:
    classes = _classes(counts, exact=exact)
    parts = buildings.geometry.explode(index_parts=False).exterior
    at = shapely.get_coordinates(parts.to_numpy(), return_index=True)
    xy, owner = at[0] - at[0].min(axis=0), parts.index[at[1]]
    names = result.captions["building"].reindex(counts["building_id"]).fillna("").set_axis(counts.index)
    told = counts["told"].map(_told)
    table = pd.DataFrame({"x": xy[:, 0].round(1), "y": xy[:, 1].round(1), "part": at[1], "order": np.arange(len(xy))})
    for column, values in (("class", classes), ("told", told), ("name", names), ("id", counts["building_id"])):
        table[column] = values.reindex(owner).to_numpy()
    middle, side = (xy.max(axis=0) + xy.min(axis=0)) / 2, max(float(np.ptp(xy[:, 0])), float(np.ptp(xy[:, 1])) * 1.6, 60.0) * 1.04
    plain = alt.Axis(labels=False, ticks=False, title=None, grid=False, domain=False)
    x = alt.X("x:Q", axis=plain, scale=alt.Scale(domain=[middle[0] - side / 2, middle[0] + side / 2], nice=False))
    y = alt.Y("y:Q", axis=plain, scale=alt.Scale(domain=[middle[1] - side / 3.2, middle[1] + side / 3.2], nice=False))
    order, colours = _legend(exact=exact)
    colour = alt.Color("class:N", sort=order, scale=alt.Scale(domain=order, range=colours), legend=None)
    tip = [
        alt.Tooltip("name:N", title=say("地址", "address")),
        alt.Tooltip("id:N", title=say("建筑", "building")),
        alt.Tooltip("told:N", title=say("人数", "people")),
    ]
    shapes = (
        alt.Chart(table)
        .mark_line(filled=True, fillOpacity=0.95, strokeWidth=0.8, stroke="#44525f")
        .encode(x=x, y=y, detail="part:N", order="order:Q", fill=colour, tooltip=tip)
    )
    layers = [shapes]
    if len(buildings) <= LABELS_N:
        spots = buildings.geometry.representative_point()
        labels = pd.DataFrame(
            {
                "x": spots.x.to_numpy() - at[0][:, 0].min(),
                "y": spots.y.to_numpy() - at[0][:, 1].min(),
                "told": counts["told"].where(counts["told"].str.isdigit(), "").to_numpy(),
                "dark": classes.isin(["<5", "0", "1–4", "5–9"] if is_dark() else ["20–49", "50+"]).to_numpy(),
            }
        )
        layers.append(
            alt.Chart(labels)
            .mark_text(fontSize=9)
            .encode(x=x, y=y, text="told:N", color=alt.condition("datum.dark", alt.value("white"), alt.value("#1b1b1b")))
        )
    return alt.layer(*layers).properties(height=HEIGHT_PX).interactive()


def _legend_line(*, exact: bool) -> None:
    """The classes and their colours, each with its words."""
    names, colours = _legend(exact=exact)
    key = alt.Chart(pd.DataFrame({"name": names, "at": range(len(names))})).encode(x=alt.X("at:O", axis=None), y=alt.value(LEGEND_PX / 2))
    marks = key.mark_square(size=170, stroke="#44525f", strokeWidth=0.8, opacity=1.0).encode(
        fill=alt.Fill("name:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=None)
    )
    words = key.mark_text(align="left", dx=13, fontSize=12, color=ink()).encode(text="name:N")
    st.altair_chart(
        alt.layer(marks, words).properties(height=LEGEND_PX).configure_view(strokeWidth=0), width="stretch", key=f"people_legend_{exact}"
    )


def _legend(*, exact: bool) -> tuple[list[str], list[str]]:
    """Names of the classes and their colours: the more people, the further from the ground of the page."""
    ramp = _ON_DARK if is_dark() else tuple(colour for _, _, colour in _CLASSES)
    told = [name for _, name, _ in _CLASSES]
    names = list(zip(told, ramp, strict=True)) if exact else [("<5", ramp[1]), *zip(told[2:], ramp[2:], strict=True)]
    names += [(say("不公开", "withheld"), "#b8a9c9")] if not exact else []
    names += [(say("未知", "unknown"), "#2a323b" if is_dark() else "#ffffff")]
    return [n for n, _ in names], [c for _, c in names]


def _classes(counts: pd.DataFrame, *, exact: bool) -> pd.Series:
    n = counts["people_n"]
    conditions = [n < limit for limit, _, _ in _CLASSES]
    told = pd.Series(np.select(conditions, [name for _, name, _ in _CLASSES], say("未知", "unknown")), index=counts.index, dtype="str")
    if exact:
        return told
    return told.mask(counts["told"] == "withheld", say("不公开", "withheld")).mask(counts["told"].str.startswith("<"), "<5")


def _unplaced(result: Result, code: str, *, exact: bool) -> None:
    """Why people could not be placed: where all counts went, and the findings of the village by reason."""
    whole = where_table(result.tables.run.get("people") or {}, exact=exact)
    if not whole.empty:
        st.dataframe(whole, hide_index=True, height="content", key="people_where")
    found = result.within("findings", code)
    st.dataframe(reason_table(found, exact=exact), hide_index=True, height="content", key="people_reasons")
    lost_n = int((result.tables.findings["code"] == "people_unplaced").sum() - (found["code"] == "people_unplaced").sum())
    if lost_n:
        st.caption(
            say(
                f"另有 {lost_n} 条人口记录的地址不在本村（或不知在哪村）。",
                f"{lost_n} more population rows are in other villages, or nobody knows where.",
            )
        )


def where_table(people: dict[str, dict[str, float]], *, exact: bool) -> pd.DataFrame:
    """All counts of the project by what became of them: in one building, shared over several, unplaced, all."""
    words = {
        "placed": say("唯一建筑", "one building"),
        "shared": say("几栋之间待判", "undecided between several"),
        "unplaced": say("没有建筑", "no building"),
        "all": say("合计", "all"),
    }
    kinds = [c for c in COUNTS if c in people] if exact else [c for c in ("resident_n",) if c in people]
    if not kinds:
        return pd.DataFrame()
    out = {say("去向", "Where"): list(words.values())}
    for kind in kinds:
        column = INPUT["population"].column(kind)
        values = pd.Series({name: people[kind].get(name, np.nan) for name in words}, dtype="float64")
        out[say(column.zh, column.en)] = (
            [f"{n:,.0f}" if pd.notna(n) else say("未知", "unknown") for n in values] if exact else _parts(values)
        )
    return pd.DataFrame(out)


def _parts(values: pd.Series) -> list[str]:
    """placed, shared, unplaced and their sum, with no small one to be worked out."""
    how = withheld(values.drop("all"))
    parts = [_told("withheld") if how[name] == "beside" else shown(values[name]) or say("未知", "unknown") for name in how.index]
    return [*parts, shown(values["all"]) or say("未知", "unknown")]


def reason_table(found: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """Findings about people by kind and, for those unplaced, by reason; the people they speak of are told to the police only."""
    rows = pd.DataFrame(found[found["code"].isin(_CODES)])
    reason = pd.Series("", index=rows.index, dtype="str")
    for words in REASONS.values():
        reason = reason.mask(
            rows["detail_zh"].str.contains(words[0], regex=False) & (rows["code"] == "people_unplaced"),
            words[0 if language() == "zh" else 1],
        )
    names = {code: title(code, language()) for code in _CODES}
    rows = rows.assign(kind=rows["code"].map(names), reason=reason, n=rows["value"].where(rows["unit"] == "persons"))
    table = (
        rows.groupby(["kind", "reason"], sort=True)
        .agg(findings_n=("finding_id", "size"), people_n=("n", lambda v: v.sum(min_count=1)))
        .reset_index()
    )
    out = {say("问题", "Finding"): table["kind"], say("原因", "Reason"): table["reason"], say("件数", "Findings"): table["findings_n"]}
    if exact:
        out[say("涉及人数", "People")] = table["people_n"].map(lambda n: say("未知", "unknown") if pd.isna(n) else f"{n:,.0f}")
    return pd.DataFrame(out)
