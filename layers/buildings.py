"""Footprints, filled by their status and labelled with the number that their address or plate gives them."""

from __future__ import annotations

import pandas as pd

from layers.degrees import Feature, features
from layers.layer import Layer
from layers.result import Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Buildings of the scope: `id`, status `s`, door number `t` (absent where no address or plate gives one)."""
    table = result.within("buildings", scope)
    numbers = door_numbers(result).reindex(table["building_id"]).to_numpy()
    return features(table.assign(id=table["building_id"], s=table["status"], t=numbers), ["id", "s", "t"])


def door_number(table: pd.DataFrame) -> pd.Series:
    """Number with its sub-numbers as it stands on a door, e.g. "12-1号"; null where the text names none."""
    absent = pd.Series(None, index=table.index, dtype="str")
    number, sub = (table[c].astype("str") if c in table else absent for c in ("number", "sub_number"))
    return (number + ("-" + sub.str.replace("/", "-")).fillna("") + "号").astype("str")


def door_numbers(result: Result) -> pd.Series:
    """Building id -> door number; of several, that of the smallest address id, then plate id. Worked out once for a result."""
    if "door_numbers" not in result.kept:
        result.kept["door_numbers"] = _door_numbers(result)
    numbers: pd.Series = result.kept["door_numbers"]
    return numbers


def _door_numbers(result: Result) -> pd.Series:
    parts = []
    for kind in ("address", "plate"):
        table = result.objects(kind)
        if "building_id" in table:
            parts.append(pd.DataFrame({"id": table["building_id"], "by": table[f"{kind}_id"], "t": door_number(table)}).sort_values("by"))
    every = pd.concat(parts).dropna(subset=["id", "t"]) if parts else pd.DataFrame({"id": [], "t": []}, dtype="str")
    return every.drop_duplicates("id").set_index("id")["t"]


LAYER = Layer("buildings", "建筑", "Buildings", "area", draw)
