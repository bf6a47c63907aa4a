"""Where the counted people belong: every population row to an address, a plate-level address and a building, or why not."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.columns import among
from geo.crosswalk import witness_villages
from geo.tables import COUNTS, Inputs


def population(inputs: Inputs, old_villages: pd.DataFrame, renewed: pd.DataFrame, addresses: gpd.GeoDataFrame) -> pd.DataFrame:
    """The address each population row speaks of.

    Parameters
    ----------
    old_villages, renewed
        `geo.crosswalk.crosswalk`, the doors with present village codes.
    addresses
        Second table of `geo.describe.describe`, with door_n: number of the door each belongs to (rooms: their parent's).

    Returns
    -------
    DataFrame, one row per population row, in its order: source_row, text and given_id (as delivered), address_id (null: none found), door_id (its plate-level
    address), the counts (NaN: unknown), counted_on, age_days (days before as_of; NaN: unknown day), reason (null, no_such_address or ambiguous), torn_key (the key an
    ambiguous row fits several doors of, null: not ambiguous).
    """
    rows = inputs.population
    by_id = rows["address_id"].where(among(rows["address_id"], addresses["address_id"]))
    by_text, torn_key = _by_text(rows, inputs, old_villages, renewed, addresses)
    address = by_id.fillna(by_text)
    parent = addresses.set_index("address_id")["parent_id"]
    out = rows[["source_row", "text", *COUNTS, "counted_on"]].assign(given_id=rows["address_id"], address_id=address.astype("str"))
    out["door_id"] = address.map(parent).astype("str").fillna(address).astype("str")
    out["door_n"] = out["door_id"].map(addresses.set_index("address_id")["door_n"]).astype("float64")
    out["torn_key"] = torn_key.where(address.isna())
    out["age_days"] = (inputs.as_of - rows["counted_on"]).dt.days.astype("float64")
    out["reason"] = pd.Series(np.select([address.notna(), torn_key.notna()], ["", "ambiguous"], "no_such_address"), index=rows.index).replace("", np.nan)
    return out


def _by_text(
    rows: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame, renewed: pd.DataFrame, addresses: gpd.GeoDataFrame
) -> tuple[pd.Series, pd.Series]:
    """Address of each row's text, and the key of a text that fits several doors: its own key, else its key renewed by the crosswalk; room first, then the whole door."""
    witness = witness_villages(rows, inputs, old_villages)
    village = witness["village_code"].fillna("")
    renewal = renewed.drop_duplicates(["village_code_old", "old_door"])
    table = dict(zip(renewal["village_code_old"] + "|" + renewal["old_door"], renewal["village_code_new"] + "|" + renewal["new_door"], strict=True))
    # the kind is part of the key: an address counted under its number alone is found under its temporary form too
    key = village + "|" + rows["door"]
    book = pd.DataFrame({"key": addresses["key"], "within": addresses["within"].fillna(""), "id": addresses["address_id"], "door": addresses["door_n"]})
    book["rank"] = ~addresses["active"].to_numpy()
    book = book.dropna(subset=["key"]).sort_values(["key", "within", "rank", "id"])
    active = book[~book["rank"]]
    # a number registered twice for one door is one place to live; on two doors nobody can say which
    doors_n = active.groupby(["key", "within"])["door"].transform("nunique")
    several = active[doors_n > 1]
    torn_keys = set(several["key"] + "/" + several["within"])
    first = book.drop_duplicates(["key", "within"]).assign(full=lambda b: b["key"] + "/" + b["within"]).set_index("full")["id"]
    door = book.sort_values(["key", "rank", "within", "id"]).drop_duplicates("key").set_index("key")["id"]
    within = rows["within"].fillna("")
    newer = key.map(table).astype("str")
    found = (key + "/" + within).map(first).astype("str")
    for words, ids in ((newer + "/" + within, first), (key, door), (newer, door)):
        found = found.fillna(words.map(ids).astype("str"))
    torn = (key + "/" + within).isin(torn_keys)
    return found.mask(torn).astype("str"), key.where(torn).astype("str")


def sum_counts(people: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Counts summed by a key; NaN where no row knows the count. Rows whose key is null are left out."""
    return people[list(COUNTS)].groupby(by.to_numpy()).sum(min_count=1)
