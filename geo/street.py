"""What the numbers of a street tell about where its doors are: which way they run, on which side, and facing what.

Three habits of numbering, none of them a rule anywhere: the next number lies ahead; odd and even keep to their own sides; the
plate hangs on the wall that faces the street. How far each holds is learned from the delivery (`geo.leans`), so that a town
without the habit is not misled by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.belief import NO_TIES, Ties
from geo.columns import runs
from geo.leans import SIZES_M, fronts, lean, log_lean, numbered_order, sides, size_class, ways
from geo.threads import in_threads

GAPS_M = np.array([-1.0, 0.0, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, np.inf])
"""Classes of the distance between the buildings of consecutive doors; the first is one building."""
GAP_REACH_M = 150.0
GAP_RATIO = (0.2, 8.0)
"""Bounds of what a tie may say: however regular a street, neighbours never outweigh a door's own points."""
LEAST_TIE = 0.02
"""However far from its neighbours in number, a house is never ruled out by them."""
AHEAD_RATIO = (0.2, 5.0)
"""Bounds of what the step along the street may add to the gap."""
GAP_PRIOR_N, AHEAD_PRIOR_N = 5.0, 20.0
"""Weight, in ties, of the assumption that consecutive doors are like any two buildings nearby."""
FACING_M = 15.0
"""Points farther than this from the middle of a house say nothing of the wall they hang on."""
KEPT_RATIO = 0.002
"""Candidates below this probability take no part in ties."""
SAMPLE_N = 500
"""Buildings whose neighbourhoods show what two buildings nearby are like."""


@dataclass(frozen=True)
class Points:
    """Points of the doors under each candidate that they have in reach, edge after edge.

    edge
        Per row, the candidate (position of the edge), ascending.
    x, y
        Places of the points, metres, each point once.
    point
        Per row, the point (position in x and y).
    """

    edge: np.ndarray
    x: np.ndarray
    y: np.ndarray
    point: np.ndarray


