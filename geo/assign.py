"""Which building each door belongs to: all doors of a neighbourhood at once, each with the probability it was decided by.

What counts: how far its points lie from each outline, against what is usual for this delivery (learned, not assumed);
that a building wants one door; that consecutive numbers are neighbours; what its row declares. The joint choice is
solved by `geo.belief`; its probabilities are calibrated (docs/decisions/0050), so the margin to the next answer is the
score, and what stays below the profile's `decided_ratio` stays undecided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from geo.belief import marginals
from geo.sample import BURN_N, KEPT_N, ROUGH, sampled
from geo.street import Points, Street

OFFSET_STEP_M = 0.5
OFFSET_MIN_M, OFFSET_MAX_M = -15.0, 30.0
FIRST_SCALE_M = 2.5
"""Width of the offsets assumed before they are learned: half the positional noise met in practice (2-5 m)."""
PRIOR_POINTS_N = 50
"""Weight of that assumption, in points: a village with few plates does not learn noise."""
LEARN_N = 5
SETTLED = 0.02
FIRST_EMPTY = 0.3
"""Odds of an ordinary building having no door, before they are learned."""
LEAST_EMPTY = 0.005
PRIOR_BUILDINGS_N = 20
"""Weight of the whole delivery's share beside that of one description, in buildings: a handful of buildings teaches nothing."""
CHANCE = 4.0
"""Standard errors within which a description's share is that of the whole delivery."""
PRIOR_DOORS_N = 5.0
"""Weight, in doors, of the assumption that temporary numbers hang on temporary buildings no more than on any other."""
RULED_OUT = 1e-7
"""Candidates below this probability when all but the street is learned are given up, unless somebody names them: what a street tells makes nobody
a thousand times likelier."""
STREET_N, DRAWN_N = 2, 2
"""How often the habits of the streets are learned from where the doors probably are and the doors moved by them: by messages, then by drawing."""


