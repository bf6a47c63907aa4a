"""Sum-product message passing for the joint choice of buildings: who takes which, given that all others choose too.

Three kinds of factors meet on the edges (door, building): a door takes one building or none; a building likes to have
one door (`empty` odds of having none, `share` odds of each further one); doors with consecutive numbers like to be near
each other (`Ties`). Messages are exact on trees and good on the loops of a street.

Doors and buildings alone settle by themselves, whatever they begin with; ties may swing for ever, and are damped from the first look on.
Most of a door's candidates can never matter, and most of a town has settled when some fifty edges on small loops still swing. So only the part that
moves goes on (`_Part.look`); what rests keeps telling it what it told it last, and is asked again half way and in the end.

Source: M. Bayati, D. Shah, M. Sharma (2008), Max-product for maximum weight matching; B. Huang, T. Jebara (2009),
Approximating the permanent with belief propagation; P. Vontobel (2013), The Bethe permanent of a nonnegative matrix (why it settles undamped).
The soft capacity, in closed form, is ours: with odds x of the
single doors, the weights of having none, one or several sum to empty - 1/share + prod(1 + share x)/share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MESSAGES_N = 60
CONVERGED = 1e-3
LOOKS = (5, 20)
"""Messages (the first is 0) for which all that rests is woken, and at which is looked what still moves; from the first on ties are damped."""
RESTS = 3e-9
"""Change of a probability that an edge may cause in one message and yet rest."""
LARGEST = 60.0
"""Log odds beyond which an answer is certain; keeps the exponentials finite."""


@dataclass(frozen=True)
class Ties:
    """Consecutive doors and how well their candidate buildings go together.

    edge
        Per slot, the edge it stands for; every tie has two sides, and each side one slot per candidate of its door.
    side
        Per slot, number of its side; the two sides of a tie are 2k and 2k + 1.
    one, two
        Slots of the two ends of every combination of candidates, both directions.
    ratio
        Per combination, how much likelier two consecutive doors are so far apart than any two buildings nearby.
    """

    edge: np.ndarray
    side: np.ndarray
    one: np.ndarray
    two: np.ndarray
    ratio: np.ndarray


NO_TIES = Ties(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros(0))


def marginals(
    door: np.ndarray, building: np.ndarray, weight: np.ndarray, *, doors_n: int, empty: np.ndarray, share: float, ties: Ties = NO_TIES
) -> tuple[np.ndarray, np.ndarray]:
    """Probability of every edge, and per door of no edge.

    Parameters
    ----------
    door, building
        Ends of the edges, as positions.
    weight
        Log odds of each edge against its door belonging to no building, all other doors set aside.
    empty
        Per building, odds of having no door at all against having one.
    share
        Odds of each further door on a building that has one.
    """
    if not len(door):
        return np.zeros(0), np.ones(doors_n)
    odds = np.clip(weight, -LARGEST / 2, LARGEST / 2)
    np.exp(odds, out=odds)
    del weight
    forward = odds / (1 + np.bincount(door, weights=odds, minlength=doors_n)[door] - odds)
    held = _Held(ties, np.ones(len(ties.edge)), len(odds))
    # every round writes over the same arrays: fresh ones of this size cost more than what is computed in them
    work = (np.empty_like(odds), np.empty_like(odds))
    town = part = _Part(door, building, odds, forward, np.ones(len(odds)), np.ones(doors_n), np.zeros(len(empty)), empty, share, held, work)
    for message in range(MESSAGES_N):
        damped = len(ties.edge) > 0 and message >= LOOKS[0]
        change, part = part.rejoined().look(damped) if message in LOOKS else (part.send(damped), part)
        if change < CONVERGED:
            break
    part.rejoined()
    return town.answer()


class _Part:
    """Edges whose messages move, and what the edges of their doors and buildings that rest go on telling them.

    forward, back
        What the door of each edge tells its building, and what that answers.
    aside
        Per door, 1 (no building) and the odds of its resting edges.
    crowd
        Per building, log of the weight of the doors of its resting edges.
    """

    def __init__(
        self,
        door: np.ndarray,
        building: np.ndarray,
        odds: np.ndarray,
        forward: np.ndarray,
        back: np.ndarray,
        aside: np.ndarray,
        crowd: np.ndarray,
        empty: np.ndarray,
        share: float,
        held: _Held,
        work: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self.door, self.building, self.odds, self.forward, self.back = door, building, odds, forward, back
        self.aside, self.crowd, self.empty, self.share, self.held = aside, crowd, empty, share, held
        # odds with what the ties tell: only tied edges differ
        self._tied = odds.copy() if len(held.tie) else odds
        self._vacant = empty - 1 / share
        self._one, self._two = (w[: len(odds)] for w in work)
        self._town: tuple[_Part, np.ndarray, np.ndarray] | None = None

    def send(self, damped: bool) -> float:
        """One round of messages, half way to what it asks for where it is damped; returns the largest change of one, as the absolute log of its ratio."""
        belief, total = self._beliefs()
        others = total.take(self.door, out=self._two, mode="clip")
        # never negative: a rounded sum of such terms is not below any of them
        others -= belief
        if damped:
            self.forward *= self._tied
            self.forward /= others
            np.sqrt(self.forward, out=self.forward)
        else:
            np.divide(self._tied, others, out=self.forward)
        fresh = self._hear(out=self._one)
        change = _change(fresh, self.back, work=self._two)
        np.copyto(self.back, fresh)
        return max(change, self.held.tell(self._tied, self.back, damped))

    def look(self, damped: bool) -> tuple[float, _Part]:
        """One round of messages; returns the largest change and the part that moved in it.

        What is left of a change shrinks with every message: an edge that rests will not have moved much more than it did now.
        """
        told, back, tie = self.forward.copy(), self.back.copy(), self.held.tie.copy()
        change = self.send(damped)
        # what an answer is worth: the probability of its edge
        likely = np.multiply(self.forward, self.back, out=self._one)
        likely /= np.add(likely, 1, out=self._two)
        back /= self.back
        back -= 1
        back *= likely
        moves = np.abs(back, out=back) > RESTS
        # a door that tells its building f changes what that answers another door by no more than its own change over (empty + f) (1 + share f)
        np.subtract(self.forward, told, out=told)
        told /= np.add(self.empty.take(self.building, out=self._two, mode="clip"), self.forward, out=self._two)
        told /= np.add(np.multiply(self.forward, self.share, out=self._two), 1, out=self._two)
        moves |= np.abs(told, out=told) > RESTS
        slots = self.held.moving(tie, likely)
        del told, back
        return change, self._part(moves, slots)

    def _part(self, moves: np.ndarray, slots: np.ndarray) -> _Part:
        """The edges that move and those of moving ties (given by their slots); all others are set aside."""
        moves[self.held.ties.edge[slots]] = True
        some = np.flatnonzero(moves)
        held, told = self.held.part(slots, some)
        belief, own = self._beliefs()[0], self._own(out=self._two)
        belief[some] = own[some] = 0.0
        doors, door = _renumbered(self.door[some], len(self.aside))
        buildings, building = _renumbered(self.building[some], len(self.crowd))
        out = _Part(
            door,
            building,
            self.odds[some] * told,
            self.forward[some],
            self.back[some],
            self._of_doors(belief)[doors],
            self._of_buildings(own)[buildings],
            self.empty[buildings],
            self.share,
            held,
            (self._one, self._two),
        )
        out._town = self, some, slots
        return out

    def rejoined(self) -> _Part:
        """The whole town again, with what was said in this part of it."""
        if self._town is None:
            return self
        town, edges, slots = self._town
        town.forward[edges], town.back[edges], town.held.tie[slots] = self.forward, self.back, self.held.tie
        return town

    def answer(self) -> tuple[np.ndarray, np.ndarray]:
        """Probability of every edge, and per door of no edge, by the last messages."""
        self._hear(out=self.back)
        belief, total = self._beliefs()
        return belief / total[self.door], 1 / total

    def _beliefs(self) -> tuple[np.ndarray, np.ndarray]:
        """Odds of each edge by all that it is told (written over by the next round), and their sum per door."""
        self.held.lay_on(self._tied, self.odds)
        belief = np.multiply(self._tied, self.back, out=self._one)
        return belief, self._of_doors(belief)

    def _own(self, *, out: np.ndarray) -> np.ndarray:
        return np.asarray(np.log1p(np.multiply(self.share, self.forward, out=out), out=out))

    def _hear(self, *, out: np.ndarray) -> np.ndarray:
        """What each building tells a door, written to `out`: the odds of taking it, over all that the other doors may do."""
        own = self._own(out=self._two)
        everybody = self._of_buildings(own)
        others = np.subtract(everybody.take(self.building, out=out, mode="clip"), own, out=own)
        if everybody.max(initial=0.0) > LARGEST:
            np.minimum(others, LARGEST, out=others)
        np.exp(others, out=others)
        # the others' weight over the sum of the module's head: 1 / (1 / share + (empty - 1 / share) / others), in place
        others = np.divide(self._vacant.take(self.building, out=out, mode="clip"), others, out=out)
        others += 1 / self.share
        return np.asarray(np.divide(1.0, others, out=out))

    def _of_doors(self, belief: np.ndarray) -> np.ndarray:
        return np.bincount(self.door, weights=belief, minlength=len(self.aside)) + self.aside

    def _of_buildings(self, own: np.ndarray) -> np.ndarray:
        return np.bincount(self.building, weights=own, minlength=len(self.crowd)) + self.crowd


class _Held:
    """The ties, with what is told across them (`tie`): what they tell the edges, and what their two ends tell each other."""

    def __init__(self, ties: Ties, tie: np.ndarray, edges_n: int) -> None:
        self.ties, self.tie, self._edges_n = ties, tie, edges_n
        self._edges, self._of_edge = _renumbered(ties.edge, edges_n)
        self._sides_n = (int(ties.side.max(initial=-1)) // 2 + 1) * 2
        self._facing = ties.side ^ 1

    def lay_on(self, tied: np.ndarray, odds: np.ndarray) -> None:
        """Write to the tied edges their odds times what the ties tell them; the odds of the others never change."""
        tied[self._edges] = odds[self._edges] * self._said(np.log(self.tie))

    def tell(self, tied: np.ndarray, back: np.ndarray, damped: bool) -> float:
        """Each end of a tie tells the other its own belief without what the other told it, carried across; returns the largest change."""
        if not len(self.tie):
            return 0.0
        ties, tie = self.ties, self.tie
        alone = tied[ties.edge] * back[ties.edge] / tie
        none = 1 / (1 + np.bincount(ties.side, weights=alone, minlength=self._sides_n))
        told = np.bincount(ties.one, weights=(alone * none[ties.side])[ties.two] * ties.ratio, minlength=len(tie))
        told += none[self._facing]
        change = _change(told, tie, work=alone)
        if damped:
            np.sqrt(np.multiply(tie, told, out=told), out=told)
        np.copyto(tie, told)
        return change

    def moving(self, before: np.ndarray, likely: np.ndarray) -> np.ndarray:
        """Slots of the ties that told something new since `before`, on an edge that is likely enough for it to matter."""
        tie = self.ties.side // 2
        moves = np.zeros(self._sides_n // 2, dtype=bool)
        moves[tie[np.abs(self.tie / before - 1) * likely[self.ties.edge] > RESTS]] = True
        return np.flatnonzero(moves[tie])

    def part(self, slots: np.ndarray, some: np.ndarray) -> tuple[_Held, np.ndarray]:
        """The ties of these slots on some edges, among which all of theirs are, and what the other ties tell these edges."""
        rests = np.log(self.tie)
        rests[slots] = 0.0
        said = np.ones(self._edges_n)
        said[self._edges] = self._said(rests)
        ties, edge, slot = self.ties, np.zeros(self._edges_n, dtype=int), np.full(len(self.tie), -1)
        edge[some], slot[slots] = np.arange(len(some)), np.arange(len(slots))
        pair = np.flatnonzero(slot[ties.one] >= 0)
        side = 2 * _renumbered(ties.side[slots] // 2, self._sides_n // 2)[1] + ties.side[slots] % 2
        of = Ties(edge[ties.edge[slots]], side, slot[ties.one[pair]], slot[ties.two[pair]], ties.ratio[pair])
        return _Held(of, self.tie[slots], len(some)), said[some]

    def _said(self, logs: np.ndarray) -> np.ndarray:
        return np.exp(np.bincount(self._of_edge, weights=logs, minlength=len(self._edges)))


def _renumbered(at: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The positions below n that occur, ascending, and each as its place among them."""
    place = np.zeros(n, dtype=int)
    place[at] = 1
    used = np.flatnonzero(place)
    place[used] = np.arange(len(used))
    return used, place[at]


def _change(fresh: np.ndarray, before: np.ndarray, *, work: np.ndarray) -> float:
    """Largest change of a message, as the absolute log of its ratio: the logs of the extremes are the extremes of the logs."""
    ratio = np.divide(fresh, before, out=work)
    return float(max(np.log(ratio.max(initial=1.0)), -np.log(ratio.min(initial=1.0))))
