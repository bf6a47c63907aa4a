"""How many people are counted where: per building and per village, exactly for the office that holds the counts, told to others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.suppression import BALANCE, hidden, shown, sums_told, total_hidden, total_told, withheld, withheld_together
from geo.tables import COUNTS

ELSEWHERE = ""


def count_buildings(buildings: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """The people of each building as a reader may see them.

    Parameters
    ----------
    buildings
        Of a result: building_id, village_code, the counts, people_how.
    exact
        The reader belongs to the office that holds the counts.

    Returns
    -------
    DataFrame with the index of `buildings`: building_id, village_code, people_n (residents, where not known the registered;
    null where unknown or not told), told (text: the number, "<5", "withheld" or "" for unknown), and where `exact` the
    counts as they are. Of each village so many are withheld that the small ones cannot be worked out from its sum.
    """
    people = buildings["resident_n"].fillna(buildings["registered_n"])
    out = pd.DataFrame({"building_id": buildings["building_id"], "village_code": buildings["village_code"].fillna(ELSEWHERE)})
    if exact:
        told = people.map(lambda n: "" if pd.isna(n) else f"{n:,.0f}").astype("str")
        return out.assign(people_n=people, told=told, **{c: buildings[c] for c in COUNTS})
    each = tell_buildings(buildings)
    how = each["resident_n"].where(buildings["resident_n"].notna(), each["registered_n"])
    told = people.map(shown).astype("str").where(how != "beside", "withheld")
    return out.assign(people_n=people.where(how == "told"), told=told)


def tell_buildings(buildings: pd.DataFrame) -> pd.DataFrame:
    """How each count of each building may be told on any page, one decision for all of them; as `withheld_together`, by village."""
    ordered = buildings.sort_values("building_id", kind="stable")  # of equal counts the first house is withheld
    groups = ordered[list(BALANCE)].groupby(ordered["village_code"].fillna(ELSEWHERE), sort=True)
    parts = [withheld_together(rows) for _, rows in groups]
    return pd.concat(parts).loc[buildings.index] if parts else pd.DataFrame(index=buildings.index, columns=list(BALANCE), dtype="str")


def count_villages(buildings: pd.DataFrame, tallies: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """The people of each village, how many of them stand on one building, and how many are registered but elsewhere.

    Parameters
    ----------
    buildings, tallies
        Of a result.
    exact
        As for `count_buildings`; else small counts are withheld, and further ones with them.

    Returns
    -------
    DataFrame, a row per village and the last one `total`: village_code, name, people_n, placed_n, unplaced_n (not on exactly one
    live building), absent_n (户在人不在, of those on a building), people, placed, unplaced, absent (the same as text: a number, "<5",
    "withheld", "" for unknown) and ratio (null where withheld).
    """
    rows = tallies[["village_code", "name", "people_placed_n", "people_placed_d"]].copy()
    rows["village_code"] = rows["village_code"].fillna(ELSEWHERE)
    whole = rows["village_code"] == "total"
    absent = buildings["absent_n"].groupby(buildings["village_code"].fillna(ELSEWHERE)).sum(min_count=1)
    rows = rows.rename(columns={"people_placed_n": "placed_n", "people_placed_d": "people_n"})
    rows = rows[whole | (rows["village_code"] != ELSEWHERE) | (rows["people_n"] > 0) | rows["village_code"].isin(absent.dropna().index)]
    rows["unplaced_n"] = rows["people_n"] - rows["placed_n"]
    rows["absent_n"] = rows["village_code"].map(absent).astype("float64")
    rows.loc[rows["village_code"] == "total", "absent_n"] = absent.sum(min_count=1)
    rows["ratio"] = rows["placed_n"] / rows["people_n"].where(rows["people_n"] > 0)
    rows = rows.sort_values("village_code", key=lambda c: c.map(lambda v: (v == "total", v == ELSEWHERE, v)), ignore_index=True)
    names = {"people_n": "people", "placed_n": "placed", "unplaced_n": "unplaced", "absent_n": "absent"}
    for number, text in names.items():
        rows[text] = rows[number].map(lambda n: "" if pd.isna(n) else f"{n:,.0f}").astype("str")
    return rows if exact else _suppressed(rows, _giving_away(buildings))


def giving_away(buildings: pd.DataFrame) -> frozenset[str]:
    """Villages ("" for what lies in none) whose sums of people would give the count of one of their houses away; they are told nowhere."""
    away = _giving_away(buildings)
    return frozenset(village for village, columns in away.items() if columns["resident_n"] or columns["registered_n"])


def _giving_away(buildings: pd.DataFrame) -> dict[str, dict[str, bool]]:
    """Village -> column -> whether its sum of that column would give the count of one of its houses away."""
    out = {}
    told = tell_buildings(buildings)
    for village, rows in buildings.groupby(buildings["village_code"].fillna(ELSEWHERE), sort=True):
        may = sums_told(rows, told.loc[rows.index])
        out[str(village)] = {c: bool(not may[c] and rows[c].sum() > 0) for c in BALANCE}
    return out


def _suppressed(rows: pd.DataFrame, away: dict[str, dict[str, bool]]) -> pd.DataFrame:
    """Villages with a small count are withheld whole in the counts that add up; 户在人不在 by itself, with its own total."""
    out, total = rows.copy(), rows["village_code"] == "total"
    villages = rows[~total]
    also = {c: villages["village_code"].map(lambda v, c=c: away.get(v, {}).get(c, False)).astype(bool) for c in BALANCE}
    people = also["resident_n"] | also["registered_n"]
    concealed = pd.Series(False, index=rows.index)
    concealed[villages.index] = hidden(villages["placed_n"], villages["people_n"], also=people)
    concealed[total] = total_hidden(villages["placed_n"], villages["people_n"], also=people)
    for number, text in (("people_n", "people"), ("placed_n", "placed"), ("unplaced_n", "unplaced")):
        out[text] = out[text].where(~concealed, "withheld")
        out[number] = out[number].where(~concealed)
    out["ratio"] = out["ratio"].where(~concealed)
    how = withheld(villages["absent_n"], also=also["absent_n"])
    told = villages["absent_n"].map(shown).astype("str").where(how != "beside", "withheld")
    out.loc[villages.index, "absent"] = told
    out.loc[villages.index, "absent_n"] = villages["absent_n"].where(how == "told")
    if not total_told(villages["absent_n"], how):
        unknown = villages["absent_n"].isna().all()
        out.loc[total, "absent"] = "" if unknown else "withheld"
        out.loc[total, "absent_n"] = np.nan
    return out
