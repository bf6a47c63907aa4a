"""The panel beside the map: what is wrong with one object and why, its evidence from three records, its links."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence

import pandas as pd
import streamlit as st

from layers.cards import cards, title
from layers.details import detail_shown
from layers.evidence import Evidence, difference, former, pairs, parts
from layers.labels import KIND, LINK_STATE, OFFICE, PART, REASON, SEVERITY, STATE, WHY, Labels
from layers.people import PEOPLE, told_people
from layers.result import KINDS, Result
from views.plain import marked, plain
from views.state import language, named, say

SHOWN_N = 6
_COLOURS = {"error": "red", "warning": "orange", "notice": "blue"}


def panel(
    result: Result,
    found: Evidence,
    *,
    first: str | None = None,
    below: Sequence[Callable[[Result, Evidence], None]] = (),
    exact: bool = False,
) -> None:
    """Show the evidence of one object.

    Parameters
    ----------
    first
        Id of the finding that comes first and open.
    below
        Further parts.
    exact
        Whether the person may read small counts of people: one panel tells all of them, or none.
    """
    _head(result, found)
    _findings(found, first, exact=exact)
    compared(result, found)
    records(result, found, exact=exact)
    _links(found)
    for more in below:
        more(result, found)


def _head(result: Result, found: Evidence) -> None:
    known = found.kind in KINDS and found.id in result.positions[found.kind]
    status = str(result.find(found.kind, [found.id])["status"].iloc[0]) if known else str(found.findings["code"].iloc[0])
    caption = str(result.captions[found.kind].get(found.id, "")) if known else ""
    st.markdown(f"#### {plain(caption or found.id)}")
    colour = "gray" if status in ("matched", "exempt") else "orange"
    st.markdown(f":blue-badge[{named(KIND, found.kind)}] :{colour}-badge[{plain(title(status, language()))}] :gray[{plain(found.id)}]")


def _findings(found: Evidence, first: str | None, *, exact: bool) -> None:
    if found.findings.empty:
        st.caption(say("没有发现问题。", "No finding."))
    order = found.findings.assign(_later=found.findings["finding_id"] != first).sort_values("_later", kind="stable")
    for row in order.head(SHOWN_N).to_dict("records"):
        _finding(row, opened=row["finding_id"] == first, exact=exact)
    if len(order) > SHOWN_N:
        st.caption(say(f"另有 {len(order) - SHOWN_N} 个问题，见清单。", f"{len(order) - SHOWN_N} more in the list."))


def _finding(row: dict[str, object], *, opened: bool, exact: bool) -> None:
    code, severity = str(row["code"]), str(row["severity"])
    with st.container(border=True, gap="small"):
        suspect = f" :gray-badge[{say('存疑', 'suspect')}]" if row.get("certainty") == "suspect" else ""
        st.markdown(f"**{plain(title(code, language()))}** :{_COLOURS.get(severity, 'gray')}-badge[{named(SEVERITY, severity)}]{suspect}")
        st.markdown(plain(row[f"detail_{language()}"] if exact else detail_shown(row, language())))
        if isinstance(row.get("proposal"), str) and row["proposal"]:
            st.markdown(f"{say('建议改为', 'Proposed')}{say('：', ': ')}**{plain(row['proposal'])}**")
        card = cards().get(code)
        if card is None:
            return
        with st.expander(say("怎么办、规则、例外", "What to do, rule, trap"), expanded=opened):
            point(say("怎么办", "What to do"), say(card.todo_zh, card.todo_en))
            point(say("由谁办", "Office"), named(OFFICE, str(row["office"])))
            point(say("规则", "Rule"), say(card.rule_zh, card.rule_en))
            point(say("何时误报", "When it is wrong"), say(card.trap_zh, card.trap_en))
            point(say("依据", "Source"), card.source)


def point(name: str, text: str) -> None:
    st.markdown(f"**{name}** {plain(text)}")


def compared(result: Result, found: Evidence) -> None:
    """Plate and address one under the other wherever they name different doors, with the differing characters marked."""
    for plate, address in pairs(found.links).head(SHOWN_N).itertuples(index=False):
        pieces = difference(result, plate, address)
        if pieces is None:
            continue
        st.markdown(f"**{say('文字对照', 'Texts compared')}**")
        told = [(named(KIND, "address"), plain(result.captions["address"][address])), (named(KIND, "plate"), marked(pieces))]
        st.markdown("  \n".join(f"{name}　{text}" for name, text in told))
        table = parts([result.find("address", [address]), result.find("plate", [plate])])
        for part, row in table[table["differs"]].drop(columns="differs").iterrows():
            values = " ≠ ".join(plain(v) for v in row.dropna().unique())
            st.markdown(f":orange[≠ {named(PART, str(part))}]　{values}")


def records(result: Result, found: Evidence, *, exact: bool = False) -> None:
    """What survey, plates and register hold of the objects; counts of people exact, or as everybody may see them."""
    st.markdown(f"**{say('三方记录', 'Three records')}**")
    rows: list[tuple[str, ...]] = []
    gone = former(result, found)
    for kind in KINDS:
        objects = found.objects(kind)
        for row in objects.head(SHOWN_N).to_dict("records"):
            one, status = str(row[f"{kind}_id"]), title(str(row["status"]), language())
            told = _DESCRIBE[kind](result, row, exact)
            rows.append((named(KIND, kind), one, status, _candidate(found) + told if (kind, one) in found.candidates else told))
        if kind == "building":
            rows += [_gone(row) for row in gone.head(SHOWN_N).to_dict("records")]
        if not rows or rows[-1][0] != named(KIND, kind):
            rows.append((named(KIND, kind), "—", "", say("没有", "none")))
    table(("", say("编号", "Id"), say("状态", "Status"), say("内容", "Content")), rows)


def _candidate(found: Evidence) -> str:
    """What stands before a record that may belong to the object, but that nothing has tied to it."""
    own = named(KIND, found.kind)
    return say(f"候选，未连到本{own}：", f"candidate, not linked to this {own.lower()}: ")


def _gone(row: dict[Hashable, object]) -> tuple[str, ...]:
    """A building that only the survey before holds."""
    day = row["demolished_on"]
    known = [row["document"], f"{day:%Y-%m-%d}" if isinstance(day, pd.Timestamp) else None]
    told = [say("前期测绘有，现状测绘没有", "in the survey before, not in the present one"), *(t for t in known if isinstance(t, str))]
    return named(KIND, "building"), str(row["building_id"]), say("已不在", "gone"), say("，", ", ").join(told)


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table whose cells wrap and whose texts stay texts."""
    lines = [names, ["---"] * len(names)]
    told = [" | ".join(plain(cell) if cells is not lines[1] else cell for cell in cells) for cells in [*lines, *rows]]
    st.markdown("\n".join(f"| {line} |" for line in told))


