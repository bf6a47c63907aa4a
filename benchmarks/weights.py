"""Fellegi and Sunter's weights per element, and the choice of least cost that goes with them.

An element's weight is log(m / u): how often its outcome is met among pairs that agree, and among pairs at large.

Source: I. Fellegi, A. Sunter (1969), A theory for record linkage.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

PRIOR_N = 1.0
"""Weight, in pairs, of the assumption that an outcome is met as often among agreeing pairs as at large."""


def weights(features: np.ndarray, agree: np.ndarray, at_large: np.ndarray) -> np.ndarray:
    """Sum over the elements of log(m / u).

    Parameters
    ----------
    features
        Outcome (0, 1, ...) of every element (column) for every pair (row).
    agree, at_large
        Weight of every pair as one that agrees, and as one at large; the outcome of an element is counted by them.
    """
    total = np.zeros(len(features))
    for column in features.T:
        n = int(column.max(initial=0)) + 1
        u = np.bincount(column, weights=at_large, minlength=n) + PRIOR_N / n
        u /= u.sum()
        m = np.bincount(column, weights=agree, minlength=n) + PRIOR_N * u
        total += np.log(m / m.sum() / u)[column]
    return total


def one_to_one(left: np.ndarray, right: np.ndarray, weight: np.ndarray, share: float) -> np.ndarray:
    """Which edges a least-cost assignment takes: each left one edge or none, each right one edge, or a second one at the odds `share`."""
    worth = np.flatnonzero(weight > 0)
    taken = np.zeros(len(left), dtype=bool)
    if not len(worth):
        return taken
    rows, row = np.unique(left[worth], return_inverse=True)
    columns, column = np.unique(right[worth], return_inverse=True)
    again = weight[worth] + np.log(share)
    base = weight.max() + 1.0
    n, k = len(rows), len(columns)
    i = np.concatenate([row, row[again > 0], np.arange(n)])
    j = np.concatenate([column, k + column[again > 0], 2 * k + np.arange(n)])
    cost = base - np.concatenate([weight[worth], again[again > 0], np.zeros(n)])
    graph = sp.csr_matrix((cost, (i, j)), shape=(n, 2 * k + n))
    chosen_row, chosen = min_weight_full_bipartite_matching(graph)
    building = np.full(n, -1)
    building[chosen_row] = np.where(chosen < 2 * k, chosen % k, -1)
    taken[worth] = building[row] == column
    return taken


def posterior(left: np.ndarray, right: np.ndarray, weight: np.ndarray, taken: np.ndarray, share: float) -> np.ndarray:
    """Probability of every edge of its left end; what another left end has taken is open at the odds `share` only."""
    taken_n = np.bincount(right, weights=taken, minlength=int(right.max(initial=-1)) + 1)
    free = weight + np.where((taken_n[right] - taken) > 0, np.log(share), 0.0)
    odds = np.exp(np.clip(free, -40, 40))
    result: np.ndarray = odds / (1 + np.bincount(left, weights=odds)[left])
    return result
