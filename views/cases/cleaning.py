"""虚拟与拆迁清理: addresses without a house. What may be proposed for cancellation and what may not are two lists that cannot be confused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.casebook import Casebook, Guard, SignedList
from geo.casebook.words import CANCELLABLE
from geo.export.cancellation_list import Proof, cancellation_rows, write_cancellation_pdf, write_cancellation_xlsx
from views.cases.decide import sign
from views.cases.desk import show as show_desk
from views.cases.page import FINISHED, Desk, Listing, Page, undone
from views.language import aside, language, say
from views.plain import plain
from views.products import pdf_button, today, town_of, xlsx_button
from views.state import village_name

CODES = CANCELLABLE | {"suspected_demolition", "unregistered_plate", "undecided_address", "people_unplaced"}
"""Findings of this page: addresses that may have lost their house, and what must be cleared up before anybody can tell."""
VERBS = (
    "request_cancellation", "approve_cancellation", "refuse_cancellation", "confirm_demolished", "entered_in_error", "still_standing", "confirm_link",
)  # fmt: skip
SIGNED = "signed_list"


def show() -> None:
    """Show the page."""
    show_desk(PAGE)


def lists(book: Casebook, cases: pd.DataFrame) -> Sequence[Listing]:
    """Those that may be proposed and those that may not, apart; then what waits for the second person, what was approved, and the rest."""
    status = cases["status"]
    asked, agreed = (status == "cancellation_requested").to_numpy(), (status == "cancellation_approved").to_numpy()
    over = status.isin(FINISHED).to_numpy() & ~agreed & ~undone(cases)
    address = (cases["code"].isin(CANCELLABLE) & (cases["subject"] == "address")).to_numpy() & ~asked & ~agreed & ~over
    found = guards(book, tuple(cases.loc[address | asked | agreed, "finding_id"]))
    proven = cases["finding_id"].map({i: g.may for i, g in found.items()}).eq(True).to_numpy(dtype=bool)
    may, nobody = proven & address, proven & (cases["people_n"] == 0).to_numpy(dtype=bool)
    return (
        Listing("may", "可提请注销", "Proposable", ":material/check_circle:", "最新统计证明无人：可以凭文号提请注销，由另一人复核。",
                "The newest counts prove that nobody is left: propose it with its document, a second person approves.", may, nobody),
        Listing("may_not", "先人后址", "People first", ":material/lock:", "有人、人数不明或统计过期：一律不得提请注销，先核实和迁出人口。",
                "Somebody is left, or nobody knows: never proposed. Look after the people first.", address & ~may),
        Listing("requested", "待复核", "To approve", ":material/supervisor_account:", "已提请注销，须另一人复核。", "Proposed; another person approves or refuses.", asked),
        Listing("approved", "已同意", "Approved", ":material/verified:", "已复核同意：签发清单交登记机关办理，本系统不删除任何地址。",
                "Approved: sign the list for the register's owner. Nothing is deleted here.", agreed),
        Listing("other", "待查实", "Unclear", ":material/travel_explore:", "疑似拆除、地址待判等：先弄清房子在不在。",
                "Suspected demolitions, undecided addresses: find out whether the house stands.", ~address & ~asked & ~agreed & ~over),
        Listing("finished", "已办结", "Done", ":material/task_alt:", "不再需要办理。", "Nothing more to do.", over),
    )  # fmt: skip


def guards(book: Casebook, ids: tuple[str, ...]) -> dict[str, Guard]:
    """What the casebook's guard says of each case, as of now."""
    return _guards(book, str(book.store.where), book.head().hash, book.store.today(), ids)


@st.cache_resource(max_entries=32, show_spinner=False)
def _guards(_book: Casebook, where: str, head: str, today: str, ids: tuple[str, ...]) -> dict[str, Guard]:
    del where, head, today
    return {one: _book.guard(one) for one in ids}


def beside(desk: Desk, case: pd.Series) -> None:
    """Whether the address may be proposed for cancellation, in words and colour; only where that is the question."""
    if case["code"] not in CANCELLABLE or case["subject"] != "address" or case["status"] == "fixed":
        return
    guard = guards(desk.book, (str(case["finding_id"]),))[str(case["finding_id"])]
    if guard.may:
        _may(desk, case, plain(guard.counted_on.isoformat() if guard.counted_on else "—"))
        return
    reasons = "".join(f"\n- {plain(say(zh, en))}" for zh, en in guard.reasons)
    st.error(
        say(
            f"**不得注销，先安置人口**（看整个门户：新旧名称和各房室合计）{reasons}",
            f"**Never cancelled like this: people first** (of the whole house: old and new names, all rooms){reasons}",
        ),
        icon=":material/lock:",
    )


