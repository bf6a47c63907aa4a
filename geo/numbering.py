"""Which number a house without one should get: the free numbers that its neighbours along the row leave for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

How = Literal["between", "inserted", "end"]
REACH_M = 80.0
"""Doors farther away say nothing of this house: a row of houses changes its direction and its numbers over a block."""
NEAREST_N = 8
"""Places of one row that are looked at: enough to tell the sides of a street apart, few enough to follow its bends."""
AROUND_N = 2
"""Places before and behind the house, on its side, that must be in order for a number to be proposed."""
SIDES_M = 4.0
"""Least distance between the middle lines of odd and even doors to be the two sides of a street."""
RIVAL_RATIO = 2.0
"""Another row is named as well where its nearest door is at most this many times as far: a house on a corner."""
OFF_ROW_M = 15.0
"""A house farther than this from the line of its side stands in a second row, which has numbers of its own."""
AGREED_RATIO = 0.9
"""Correlation of number and place along the row below which the row is out of order."""
FLAT_RATIO = 0.05
"""Doors whose spread across the row is less than this share of its length stand on one line."""
FAR_PLOTS = 5
"""More plots than this beyond the last door of a row: what is built in between is not known, so nothing is proposed."""
BESIDE_M = 1.0
"""A door less than this before or behind the house along the row stands across it, not beside it."""


@dataclass(frozen=True)
class Proposal:
    """A number for a house.

    place is the row of doors (street, natural village or group); number and sub_number (0: none) what to write; before
    and after the numbers of the neighbours on the same side (None: the row ends here); how says whether the number is
    free between the two, is inserted as a sub-number because none is free, or continues the row at its end.
    """

    place: str
    number: int
    sub_number: int
    before: int | None
    after: int | None
    how: How

    @property
    def text(self) -> str:
        """As it is written on the plate, without the upper levels.

        Examples
        --------
        >>> Proposal("中山巷", 4, 1, 4, 6, "inserted").text
        '中山巷4-1号'
        """
        return f"{self.place}{self.number}{f'-{self.sub_number}' if self.sub_number else ''}号"


def propose_numbers(
    x: float, y: float, *, doors: pd.DataFrame, reserved: Mapping[str, frozenset[int]] | None = None
) -> tuple[Proposal, ...]:
    """Numbers that fit a house among its numbered neighbours, the nearest row first; none where the row does not tell.

    Odd and even sides are kept where the row has sides; a gap is filled at the place the house takes in it; without a
    gap the lower neighbour's number gets a sub-number; at the end of a row the distance says how many numbers to leave
    free. Where the neighbours are out of order nothing is proposed: a wrong number on a wall is worse than a question.

    Parameters
    ----------
    x, y
        Point of the house, metres in the working CRS.
    doors
        One row per numbered door of any state, retired ones included (a number is not given twice): place (text),
        number and sub_number (count, null: none), x, y (metres; null: not located, the number is taken all the same).
    reserved
        Place -> numbers that are kept for others.

    Returns
    -------
    At most two proposals, of different places.

    Source: 地名 标志 GB 17733 and the provinces' rules on 门楼牌编码: odd left, even right, inserted doors by 附号.
    """
    near = _near(x, y, doors)
    order = near.groupby("place")["away"].agg(["min", "size"])
    order = order[order["size"] >= 2].reset_index().sort_values(["min", "place"], kind="stable")
    found: list[Proposal] = []
    for place, away in zip(order["place"], order["min"], strict=True):
        if len(found) == 2 or away > RIVAL_RATIO * max(float(order["min"].iloc[0]), 10.0):
            break
        own = near[near["place"] == place]
        row = own[own["away"].isin(own["away"].drop_duplicates().head(NEAREST_N))]
        taken = doors[doors["place"] == place]
        one = _along(str(place), x, y, row, taken, (reserved or {}).get(str(place), frozenset()))
        if one is not None:
            found.append(one)
    return tuple(found)


def _near(x: float, y: float, doors: pd.DataFrame) -> pd.DataFrame:
    """One row per place and number within reach, nearest first: plate and address of one door are one neighbour."""
    located = doors.dropna(subset=["place", "number", "x", "y"])
    away = np.hypot(located["x"] - x, located["y"] - y)
    near = located.assign(away=away, number=located["number"].astype(int))[away <= REACH_M]
    near = near.sort_values(["away", "place", "number"], kind="stable")
    return near.drop_duplicates(["place", "number"])


def _along(place: str, x: float, y: float, row: pd.DataFrame, taken: pd.DataFrame, reserved: frozenset[int]) -> Proposal | None:
    points, numbers = row[["x", "y"]].to_numpy(), row["number"].to_numpy()
    axis = _direction(points, numbers)
    if axis is None:
        return None
    own = np.array([x, y]) - points.mean(axis=0)
    points = points - points.mean(axis=0)
    normal = np.array([-axis[1], axis[0]])
    side, step = _side(numbers, points @ normal, float(own @ normal))
    numbers, along, s0 = numbers[side], points[side] @ axis, float(own @ axis)
    # Doors of one building share its point: along the row they stand in the order of their numbers.
    order = np.lexsort((numbers, np.round(along, 1)))
    numbers, along = numbers[order], along[order]
    around = _around(along, s0)
    numbers, along = numbers[around], along[around]
    off_m = abs(float(own @ normal) - float(np.median((points @ normal)[side]))) if side.any() else np.inf
    if len(numbers) < 2 or not (np.diff(numbers) > 0).all() or np.abs(along - s0).min() < BESIDE_M or off_m > OFF_ROW_M:
        return None
    used = set(taken["number"].dropna().astype(int)) | reserved
    subs = {(int(n), int(k)) for n, k in taken[["number", "sub_number"]].dropna().to_numpy()}
    at = int(np.searchsorted(along, s0))
    if at in (0, len(numbers)):
        return _at_the_end(place, numbers, along, s0, step, used, first=at == 0)
    share = (s0 - along[at - 1]) / (along[at] - along[at - 1])
    return _between(place, int(numbers[at - 1]), int(numbers[at]), share, step, used, subs)


def _around(along: np.ndarray, s0: float) -> np.ndarray:
    """Which doors stand at the nearest AROUND_N places before and behind the house."""
    spots = np.unique(np.round(along, 1))
    kept = np.concatenate([spots[spots < s0][-AROUND_N:], spots[spots >= s0][:AROUND_N]])
    return np.isin(np.round(along, 1), kept)


def _direction(points: np.ndarray, numbers: np.ndarray) -> np.ndarray | None:
    """Unit vector in which the numbers grow; None where they do not grow in one direction.

    Numbers grow along a street and hardly across it, so their slope points along it however short and wide it is. Odd
    and even doors are taken about their own means: one side of a street is often numbers ahead of the other.
    """
    sides = [s for s in (numbers % 2 == 1, numbers % 2 == 0) if s.any()]
    centred, grown = points.astype(float), numbers.astype(float)
    for side in sides:
        centred[side] -= centred[side].mean(axis=0)
        grown[side] -= grown[side].mean()
    line, size = np.linalg.svd(centred, full_matrices=False)[2], np.linalg.svd(centred, compute_uv=False)
    if size[-1] < FLAT_RATIO * size[0] or len(points) < 4:
        slope = line[0] * np.sign(float((centred @ line[0]) @ grown))
    else:
        slope = np.linalg.lstsq(centred, grown, rcond=None)[0]
    length = float(np.hypot(*slope))
    if length == 0:
        return None
    along = centred @ (slope / length)
    both = float(np.sqrt((along @ along) * (grown @ grown)))
    return slope / length if both > 0 and float(along @ grown) / both >= AGREED_RATIO else None


def _side(numbers: np.ndarray, across: np.ndarray, c0: float) -> tuple[np.ndarray, int]:
    """Which doors stand on the side of the house, and by how much numbers grow from door to door there.

    Two sides are told apart where a line along the street parts odd from even doors; else all doors are one row. A row
    whose doors all have the same parity grows by two as well: the other side is built up elsewhere, or not yet.
    """
    odd = numbers % 2 == 1
    if odd.all() or not odd.any():
        return np.ones(len(numbers), dtype=bool), 2
    low, high = (odd, ~odd) if np.median(across[odd]) < np.median(across[~odd]) else (~odd, odd)
    parted = across[low].max() < across[high].min() and np.median(across[high]) - np.median(across[low]) >= SIDES_M
    if not parted or min(low.sum(), high.sum()) + max(low.sum(), high.sum()) < 3:
        return np.ones(len(numbers), dtype=bool), 1
    border = (across[low].max() + across[high].min()) / 2
    return (low if c0 < border else high), 2


def _between(place: str, low: int, high: int, share: float, step: int, used: set[int], subs: set[tuple[int, int]]) -> Proposal:
    free = [n for n in range(low + step, high, step) if n not in used]
    if free:
        wanted = low + share * (high - low)
        return Proposal(place, min(free, key=lambda n: (abs(n - wanted), n)), 0, low, high, "between")
    sub = next(k for k in range(1, len(subs) + 2) if (low, k) not in subs)
    return Proposal(place, low, sub, low, high, "inserted")


def _at_the_end(
    place: str, numbers: np.ndarray, along: np.ndarray, s0: float, step: int, used: set[int], *, first: bool
) -> Proposal | None:
    """The number that continues the row, leaving as many free as houses would fit in between; None below number one or far off."""
    pitch_m = (float(along[-1]) - float(along[0])) / ((int(numbers[-1]) - int(numbers[0])) / step)
    gap_m = along[0] - s0 if first else s0 - along[-1]
    plots = max(1, round(gap_m / pitch_m)) if pitch_m > 0 else 1
    if plots > FAR_PLOTS:
        return None
    edge, way = (int(numbers[0]), -step) if first else (int(numbers[-1]), step)
    number = edge + way * plots
    while number in used:
        number += way
    # Past the first door the distance may ask for more numbers than there are; the lowest that is free is still right.
    if number < 1:
        free = [n for n in range(edge - step, 0, -step) if n not in used]
        if not free:
            return None
        number = free[-1]
    return Proposal(place, number, 0, None if first else edge, edge if first else None, "end")
