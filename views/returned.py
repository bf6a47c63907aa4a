"""回填登记: a filled sheet taken over, from its workbook or keyed in from paper, row by row into the casebook."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import VERBS, Casebook, Decision
from geo.errors import CasebookError, SourceError
from geo.export.field_answers import ANSWERS, BY_VERB
from geo.export.number_use import PROPOSED
from geo.export.sheet_return import judge_rows, read_sheet, stale_rows, unfit_rows
from geo.export.village_rows import WORK_CODES, village_rows
from layers.cards import title
from layers.result import Result
from views.fence import allow_uploads
from views.plain import plain
from views.sign_in import current_user
from views.state import language, say

_WORK = "sheet_returned"
_OPEN = "—"


@dataclass
class _Work:
    """What a session remembers of one village's sheets.

    kept
        Finding id and number in the log of what was kept last; `undone_n`: how many of the last were taken back, 0 for none.
    done
        Cases that were kept here out of the file that lies there: they are not shown a second time.
    rest
        finding_id -> digit and remark of keyed rows that could not be kept: they stay in the table.
    turn
        Counts the tables: a fresh one is empty but for `rest`.
    numbers
        finding_id -> number of the row on the sheet, as it was when keying began: a decision moves rows, the paper does not.
    """

    kept: tuple[tuple[str, int], ...] = ()
    undone_n: int = 0
    done: frozenset[tuple[str, str]] = frozenset()
    rest: dict[str, tuple[str, str]] | None = None
    turn: int = 0
    numbers: dict[str, int] | None = None


def show(result: Result, book: Casebook | None, code: str) -> None:
    """Show the task for one village; without a casebook, why there is nothing to do."""
    if book is None:
        st.info(say("没有案卷库，回填的结果没有地方登记。", "Without a casebook there is nowhere to keep what came back."), icon=":material/help:")
        return
    if current_user().user_id:
        allow_uploads()
    work = _work_of(result, code)
    _say_kept(book, work)
    left, right = st.columns([1, 1.3], gap="medium")
    with left:
        _say_answers()
        file = st.file_uploader(say("已填写的回填表（xlsx）", "Filled workbook (xlsx)"), type="xlsx", key="sheet_file")
    with right:
        read = _read(file) if file is not None else _key_in(result, book.cases(villages=[code]), code, work)
        if read is not None and file is not None:
            read = read[[(file.file_id, str(i)) not in work.done for i in read["finding_id"]]]
        if read is None or read.empty:
            if not work.kept:
                st.caption(
                    say("填写后在这里逐行核对，再一并记入案卷。", "What is filled in appears here row by row, to be checked and then kept together.")
                )
            return
        offer(result, book, check(result, book, read), work, file_id=file.file_id if file is not None else "")


def check(result: Result, book: Casebook, read: pd.DataFrame) -> pd.DataFrame:
    """The rows with everything that stands against them: overtaken, untrue of the case, the number of another house, no right.

    free_at is the newest row of the log before the look: a number that another house is given after it, the casebook refuses.
    """
    free_at = book.head().seq
    cases = book.cases(ids=read["finding_id"].dropna().unique().tolist(), present=None)
    villages = cases["village_code"].fillna("").unique().tolist()
    proposed = book.cases(villages=villages, statuses=PROPOSED)
    return _permitted(book, unfit_rows(stale_rows(read, cases), cases, result.tables, proposed=proposed)).assign(free_at=free_at)


def offer(result: Result, book: Casebook, read: pd.DataFrame, work: _Work | None = None, *, file_id: str = "") -> None:
    """What was read, row by row; those without a problem are kept together when somebody says so."""
    work = work or _work_of(result, "")
    good = read[read["problem_zh"].isna()]
    verbs = {name: say(verb.zh, verb.en) for name, verb in VERBS.items()}
    number = read["number"].fillna("")
    remark = number.where(number != "", read["document"].where(read["document"] != "", read["reason"]))
    table = pd.DataFrame(
        {
            say("序", "No."): read["row"], say("门", "Door"): read["place"] + read["door"], say("决定", "Decision"): read["verb"].map(verbs).fillna("—"),
            say("内容", "Content"): remark, say("问题", "Problem"): read["problem_zh" if language() == "zh" else "problem_en"].fillna(say("可以登记", "ready")),
        }
    )  # fmt: skip
    st.markdown(
        say(
            f"**读到 {len(read)} 行，可以登记 {len(good)} 行，有问题 {len(read) - len(good)} 行**",
            f"**{len(read)} rows read: {len(good)} ready, {len(read) - len(good)} with a problem**",
        )
    )
    st.dataframe(table, hide_index=True, height="content" if len(table) < 9 else 300, key="returned")
    kept_now = st.button(
        say(f"把 {len(good)} 行记入案卷", f"Keep {len(good)} rows in the casebook"),
        type="primary", disabled=good.empty, icon=":material/save:", key="keep_returned",
    )  # fmt: skip
    if kept_now:
        _keep(book, good, work, file_id)


def _work_of(result: Result, code: str) -> _Work:
    """The session's work on one village of one result, by one account."""
    every: dict[tuple[str, str, str], _Work] = st.session_state.setdefault(_WORK, {})
    return every.setdefault((str(result.folder), code, current_user().user_id or ""), _Work())


