"""The doors that are open after message passing: their few likely candidates, and what all others tell them.

A table of doors by candidates, likeliest first, for whoever makes joint choices of them: `geo.counts` all there are, `geo.draws` many at random.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.belief import Ties

WIDEST_N = 6
LEAST_RATIO = 1e-3
"""Candidates of an open door: at most so many, none below that probability."""
CROWD_N = 12
"""Open doors of one building from which it is a block of many numbers, not a house that somebody has to himself."""
FULL_N = 1_000_000
"""How many a crowded building is said to have: never so few that it seems empty, though of the doors that move in one turn it counts one."""


@dataclass(frozen=True)
class OpenDoors:
    """Open doors, each with its candidates: `width` places, filled from the first on.

    seed
        Per door, its lasting number.
    edge
        Doors by candidates: the edge; -1: the door has fewer.
    house
        Doors by candidates: the house, as a position in `load`; its last one stands for no house.
    weight
        Doors by candidates: log odds against no house, all other open doors set aside; -inf: the door has fewer.
    begin
        Doors by candidates: probability by messages.
    partner
        Doors by partners: the open doors each is tied to, as rows; the number of doors: it has fewer.
    told
        Doors by partners by own candidates by the partner's, and one more for the partner's none: log of how well they go together.
    load
        Per house, how many doors it has that are not open.
    crowded
        Per house, whether it is a block of many numbers: its price is that of a further door, whoever else is there.
    empty
        Per house, odds of having no door at all against having one.
    share
        Odds of each further door on a house that has one.
    """

    seed: np.ndarray
    edge: np.ndarray
    house: np.ndarray
    weight: np.ndarray
    begin: np.ndarray
    partner: np.ndarray
    told: np.ndarray
    load: np.ndarray
    crowded: np.ndarray
    empty: np.ndarray
    share: float

    def __len__(self) -> int:
        return len(self.seed)

    @property
    def count(self) -> np.ndarray:
        """Per door, how many candidates it has."""
        return np.asarray((self.edge >= 0).sum(axis=1))

    def rows(self, rows: np.ndarray) -> OpenDoors:
        """These doors alone, in this order; all that are tied to one of them are among them."""
        now_at = np.full(len(self) + 1, len(rows))
        now_at[rows] = np.arange(len(rows))
        # "no house" stays the last one
        used, at = np.unique(np.append(self.house[rows], len(self.load) - 1), return_inverse=True)
        taken = {name: getattr(self, name)[rows] for name in ("seed", "edge", "weight", "begin", "told")}
        of_houses = {name: getattr(self, name)[used] for name in ("load", "crowded", "empty")}
        return replace(self, **taken, **of_houses, house=at[:-1].reshape(len(rows), self.house.shape[1]), partner=now_at[self.partner[rows]])

    def groups(self) -> np.ndarray:
        """Per door, a number of those with whom it shares a house that is not crowded, or a tie, or who share one with these, and so on."""
        n = len(self)
        row, place = np.nonzero((self.edge >= 0) & ~self.crowded[self.house])
        tied, k = np.nonzero(self.partner < n)
        ends = np.concatenate([row, tied]), np.concatenate([n + self.house[row, place], self.partner[tied, k]])
        links = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(n + len(self.load),) * 2)
        return np.unique(connected_components(links, directed=False)[1][:n], return_inverse=True)[1]


def open_doors(
    door: np.ndarray, building: np.ndarray, weight: np.ndarray, is_open: np.ndarray, empty: np.ndarray, share: float, ties: Ties, probability: np.ndarray, names: np.ndarray
) -> OpenDoors:
    """The open doors of a town, in the order of their names.

    Parameters
    ----------
    door, building, weight, empty, share, ties, probability, names
        As for `geo.sample.sampled`.
    is_open
        Per door, whether it is open.
    """
    own = np.exp(weight)
    own = own / (1 + np.bincount(door, weights=own, minlength=len(is_open))[door])
    # the likeliest few of every door: rank within the door, ties by building
    edges = np.flatnonzero(is_open[door] & ((own > LEAST_RATIO) | (probability > LEAST_RATIO)))
    edges = edges[np.lexsort((building[edges], -np.maximum(own, probability)[edges], names[door[edges]]))]
    begins = np.diff(door[edges], prepend=-1) != 0
    row = np.cumsum(begins) - 1
    place = np.arange(len(edges)) - np.flatnonzero(begins)[row]
    few = place < WIDEST_N
    edges, row, place = edges[few], row[few], place[few]
    doors = door[edges][place == 0]
    shape = len(doors), int(place.max(initial=0)) + 1
    used, at = np.unique(building[edges], return_inverse=True)
    house_of = np.full(int(building.max(initial=-1)) + 1, len(used))
    house_of[used] = np.arange(len(used))
    settled = ~is_open[door] & (probability > 0.5)
    crowded = np.bincount(at, minlength=len(used) + 1) > CROWD_N
    crowded[-1] = True
    load = np.bincount(house_of[building[settled]], minlength=len(used) + 1)
    load[crowded] = FULL_N

    def table(values: np.ndarray, nothing: float) -> np.ndarray:
        out = np.full(shape, nothing, dtype=values.dtype)
        out[row, place] = values
        return out

    weights = table(weight[edges], -np.inf)
    partner, told = _ties(ties, door, settled, doors, edges, place, weights)
    return OpenDoors(
        seed=names[doors],
        edge=table(edges, -1),
        house=table(at, len(used)),
        weight=weights,
        begin=table(probability[edges], 0.0),
        partner=partner,
        told=told,
        load=load,
        crowded=crowded,
        empty=np.r_[empty[used], 1.0],
        share=share,
    )


def _ties(
    ties: Ties, door: np.ndarray, settled: np.ndarray, doors: np.ndarray, edges: np.ndarray, place: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What the neighbours in number say: of open ones by where they are (partner, told), of settled ones once for all (added to `weight`)."""
    row_of_door = np.full(int(door.max(initial=-1)) + 1, -1)
    row_of_door[doors] = np.arange(len(doors))
    at = np.full(len(door), -1)
    at[edges] = place
    one, two, told = ties.edge[ties.one], ties.edge[ties.two], np.log(ties.ratio)
    mine = at[one] >= 0
    one, two, told = one[mine], two[mine], told[mine]
    fixed = settled[two]
    np.add.at(weight, (row_of_door[door[one[fixed]]], at[one[fixed]]), told[fixed])
    both = at[two] >= 0
    one, two, told = one[both], two[both], told[both]
    row, other = row_of_door[door[one]], row_of_door[door[two]]
    pairs = np.unique(np.column_stack([row, other]), axis=0)
    rank = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0], side="left")
    partners_n = max(int(rank.max(initial=-1)) + 1, 1)
    partner = np.full((len(doors), partners_n), len(doors))
    partner[pairs[:, 0], rank] = pairs[:, 1]
    by_place = np.zeros((len(doors), partners_n, weight.shape[1], weight.shape[1] + 1))
    key = pairs[:, 0] * (len(doors) + 1) + pairs[:, 1]
    which = rank[np.searchsorted(key, row * (len(doors) + 1) + other)]
    by_place[row, which, at[one], at[two]] = told
    return partner, by_place
