"""What a village clerk takes along: the work map and the 村-组-户 list as one PDF, and the same list as a workbook to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import xlsxwriter

from geo.export.field_answers import ANSWERS
from geo.export.fonts import find_fonts
from geo.export.palette import SIGNS
from geo.export.paper import A3, MARGIN_MM, Made, Paper
from geo.export.sheet import made_on
from geo.export.table_pages import TableColumn, TableRow, draw_table
from geo.export.village_frames import lay_out, place_rows
from geo.export.village_map import draw_maps
from geo.export.village_rows import VillageSheet, village_rows
from geo.rules import RULES
from geo.suppression import masked
from geo.tables import Verification

PLATE_STATES: Mapping[str, tuple[str, str]] = {
    "up": ("已挂牌", "up"),
    "damaged": ("破损/缺失", "damaged"),
    "numbered": ("有号未挂", "not up"),
    "none": ("无号无牌", "none"),
    "unknown": ("—", "—"),
}
HEADINGS: Mapping[str, tuple[str, str]] = {
    "n": ("序号", "No."),
    "place": ("组/自然村/街巷", "Group, hamlet or street"),
    "number": ("门牌号", "Number"),
    "building_id": ("建筑编号", "Building"),
    "where": ("图上位置", "On the map"),
    "plate": ("门牌现状", "Plate now"),
    "todo": ("待核事项", "To be checked"),
    "found": ("实地情况（填数字）", "Found (digit)"),
    "remark": ("备注（号码/理由/文号）", "Remark (number, reason, document)"),
    "signature": ("签名", "Signature"),
    "finding_id": ("案号", "Case"),
    "version": ("版本", "Version"),
    "evidence_hash": ("证据", "Evidence"),
}
"""Columns of the list. The workbook has all of them; on paper the last three are left out."""
_WIDTHS = {"n": 9, "number": 25, "building_id": 21, "where": 12, "plate": 16, "todo": 45, "found": 11, "remark": 36, "signature": 20}
_SHORT: Mapping[str, tuple[str, str]] = {
    "where": ("图上", "Map"),
    "plate": ("现状", "Plate"),
    "found": ("实地", "Digit"),
    "remark": ("备注", "Remark"),
}
_ACROSS, _ROW_MM, _LIST_PT, _FOOT_MM = 2, 7.0, 8.5, 19.0
"""The list stands in two columns on A3: a village of four hundred doors is seven pages, with room to write in every row.
At the foot of each there is room for the signatures, which stand on the last."""
_SHEET_WIDTHS = {"place": 18, "number": 14, "building_id": 14, "todo": 60, "found": 18, "remark": 40, "finding_id": 20, "evidence_hash": 12}


def write_village_pdf(
    result: Verification, village_code: str, path: Path, *, printed_on: pd.Timestamp, cases: pd.DataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None, head: str = "", language: str = "zh", only_work: bool = False,
) -> int:  # fmt: skip
    """Write the map and the list of one village as one PDF on A3; returns its pages.

    Parameters
    ----------
    result
        What a run found.
    village_code
        One village of it.
    path
        File to write.
    printed_on
        Day on the foot of every page.
    cases
        Rows of `book.cases`: status, version and evidence of each finding; null without a casebook.
    streets
        Centrelines with `name` in the CRS of the result, where there are some.
    head
        Head of the casebook's chain, printed on every page so that the paper can be held against it.
    language
        zh or en.
    only_work
        Only doors where something is to be checked, not the whole register of the village.

    Raises
    ------
    FontError
        The machine has no Chinese font.
    """
    sheet = village_rows(result, village_code, cases=cases)
    made = Made(_title(sheet, language), printed_on, head, language)
    paper = Paper(made, size_mm=A3, fonts=find_fonts())
    frames = lay_out(sheet)
    if frames:
        draw_maps(paper, sheet, frames, streets=streets)
    listed = list_of(sheet, where=place_rows(sheet, frames), language=language, only_work=only_work)
    _draw_list(paper, sheet, listed, only_work=only_work)
    paper.save(path)
    return paper.pages_n


def write_village_xlsx(
    result: Verification, village_code: str, path: Path, *, printed_on: pd.Timestamp, cases: pd.DataFrame | None = None,
    head: str = "", language: str = "zh", only_work: bool = False,
) -> None:  # fmt: skip
    """Write the list of one village as a workbook to be filled in and read back by `geo.export.sheet_return`.

    Every cell is text, so that nothing in it is computed. The two columns to be filled in are marked; the last three
    columns say which case, in which version, the row speaks of. Parameters as for `write_village_pdf`.
    """
    sheet = village_rows(result, village_code, cases=cases)
    where = place_rows(sheet, lay_out(sheet))
    listed = list_of(sheet, where=where, language=language, only_work=only_work)
    listed = listed.assign(todo=listed["told"])
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": made_on(), "title": _title(sheet, language)})
        _fill_list(book, sheet, listed, language)
        _fill_help(book, sheet, printed_on, head, language)


def list_of(sheet: VillageSheet, *, where: pd.Series, language: str, only_work: bool = False) -> pd.DataFrame:
    """The list as it is printed: every cell as text, in the order of the sheet.

    Returns
    -------
    DataFrame: the columns of HEADINGS (found, remark and signature empty), `code` (null: nothing to check), `told` (the finding
    with its sentence, counts of people below five masked), `open` and `band` as in ROW.
    """
    rows = sheet.rows
    titles = {rule.card.code: rule.card.zh if language == "zh" else rule.card.en for rule in RULES}
    sentence = rows["todo" if language == "zh" else "todo_en"].fillna("").map(masked)
    proposal = rows["proposal"].fillna("")
    wanted = proposal.where(proposal == "", ("建议：" if language == "zh" else "proposed: ") + proposal)
    title = rows["code"].map(titles).fillna(rows["code"]).fillna("")
    under_way = rows["code"].notna() & ~rows["open"]
    title = title.mask(under_way, title + ("（办理中）" if language == "zh" else " (under way)"))
    table = pd.DataFrame(
        {
            "place": rows["place"].fillna(""),
            "number": rows["number"].fillna(""),
            "building_id": rows["building_id"].fillna(""),
            "where": where.reindex(rows.index).fillna(""),
            "plate": rows["plate"].map({k: v[0 if language == "zh" else 1] for k, v in PLATE_STATES.items()}).fillna("—"),
            "todo": (title + "　" + wanted).str.strip(),
            "told": (title + ("：" if language == "zh" else ": ") + sentence).where(rows["code"].notna(), ""),
            "found": "",
            "remark": "",
            "signature": "",
            "finding_id": rows["finding_id"].fillna(""),
            "version": rows["version"].map(lambda n: "" if pd.isna(n) else f"{n:.0f}").astype("str"),
            "evidence_hash": rows["evidence_hash"].fillna(""),
            "code": rows["code"],
            "open": rows["open"],
            "band": rows["band"],
        }
    )
    table["n"] = [str(n + 1) for n in range(len(table))]
    return table[table["open"]].reset_index(drop=True) if only_work else table


def counted(listed: pd.DataFrame, language: str) -> str:
    """How much of a list is still to be checked, and how much is decided and under way, in words.

    Parameters
    ----------
    listed
        From `list_of`, or some of its rows.
    """
    n, under_way = int(listed["open"].sum()), int((listed["code"].notna() & ~listed["open"]).sum())
    if language == "zh":
        return f"待核 {n:,} 件" + (f"，办理中 {under_way:,} 件" if under_way else "")
    return f"{n:,} to check" + (f", {under_way:,} under way" if under_way else "")


def _title(sheet: VillageSheet, language: str) -> str:
    name = sheet.town + sheet.name or ("（未归入村）" if language == "zh" else "(in no village)")
    return f"{name} 门楼牌核对册" if language == "zh" else f"{name}: door plate sheets"


def _draw_list(paper: Paper, sheet: VillageSheet, listed: pd.DataFrame, *, only_work: bool) -> None:
    lang = 0 if paper.made.language == "zh" else 1
    names = list(_WIDTHS)
    columns = [
        TableColumn(
            _SHORT.get(c, HEADINGS[c])[lang], _WIDTHS[c], "C" if c in ("n", "where", "plate") else "L", {"todo": 4, "number": 2}.get(c, 1)
        )
        for c in names
    ]
    rows: list[TableRow] = []
    for name, group in listed.groupby("band", sort=False):
        place = str(name)
        doors_n = len(group.drop_duplicates(["number", "building_id"]))
        told = paper.made.say(
            f"{place or '（无组别）'}　{doors_n} 户（门），{counted(group, 'zh')}", f"{place or '(no group)'}: {doors_n} doors, {counted(group, 'en')}"
        )
        rows.append(TableRow((), band=told))
        marks = group["code"].map(lambda code: SIGNS[code][2] + "　" if code in SIGNS else "").fillna("")
        cells = group.assign(todo=marks + group["todo"])[names].to_numpy()
        rows += [TableRow(list(cell), bold=bool(work)) for cell, work in zip(cells, group["open"], strict=True)]
    answers = "　".join(f"{a.digit or '—'} {a.zh if lang == 0 else a.en}" for a in ANSWERS)
    scope = paper.made.say("只列待核户", "doors to be checked only") if only_work else paper.made.say("全村门户", "all doors")
    note = [paper.made.say(f"实地情况请填数字：{answers}", f"write one digit under Found: {answers}")]
    note.append(
        paper.made.say(
            f"{scope}，共 {len(listed):,} 行，{counted(listed, 'zh')}。",
            f"{scope}: {len(listed):,} rows, {counted(listed, 'en')}.",
        )
    )
    title = paper.made.say(f"{sheet.town}{sheet.name} 村—组—户清单", f"{sheet.town}{sheet.name}: list of doors")
    note.append(paper.made.say("备注写号码、理由或文号。", "Remark: the number, the reason or the document."))
    paper.page(upright=False)
    end = draw_table(
        paper, columns, rows, title=title, note=note, row_mm=_ROW_MM, size_pt=_LIST_PT, top_mm=0.0, across=_ACROSS, foot_mm=_FOOT_MM
    )
    if not len(listed):
        paper.text(MARGIN_MM, end + 8, paper.made.say("本村没有需要列出的门户。", "This village has no doors to list."), 11)
    signed = paper.made.say("核对人（签名）：________________　　村居负责人（签名）：________________　　日期：________________",
                            "checked by: ________________    village office: ________________    date: ________________")  # fmt: skip
    paper.text(MARGIN_MM, paper.height_mm - _FOOT_MM + 7.0, signed, 11)


def _fill_list(book: xlsxwriter.Workbook, sheet: VillageSheet, listed: pd.DataFrame, language: str) -> None:
    page = book.add_worksheet("清单" if language == "zh" else "List")
    plain: dict[str, object] = {"num_format": "@", "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#9aa7b3"}
    more: dict[str, dict[str, object]] = {
        "": {},
        "bold": {"bold": True},
        "fill": {"bg_color": "#fff7d6"},
        "head": {"bold": True, "bg_color": "#d5dfe8"},
    }
    formats = {name: book.add_format(plain | own) for name, own in more.items()}
    for j, (name, told) in enumerate(HEADINGS.items()):
        page.write_string(0, j, told[0 if language == "zh" else 1], formats["head"])
        page.set_column(j, j, _SHEET_WIDTHS.get(name, 9), formats["fill" if name in ("found", "remark") else ""])
        for i, (value, code) in enumerate(zip(listed[name], listed["code"], strict=True)):
            look = "fill" if name in ("found", "remark") else "bold" if isinstance(code, str) and name == "todo" else ""
            page.write_string(i + 1, j, str(value), formats[look])
    page.freeze_panes(1, 3)
    page.autofilter(0, 0, max(len(listed), 1), len(HEADINGS) - 1)
    page.data_validation(1, list(HEADINGS).index("found"), max(len(listed), 1), list(HEADINGS).index("found"),
                         {"validate": "list", "source": [a.digit for a in ANSWERS if a.digit], "error_type": "warning"})  # fmt: skip
    page.set_landscape()
    page.set_paper(8)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A　" + _title(sheet, language).replace("&", "&&") + "&R&P / &N")


def _fill_help(book: xlsxwriter.Workbook, sheet: VillageSheet, printed_on: pd.Timestamp, head: str, language: str) -> None:
    page = book.add_worksheet("填写说明" if language == "zh" else "How to fill in")
    text = book.add_format({"num_format": "@", "text_wrap": True})
    say = Made("", printed_on, language=language).say
    lines = [
        (_title(sheet, language), ""),
        (say("生成日期", "made on"), printed_on.strftime("%Y-%m-%d")),
        (say("案卷链首", "head of the casebook"), head or "—"),
        (say("只填两列：实地情况填一个数字，备注写号码、理由或文号。其他列请勿改动，案号、版本和证据用于核对是否过期。",
             "Fill in two columns only: one digit under Found; the number, reason or document under Remark. Leave the others: case, version and evidence tell whether the row is out of date."), ""),
        *((a.digit or "—", a.zh if language == "zh" else a.en) for a in ANSWERS),
        (say("照片", "photo"), say("新装的门牌需要照片，请在系统中登记，不在本表填写。", "A plate put up needs a photo: enter it in the app, not here.")),
    ]  # fmt: skip
    page.set_column(0, 0, 24, text)
    page.set_column(1, 1, 70, text)
    for i, (left, right) in enumerate(lines):
        if right:
            page.write_string(i, 0, left, text)
            page.write_string(i, 1, right, text)
        else:
            page.merge_range(i, 0, i, 1, "", text)
            page.write_string(i, 0, left, text)
