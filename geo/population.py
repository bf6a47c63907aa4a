"""Where the counted people belong: every population row to an address, a plate-level address and a building, or why not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.columns import among, at_positions, look_up, positions
from geo.crosswalk import witness_villages
from geo.tables import COUNTS, Inputs

ASKED_OF_PEOPLE = ("source_row", "address_id", "text", *COUNTS, "counted_on", "county", "town", "village", "number", "door", "within")
"""All that a run asks of the rows of the population."""


def population(inputs: Inputs, old_villages: pd.DataFrame, renewed: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """The address each population row speaks of.

    Parameters
    ----------
    old_villages, renewed
        `geo.crosswalk.crosswalk`, the doors with present village codes.
    addresses
        Second table of `geo.describe.describe`, with door_n: number of the door each belongs to (rooms: their parent's; null: none).

    Returns
    -------
    DataFrame, one row per population row, in its order: source_row, text and given_id (as delivered), address_id (null: none found), door_id (its plate-level
    address), address_row and door_row (rows of the two, -1: none), the counts (NaN: unknown), counted_on, age_days (days before as_of; NaN: unknown day), reason (null, no_such_address or ambiguous), torn_key (the key an
    ambiguous row fits several doors of, null: not ambiguous).
    """
    rows = inputs.population
    ids = addresses["address_id"]
    at = positions(rows["address_id"], ids)
    asked = rows[at < 0]
    by_text, torn_key = _by_text(asked, inputs, old_villages, renewed, addresses)
    at[at < 0] = positions(by_text, ids)
    torn_key = torn_key.mask(by_text.notna()).reindex(rows.index).astype("str")
    address = at_positions(ids, at, rows.index)
    out = rows[["source_row", "text", *COUNTS, "counted_on"]].assign(given_id=rows["address_id"], address_id=address)
    out["address_row"], out["door_row"] = at, np.append(addresses["door_row"].to_numpy(), -1)[at]
    out["door_id"] = at_positions(ids, out["door_row"].to_numpy(), rows.index)
    out["door_n"] = at_positions(addresses["door_n"], at, rows.index)
    out["torn_key"] = torn_key
    out["age_days"] = (inputs.as_of - rows["counted_on"]).dt.days.astype("float64")
    out["reason"] = pd.Series(_REASON.take(np.select([at >= 0, torn_key.notna()], [0, 1], 2)), index=rows.index)
    return out


_REASON = pd.array([np.nan, "ambiguous", "no_such_address"], dtype="str")


def _by_text(
    rows: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame, renewed: pd.DataFrame, addresses: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Address of each row's text, and the key of a text that fits several doors: its own key, else its key renewed by the crosswalk; room first, then the whole door."""
    witness = witness_villages(rows, inputs, old_villages)
    village = witness["village_code"].fillna("")
    renewal = renewed.drop_duplicates(["village_code_old", "old_door"])
    table = dict(zip(renewal["village_code_old"] + "|" + renewal["old_door"], renewal["village_code_new"] + "|" + renewal["new_door"], strict=True))
    # the kind is part of the key: an address counted under its number alone is found under its temporary form too
    key = (village + "|" + rows["door"]).astype("str")
    newer = key.map(table).astype("str")
    named = addresses.loc[among(addresses["key"], pd.concat([key, newer])), ["key", "within", "address_id", "door_n", "active"]]
    book = pd.DataFrame({"key": named["key"], "within": named["within"].fillna(""), "id": named["address_id"], "door": named["door_n"]})
    book["rank"] = ~named["active"].to_numpy()
    book = book.sort_values(["key", "within", "rank", "id"])
    active = book[~book["rank"]]
    # a number registered twice for one door is one place to live; on two doors nobody can say which
    doors_n = active.groupby(["key", "within"])["door"].transform("nunique")
    several = active[doors_n > 1]
    torn_keys = set(several["key"] + "/" + several["within"])
    first = book.drop_duplicates(["key", "within"]).assign(full=lambda b: b["key"] + "/" + b["within"]).set_index("full")["id"]
    door = book.sort_values(["key", "rank", "within", "id"]).drop_duplicates("key").set_index("key")["id"]
    within = rows["within"].fillna("")
    found = _id_of(key + "/" + within, first)
    for words, ids in ((newer + "/" + within, first), (key, door), (newer, door)):
        found = found.fillna(_id_of(words, ids))
    torn = among((key + "/" + within).astype("str"), torn_keys)
    return found.mask(torn).astype("str"), key.where(torn).astype("str")


def _id_of(words: pd.Series, ids: pd.Series) -> pd.Series:
    return look_up(words, ids.index.to_series(), ids).astype("str")


def sum_counts(people: pd.DataFrame, at: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """Counts summed by the place in an index that each row goes to (-1: nowhere); NaN where no row knows the count."""
    out = {}
    for column in COUNTS:
        n = people[column].to_numpy(dtype=float)
        known = (at >= 0) & ~np.isnan(n)
        sums = np.bincount(at[known], n[known], minlength=len(index))
        out[column] = np.where(np.bincount(at[known], minlength=len(index)) > 0, sums, np.nan)
    return pd.DataFrame(out, index=index)