@dataclass(frozen=True)
class Assignment:
    """Edges of the candidate graph with their probability, and the probability of no building.

    edges
        door, building (positions), probability; sorted by door, then probability descending, then building. Candidates that are out of the
        question (`RULED_OUT`) are absent.
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
    numbered: pd.DataFrame,
    *,
    footprints: np.ndarray,
    floors: np.ndarray,
    rooms: pd.DataFrame,
    names: np.ndarray,
    building_prior: np.ndarray,
    wants_door: np.ndarray,
    described: np.ndarray,
    passing: np.ndarray,
    door_passing: np.ndarray,
    door_none: np.ndarray,
    share: float,
    stray: float,
    roof_log_odds: float,
    reach_m: float,
    stray_m: float,
) -> Assignment:
    """Probability of every door belonging to every candidate building.

    Parameters
    ----------
    observations
        One row per located plate or address: door, kind (the layer it comes from), in the order the candidates speak of them.
    candidates
        `geo.locate.locate` of the observations: point (row of observations), footprint, offset_m. They are the longest table here: who hands them over
        without keeping them lets them go as soon as the edges are made.
    hints
        Evidence beside distance: door, building, log_odds (declared ids and the like). They may name candidates that no point does.
    numbered
        `geo.link.follow` of the doors.
    footprints
        shapely polygons, metres.
    floors
        Per footprint, its number of storeys; NaN: unknown.
    rooms
        Rooms of the doors: door, storey.
    names
        Per door, a lasting number (uint64) that does not depend on the order of rows.
    building_prior
        Per footprint, the odds of being anybody's house, 1 for an ordinary one.
    wants_door
        Per footprint, whether it is of the kind that has a number; how often such a one has none is learned.
    described
        Per footprint, a number (0, 1, ...) of what its survey says of it: houses and sheds are often told apart by what is left empty, so it is
        learned for each.
    passing, door_passing
        Per footprint and per door, whether it is temporary: how far the two go together is learned.
    door_none
        Per door, prior probability of belonging to no footprint.
    share
        Odds of a further door on a building that has one.
    stray
        Share of points that say nothing of their door's place (misplaced), spread over `stray_m`.
    roof_log_odds
        Log odds against a building that none of the door's rooms fits into, because all lie above its roof.
    reach_m, stray_m
        Radius within which candidates were searched, and within which misplaced points lie, metres.
    """
    edges, seen = _edges(candidates, hints, observations, shapely.length(footprints))
    del candidates
    door, building = edges["door"].to_numpy(), edges["building"].to_numpy()
    density = {"background": 1 / (np.pi * reach_m**2), "far": stray / (np.pi * stray_m**2), "stray": stray}
    fixed = edges["log_odds"].to_numpy() + np.log(building_prior)[building]
    fixed -= np.log(door_none / (1 - door_none))[door]
    fixed += np.log(density["far"] / density["background"]) * edges["away_n"].to_numpy()
    fixed -= roof_log_odds * _above_roof(door, building, rooms, floors)
    named = edges["named"].to_numpy()
    del edges
    offsets = {k: _laplace(FIRST_SCALE_M) for k in sorted(observations["kind"].unique())}
    empty = np.where(wants_door, FIRST_EMPTY, 1.0)
    kinds = 2 * passing.astype(np.int8)[building] + door_passing[door]
    alike = np.zeros(4)
    for _ in range(LEARN_N):
        # messages hold several arrays of this length: neither the last answer nor the weights outlive their use
        probability = none = np.zeros(0)
        probability, none = marginals(
            door, building, fixed + alike[kinds] + _evidence(seen, offsets, density, len(door)), doors_n=len(door_none), empty=empty, share=share
        )
        learned = _learn_offsets(seen, probability, offsets)
        settled = max((np.abs(learned[k] - offsets[k]).sum() * OFFSET_STEP_M for k in offsets), default=0.0) < SETTLED
        offsets, empty, alike = learned, _learn_empty(building, probability, wants_door, described), _learn_alike(kinds, probability)
        if settled:
            break
    kept = (probability > RULED_OUT) | named
    fixed += alike[kinds]
    door, building, seen, fixed, probability = door[kept], building[kept], seen.among(kept), fixed[kept], probability[kept]
    if len(numbered):
        street = Street(numbered, door, building, seen.points, footprints, probability, share=share)
        for turn in range(STREET_N + DRAWN_N):
            weight = fixed + _evidence(seen, offsets, density, len(door)) + street.told(probability)
            ties = street.ties(probability)
            if turn < STREET_N:
                probability, none = marginals(door, building, weight, doors_n=len(door_none), empty=empty, share=share, ties=ties)
                continue
            rounds = (BURN_N, KEPT_N) if turn == STREET_N + DRAWN_N - 1 else ROUGH
            probability = sampled(
                door, building, weight, doors_n=len(door_none), empty=empty, share=share, ties=ties, probability=probability, names=names, rounds=rounds
            )
            offsets = _learn_offsets(seen, probability, offsets)
        none = 1 - np.bincount(door, weights=probability, minlength=len(door_none)).clip(max=1.0)
    # edges are in the order of their doors and buildings, and stay so where they are equally likely: they are nearly sorted by one number for both
    best = np.argsort(door + (1 - probability) / 2, kind="stable")
    return Assignment(pd.DataFrame({"door": door[best], "building": building[best], "probability": probability[best]}), none, offsets)


@dataclass(frozen=True)
class _Seen:
    """Every point of a door that has one of the door's candidates in reach.

    points
        The points under each candidate, edge after edge.
    bin
        Per row of the points, class of kind and offset: bins of the first kind, then of the second, ...
    band_m
        Per row, length of the line of all places that lie as far from the outline as the point does.
    """

    points: Points
    bin: np.ndarray
    band_m: np.ndarray

    def among(self, kept: np.ndarray) -> _Seen:
        """The same under the edges that are kept, numbered anew."""
        rows = kept[self.points.edge]
        edge = (np.cumsum(kept, dtype=np.int32) - 1)[self.points.edge[rows]]
        return _Seen(replace(self.points, edge=edge, point=self.points.point[rows]), self.bin[rows], self.band_m[rows])


def _edges(candidates: pd.DataFrame, hints: pd.DataFrame, observations: pd.DataFrame, outline_m: np.ndarray) -> tuple[pd.DataFrame, _Seen]:
    """Every door with every building that a point or a hint names for it, and the points that have it in reach.

    The edges: door, building, log_odds and named (by hints), away_n (points of the door that do not have the building in reach).
    """
    point, footprint = candidates["point"].to_numpy(dtype=np.int32), candidates["footprint"].to_numpy(dtype=np.int32)
    door_of = observations["door"].to_numpy(dtype=np.int64)
    wide = int(max(footprint.max(initial=0), hints["building"].max() if len(hints) else 0)) + 1
    key = np.concatenate([door_of[point], hints["door"].to_numpy(dtype=np.int64)])
    key *= wide
    key[: len(point)] += footprint
    key[len(point) :] += hints["building"].to_numpy(dtype=np.int64)
    order = np.argsort(key, kind="stable").astype(np.int32)
    key = key[order]
    begins = np.diff(key, prepend=-1) != 0
    edge = np.cumsum(begins, dtype=np.int32)
    edge -= 1
    door, building = np.divmod(key[begins], wide)
    edges_n = len(door)
    del key, begins
    named = order >= len(point)
    hint = order[named] - len(point)
    of_hint = edge[named]
    log_odds = np.bincount(of_hint, weights=hints["log_odds"].to_numpy(dtype=float)[hint], minlength=edges_n)
    seen, of_seen = order[~named], edge[~named]
    del order, edge, named
    points_n = np.bincount(door_of, minlength=int(door.max(initial=-1)) + 1)
    edges = pd.DataFrame(
        {
            "door": door,
            "building": building,
            "log_odds": log_odds,
            "named": np.bincount(of_hint, minlength=edges_n) > 0,
            "away_n": (points_n[door] - np.bincount(of_seen, minlength=edges_n)).astype(np.int32),
        },
        copy=False,
    )
    points = Points(of_seen, observations["x"].to_numpy(), observations["y"].to_numpy(), point[seen])
    kind = pd.factorize(observations["kind"], sort=True)[0]
    return edges, _seen(points, candidates["offset_m"].to_numpy()[seen], kind, outline_m[footprint[seen]])


def _seen(points: Points, offset_m: np.ndarray, kind: np.ndarray, around_m: np.ndarray) -> _Seen:
    """The points, how far each lies from the outline, and how long that is."""
    place = np.clip((offset_m - OFFSET_MIN_M) / OFFSET_STEP_M, 0, _bins_n() - 1).astype(np.int16)
    place += (kind * _bins_n()).astype(np.int16)[points.point]
    band_m = 2 * np.pi * offset_m
    band_m += around_m
    return _Seen(points, place, np.maximum(band_m, around_m * 0.2, out=band_m))


def _evidence(seen: _Seen, offsets: dict[str, np.ndarray], density: dict[str, float], edges_n: int) -> np.ndarray:
    """Log ratio of the density under each edge to that under no building, of the points in its reach."""
    shape = (1 - density["stray"]) * np.concatenate([*offsets.values(), np.zeros(0)])
    found = shape.take(seen.bin)
    found /= seen.band_m
    found += density["far"]
    found /= density["background"]
    return np.bincount(seen.points.edge, weights=np.log(found, out=found), minlength=edges_n)


def _learn_offsets(seen: _Seen, probability: np.ndarray, offsets: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Density of offsets from the likely edges, each with its probability, kept smooth and never zero."""
    likely = probability[seen.points.edge]
    sure = likely > 0.5
    seen_n = np.bincount(seen.bin[sure], weights=likely[sure], minlength=_bins_n() * len(offsets)).reshape(-1, _bins_n())
    out = {}
    for kind, counted in zip(offsets, seen_n, strict=True):
        smooth = counted + PRIOR_POINTS_N * OFFSET_STEP_M * _laplace(FIRST_SCALE_M)
        smooth = np.convolve(np.pad(smooth, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], mode="valid")
        out[kind] = smooth / (smooth.sum() * OFFSET_STEP_M)
    return out