def _say_kept(book: Casebook, work: _Work) -> None:
    """What was kept last, until the next is kept, and the way to take it back."""
    if work.undone_n:
        st.info(say(f"已撤销 {work.undone_n} 件。", f"{work.undone_n} taken back."), icon=":material/undo:")
    if work.kept:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(say(f"已记入 {len(work.kept)} 件。", f"{len(work.kept)} decisions kept."), icon=":material/check_circle:")
            label = say(f"撤销这 {len(work.kept)} 件", f"Undo these {len(work.kept)}")
            if st.button(label, key="undo_returned", icon=":material/undo:"):
                _undo(book, work)


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


def _key_in(result: Result, cases: pd.DataFrame, code: str, work: _Work) -> pd.DataFrame | None:
    """The table to key a paper sheet into: digits and remarks beside the doors, each row under the number it has on paper."""
    rows = village_rows(result.tables, code, cases=cases).rows
    rows = rows.assign(n=range(1, len(rows) + 1))
    rows = rows[rows["code"].isin(WORK_CODES)].reset_index(drop=True)
    if work.numbers is None:
        work.numbers = {str(i): int(n) for i, n in zip(rows["finding_id"], rows["n"], strict=True)}
    rows["n"] = rows["finding_id"].map(work.numbers).fillna(rows["n"]).astype("int64")
    rows = rows.sort_values(["n", "finding_id"], ignore_index=True)
    st.markdown(say("**纸面清单直接录入**　只填“数字”和“备注”两列", "**Key a paper list in**: digits and remarks only"))
    if rows.empty:
        st.success(say("本村没有待核事项。", "Nothing is to be checked in this village."), icon=":material/check_circle:")
        return None
    found, remark = say("数字", "Digit"), say("备注", "Remark")
    rest = work.rest or {}
    table = pd.DataFrame(
        {
            say("序", "No."): rows["n"],
            say("组/街巷", "Place"): rows["place"],
            say("门牌号", "Number"): rows["number"],
            say("建筑编号", "Building"): rows["building_id"].fillna(""),
            say("待核事项", "To be checked"): rows["code"].map(lambda c: title(c, language())),
            found: [rest.get(str(i), (_OPEN, ""))[0] for i in rows["finding_id"]],
            remark: [rest.get(str(i), (_OPEN, ""))[1] for i in rows["finding_id"]],
        }
    )
    edited = st.data_editor(
        table, hide_index=True, height=330, disabled=[c for c in table.columns if c not in (found, remark)], key=f"key_in_{code}_{language()}_{work.turn}",
        column_config={found: st.column_config.SelectboxColumn(found, options=[_OPEN, *(a.digit for a in ANSWERS if a.digit)], width="small"), remark: st.column_config.TextColumn(remark, max_chars=200)},
    )  # fmt: skip
    written = pd.DataFrame(
        {
            "row": rows["n"].astype("str"), "finding_id": rows["finding_id"], "found": edited[found].fillna("").astype("str").replace(_OPEN, ""), "remark": edited[remark].fillna("").astype("str").str.strip(),
            "version": rows["version"].map(lambda n: "" if pd.isna(n) else f"{n:.0f}").astype("str"), "evidence_hash": rows["evidence_hash"].fillna(""), "place": rows["place"], "door": rows["number"],
        }
    )  # fmt: skip
    typed = written[(written["found"] != "") | (written["remark"] != "")]
    st.session_state[_TYPED] = {str(r["finding_id"]): (r["found"] or _OPEN, r["remark"]) for r in typed.to_dict("records")}
    return judge_rows(written)


