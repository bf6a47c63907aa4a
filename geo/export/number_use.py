"""A number that somebody writes for a house: whether it names one at all, and who has it already."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.address import parse
from geo.address.standard import number_text
from geo.profile import Habits
from geo.tables import PARTS, Scope, Verification

PROPOSED = ("number_proposed", "plate_ordered", "plate_installed")
"""Statuses in which a case holds the number that was proposed in it."""
DOUBLE = frozenset({"duplicate_number", "duplicate_address"})
"""Findings that say the number of their object is another's as well: keeping it is no answer."""
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_SEVERAL = "[或、,，/和]"
_NAMES = {"plate": ("门牌", "plate"), "address": ("登记地址", "register address"), "case": ("案件中的拟号", "a number proposed for")}


def read_numbers(written: pd.Series, places: pd.Series) -> pd.Series:
    """Numbers as they were written, in their standard form below a place; null where no one number can be read.

    Parameters
    ----------
    written
        What was written, "" for nothing: 12, 12号附1, 杏湖街99号.
    places
        Street, hamlet or group to put before a number that names none.
    """
    texts = written.str.translate(_DIGITS).str.replace(r"\s+", "", regex=True)
    texts = texts.where(~texts.str.fullmatch(r"[临臨]?\d+(?:[-附]\d+)*"), texts + "号")
    parts = parse(texts, scope=Scope(), habits=Habits())
    whole = _plain(texts, parts) & parts["number"].notna()
    columns = [*PARTS, "flag"]
    plain = parts[columns].astype(object).where(parts[columns].notna(), None)
    faces = [number_text(dict(zip(columns, line, strict=True))) for line in plain.itertuples(index=False)]
    building = ("" + parts["building_no"] + "栋").fillna("")
    place = parts["street"].fillna(parts["hamlet"]).fillna(parts["group"])
    return (place.fillna(places) + pd.Series(faces, index=texts.index, dtype="str") + building).where(whole).astype("str")


def door_keys(texts: pd.Series) -> pd.Series:
    """The door each text names, as the key of `geo.address` without its village; null where it names none, or more than one."""
    filled = texts.fillna("").astype("str").str.strip()
    parts = parse(filled, scope=Scope(), habits=Habits())
    named = _plain(filled, parts) & (parts["number"].notna() | parts["building_no"].notna())
    return parts["door"].where(named).astype("str")


def number_problems(result: Verification, asked: pd.DataFrame, *, proposed: pd.DataFrame) -> pd.DataFrame:
    """Why a number cannot be given to the house of its case.

    Parameters
    ----------
    result
        The run whose plates and addresses hang and are registered now.
    asked
        finding_id, code, subject, subject_id, related (list), village_code (null: none) and number, the text to be given; one
        row per case, any index.
    proposed
        Rows of `book.cases` in PROPOSED, of the villages of `asked`.

    Returns
    -------
    problem_zh, problem_en with the index of `asked`; null where the number is free. Taken is what a plate on the wall or on order, an address that
    is not retired, another case or another row of `asked` has in the same village. The house itself may keep its number, except where the finding says that
    it is double.
    """
    mine = _asked(result, asked)
    held = pd.concat([_delivered(result), _held_by_cases(result, proposed)], ignore_index=True)
    others = _others(mine, held[held["village"].isin(mine["village"])])
    first = others.sort_values(["order", "id"]).drop_duplicates("row").set_index("row")
    in_village = held.merge(mine[["village"]].drop_duplicates(), on="village")
    bare = set(in_village.loc[in_village["door"].str.startswith("|"), "village"]) | (set(mine["village"]) - set(in_village["village"]))
    twice = mine.assign(house=mine["building"].fillna(mine["subject_id"])).groupby(["village", "door"])["house"].transform("nunique") > 1
    unread = mine["door"].isna()
    placeless = ~unread & mine["door"].str.startswith("|").fillna(False).astype(bool) & ~mine["village"].isin(bare)
    text, at = mine["number"].fillna(""), mine.index.to_series()
    out = {}
    for lang, told in (
        ("zh", ("“" + text + "”不是门牌号，应如 中山巷6号、3组12号附1号", "“" + text + "”须写明街巷、自然村或组", "“" + text + "”已被占用：", "本次另一行也给了“" + text + "”")),
        ("en", ("'" + text + "' is no house number; write 中山巷6号 or 3组12号附1号", "'" + text + "' needs its street, hamlet or group", "'" + text + "' is in use: ",
                "another row gives '" + text + "' too")),
    ):  # fmt: skip
        holder = at.map(first[f"who_{lang}"]).astype("str")
        words = np.select([unread, placeless, holder.notna(), twice.fillna(False)], [told[0], told[1], told[2] + holder.fillna(""), told[3]], "")
        out[f"problem_{lang}"] = pd.Series(words, index=asked.index, dtype="str").replace("", np.nan).astype("str")
    return pd.DataFrame(out, index=asked.index)


