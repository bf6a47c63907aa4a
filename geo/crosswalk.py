"""Old villages and addresses -> new ones, and the village every row belongs to by each of its three witnesses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.address import fold_village
from geo.tables import Inputs

CHAIN_MAX_N = 8
"""Longest chain of renamings followed; a longer one is a cycle."""


def crosswalk(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which villages and doors have a new name.

    Returns
    -------
    villages
        One row per (old, village_code): `old` is a folded village name or a code that names no present village,
        `village_code` the present village it went into. An old village that was split has several rows.
    doors
        One row per renumbered or renamed door: old_village, old_door, new_village, new_door (village as folded name
        or null, door as in `geo.tables.PARSE`). Chains are followed to their end; cycles are absent.
    """
    rows, names = inputs.crosswalk, _names(inputs)
    is_door = rows["door_old"].notna() & rows["door_new"].notna()
    old = _village_term(rows["village_old"], rows["old"], is_door)
    new = _village_term(rows["village_new"], rows["new"], is_door)
    merged = pd.DataFrame({"old": old, "new": new})[~is_door].dropna().drop_duplicates()
    merged = merged[(merged["old"] != merged["new"]) & ~merged["old"].isin(names["term"])]
    step = merged.rename(columns={"new": "term"})
    for _ in range(CHAIN_MAX_N):
        onward = step.merge(merged.rename(columns={"old": "term"}), on="term", how="left")
        if onward["new"].isna().all():
            break
        step = onward.assign(term=onward["new"].fillna(onward["term"]))[["old", "term"]].drop_duplicates()
    villages = step.merge(names, on="term")[["old", "village_code"]].drop_duplicates().sort_values(["old", "village_code"], ignore_index=True)
    doors = pd.DataFrame(
        {
            "old_village": fold_village(rows["village_old"]),
            "old_door": rows["door_old"],
            "new_village": fold_village(rows["village_new"]),
            "new_door": rows["door_new"],
        }
    )[is_door]
    doors = doors[(doors["old_door"] != doors["new_door"]) | (doors["old_village"] != doors["new_village"])]
    return villages, doors.drop_duplicates().reset_index(drop=True)


def witness_villages(table: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame, point_code: np.ndarray | None = None) -> pd.DataFrame:
    """The village each row belongs to by its text, by its declaration and by its point.

    Parameters
    ----------
    table
        plates, addresses or population of `inputs`.
    old_villages
        First table of `crosswalk`.
    point_code
        Village code of each row's point (null: no point or in no village); None where the table has no points.

    Returns
    -------
    DataFrame, same index: text_village, declared_village, point_village (codes, null: no witness), village_abolished
    (bool: the text names a village that the crosswalk abolished), village_code (text over point over declaration;
    a text that names a split village is settled by the point).
    """
    names = _names(inputs)
    unique = names.drop_duplicates("term", keep=False).set_index("term")["village_code"]
    town_key = names.assign(term=names["town"].fillna("") + "|" + names["term"]).drop_duplicates("term", keep=False).set_index("term")["village_code"]
    folded = fold_village(table["village"]) if "village" in table else pd.Series(np.nan, index=table.index, dtype="str")
    town = table["town"] if "town" in table else pd.Series(np.nan, index=table.index, dtype="str")
    text = (town.fillna("") + "|" + folded).map(town_key).fillna(folded.map(unique))
    point = pd.Series(point_code, index=table.index, dtype="str") if point_code is not None else pd.Series(np.nan, index=table.index, dtype="str")
    is_old = text.isna() & folded.isin(set(old_villages["old"]))
    single = old_villages.drop_duplicates("old", keep=False).set_index("old")["village_code"]
    pairs = set(zip(old_villages["old"], old_villages["village_code"], strict=True))
    text = text.fillna(folded.map(single).where(is_old))
    split = is_old & text.isna() & point.notna()
    settled = [(o, v) in pairs for o, v in zip(folded[split], point[split], strict=True)]
    text = text.fillna(point[split][settled].reindex(table.index))
    declared = _declared(table, names, old_villages)
    out = pd.DataFrame({"text_village": text.astype("str"), "declared_village": declared.astype("str"), "point_village": point})
    out["village_abolished"] = is_old
    out["village_code"] = out["text_village"].fillna(out["point_village"]).fillna(out["declared_village"])
    return out


def _names(inputs: Inputs) -> pd.DataFrame:
    """Every word that names a present village: its code and its folded name. Columns term, village_code, town."""
    v = inputs.villages
    by_name = pd.DataFrame({"term": fold_village(v["name"]), "village_code": v["village_code"], "town": v["town"]})
    by_code = pd.DataFrame({"term": v["village_code"], "village_code": v["village_code"], "town": v["town"]})
    return pd.concat([by_name, by_code]).dropna(subset=["term"]).drop_duplicates()


def _village_term(parsed: pd.Series, raw: pd.Series, is_door: pd.Series) -> pd.Series:
    """The village a crosswalk cell names: parsed from its text, or the cell itself where it is a bare name or code."""
    return fold_village(parsed.fillna(raw.str.strip()).where(~is_door))


def _declared(table: pd.DataFrame, names: pd.DataFrame, old_villages: pd.DataFrame) -> pd.Series:
    if "village_code" not in table:
        return pd.Series(np.nan, index=table.index, dtype="str")
    raw = table["village_code"]
    terms = names.drop_duplicates("term", keep=False).set_index("term")["village_code"]
    single = old_villages.drop_duplicates("old", keep=False).set_index("old")["village_code"]
    folded = fold_village(raw)
    return raw.map(terms).fillna(folded.map(terms)).fillna(raw.map(single)).fillna(folded.map(single))
