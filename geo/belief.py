"""Sum-product message passing for the joint choice of buildings: who takes which, given that all others choose too.

Three kinds of factors meet on the edges (door, building): a door takes one building or none; a building likes to have
one door (`empty` odds of having none, `share` odds of each further one); doors with consecutive numbers like to be near
each other (`Ties`). Messages are exact on trees and good on the loops of a street; they are damped until they settle.

Source: M. Bayati, D. Shah, M. Sharma (2008), Max-product for maximum weight matching; B. Huang, T. Jebara (2009),
Approximating the permanent with belief propagation. The soft capacity, in closed form, is ours: with odds x of the
single doors, the weights of having none, one or several sum to empty - 1/share + prod(1 + share x)/share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MESSAGES_N = 60
CONVERGED = 1e-3
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
    odds = np.exp(np.clip(weight, -LARGEST / 2, LARGEST / 2))
    back, tie = np.ones(len(odds)), np.ones(len(ties.edge))
    tied, held = odds.copy(), _Held(ties, len(odds))
    forward = odds / (1 + np.bincount(door, weights=odds, minlength=doors_n)[door] - odds)
    # every round writes over the same arrays: fresh ones of this size cost more than what is computed in them
    belief, others, fresh = np.empty_like(odds), np.empty_like(odds), np.empty_like(odds)
    vacant = (empty - 1 / share)[building]
    for _ in range(MESSAGES_N):
        held.lay_on(tied, odds, tie)
        np.multiply(tied, back, out=belief)
        total = np.bincount(door, weights=belief, minlength=doors_n)
        # never negative: a rounded sum of such terms is not below any of them
        np.subtract(total.take(door, out=others, mode="clip"), belief, out=others)
        others += 1
        forward *= tied
        forward /= others
        np.sqrt(forward, out=forward)
        _from_buildings(building, forward, vacant, len(empty), share, out=fresh, work=others)
        change = _change(fresh, back, work=others)
        back, fresh = fresh, back
        if len(tie):
            told = held.tell(tie, tied, back)
            change = max(change, _change(told, tie, work=np.empty_like(tie)))
            tie = np.sqrt(tie * told)
        if change < CONVERGED:
            break
    held.lay_on(tied, odds, tie)
    total = np.bincount(door, weights=tied * back, minlength=doors_n)
    return tied * back / (1 + total[door]), 1 / (1 + total)


def _change(fresh: np.ndarray, before: np.ndarray, *, work: np.ndarray) -> float:
    """Largest change of a message, as the absolute log of its ratio: the logs of the extremes are the extremes of the logs."""
    ratio = np.divide(fresh, before, out=work)
    return float(max(np.log(ratio.max()), -np.log(ratio.min())))


def _from_buildings(
    building: np.ndarray, forward: np.ndarray, vacant: np.ndarray, buildings_n: int, share: float, *, out: np.ndarray, work: np.ndarray
) -> None:
    """What each building tells a door, written to `out`: the odds of taking it, over all that the other doors may do."""
    own = np.log1p(np.multiply(share, forward, out=work), out=work)
    everybody = np.bincount(building, weights=own, minlength=buildings_n)
    others = np.subtract(everybody.take(building, out=out, mode="clip"), own, out=work)
    if everybody.max() > LARGEST:
        np.minimum(others, LARGEST, out=others)
    np.exp(others, out=others)
    # the others' weight over the sum of the module's head, in place
    np.add(vacant, np.divide(others, share, out=out), out=out)
    np.divide(others, out, out=out)


class _Held:
    """The ties, ready for the rounds: what they tell the edges, and what their two ends tell each other."""

    def __init__(self, ties: Ties, edges_n: int) -> None:
        self._ties = ties
        place = np.zeros(edges_n, int)
        place[ties.edge] = 1
        self._edges = np.flatnonzero(place)
        place[self._edges] = np.arange(len(self._edges))
        self._of_edge = place[ties.edge]
        self._sides_n = (int(ties.side.max(initial=-1)) // 2 + 1) * 2
        self._facing = ties.side ^ 1

    def lay_on(self, tied: np.ndarray, odds: np.ndarray, tie: np.ndarray) -> None:
        """Write to the tied edges their odds times what the ties tell them; the odds of the others never change."""
        said = np.exp(np.bincount(self._of_edge, weights=np.log(tie), minlength=len(self._edges)))
        tied[self._edges] = odds[self._edges] * said

    def tell(self, tie: np.ndarray, tied: np.ndarray, back: np.ndarray) -> np.ndarray:
        """What each end of a tie tells the other: its own belief without what the other told it, carried across."""
        ties = self._ties
        alone = tied[ties.edge] * back[ties.edge] / tie
        none = 1 / (1 + np.bincount(ties.side, weights=alone, minlength=self._sides_n))
        told = np.bincount(ties.one, weights=(alone * none[ties.side])[ties.two] * ties.ratio, minlength=len(tie))
        answer: np.ndarray = told + none[self._facing]
        return answer
