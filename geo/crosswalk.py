"""Old villages and addresses -> new ones, and the village every row belongs to by each of its three witnesses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.address import fold_village
from geo.columns import combinations, look_up
from geo.tables import Inputs

CHAIN_MAX_N = 8
"""Longest chain of renamings followed; a longer one is a cycle."""


def crosswalk(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which villages and doors have a new name.

    Returns
    -------
    villages
        One row per (old, village_code): `old` is a term that names no present village (a folded name, with "town|"
        before it where the town is written, or a code), `village_code` the present village it went into. An old
        village that was split has several rows.
    doors
        One row per renumbered or renamed door: old_village, old_door, new_village, new_door (village as folded name
        or null, door as in `geo.tables.PARSE`), old and new (the texts). Chains are followed to their end; cycles are absent.
    """
    rows, names = inputs.crosswalk, _names(inputs)
    is_door = rows["door_old"].notna() & rows["door_new"].notna()
    sides = {side: _village_terms(rows[~is_door], side) for side in ("old", "new")}
    merged = sides["old"].merge(sides["new"], on=["row", "with_town"], suffixes=("_old", "_new"))
    merged = merged[merged["term_old"] != merged["term_new"]][["term_old", "term_new"]].drop_duplicates()
    merged = merged[~merged["term_old"].isin(names["term"])].rename(columns={"term_old": "old", "term_new": "new"})
    step = merged.rename(columns={"new": "term"})
    for _ in range(CHAIN_MAX_N):
        onward = step.merge(merged.rename(columns={"old": "term"}), on="term", how="left")
        if onward["new"].isna().all():
            break
        step = onward.assign(term=onward["new"].fillna(onward["term"]))[["old", "term"]].drop_duplicates()
    villages = step.merge(names, on="term")[["old", "village_code"]].drop_duplicates().sort_values(["old", "village_code"], ignore_index=True).astype("str")
    doors = pd.DataFrame(
        {
            "old_village": fold_village(rows["village_old"]),
            "old_door": rows["door_old"],
            "new_village": fold_village(rows["village_new"]),
            "new_door": rows["door_new"],
            "old": rows["old"],
            "new": rows["new"],
        }
    )[is_door]
    doors = doors[(doors["old_door"] != doors["new_door"]) | (doors["old_village"] != doors["new_village"])]
    return villages, doors.drop_duplicates().reset_index(drop=True)


def witness_villages(table: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame, point_code: pd.Series | None = None) -> pd.DataFrame:
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
    a text that names a split village is settled by the point), village_options (present codes, joined by "|", a split
    village may be where nothing settles it).
    """
    said = table[[c for c in ("town", "county", "village", "village_code") if c in table]]
    said["point"] = pd.Series(np.nan, index=table.index, dtype="str") if point_code is None else point_code.array
    # thousands of rows say the same
    code, first = combinations(said[c] for c in said)
    return _witnesses(said.iloc[first].reset_index(drop=True), inputs, old_villages).iloc[code].set_axis(table.index)


def _witnesses(table: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame) -> pd.DataFrame:
    """`witness_villages` of rows with a column point, row by row."""
    names, point = _names(inputs), table["point"]
    known = names.drop_duplicates("term", keep=False).set_index("term")["village_code"]
    single = old_villages.drop_duplicates("old", keep=False).set_index("old")["village_code"]
    pairs = set(zip(old_villages["old"], old_villages["village_code"], strict=True))
    terms = _terms(table, "") if "village" in table else []
    text, is_old = pd.Series(np.nan, index=table.index, dtype="str"), pd.Series(False, index=table.index)
    # a text that names its town means the village of that town, never its namesake in another one
    towns = set(inputs.villages["town"].dropna())
    for i, term in enumerate(terms):
        found = _look_up(term, known)
        alone = i == len(terms) - 1
        text = text.fillna(found.mask(table["town"].isin(towns) | table["county"].isin(towns)) if alone else found)
    several = old_villages.groupby("old")["village_code"].agg("|".join)
    options = pd.Series(np.nan, index=table.index, dtype="str")
    for term in terms:
        options = options.fillna(_look_up(term, several))
        old = text.isna() & term.isin(set(old_villages["old"]))
        is_old |= old
        text = text.fillna(_look_up(term, single).where(old))
        split = old & text.isna() & point.notna()
        settled = np.array([(o, v) in pairs for o, v in zip(term[split], point[split], strict=True)], dtype=bool)
        text = text.fillna(pd.Series(point[split][settled], index=table.index, dtype="str"))
    declared = _declared(table, names, old_villages)
    out = pd.DataFrame({"text_village": text.astype("str"), "declared_village": declared.astype("str"), "point_village": point})
    out["village_abolished"] = is_old
    out["village_options"] = options.where(is_old & text.isna())
    out["village_code"] = out["text_village"].fillna(out["point_village"]).fillna(out["declared_village"])
    return out


def _names(inputs: Inputs) -> pd.DataFrame:
    """Every term that names a present village: code, folded name, and folded name with its town. Columns term, village_code."""
    v = inputs.villages
    name = fold_village(v["name"])
    terms = [name, v["town"] + "|" + name, v["village_code"]]
    return pd.concat([pd.DataFrame({"term": t, "village_code": v["village_code"]}) for t in terms]).dropna().drop_duplicates()


def _terms(rows: pd.DataFrame, suffix: str) -> list[pd.Series]:
    """Terms the village of a parsed text may be known by, the more telling first: with its town, with its county, alone."""
    name = fold_village(rows[f"village{suffix}"])
    return [rows[f"town{suffix}"] + "|" + name, rows[f"county{suffix}"] + "|" + name, name]


def _village_terms(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    """Terms of one side of the crosswalk's village rows: row, term, with_town; a cell that is a bare name or code is its own term."""
    named = rows.assign(**{f"village_{side}": rows[f"village_{side}"].fillna(_last_level(rows, side))})
    terms = [*_terms(named, f"_{side}"), rows[side].str.strip()]
    parts = [pd.DataFrame({"row": rows.index, "term": t.to_numpy(), "with_town": i < 2}) for i, t in enumerate(terms)]
    return pd.concat(parts, ignore_index=True).dropna().drop_duplicates(["row", "term"])


def _last_level(rows: pd.DataFrame, side: str) -> pd.Series:
    """What is left of a cell behind its upper levels: a village name alone need not look like one."""
    levels = rows[[f"{level}_{side}" for level in ("province", "city", "county", "town")]].to_numpy(dtype=object)
    tails = []
    for text, names in zip(rows[side], levels, strict=True):  # a crosswalk has some hundred rows, each with its own prefix
        ends = [text.rfind(name) + len(name) for name in names if isinstance(name, str) and name in text]
        tails.append(text[max(ends, default=0) :].strip() or None)
    return pd.Series(tails, index=rows.index, dtype="str")


def _declared(table: pd.DataFrame, names: pd.DataFrame, old_villages: pd.DataFrame) -> pd.Series:
    if "village_code" not in table:
        return pd.Series(np.nan, index=table.index, dtype="str")
    raw = table["village_code"]
    terms = names.drop_duplicates("term", keep=False).set_index("term")["village_code"]
    single = old_villages.drop_duplicates("old", keep=False).set_index("old")["village_code"]
    folded = fold_village(raw)
    out = _look_up(raw, terms)
    for words, book in ((folded, terms), (raw, single), (folded, single)):
        out = out.fillna(_look_up(words, book))
    return out


def _look_up(words: pd.Series, book: pd.Series) -> pd.Series:
    """Entry of each word in a book (null: none), as text even where the book is empty."""
    return look_up(words, book.index.to_series(), book).astype("str")
