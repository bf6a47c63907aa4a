"""How far each village has come: a map, a ranking and what is missing to the target. Always as n / d."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.outputs import Metric
from layers.compose import OVERVIEW
from layers.coverage import HIDDEN, LOWER_IS_BETTER, MISSED, OF_PEOPLE, REACHED, SMALL, SMALL_D, UNITS, Coverage, classes, coverage, metrics
from layers.degrees import bounds
from layers.offline import base_map, state_group
from layers.people import shown
from layers.result import Result
from layers.words import names, words
from views import state
from views.download import buttons
from views.routes import scene_url
from views.state import kept, language, say

HEIGHT_PX = 480


def show() -> None:
    """Show the page."""
    result = state.chosen_result()
    _take_event(result)
    known = {m.name: m for m in metrics(result)}
    if not known:
        st.info(say("这个结果没有统计表；请提供村界并重新核对。", "This result holds no tallies; deliver villages and verify again."))
        return
    if st.session_state.get(state.METRIC) not in known:
        st.session_state[state.METRIC] = next(iter(known))
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        name = st.selectbox(say("指标", "Metric"), list(known), width=300, format_func=lambda m: title(known[m]), **kept(state.METRIC))
        st.caption(_definition(known[name]), width="stretch")
        downloads = st.container(horizontal=True, key="downloads", width="content")
    found = coverage(result, known[name])
    _figures(found)
    table = ranking(found)
    with downloads:
        buttons(lambda: table, name=f"{title(known[name])}_{result.name}", key="coverage", empty=table.empty)
    left, right = st.columns([1.35, 1], gap="small")
    with left, st.container(key="coverage_box"):
        st_folium(
            base_map(bounds(result.tables.villages), switches=False), key=state.COVERAGE_MAP, height=HEIGHT_PX, use_container_width=True,
            returned_objects=[], feature_group_to_add=state_group(_map_state(result, found)),
        )  # fmt: skip
    with right:
        _ranking(result, found, table)


def title(metric: Metric) -> str:
    """The name of a metric."""
    return say(metric.zh, metric.en[:1].upper() + metric.en[1:])


def ranking(found: Coverage) -> pd.DataFrame:
    """The ranking as a person reads it, worst first, small and hidden villages last."""
    villages = found.villages
    told = {
        REACHED: say("已达标", "reached"),
        MISSED: say("未达标", "missed"),
        SMALL: say("样本小", "small sample"),
        HIDDEN: say("不公开", "withheld"),
    }
    if found.relative:
        told |= {REACHED: say("不低于全镇", "as the whole"), MISSED: say("低于全镇", "below the whole")}
    return pd.DataFrame(
        {
            say("村居", "Village"): villages["name"],
            say("比率", "Ratio"): villages["ratio"],
            "n / d": [fraction(found.metric, n, d) for n, d in zip(villages["n"], villages["d"], strict=True)],
            say("还差", "Missing") if found.metric.name not in LOWER_IS_BETTER else say("超出", "Too many"): [
                _amount(found, row) for row in villages.to_dict("records")
            ],
            say("目标", "Target"): villages["target"],
            say("状态", "Standing"): villages["standing"].map(told).fillna(say("未知", "unknown")),
        }
    )


def fraction(metric: Metric, n: Any, d: Any) -> str:
    """Numerator and denominator; of people none below five is shown."""
    if pd.isna(n) or pd.isna(d):
        return "—"
    return f"{shown(n)} / {shown(d)}" if metric.name in OF_PEOPLE else f"{n:,.0f} / {d:,.0f}"


def _take_event(result: Result) -> None:
    event = state.take_event(state.COVERAGE_MAP)
    if event and event.get("kind") == "village" and event.get("id") in result.villages:
        _open_village(str(event["id"]))


def _open_village(code: str) -> None:
    st.session_state[state.VILLAGE] = code
    state.forget()
    state.go_to("map")


def _definition(metric: Metric) -> str:
    return say(f"分子：{metric.n_zh}；分母：{metric.d_zh}。", f"Numerator: {metric.n_en}. Denominator: {metric.d_en}.")


def _figures(found: Coverage) -> None:
    total, villages = found.total, found.villages
    judged = villages[villages["standing"].isin([REACHED, MISSED])]
    with st.container(horizontal=True, key="figures"):
        target = total.get("target")
        aim = say(f"（目标 {target:.0%}）", f" (target {target:.0%})") if pd.notna(target) else ""
        st.metric(say("全部", "Total") + aim, _percent(total.get("ratio")), border=True)
        st.metric("n / d", fraction(found.metric, total.get("n", float("nan")), total.get("d", float("nan"))), border=True)
        if not found.relative:
            st.metric(
                say("超出", "Too many") if found.metric.name in LOWER_IS_BETTER else say("还差", "Missing"),
                _counted(found, total["missing_n"]),
                border=True,
            )
        reached = int((judged["standing"] == REACHED).sum())
        st.metric(
            say("达标村居", "Villages there") if not found.relative else say("不低于全镇", "As the whole"),
            f"{reached} / {len(judged)}",
            border=True,
        )
        small = int((villages["standing"] == SMALL).sum())
        st.metric(
            say("样本小，不评", "Too small to judge"),
            f"{small}",
            border=True,
            help=say(f"分母不足 {SMALL_D}", f"denominator below {SMALL_D}"),
        )


def _ranking(result: Result, found: Coverage, table: pd.DataFrame) -> None:
    codes = found.villages["village_code"].tolist()

    def chosen() -> None:
        rows = st.session_state["ranking"]["selection"]["rows"]
        if rows and codes[rows[0]] in result.villages:
            st.session_state["wanted_village"] = codes[rows[0]]

    ratio, target = say("比率", "Ratio"), say("目标", "Target")
    st.dataframe(
        table, hide_index=True, height="content" if len(table) < 13 else HEIGHT_PX, key="ranking", on_select=chosen, selection_mode="single-row",
        column_config={
            ratio: st.column_config.ProgressColumn(ratio, min_value=0.0, max_value=1.0, format="percent", width="medium"),
            target: st.column_config.NumberColumn(target, format="percent"),
        },
    )  # fmt: skip
    st.caption(
        say(
            "点地图上的村，或选中表中一行，打开该村的核对地图。",
            "Click a village on the map, or select a row, to open its verification map.",
        )
    )
    if wanted := st.session_state.pop("wanted_village", None):
        _open_village(wanted)


def _counted(found: Coverage, n: Any) -> str:
    unit = UNITS[found.metric.name]
    if pd.isna(n):
        return "—"
    many = shown(float(n)) if found.metric.name in OF_PEOPLE else f"{float(n):,.0f}"
    return say(f"{many} {unit[0]}", f"{many} {unit[1]}")


def _amount(found: Coverage, row: dict[Any, Any]) -> str:
    return _counted(found, row["missing_n"]) if row["standing"] == MISSED else ""


def _percent(ratio: Any) -> str:
    return "—" if pd.isna(ratio) else f"{float(ratio):.1%}"


def _map_state(result: Result, found: Coverage) -> dict[str, Any]:
    fills = {row["village_code"]: {"colour": row["colour"], "lines": _lines(found, row)} for row in found.villages.to_dict("records")}
    return {
        "scene": f"{result.folder.name}/{OVERVIEW}",
        "url": scene_url(result, OVERVIEW),
        "fills": fills,
        "scale": _scale(found),
        "selected": None,
        "fly": 0,
        "mask": None,
        "legend": [],
        "layers": {},
        "names": names(language()),
        "words": words(language()) | {"legend": title(found.metric)},
        "titles": {},
        "language": f"{language()}/{found.metric.name}",
        "dark": st.context.theme.type == "dark",
    }


def _lines(found: Coverage, row: dict[Any, Any]) -> list[str]:
    """What stands below the name of a village on the map."""
    if row["standing"] == HIDDEN:
        return [say("不公开", "withheld")]
    told = [
        _percent(row["ratio"]) + (say("　样本小", "  small sample") if row["standing"] == SMALL else ""),
        fraction(found.metric, row["n"], row["d"]),
    ]
    if row["standing"] == MISSED and not found.relative:
        word = say("超出", "too many:") if found.metric.name in LOWER_IS_BETTER else say("还差", "missing")
        told.append(f"{word} {_counted(found, row['missing_n'])}")
    return told


def _scale(found: Coverage) -> list[dict[str, Any]]:
    goal = say("全镇水平", "the whole") if found.relative else say("目标", "the target")
    rows = []
    last = 0.0
    for bound, colour in classes():
        if bound <= 0:
            label = say(f"达到{goal}", f"at {goal}")
        elif bound >= 1:
            label = say(f"差 {last:.0%} 以上", f"more than {last:.0%} off")
        else:
            label = say(f"差 {last:.0%}–{bound:.0%}", f"{last:.0%}–{bound:.0%} off")
        rows.append({"colour": colour, "label": label})
        last = bound
    return [*rows, {"colour": None, "label": say(f"样本小（不足 {SMALL_D}）或不公开", f"below {SMALL_D}, or withheld")}]
