"""Which building a door belongs to, by a weight per element instead of `geo.assign`: the same candidates, the same form of answer.

Elements: distance to the outline by kind of point, declared id, use of the building, how many other doors want it, gap to the doors before
and behind in the street. (Rank and lead among the candidates say the distance once more: with them three times as many links are wrong.) m
begins with doors whose declared id or whose two points name one building, and is refined by expectation-maximisation (W. Winkler 2000,
Using the EM algorithm for weight computation).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely

from benchmarks.weights import one_to_one, posterior, weights
from geo.assign import Assignment

TURNS_N = 6
OFFSET_M = np.array([-4.0, -1.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0])
GAP_M = np.array([0.01, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
NEAR_M = 8.0
"""Two points whose nearest building is the same and within this distance agree on it; a declared id counts within twice as much."""


def assign(
    observations: pd.DataFrame,
    candidates: pd.DataFrame,
    hints: pd.DataFrame,
    numbered: pd.DataFrame,
    *,
    footprints: np.ndarray,
    building_prior: np.ndarray,
    door_none: np.ndarray,
    share: float,
    others_count: bool = False,
    **_: Any,
) -> Assignment:
    """`geo.assign.assign` by weights per element: the same candidates, the same form of answer.

    others_count: a building that another door was assigned is open to the rest at the odds `share` only; otherwise every pair is decided
    by its own weight, as the theory has it.
    """
    edges, features, agreeing = _describe(observations, candidates, hints, building_prior)
    door, building = edges["door"].to_numpy(), edges["building"].to_numpy()
    centre = shapely.centroid(footprints)
    xy = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
    doors_n = len(door_none)
    several = np.bincount(door, minlength=doors_n)[door]
    prior = np.log((1 - door_none)[door] / door_none[door]) - np.log(several)
    seeded = np.isin(door, door[agreeing])
    probability, counted = agreeing.astype(float), seeded.astype(float)
    if not agreeing.any():
        probability = edges["offset"].rank(pct=True, ascending=False).to_numpy() ** 4
        counted = np.ones(len(edges))
    for _turn in range(TURNS_N):
        told = np.column_stack([features, _crowd(building, probability), *_gaps(numbered, edges, probability, xy, doors_n)])
        # doors without a building are rare: what lies around a point at large is what lies around it beside its own
        weight = prior + weights(told, probability * counted, (1 - probability) * counted)
        taken = one_to_one(door, building, weight, share) if others_count else np.zeros(len(edges), dtype=bool)
        probability, counted = posterior(door, building, weight, taken, share), np.ones(len(edges))
    none = 1 - np.bincount(door, weights=probability, minlength=doors_n).clip(max=1.0)
    out = edges.assign(probability=probability)[["door", "building", "probability"]]
    return Assignment(out.sort_values(["door", "probability", "building"], ascending=[True, False, True], ignore_index=True), none, {})


def _describe(
    observations: pd.DataFrame, candidates: pd.DataFrame, hints: pd.DataFrame, building_prior: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Edges (door, building, offset), outcomes of the elements that stay as they are, and which edges agree by two witnesses."""
    seen = candidates.assign(
        door=observations["door"].to_numpy()[candidates["point"]], kind=observations["kind"].to_numpy()[candidates["point"]], building=candidates["footprint"]
    )
    near = seen.pivot_table(index=["door", "building"], columns="kind", values="offset_m", aggfunc="min").reindex(columns=["plate", "address"])
    declared = hints.groupby(["door", "building"])["log_odds"].max().rename("declared")
    edges = near.join(declared, how="outer").reset_index().sort_values(["door", "building"], ignore_index=True)
    has = {k: edges["door"].isin(observations.loc[observations["kind"] == k, "door"]).to_numpy() for k in ("plate", "address")}
    columns, first = [], []
    for kind in ("plate", "address"):
        offset = edges[kind].fillna(np.inf).to_numpy()
        columns.append(np.where(has[kind], 1 + np.searchsorted(OFFSET_M, offset), 0))
        first.append(offset == pd.Series(offset).groupby(edges["door"].to_numpy()).transform("min"))
    named = edges["declared"].notna().to_numpy()
    naming = np.isin(edges["door"], edges.loc[named, "door"])
    columns += [np.select([named, naming], [2, 1], 0), np.searchsorted([0.01, 0.1, 0.5], building_prior[edges["building"]])]
    near_both = first[0] & first[1] & (edges[["plate", "address"]].max(axis=1, skipna=False) <= NEAR_M).to_numpy()
    agreeing = (named & (edges[["plate", "address"]].min(axis=1).fillna(0.0) <= 2 * NEAR_M).to_numpy()) | (near_both & ~naming)
    agreeing &= ~pd.Series(agreeing).groupby(edges["door"].to_numpy()).transform("sum").gt(1).to_numpy()
    return edges.assign(offset=edges[["plate", "address"]].min(axis=1).fillna(99.0)), np.column_stack(columns).astype(int), agreeing


def _crowd(building: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """How many other doors most likely have this building: none, one, several."""
    size = int(building.max(initial=-1)) + 1
    likely = probability > 0.5
    return np.asarray(np.minimum(np.bincount(building[likely], minlength=size)[building] - likely, 2), dtype=int)


def _gaps(numbered: pd.DataFrame, edges: pd.DataFrame, probability: np.ndarray, xy: np.ndarray, doors_n: int) -> Iterator[np.ndarray]:
    """Class of the distance to the likeliest building of the door before and behind in the street; 0: there is none."""
    best = edges.assign(p=probability).sort_values(["door", "p", "building"], ascending=[True, False, True]).drop_duplicates("door")
    place = np.full((doors_n, 2), np.nan)
    place[best["door"]] = xy[best["building"]]
    follows = numbered[numbered["next"] >= 0]
    for mine, other in (("door", "next"), ("next", "door")):
        neighbour = np.full(doors_n, -1)
        neighbour[follows[mine]] = follows[other]
        at = neighbour[edges["door"]]
        there = np.where(at[:, None] >= 0, place[at], np.nan)
        gap = np.hypot(*(xy[edges["building"]] - there).T)
        yield np.where(np.isnan(gap), 0, 1 + np.searchsorted(GAP_M, gap))
