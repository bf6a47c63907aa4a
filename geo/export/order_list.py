"""Plates to be made: what is to be written on each, in the standard form, for whom and how many."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geo.address import parse, standard_text
from geo.address.standard import Part, number_text, within_text
from geo.export.fonts import find_fonts
from geo.export.paper import A4, Made, Paper
from geo.export.sheet import write_xlsx
from geo.export.table_pages import TableColumn, TableRow, draw_table
from geo.profile import Habits
from geo.tables import PARTS, Scope, Verification

ORDERED = ("number_proposed", "plate_ordered")
"""Statuses of a case in which a plate is to be made."""
RAISED = ("plate_not_installed", "inhabited_unplated", "damaged_plate", "address_without_plate", "old_plate")
"""Findings that say, without a casebook, that a plate of a known number is to be made."""
KINDS: Mapping[str, tuple[str, str]] = {
    "door": ("门牌", "door plate"),
    "building": ("楼（栋）牌", "building plate"),
    "unit": ("单元牌", "unit plate"),
    "room": ("户牌", "room plate"),
    "temporary": ("临时门牌", "temporary plate"),
}
"""Kinds of plates. Their sizes are the province's: no table delivered says them, so none is printed."""
ORDER = ("text", "number", "place", "kind", "village_code", "village", "building_id", "pieces_n", "finding_id", "status")
"""Columns of the order. text: the whole address; number: what stands large; place: street, hamlet or group above it;
pieces_n: how many of them, 1 for every door."""


def order_list(
    result: Verification, *, cases: pd.DataFrame | None = None, villages: tuple[str, ...] | None = None, habits: Habits | None = None
) -> pd.DataFrame:
    """The plates to be made, one row per door, by village, place and number.

    Parameters
    ----------
    result
        What a run found.
    cases
        Rows of `book.cases`, where a casebook is kept: those with a proposed number or an ordered plate. Without one, the
        findings that say that a plate of a known number is missing, damaged or old.
    villages
        Village codes to keep; null: all.
    habits
        How addresses are written in the region; the default profile's where not given.

    Returns
    -------
    DataFrame of ORDER. Rows whose number cannot be told are kept with number "": somebody must look at them.
    """
    wanted = _of_cases(cases) if cases is not None else _of_findings(result)
    if villages is not None:
        wanted = wanted[wanted["village_code"].fillna("").isin(villages)]
    wanted = wanted.reset_index(drop=True)
    named = result.villages.assign(code=result.villages["village_code"].fillna("")).drop_duplicates("code").set_index("code")["name"]
    village = wanted["village_code"].fillna("").map(named).astype("str").fillna("")
    known = wanted["building_id"].where(wanted["building_id"].notna(), _building_of(wanted, result))
    texts = wanted["text"].where(wanted["text"].notna(), _address_of(wanted, result, known))
    run_scope = result.run.get("scope") or {}
    scope = Scope(**{k: run_scope.get(k) for k in ("province", "city", "county", "town")})
    parts = parse(pd.Series(texts.fillna("").to_numpy(), dtype="str"), scope=scope, habits=habits or Habits())
    full = standard_text(parts.assign(village=parts["village"].where(parts["village"].notna(), village.where(village != ""))), scope=scope)
    columns = [*PARTS, "flag"]
    plain = parts[columns].astype(object).where(parts[columns].notna(), None)
    records: list[Part] = [dict(zip(columns, line, strict=True)) for line in plain.itertuples(index=False)]
    out = pd.DataFrame(
        {
            "text": full.where(parts["door"].notna().to_numpy(), texts).fillna("").astype("str"),
            "number": pd.Series([_face(part) for part in records], dtype="str"),
            "place": parts["place"].fillna("").to_numpy(),
            "kind": pd.Series(_kinds(parts, records), dtype="str"),
            "village_code": wanted["village_code"].fillna(""),
            "village": village,
            "building_id": known.astype("str").fillna(""),
            "pieces_n": 1.0,
            "finding_id": wanted["finding_id"],
            "status": wanted["status"],
        }
    )
    order = pd.DataFrame({**out, "n": pd.to_numeric(out["number"].str.extract(r"(\d+)")[0]).fillna(np.inf)})
    once = order.sort_values(["village_code", "place", "n", "number", "building_id", "finding_id"]).drop_duplicates(
        ["village_code", "building_id", "text", "number"]
    )
    return once[list(ORDER)].reset_index(drop=True)


def write_order_xlsx(order: pd.DataFrame, path: Path, *, language: str = "zh") -> None:
    """Write the order as a workbook; every text cell is text.

    Parameters
    ----------
    order
        From `order_list`.
    """
    write_xlsx(_told(order, language), path, sheet="制牌清单" if language == "zh" else "Plates to make")


