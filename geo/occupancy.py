"""What a guard must know before a number may go: every name of every house, and every row that counts people there.

A house is everything one door was ever called: addresses of any status, rooms, aliases, old and new sides of the
crosswalk. The engine only says what is known; whether a number may go is decided where the decision is kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.columns import Packed, among, at_positions, combinations, is_sorted, positions, sorting
from geo.crosswalk import witness_villages
from geo.tables import COUNTS, HOUSES, OCCUPANCY, Inputs

MANGLED_ID = r"^(?:[+-]?\d+(?:\.\d+)?[eE]\+?\d+|\d+\.0+)$"
"""Ids that went through a floating-point number: nobody can say any more which address they named."""


def houses(addresses: pd.DataFrame, crosswalk: pd.DataFrame) -> np.ndarray:
    """The house each address is a name of: the row of its smallest address id.

    Addresses are one house where a chain of equal keys, aliases and renumberings leads from one to the other, whatever their status.

    Parameters
    ----------
    addresses
        Addresses of `geo.describe.describe`, rooms included: address_id, key (null: the text names no door), key_n, alias_door, village_code.
    crosswalk
        Renumbered doors with present village codes: village_code_old, old_door, village_code_new, new_door.
    """
    key, n = addresses["key_n"].to_numpy(), len(addresses)
    keys_n, keyed = int(key.max(initial=-1)) + 1, np.flatnonzero(key >= 0)
    first = np.zeros(keys_n, dtype=np.int64)
    first[key[keyed]] = keyed
    alias, (old, new) = _alias(addresses), _sides(crosswalk)
    # a name is one of the keys, or a node of its own; so is an address without a key
    words = pd.concat([alias, old, new], ignore_index=True)
    known = positions(words, addresses["key"].iloc[first])
    node = np.where(known >= 0, known, keys_n + n + pd.factorize(words)[0])
    own = np.where(key >= 0, key, keys_n + np.arange(n))
    of_alias, of_old, of_new = np.split(node, np.cumsum([len(alias), len(old)]))
    one, two = np.concatenate([own[addresses.index.get_indexer(alias.index)], of_old]), np.concatenate([of_alias, of_new])
    label = own
    if len(one):
        nodes_n = keys_n + n + len(words)
        label = connected_components(coo_array((np.ones(len(one)), (one, two)), shape=(nodes_n, nodes_n)), directed=False)[1][own]
    ids = addresses["address_id"]
    order = np.arange(n) if is_sorted(ids) else sorting(ids)
    smallest = np.zeros(int(label.max(initial=-1)) + 1, dtype=np.int64)
    smallest[label[order][::-1]] = order[::-1]
    return smallest[label]


def name_houses(addresses: pd.DataFrame, texts: Packed, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Every name of every house.

    Parameters
    ----------
    addresses
        Every address: address_id, house_row (row of the address its house is named by), key_n, active, rolls_up and counted (bool: some row of the
        population counts the address itself).
    texts
        What else they say: village_code, text_village, point_village, declared_village, door, alias_door, number.

    Returns
    -------
    DataFrame with the columns HOUSES: one row per address id of a house (needs_count: an active plate-level
    address, of which absence from the counts says nothing; counted: some row counts the address itself), and one per key,
    by each village that witnesses for it, alias, and old or new side of the crosswalk.
    """
    a = texts.beside(addresses[["address_id", "house_row", "key_n", "active", "rolls_up", "counted"]], "number", "village_code")
    # the plate-level addresses first
    order = np.argsort(a["rolls_up"].to_numpy(dtype=bool), kind="stable")
    blank = {"needs_count": False, "counted": False}
    # most addresses of a house say the same key: it is written out once
    told = order[a["key_n"].to_numpy()[order] >= 0]
    said = pd.DataFrame({"house": a["house_row"].to_numpy()[told], "key": a["key_n"].to_numpy()[told]})
    door = texts["door"]
    keys = [_keyed(a, told[~said.duplicated().to_numpy()], a["village_code"], door)]
    for witness in map(texts.__getitem__, _OTHER_WITNESSES):
        apart = (witness.notna() & (witness != a["village_code"])).to_numpy()
        keys.append(_keyed(a, order[apart[order]], witness, door))
    del door
    b = texts.beside(a, "alias_door")
    b = b.iloc[order[b["alias_door"].notna().to_numpy()[order]]]
    aliases = pd.DataFrame({"house": _house(a, b), "kind": "alias", "name": _alias(b), "village_code": b["village_code"], "number": _digits(b["alias_door"])})
    named = _once(pd.concat([*keys, aliases], ignore_index=True)).assign(**blank)
    old, new = _sides(crosswalk)
    sides = [named.loc[among(named["name"], p), ["house", "name"]].merge(pd.DataFrame({"name": p, "other": q}), on="name") for p, q in ((old, new), (new, old))]
    renewed = pd.concat(sides, ignore_index=True)[["house", "other"]].rename(columns={"other": "name"}).assign(kind="renewed", **blank)
    renewed["village_code"] = renewed["name"].astype("str").str.extract(r"^([^|]*)\|", expand=False)
    renewed["number"] = _digits(renewed["name"].astype("str").str.extract(r"^[^|]*\|(.*)$", expand=False))
    a = a.iloc[order]
    own = pd.DataFrame({"house": _house(addresses, a), "kind": "address", "name": a["address_id"], "village_code": a["village_code"], "number": a["number"]})
    own["needs_count"] = (a["active"] & ~a["rolls_up"]).to_numpy(dtype=bool)
    own["counted"] = a["counted"].to_numpy(dtype=bool)
    del a
    out = pd.concat([own, named, renewed.drop_duplicates(["house", "name"])], ignore_index=True)
    out["village_code"] = out["village_code"].mask(out["village_code"] == "")
    out = out.astype(dict.fromkeys(("house", "kind", "name", "village_code", "number"), "str") | {"needs_count": "boolean", "counted": "boolean"})
    return out[list(HOUSES)]


