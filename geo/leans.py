"""Habits of numbering as measures: which way the numbers run at a door, which side they keep to, which way their plates face.

A *lean* is a measure whose sign would be a toss-up if a habit did not hold here. How far it holds, by size of the measure, is learned from the
delivery (`lean`). What is measured along is learned too, from the doors around in the order of their numbers (`ways`, `sides`, `fronts`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

NEIGHBOURS_N = 20
"""Doors to either side, in the order of their numbers, that show how a street runs at a door: some 100 m of a street of small houses."""
LEAST_N = 6
"""Doors from which a street has a direction at all."""
SIZES_M = 2.0 ** np.arange(-1, 6)
"""Classes of how far a measure leans, metres: each twice the one before, which `size_class` relies on."""
PRIOR_N = 5.0
"""Weight, in doors either way, of the assumption that the habit does not hold."""
LEAST_RATIO = 0.05
"""However regular a town, a lean never rules a house out."""


def lean(measure_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How much likelier each measure is than its opposite would suggest: 2 where only this sign occurs, 1 where the sign says nothing.

    Parameters
    ----------
    measure_m
        Signed measure, metres; 0 where it is not known.
    weight
        Probability of each being the truth, from which the share of signs is learned.
    """
    ratio, kind = leaning(measure_m, weight)
    told: np.ndarray = ratio[kind]
    return told


def log_lean(measure_m: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logarithm of `lean`."""
    ratio, kind = leaning(measure_m, weight)
    told: np.ndarray = np.log(ratio)[kind]
    return told


def leaning(measure_m: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is learned of each kind of measure, and the kind of each one; the last kind is that of unknown ones."""
    unknown = 2 * (len(SIZES_M) + 1)
    kind = np.where(measure_m != 0, 2 * size_class(measure_m) + (measure_m > 0), unknown)
    seen = np.bincount(kind, weights=weight, minlength=unknown + 1)[:-1].reshape(-1, 2) + PRIOR_N
    ratio = np.maximum(2 * seen / seen.sum(axis=1, keepdims=True), LEAST_RATIO).reshape(-1)
    return np.append(ratio, 1.0), kind


def size_class(measure_m: np.ndarray) -> np.ndarray:
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
        self.at = at = at[numbered_order(group[at], number[at], door[at])]
        self.group, self.number, self.x, self.y = group[at], number[at], x[door[at]], y[door[at]]


def numbered_order(group: np.ndarray, number: np.ndarray, door: np.ndarray) -> np.ndarray:
    """Order by group, number and door; rows that are in order, as those of `geo.link.follow`, are only looked at."""
    first, second, third = (np.diff(c) for c in (group, number, door))
    sorted_ = (first > 0) | ((first == 0) & ((second > 0) | ((second == 0) & (third > 0))))
    return np.arange(len(group)) if sorted_.all() else np.lexsort((door, number, group))


def _nearest(rows: _Located, numbered: pd.DataFrame, side: str) -> np.ndarray:
    """Row of the located door on a side of the street whose number is nearest to each numbered door, the lower of two; -1: none."""
    asked, group = numbered["number"].to_numpy(), numbered[side].to_numpy()
    # groups laid end to end: all numbers of the one below all of the next
    wide = float(asked.max(initial=0.0)) + 1
    after = np.searchsorted(rows.group * wide + rows.number, group * wide + asked, side="right")
    before = after - 1
    ends, number = np.append(rows.group, -2), np.append(rows.number, np.nan)
    lower, higher = ends[before] == group, ends[after] == group
    is_lower = lower & (~higher | (asked - number[before] <= number[after] - asked))
    return np.where(is_lower, before, np.where(higher, after, -1))


class _Window:
    """The NEIGHBOURS_N rows to either side of each row within its group, and itself; rows sorted by group."""

    def __init__(self, group: np.ndarray) -> None:
        at, ends = np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1
        begins, ends = np.append(0, ends), np.append(ends, len(group))
        of = np.repeat(np.arange(len(ends)), ends - begins)
        self._low = np.maximum(begins[of], at - NEIGHBOURS_N)
        self._high = np.minimum(ends[of], at + NEIGHBOURS_N + 1)
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
