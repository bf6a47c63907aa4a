"""Small counts of people on map and pages: see `geo.suppression`, whose words these are."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from geo.suppression import PEOPLE_UNITS, SMALL_N, hidden, masked, shown, total_hidden, total_told, withheld
from layers.result import Result

PEOPLE = ("registered_n", "resident_n", "floating_n", "absent_n")
"""Counts of persons. unit_n counts firms and is shown as it is."""
BESIDE = f"≥{SMALL_N}"
"""How a count of five or more is told that is withheld so that a small one beside it cannot be worked out."""


def told_people(result: Result, ids: Collection[str]) -> pd.DataFrame:
    """The counts of buildings as anybody may see them: PEOPLE as text ("<5", "≥5", a number, "" for unknown), by building id.

    Each count is looked at together with all buildings of its village, whose sum is told elsewhere.
    """
    found = result.find("building", list(ids))
    wanted = found["building_id"].astype("str")
    parts = []
    for code in found["village_code"].fillna("").unique():
        village = result.within("buildings", str(code))
        words = {"building_id": village["building_id"].astype("str")}
        for column in PEOPLE:
            how = withheld(village[column])
            words[column] = village[column].map(shown).astype("str").where(how != "beside", BESIDE)
        parts.append(pd.DataFrame(words)[village["building_id"].isin(wanted)])
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in ("building_id", *PEOPLE)})
    return pd.concat(parts or [empty]).set_index("building_id")


__all__ = [
    "BESIDE", "PEOPLE", "PEOPLE_UNITS", "SMALL_N", "hidden", "masked", "shown", "told_people", "total_hidden", "total_told", "withheld",
]  # fmt: skip