def _plain(texts: pd.Series, parts: pd.DataFrame) -> pd.Series:
    return parts["door"].notna() & parts["leftover"].isna() & parts["flag"].isna() & ~texts.str.contains(_SEVERAL, regex=True)


def _asked(result: Verification, asked: pd.DataFrame) -> pd.DataFrame:
    """What is asked for by position, with the door it names, the building of its case and the door its object has now."""
    rows = asked.reset_index(drop=True)
    own = pd.concat([getattr(result, table).assign(subject=kind, subject_id=lambda t, i=f"{kind}_id": t[i])[["subject", "subject_id", "key"]]
                     for kind, table in (("plate", "plates"), ("address", "addresses"))])  # fmt: skip
    now = rows[["subject", "subject_id"]].merge(own, on=["subject", "subject_id"], how="left")["key"]
    return rows.assign(
        door=door_keys(rows["number"]), village=rows["village_code"].fillna("").astype("str"), building=_buildings(result, rows),
        own_door=_door(now),
    )  # fmt: skip


def _buildings(result: Verification, rows: pd.DataFrame) -> pd.Series:
    """The building a case speaks of: its subject, or what its plate or address is on; null for none."""
    out = rows["subject_id"].where(rows["subject"] == "building")
    for kind, table in (("plate", "plates"), ("address", "addresses")):
        linked = getattr(result, table).set_index(f"{kind}_id")["building_id"]
        out = out.fillna(rows["subject_id"].where(rows["subject"] == kind).map(linked))
    return out.astype("str")


def _delivered(result: Verification) -> pd.DataFrame:
    """Doors that plates and addresses have: order, id, finding_id, door, village, building, who_zh, who_en."""
    parts = []
    for order, (kind, table, ended) in enumerate((("plate", "plates", ("state", "removed")), ("address", "addresses", ("register_status", "retired")))):
        rows = pd.DataFrame(getattr(result, table))
        column, value = ended
        rows = rows[rows["parent_id"].isna() & rows["key"].notna() & ((rows[column] != value) if column in rows else True)]
        one = {"order": order, "id": rows[f"{kind}_id"], "finding_id": "", "door": _door(rows["key"]),
               "village": rows["village_code"].fillna(""), "building": rows["building_id"]}  # fmt: skip
        parts.append(_named(pd.DataFrame(one), kind))
    return pd.concat(parts, ignore_index=True)


def _held_by_cases(result: Verification, proposed: pd.DataFrame) -> pd.DataFrame:
    rows = proposed[proposed["number"].notna() & proposed["status"].isin(PROPOSED)].reset_index(drop=True)
    one = {"order": 2, "id": rows["subject_id"], "finding_id": rows["finding_id"], "door": door_keys(rows["number"].astype("str")),
           "village": rows["village_code"].fillna("").astype("str"), "building": _buildings(result, rows)}  # fmt: skip
    return _named(pd.DataFrame(one), "case")


def _door(keys: pd.Series) -> pd.Series:
    """The key of a door without its village."""
    return keys.astype("str").str.extract(r"^[^|]*\|(.*)$")[0].astype("str")


def _named(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    zh, en = _NAMES[kind]
    at = rows["building"].where(rows["building"] != rows["id"])
    ids = rows["id"].astype("str")
    return rows.assign(who_zh=zh + " " + ids + ("（建筑 " + at + "）").fillna(""), who_en=en + " " + ids + (" (building " + at + ")").fillna(""))


def _others(mine: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Who else has the number that is asked for, one line per asked row and holder."""
    asked = mine.reset_index(names="row").dropna(subset="door")
    asked = asked[(asked["door"] != asked["own_door"]) | asked["code"].isin(DOUBLE)]
    both = asked.merge(held.dropna(subset="door"), on=["village", "door"], suffixes=("", "_held"))
    itself = (both["id"] == both["subject_id"]) | (both["finding_id"] == both["finding_id_held"])
    same_house = both["building"].notna() & (both["building"] == both["building_held"])
    named = pd.Series([one in many for one, many in zip(both["id"], both["related"], strict=True)], index=both.index, dtype=bool)
    nowhere = named & both["building_held"].isna()  # the address or plate this very finding is about, which is on no house yet
    return both[~(itself | same_house | nowhere)]
