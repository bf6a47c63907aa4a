"""Which building each door belongs to: all doors of a neighbourhood at once, each with the probability it was decided by.

A door takes one building or none; a building takes one door, and further ones at a price. The marginal probabilities of
that joint choice are found by sum-product message passing on the graph of candidates (exact on trees, and close to
exact on the short loops of a street), so the margin between the best and the next answer is not a guess: it is the
score. What stays below the profile's `decided_ratio` stays undecided.

Source: M. Bayati, D. Shah, M. Sharma (2008), Max-product for maximum weight matching; B. Huang, T. Jebara (2009),
Approximating the permanent with belief propagation. The soft capacity of a building is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

OFFSET_STEP_M = 0.5
OFFSET_MIN_M, OFFSET_MAX_M = -15.0, 30.0
FIRST_SCALE_M = 2.5
"""Width of the offsets assumed before they are learned: half the positional noise met in practice (2-5 m)."""
LEARN_N = 4
MESSAGE_N = 40
CONVERGED = 1e-4


@dataclass(frozen=True)
class Assignment:
    """Edges of the candidate graph with their probability, and the probability of no building.

    edges
        door, building (positions), probability; sorted by door, then probability descending, then building.
    none
        Per door, the probability that it belongs to none of its candidates.
    offsets
        Learned density of the distance to the own outline per kind of observation, for the report.
    """

    edges: pd.DataFrame
    none: np.ndarray
    offsets: dict[str, np.ndarray]


def assign(
    observations: pd.DataFrame,
    candidates: pd.DataFrame,
    hints: pd.DataFrame,
    *,
    footprints: np.ndarray,
    building_prior: np.ndarray,
    door_none: np.ndarray,
    share: float,
    stray: float,
    reach_m: float,
    stray_m: float,
) -> Assignment:
    """Probability of every door belonging to every candidate building.

    Parameters
    ----------
    observations
        One row per located plate or address: door, kind (text, the layer it comes from), in the order the candidates
        speak of them.
    candidates
        `geo.locate.locate` of the observations: point (row of observations), footprint, distance_m, offset_m.
    hints
        Evidence beside distance: door, building, log_odds (declared ids and the like). They may name candidates that no point does.
    footprints
        shapely polygons, metres.
    building_prior
        Per footprint, the odds of being anybody's house, 1 for an ordinary one.
    door_none
        Per door, prior probability of belonging to no footprint.
    share
        Odds of a further door on a building that has one.
    stray
        Share of points that say nothing of their door's place (misplaced), spread over `stray_m`.
    reach_m, stray_m
        Radius within which candidates were searched, and within which misplaced points lie, metres.
    """
    edges = _edges(candidates, hints, observations)
    size_m = shapely.length(footprints)
    table = _observed(edges, candidates, observations)
    offsets = {k: _laplace(FIRST_SCALE_M) for k in sorted(observations["kind"].unique())}
    background = 1 / (np.pi * reach_m**2)
    far = stray / (np.pi * stray_m**2)
    hint = edges["log_odds"].to_numpy() + np.log(building_prior[edges["building"]])
    for _ in range(LEARN_N):
        weight = hint - np.log(door_none / (1 - door_none))[edges["door"]]
        weight = weight + _evidence(table, offsets, size_m[edges["building"]], background, far, stray)
        probability, none = _marginals(edges["door"].to_numpy(), edges["building"].to_numpy(), weight, share, len(door_none))
        learned = _learn(table, probability, offsets)
        if max(np.abs(learned[k] - offsets[k]).sum() * OFFSET_STEP_M for k in offsets) < 0.02:
            break
        offsets = learned
    out = edges.assign(probability=probability)[["door", "building", "probability"]]
    out = out.sort_values(["door", "probability", "building"], ascending=[True, False, True], ignore_index=True)
    return Assignment(out, none, offsets)


def _edges(candidates: pd.DataFrame, hints: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    seen = pd.DataFrame({"door": observations["door"].to_numpy()[candidates["point"]], "building": candidates["footprint"], "log_odds": 0.0})
    edges = pd.concat([seen, hints], ignore_index=True).groupby(["door", "building"], sort=True)["log_odds"].sum()
    return edges.reset_index()


def _observed(edges: pd.DataFrame, candidates: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """One row per edge and observation of its door: edge, kind, bin (-1: beyond reach)."""
    by_door = observations.reset_index(drop=True).rename_axis("point").reset_index()[["door", "kind", "point"]]
    rows = edges[["door", "building"]].rename_axis("edge").reset_index().merge(by_door, on="door")
    near = candidates[["point", "footprint", "offset_m"]].rename(columns={"footprint": "building"})
    rows = rows.merge(near, on=["point", "building"], how="left")
    place = np.clip((rows["offset_m"] - OFFSET_MIN_M) / OFFSET_STEP_M, 0, _bins_n() - 1)
    rows["bin"] = place.fillna(-1).astype(int)
    return rows[["edge", "kind", "bin", "offset_m"]]


def _evidence(table: pd.DataFrame, offsets: dict[str, np.ndarray], size_m: np.ndarray, background: float, far: float, stray: float) -> np.ndarray:
    """Log ratio of the points' density under each edge to that under no building."""
    density = np.full(len(table), far)
    for kind, shape in offsets.items():
        mine = ((table["kind"] == kind) & (table["bin"] >= 0)).to_numpy()
        band_m = np.maximum(size_m[table["edge"][mine]] + 2 * np.pi * table["offset_m"][mine], size_m[table["edge"][mine]] * 0.2)
        density[mine] += (1 - stray) * shape[table["bin"][mine]] / band_m
    log_ratio = np.log(density / background)
    return np.bincount(table["edge"], weights=log_ratio, minlength=len(size_m))


