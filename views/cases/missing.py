"""补牌核对: houses without a number, plates missing, wrong or on nothing. The page of civil affairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from geo.casebook import Casebook
from geo.casebook.words import DANGLING, NUMBERING
from geo.export.order_list import order_list, write_order_xlsx
from layers.result import EVERYWHERE
from views.cases.desk import show as show_desk
from views.cases.files import delivered
from views.cases.page import FINISHED, Desk, Listing, Page, undone
from views.deferred import in_session
from views.language import language, say
from views.products import note_export
from views.state import village_name

CODES = (NUMBERING | DANGLING | {"village_mismatch", "crosswalk_fault", "address_without_plate"}) - {"unregistered_plate"}
"""Findings of this page: what ends with a plate on a wall, or with one taken down. A plate without an address is the register's."""
VERBS = (
    "plate_missing", "number_proposed", "plate_ordered", "plate_installed", "not_to_be_numbered", "confirm_dangling", "confirm_demolished",
    "entered_in_error", "still_standing", "move_plate", "confirm_link",
)  # fmt: skip


def show() -> None:
    """Show the page."""
    show_desk(PAGE)


def lists(book: Casebook, cases: pd.DataFrame) -> Sequence[Listing]:
    """To be looked at, under way, done."""
    del book
    todo, finished = undone(cases), cases["status"].isin(FINISHED).to_numpy(dtype=bool)
    return (
        Listing("todo", "待核", "To look at", ":material/pending_actions:", "还没有人看过，或依据有变。人多的在前，再按期限。",
                "Nobody has looked, or the evidence changed. Most people first, then by deadline.", todo),
        Listing("under_way", "办理中", "Under way", ":material/autorenew:", "已有结论，等编号、制牌、安装或移交。", "Decided; a number, plate or next office is awaited.",
                ~todo & ~finished),
        Listing("finished", "已办结", "Done", ":material/task_alt:", "不再需要办理。", "Nothing more to do.", ~todo & finished),
        Listing("all", "全部", "All", ":material/list:", "本页全部案件。", "Every case of this page.", np.ones(len(cases), dtype=bool)),
    )  # fmt: skip


def beside(desk: Desk, case: pd.Series) -> None:
    """Nothing stands between reason and evidence here."""
    del desk, case


def above(desk: Desk) -> None:
    """The plates to be made, as a workbook."""
    villages = None if desk.scope == EVERYWHERE else (desk.scope,)
    rows = desk.cases[desk.cases["status"].isin(["number_proposed", "plate_ordered"])]
    name = say("制牌清单_", "plates_to_make_") + village_name(desk.result, desk.scope)

    def made() -> bytes:
        order = order_list(desk.result.tables, cases=rows, villages=villages)
        content = delivered(lambda path: write_order_xlsx(order, path, language=language()))
        note_export(desk.book, content, kind="order_list_xlsx", scope=desk.scope, rows_n=len(order))
        return content

    st.download_button(
        say(f"制牌清单 {len(rows)}", f"Order list {len(rows)}"),
        in_session(made), f"{name}.xlsx", key="order_list", icon=":material/download:", on_click="ignore", disabled=rows.empty,
        help=say("拟号与已制牌的门牌", "Plates with a proposed number or ordered"),
    )  # fmt: skip


PAGE = Page("missing", frozenset(CODES), lists, beside, above, VERBS)
