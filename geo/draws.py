"""Drawing the joint choice of all open doors again and again: rounds of draws and of exchanges, from several beginnings at once.

Doors that share no house and are not tied may be drawn in one turn, all beginnings together, so that a round is a few operations on flat arrays.
Which doors are open, and what becomes of the answer, is `geo.sample`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo.columns import runs
from geo.open_doors import OpenDoors

CHAINS_N = 12
"""Beginnings."""


def drawn(doors: OpenDoors, burn_n: int, kept_n: int) -> np.ndarray:
    """Probability of every candidate of every door, doors by candidates: the mean of its odds over the kept rounds of all beginnings.

    Parameters
    ----------
    burn_n, kept_n
        Rounds that are thrown away, and rounds that count.
    """
    out = np.zeros(doors.edge.shape)
    if len(doors):
        colour = _colour(doors)
        # the doors of one turn side by side, those with most candidates first
        order = np.lexsort((-doors.count, colour))
        out[order] = _Town(doors.rows(order), np.flatnonzero(np.diff(colour[order])) + 1).run(burn_n, kept_n)
    return out


def _colour(doors: OpenDoors) -> np.ndarray:
    """A number for each door; doors of one number may be drawn at the same time: they share no house and are not tied."""
    n = len(doors)
    rows, place = np.nonzero((doors.edge >= 0) & ~doors.crowded[doors.house])
    house = doors.house[rows, place]
    by_house = np.argsort(house, kind="stable")
    in_house_n = np.bincount(house, minlength=len(doors.load))
    near = rows[by_house[runs((np.cumsum(in_house_n) - in_house_n)[house], in_house_n[house])]]
    door = np.concatenate([np.repeat(rows, in_house_n[house]), np.repeat(np.arange(n), doors.partner.shape[1])])
    near = np.concatenate([near, doors.partner.ravel()])
    # each door asks those before it
    door, near = door[near < door], near[near < door]
    near_of = np.split(near[np.argsort(door, kind="stable")], np.cumsum(np.bincount(door, minlength=n))[:-1])
    colour: list[int] = []
    for some in near_of:
        taken = {colour[d] for d in some.tolist()}
        c = 0
        while c in taken:
            c += 1
        colour.append(c)
    return np.array(colour)


class _Town:
    """Open doors, turn by turn, ready to be drawn; `ends` are where the second, third, ... turn begins."""

    def __init__(self, doors: OpenDoors, ends: np.ndarray) -> None:
        self.doors, self.count, self.width = doors, doors.count, doors.edge.shape[1]
        # past the last candidate lies "none", a house of no price
        self.place = np.c_[doors.house, np.full(len(doors), len(doors.load) - 1)].ravel()
        self.ratio = np.exp(doors.told).ravel()
        self.turns = [self._turn(int(a), int(b)) for a, b in pairwise([0, *ends, len(doors)])]
        self.movers = self._movers()

    def _turn(self, first: int, end: int) -> _Turn:
        count_n = [int((self.count[first:end] > k).sum()) for k in range(self.width)]
        count_n = [n for n in count_n if n]
        door = first + np.concatenate([np.arange(n) for n in count_n])
        which = np.repeat(np.arange(len(count_n)), count_n)
        house = self.doors.house[door, which]
        tied = []
        for k in range(self.doors.partner.shape[1]):
            has = np.flatnonzero(self.doors.partner[door, k] < len(self.doors))
            base = ((door[has] * self.doors.told.shape[1] + k) * self.width + which[has]) * (self.width + 1)
            tied.append((has, self.doors.partner[door[has], k], base))
        begins = np.cumsum([0, *count_n[:-1]]).tolist()
        own = np.exp(self.doors.weight[door, which])
        return _Turn(slice(first, end), list(zip(begins, count_n, strict=True)), door - first, which, house, own / self.doors.empty[house], own * self.doors.share, tied)

    def _movers(self) -> np.ndarray:
        """Doors that have two houses in common with another door, and so may exchange houses with it."""
        low, high = np.triu_indices(self.width, 1)
        door, which = np.nonzero(high < self.count[:, None])
        one, two = self.doors.house[door, low[which]], self.doors.house[door, high[which]]
        both = np.minimum(one, two) * len(self.doors.load) + np.maximum(one, two)
        _, at, n = np.unique(both, return_inverse=True, return_counts=True)
        return np.unique(door[n[at] > 1])

    def run(self, burn_n: int, kept_n: int) -> np.ndarray:
        """As `drawn`, by the rows of this town."""
        chains = np.arange(CHAINS_N)
        begin = np.cumsum(np.c_[self.doors.begin, np.maximum(1 - self.doors.begin.sum(axis=1), 0.0)], axis=1)[:, None]
        u = _even(self.doors.seed[:, None] + _salt(0, chains)) * begin[..., -1]
        state = _State(self, (u[..., None] > begin).sum(axis=2).clip(max=self.width))
        total = np.zeros(self.doors.house.shape)
        for sweep in range(1, burn_n + kept_n + 1):
            u = _even(self.doors.seed[:, None] + _salt(sweep, chains))
            for turn in self.turns:
                odds = self._draw(turn, state, u[turn.doors])
                if sweep > burn_n:
                    total[turn.doors][turn.row, turn.which] += odds.sum(axis=1)
            self._exchange(state, sweep, chains)
        return np.asarray(total / (CHAINS_N * kept_n))

    def _draw(self, turn: _Turn, state: _State, u: np.ndarray) -> np.ndarray:
        """Draw the doors of a turn anew, given all others; returns the probability of each of their candidates, chain by chain."""
        # a house is empty to whoever is alone in it
        alone = state.at[turn.doors].take(turn.row, axis=0) == turn.which[:, None]
        odds = np.where(state.loads.take(turn.house, axis=0) == alone, turn.first[:, None], turn.more[:, None])
        for mine, partner, base in turn.tied:
            odds[mine] *= self.ratio.take(state.at.take(partner, axis=0) + base[:, None])
        steps, whole = odds.copy(), odds[: len(u)].copy()
        for (before, _), (begin, n) in pairwise(turn.ranks):
            steps[begin : begin + n] += steps[before : before + n]
            whole[:n] = steps[begin : begin + n]
        # no house at all has odds of 1
        whole += 1.0
        u = u * whole
        at = np.zeros(u.shape, int)
        for begin, n in turn.ranks:
            at[:n] += u[:n] > steps[begin : begin + n]
        state.settle(turn.doors, at)
        odds /= whole.take(turn.row, axis=0)
        return odds

    def _exchange(self, state: _State, sweep: int, chains: np.ndarray) -> None:
        """Offer each door, turn by turn, the house of another in exchange for its own."""
        n, movers = len(self.doors), self.movers
        u = _even(self.doors.seed[movers, None] + _salt(1_000_000 + sweep, chains))
        pick = np.minimum((u * self.count[movers, None]).astype(int), self.width - 1)
        want = state.where(self.doors.house.ravel().take(pick + movers[:, None] * self.width))
        # only who has a house to himself gives it, and only for another such: exchanges do not change how many a house has
        single = (state.load.take(want) == 1) & (state.load.take(state.here.take(movers, axis=0)) == 1)
        at, chain = np.nonzero(single)
        door, pick, want = movers[at], pick[at, chain], want[at, chain]
        holder = np.full(len(state.load), n)
        holder[state.here] = np.arange(n)[:, None]
        for a, b in pairwise(np.searchsorted(door, [t.doors.start for t in self.turns] + [n])):
            self._exchange_some(state, holder, chain[a:b], door[a:b], pick[a:b], want[a:b], sweep, chains)

    def _exchange_some(
        self, state: _State, holder: np.ndarray, c: np.ndarray, one: np.ndarray, pick: np.ndarray, want: np.ndarray, sweep: int, chains: np.ndarray
    ) -> None:
        """Exchanges of the doors of a turn: chain, door, the candidate it asks for and that one's house, which the other gives for its own."""
        n, at = len(self.doors), state.at
        two, own = holder[want], state.here[one, c]
        some = np.flatnonzero((two < n) & (want != own))
        c, one, two, pick, want, own = (v[some] for v in (c, one, two, pick, want, own))
        match = state.where(self.doors.house[two], c[:, None]) == own[:, None]
        take = match.argmax(axis=1)
        some = np.flatnonzero(match.any(axis=1))
        if not len(some):
            return
        some = some[self._apart(c[some], one[some], two[some], len(chains))]
        c, one, two, pick, take, want, own = (v[some] for v in (c, one, two, pick, take, want, own))
        u = _even(self.doors.seed[one] + _salt(2_000_000 + sweep, chains[c]))
        yes = np.flatnonzero(np.log(np.maximum(u, 1e-300)) < self._gain(at, c, one, two, pick, take))
        c, one, two, pick, take, want, own = (v[yes] for v in (c, one, two, pick, take, want, own))
        at[one, c], at[two, c] = pick, take
        state.here[one, c], state.here[two, c] = want, own
        holder[want], holder[own] = one, two

    def _apart(self, c: np.ndarray, one: np.ndarray, two: np.ndarray, chains_n: int) -> np.ndarray:
        """Which exchanges no other one of the turn touches, by a door or its partners: the others are left for another time."""
        n = len(self.doors)
        touched = np.concatenate([np.column_stack([one, two]), self.doors.partner[one], self.doors.partner[two]], axis=1)
        flat_n = np.bincount((touched + c[:, None] * (n + 1)).ravel(), minlength=chains_n * (n + 1))
        flat_n[np.arange(chains_n) * (n + 1) + n] = 0
        ends = np.column_stack([one, two]) + c[:, None] * (n + 1)
        here = np.array([(touched == e[:, None]).sum(axis=1) for e in (one, two)]).T
        return np.asarray((flat_n[ends] <= here).all(axis=1))

    def _gain(self, at: np.ndarray, c: np.ndarray, one: np.ndarray, two: np.ndarray, b1: np.ndarray, b2: np.ndarray) -> np.ndarray:
        """Log odds of the two doors at the candidates b1 and b2 against where they are; what they tell each other is counted once."""
        a1, a2 = at[one, c], at[two, c]
        gain = self.doors.weight[one, b1] + self.doors.weight[two, b2] - self.doors.weight[one, a1] - self.doors.weight[two, a2]
        for k in range(self.doors.partner.shape[1]):
            p, q = self.doors.partner[one, k], self.doors.partner[two, k]
            of_p, of_q = at[p, c], at[q, c]
            gain += self._say(one, k, b1, np.where(p == two, b2, of_p)) - self._say(one, k, a1, np.where(p == two, a2, of_p))
            gain += np.where(q != one, self._say(two, k, b2, of_q) - self._say(two, k, a2, of_q), 0.0)
        return np.asarray(gain)

    def _say(self, door: np.ndarray, k: int, mine: np.ndarray, partners: np.ndarray) -> np.ndarray:
        """What the k-th partner of each door says to its candidate from its own."""
        _, partners_n, width, whole_n = self.doors.told.shape
        return self.doors.told.ravel().take(((door * partners_n + k) * width + mine) * whole_n + partners)


