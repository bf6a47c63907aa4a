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
    odds = np.exp(np.clip(weight, -LARGEST / 2, LARGEST / 2))
    back, tie = np.ones(len(odds)), np.ones(len(ties.edge))
    forward = odds / (1 + np.bincount(door, weights=odds, minlength=doors_n)[door] - odds)
    for _ in range(MESSAGES_N):
        tied = odds * np.exp(np.bincount(ties.edge, weights=np.log(tie), minlength=len(odds)))
        total = np.bincount(door, weights=tied * back, minlength=doors_n)
        forward = np.sqrt(forward * tied / (1 + np.maximum(total[door] - tied * back, 0.0)))
        fresh = _from_buildings(building, forward, empty, share)
        change = np.abs(np.log(fresh / back)).max(initial=0.0)
        back = fresh
        if len(tie):
            fresh = _from_ties(ties, tie, tied * back)
            change = max(change, np.abs(np.log(fresh / tie)).max(initial=0.0))
            tie = np.sqrt(tie * fresh)
        if change < CONVERGED:
            break
    tied = odds * np.exp(np.bincount(ties.edge, weights=np.log(tie), minlength=len(odds)))
    total = np.bincount(door, weights=tied * back, minlength=doors_n)
    return tied * back / (1 + total[door]), 1 / (1 + total)


def _from_buildings(building: np.ndarray, forward: np.ndarray, empty: np.ndarray, share: float) -> np.ndarray:
    """What each building tells a door: the odds of taking it, over all that the other doors may do."""
    own = np.log1p(share * forward)
    everybody = np.bincount(building, weights=own, minlength=len(empty))
    others = np.exp(np.minimum(everybody[building] - own, LARGEST))
    told: np.ndarray = others / (empty[building] - 1 / share + others / share)
    return told


def _from_ties(ties: Ties, tie: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """What each end of a tie tells the other: its own belief without what the other told it, carried across."""
    alone = belief[ties.edge] / tie
    sides_n = (int(ties.side.max(initial=-1)) // 2 + 1) * 2
    none = 1 / (1 + np.bincount(ties.side, weights=alone, minlength=sides_n))
    told = np.bincount(ties.one, weights=(alone * none[ties.side])[ties.two] * ties.ratio, minlength=len(tie))
    answer: np.ndarray = told + none[ties.side ^ 1]
    return answer
