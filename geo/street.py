"""What the numbers of a street tell about where its doors are: which way they run, on which side, and facing what.

Three habits of numbering, none of them a rule anywhere: the next number lies ahead; odd and even keep to their own sides; the
plate hangs on the wall that faces the street. Each is a *lean*: a measure whose sign would be a toss-up if the habit did not
hold here. How far it holds, by size of the measure, is learned from the delivery, so that a town without the habit is not
misled by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.belief import NO_TIES, Ties
from geo.columns import runs

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
NEIGHBOURS_N = 20
"""Doors to either side, in the order of their numbers, that show how a street runs at a door: some 100 m of a street of small houses."""
LEAST_N = 6
"""Doors from which a street has a direction at all."""
SIZES_M = 2.0 ** np.arange(-1, 6)
"""Classes of how far a measure leans, metres: each twice the one before, which `_size` relies on."""
PRIOR_N = 5.0
"""Weight, in doors either way, of the assumption that the habit does not hold."""
LEAST_RATIO = 0.05
"""However regular a town, a lean never rules a house out."""


@dataclass(frozen=True)
class Points:
    """Every point of a door under each of its candidates, edge after edge.

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
    edges
        Candidates: door, building (positions).
    points
        Points of the doors under each candidate.
    footprints
        shapely polygons.
    probability
        Of each edge, from its own evidence; candidates that are out of the question there take no part in ties.
    share
        Odds of a further door on a building that has one.
    """

    def __init__(self, numbered: pd.DataFrame, edges: pd.DataFrame, points: Points, footprints: np.ndarray, probability: np.ndarray, *, share: float) -> None:
        self.numbered, self.share = numbered.reset_index(drop=True), share
        self.door, self.building = edges["door"].to_numpy(), edges["building"].to_numpy()
        self.doors_n = int(max(self.door.max(initial=-1), self.numbered["door"].max())) + 1
        centre = shapely.centroid(footprints)
        xy = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
        # sums of large squares lose their last digits: everything is measured from the middle of the town
        middle = xy.mean(axis=0) if len(xy) else np.zeros(2)
        self.xy = xy - middle
        self.row = np.full(self.doors_n, len(self.numbered))
        self.row[self.numbered["door"]] = np.arange(len(self.numbered))
        self.along = self.numbered.iloc[_order(*(self.numbered[c].to_numpy() for c in ("street", "number", "door")))].reset_index(drop=True)
        self._face(points, middle)
        self.slots, self.pairs = self._combine(probability)
        first, second = self.building[self.pairs["edge_one"]], self.building[self.pairs["edge_two"]]
        self.gap = _gap_class(_gap_m(footprints, first, second), first == second)
        self.step = self.xy[second] - self.xy[first]
        self.usual = _usual(footprints, self.xy) if len(self.pairs) else np.zeros((0, 0))

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
        facing = np.bincount(self.edge, weights=_log_lean(front_m, weight), minlength=len(self.door))
        return self._among(_log_lean(side_m, probability) + facing, probability)

    def _among(self, log_ratio: np.ndarray, probability: np.ndarray) -> np.ndarray:
        """Log ratios set against the mean of their door: a street tells which house a door has, never that it has none."""
        whole = np.bincount(self.door, weights=probability, minlength=self.doors_n)
        mean = np.bincount(self.door, weights=probability * np.exp(log_ratio), minlength=self.doors_n)
        known = whole > LEAST_WEIGHT
        usual = np.where(known, np.log(np.where(known, mean, 1.0) / np.where(known, whole, 1.0)), 0.0)
        return np.asarray(log_ratio - usual[self.door])

    def ties(self, probability: np.ndarray) -> Ties:
        """Every combination of likely candidates of two consecutive doors, with what their distance and their order say."""
        if self.pairs.empty:
            return NO_TIES
        weight = probability[self.pairs["edge_one"]] * probability[self.pairs["edge_two"]]
        way = np.zeros((self.doors_n, 2))
        way[self.along["door"]] = ways(self.along, *self._places(probability))
        way = way[self.pairs["door_one"]]
        ahead_m = (self.step * way).sum(axis=1)
        ratio = self._gap_ratio(weight)[self.gap] * self._ahead_ratio(ahead_m, weight) * lean(ahead_m, weight)
        # a number out of its place is a fault to be found, not a door without a house
        tie = self.pairs["tie"].to_numpy()
        mean = np.bincount(tie, weights=weight * ratio) / np.maximum(np.bincount(tie, weights=weight), LEAST_WEIGHT)
        ratio = np.maximum(ratio / np.clip(mean, LEAST_TIE, 1.0)[tie], LEAST_TIE)
        one, two = self.pairs["slot_one"].to_numpy(), self.pairs["slot_two"].to_numpy()
        return Ties(
            edge=self.slots["edge"].to_numpy(),
            side=self.slots["side"].to_numpy(),
            one=np.concatenate([one, two]),
            two=np.concatenate([two, one]),
            ratio=np.concatenate([ratio, ratio]),
        )

    def _combine(self, probability: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Slots (a tie, one of its sides, an edge) and the pairs of slots that face each other."""
        consecutive = self.numbered[self.numbered["next"] >= 0]
        kept = np.flatnonzero(probability > KEPT_RATIO)
        ends = [pd.DataFrame({"door": consecutive[c].to_numpy(), "side": 2 * np.arange(len(consecutive)) + k}) for k, c in enumerate(("door", "next"))]
        slots = pd.concat(ends).merge(pd.DataFrame({"door": self.door[kept], "edge": kept}), on="door")
        slots = slots.sort_values(["side", "edge"], ignore_index=True)
        both = slots.assign(slot=slots.index, tie=slots["side"] // 2)
        pairs = both[both["side"] % 2 == 0].merge(both[both["side"] % 2 == 1], on="tie", suffixes=("_one", "_two"))
        return slots, pairs

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
        size, known = _size(ahead_m), ahead_m != 0
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
        seen_n = np.bincount(gap * out.shape[1] + _size(apart_m * np.cos(angle)), minlength=out.size)
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
    gap_m[close] = shapely.distance(footprints[one[close]], footprints[two[close]])
    return np.asarray(gap_m)


DIRECTIONS_N = 8
"""Directions of a quarter circle over which "any direction" is averaged."""


def lean(measure_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How much likelier each measure is than its opposite would suggest: 2 where only this sign occurs, 1 where the sign says nothing.

    Parameters
    ----------
    measure_m
        Signed measure, metres; 0 where it is not known.
    weight
        Probability of each being the truth, from which the share of signs is learned.
    """
    ratio, kind = _leaning(measure_m, weight)
    told: np.ndarray = ratio[kind]
    return told


def _log_lean(measure_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logarithm of `lean`."""
    ratio, kind = _leaning(measure_m, weight)
    told: np.ndarray = np.log(ratio)[kind]
    return told


def _leaning(measure_m: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is learned of each kind of measure, and the kind of each one; the last kind is that of unknown ones."""
    unknown = 2 * (len(SIZES_M) + 1)
    kind = np.where(measure_m != 0, 2 * _size(measure_m) + (measure_m > 0), unknown)
    seen = np.bincount(kind, weights=weight, minlength=unknown + 1)[:-1].reshape(-1, 2) + PRIOR_N
    ratio = np.maximum(2 * seen / seen.sum(axis=1, keepdims=True), LEAST_RATIO).reshape(-1)
    return np.append(ratio, 1.0), kind


def _size(measure_m: np.ndarray) -> np.ndarray:
    """Class of each measure among SIZES_M, 0 below the first: the exponent of a number says how often it was doubled."""
    exponent = np.frexp(np.maximum(np.abs(measure_m), SIZES_M[0] / 2))[1]
    return np.asarray(np.minimum(exponent + 1, len(SIZES_M)))


def ways(numbered: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Unit vector in which the numbers run at each numbered door, (0, 0) where it is not known.

    Parameters
    ----------
    numbered
        `geo.link.follow`: door, street, side, number.
    x, y
        Likely place of each door, by door number, metres; NaN: none.
    """
    rows = _Located(numbered, "street", x, y)
    line = _Line(rows)
    out = np.zeros((len(numbered), 2))
    out[rows.at] = _unit(line.slope()) * (line.n >= LEAST_N)[:, None]
    return out


def sides(numbered: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle of the street at each numbered door, and the unit vector from it to the door's own side, (0, 0) where not known."""
    rows = _Located(numbered, "side", x, y)
    line = _Line(rows)
    place = line.at()
    own, other = (_nearest(rows, numbered, side) for side in ("side", "opposite"))
    enough = np.append(line.n >= LEAST_N / 2, False)
    known = np.flatnonzero(enough[own] & enough[other])
    here, there = place[own[known]], place[other[known]]
    middle, outward = np.zeros((len(numbered), 2)), np.zeros((len(numbered), 2))
    middle[known] = (here + there) / 2
    outward[known] = _unit(here - there)
    return middle, outward


def fronts(numbered: pd.DataFrame, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Unit vector from the houses to their plates, as the neighbours on the same side of the street show it, (0, 0) where they do not.

    Parameters
    ----------
    dx, dy
        Likely displacement of each door's point from its house, by door number, metres; NaN: none.
    """
    rows = _Located(numbered, "side", dx, dy)
    window = _Window(rows.group)
    n = window.n - 1
    sums = np.column_stack([window.sum(c) - c for c in (rows.x, rows.y)])
    out = np.zeros((len(numbered), 2))
    out[rows.at] = _unit(sums) * (n >= LEAST_N / 2)[:, None]
    return out


class _Located:
    """Numbered doors whose place is known, sorted by their group (street or side), number and door."""

    def __init__(self, numbered: pd.DataFrame, by: str, x: np.ndarray, y: np.ndarray) -> None:
        door, group, number = (numbered[c].to_numpy() for c in ("door", by, "number"))
        at = np.flatnonzero(~np.isnan(x[door]))
        self.at = at = at[_order(group[at], number[at], door[at])]
        self.group, self.number, self.x, self.y = group[at], number[at], x[door[at]], y[door[at]]


def _order(group: np.ndarray, number: np.ndarray, door: np.ndarray) -> np.ndarray:
    """Order by group, number and door; rows that are in order, as those of `geo.link.follow`, are only looked at."""
    first, second, third = (np.diff(c) for c in (group, number, door))
    sorted_ = (first > 0) | ((first == 0) & ((second > 0) | ((second == 0) & (third > 0))))
    return np.arange(len(group)) if sorted_.all() else np.lexsort((door, number, group))


def _nearest(rows: _Located, numbered: pd.DataFrame, side: str) -> np.ndarray:
    """Row of the located door on a side of the street whose number is nearest to each numbered door, the lower of two; -1: none."""
    asked, group = numbered["number"].to_numpy(), numbered[side].to_numpy()
    levels, level = np.unique(asked, return_inverse=True)
    book = rows.group * len(levels) + level[rows.at]
    after = np.searchsorted(book, group * len(levels) + level, side="right")
    before = after - 1
    ends, number = np.append(rows.group, -2), np.append(rows.number, np.nan)
    lower, higher = ends[before] == group, ends[after] == group
    is_lower = lower & (~higher | (asked - number[before] <= number[after] - asked))
    return np.where(is_lower, before, np.where(higher, after, -1))


class _Window:
    """The NEIGHBOURS_N rows to either side of each row within its group, and itself; rows sorted by group."""

    def __init__(self, group: np.ndarray) -> None:
        at = np.arange(len(group))
        self._low = np.maximum(np.searchsorted(group, group, side="left"), at - NEIGHBOURS_N)
        self._high = np.minimum(np.searchsorted(group, group, side="right"), at + NEIGHBOURS_N + 1)
        self.n = (self._high - self._low).astype(float)

    def sum(self, values: np.ndarray) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(values)])
        out: np.ndarray = total[self._high] - total[self._low]
        return out


class _Line:
    """Straight line fitted to the places of the doors around each door, over their numbers."""

    def __init__(self, rows: _Located) -> None:
        window = _Window(rows.group)
        self.number, self.n = rows.number, window.n
        self.mean_number = window.sum(rows.number) / self.n
        self.mean = np.column_stack([window.sum(c) for c in (rows.x, rows.y)]) / self.n[:, None]
        self.spread = window.sum(rows.number**2) / self.n - self.mean_number**2
        both = np.column_stack([window.sum(rows.number * c) for c in (rows.x, rows.y)]) / self.n[:, None]
        self.common = both - self.mean_number[:, None] * self.mean

    def slope(self) -> np.ndarray:
        return self.common / np.maximum(self.spread, 1e-9)[:, None]

    def at(self) -> np.ndarray:
        """Place of the line at each door's own number."""
        out: np.ndarray = self.mean + np.where((self.spread > 1e-9)[:, None], self.slope(), 0.0) * (self.number - self.mean_number)[:, None]
        return out


def _unit(vector: np.ndarray) -> np.ndarray:
    length = np.hypot(vector[:, 0], vector[:, 1])
    out: np.ndarray = vector / np.where(length > 0, length, 1.0)[:, None]
    return out
