"""A filled sheet read back: what somebody wrote in front of the houses becomes proposed decisions, each row judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from geo.errors import SourceError
from geo.export.field_answers import ANSWER, ANSWERS, Answer
from geo.export.number_use import number_problems, read_numbers
from geo.export.village_sheet import HEADINGS
from geo.read.archive import check_archive
from geo.tables import Verification

Page = Sequence[Sequence[object]]

RETURN = (
    "row",
    "finding_id",
    "verb",
    "reason",
    "number",
    "document",
    "version",
    "evidence_hash",
    "place",
    "door",
    "problem_zh",
    "problem_en",
)
"""Columns of what is read. row: the number printed before the row, the line of the workbook where it has none; version: null where the sheet named none; problem: null where the row can be taken over."""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def read_sheet(path: Path) -> pd.DataFrame:
    """Rows of a filled sheet where something was written.

    Parameters
    ----------
    path
        Workbook that `write_village_xlsx` made, with the columns 实地情况 and 备注 filled in. Sorting, filtering and further
        columns do no harm; the columns are found by their headings, in Chinese or English.

    Returns
    -------
    DataFrame of RETURN, in the order of the sheet; rows with nothing written are absent.

    Raises
    ------
    SourceError
        The file is no workbook, or has no sheet with these headings: take the workbook that was printed with the sheet.
    """
    try:
        check_archive(path)
        book = CalamineWorkbook.from_path(str(path))
        pages: list[Page] = [list(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (CalamineError, ZipError, XmlError, PasswordError, OSError) as e:
        raise SourceError(f"{path.name} 不是可以读取的 xlsx 文件（{e}）", f"{path.name} is not a workbook that can be read ({e})") from e
    for page in pages:
        found = _headings(page)
        if found is not None:
            return judge_rows(_rows(page, *found))
    raise SourceError(
        f"{path.name} 中没有带“案号、实地情况、备注”列的清单；请用系统导出的清单填写",
        f"{path.name} has no list with the columns Case, Found and Remark; fill in the list that the app exported",
    )


def judge_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as they were written, each as a proposed decision or with its problem.

    Parameters
    ----------
    rows
        row, finding_id, found (digit or words of an answer), remark, version, evidence_hash, place, door: all text, "" where
        nothing was written. Rows with neither found nor remark are left out.
    """
    rows = rows[(rows["found"] != "") | (rows["remark"] != "")].reset_index(drop=True)
    answers = [_answer(text) for text in rows["found"]]
    verbs = pd.Series([a.verb if a else None for a in answers], index=rows.index, dtype="str")
    needs = pd.Series([a.needs if a else "" for a in answers], index=rows.index, dtype="str")
    remark = rows["remark"]
    number = read_numbers(remark.where(needs == "number", ""), rows["place"])
    out = pd.DataFrame(
        {
            "row": rows["row"],
            "finding_id": rows["finding_id"],
            "verb": verbs,
            "reason": _reasons(answers, remark.where(~needs.isin(["number", "document"]), "")),
            "number": number,
            "document": remark.where(needs == "document", "").astype("str"),
            "version": pd.to_numeric(rows["version"], errors="coerce"),
            "evidence_hash": rows["evidence_hash"],
            "place": rows["place"],
            "door": rows["door"],
        }
    )
    return out.assign(**_problems(rows, out, needs))[list(RETURN)]


