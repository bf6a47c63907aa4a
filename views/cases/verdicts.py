"""What can be said of the chosen case: buttons with their number keys, the questions a verdict asks, undo, next, put off."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import VERBS, Offer
from geo.casebook.words import Verb
from geo.export.number_use import PROPOSED, number_problems
from layers.labels import KIND
from layers.result import KINDS
from views.cases import told
from views.cases.decide import decide, seen, undo
from views.cases.numbers import Around
from views.cases.page import Desk
from views.language import say
from views.plain import plain
from views.state import named

LINK = ("building_id", "plate_id", "address_id")
MAIN = frozenset({"plate_missing", "request_cancellation", "approve_cancellation", "confirm_dangling"})
"""Verdicts that stand out, where they may be said."""
FRONT = {
    "move_plate": frozenset({"misplaced_plate", "dangling_plate", "plate_for_many_buildings", "undecided_plate"}),
    "confirm_link": frozenset({"undecided_plate", "undecided_address", "misplaced_plate", "virtual_address", "text_conflict"}),
}
"""Verdicts without a key stand in front for the findings they are made for; for others they are under More."""
ELSEWHERE = frozenset({"undo"})
FRESH_LOGIN_S = 10 * 60
"""An approval needs a login at most this old."""


def verdicts(desk: Desk, case: pd.Series, near: Around) -> None:
    """The lower part of the panel."""
    offers = [o for o in desk.book.offers(desk.user.user_id, str(case["finding_id"])) if o.verb not in ELSEWHERE] if desk.user.user_id else []
    told.show(desk.work.said)
    may = {o.verb for o in offers if o.allowed}
    if desk.work.form in may:
        _questions(desk, case, VERBS[str(desk.work.form)], near)
        return
    _buttons(desk, case, offers)
    steps(desk)


def steps(desk: Desk) -> None:
    """Undo, put off, next, and whether a decision goes on by itself."""
    work, folder, page = desk.work, desk.result.folder, desk.page.name
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="steps"):
        words = VERBS[work.undo[-1][0]] if work.undo else None
        many = f"×{len(work.undo[-1][1])}" if work.undo and len(work.undo[-1][1]) > 1 else ""
        label = say("撤销", "Undo") + (f" {say(words.zh, words.en)}{many}" if words else "")
        st.button(label, key="undo", icon=":material/undo:", shortcut="Z", disabled=not work.undo, on_click=undo, args=(page, folder), type="tertiary")
        if work.chosen:
            st.button(
                say("跳过", "Skip"), key="skip", icon=":material/redo:", shortcut="S", type="tertiary", on_click=_put_off, args=(desk,),
                help=say("先放到清单最后", "Put it at the end of the list"),
            )  # fmt: skip
        ahead = following(desk)
        st.button(
            say("下一处", "Next"), key="next", icon=":material/arrow_forward:", shortcut="N", disabled=ahead is None, type="tertiary",
            on_click=work.choose, args=(ahead,), kwargs={"fly": True},
        )  # fmt: skip
        st.toggle(say("办完到下一处", "Go on by itself"), value=work.onward, key=f"{page}_onward", on_change=_keep_onward, args=(desk,))


def following(desk: Desk) -> str | None:
    """The case after the chosen one in the list; the first of the list where the chosen one is not in it."""
    ids = desk.queue_ids()
    if desk.work.chosen in ids:
        at = ids.index(desk.work.chosen) + 1
        return str(ids[at]) if at < len(ids) else None
    return str(ids[0]) if ids else None


def _put_off(desk: Desk) -> None:
    ahead = following(desk)
    if desk.work.chosen and desk.work.chosen not in desk.work.skipped:
        desk.work.skipped = (*desk.work.skipped, desk.work.chosen)
    desk.work.choose(ahead, fly=True)


def _keep_onward(desk: Desk) -> None:
    desk.work.onward = bool(st.session_state[f"{desk.page.name}_onward"])


def _buttons(desk: Desk, case: pd.Series, offers: list[Offer]) -> None:
    by_name = {o.verb: o for o in offers}
    front = [v for v in desk.page.verbs if v not in FRONT or case["code"] in FRONT[v]]
    first = [by_name[v] for v in front if v in by_name and by_name[v].allowed]
    with st.container(horizontal=True, gap="xsmall", key="verdict_buttons"):
        for offer in first:
            _button(desk, case, VERBS[offer.verb])
        others = [o for o in offers if o.verb not in front and o.allowed]
        refused = [o for o in offers if not o.allowed]
        with st.popover(say("更多", "More"), icon=":material/more_horiz:"):
            for offer in others:
                _button(desk, case, VERBS[offer.verb])
            if refused:
                st.caption(say("现在不能办理：", "Not possible now:"))
                st.markdown("\n".join(f"- {plain(say(VERBS[o.verb].zh, VERBS[o.verb].en))}　{plain(say(o.why_zh, o.why_en))}" for o in refused))


def _button(desk: Desk, case: pd.Series, verb: Verb) -> None:
    asks = bool(verb.needs) or verb.name in ASKING
    call: Callable[..., Any] = _open if asks else decide
    args = (desk, verb.name, str(case["finding_id"])) if asks else (desk.page.name, desk.result.folder, (seen(case),), verb.name)
    st.button(
        _name(desk, case, verb) + ("…" if asks else ""),
        key=f"say_{verb.name}",
        shortcut=verb.key or None,
        type="primary" if verb.name in MAIN else "secondary",
        on_click=call,
        args=args,
        kwargs={} if asks else {"onward": following(desk)},
    )


def _name(desk: Desk, case: pd.Series, verb: Verb) -> str:
    zh, en = desk.called(case, verb.name)
    return say(zh, en[:1].upper() + en[1:])


ASKING = frozenset({"approve_cancellation", "move_plate"})
"""Verdicts that ask something although the casebook needs nothing: the typed code, the place."""


def _open(desk: Desk, verb: str, finding_id: str) -> None:
    # What is pressed is meant of the case it stood under, also where the page has moved on meanwhile.
    if desk.work.chosen != finding_id:
        desk.work.choose(finding_id)
    desk.work.form, desk.work.pin, desk.work.said = verb, None, None


def _questions(desk: Desk, case: pd.Series, verb: Verb, near: Around) -> None:
    """The form of one verdict: exactly what it needs and takes, in the words of the office."""
    asked = (*verb.needs, *verb.takes)
    prefix = f"{desk.page.name}_{verb.name}_{case['finding_id']}"
    st.markdown(f"**{plain(_name(desk, case, verb))}**")
    if "number" in asked:
        _suggest(near, f"{prefix}_number")
    with st.form(f"{prefix}_form", border=False, enter_to_submit=True):
        given: dict[str, str] = {}
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            for need in asked:
                _ask(desk, case, need, prefix, given, near)
        if verb.name == "approve_cancellation":
            st.text_input(
                say("照抄这个地址编码，确认您核对过：", "Type this address code to confirm that you checked it: ") + f"`{plain(case['subject_id'])}`",
                key=f"{prefix}_typed", autocomplete="off",
            )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(
                say("记下", "Record"), type="primary", icon=":material/check:", key=f"{prefix}_go", on_click=_submit, args=(desk, case, verb, prefix, given),
            )  # fmt: skip
            st.form_submit_button(say("取消", "Cancel"), key=f"{prefix}_cancel", shortcut="Escape", type="tertiary", on_click=_close, args=(desk,))


def _close(desk: Desk) -> None:
    desk.work.form, desk.work.pin = None, None


def _suggest(near: Around, key: str) -> None:
    if not near.proposals:
        st.caption(say("邻号不成次序或太少，不作建议；请按现场和编号规则填写。", "The neighbours do not tell: no number is suggested."))
        return
    if len(near.proposals) > 1:
        with st.container(horizontal=True, gap="small"):
            for one in near.proposals:
                st.button(one.text, key=f"{key}_{one.place}", on_click=st.session_state.__setitem__, args=(f"{key}_pick", one.text), type="tertiary")


def _ask(desk: Desk, case: pd.Series, need: str, prefix: str, given: dict[str, str], near: Around) -> None:
    """One question; `given` gets the session key of every value it asks for."""
    key = f"{prefix}_{need}"
    if need in ("until", "deadline"):
        label = say("有效期至（可不填）", "Until (optional)") if need == "until" else say("期限", "Deadline")
        st.date_input(label, value=None, key=key, min_value=date.fromisoformat(desk.book.store.today()), width=170)
    elif need == "to|village":
        _ask_whom(desk, key)
        need = "to"
    elif need == "|".join(LINK):
        _ask_link(desk, case, key)
        need = "link"
    elif need in LINK:
        return
    elif need in ("lon", "lat"):
        if need == "lon":
            _tell_place(desk)
        return
    else:
        # a value the box is born with, not one put into its state: the browser forgets that one when the form is drawn anew
        value = document_of(desk, case) or "" if need == "document" else ""
        if need == "number" and near.proposals:
            first = near.proposals[0].text
            value = st.session_state.get(f"{key}_pick", first)
            key = key if value == first else f"{key}_{value}"
        name, hint = _TEXTS[need]
        st.text_input(say(*name), value=value, key=key, placeholder=say(*hint), max_chars=200, width="stretch")
    given[need] = key


_TEXTS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "reason": (("理由", "Reason"), ("例如：附属棚屋，不住人", "for example: a shed, nobody lives in it")),
    "document": (("文号", "Document number"), ("例如：璧拆〔2026〕12 号", "for example: 2026-12")),
    "number": (("门牌号", "Number"), ("例如：中山巷6号", "street and number")),
    "photo": (("照片", "Photo"), ("照片编号或文件名", "number or file name of the photo")),
}


def _ask_whom(desk: Desk, key: str) -> None:
    accounts = desk.book.accounts()
    accounts = accounts[accounts["active"].astype(bool)] if "active" in accounts else accounts
    whom = {f"to:{r['user_id']}": str(r["display"]) for r in accounts.to_dict("records") if r["office"] not in ("leader", "admin")}
    st.selectbox(say("转交给", "To"), list(whom), index=None, format_func=whom.__getitem__, key=key, placeholder=say("选择单位", "Choose an office"))


def _ask_link(desk: Desk, case: pd.Series, key: str) -> None:
    """A link to choose: those the engine knows of, and every building of the case with its plates and addresses."""
    from layers.evidence import evidence

    found = evidence(desk.result, "finding", str(case["shown_id"]))
    options: list[tuple[str | None, ...]] = []
    if found is not None:
        options = [tuple(v if isinstance(v, str) else None for v in row) for row in found.links[list(LINK)].to_numpy()]
        ids = {kind: [str(i) for i in found.objects(kind)[f"{kind}_id"]] for kind in KINDS}
        ends: list[list[str | None]] = [[*ids[kind], None] for kind in KINDS]
        options += [(b, p, a) for b in ends[0] for p in ends[1] for a in ends[2]]
    options = [o for o in dict.fromkeys(options) if sum(v is not None for v in o) > 1]
    st.selectbox(
        f"{named(KIND, 'building')} · {named(KIND, 'plate')} · {named(KIND, 'address')}", options, index=None, key=key,
        format_func=lambda o: " · ".join(v or "—" for v in o), placeholder=say("选择一组", "Choose one"),
    )  # fmt: skip


def _tell_place(desk: Desk) -> None:
    pin = desk.work.pin
    where = f"{pin[1]:.6f}, {pin[0]:.6f}" if pin else say("在地图上点一下门牌的位置", "Click the place of the plate on the map")
    st.markdown(f":material/location_on: {plain(where)}")


def _submit(desk: Desk, case: pd.Series, verb: Verb, prefix: str, given: dict[str, str]) -> None:
    values: dict[str, Any] = {}
    for name, key in given.items():
        value = st.session_state.get(key)
        if name == "to" and isinstance(value, str):
            values["to"] = value.removeprefix("to:")
        elif name == "link" and value is not None:
            values |= {k: v for k, v in zip(LINK, value, strict=True) if v is not None}
        elif isinstance(value, date):
            values[name] = value.isoformat()
        elif value is not None:
            values[name] = value
    if desk.work.pin and ("lon" in verb.needs or "lon" in verb.takes):
        values["lat"], values["lon"] = desk.work.pin
    if verb.name == "approve_cancellation" and (refusal := _not_sure(desk, case, str(st.session_state.get(f"{prefix}_typed") or ""))):
        desk.work.said = ("refused", refusal)
        return
    free_at = None
    if "number" in verb.needs and str(values.get("number") or "").strip():
        free_at = desk.book.head().seq  # before the look: what is decided meanwhile the casebook refuses
        if refusal := _not_free(desk, case, str(values["number"])):
            desk.work.said = ("refused", refusal)
            return
    called = desk.called(case, verb.name)
    decide(desk.page.name, desk.result.folder, (seen(case),), verb.name, onward=following(desk), called=called, free_at=free_at, **values)


def document_of(desk: Desk, case: pd.Series) -> str:
    """The document that the demolition list gives for a building of the case; "" where there is none."""
    known = desk.result.tables.buildings_previous.dropna(subset="document").set_index("building_id")["document"]
    named_ = [str(i) for i in case["related"]]
    return next((str(known[i]) for i in named_ if i in known.index), "")


def _not_free(desk: Desk, case: pd.Series, number: str) -> dict[str, Any] | None:
    """Why a number is not given to a house: it names none, or another house has it."""
    proposed = desk.book.cases(villages=[case["village_code"] if isinstance(case["village_code"], str) else ""], statuses=PROPOSED)
    asked = case.to_frame().T.astype(object).assign(number=number.strip())
    wrong = number_problems(desk.result.tables, asked, proposed=proposed).iloc[0]
    if pd.isna(wrong["problem_zh"]):
        return None
    return {"zh": f"{wrong['problem_zh']}。", "en": f"{wrong['problem_en']}.", "next": ("请按现场和编号规则另拟一个号。", "Give the house another number.")}


def _not_sure(desk: Desk, case: pd.Series, typed: str) -> dict[str, Any] | None:
    """Why an approval is not taken yet: the code was not copied right, or the login is not fresh. A click alone never approves."""
    if typed.strip() != str(case["subject_id"]):
        told_ = ("照抄的地址编码不对。", "The typed code is not the address of this case.")
        return {"zh": told_[0], "en": told_[1], "next": ("请对照案卷中的地址编码再输入。", "Compare it with the case and type it again.")}
    if desk.user.since_s is not None and time.time() - desk.user.since_s > FRESH_LOGIN_S:
        told_ = ("登录已超过十分钟，复核注销须重新登录。", "Your login is older than ten minutes; an approval needs a fresh one.")
        return {"zh": told_[0], "en": told_[1], "next": ("请退出后重新登录，再回到本案。", "Sign out and in again, then come back to this case.")}
    return None