_SCOPE = pd.array(["house", "number", "village", "elsewhere", "town"], dtype="str")
_OTHER_WITNESSES = ("text_village", "point_village", "declared_village")


def _once(names: pd.DataFrame) -> pd.DataFrame:
    """Every name of a house once."""
    return names.iloc[combinations([names["house"], names["name"]])[1]]


def occupancy(
    people: pd.DataFrame, addresses: pd.DataFrame, texts: Packed, inputs: Inputs, old_villages: pd.DataFrame, refused: pd.DataFrame
) -> pd.DataFrame:
    """Every row that counts people, and which house it counts for or might count for.

    Parameters
    ----------
    people
        `geo.population.population`, rows as in `inputs.population`.
    addresses, texts
        As in `name_houses`, with key.
    refused
        Rows of the population that reading refused as a whole: source, row.

    Returns
    -------
    DataFrame with the columns OCCUPANCY, sorted by row. scope says how far a row speaks: house (of the one named), number
    (whichever house of that village and number; null: of any), village (whichever house there), town (whichever house at
    all: nothing readable names it), elsewhere (names an address that the register does not hold; says nothing of another).
    """
    rows = inputs.population.reset_index(drop=True)
    at = people["address_row"].to_numpy(copy=True)
    torn = np.flatnonzero((at < 0) & people["torn_key"].notna().to_numpy())
    if len(torn):
        at[torn] = positions(people["torn_key"].iloc[torn], texts["key"])
    house = at_positions(addresses["address_id"], np.append(addresses["house_row"], -1)[at], rows.index)
    out = people[[*COUNTS, "counted_on"]].reset_index(drop=True)
    out.insert(0, "row", "population:" + people["source_row"].astype("str").reset_index(drop=True))
    out["house"] = house
    out["address_id"] = people["door_id"].array
    out["reason"] = people["reason"].where(among(people["reason"], {"no_such_address", "ambiguous"})).array
    lost = house.isna()
    village = witness_villages(rows[lost], inputs, old_villages)["village_code"].reindex(rows.index)
    out["village_code"], out["number"] = village, rows["number"].where(lost)
    elsewhere = lost & rows["text"].isna() & rows["address_id"].notna()
    elsewhere[elsewhere] = ~rows.loc[elsewhere, "address_id"].str.match(MANGLED_ID).astype(bool)
    out["scope"] = _SCOPE.take(np.select([~lost, rows["number"].notna(), village.notna(), elsewhere], [0, 1, 2, 3], 4))
    unread = pd.DataFrame({"row": refused["source"].astype("str") + "#" + refused["row"].astype("str"), "scope": "town", "reason": "refused"})
    out = pd.concat([out, unread.drop_duplicates()], ignore_index=True) if len(unread) else out
    out = out.astype(dict.fromkeys(("row", "scope", "house", "address_id", "village_code", "number", "reason"), "str"))
    return out.sort_values("row", ignore_index=True)[list(OCCUPANCY)]


def _alias(addresses: pd.DataFrame) -> pd.Series:
    """The key in brackets of those addresses that have one."""
    rows = addresses.loc[addresses["alias_door"].notna(), ["village_code", "alias_door"]]
    return (rows["village_code"].fillna("") + "|" + rows["alias_door"]).astype("str")


def _sides(crosswalk: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    old = (crosswalk["village_code_old"] + "|" + crosswalk["old_door"]).astype("str")
    return old, (crosswalk["village_code_new"] + "|" + crosswalk["new_door"]).astype("str")


def _keyed(addresses: pd.DataFrame, at: np.ndarray, village: pd.Series, door: pd.Series) -> pd.DataFrame:
    """Keys of the addresses at some positions, by one witness of the villages of all; addresses without a door are absent."""
    rows, village = addresses.iloc[at], village.iloc[at]
    name = village.fillna("") + "|" + door.iloc[at]
    out = pd.DataFrame({"house": _house(addresses, rows), "kind": "key", "name": name, "village_code": village, "number": rows["number"]})
    return out.dropna(subset=["name"])


def _house(addresses: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """The id that names the house of each of some addresses."""
    return at_positions(addresses["address_id"], rows["house_row"].to_numpy(), rows.index)


def _digits(door: pd.Series) -> pd.Series:
    """The number in a door (place, prefix, number, ...); null where it has none."""
    return door.astype("str").str.extract(r"^[^|]*\|[^|]*\|([^|]+)", expand=False).astype("str")
