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

import pandas as pd

from geo.errors import ResultError
from geo.export.fonts import find_fonts
from geo.export.paper import A4, Made, Paper
from geo.export.table_pages import TableColumn, TableRow, draw_table
from geo.export.village_rows import door_texts
from geo.sampling import Share, wilson
from geo.tables import Verification

FILE = "inspections.csv"
COLUMNS = ("run", "drawn_on", "building_id", "village_code", "verdict", "remark", "by", "at")
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
    """What an inspector must know of each building: village, place, number, and whether a plate should be on it.

    Parameters
    ----------
    sample
        From `geo.sampling.draw_sample`.

    Returns
    -------
    The sample with village, place_name, number and plates_n; several numbers of a building are joined.
    """
    villages = result.villages.assign(code=result.villages["village_code"].fillna("")).drop_duplicates("code").set_index("code")["name"]
    a = result.addresses[result.addresses["parent_id"].isna() & result.addresses["building_id"].isin(sample["building_id"])]
    a = a.sort_values("address_id")
    texts = door_texts(a).assign(building_id=a["building_id"].to_numpy())
    texts = texts[(texts["number"] != "")].drop_duplicates(["building_id", "place", "number"])
    place = texts.drop_duplicates("building_id").set_index("building_id")["place"]
    number = texts.groupby("building_id")["number"].agg("、".join)
    plates = result.buildings.set_index("building_id")["plate_n"]
    return sample.assign(
        village=sample["village_code"].map(villages).astype("str").fillna(""),
        place_name=sample["building_id"].map(place).astype("str").fillna(""),
        number=sample["building_id"].map(number).astype("str").fillna(""),
        plates_n=sample["building_id"].map(plates),
    )


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
    columns = [TableColumn(name, width, "C" if j in (0, 4, 5, 6, 7) else "L") for j, (name, width) in enumerate(headings)]
    rows: list[TableRow] = []
    n = 0
    for name, group in told.groupby("village", sort=False):
        village = str(name)
        rows.append(
            TableRow(
                (), band=say(f"{village or '（未归入村）'}　{len(group)} 栋", f"{village or '(in no village)'}: {len(group)} buildings")
            )
        )
        for one in group.to_dict("records"):
            n += 1
            plates = "" if pd.isna(one["plates_n"]) else f"{one['plates_n']:.0f}"
            rows.append(TableRow((str(n), one["place_name"], one["number"], one["building_id"], plates, "□", "□", "□", "")))
    draw_table(paper, columns, rows, title=made.title, row_mm=7.0)
    paper.save(path)
    return paper.pages_n
