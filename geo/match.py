"""Which plates and addresses speak of the same door: equal key in a shared village, checked by distance and declared ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.profile import Thresholds

OWN, OLD, ALIAS = 0, 1, 2
"""How a key was come by: written, renewed by the crosswalk, or in brackets."""


@dataclass(frozen=True)
class Doors:
    """Plates and addresses gathered into doors.

    plate_door, address_door
        Door number of each row of the plates and addresses given, -1 for none.
    pairs
        One row per plate and address believed to be one door: plate, address (positions), via (OWN, OLD, ALIAS: the
        worse of the two keys), village_agrees (bool: by their main witnesses), distance_m (NaN: one has no point),
        declared (bool: the plate names the address).
    undecided
        Pairs of the same columns where an address fits several plates and nothing tells them apart.
    doors_n
        Number of doors.
    """

    plate_door: np.ndarray
    address_door: np.ndarray
    pairs: pd.DataFrame
    undecided: pd.DataFrame
    doors_n: int


def match(plates: pd.DataFrame, addresses: pd.DataFrame, renewed: pd.DataFrame, *, thresholds: Thresholds) -> Doors:
    """Gather plates and addresses into doors.

    Parameters
    ----------
    plates, addresses
        One row per plate (addresses: plate-level, active) with door, alias_door, village_code, text_village,
        declared_village, point_village, geometry, and plates.address_id, addresses.address_id.
    renewed
        Doors renamed by the crosswalk: village_code_old, old_door, new_door (second table of `geo.crosswalk`, with
        present village codes).
    """
    terms_p, terms_a = _terms(plates, renewed), _terms(addresses, renewed)
    pairs = _candidates(terms_p, terms_a, plates, addresses)
    pairs = pairs[~(pairs["distance_m"] > thresholds.misplaced_m) | pairs["declared"]]
    pairs = _best(pairs)
    pairs, undecided = _one_plate_each(pairs, near_m=thresholds.near_m)
    plate_door = np.arange(len(plates))
    address_door = np.full(len(addresses), -1)
    address_door[pairs["address"]] = plate_door[pairs["plate"]]
    alone = np.setdiff1d(np.flatnonzero(address_door < 0), undecided["address"])
    address_door[alone] = len(plates) + _group_alone(addresses.iloc[alone], within_m=thresholds.dangling_m)
    doors_n = int(max(plate_door.max(initial=-1), address_door.max(initial=-1)) + 1)
    return Doors(plate_door, address_door, pairs, undecided, doors_n)


def _terms(table: pd.DataFrame, renewed: pd.DataFrame) -> pd.DataFrame:
    """Every (village, door) a row may be known by: item, village, door, via, main (bool: by its main witness)."""
    item = np.arange(len(table))
    own = [
        pd.DataFrame({"item": item, "village": table[c].to_numpy(), "door": table["door"].to_numpy(), "via": OWN, "main": c == "village_code"})
        for c in ("village_code", "text_village", "point_village", "declared_village")
    ]
    own.append(own[0].assign(door=table["alias_door"].to_numpy(), via=ALIAS))
    terms = pd.concat(own, ignore_index=True).dropna(subset=["village", "door"])
    new = terms[terms["via"] == OWN].merge(renewed, left_on=["village", "door"], right_on=["village_code_old", "old_door"])
    new = pd.DataFrame({"item": new["item"], "village": new["village_code_new"], "door": new["new_door"], "via": OLD, "main": new["main"]})
    terms = pd.concat([terms, new], ignore_index=True).sort_values(["item", "via", "main"], ascending=[True, True, False], kind="stable")
    return terms.drop_duplicates(["item", "village", "door"])


def _candidates(terms_p: pd.DataFrame, terms_a: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    pairs = terms_p.merge(terms_a, on=["village", "door"], suffixes=("_p", "_a"))
    pairs = pairs[(pairs["via_p"] == OWN) | (pairs["via_a"] == OWN)]
    out = pd.DataFrame(
        {
            "plate": pairs["item_p"],
            "address": pairs["item_a"],
            "via": np.maximum(pairs["via_p"], pairs["via_a"]),
            "village_agrees": pairs["main_p"] & pairs["main_a"],
        }
    )
    out = out.sort_values(["plate", "address", "via", "village_agrees"], ascending=[True, True, True, False]).drop_duplicates(["plate", "address"])
    out["distance_m"] = shapely.distance(plates.geometry.to_numpy()[out["plate"]], addresses.geometry.to_numpy()[out["address"]])
    named = plates["address_id"].to_numpy()[out["plate"]]
    out["declared"] = pd.notna(named) & (named == addresses["address_id"].to_numpy()[out["address"]])
    return out.reset_index(drop=True)


def _best(pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs that are the best kind for both sides: declared, then written key, then agreeing village."""
    cost = np.where(pairs["declared"], -1, pairs["via"] * 2 + ~pairs["village_agrees"])
    best_p = pd.Series(cost).groupby(pairs["plate"].to_numpy()).transform("min").to_numpy()
    best_a = pd.Series(cost).groupby(pairs["address"].to_numpy()).transform("min").to_numpy()
    return pairs[(cost <= best_p) & (cost <= best_a)].reset_index(drop=True)


def _one_plate_each(pairs: pd.DataFrame, *, near_m: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every address one plate: the only one, the declared one, the nearest by far, or the one left over."""
    several = pairs.groupby("address")["plate"].transform("size") > 1
    single, rest = pairs[~several], pairs[several].sort_values(["address", "distance_m", "plate"])
    second = rest.groupby("address")["distance_m"].transform(lambda d: d.iloc[1])
    first = rest.drop_duplicates("address")
    clear = first[second[first.index] - first["distance_m"] > near_m]
    taken = set(single["plate"]) | set(clear["plate"])
    open_ = rest[~rest["address"].isin(clear["address"])]
    left = open_[~open_["plate"].isin(taken)]
    alone = (left.groupby("address")["plate"].transform("size") == 1) & (left.groupby("plate")["address"].transform("size") == 1)
    # plates so close to each other that either answer is the same house: any will do, the smallest is taken
    found = pd.concat([single, clear, left[alone]])
    open_ = open_[~open_["address"].isin(found["address"])]
    close = open_[open_.groupby("address")["distance_m"].transform("max") <= near_m].drop_duplicates("address")
    found = pd.concat([found, close]).sort_values(["plate", "address"], ignore_index=True)
    return found, open_[~open_["address"].isin(close["address"])].sort_values(["address", "plate"], ignore_index=True)


def _group_alone(addresses: pd.DataFrame, *, within_m: float) -> np.ndarray:
    """Group number of addresses without a plate: equal key and village, and not known to lie apart."""
    key = addresses["village_code"].fillna("") + "|" + addresses["door"].fillna("?" + addresses["address_id"])
    group = pd.factorize(key)[0]
    x, y = shapely.get_x(addresses.geometry.to_numpy()), shapely.get_y(addresses.geometry.to_numpy())
    # the key's first located member is its anchor; members beyond reach of it stand for themselves
    frame = pd.DataFrame({"group": group, "x": x, "y": y})
    anchor = frame.groupby("group")[["x", "y"]].transform("first")
    apart = np.hypot(x - anchor["x"], y - anchor["y"]).to_numpy() > within_m
    group = np.where(apart, len(group) + np.arange(len(group)), group)
    return np.asarray(pd.factorize(group)[0])
