"""Small counts of people on map and pages: see `geo.suppression`, whose words these are."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from geo.headcount import tell_buildings
from geo.suppression import PEOPLE_UNITS, SMALL_N, hidden, masked, shown, total_hidden, total_told, withheld
from layers.result import Result

PEOPLE = ("registered_n", "resident_n", "floating_n", "absent_n")
"""Counts of persons. unit_n counts firms and is shown as it is."""
BESIDE = f"≥{SMALL_N}"
"""How a count of five or more is told that is withheld so that a small one beside it cannot be worked out."""


def told_people(result: Result, ids: Collection[str]) -> pd.DataFrame:
    """The counts of buildings as anybody may see them: PEOPLE as text ("<5", "≥5", a number, "" for unknown), by building id.

    The counts of a building balance, and the sums of its village are told elsewhere: all counts of a village are withheld together.
    """
    known = result.positions["building"]
    at = known.get_indexer(pd.Index([str(i) for i in ids], dtype="str"))
    at = at[at >= 0]
    codes = result.tables.buildings["village_code"].iloc[at].fillna("").tolist()
    wanted: dict[str, list[str]] = {}
    for code, one in zip(codes, known[at].tolist(), strict=True):
        wanted.setdefault(str(code), []).append(one)
    parts = [_told_in(result, code).loc[rows] for code, rows in wanted.items()]
    return pd.concat(parts) if len(parts) > 1 else parts[0] if parts else _told_in(result, "").iloc[:0]


def _told_in(result: Result, code: str) -> pd.DataFrame:
    """The counts of every building of a village as anybody may see them; worked out once."""
    if ("told_people", code) not in result.kept:
        village = result.within("buildings", code)
        how = tell_buildings(village)
        words = {c: village[c].map(shown).astype("str").where(how[c] != "beside", BESIDE) for c in PEOPLE}
        told = pd.DataFrame(words, columns=list(PEOPLE), dtype="str")
        result.kept["told_people", code] = told.set_axis(pd.Index(village["building_id"].astype("str"), name="building_id"))
    told_: pd.DataFrame = result.kept["told_people", code]
    return told_


__all__ = [
    "BESIDE", "PEOPLE", "PEOPLE_UNITS", "SMALL_N", "hidden", "masked", "shown", "told_people", "total_hidden", "total_told", "withheld",
]  # fmt: skip
