"""Exact probabilities of small groups of open doors: every joint choice there is, and how likely each is.

Where houses stand apart, nine in ten doors that messages leave open have to do with three others at most (two plates between two houses), and these choose in a
few dozen ways: to go through all of them is quicker than to draw, and leaves nothing to chance.
"""

from __future__ import annotations

import numpy as np

from geo.columns import runs
from geo.open_doors import OpenDoors

CHOICES_N = 1_000
"""Joint choices up to which a group is gone through; about as many as are drawn of it otherwise (`geo.draws.CHAINS_N` times `geo.sample.KEPT_N`)."""
AT_ONCE_N = 200_000
"""Joint choices that are held in memory at a time."""


def countable(doors: OpenDoors, group: np.ndarray) -> np.ndarray:
    """Per door, whether its group (0, 1, ... per door) has few enough joint choices, each of its doors taking one of its candidates or no house."""
    few = np.bincount(group, weights=np.log(doors.count + 1.0)) <= np.log(CHOICES_N)
    return np.asarray(few[group])


def counted(doors: OpenDoors, group: np.ndarray) -> np.ndarray:
    """Probability of every candidate of every door, doors by candidates; 0 where a door has fewer.

    Parameters
    ----------
    group
        Per door, number of its group, as `OpenDoors.groups` tells them; all of a group are here.
    """
    out = np.zeros(doors.edge.shape)
    group = np.unique(group, return_inverse=True)[1]
    members_n = np.bincount(group)
    # the largest groups first, so that those with a k-th door come before those without
    rank = np.empty(len(members_n), dtype=int)
    rank[np.argsort(-members_n, kind="stable")] = np.arange(len(members_n))
    order = np.argsort(rank[group], kind="stable")
    members_n = np.sort(members_n)[::-1]
    first = np.cumsum(members_n) - members_n
    ways = np.multiply.reduceat(doors.count[order] + 1, first) if len(first) else first
    part = (np.cumsum(ways) - ways) // AT_ONCE_N
    for some in np.split(np.arange(len(first)), np.flatnonzero(np.diff(part)) + 1):
        rows = order[runs(first[some], members_n[some])]
        if len(rows):
            out[rows] = _gone_through(doors.rows(rows), members_n[some], ways[some])
    return out


def _gone_through(doors: OpenDoors, members_n: np.ndarray, ways: np.ndarray) -> np.ndarray:
    """`counted` of groups that lie one after another, the largest first: how many doors each has, and how many joint choices."""
    first = np.cumsum(members_n) - members_n
    group = np.repeat(np.arange(len(members_n)), ways)
    number = np.arange(len(group)) - np.repeat(np.cumsum(ways) - ways, ways)
    width, none, most_n = doors.edge.shape[1], len(doors.load) - 1, int(members_n[0])
    # which of its group each door is; past the last door is nobody's partner, who comes after all
    rank = np.append(np.arange(len(doors)) - np.repeat(first, members_n), most_n)
    weight, house, taken = np.c_[doors.weight, np.zeros(len(doors))], np.c_[doors.house, np.full(len(doors), none)], doors.count
    alone, further = -np.log(doors.empty), np.log(doors.share)
    log_odds = np.zeros(len(group))
    at = np.full((most_n, len(group)), width)
    homes = np.full(at.shape, none)
    # joint choices of groups that have a k-th door: they stand before all others
    choices_n = [int(ways[members_n > k].sum()) for k in range(most_n)]
    for k, n in enumerate(choices_n):
        door = first[group[:n]] + k
        number[:n], place = np.divmod(number[:n], taken[door] + 1)
        # past a door's last candidate it takes no house
        place[place == taken[door]] = width
        home = house[door, place]
        shared = (doors.load[home] > 0) | (homes[:k, :n] == home).any(axis=0)
        log_odds[:n] += weight[door, place] + np.where(home == none, 0.0, np.where(shared, further, alone[home]))
        for p in range(doors.partner.shape[1]):
            before = rank[doors.partner[door, p]]
            tied = np.flatnonzero((before < k) & (place < width))
            log_odds[tied] += doors.told[door[tied], p, place[tied], at[before[tied], tied]]
        at[k, :n], homes[k, :n] = place, home
    likely = np.exp(log_odds - np.maximum.reduceat(log_odds, np.cumsum(ways) - ways)[group])
    likely /= np.bincount(group, weights=likely)[group]
    out = np.zeros(len(doors) * (width + 1))
    for k, n in enumerate(choices_n):
        out += np.bincount((first[group[:n]] + k) * (width + 1) + at[k, :n], weights=likely[:n], minlength=len(out))
    return out.reshape(len(doors), width + 1)[:, :width]