class Street:
    """What the order of the numbers says of every candidate, given where the doors probably are.

    Parameters
    ----------
    numbered
        `geo.link.follow` of the doors.
    door, building
        Ends of the candidates, as positions; sorted by door.
    points
        Points of the doors under each candidate.
    footprints
        shapely polygons.
    probability
        Of each edge, from its own evidence; candidates that are out of the question there take no part in ties.
    share
        Odds of a further door on a building that has one.
    """

    def __init__(
        self, numbered: pd.DataFrame, door: np.ndarray, building: np.ndarray, points: Points, footprints: np.ndarray, probability: np.ndarray, *, share: float
    ) -> None:
        self.numbered, self.share = numbered.reset_index(drop=True), share
        self.door, self.building = door, building
        self.doors_n = int(max(self.door.max(initial=-1), self.numbered["door"].max())) + 1
        centre = shapely.centroid(footprints)
        xy = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
        # sums of large squares lose their last digits: everything is measured from the middle of the town
        middle = xy.mean(axis=0) if len(xy) else np.zeros(2)
        self.xy = xy - middle
        self.row = np.full(self.doors_n, len(self.numbered))
        self.row[self.numbered["door"]] = np.arange(len(self.numbered))
        along = self.numbered[["door", "street", "number"]]
        self.along = along.iloc[numbered_order(*(along[c].to_numpy() for c in ("street", "number", "door")))].reset_index(drop=True)
        self._face(points, middle)
        self._combine(probability)
        first, second = (building[self.edge_of[slot]] for slot in (self.one, self.two))
        self.gap = _gap_class(_gap_m(footprints, first, second), first == second)
        self.step = self.xy[second] - self.xy[first]
        self.usual = _usual(footprints, self.xy) if len(self.one) else np.zeros((0, 0))

    def _face(self, points: Points, middle: np.ndarray) -> None:
        """Which points may hang on a wall of which candidates, and how far they lie from the middle of it."""
        x, y = points.x - middle[0], points.y - middle[1]
        house = self.building[points.edge]
        away_x, away_y = x[points.point] - self.xy[house, 0], y[points.point] - self.xy[house, 1]
        near = np.flatnonzero(np.hypot(away_x, away_y) < FACING_M)
        self.edge, self.away_x, self.away_y = points.edge[near], away_x[near], away_y[near]

    def told(self, probability: np.ndarray) -> np.ndarray:
        """Log odds of each edge from the side its house is on and from the way its points face."""
        row = self.row[self.door]
        middle, outward = (np.vstack([of, [0.0, 0.0]]) for of in sides(self.numbered, *self._places(probability)))
        x, y = (self.xy[self.building, k] - middle[row, k] for k in (0, 1))
        side_m = x * outward[row, 0] + y * outward[row, 1]
        weight = probability[self.edge]
        shift = self._mean(self.door[self.edge], weight, self.away_x, self.away_y)
        front = np.vstack([fronts(self.numbered, *shift), [0.0, 0.0]])
        front_m = self.away_x * front[row[self.edge], 0] + self.away_y * front[row[self.edge], 1]
        facing = np.bincount(self.edge, weights=log_lean(front_m, weight), minlength=len(self.door))
        return self._among(log_lean(side_m, probability) + facing, probability)

    def _among(self, log_ratio: np.ndarray, probability: np.ndarray) -> np.ndarray:
        """Log ratios set against the mean of their door: a street tells which house a door has, never that it has none."""
        whole = np.bincount(self.door, weights=probability, minlength=self.doors_n)
        mean = np.bincount(self.door, weights=probability * np.exp(log_ratio), minlength=self.doors_n)
        known = whole > LEAST_WEIGHT
        usual = np.where(known, np.log(np.where(known, mean, 1.0) / np.where(known, whole, 1.0)), 0.0)
        return np.asarray(log_ratio - usual[self.door])

    def ties(self, probability: np.ndarray) -> Ties:
        """Every combination of likely candidates of two consecutive doors, with what their distance and their order say."""
        one, two = self.one, self.two
        if not len(one):
            return NO_TIES
        weight = probability[self.edge_of[one]] * probability[self.edge_of[two]]
        way = np.zeros((self.doors_n, 2))
        way[self.along["door"]] = ways(self.along, *self._places(probability))
        way = way[self.door[self.edge_of[one]]]
        ahead_m = (self.step * way).sum(axis=1)
        ratio = self._gap_ratio(weight)[self.gap] * self._ahead_ratio(ahead_m, weight) * lean(ahead_m, weight)
        # a number out of its place is a fault to be found, not a door without a house
        tie = self.side_of[one] // 2
        mean = np.bincount(tie, weights=weight * ratio) / np.maximum(np.bincount(tie, weights=weight), LEAST_WEIGHT)
        ratio = np.maximum(ratio / np.clip(mean, LEAST_TIE, 1.0)[tie], LEAST_TIE)
        return Ties(
            edge=self.edge_of,
            side=self.side_of,
            one=np.concatenate([one, two]),
            two=np.concatenate([two, one]),
            ratio=np.concatenate([ratio, ratio]),
        )

    def _combine(self, probability: np.ndarray) -> None:
        """Slots (a side of a tie and an edge of its door: `side_of`, `edge_of`), by side and edge, and the pairs that face each other (`one`, `two`)."""
        likely = np.flatnonzero(probability > KEPT_RATIO)
        likely_n = np.bincount(self.door[likely], minlength=self.doors_n)
        # the two doors of every tie, one behind the other: side 2k is the lower number, 2k + 1 the next
        end = self.numbered.loc[self.numbered["next"] >= 0, ["door", "next"]].to_numpy().ravel()
        slots_n = likely_n[end]
        self.edge_of = likely[runs((np.cumsum(likely_n) - likely_n)[end], slots_n)]
        self.side_of = np.repeat(np.arange(len(end)), slots_n)
        begin = np.cumsum(slots_n) - slots_n
        lower = np.flatnonzero(self.side_of % 2 == 0)
        facing = self.side_of[lower] + 1
        self.one, self.two = np.repeat(lower, slots_n[facing]), runs(begin[facing], slots_n[facing])

    def _gap_ratio(self, weight: np.ndarray) -> np.ndarray:
        """How much likelier consecutive doors are in each class of distance than two buildings nearby, learned from this town.

        On one building the price of sharing it is given back: consecutive numbers on one building are a row, not a crowd.
        """
        background = self.usual.sum(axis=1) / self.usual.sum()
        seen = np.bincount(self.gap, weights=weight, minlength=len(background)) + GAP_PRIOR_N * background
        ratio = np.clip(seen / seen.sum() / background, *GAP_RATIO)
        ratio[-1] = min(ratio[-1], 0.3)
        ratio[0] /= self.share
        return np.asarray(ratio)

    def _ahead_ratio(self, ahead_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """How much likelier consecutive doors lie so far along the street, given the gap between their houses, than two buildings nearby do in any direction."""
        background = self.usual / self.usual.sum(axis=1, keepdims=True)
        size, known = size_class(ahead_m), ahead_m != 0
        seen = AHEAD_PRIOR_N * background
        np.add.at(seen, (self.gap[known], size[known]), weight[known])
        ratio = np.clip(seen / seen.sum(axis=1, keepdims=True) / background, *AHEAD_RATIO)
        ratio[0] = 1.0
        return np.where(known, ratio[self.gap, size], 1.0)

    def _places(self, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each door probably is: the mean of its candidates; NaN where it has none."""
        return self._mean(self.door, probability, self.xy[self.building, 0], self.xy[self.building, 1])

    def _mean(self, door: np.ndarray, weight: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        whole = np.bincount(door, weights=weight, minlength=self.doors_n)
        x, y = (np.bincount(door, weights=weight * c, minlength=self.doors_n) for c in (x, y))
        some = whole > LEAST_WEIGHT
        return np.where(some, x, np.nan) / np.where(some, whole, 1.0), np.where(some, y, np.nan) / np.where(some, whole, 1.0)


LEAST_WEIGHT = 1e-6
"""Probability below which nothing is known of a door's place."""


def _gap_class(gap_m: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Class of the distance between two buildings: 0 is one building, two that touch are 1."""
    return np.where(same, 0, np.maximum(np.searchsorted(GAPS_M, gap_m, side="right") - 1, 1))


def _usual(footprints: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Pairs of buildings within GAP_REACH_M of each other, by class of gap and by how far apart they are along any direction."""
    across = np.lexsort((xy[:, 1], xy[:, 0]))
    chosen = across[np.unique(np.linspace(0, len(footprints) - 1, min(SAMPLE_N, len(footprints))).astype(int))]
    one, two = _nearby(xy, chosen)
    gap = _gap_class(_gap_m(footprints, one, two), one == two)
    apart_m = np.hypot(*(xy[one] - xy[two]).T)
    out = np.full((len(GAPS_M) - 1, len(SIZES_M) + 1), 1.0 / (len(SIZES_M) + 1))
    for angle in (np.arange(DIRECTIONS_N) + 0.5) * np.pi / 2 / DIRECTIONS_N:
        seen_n = np.bincount(gap * out.shape[1] + size_class(apart_m * np.cos(angle)), minlength=out.size)
        out += seen_n.reshape(out.shape) / DIRECTIONS_N
    return out


def _nearby(xy: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a chosen place and a place at most GAP_REACH_M from it both east-west and north-south."""
    belt = np.floor(xy[:, 1] / GAP_REACH_M).astype(int)
    order = np.lexsort((xy[:, 0], belt))
    # belts laid end to end, so far apart that no reach spans two of them
    east = xy[:, 0] - xy[:, 0].min(initial=np.inf)
    length = east.max(initial=0.0) + 4 * GAP_REACH_M
    along = east[order] + belt[order] * length
    one = np.concatenate([chosen] * 3)
    here = east[one] + (belt[one] + np.repeat([-1, 0, 1], len(chosen))) * length
    # a metre more for the rounding of long belts: who is really in reach is asked below
    first, end = np.searchsorted(along, here - GAP_REACH_M - 1), np.searchsorted(along, here + GAP_REACH_M + 1)
    one, two = np.repeat(one, end - first), order[runs(first, end - first)]
    reach = [(xy[two, k] >= xy[one, k] - GAP_REACH_M) & (xy[two, k] <= xy[one, k] + GAP_REACH_M) for k in (0, 1)]
    return one[reach[0] & reach[1]], two[reach[0] & reach[1]]


def _gap_m(footprints: np.ndarray, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Distance of pairs of footprints, 0 of one with itself; of those whose boxes alone are in the widest class, that of the boxes."""
    box = shapely.bounds(footprints)
    low, high = box[:, :2], box[:, 2:]
    gap_m = np.hypot(*np.maximum(np.maximum(low[one] - high[two], low[two] - high[one]), 0.0).T)
    close = (gap_m < GAPS_M[-2] + 0.001) & (one != two)
    gap_m[close] = in_threads(shapely.distance, footprints[one[close]], footprints[two[close]])
    return np.asarray(gap_m)


DIRECTIONS_N = 8
"""Directions of a quarter circle over which "any direction" is averaged."""
