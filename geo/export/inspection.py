"""Results of the random inspection, kept beside the result they speak of, and the list to take along.

The casebook keeps decisions on findings; most buildings of a random sample have none, and a note needs a case. So the
answers are a table of their own, to which rows are only ever added: the last row of a building counts, the earlier
ones stay.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geo.errors import ResultError
from geo.export.fonts import find_fonts
from geo.export.paper import A4, Made, Paper
from geo.export.table_pages import TableColumn, TableRow, draw_table
from geo.export.village_rows import door_texts
from geo.sampling import Share, wilson
from geo.tables import Verification

FILE = "inspections.csv"
COLUMNS = ("run", "drawn_on", "building_id", "village_code", "verdict", "remark", "by", "at")
_SIDES = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
VERDICTS: Mapping[str, tuple[str, str]] = {
    "agrees": ("与系统一致", "as recorded"),
    "differs": ("不一致", "different"),
    "not_found": ("找不到房屋", "no such house"),
}
"""What an inspector may find. Only `agrees` counts as correct; a house that cannot be found is an error of the record."""


def add_answers(folder: Path, answers: Sequence[Mapping[str, str]]) -> None:
    """Add rows to the answers kept in a result folder; they are on the disk when this returns.

    Parameters
    ----------
    folder
        Result folder.
    answers
        Rows of COLUMNS; by is an account or post, at the time of entry as ISO text.

    Raises
    ------
    ResultError
        The folder cannot be written to, or a verdict is unknown; nothing was added.
    """
    for answer in answers:
        if answer["verdict"] not in VERDICTS:
            raise ResultError(f"未知的抽查结论 {answer['verdict']}", f"unknown verdict {answer['verdict']}")
    path = folder / FILE
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            if file.tell() == 0:
                writer.writeheader()
            writer.writerows([{c: " ".join(str(answer.get(c, "")).split()) for c in COLUMNS} for answer in answers])
            file.flush()
            os.fsync(file.fileno())
    except OSError as e:
        raise ResultError(f"抽查结果无法写入 {folder.name}（{e}）", f"the inspection cannot be written into {folder.name} ({e})") from e


def read_answers(folder: Path, *, run: str, drawn_on: str) -> pd.DataFrame:
    """The last answer on each building of one sample; COLUMNS, by building_id. None given: no rows."""
    path = folder / FILE
    if not path.is_file():
        return pd.DataFrame({c: pd.Series(dtype="str") for c in COLUMNS})
    rows = pd.read_csv(path, dtype="str", keep_default_na=False)
    rows = rows[(rows["run"] == run) & (rows["drawn_on"] == drawn_on)]
    return rows.drop_duplicates("building_id", keep="last").sort_values("building_id", ignore_index=True)


def accuracy(answers: pd.DataFrame) -> Share:
    """How many of the inspected buildings are as recorded, with the interval for all buildings."""
    return wilson(int((answers["verdict"] == "agrees").sum()), len(answers))


def describe_sample(sample: pd.DataFrame, result: Verification) -> pd.DataFrame:
    """What an inspector must know of each building: village, place, number, and whether a plate should be on it; in walking order.

    Parameters
    ----------
    sample
        From `geo.sampling.draw_sample`.

    Returns
    -------
    The sample with n (1 first), village, place_name, number, plates_n and beside; several numbers of a building are joined. beside
    is the nearest house of the village with a number, for a house that has neither place nor number: name, distance_m
    and direction, as `杏亭路62号 东北18米`; where there is none, the coordinates. By village, place and number; a house
    without either stands where its neighbour stands.
    """
    villages = result.villages.assign(code=result.villages["village_code"].fillna("")).drop_duplicates("code").set_index("code")["name"]
    a = result.addresses[result.addresses["parent_id"].isna() & result.addresses["building_id"].notna()]
    a = a.sort_values("address_id")
    texts = door_texts(a).assign(building_id=a["building_id"].to_numpy())
    texts = texts[(texts["number"] != "")].drop_duplicates(["building_id", "place", "number"])
    place = texts.drop_duplicates("building_id").set_index("building_id")["place"]
    number = texts.groupby("building_id")["number"].agg("、".join)
    plates = result.buildings.set_index("building_id")["plate_n"]
    told = sample.assign(
        village=sample["village_code"].map(villages).astype("str").fillna(""),
        place_name=sample["building_id"].map(place).astype("str").fillna(""),
        number=sample["building_id"].map(number).astype("str").fillna(""),
        plates_n=sample["building_id"].map(plates),
    )
    return _in_order(told, _neighbours(told, texts.drop_duplicates("building_id"), result))


def _neighbours(told: pd.DataFrame, named: pd.DataFrame, result: Verification) -> pd.DataFrame:
    """The nearest house with a number in the same village, for houses without place and number: beside, near_place, near_number; else ""."""
    shapes = result.buildings.set_index("building_id").geometry
    codes = result.buildings.set_index("building_id")["village_code"].fillna("")
    named = named[named["building_id"].isin(shapes.index)].sort_values("building_id")
    out = pd.DataFrame("", index=told.index, columns=["beside", "near_place", "near_number"], dtype="str")
    lost = told[(told["place_name"] == "") & (told["number"] == "")]
    for code, group in lost.groupby("village_code"):
        known = named[(named["building_id"].map(codes) == code).to_numpy()]
        here = shapes.reindex(group["building_id"]).centroid
        xy = np.column_stack([here.x, here.y])
        out.loc[group.index, "beside"] = [f"{x:.0f}, {y:.0f}" for x, y in xy]
        if known.empty:
            continue
        there = shapes.reindex(known["building_id"]).centroid
        points = np.column_stack([there.x, there.y])
        far_m, at = cKDTree(points).query(xy)
        dx, dy = (xy - points[at]).T
        side = (np.round(np.degrees(np.arctan2(dx, dy)) / 45).astype(int) % 8).tolist()
        place, number = (known[c].to_numpy()[at] for c in ("place", "number"))
        out.loc[group.index, "near_place"], out.loc[group.index, "near_number"] = place, number
        out.loc[group.index, "beside"] = [
            f"{p}{n} {_SIDES[s]}{m:.0f}米" for p, n, s, m in zip(place, number, side, far_m, strict=True)
        ]
    return out


def _in_order(told: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    bare = near["near_number"] != ""
    place, number = told["place_name"].mask(bare, near["near_place"]), told["number"].mask(bare, near["near_number"])
    keys = pd.DataFrame(
        {
            "village": told["village_code"],
            "none": (place == "") & (number == ""),
            "group": pd.to_numeric(place.str.extract(r"^(\d+)组$")[0]).fillna(np.inf),
            "place": place,
            "n": pd.to_numeric(number.str.extract(r"(\d+)")[0]).fillna(np.inf),
            "number": number,
            "building": told["building_id"],
        }
    )
    out = told.assign(beside=near["beside"]).loc[keys.sort_values(list(keys.columns)).index].reset_index(drop=True)
    out.insert(0, "n", range(1, len(out) + 1))
    return out


def write_sample_pdf(told: pd.DataFrame, path: Path, *, title: str, printed_on: pd.Timestamp, language: str = "zh") -> int:
    """Write the sample as a list to take along, on A4; returns its pages.

    Parameters
    ----------
    told
        From `describe_sample`.
    """
    made = Made(f"{title} 抽查表" if language == "zh" else f"{title}: inspection", printed_on, "", language)
    paper = Paper(made, size_mm=A4, fonts=find_fonts())
    say = made.say
    verdicts = [(pair[0 if language == "zh" else 1], 18) for pair in VERDICTS.values()]
    headings = [(say("序号", "No."), 10), (say("组/自然村/街巷", "Street or group"), 34), (say("门牌号", "Number"), 40), (say("建筑编号", "Building"), 28),
                (say("应有牌数", "Plates"), 16), *verdicts, (say("备注", "Remark"), 66)]  # fmt: skip
    columns = [TableColumn(name, width, "C" if j in (0, 4, 5, 6, 7) else "L", 2 if j == 1 else 1) for j, (name, width) in enumerate(headings)]
    rows: list[TableRow] = []
    for name, group in told.groupby("village", sort=False):
        village = str(name)
        rows.append(
            TableRow(
                (), band=say(f"{village or '（未归入村）'}　{len(group)} 栋", f"{village or '(in no village)'}: {len(group)} buildings")
            )
        )
        for one in group.to_dict("records"):
            plates = "" if pd.isna(one["plates_n"]) else f"{one['plates_n']:.0f}"
            where = one["place_name"] or (say("邻 ", "near ") + one["beside"] if one["beside"] else "")
            rows.append(TableRow((str(one["n"]), where, one["number"], one["building_id"], plates, "□", "□", "□", "")))
    draw_table(paper, columns, rows, title=made.title, row_mm=7.0)
    paper.save(path)
    return paper.pages_n
