"""All villages by one metric: a map in the colours of their distance to the target, and a ranking. Always as numerator and denominator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from geo.export.bulletin import FRACTION, fraction, missing_sum, missing_title
from geo.outputs import Metric
from layers.compose import OVERVIEW
from layers.coverage import HIDDEN, MISSED, OF_PEOPLE, REACHED, SMALL, SMALL_D, UNITS, Coverage, classes
from layers.offline import plain_map
from layers.people import shown
from layers.result import Result
from layers.words import names, words
from views import state
from views.map_frame import show_map
from views.routes import scene_url
from views.state import language, say

HEIGHT_PX = 480


def show(result: Result, found: Coverage, *, on_village: Callable[[], None]) -> None:
    """Show the map and the ranking; a village that is chosen becomes the chosen one of all pages.

    Parameters
    ----------
    result, found
        The result, and the metric by village.
    on_village
        What happens when a row of the ranking is chosen.
    """
    figures(found)
    table = ranking(found)
    left, right = st.columns([1.35, 1], gap="small")
    with left, st.container(key="coverage_box"):
        show_map(plain_map, result.frame, _map_state(result, found), key=state.COVERAGE_MAP, height_px=HEIGHT_PX)
    with right:
        _ranking(result, found, table, on_village)


def take_event(result: Result) -> bool:
    """Whether a village was clicked on the map; it is the chosen one from now on."""
    event = state.take_event(state.COVERAGE_MAP)
    if not event or event.get("kind") != "village" or event.get("id") not in result.villages:
        return False
    choose_village(str(event["id"]))
    return True


def choose_village(code: str) -> None:
    """Make a village the chosen one of all pages; nothing in it is selected yet."""
    st.session_state[state.VILLAGE] = code
    state.forget()


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
    table = pd.DataFrame(
        {
            say("名次", "Rank"): villages["rank"],
            say("村居", "Village"): villages["name"],
            say("比率", "Ratio"): villages["ratio"],
            say(*FRACTION): [fraction(found.metric, n, d) for n, d in zip(villages["n"], villages["d"], strict=True)],
            say(*missing_title(found)): [told_missing(found, row) for row in villages.to_dict("records")],
            say("目标", "Target"): villages["target"],
            say("状态", "Standing"): villages["standing"].map(told).fillna(say("未知", "unknown")),
        }
    )
    # one target for all is told above; a column is for villages that have their own
    return table if len(villages["target"].drop_duplicates()) > 1 else table.drop(columns=say("目标", "Target"))


def figures(found: Coverage) -> None:
    """The figures of the whole: ratio and target, numerator and denominator, what is missing, how many villages are there."""
    total, villages = found.total, found.villages
    judged = villages[villages["standing"].isin([REACHED, MISSED])]
    with st.container(horizontal=True, key="figures"):
        target = total.get("target")
        aim = say(f"（目标 {target:.0%}）", f" (target {target:.0%})") if pd.notna(target) else ""
        st.metric(say("全部", "Total") + aim, _percent(total.get("ratio")), border=True)
        st.metric(say(*FRACTION), fraction(found.metric, total.get("n", float("nan")), total.get("d", float("nan"))), border=True)
        if not found.relative:
            _missing(found)
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


def _missing(found: Coverage) -> None:
    """What is lacking by the target of the whole, which is a ratio of sums, and what the villages below it lack together."""
    word, whole, each = say(*missing_title(found)), _counted(found, found.total["missing_n"]), missing_sum(found)
    if each is None:
        st.metric(say(f"{word}（按全镇合计）", f"{word}, all together"), whole, border=True)
        return
    st.metric(
        say(f"{word}：全镇合计 / 各村之和", f"{word}: whole / villages"), f"{whole} / {_counted(found, each)}", border=True,
        help=say("全镇按合计之比核算，多的村补了少的村，所以全镇可能不差而有的村还差；各村之和只加未达标的村。",
                 "The whole is judged by sums over sums, where villages beyond the target make up for others; the villages' sum adds up those below it."),
    )  # fmt: skip


def definition(metric: Metric) -> str:
    """What a metric counts, and of what."""
    return say(f"分子：{metric.n_zh}；分母：{metric.d_zh}。", f"Numerator: {metric.n_en}. Denominator: {metric.d_en}.")


def _ranking(result: Result, found: Coverage, table: pd.DataFrame, on_village: Callable[[], None]) -> None:
    codes = found.villages["village_code"].tolist()

    def chosen() -> None:
        rows = st.session_state["ranking"]["selection"]["rows"]
        if rows and codes[rows[0]] in result.villages:
            choose_village(codes[rows[0]])
            on_village()

    ratio, target = say("比率", "Ratio"), say("目标", "Target")
    st.dataframe(
        table, hide_index=True, height="content" if len(table) < 13 else HEIGHT_PX, key="ranking", on_select=chosen, selection_mode="single-row",
        column_config={
            ratio: st.column_config.ProgressColumn(ratio, min_value=0.0, max_value=1.0, format="percent", width=150),
            target: st.column_config.NumberColumn(target, format="percent"),
        },
    )  # fmt: skip
    st.caption(
        say(
            "点地图上的村，或选中表中一行，看村内缺在哪里。",
            "Click a village on the map, or select a row, to see what is missing inside it.",
        )
    )
    st.caption(definition(found.metric))


def _counted(found: Coverage, n: Any) -> str:
    unit = UNITS[found.metric.name]
    if pd.isna(n):
        return "—"
    many = shown(float(n)) if found.metric.name in OF_PEOPLE else f"{float(n):,.0f}"
    return say(f"{many} {unit[0]}", f"{many} {unit[1]}")


def told_missing(found: Coverage, row: dict[Any, Any]) -> str:
    """How many are missing in a village, with their unit; "" where it is there or not judged."""
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
        word = say(*missing_title(found)).lower() + ("" if language() == "zh" else ":")
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
