"""表册: what goes out on paper and comes back: the sheets of a village, the list of plates to make, and a filled sheet taken over."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import VERBS, Casebook, Decision
from geo.errors import CasebookError, SourceError
from geo.export.field_answers import ANSWERS, BY_VERB
from geo.export.order_list import order_list, write_order_pdf, write_order_xlsx
from geo.export.sheet_return import judge_rows, read_sheet, stale_rows
from geo.export.village_rows import WORK_CODES, village_rows
from geo.export.village_sheet import list_of, write_village_pdf, write_village_xlsx
from layers.cards import title
from layers.result import EVERYWHERE, Result
from views import casebook, state
from views.cases.publishing import published
from views.plain import plain
from views.products import head_of, note_export, pdf_button, show_export_fault, today, town_of, xlsx_button
from views.sign_in import current_user
from views.state import kept, language, say, village_name

_ONLY, _TASK, _FILE, _KEPT = "sheet_only_work", "sheet_task", "sheet_file", "sheet_kept"
_ALL_ORDERS = "*"
_OPEN = "—"


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
        _return(result, book, code)
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
    todo_n = int(listed["code"].notna().sum())
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
        st.markdown(say(f"共 {len(listed):,} 行，待核 **{todo_n:,}** 件", f"{len(listed):,} rows, **{todo_n:,}** to check"))
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


def _return(result: Result, book: Casebook | None, code: str) -> None:
    if book is None:
        st.info(
            say("没有案卷库，回填的结果没有地方登记。", "Without a casebook there is nowhere to keep what came back."),
            icon=":material/help:",
        )
        return
    if kept_n := st.session_state.pop(_KEPT, 0):
        st.success(say(f"已记入 {kept_n} 件。", f"{kept_n} decisions kept."), icon=":material/check_circle:")
    left, right = st.columns([1, 1.3], gap="medium")
    cases = book.cases(villages=[code], present=None)
    with left:
        _say_answers()
        file = st.file_uploader(say("已填写的回填表（xlsx）", "Filled workbook (xlsx)"), type="xlsx", key=_FILE)
    with right:
        returned = _read(file) if file is not None else _key_in(result, cases, code)
        if returned is None or returned.empty:
            st.caption(
                say(
                    "填写后在这里逐行核对，再一并记入案卷。",
                    "What is filled in appears here row by row, to be checked and then kept together.",
                )
            )
            return
        everywhere = book.cases(ids=returned["finding_id"].dropna().unique().tolist(), present=None)
        _offer(book, _permitted(book, stale_rows(returned, everywhere)))


def _say_answers() -> None:
    rows = "\n".join(f"| **{a.digit or '—'}** | {a.zh if language() == 'zh' else a.en} |" for a in ANSWERS)
    st.markdown(f"| {say('数字', 'Digit')} | {say('含义', 'Meaning')} |\n|---|---|\n{rows}")


def _read(file: Any) -> pd.DataFrame | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / say("回填表.xlsx", "returned.xlsx")  # what the browser calls the file is not for a path, nor for a message
        path.write_bytes(file.getvalue())
        try:
            return read_sheet(path)
        except SourceError as error:
            st.error(plain(say(error.zh, error.en)), icon=":material/error:")
            return None


def _key_in(result: Result, cases: pd.DataFrame, code: str) -> pd.DataFrame | None:
    """The table to key a paper sheet into: digits and remarks beside the doors."""
    sheet = village_rows(result.tables, code, cases=cases[cases["present"].astype(bool)])
    rows = sheet.rows[sheet.rows["code"].isin(WORK_CODES)].reset_index(drop=True)
    st.markdown(say("**纸面清单直接录入**　只填“数字”和“备注”两列", "**Key a paper list in**: digits and remarks only"))
    if rows.empty:
        st.success(say("本村没有待核事项。", "Nothing is to be checked in this village."), icon=":material/check_circle:")
        return None
    found, remark = say("数字", "Digit"), say("备注", "Remark")
    table = pd.DataFrame(
        {
            say("序", "No."): range(1, len(rows) + 1),
            say("组/街巷", "Place"): rows["place"],
            say("门牌号", "Number"): rows["number"],
            say("建筑编号", "Building"): rows["building_id"].fillna(""),
            say("待核事项", "To be checked"): rows["code"].map(lambda c: title(c, language())),
            found: _OPEN,
            remark: "",
        }
    )
    edited = st.data_editor(
        table, hide_index=True, height=330, disabled=[c for c in table.columns if c not in (found, remark)], key=f"key_in_{code}_{language()}",
        column_config={found: st.column_config.SelectboxColumn(found, options=[_OPEN, *(a.digit for a in ANSWERS if a.digit)], width="small"), remark: st.column_config.TextColumn(remark, max_chars=200)},
    )  # fmt: skip
    written = pd.DataFrame(
        {
            "row": table.iloc[:, 0].astype("str"), "finding_id": rows["finding_id"], "found": edited[found].fillna("").astype("str").replace(_OPEN, ""), "remark": edited[remark].fillna("").astype("str").str.strip(),
            "version": rows["version"].map(lambda n: "" if pd.isna(n) else f"{n:.0f}").astype("str"), "evidence_hash": rows["evidence_hash"].fillna(""), "place": rows["place"], "door": rows["number"],
        }
    )  # fmt: skip
    return judge_rows(written)


def _permitted(book: Casebook, returned: pd.DataFrame) -> pd.DataFrame:
    """The rows, with those marked that this account may not say of the case as it stands: the casebook says why."""
    user_id, out = current_user().user_id, returned.copy()
    for label in out.index[out["problem_zh"].isna()]:  # a question to the casebook per row; a sheet has some dozens of answers
        verb, case_id = out.loc[label, "verb"], str(out.loc[label, "finding_id"])
        offer = next((o for o in book.offers(user_id, case_id) if o.verb == verb), None)
        if offer is None:
            out.loc[label, ["problem_zh", "problem_en"]] = ["此项不适用于这个问题", "this answer does not fit the finding"]
        elif not offer.allowed:
            out.loc[label, ["problem_zh", "problem_en"]] = [offer.why_zh, offer.why_en]
    return out


def _offer(book: Casebook, returned: pd.DataFrame) -> None:
    """What was read, row by row; those without a problem are kept together when somebody says so."""
    good = returned[returned["problem_zh"].isna()]
    verbs = {name: say(verb.zh, verb.en) for name, verb in VERBS.items()}
    remark = (
        returned["number"]
        .fillna("")
        .where(returned["number"].fillna("") != "", returned["document"].where(returned["document"] != "", returned["reason"]))
    )
    table = pd.DataFrame(
        {
            say("行", "Row"): returned["row"], say("门", "Door"): returned["place"] + returned["door"], say("决定", "Decision"): returned["verb"].map(verbs).fillna("—"),
            say("内容", "Content"): remark, say("问题", "Problem"): returned["problem_zh" if language() == "zh" else "problem_en"].fillna(say("可以登记", "ready")),
        }
    )  # fmt: skip
    st.markdown(
        say(
            f"**读到 {len(returned)} 行，可以登记 {len(good)} 行，有问题 {len(returned) - len(good)} 行**",
            f"**{len(returned)} rows read: {len(good)} ready, {len(returned) - len(good)} with a problem**",
        )
    )
    st.dataframe(table, hide_index=True, height="content" if len(table) < 9 else 300, key="returned")
    kept_now = st.button(
        say(f"把 {len(good)} 行记入案卷", f"Keep {len(good)} rows in the casebook"),
        type="primary",
        disabled=good.empty,
        icon=":material/save:",
        key="keep_returned",
    )
    if kept_now:
        _keep(book, good)


def _keep(book: Casebook, good: pd.DataFrame) -> None:
    """All rows or none: what one row meets is told, and nothing is half done."""
    user = current_user()
    decisions = [
        Decision(
            finding_id=row["finding_id"], verb=row["verb"], version=int(row["version"]), evidence_hash=row["evidence_hash"], by=user.user_id, reason=row["reason"],
            payload={"number": row["number"]} if BY_VERB[row["verb"]].needs == "number" else {}, document=row["document"],
        )
        for row in good.to_dict("records")
    ]  # fmt: skip
    try:
        receipts = book.decide_many(decisions)
    except CasebookError as error:
        st.error(plain(say(error.zh, error.en)) + say("（没有登记任何一行）", " (nothing was kept)"), icon=":material/error:")
        return
    st.session_state[_KEPT] = len(receipts)
    st.rerun()
