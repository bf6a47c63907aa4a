"""Exact probabilities where message passing is not: all joint choices counted where they are few, else many drawn.

Message passing counts its own word twice around the small loops of a dense street (two doors, two houses, each other's
neighbours in number), and is surest where it should not be. Doors that are open after it are looked at once more. Most of them have to do with few
others: all their joint choices are gone through (`geo.counts`). The rest are drawn again and again, each given all others
(Gibbs sampling, `geo.draws`), with exchanges of two doors, from several beginnings at once. The draws are numbers made from the doors' names,
so that the same town gives the same answer in any order of rows.

Source: S. Geman, D. Geman (1984), Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images; A. Gelfand,
A. Smith (1990), Sampling-based approaches to calculating marginal densities (averages of conditional probabilities, not of draws).
"""

from __future__ import annotations

import numpy as np

from geo.belief import LARGEST, Ties
from geo.counts import countable, counted
from geo.draws import drawn
from geo.open_doors import open_doors

BURN_N, KEPT_N = 30, 60
"""Rounds that are thrown away, and rounds that count, of every beginning."""
ROUGH = (15, 20)
"""The same where only the street and the offsets are learned from the answer, and it is drawn again."""
OPEN_RATIO = 0.99
"""Doors whose own evidence, the claims of others set aside, is this sure take no part."""


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
    """Probability of every edge, counted or drawn where it is open, else as given.

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
    weight = np.clip(weight, -LARGEST / 2, LARGEST / 2)
    is_open = _open(door, building, weight, probability, doors_n)
    if not is_open.any():
        return probability
    doors = open_doors(door, building, weight, is_open, empty, share, ties, probability, names)
    group = doors.groups()
    few = countable(doors, group)
    out = np.where(is_open[door], 0.0, probability)
    answer = np.zeros(doors.edge.shape)
    answer[few] = counted(doors.rows(np.flatnonzero(few)), group[few])
    answer[~few] = drawn(doors.rows(np.flatnonzero(~few)), *rounds)
    out[doors.edge[doors.edge >= 0]] = answer[doors.edge >= 0]
    return out


def _open(door: np.ndarray, building: np.ndarray, weight: np.ndarray, probability: np.ndarray, doors_n: int) -> np.ndarray:
    """Doors worth another look: not sure of their house, or surely in the way of one that is not, or able to exchange houses at little cost."""
    out = np.bincount(door, minlength=doors_n) > 0
    out[door[probability >= OPEN_RATIO]] = False
    held = probability > 0.5
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
    # no exchange costs less than with the other door's cheapest
    cost = weight[at[asked]] - weight[asked]
    least = np.full(doors_n, np.inf)
    np.minimum.at(least, door[asked], cost)
    asked = asked[cost + least[other[asked]] < -np.log(1 - OPEN_RATIO)]
    # the other door asks back, so its edge is among those asked
    key = door[asked].astype(np.int64) * len(wanted) + building[asked]
    order = np.argsort(key)
    back = other[asked].astype(np.int64) * len(wanted) + building[at[asked]]
    found = order[np.searchsorted(key, back, sorter=order).clip(max=len(key) - 1)]
    real = key[found] == back
    asked, found = asked[real], asked[found[real]]
    cost = weight[at[asked]] - weight[asked] + weight[home[other[asked]]] - weight[found]
    cheap = asked[cost < -np.log(1 - OPEN_RATIO)]
    out[door[cheap]] = True
    out[other[cheap]] = True
    return np.asarray(out)