def _learn_empty(building: np.ndarray, probability: np.ndarray, wants_door: np.ndarray, described: np.ndarray) -> np.ndarray:
    """Odds of a building having no door, from the share of those described like it that is expected to have none."""
    if not wants_door.any():
        return np.ones(len(wants_door))
    expected = np.bincount(building, weights=probability, minlength=len(wants_door))
    vacant = np.where(wants_door, np.clip(1 - expected, 0, 1), 0.0)
    counted = np.bincount(described, weights=wants_door).clip(min=1)
    usual = vacant.sum() / wants_door.sum()
    own = np.bincount(described, weights=vacant) / counted
    differs = np.abs(own - usual) > CHANCE * np.sqrt(usual * (1 - usual) / counted)
    share = np.where(differs, (own * counted + PRIOR_BUILDINGS_N * usual) / (counted + PRIOR_BUILDINGS_N), usual)[described]
    return np.where(wants_door, np.maximum(share / np.maximum(1 - share, LEAST_EMPTY), LEAST_EMPTY), 1.0)


def _learn_alike(kinds: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Per kind of edge (0 to 3), log ratio of how often a building of this kind, temporary or lasting, has a door of that kind, against how often any has."""
    seen = np.bincount(kinds, weights=np.where(probability > 0.5, probability, 0.0), minlength=4).reshape(2, 2)
    usual = seen.sum(axis=0) / max(seen.sum(), 1.0)
    of_kind = (seen + PRIOR_DOORS_N * usual) / np.maximum(seen.sum(axis=1, keepdims=True) + PRIOR_DOORS_N * usual.sum(), 1e-9)
    ratio = np.divide(of_kind, usual, out=np.ones((2, 2)), where=(usual > 0) & (of_kind > 0))
    return np.asarray(np.log(ratio).ravel())


def _above_roof(door: np.ndarray, building: np.ndarray, rooms: pd.DataFrame, floors: np.ndarray) -> np.ndarray:
    """Share of the rooms of each edge's door that lie above the roof of its building; 0 where nothing is known."""
    out = np.zeros(len(door))
    if rooms.empty:
        return out
    levels, storey = np.unique(rooms["storey"].to_numpy(dtype=float), return_inverse=True)
    wide = len(levels) + 1
    room = np.sort(rooms["door"].to_numpy(dtype=np.int64) * wide + storey)
    rooms_n = np.bincount(rooms["door"], minlength=int(door.max(initial=-1)) + 1)
    roof = floors[building]
    known = np.flatnonzero((rooms_n[door] > 0) & ~np.isnan(roof))
    ours = door[known] * wide
    above_n = np.searchsorted(room, ours + wide) - np.searchsorted(room, ours + np.searchsorted(levels, roof[known], side="right"))
    out[known] = above_n / rooms_n[door[known]]
    return out


def _laplace(scale_m: float) -> np.ndarray:
    centre = OFFSET_MIN_M + OFFSET_STEP_M * (np.arange(_bins_n()) + 0.5)
    shape = np.exp(-np.abs(centre) / scale_m)
    result: np.ndarray = shape / (shape.sum() * OFFSET_STEP_M)
    return result


def _bins_n() -> int:
    return int((OFFSET_MAX_M - OFFSET_MIN_M) / OFFSET_STEP_M)