def _building(result: Result, row: dict[str, object], exact: bool) -> str:
    people = _counted(row) if exact else told_people(result, [str(row["building_id"])]).iloc[0].to_dict()
    names = {"registered_n": say("户籍", "registered"), "resident_n": say("实有", "resident"), "floating_n": say("流动", "floating")}
    names["absent_n"] = say("户在人不在", "absent")
    counts = [f"{name} {people[c] or say('未知', 'unknown')}" for c, name in names.items() if c in PEOPLE]
    area = row.get("area_m2")
    told = [f"{area:,.0f} m²" if isinstance(area, float) and area == area else "", _state(row, "why", WHY)]
    return say("，", ", ").join([*(t for t in told if t), *counts])


def _counted(row: dict[str, object]) -> dict[str, str]:
    """The counts as they are; "" for unknown."""
    known = {c: row.get(c) for c in PEOPLE}
    return {c: f"{n:,.0f}" if isinstance(n, float | int) and math.isfinite(n) else "" for c, n in known.items()}


def _plate(result: Result, row: dict[str, object], exact: bool) -> str:
    del exact
    text = str(result.captions["plate"].get(str(row["plate_id"]), ""))
    return say("，", ", ").join(t for t in (text, _state(row, "state"), _state(row, "face")) if t)


def _address(result: Result, row: dict[str, object], exact: bool) -> str:
    del exact
    return str(result.captions["address"].get(str(row["address_id"]), ""))


def _state(row: dict[str, object], column: str, labels: Labels = STATE) -> str:
    value = row.get(column)
    return named(labels, value) if isinstance(value, str) else ""


_DESCRIBE: dict[str, Callable[[Result, dict[str, object], bool], str]] = {"building": _building, "plate": _plate, "address": _address}


def _links(found: Evidence) -> None:
    if found.links.empty:
        st.caption(say("没有联系到其他记录。", "Linked to no other record."))
        return
    st.markdown(f"**{say('联系', 'Links')}**")
    rows = []
    for link in found.links.head(SHOWN_N * 2).to_dict("records"):
        ends = " · ".join(str(link[f"{k}_id"]) if isinstance(link[f"{k}_id"], str) else "—" for k in KINDS)
        distance, score = (link[c] for c in ("distance_m", "score"))
        rows.append(
            (
                ends,
                named(LINK_STATE, str(link["state"])),
                f"{score:.2f}" if math.isfinite(score) else "—",
                f"{distance:.1f} m" if math.isfinite(distance) else "—",
                named(REASON, str(link["reason"])),
            )
        )
    table(
        (
            say("建筑 · 门牌 · 地址", "Building · plate · address"),
            say("状态", "State"),
            say("得分", "Score"),
            say("距离", "Distance"),
            say("依据", "Reason"),
        ),
        rows,
    )