def write_order_pdf(order: pd.DataFrame, path: Path, *, title: str, printed_on: pd.Timestamp, head: str = "", language: str = "zh") -> int:
    """Write the order as a PDF on A4, with sums per kind and village; returns its pages.

    Parameters
    ----------
    order
        From `order_list`.
    title
        Name of the town or project.

    Raises
    ------
    FontError
        The machine has no Chinese font.
    """
    made = Made(f"{title} 制牌清单" if language == "zh" else f"{title}: plates to make", printed_on, head, language)
    paper = Paper(made, size_mm=A4, fonts=find_fonts())
    told = _told(order, language)
    widths = (9, 24, 30, 26, 20, 68, 22, 13, 34)
    columns = [
        TableColumn(name, w, "C" if j in (0, 7) else "L", 2 if j == 5 else 1)
        for j, (name, w) in enumerate(zip(told.columns, widths, strict=True))
    ]
    rows = []
    for name, group in told.groupby(told.columns[1], sort=False):
        village = str(name)
        rows.append(
            TableRow(
                (), band=made.say(f"{village or '（未归入村）'}　{len(group)} 块", f"{village or '(in no village)'}: {len(group)} plates")
            )
        )
        rows += [TableRow([_whole(v) for v in line], bold=False) for line in group.to_numpy()]
    sums = order["kind"].map(lambda k: KINDS[k][0 if language == "zh" else 1]).value_counts().sort_index()
    note = ["　".join(f"{kind} {n:,} {made.say('块', 'pcs')}" for kind, n in sums.items())] if len(sums) else []
    unknown = int((order["number"] == "").sum())
    if unknown:
        note.append(made.say(f"其中 {unknown} 块号码不明，须先定号。", f"{unknown} of them have no number yet: propose one first."))
    end = draw_table(paper, columns, rows, title=made.title, note=note, row_mm=6.5, size_pt=8.5)
    if not rows:
        paper.text(14, end + 8, made.say("没有需要制作的门牌。", "There are no plates to make."), 11)
    paper.save(path)
    return paper.pages_n


def _of_cases(cases: pd.DataFrame) -> pd.DataFrame:
    rows = cases[cases["status"].isin(ORDERED) & cases["subject"].isin(["building", "plate", "address"])]
    own = rows["subject_id"].where(rows["subject"] == "building")
    return rows.assign(text=rows["number"].fillna(rows["proposal"]), building_id=own)[
        ["finding_id", "subject", "subject_id", "village_code", "status", "text", "building_id"]
    ]


def _of_findings(result: Verification) -> pd.DataFrame:
    rows = pd.DataFrame(result.findings)
    rows = rows[rows["code"].isin(RAISED)]
    own = rows["subject_id"].where(rows["subject"] == "building")
    text = rows["proposal"].where(rows["code"].isin(["old_plate", "address_without_plate"]))
    return rows.assign(status="open", text=text, building_id=own)[
        ["finding_id", "subject", "subject_id", "village_code", "status", "text", "building_id"]
    ]


def _building_of(wanted: pd.DataFrame, result: Verification) -> pd.Series:
    out = pd.Series(np.nan, index=wanted.index, dtype="object")
    for kind, table in (("plate", result.plates), ("address", result.addresses)):
        mine = wanted["subject"] == kind
        out = out.where(~mine, wanted["subject_id"].map(table.set_index(f"{kind}_id")["building_id"]))
    return out


def _address_of(wanted: pd.DataFrame, result: Verification, buildings: pd.Series) -> pd.Series:
    """The text that is to stand on the plate: of the address itself, of the plate that is replaced, or of the building's address."""
    a = result.addresses[result.addresses["parent_id"].isna()].sort_values("address_id")
    written = {"address": a.set_index("address_id")["text"], "plate": result.plates.set_index("plate_id")["text"]}
    out = pd.Series(np.nan, index=wanted.index, dtype="object")
    for kind, texts in written.items():
        out = out.where(wanted["subject"] != kind, wanted["subject_id"].map(texts))
    of_building = a.dropna(subset="building_id").drop_duplicates("building_id").set_index("building_id")["text"]
    return out.where(out.notna(), buildings.map(of_building)).astype("str")


def _face(part: Part) -> str:
    """What stands large on the plate: the number, the building of a compound, unit and room."""
    number = number_text(part) if part.get("number") else ""
    building = f"{part['building_no']}栋" if part.get("building_no") else ""
    return number + building + within_text(part)


def _kinds(parts: pd.DataFrame, records: list[Part]) -> list[str]:
    kinds = []
    for temporary, part in zip(parts["temporary"].fillna(False).astype(bool), records, strict=True):
        level = "room" if part.get("room") else "unit" if part.get("unit") else "building" if part.get("building_no") else "door"
        kinds.append("temporary" if temporary else level)
    return kinds


def _told(order: pd.DataFrame, language: str) -> pd.DataFrame:
    zh = language == "zh"
    return pd.DataFrame(
        {
            "序号" if zh else "No.": [str(n + 1) for n in range(len(order))],
            "村居" if zh else "Village": order["village"],
            "组/自然村/街巷" if zh else "Street, hamlet or group": order["place"],
            "牌面号码" if zh else "Number on the plate": order["number"].where(
                order["number"] != "", "（待定号）" if zh else "(to be numbered)"
            ),
            "规格" if zh else "Kind": [KINDS[kind][0 if zh else 1] for kind in order["kind"]],
            "标准地址" if zh else "Address": order["text"],
            "建筑编号" if zh else "Building": order["building_id"],
            "数量" if zh else "Pieces": order["pieces_n"],
            "案号" if zh else "Case": order["finding_id"],
        }
    ).reset_index(drop=True)


def _whole(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