_TYPED = "sheet_typed"


def _permitted(book: Casebook, read: pd.DataFrame) -> pd.DataFrame:
    """The rows, with those marked that this account may not say of the case as it stands: the casebook says why."""
    user_id, out = current_user().user_id, read.copy()
    for label in out.index[out["problem_zh"].isna()]:  # a question to the casebook per row; a sheet has some dozens of answers
        verb, case_id = out.loc[label, "verb"], str(out.loc[label, "finding_id"])
        offers = {o.verb: o for o in book.offers(user_id, case_id)}
        if verb not in offers:
            fitting = "、".join(a.digit for a in ANSWERS if a.digit and a.verb in offers)
            out.loc[label, ["problem_zh", "problem_en"]] = [
                f"此项不适用于这个问题，可填 {fitting}",
                f"this answer does not fit the finding; {fitting.replace('、', ', ')} do",
            ]
        elif not offers[verb].allowed:
            out.loc[label, ["problem_zh", "problem_en"]] = [offers[verb].why_zh, offers[verb].why_en]
    return out


def _keep(book: Casebook, good: pd.DataFrame, work: _Work, file_id: str) -> None:
    """All rows or none: what one row meets is told, and nothing is half done."""
    user = current_user()
    decisions = [
        Decision(
            finding_id=row["finding_id"], verb=row["verb"], version=int(row["version"]), evidence_hash=row["evidence_hash"], by=user.user_id, reason=row["reason"],
            payload={"number": row["number"]} if BY_VERB[row["verb"]].needs == "number" else {}, document=row["document"],
            free_at=int(row["free_at"]),
        )
        for row in good.to_dict("records")
    ]  # fmt: skip
    try:
        receipts = book.decide_many(decisions)
    except CasebookError as error:
        st.error(plain(say(error.zh, error.en)) + say("（没有登记任何一行）", " (nothing was kept)"), icon=":material/error:")
        return
    ids = [d.finding_id for d in decisions]
    work.kept, work.undone_n = tuple(zip(ids, (r.seq for r in receipts), strict=True)), 0
    work.done |= {(file_id, i) for i in ids} if file_id else frozenset()
    _clear(work, ids)
    st.rerun()


def _undo(book: Casebook, work: _Work) -> None:
    """Take back what was kept last, all or none; what somebody decided on top of it is theirs to take back."""
    user_id = current_user().user_id
    try:
        now = [(book.case(one), seq) for one, seq in work.kept]
        book.decide_many([Decision(c.finding_id, "undo", c.version, c.evidence_hash, user_id, payload={"seq": seq}) for c, seq in now])
    except CasebookError as error:
        st.error(plain(say(error.zh, error.en)) + say("（没有撤销任何一件）", " (nothing was taken back)"), icon=":material/error:")
        return
    work.undone_n, work.kept = len(work.kept), ()
    _clear(work, ())
    st.rerun()


def _clear(work: _Work, kept: Iterable[str]) -> None:
    """A fresh table to key in, with what was typed and not kept."""
    typed: dict[str, tuple[str, str]] = st.session_state.get(_TYPED, {})
    work.rest, work.turn = {i: what for i, what in typed.items() if i not in set(kept)}, work.turn + 1