@dataclass(frozen=True)
class _Turn:
    """Doors that are drawn at the same time, those with most candidates first, and their candidates: all first ones, then all second ones, ...

    doors
        Where they lie among the doors of the town.
    ranks
        Where the first, second, ... candidates begin, and how many there are: those of the first so many doors.
    row, which
        Per candidate, its door (counted from the first of the turn) and which of the door's candidates it is.
    house, first, more
        Per candidate, its house, and the odds of the door being there if it is the first or a further one.
    tied
        Per partner of a door in number: the candidates whose door has one, the partner, and where in `ratio` its say begins.
    """

    doors: slice
    ranks: list[tuple[int, int]]
    row: np.ndarray
    which: np.ndarray
    house: np.ndarray
    first: np.ndarray
    more: np.ndarray
    tied: list[tuple[np.ndarray, np.ndarray, np.ndarray]]


class _State:
    """Where the doors are in each chain: their candidate (at), their house as a place in `load` (here), and how many are in each house (load).

    A row per door or house, a column per chain; `loads` and `load` are the same numbers, as a table and one after the other.
    """

    def __init__(self, town: _Town, at: np.ndarray) -> None:
        doors_n, chains_n = at.shape
        self._chains, self._place, self._doors = np.arange(chains_n), town.place, np.arange(doors_n)[:, None] * (town.width + 1)
        self.at = np.r_[at, np.full((1, chains_n), town.width)]
        self.loads = np.repeat(town.doors.load[:, None], chains_n, axis=1)
        self.load = self.loads.reshape(-1)
        self.here = self.where(town.place.take(self._doors + at))
        self.load += np.bincount(self.here.ravel(), minlength=len(self.load))

    def where(self, house: np.ndarray, chain: np.ndarray | None = None) -> np.ndarray:
        """Place of a house in `load`, in every chain (a column each) or in the given ones."""
        place: np.ndarray = house * len(self._chains)
        place += self._chains if chain is None else chain
        return place

    def settle(self, doors: slice, at: np.ndarray) -> None:
        """Put doors at their candidates; no two of them share a house but a crowded one, of which it does not matter how many it has."""
        here, was = self.where(self._place.take(self._doors[doors] + at)), self.here[doors]
        moved = np.flatnonzero(here != was)
        self.load[was.ravel()[moved]] -= 1
        self.load[here.ravel()[moved]] += 1
        self.at[doors], self.here[doors] = at, here


def _salt(sweep: int, chains: np.ndarray) -> np.ndarray:
    """What a sweep and a chain add to the name of a door."""
    salt: np.ndarray = (chains.astype(np.uint64) + np.uint64(sweep * CHAINS_N + 1)) * np.uint64(0x9E3779B97F4A7C15)
    return salt


def _even(z: np.ndarray) -> np.ndarray:
    """Even numbers in [0, 1) made from integers (splitmix64), which are used up."""
    work = z >> np.uint64(30)
    z ^= work
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= np.right_shift(z, np.uint64(27), out=work)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= np.right_shift(z, np.uint64(31), out=work)
    z >>= np.uint64(11)
    return z.astype(np.float64) * 2.0**-53
