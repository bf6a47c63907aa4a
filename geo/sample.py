"""Exact-in-the-limit probabilities where message passing is not: many joint choices drawn, and how often each was made.

Message passing counts its own word twice around the small loops of a dense street (two doors, two houses, each other's
neighbours in number), and is surest where it should not be. Here the doors that are open are drawn again and again, each given all others
(Gibbs sampling), with exchanges of two doors, from several beginnings at once. The draws are numbers made from the doors' names,
so that the same town gives the same answer in any order of rows.

Source: S. Geman, D. Geman (1984), Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images; A. Gelfand,
A. Smith (1990), Sampling-based approaches to calculating marginal densities (averages of conditional probabilities, not of draws).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.belief import LARGEST, Ties

CHAINS_N = 12
GROUPS_N = 2
"""Beginnings are drawn in two groups, each in a thread of its own: their sums are added in order, so that the answer is one on every machine."""
BURN_N, KEPT_N = 30, 60
"""Rounds that are thrown away, and rounds that count, of every beginning."""
ROUGH = (15, 20)
"""The same where only the street and the offsets are learned from the answer, and it is drawn again."""
OPEN_RATIO = 0.99
"""Doors whose own evidence, the claims of others set aside, is this sure take no part."""
WIDEST_N = 6
LEAST_RATIO = 1e-3
"""Candidates of a door that are drawn: at most so many, none below that probability."""
CROWD_N = 12
"""Open doors of one building from which it is a block of many numbers, not a house that somebody has to himself."""


def sampled(
    door: np.ndarray,
    building: np.ndarray,
    weight: np.ndarray,
    *,
    doors_n: int,
    empty: np.ndarray,
    share: float,
    ties: Ties,
    probability: np.ndarray,
    names: np.ndarray,
    rounds: tuple[int, int] = (BURN_N, KEPT_N),
) -> np.ndarray:
    """Probability of every edge, drawn where it is open, else as given.

    Parameters
    ----------
    door, building, weight, doors_n, empty, share, ties
        As for `geo.belief.marginals`.
    probability
        What message passing made of it: where the drawing begins, and what holds for doors that take no part.
    names
        Per door, a lasting number (uint64) from which its draws are made.
    rounds
        Rounds that are thrown away, and rounds that count.
    """
    town = _Town(door, building, weight, doors_n, empty, share, ties, probability, names)
    if not len(town.doors):
        return probability
    told = town.run(*rounds)
    out = probability.copy()
    mine = town.open_edge
    out[mine] = told[mine]
    return out


class _Town:
    def __init__(
        self, door: np.ndarray, building: np.ndarray, weight: np.ndarray, doors_n: int, empty: np.ndarray, share: float, ties: Ties, probability: np.ndarray, names: np.ndarray
    ) -> None:
        weight = np.clip(weight, -LARGEST / 2, LARGEST / 2)
        own = np.exp(weight)
        own = own / (1 + np.bincount(door, weights=own, minlength=doors_n)[door])
        is_open = _open(door, building, weight, probability, doors_n)
        self.open_edge = is_open[door]
        drawn = self.open_edge & ((own > LEAST_RATIO) | (probability > LEAST_RATIO))
        surest = np.zeros(doors_n)
        np.maximum.at(surest, door, probability)
        settled = ~self.open_edge & (probability == surest[door]) & (probability > 0.5)
        edges = np.flatnonzero(drawn)
        # the likeliest few of every door: rank within the door, ties by building
        order = np.lexsort((building[edges], -np.maximum(own, probability)[edges], names[door[edges]]))
        edges = edges[order]
        new = np.flatnonzero(np.r_[True, door[edges][1:] != door[edges][:-1]][: len(edges)])
        rank = np.arange(len(edges)) - np.repeat(new, np.diff(np.r_[new, len(edges)]))
        edges = edges[rank < WIDEST_N]
        self.doors = np.zeros(0, int)
        if not len(edges):
            return
        self.edges_n, self.edges = len(door), edges
        first = np.flatnonzero(np.r_[True, door[edges][1:] != door[edges][:-1]])
        self.doors = door[edges][first]
        self.slot = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(edges)]))
        self.seed = names[self.doors]
        place = np.arange(len(edges)) - first[self.slot]
        self.width = int(place.max(initial=0)) + 1
        self.edge = np.full((len(first), self.width), -1)
        self.edge[self.slot, place] = edges
        used, at = np.unique(building[edges], return_inverse=True)
        self.house = np.full(self.edge.shape, len(used))
        self.house[self.slot, place] = at
        self.weight = np.full(self.edge.shape, -np.inf)
        self.weight[self.slot, place] = weight[edges]
        # a block that a crowd of open doors shares is never empty: its price is that of a further door, whoever else is there
        crowd_n = np.bincount(self.house.ravel(), minlength=len(used) + 1)
        self.crowded = crowd_n > CROWD_N
        self.crowded[-1] = False
        self.load = np.bincount(np.searchsorted(used, building[settled])[np.isin(building[settled], used)], minlength=len(used) + 1)
        self.load[self.crowded] = 2
        self.first_log = np.r_[-np.log(empty[used]), 0.0]
        self.more_log = float(np.log(share))
        self.start = np.full(self.edge.shape, 0.0)
        self.start[self.slot, place] = probability[edges]
        self._tie(ties, door, settled, edges, place)
        self._colour()

    def _tie(self, ties: Ties, door: np.ndarray, settled: np.ndarray, edges: np.ndarray, place: np.ndarray) -> None:
        """What the neighbours in number say: of settled ones once for all, of open ones by where they are."""
        row_of_door = np.full(int(door.max(initial=-1)) + 1, -1)
        row_of_door[self.doors] = np.arange(len(self.doors))
        at = np.full(self.edges_n, -1)
        at[edges] = place
        one, two, told = ties.edge[ties.one], ties.edge[ties.two], np.log(ties.ratio)
        mine = at[one] >= 0
        one, two, told = one[mine], two[mine], told[mine]
        fixed = settled[two]
        np.add.at(self.weight, (row_of_door[door[one[fixed]]], at[one[fixed]]), told[fixed])
        both = at[two] >= 0
        one, two, told = one[both], two[both], told[both]
        row, other = row_of_door[door[one]], row_of_door[door[two]]
        pairs = np.unique(np.column_stack([row, other]), axis=0)
        rank = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0], side="left")
        self.partners_n = int(rank.max(initial=-1)) + 1
        self.partner = np.full((len(self.doors), max(self.partners_n, 1)), len(self.doors))
        self.partner[pairs[:, 0], rank] = pairs[:, 1]
        self.told = np.zeros((len(self.doors), max(self.partners_n, 1), self.width, self.width + 1))
        key = pairs[:, 0] * (len(self.doors) + 1) + pairs[:, 1]
        which = rank[np.searchsorted(key, row * (len(self.doors) + 1) + other)]
        self.told[row, which, at[one], at[two]] = told

    def _colour(self) -> None:
        """Doors that may be drawn at the same time: they share no house and are not tied."""
        rows = np.repeat(np.arange(len(self.doors)), self.width)
        house = self.house.ravel()
        real = (house < len(self.first_log) - 1) & ~self.crowded[house]
        rows, house = rows[real], house[real]
        order = np.argsort(house, kind="stable")
        groups = np.split(rows[order], np.flatnonzero(np.diff(house[order])) + 1)
        of_house = {int(house[order][k]): g for k, g in zip(np.r_[0, np.flatnonzero(np.diff(house[order])) + 1], groups, strict=True)}
        colour = np.full(len(self.doors) + 1, -1)
        for d in range(len(self.doors)):
            near = np.concatenate([of_house[h] for h in self.house[d] if h in of_house] + [self.partner[d]])
            taken = set(colour[near].tolist())
            c = 0
            while c in taken:
                c += 1
            colour[d] = c
        self.turns = [np.flatnonzero(colour[:-1] == c) for c in range(colour.max() + 1)]

    def run(self, burn_n: int, kept_n: int) -> np.ndarray:
        groups = np.array_split(np.arange(CHAINS_N), GROUPS_N)
        with ThreadPoolExecutor(GROUPS_N) as pool:
            totals = list(pool.map(lambda group: self._run(group, burn_n, kept_n), groups))
        out = np.zeros(self.edges_n)
        real = self.edge >= 0
        out[self.edge[real]] = (sum(totals[1:], totals[0]) / (CHAINS_N * kept_n))[real]
        return out

    def _run(self, group: np.ndarray, burn_n: int, kept_n: int) -> np.ndarray:
        """Sum over the kept rounds of some beginnings: of every door, the odds of each of its candidates."""
        chains = np.arange(len(group))[:, None]
        at = np.zeros((len(group), len(self.doors) + 1), int)
        at[:, -1] = self.width
        load = np.tile(self.load, (len(group), 1))
        begin = np.cumsum(np.c_[self.start, np.maximum(1 - self.start.sum(axis=1), 0.0)], axis=1)
        u = _draws(self.seed, 0, group) * begin[:, -1]
        at[:, :-1] = (u[:, :, None] > begin[None]).sum(axis=2).clip(max=self.width)
        house = np.c_[self.house, np.full(len(self.doors), len(self.load) - 1)]
        np.add.at(load, (chains, house[np.arange(len(self.doors)), at[:, :-1]]), 1)
        total = np.zeros(self.edge.shape)
        for sweep in range(1, burn_n + kept_n + 1):
            for turn in self.turns:
                self._draw(turn, at, load, house, chains, group, sweep, total if sweep > burn_n else None)
            for turn in self.turns:
                self._exchange(turn, at, load, house, chains, group, sweep)
        return total

    def _log(self, turn: np.ndarray, at: np.ndarray, chains: np.ndarray) -> np.ndarray:
        """Log odds of every candidate of the doors of a turn, the claims on its house set aside: chain, door, candidate."""
        out = np.repeat(self.weight[turn][None], len(chains), axis=0)
        for k in range(self.partners_n):
            where = at[chains, self.partner[turn, k]]
            out += self.told[turn, k][np.arange(len(turn))[None, :, None], np.arange(self.width)[None, None, :], where[:, :, None]]
        return out

    def _draw(
        self, turn: np.ndarray, at: np.ndarray, load: np.ndarray, house: np.ndarray, chains: np.ndarray, group: np.ndarray, sweep: int, total: np.ndarray | None
    ) -> None:
        now = house[turn, at[:, turn]]
        load[chains, now] -= 1
        mine = self.house[turn]
        odds = self._log(turn, at, chains) + np.where(load[:, mine] == 0, self.first_log[mine], self.more_log)
        top = np.maximum(odds.max(axis=2), 0.0)
        p = np.exp(odds - top[:, :, None])
        steps = np.cumsum(p, axis=2)
        whole = steps[:, :, -1] + np.exp(-top)
        if total is not None:
            total[turn] += (p / whole[:, :, None]).sum(axis=0)
        u = _draws(self.seed[turn], sweep, group) * whole
        at[:, turn] = (u[:, :, None] > steps).sum(axis=2)
        load[chains, house[turn, at[:, turn]]] += 1

    def _exchange(
        self, turn: np.ndarray, at: np.ndarray, load: np.ndarray, house: np.ndarray, chains: np.ndarray, group: np.ndarray, sweep: int
    ) -> None:
        """Offer each door the house of another in exchange for its own."""
        n, houses_n = len(self.doors), load.shape[1]
        holder = np.full((len(group), houses_n), n)
        everyone = house[np.arange(n), at[:, :-1]]
        holder[chains, everyone] = np.arange(n)
        u = _draws(self.seed[turn], 1_000_000 + sweep, group)
        pick = np.minimum((u * (self.edge[turn] >= 0).sum(axis=1)).astype(int), self.width - 1)
        want = self.house[turn, pick]
        own = house[turn, at[:, turn]]
        other = holder[chains, want]
        single = (load[chains, want] == 1) & (load[chains, own] == 1) & (other < n) & (own < houses_n - 1) & (want != own)
        safe = np.where(single, other, 0)
        match = self.house[safe] == own[:, :, None]
        single &= match.any(axis=2)
        take = match.argmax(axis=2)
        c, i = np.nonzero(single)
        if not len(c):
            return
        one, two = turn[i], safe[c, i]
        # an exchange that another one of this turn touches is left for another time
        touched = np.concatenate([np.column_stack([one, two]), self.partner[one], self.partner[two]], axis=1)
        flat = (touched + c[:, None] * (n + 1)).ravel()
        flat_n = np.bincount(flat, minlength=len(group) * (n + 1))
        flat_n[np.arange(len(group)) * (n + 1) + n] = 0
        ends = np.column_stack([one, two]) + c[:, None] * (n + 1)
        here = np.array([(touched == e[:, None]).sum(axis=1) for e in (one, two)]).T
        free = (flat_n[ends] <= here).all(axis=1)
        c, i, one, two = c[free], i[free], one[free], two[free]
        a1, a2, b1, b2 = at[c, one], at[c, two], pick[c, i], take[c, i]
        gain = self.weight[one, b1] + self.weight[two, b2] - self.weight[one, a1] - self.weight[two, a2]
        for k in range(self.partners_n):
            p, q = self.partner[one, k], self.partner[two, k]
            gain += self.told[one, k, b1, np.where(p == two, b2, at[c, p])] - self.told[one, k, a1, np.where(p == two, a2, at[c, p])]
            still = q != one
            gain += np.where(still, self.told[two, k, b2, at[c, q]] - self.told[two, k, a2, at[c, q]], 0.0)
        u = _draws(self.seed[one], 2_000_000 + sweep, group)[c, np.arange(len(one))]
        yes = np.log(np.maximum(u, 1e-300)) < gain
        at[c[yes], one[yes]], at[c[yes], two[yes]] = b1[yes], b2[yes]


def _open(door: np.ndarray, building: np.ndarray, weight: np.ndarray, probability: np.ndarray, doors_n: int) -> np.ndarray:
    """Doors worth drawing: not sure of their house, or surely in the way of one that is not, or able to exchange houses at little cost."""
    surest = np.zeros(doors_n)
    np.maximum.at(surest, door, probability)
    has = np.bincount(door, minlength=doors_n) > 0
    out = has & (surest < OPEN_RATIO)
    held = (probability == surest[door]) & (probability > 0.5)
    wanted = np.zeros(int(building.max(initial=-1)) + 1, dtype=bool)
    wanted[building[out[door] & (probability > 1 - OPEN_RATIO)]] = True
    # in a block of many numbers nobody is in another's way
    alone = np.bincount(building[held], minlength=len(wanted)) == 1
    out[door[held & (wanted & alone)[building]]] = True
    # exchanges: door i of house a, door j of house b, each with the other's house among its candidates
    home = np.full(doors_n, -1)
    home[door[held]] = np.flatnonzero(held)
    holder = np.full(len(wanted), -1)
    holder[building[held]] = door[held]
    holder[~alone] = -1
    other = holder[building]
    at = home[door]
    asked = np.flatnonzero((other >= 0) & (other != door) & (at >= 0) & (holder[building[at]] == door))
    key = door.astype(np.int64) * len(wanted) + building
    order = np.argsort(key)
    back = other[asked].astype(np.int64) * len(wanted) + building[at[asked]]
    found = np.searchsorted(key[order], back).clip(max=len(key) - 1)
    found = order[found]
    real = key[found] == back
    asked, found = asked[real], found[real]
    gain = weight[asked] - weight[at[asked]] + weight[found] - weight[home[other[asked]]]
    cheap = asked[gain > np.log(1 - OPEN_RATIO)]
    out[door[cheap]] = True
    out[other[cheap]] = True
    return np.asarray(out)


def _draws(seed: np.ndarray, sweep: int, chains: np.ndarray) -> np.ndarray:
    """Even numbers in [0, 1) for each chain and door, from the door's name alone (splitmix64)."""
    salt = (chains.astype(np.uint64) + np.uint64(sweep * CHAINS_N + 1)) * np.uint64(0x9E3779B97F4A7C15)
    z = seed[None, :] + salt[:, None]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    result: np.ndarray = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return result
