"""Which plate and which address are one door, by a weight per element instead of the staircase of `geo.match`.

Elements: village, place, number, sub-number, building, kind, distance, declared id. The two sources teach each other: m of the words from
pairs that agree in place, m of the distance from pairs that agree in words; u of the distance from random pairs, of the words from
random pairs that lie too far apart to be one door.

The elements of a key are not independent (a number is given out once in a street, so two doors never agree in both by chance), so there
are two ways: a weight for each element by itself, and a weight for each pattern of the words as a whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from benchmarks.weights import one_to_one, posterior, weights
from geo import match as staircase
from geo.match import ALIAS, OLD, OWN, Doors
from geo.points import as_shapes, points_of
from geo.profile import Thresholds

RANDOM_N = 200_000
SEED = 19690
APART_M = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 75.0, 150.0])
ALONE_RATIO = 3.0
"""A plate and an address that are each other's nearest, with any other at least this many times as far, agree in place."""


def match(plates: pd.DataFrame, addresses: pd.DataFrame, renewed: pd.DataFrame, *, thresholds: Thresholds, pattern: bool = False, **_: object) -> Doors:
    """`geo.match.match` by weights per element, or per pattern of the words; nobody has told anything in a dealt town, so it is not asked."""
    pairs = _candidates(plates, addresses, renewed, thresholds)
    rng = np.random.default_rng(SEED)
    n = min(RANDOM_N, 4 * len(plates) * max(len(addresses), 1))
    random = pd.DataFrame({"plate": rng.integers(0, max(len(plates), 1), n), "address": rng.integers(0, max(len(addresses), 1), n), "via": -1})
    words, random_words = (_words(t, plates, addresses) for t in (pairs, random))
    space, random_space = (_space(t, plates, addresses) for t in (pairs, random))
    if pattern:
        whole = pd.factorize(pd.MultiIndex.from_arrays(np.vstack([words, random_words]).T))[0]
        words, random_words = whole[: len(pairs), None], whole[len(pairs) :, None]
    by_word = _only(pairs[pairs["via"] == OWN], pairs)
    by_space = _alone(pairs) | (space[:, 1] == 2)
    far = space_apart(random, plates, addresses) > thresholds.misplaced_m
    nothing = np.zeros(len(pairs))
    weight = np.full(len(pairs), -np.log(max(len(plates), 1) * max(len(addresses), 1) / max(by_word.sum(), 1)))
    for mine, other, agree, at_large in ((words, random_words, by_space, far), (space, random_space, by_word, np.ones(n))):
        agreeing, chance = np.concatenate([agree, np.zeros(n)]), np.concatenate([nothing, at_large])
        weight += weights(np.vstack([mine, other]), agreeing.astype(float), chance.astype(float))[: len(pairs)]
    address, plate = pairs["address"].to_numpy(), pairs["plate"].to_numpy()
    taken = one_to_one(address, plate, weight, thresholds.share_ratio)
    probability = posterior(address, plate, weight, taken, thresholds.share_ratio)
    return _doors(pairs.assign(probability=probability, taken=taken), plates, addresses, thresholds)