def _may(desk: Desk, case: pd.Series, day: str) -> None:
    """What the counts prove, and whose turn it is: to ask, to approve what another person asked, or nobody's any more."""
    proof = say(f"{day} 的统计证明该门户无人、无单位。", f"The counts of {day} prove that nobody is left.")
    asked = desk.asked(case)
    if asked is not None:
        by = f"{plain(asked['display'])} {plain(str(asked['at'])[:16].replace('T', ' '))}"
        if asked["by"] == desk.user.user_id:
            turn = say("须由另一人（另一个公安账号）复核，您不能同意自己的申请；复核之前可以撤回。", "Another police account must approve it, not yours; until then you may withdraw it.")
        else:
            turn = say("须由提请人以外的公安账号复核：同意或驳回。", "A police account other than theirs approves or refuses.")
        st.info(f"**{say('已提请注销，等待复核', 'Requested, waits for approval')}**{aside(by)}{say('：', ': ')}{turn} {proof}", icon=":material/supervisor_account:")
    elif case["status"] == "cancellation_approved":
        st.success(f"**{say('已复核同意', 'Approved')}**{say('：签发清单交登记机关办理。', ': sign the list for the register. ')}{proof}", icon=":material/verified:")
    else:
        st.success(f"**{say('可以提请注销', 'May be proposed')}**{say('：', ': ')}{proof}", icon=":material/check_circle:")


def above(desk: Desk) -> None:
    """The survey before beside the present one, and the signed list of approved cancellations."""
    has = not desk.result.tables.buildings_previous.empty

    def keep() -> None:
        desk.work.swipe = bool(st.session_state["swipe"])

    with st.container(key="tools", width="content", horizontal=True, vertical_alignment="center"):
        st.toggle(
            say("对比前期测绘", "Survey before"), value=desk.work.swipe and has, key="swipe", on_change=keep, disabled=not has,
            help=None if has else say("这个结果没有前期测绘", "This result holds no survey before"),
        )  # fmt: skip
        with st.popover(say("注销清单", "Signed list"), icon=":material/contract:"):
            _sign(desk)


def _sign(desk: Desk) -> None:
    n = int(next(one for one in desk.lists if one.name == "approved").keep.sum())
    st.markdown(
        say(
            f"本页已同意注销 **{n}** 件。签发的清单含全部村，已变化的不列入；每次签发都记入案卷。",
            f"**{n}** approved here. The list covers all villages, leaves out what changed, and is logged.",
        )
    )
    st.button(
        say("签发清单", "Sign the list"), key="sign", type="primary", icon=":material/draw:", disabled=not desk.user.user_id, on_click=sign,
        args=(desk.page.name, desk.result.folder), kwargs={"keep": _keep_signed},
    )  # fmt: skip
    signed: SignedList | None = st.session_state.get(SIGNED)
    if signed is None:
        return
    st.caption(say(f"清单 {len(signed.table)} 行 · 链号 {signed.head.seq} · 摘要 {signed.digest[:16]}…", f"{len(signed.table)} rows · entry {signed.head.seq} · {signed.digest[:16]}…"))
    name = say("拟注销地址清单_", "proposed_cancellations_") + str(signed.head.seq)
    with st.container(horizontal=True):
        xlsx_button(_writer(desk, signed, write_cancellation_xlsx), name=name, key="signed_xlsx")
        pdf_button(_writer(desk, signed, write_cancellation_pdf), name=name, key="signed_pdf", label="PDF")
        st.download_button(say("文本", "Text"), signed.text.encode(), f"{name}.txt", key="signed_txt", icon=":material/download:", on_click="ignore")


def _keep_signed(signed: SignedList) -> None:
    st.session_state[SIGNED] = signed


def _writer(desk: Desk, signed: SignedList, write: Callable[..., object]) -> Callable[[Path], object]:
    """What makes one file of the list, in the language of the page, when it is asked for."""
    proof, lang = Proof(signed.head.seq, signed.head.hash, signed.digest, signed.seal), language()

    def make(path: Path) -> object:
        return write(_rows(desk, signed.table, lang), path, town=town_of(desk.result), printed_on=today(), proof=proof, language=lang)

    return make


def _rows(desk: Desk, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The list with the names of villages and offices; its sentences in the language of the page."""
    told = desk.book.cases(ids=table["finding_id"].tolist(), present=None).set_index("finding_id")[f"detail_{lang}"]
    villages = {code: village_name(desk.result, code) for code in table["village_code"].dropna().unique()}
    accounts = desk.book.accounts()
    offices = dict(zip(accounts["user_id"].astype("str"), accounts["display"].astype("str"), strict=True))
    captions = desk.result.captions["address"]
    addresses = {one: str(captions[one]) for one in table["subject_id"] if one in captions.index}
    with_words = table.assign(detail=table["finding_id"].map(told))
    return cancellation_rows(with_words, addresses=addresses, villages=villages, offices=offices, language=lang)


PAGE = Page("cleaning", frozenset(CODES), lists, beside, above, VERBS, swipe=True)

