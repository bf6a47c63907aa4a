"""What the numbers of a street tell about where its doors are: which way they run, on which side, and facing what.

Three habits of numbering, none of them a rule anywhere: the next number lies ahead; odd and even keep to their own sides; the
plate hangs on the wall that faces the street. Each is a *lean*: a measure whose sign would be a toss-up if the habit did not
hold here. How far it holds, by size of the measure, is learned from the delivery, so that a town without the habit is not
misled by it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.belief import NO_TIES, Ties

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
SIZES_M = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
"""Classes of how far a measure leans, metres."""
PRIOR_N = 5.0
"""Weight, in doors either way, of the assumption that the habit does not hold."""
LEAST_RATIO = 0.05
"""However regular a town, a lean never rules a house out."""


class Street:
    """What the order of the numbers says of every candidate, given where the doors probably are.

    Parameters
    ----------
    numbered
        `geo.link.follow` of the doors.
    edges
        Candidates: door, building (positions).
    table
        Points of the doors under each candidate: edge, x, y (metres).
    footprints
        shapely polygons.
    probability
        Of each edge, from its own evidence; candidates that are out of the question there take no part in ties.
    share
        Odds of a further door on a building that has one.
    """

    def __init__(self, numbered: pd.DataFrame, edges: pd.DataFrame, table: pd.DataFrame, footprints: np.ndarray, probability: np.ndarray, *, share: float) -> None:
        self.numbered, self.share = numbered.reset_index(drop=True), share
        self.door, self.building = edges["door"].to_numpy(), edges["building"].to_numpy()
        self.doors_n = int(max(self.door.max(initial=-1), self.numbered["door"].max())) + 1
        centre = shapely.centroid(footprints)
        xy = np.column_stack([shapely.get_x(centre), shapely.get_y(centre)])
        # sums of large squares lose their last digits: everything is measured from the middle of the town
        middle = xy.mean(axis=0) if len(xy) else np.zeros(2)
        self.xy = xy - middle
        row = pd.Series(np.arange(len(self.numbered)), index=self.numbered["door"])
        self.row = row.reindex(np.arange(self.doors_n)).fillna(len(row)).astype(int).to_numpy()
        self.edge, self.point = table["edge"].to_numpy(), table[["x", "y"]].to_numpy() - middle
        self.slots, self.pairs = self._combine(probability)
        first, second = self.building[self.pairs["edge_one"]], self.building[self.pairs["edge_two"]]
        self.gap = _gap_class(shapely.distance(footprints[first], footprints[second]), first == second)
        self.step = self.xy[second] - self.xy[first]
        self.usual = _usual(footprints, self.xy) if len(self.pairs) else np.zeros((0, 0))

    def told(self, probability: np.ndarray) -> np.ndarray:
        """Log odds of each edge from the side its house is on and from the way its points face."""
        middle, outward = sides(self.numbered, *self._places(probability))
        middle, outward = self._of_edge(middle), self._of_edge(outward)
        side_m = ((self.xy[self.building] - middle) * outward).sum(axis=1)
        away = self.point - self.xy[self.building[self.edge]]
        near = np.hypot(*away.T) < FACING_M
        weight = np.where(near, probability[self.edge], 0.0)
        shift = self._mean(self.door[self.edge], weight, away)
        front = self._of_edge(fronts(self.numbered, *shift))[self.edge]
        front_m = np.where(near, (away * front).sum(axis=1), 0.0)
        facing = np.bincount(self.edge, weights=np.log(lean(front_m, probability[self.edge])), minlength=len(self.door))
        return self._among(np.log(lean(side_m, probability)) + facing, probability)

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
        way = ways(self.numbered, *self._places(probability))
        way = np.vstack([way, [0.0, 0.0]])[self.row[self.pairs["door_one"]]]
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
        size, known = np.searchsorted(SIZES_M, np.abs(ahead_m), side="right"), ahead_m != 0
        seen = AHEAD_PRIOR_N * background
        np.add.at(seen, (self.gap[known], size[known]), weight[known])
        ratio = np.clip(seen / seen.sum(axis=1, keepdims=True) / background, *AHEAD_RATIO)
        ratio[0] = 1.0
        return np.where(known, ratio[self.gap, size], 1.0)

    def _places(self, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each door probably is: the mean of its candidates; NaN where it has none."""
        return self._mean(self.door, probability, self.xy[self.building])

    def _mean(self, door: np.ndarray, weight: np.ndarray, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        whole = np.bincount(door, weights=weight, minlength=self.doors_n)
        x, y = (np.bincount(door, weights=weight * xy[:, k], minlength=self.doors_n) for k in (0, 1))
        some = whole > LEAST_WEIGHT
        return np.where(some, x, np.nan) / np.where(some, whole, 1.0), np.where(some, y, np.nan) / np.where(some, whole, 1.0)

    def _of_edge(self, of_numbered: np.ndarray) -> np.ndarray:
        """Values of the numbered doors for every edge; (0, 0) where its door has no number."""
        return np.asarray(np.vstack([of_numbered, [0.0, 0.0]])[self.row[self.door]])


LEAST_WEIGHT = 1e-6
"""Probability below which nothing is known of a door's place."""


def _gap_class(gap_m: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Class of the distance between two buildings: 0 is one building, two that touch are 1."""
    return np.where(same, 0, np.maximum(np.searchsorted(GAPS_M, gap_m, side="right") - 1, 1))


def _usual(footprints: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Pairs of buildings within GAP_REACH_M of each other, by class of gap and by how far apart they are along any direction."""
    across = np.lexsort((xy[:, 1], xy[:, 0]))
    chosen = across[np.unique(np.linspace(0, len(footprints) - 1, min(SAMPLE_N, len(footprints))).astype(int))]
    x, y = xy[chosen].T
    i, j = shapely.STRtree(shapely.points(xy)).query(shapely.box(x - GAP_REACH_M, y - GAP_REACH_M, x + GAP_REACH_M, y + GAP_REACH_M))
    gap = _gap_class(shapely.distance(footprints[chosen[i]], footprints[j]), chosen[i] == j)
    apart_m = np.hypot(*(xy[chosen[i]] - xy[j]).T)
    out = np.full((len(GAPS_M) - 1, len(SIZES_M) + 1), 1.0 / (len(SIZES_M) + 1))
    for angle in (np.arange(DIRECTIONS_N) + 0.5) * np.pi / 2 / DIRECTIONS_N:
        np.add.at(out, (gap, np.searchsorted(SIZES_M, apart_m * np.cos(angle), side="right")), 1 / DIRECTIONS_N)
    return out


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
    size = np.searchsorted(SIZES_M, np.abs(measure_m), side="right")
    kind = 2 * size + (measure_m > 0)
    known = measure_m != 0
    seen = np.bincount(kind[known], weights=weight[known], minlength=2 * (len(SIZES_M) + 1)).reshape(-1, 2) + PRIOR_N
    ratio = np.maximum(2 * seen / seen.sum(axis=1, keepdims=True), LEAST_RATIO).reshape(-1)
    told: np.ndarray = np.where(known, ratio[kind], 1.0)
    return told


def ways(numbered: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Unit vector in which the numbers run at each numbered door, (0, 0) where it is not known.

    Parameters
    ----------
    numbered
        `geo.link.follow`: door, street, side, number.
    x, y
        Likely place of each door, by door number, metres; NaN: none.
    """
    rows = _located(numbered, x, y).sort_values(["street", "number", "door"], kind="stable")
    line = _Line(rows["street"].to_numpy(), rows["number"].to_numpy(), rows["x"].to_numpy(), rows["y"].to_numpy())
    way = _unit(line.slope()) * (line.n >= LEAST_N)[:, None]
    out = np.zeros((len(numbered), 2))
    out[rows.index] = way
    return out


def sides(numbered: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle of the street at each numbered door, and the unit vector from it to the door's own side, (0, 0) where not known."""
    rows = _located(numbered, x, y).sort_values(["side", "number", "door"], kind="stable")
    line = _Line(rows["side"].to_numpy(), rows["number"].to_numpy(), rows["x"].to_numpy(), rows["y"].to_numpy())
    rows = rows.assign(qx=line.at()[:, 0], qy=line.at()[:, 1], n=line.n)
    book = rows[["side", "number", "qx", "qy", "n"]].sort_values("number", kind="stable")
    ask = numbered.rename_axis("row").reset_index().sort_values("number", kind="stable")
    own = pd.merge_asof(ask[["row", "side", "number"]], book, on="number", by="side", direction="nearest")
    other = pd.merge_asof(ask[["row", "opposite", "number"]].rename(columns={"opposite": "side"}), book, on="number", by="side", direction="nearest")
    here, there = own[["qx", "qy"]].to_numpy(), other[["qx", "qy"]].to_numpy()
    known = ((own["n"] >= LEAST_N / 2) & (other["n"] >= LEAST_N / 2)).to_numpy()
    middle, outward = np.zeros((len(numbered), 2)), np.zeros((len(numbered), 2))
    middle[own["row"]] = np.where(known[:, None], (here + there) / 2, 0.0)
    outward[own["row"]] = np.where(known[:, None], _unit(np.nan_to_num(here - there)), 0.0)
    return middle, outward


def fronts(numbered: pd.DataFrame, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """Unit vector from the houses to their plates, as the neighbours on the same side of the street show it, (0, 0) where they do not.

    Parameters
    ----------
    dx, dy
        Likely displacement of each door's point from its house, by door number, metres; NaN: none.
    """
    rows = _located(numbered, dx, dy).sort_values(["side", "number", "door"], kind="stable")
    group, value = rows["side"].to_numpy(), rows[["x", "y"]].to_numpy()
    n = _windowed(group, np.ones(len(rows))) - 1
    sums = np.column_stack([_windowed(group, value[:, k]) - value[:, k] for k in (0, 1)])
    out = np.zeros((len(numbered), 2))
    out[rows.index] = _unit(sums) * (n >= LEAST_N / 2)[:, None]
    return out


class _Line:
    """Straight line fitted to the places of the doors around each door, over their numbers."""

    def __init__(self, group: np.ndarray, number: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        self.number, self.place = number, np.column_stack([x, y])
        self.n = _windowed(group, np.ones(len(group)))
        self.mean_number = _windowed(group, number) / self.n
        self.mean = np.column_stack([_windowed(group, c) for c in (x, y)]) / self.n[:, None]
        self.spread = _windowed(group, number**2) / self.n - self.mean_number**2
        both = np.column_stack([_windowed(group, number * c) for c in (x, y)]) / self.n[:, None]
        self.common = both - self.mean_number[:, None] * self.mean

    def slope(self) -> np.ndarray:
        return self.common / np.maximum(self.spread, 1e-9)[:, None]

    def at(self) -> np.ndarray:
        """Place of the line at each door's own number."""
        out: np.ndarray = self.mean + np.where((self.spread > 1e-9)[:, None], self.slope(), 0.0) * (self.number - self.mean_number)[:, None]
        return out


def _windowed(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum over NEIGHBOURS_N rows to either side within the group; rows sorted by group."""
    at = np.arange(len(group))
    low = np.maximum(np.searchsorted(group, group, side="left"), at - NEIGHBOURS_N)
    high = np.minimum(np.searchsorted(group, group, side="right"), at + NEIGHBOURS_N + 1)
    total = np.concatenate([[0.0], np.cumsum(values)])
    out: np.ndarray = total[high] - total[low]
    return out


def _located(numbered: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    rows = numbered.reset_index(drop=True)
    rows = rows.assign(x=x[rows["door"]], y=y[rows["door"]])
    return rows[rows["x"].notna()]


def _unit(vector: np.ndarray) -> np.ndarray:
    length = np.hypot(vector[:, 0], vector[:, 1])
    out: np.ndarray = vector / np.where(length > 0, length, 1.0)[:, None]
    return out