def stale_rows(returned: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """What was read, with rows that somebody overtook marked as such: they are listed, never applied.

    Parameters
    ----------
    returned
        From `read_sheet`.
    cases
        Rows of `book.cases`: finding_id, version, evidence_hash, last_by, last_at.

    Returns
    -------
    The rows with problem_zh and problem_en filled where the case is unknown, has moved on, or rests on other evidence
    than was printed. A row whose sheet named no version takes the case's, for a sheet printed before there was a casebook.
    """
    now = cases.drop_duplicates("finding_id").set_index("finding_id")
    known = returned["finding_id"].isin(now.index)
    version = returned["finding_id"].map(now["version"]).astype("float64")
    evidence = returned["finding_id"].map(now["evidence_hash"])
    moved = known & returned["version"].notna() & (returned["version"] != version)
    other = known & (returned["evidence_hash"] != "") & (returned["evidence_hash"] != evidence)
    by = returned["finding_id"].map(now["last_by"]).fillna("") if "last_by" in now else pd.Series("", index=returned.index)
    told_zh = np.select(
        [~known, moved, other],
        ["案卷中没有这个案件", "打印后已有人处理过（" + by.astype("str") + "），请核对后在系统中处理", "打印后数据有变化，请重新核对"],
        "",
    )
    told_en = np.select(
        [~known, moved, other],
        [
            "no such case in the casebook",
            "somebody decided it after printing (" + by.astype("str") + "); decide it in the app",
            "the data changed after printing; look again",
        ],
        "",
    )
    out = returned.copy()
    for column, told in (("problem_zh", told_zh), ("problem_en", told_en)):
        fresh = pd.Series(told, index=out.index, dtype="str").replace("", np.nan)
        out[column] = out[column].astype("str").fillna(fresh.astype("str"))
    out["version"] = out["version"].fillna(version)
    out["evidence_hash"] = out["evidence_hash"].where(out["evidence_hash"] != "", evidence.astype("str"))
    return out


def unfit_rows(returned: pd.DataFrame, cases: pd.DataFrame, result: Verification, *, proposed: pd.DataFrame) -> pd.DataFrame:
    """What was read, with answers that cannot be true of their case marked: a missing plate that hangs, a number another house has.

    Parameters
    ----------
    returned
        From `stale_rows`; rows that have a problem keep it.
    cases
        Rows of `book.cases` for the cases of `returned`.
    result
        The run whose plates and addresses are in use.
    proposed
        Rows of `book.cases` of these villages whose number is proposed, ordered or put up.
    """
    good = returned[returned["problem_zh"].isna()]
    about = good[["finding_id", "verb", "number"]].merge(
        cases.drop_duplicates("finding_id").drop(columns=["number"], errors="ignore"), on="finding_id", how="left"
    )
    about.index = good.index
    wrong = pd.DataFrame({"problem_zh": np.nan, "problem_en": np.nan}, index=good.index, dtype="str")
    for answer in ANSWERS:
        hangs = (about["verb"] == answer.verb) & about["code"].isin(answer.not_for)
        wrong.loc[hangs, "problem_zh"] = f"牌已在墙上，不能填 {answer.digit} {answer.zh}；问题属实填 2，换号填 4"
        wrong.loc[hangs, "problem_en"] = f"the plate hangs: not {answer.digit} ({answer.en}); 2 if the problem is real, 4 for another number"
    numbered = about[about["verb"] == "number_proposed"]
    if len(numbered):
        wrong.update(number_problems(result, numbered, proposed=proposed))
    out = returned.copy()
    for column in ("problem_zh", "problem_en"):
        out.loc[good.index, column] = wrong[column].astype("str")
    return out


def _headings(page: Page) -> tuple[int, dict[str, int]] | None:
    """Line of the headings and the position of each column; None where the page has no such list."""
    names = {told: name for name, pair in HEADINGS.items() for told in pair}
    for at, line in enumerate(page[:10]):
        found = {names[str(cell).strip()]: j for j, cell in reversed(list(enumerate(line))) if str(cell).strip() in names}
        if {"finding_id", "found", "remark"} <= set(found):
            return at, found
    return None


def _rows(page: Page, at: int, found: dict[str, int]) -> pd.DataFrame:
    below = page[at + 1 :]
    columns = {name: [_text(line[j]) if j < len(line) else "" for line in below] for name, j in found.items()}
    table = pd.DataFrame(columns, index=range(len(below)), dtype="str").reindex(columns=list(HEADINGS), fill_value="").fillna("")
    told = {c: table[c] for c in ("finding_id", "found", "remark", "version", "evidence_hash", "place")}
    line = pd.Series([str(at + 2 + n) for n in range(len(table))], index=table.index, dtype="str")
    return pd.DataFrame({"row": table["n"].where(table["n"] != "", line), "door": table["number"], **told})


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a digit typed into a cell that somebody reformatted
    return " ".join(str(cell).split()) if cell is not None else ""


def _reasons(answers: Sequence[Answer | None], remark: pd.Series) -> pd.Series:
    """The remark behind the fixed sentence of its answer, where that has one."""
    says = pd.Series([a.says if a else "" for a in answers], index=remark.index, dtype="str")
    both = (says != "") & (remark != "")
    return (says + pd.Series(np.where(both, "；", ""), index=remark.index, dtype="str") + remark).astype("str")


def _answer(written: str) -> Answer | None:
    """The answer that was meant: its digit, full-width too, the digit before its words, or its words; None for none."""
    text = written.translate(_DIGITS).strip()
    if text[:1] in ANSWER and not text[1:2].isdigit():
        return ANSWER[text[:1]]
    words = text.split("（")[0].split("：")[0]
    return next((a for a in ANSWERS if words and words in (a.zh.split("（")[0].split("：")[0], a.en.split(" (")[0].split(":")[0])), None)


def _problems(rows: pd.DataFrame, out: pd.DataFrame, needs: pd.Series) -> dict[str, pd.Series]:
    twice = out["finding_id"].duplicated(keep=False) & (out["finding_id"] != "")
    unknown = out["verb"].isna()
    bare = out["finding_id"] == ""
    silent = (needs != "") & (rows["remark"] == "")
    odd = (needs == "number") & out["number"].isna()
    conditions = [bare, unknown, twice, silent, odd]
    digits = "、".join(a.digit for a in ANSWERS if a.digit)
    zh = [
        "本行没有待核事项，无法登记；请在系统中新建",
        f"实地情况只能填数字 {digits}",
        "同一案件填了两次",
        "此项须在备注中写明号码、理由或文号",
        "备注中的号码看不懂，应如 12号、12号附1号",
    ]
    en = ["nothing was to be checked in this row; enter it in the app", f"Found takes one of the digits {digits}", "the same case twice",
          "this answer needs a number, reason or document under Remark", "the number under Remark cannot be read; write 12号 or 12号附1号"]  # fmt: skip
    return {
        f"problem_{lang}": pd.Series(np.select(conditions, told, ""), index=out.index, dtype="str").replace("", np.nan).astype("str")
        for lang, told in (("zh", zh), ("en", en))
    }
