"""表册: what goes out on paper and comes back: the sheets of a village, the list of plates to make, and a filled sheet taken over."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.casebook import ROLES, Casebook
from geo.export.order_list import order_list, write_order_pdf, write_order_xlsx
from geo.export.village_rows import village_rows
from geo.export.village_sheet import counted, list_of, write_village_pdf, write_village_xlsx
from layers.result import EVERYWHERE, Result
from views import casebook, returned, state
from views.cases.page import undone
from views.cases.publishing import published
from views.language import joined
from views.products import head_of, note_export, pdf_button, show_export_fault, today, town_of, xlsx_button
from views.sign_in import current_user
from views.state import kept, language, say, village_name

_ONLY, _TASK = "sheet_only_work", "sheet_task"
_ALL_ORDERS = "*"


def show() -> None:
    """Show the page."""
    result = state.chosen_result()
    codes = [code for code in state.scopes(result) if code != EVERYWHERE]
    if not codes:
        st.info(say("没有可以打印的村居。", "There is no village to print."))
        return
    if st.session_state.get(state.VILLAGE) not in codes:
        st.session_state[state.VILLAGE] = codes[0]
    book = _book(result)
    show_export_fault()
    tasks = {
        "print": say("打印外业册", "Print the sheets"),
        "return": say("回填登记", "Take a filled sheet over"),
        "order": say("制牌清单", "Plates to make"),
    }
    with st.container(horizontal=True, vertical_alignment="center", key="filters"):
        task = st.segmented_control(
            say("内容", "Task"), list(tasks), format_func=tasks.__getitem__, label_visibility="collapsed", **kept(_TASK, "print")
        )
        if task != "order":  # plates are made for all villages at once: nothing is offered that changes nothing
            st.selectbox(
                say("村居", "Village"),
                codes,
                width=240,
                format_func=lambda c: village_name(result, c),
                label_visibility="collapsed",
                **kept(state.VILLAGE),
            )
    code = str(st.session_state[state.VILLAGE])
    if task == "return":
        returned.show(result, book, code)
    elif task == "order":
        _order(result, book, codes)
    else:
        _print(result, book, code)


def _book(result: Result) -> Casebook | None:
    """The casebook where it knows cases; without one, and before the first result is published, the findings of the run are printed."""
    book = casebook.book(result.folder)
    return book if book is not None and published(book, result, current_user()) else None


def _print(result: Result, book: Casebook | None, code: str) -> None:
    name = village_name(result, code)
    cases = book.cases(villages=[code]) if book else None
    sheet = village_rows(result.tables, code, cases=cases)
    only = st.toggle(say("只列待核户（不打印全村门户）", "Only doors to be checked"), **kept(_ONLY, False))
    listed = list_of(sheet, where=pd.Series("", index=sheet.rows.index, dtype="str"), language=language(), only_work=bool(only))
    head, lang = head_of(book), language()
    with st.container(horizontal=True, vertical_alignment="center"):
        pdf_button(
            lambda path: write_village_pdf(result.tables, code, path, printed_on=today(), cases=cases, head=head, language=lang, only_work=bool(only)),
            name=say(f"{name}_核对册", f"{code}_sheets"), key="sheet_pdf", label=say("A3 工作图与清单（PDF）", "A3 map and list (PDF)"),
            after=lambda made: note_export(book, made, kind="village_sheet_pdf", scope=code or "-", rows_n=len(listed)),
        )  # fmt: skip
        xlsx_button(
            lambda path: write_village_xlsx(result.tables, code, path, printed_on=today(), cases=cases, head=head, language=lang, only_work=bool(only)),
            name=say(f"{name}_回填表", f"{code}_to_fill_in"), key="sheet_xlsx", label=say("回填表（Excel）", "Workbook to fill in"),
            after=lambda made: note_export(book, made, kind="village_sheet_xlsx", scope=code or "-", rows_n=len(listed)),
        )  # fmt: skip
        st.markdown(say(f"共 {len(listed):,} 行，现场", f"{len(listed):,} rows, in the field ") + f"**{counted(listed, lang)}**")
    if cases is not None:
        st.caption(_of_village(cases, int(sheet.codes.notna().sum())))
    if book is None:
        st.caption(
            say(
                "没有案卷库：册上没有版本号，回填时按案号对应。",
                "No casebook: the sheets carry no versions; rows are matched by their case.",
            )
        )
    heads = {
        "place": say("组/自然村/街巷", "Place"),
        "number": say("门牌号", "Number"),
        "building_id": say("建筑编号", "Building"),
        "plate": say("现状", "Plate"),
        "told": say("待核事项", "To be checked"),
    }
    st.dataframe(
        listed[list(heads)].rename(columns=heads),
        hide_index=True,
        height=430,
        key=f"sheet_{code}_{only}",
        column_config={heads["told"]: st.column_config.TextColumn(width=620)},
    )


def _of_village(cases: pd.DataFrame, on_sheet_n: int) -> str:
    """What the sheet holds of everything that is to be looked at in the village, and for whom: the numbers of the other pages."""
    open_ = cases[undone(cases) & cases["turn"].notna()]
    turns = open_["turn"].value_counts()
    told = joined(f"{say(ROLES[office].zh, ROLES[office].en)} {turns[office]:,}" for office in ROLES if office in turns)
    return say(
        f"本村各单位待核共 {len(open_):,} 件（{told}），其中 {on_sheet_n:,} 件能在房前核对，列入本册；其余是内业问题。",
        f"In this village {len(open_):,} cases are to be looked at ({told}); {on_sheet_n:,} of them can be answered in front of the house.",
    )


def _order(result: Result, book: Casebook | None, codes: list[str]) -> None:
    cases = book.cases() if book else None
    order = order_list(result.tables, cases=cases, villages=tuple(codes))
    head, lang, town = head_of(book), language(), town_of(result)
    if book is not None:
        st.caption(say("案卷中“已拟号”和“已制牌”的案件。", "Cases whose number is proposed or whose plate is ordered."))
    else:
        st.caption(
            say(
                "没有案卷库：按问题列出已知号码而缺牌、坏牌、旧牌的门户。",
                "No casebook: doors of a known number whose plate is missing, damaged or old.",
            )
        )
    if order.empty:
        st.info(say("没有需要制作的门牌。", "There are no plates to make."), icon=":material/check_circle:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        pdf_button(
            lambda path: write_order_pdf(order, path, title=town, printed_on=today(), head=head, language=lang), name=say(f"{town}_制牌清单", "plates_to_make"),
            key="order_pdf", label="PDF", after=lambda made: note_export(book, made, kind="order_list_pdf", scope=_ALL_ORDERS, rows_n=len(order)),
        )  # fmt: skip
        xlsx_button(
            lambda path: write_order_xlsx(order, path, language=lang), name=say(f"{town}_制牌清单", "plates_to_make"), key="order_xlsx",
            after=lambda made: note_export(book, made, kind="order_list_xlsx", scope=_ALL_ORDERS, rows_n=len(order)),
        )  # fmt: skip
        unknown_n = int((order["number"] == "").sum())
        st.markdown(
            say(f"共 **{len(order):,}** 块", f"**{len(order):,}** plates")
            + (say(f"，其中 {unknown_n:,} 块号码待定", f", {unknown_n:,} without a number yet") if unknown_n else "")
        )
    shown = {
        "village": say("村居", "Village"),
        "place": say("组/街巷", "Place"),
        "number": say("牌面号码", "Number"),
        "text": say("标准地址", "Address"),
        "building_id": say("建筑编号", "Building"),
        "pieces_n": say("数量", "Pieces"),
    }
    st.dataframe(order[list(shown)].rename(columns=shown), hide_index=True, height=430, key="order")