def _candidates(plates: pd.DataFrame, addresses: pd.DataFrame, renewed: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """plate, address, via (-1: keys differ), village_agrees, distance_m, declared: equal keys, side by side, or of one number and village."""
    # the engine's own candidates, on purpose: what differs is how they are judged
    keyed = staircase._candidates(*staircase._terms(plates, addresses, renewed), plates, addresses)  # noqa: SLF001
    point, anchor = as_shapes(points_of(plates)), staircase.anchors(addresses)
    known = np.flatnonzero(pd.notna(anchor))
    i, j = shapely.STRtree(anchor[known]).query(point, predicate="dwithin", distance=2 * thresholds.near_m)
    beside = pd.DataFrame({"plate": i, "address": known[j]})
    sides = [t[["village_code", "number"]].assign(**{n: np.arange(len(t))}).dropna() for t, n in ((plates, "plate"), (addresses, "address"))]
    numbered = sides[0].merge(sides[1], on=["village_code", "number"])[["plate", "address"]]
    named = pd.DataFrame({"address_id": plates["address_id"].to_numpy(), "plate": np.arange(len(plates))}).dropna()
    declared = named.merge(pd.DataFrame({"address_id": addresses["address_id"].to_numpy(), "address": np.arange(len(addresses))}), on="address_id")
    rest = pd.concat([beside, numbered, declared[["plate", "address"]]]).assign(via=-1, village_agrees=False, declared=False)
    out = pd.concat([keyed, rest], ignore_index=True).drop_duplicates(["plate", "address"], ignore_index=True)
    out["distance_m"] = shapely.distance(point[out["plate"]], anchor[out["address"]])
    out["declared"] = out.set_index(["plate", "address"]).index.isin(declared.set_index(["plate", "address"]).index)
    out = out[~(out["distance_m"] > thresholds.misplaced_m) | out["declared"]]
    return out.sort_values(["plate", "address"], ignore_index=True)


def _words(pairs: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> np.ndarray:
    """Outcome of each element of the words."""
    p, a = pairs["plate"].to_numpy(), pairs["address"].to_numpy()
    columns = [_compared(plates[c].to_numpy(dtype=object)[p], addresses[c].to_numpy(dtype=object)[a]) for c in ("village_code", "number", "sub_number", "building_no")]
    mine, yours = plates["place"].to_numpy(dtype=object)[p], addresses["place"].to_numpy(dtype=object)[a]
    place = _compared(mine, yours)
    place[(place == 4) & _one_character(mine, yours)] = 5
    place[np.isin(pairs["via"], (OLD, ALIAS))] = 6
    kind = (plates["temporary"].to_numpy(dtype=bool)[p] == addresses["temporary"].to_numpy(dtype=bool)[a]).astype(int)
    return np.column_stack([*columns, place, kind])


def _space(pairs: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> np.ndarray:
    """Outcome of each element of the place: distance, declared id."""
    p, a = pairs["plate"].to_numpy(), pairs["address"].to_numpy()
    apart_m = space_apart(pairs, plates, addresses)
    distance = np.where(np.isnan(apart_m), 0, 1 + np.searchsorted(APART_M, np.nan_to_num(apart_m)))
    named = plates["address_id"].to_numpy(dtype=object)[p]
    declared = np.select([pd.isna(named), named == addresses["address_id"].to_numpy(dtype=object)[a]], [0, 2], 1)
    return np.column_stack([distance, declared])


def space_apart(pairs: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> np.ndarray:
    """Metres between plate and address; NaN where one has no place."""
    apart: np.ndarray = shapely.distance(as_shapes(points_of(plates)[pairs["plate"]]), staircase.anchors(addresses.iloc[pairs["address"]]))
    return apart


def _compared(mine: np.ndarray, yours: np.ndarray) -> np.ndarray:
    """0 neither written, 1 equal, 2 and 3 written on one side only, 4 different."""
    no_mine, no_yours = pd.isna(mine), pd.isna(yours)
    return np.select([no_mine & no_yours, no_yours, no_mine, mine == yours], [0, 2, 3, 1], 4)


def _one_character(mine: np.ndarray, yours: np.ndarray) -> np.ndarray:
    """Names of one length that differ in one character."""
    forms = pd.DataFrame({"mine": mine, "yours": yours})
    known = forms.drop_duplicates().dropna()
    near = [len(m) == len(y) and sum(x != z for x, z in zip(m, y, strict=True)) == 1 for m, y in zip(known["mine"], known["yours"], strict=True)]
    return forms.merge(known.assign(near=near), on=["mine", "yours"], how="left")["near"].eq(True).to_numpy()


def _only(some: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs are the only ones of both their plate and their address among `some`."""
    alone = ~some.duplicated("plate", keep=False) & ~some.duplicated("address", keep=False)
    return np.asarray(pairs.index.isin(some.index[alone]))


def _alone(pairs: pd.DataFrame) -> np.ndarray:
    """Pairs that are each other's nearest by far."""
    located = pairs[pairs["distance_m"].notna()].sort_values(["distance_m", "plate", "address"])
    alone = np.ones(len(located), dtype=bool)
    for side in ("plate", "address"):
        rank = located.groupby(side).cumcount().to_numpy()
        second = located[rank == 1].set_index(side)["distance_m"]
        alone &= (rank == 0) & ~(located[side].map(second).to_numpy() < ALONE_RATIO * np.maximum(located["distance_m"].to_numpy(), 1.0))
    return np.asarray(pairs.index.isin(located.index[alone]))


def _doors(pairs: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame, thresholds: Thresholds) -> Doors:
    sure = pairs[pairs["taken"] & (pairs["probability"] >= thresholds.decided_ratio)]
    joined, conflicts = sure[sure["via"] >= 0], sure[sure["via"] < 0]
    conflicts = conflicts[~conflicts["plate"].isin(joined["plate"])].drop_duplicates("plate")
    hanging = pairs[(pairs["via"] >= 0) & ~pairs["address"].isin(sure["address"]) & (pairs["probability"] > 1 - thresholds.decided_ratio)]
    plate_door, address_door = np.arange(len(plates)), np.full(len(addresses), -1)
    for some in (joined, conflicts):
        address_door[some["address"]] = plate_door[some["plate"]]
    alone = np.setdiff1d(np.flatnonzero(address_door < 0), hanging["address"])
    house = np.full(len(alone), -1)
    address_door[alone] = len(plates) + staircase._group_alone(addresses.iloc[alone], within_m=thresholds.dangling_m, house=house)  # noqa: SLF001
    columns = ["plate", "address", "via", "village_agrees", "distance_m", "declared"]
    joined, conflicts, hanging = (t[columns].sort_values(["plate", "address"], ignore_index=True) for t in (joined, conflicts, hanging))
    return Doors(plate_door, address_door, joined, conflicts, hanging, int(max(plate_door.max(initial=-1), address_door.max(initial=-1)) + 1))
