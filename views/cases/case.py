"""The panel of one case: what is wrong and why, whose turn it is, the evidence of three records, neighbours, history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import ROLES, STATUSES, VERBS
from layers.cards import cards, title
from layers.details import detail_shown
from layers.evidence import Evidence
from layers.labels import OFFICE
from layers.people import shown
from layers.result import KINDS
from views.cases.numbers import Around
from views.cases.page import WITHDRAWN, Desk
from views.language import aside, language, say
from views.panel import compared, point, records, table
from views.plain import plain
from views.state import named, village_name

_COLOURS = {"open": "orange", "fixed": "gray", "false_alarm": "gray", "exempted": "gray"}


def case_panel(desk: Desk, case: pd.Series, found: Evidence | None, near: Around) -> None:
    """Show one case.

    Parameters
    ----------
    found
        Its evidence in the shown result; None where the result no longer holds its objects.
    near
        What stands around it.
    """
    _head(desk, case)
    st.markdown(plain(_detail(desk, case)))
    if isinstance(case["proposal"], str) and case["proposal"]:
        st.markdown(f"{say('建议改为：', 'Proposed: ')}**{plain(case['proposal'])}**")
    desk.page.beside(desk, case)
    _neighbours(near)
    if found is None:
        st.info(say("现在的核对结果里没有这个对象，以下为案卷所记。", "The present result does not hold this object; the casebook keeps the case."))
    else:
        compared(desk.result, found)
        records(desk.result, found, exact=desk.exact)
    _card(case)
    _history(desk, case)


def caption(desk: Desk, case: pd.Series) -> str:
    """What a case goes by: the text of its object, else its id."""
    kind, one = str(case["subject"]), str(case["subject_id"])
    text = desk.result.captions[kind].get(one, "") if kind in KINDS else ""
    return str(text) or one


def people(desk: Desk, case: pd.Series) -> str:
    """People the case concerns, as the person may see them; unknown is said."""
    n = case["people_n"]
    if pd.isna(n):
        return say("人数未知", "people unknown")
    if n == 0 and str(case["finding_id"]) in desk.nobody():
        return say("无人", "nobody")
    return say(f"{_counted(desk, n)} 人", f"{_counted(desk, n)} people")


def status_name(status: str) -> str:
    """What a status is called."""
    return say(STATUSES[status].zh, STATUSES[status].en)


def _counted(desk: Desk, n: float) -> str:
    return f"{n:,.0f}" if desk.exact else shown(n)


def _head(desk: Desk, case: pd.Series) -> None:
    st.markdown(f"#### {plain(caption(desk, case))}")
    status = str(case["status"])
    badges = [f":blue-badge[{plain(title(str(case['code']), language()))}]"]
    sign = "" if status == "open" else "✓ "
    badges.append(f":{_COLOURS.get(status, 'green')}-badge[{sign}{plain(status_name(status))}]")
    if case["needs_recheck"]:
        badges.append(f":orange-badge[{say('依据有变，请复看', 'evidence changed: look again')}]")
    if case["certainty"] == "suspect":
        badges.append(f":gray-badge[{say('存疑', 'suspect')}]")
    st.markdown(" ".join(badges) + f" :gray[{plain(case['subject_id'])}]")
    st.caption(say("　", " · ").join(_standing(desk, case)))


def _standing(desk: Desk, case: pd.Series) -> list[str]:
    """Whose turn, until when, how many people, where: one line of small print."""
    told = []
    if isinstance(case["turn"], str):
        told.append(say("轮到", "turn of ") + plain(named(OFFICE, case["turn"])))
    if pd.notna(case["deadline"]):
        day = case["deadline"].date().isoformat()
        late = day < desk.book.store.today()
        told.append((":red[" + say("已超期 ", "overdue ") + day + "]") if late else say("期限 ", "due ") + day)
    # the whole house counts, under all its names; a sentence above may speak of a few of its rooms
    told.append((say("整个门户 ", "whole house: ") if case["subject"] == "address" else "") + people(desk, case))
    village = case["village_code"] if isinstance(case["village_code"], str) else ""
    told.append(plain(village_name(desk.result, village)))
    if isinstance(case["number"], str):
        told.append(say("拟号 ", "number ") + plain(case["number"]))
    return told


def _detail(desk: Desk, case: pd.Series) -> str:
    row: Mapping[Any, Any] = case.to_dict()
    if desk.exact:
        return str(row["detail_zh" if language() == "zh" else "detail_en"])
    return detail_shown(dict(row), language())


def _neighbours(near: Around) -> None:
    if not near.neighbours:
        return
    doors = "　".join(f"{plain(text)} :gray[{away:.0f} m]" for text, away in near.neighbours)
    st.markdown(f"**{say('邻近门牌', 'Doors nearby')}** {doors}")
    for one in near.proposals:
        ends = " – ".join(str(n) if n is not None else "…" for n in (one.before, one.after))
        how = {"between": say("两邻之间的空号", "free between"), "inserted": say("两邻之间无空号，用附号", "none free between"), "end": say("顺延", "continues")}
        st.markdown(f"{say('建议编号', 'Suggested')} **{plain(one.text)}** :gray[{plain(how[one.how])}{aside(plain(ends))}]")


def _card(case: pd.Series) -> None:
    card = cards().get(str(case["code"]))
    if card is None:
        return
    with st.expander(say("怎么办、规则、例外", "What to do, rule, trap")):
        point(say("怎么办", "What to do"), say(card.todo_zh, card.todo_en))
        point(say("规则", "Rule"), say(card.rule_zh, card.rule_en))
        point(say("何时误报", "When it is wrong"), say(card.trap_zh, card.trap_en))
        point(say("依据", "Source"), card.source)


def _history(desk: Desk, case: pd.Series) -> None:
    said = desk.book.history(str(case["finding_id"])) if case["version"] else None
    if said is None or said.empty:
        st.caption(say("案卷：还没有人处理过。", "Casebook: nobody has decided this yet."))
        return
    st.markdown(f"**{say('案卷', 'Casebook')}**")
    asked_by = said["by"].where(said["verb"] == "request_cancellation").ffill()
    said = said.assign(withdrawn=(said["verb"] == "refuse_cancellation") & (said["by"] == asked_by))
    rows = [_entry(row) for row in said.iloc[::-1].to_dict("records")]
    table((say("时间", "When"), say("谁", "Who"), say("结论", "Verdict"), say("理由、依据", "Reason, document")), rows)


def _entry(row: Mapping[Any, Any]) -> tuple[str, str, str, str]:
    verb = VERBS[str(row["verb"])]
    undone = say("（已撤销）", " (undone)") if row["undone"] else ""
    office = ROLES[str(row["office"])]
    given = [f"{_PAYLOAD.get(k, (k, k))[0 if language() == 'zh' else 1]} {v}" for k, v in sorted(row["payload"].items())]
    why = say("；", "; ").join(str(t) for t in (row["reason"], row["document"], *given) if t)
    when = str(row["at"])[:16].replace("T", " ")
    called = say(*WITHDRAWN) if row["withdrawn"] else say(verb.zh, verb.en)
    return when, f"{row['display']}{aside(say(office.zh, office.en))}", called + undone, why


_PAYLOAD = {
    "number": ("门牌号", "number"), "photo": ("照片", "photo"), "until": ("有效期至", "until"), "deadline": ("期限", "deadline"), "to": ("转给", "to"),
    "village": ("村", "village"), "lon": ("经度", "lon"), "lat": ("纬度", "lat"), "building_id": ("建筑", "building"), "plate_id": ("门牌", "plate"),
    "address_id": ("地址", "address"), "seq": ("撤销第", "row"),
}  # fmt: skip