def _marginals(door: np.ndarray, building: np.ndarray, weight: np.ndarray, share: float, doors_n: int) -> tuple[np.ndarray, np.ndarray]:
    """Sum-product marginals of the joint choice; edges must be sorted by door."""
    odds = np.exp(np.clip(weight, -30, 30))
    buildings_n = int(building.max(initial=-1)) + 1
    back = np.ones(len(odds))
    forward = odds
    for _ in range(MESSAGE_N):
        total = np.bincount(door, weights=odds * back, minlength=doors_n)
        fresh = odds / (1 + total[door] - odds * back)
        forward = np.sqrt(forward * fresh)
        taken = np.bincount(building, weights=np.log1p(share * forward), minlength=buildings_n)
        others = np.exp(np.minimum(taken[building] - np.log1p(share * forward), 60))
        fresh_back = others / (1 - 1 / share + others / share)
        change = np.abs(fresh_back - back).max(initial=0.0)
        back = fresh_back
        if change < CONVERGED:
            break
    total = np.bincount(door, weights=odds * back, minlength=doors_n)
    probability = odds * back / (1 + total[door])
    return probability, 1 / (1 + total)


def _learn(table: pd.DataFrame, probability: np.ndarray, offsets: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Density of offsets re-estimated from the edges, each with its probability, kept smooth and never zero."""
    out = {}
    for kind, before in offsets.items():
        mine = ((table["kind"] == kind) & (table["bin"] >= 0)).to_numpy()
        sure = np.where(probability > 0.5, probability, 0.0)[table["edge"][mine]]
        counts = np.bincount(table["bin"][mine], weights=sure, minlength=_bins_n())
        # 50 points' worth of the first assumption, so that a village with few plates does not learn noise
        counts = counts + 50 * OFFSET_STEP_M * _laplace(FIRST_SCALE_M)
        smooth = np.convolve(np.pad(counts, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
        out[kind] = smooth / (smooth.sum() * OFFSET_STEP_M)
    return out


def _laplace(scale_m: float) -> np.ndarray:
    centre = OFFSET_MIN_M + OFFSET_STEP_M * (np.arange(_bins_n()) + 0.5)
    shape = np.exp(-np.abs(centre) / scale_m)
    result: np.ndarray = shape / (shape.sum() * OFFSET_STEP_M)
    return result


def _bins_n() -> int:
    return int((OFFSET_MAX_M - OFFSET_MIN_M) / OFFSET_STEP_M)
