"""Small counts of people are not told: below five they appear as "<5", and nothing that is told gives them away.

A table that is published with its total gives a single hidden cell away by subtraction, and two as well where their sum
leaves no room. So further cells are withheld until every hidden one has room (complementary suppression).
The counts of one house also balance: who is registered there or lives there from elsewhere either lives there or is away.
Of four counts with one hidden the fourth follows; so counts of houses are withheld together, by rows and by columns.
Source: findings.md, metrics; the threshold is the profile's `suppress_n`. The office that holds the counts sees them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations
from types import MappingProxyType

import numpy as np
import pandas as pd

from geo.profile import Thresholds

SMALL_N = Thresholds().suppress_n
PEOPLE_UNITS = frozenset({"persons", "person", "人"})
BALANCE: Mapping[str, int] = MappingProxyType({"registered_n": 1, "floating_n": 1, "resident_n": -1, "absent_n": -1})
"""The counts of persons of a house and their signs: registered + floating = resident + absent, where the register is in order."""
_TOLD, _SMALL_, _BESIDE, _UNKNOWN = range(4)
_HOW = np.array(["told", "small", "beside", "unknown"], dtype=object)
_PAIRS = tuple(permutations(range(len(BALANCE)), 2))
_SMALL = re.compile(rf"(?<![\w.,-])[0-{SMALL_N - 1}](?= (?:/ \S+ )?(?:人|people|persons?))")


def shown(count: float | None) -> str:
    """A count of people as anybody may see it: "" where unknown, "<5" below five, else the number.

    Examples
    --------
    >>> [shown(n) for n in (None, 0, 4, 5, 1234)]
    ['', '<5', '<5', '5', '1,234']
    """
    if count is None or pd.isna(count):
        return ""
    return f"<{SMALL_N}" if count < SMALL_N else f"{int(count):,}"


def masked(text: str) -> str:
    """A sentence that counts people, with every count below five shown as "<5".

    Examples
    --------
    >>> masked("登记 2 / 0 人（户籍 / 实有），楼面 3 m²"), masked("1 people live elsewhere"), masked("登记 12 人")
    ('登记 <5 / <5 人（户籍 / 实有），楼面 3 m²', '<5 people live elsewhere', '登记 12 人')
    """
    return _SMALL.sub(f"<{SMALL_N}", text)


def hidden(numerator: pd.Series, denominator: pd.Series, *, also: pd.Series | None = None) -> pd.Series:
    """Which villages' ratio of people stays hidden, so that no small count can be worked out from the rest.

    Hidden are villages where those counted, or those missing, are one to four, or where nobody is counted; where exactly one village is hidden the
    published total would give it away, so the smallest other village is hidden as well.

    Parameters
    ----------
    numerator, denominator
        People counted and people in all, one row per village, without the total; null is unknown.
    also
        Villages whose sums would give one of their houses away: hidden too.

    Returns
    -------
    Claims with the index of `numerator`.
    """
    missing = denominator - numerator
    small = pd.Series(False, index=numerator.index)
    for count in (numerator, missing):
        small |= (count > 0) & (count < SMALL_N)
    small |= (denominator > 0) & ((denominator < SMALL_N) | (numerator == 0))
    if also is not None:
        small |= also
    others = denominator[~small & (denominator > 0)]
    if int(small.sum()) == 1 and len(others):
        smallest = others.index[np.argsort(others.to_numpy(), kind="stable")[0]]
        small.loc[smallest] = True
    return small


def total_hidden(numerator: pd.Series, denominator: pd.Series, *, also: pd.Series | None = None) -> bool:
    """Whether the total of the villages stays hidden too: it is small itself, or one hidden village has no other beside it.

    Parameters
    ----------
    numerator, denominator, also
        As for `hidden`.
    """
    n, d = float(numerator.sum()), float(denominator.sum())
    small = any(0 < count < SMALL_N for count in (n, d - n, d))
    return small or int(hidden(numerator, denominator, also=also).sum()) == 1


def withheld(counts: pd.Series, *, also: pd.Series | None = None) -> pd.Series:
    """How each count of a table that is published with its total may be told.

    Parameters
    ----------
    counts
        Counts of people; null is unknown and takes no part in the total.
    also
        Counts to be withheld whatever they are.

    Returns
    -------
    Text with the index of `counts`: "told", "small" (told as "<5"), "beside" (five or more, withheld so that the small
    ones cannot be worked out), "unknown". Where every known count is small or beside and there is still no room, the
    total must not be told: see `total_told`.
    """
    told = pd.Series(np.select([counts.isna(), counts < SMALL_N], ["unknown", "small"], "told"), index=counts.index, dtype="str")
    if also is not None:
        told = told.mask(also & (told == "told"), "beside")
    ascending = counts[told == "told"].sort_values(kind="stable").index
    for label in ascending:  # one more count a time until there is room; a handful at most
        if _has_room(counts, told):
            break
        told.loc[label] = "beside"
    return told


def withheld_together(counts: pd.DataFrame) -> pd.DataFrame:
    """How each count of the houses of one village may be told, where sums of the village are told elsewhere.

    No count below five can be worked out from the other counts of its house (they balance), from those of other houses and
    the sums of the columns, or from both: for each there is another house such that both can be shifted by one against
    each other, in two columns, and everything that is told stays as it is.

    Parameters
    ----------
    counts
        A row per house with the columns of BALANCE; null is unknown and takes no part. A house with an unknown count has no balance.

    Returns
    -------
    Text with the index of `counts` and the columns of BALANCE, as by `withheld`. Where a count finds no partner, as in a village
    of one house, its column's sum must not be told: see `sums_told`.
    """
    values = _values(counts)
    how = np.where(np.isnan(values), _UNKNOWN, np.where(values < SMALL_N, _SMALL_, _TOLD))
    summed = np.nansum(values, axis=0) >= SMALL_N
    for _ in range(how.size):  # every step withholds one count more, or is the last
        exposed = (how == _SMALL_) & ~_covered(values, how, summed)
        tight = exposed & ~_movable(values, how)
        rows = np.flatnonzero(tight.any(axis=1) & (how == _TOLD).any(axis=1))
        if len(rows):  # the house itself has no room: its smallest count goes as well
            least = np.where(how[rows] == _TOLD, values[rows], np.inf).argmin(axis=1)
            how[rows, least] = _BESIDE
        elif not any(_hide_partner(values, how, row, column) for row, column in np.argwhere(exposed & ~tight)):
            break
    return pd.DataFrame(_HOW[how], index=counts.index, columns=list(BALANCE)).astype("str")


def sums_told(counts: pd.DataFrame, told: pd.DataFrame) -> dict[str, bool]:
    """Of which columns the sum over the houses may be told beside what `withheld_together` leaves of them.

    Not one below five, and not one that would leave a small count only one value.
    """
    values = _values(counts)
    names = told[list(BALANCE)].to_numpy(dtype=object)
    how = np.select([names == name for name in _HOW[:_UNKNOWN]], list(range(_UNKNOWN)), _UNKNOWN)
    summed = np.nansum(values, axis=0) >= SMALL_N
    while (exposed := (how == _SMALL_) & ~_covered(values, how, summed)).any():
        columns = exposed.any(axis=0) & summed
        if not columns.any():  # the sum of another column comes back to the count by the balance of its house
            columns = np.isin(how[exposed.any(axis=1)], (_SMALL_, _BESIDE)).any(axis=0) & summed
        if not columns.any():
            break
        summed &= ~columns
    return {column: bool(summed[n]) for n, column in enumerate(BALANCE)}


def _values(counts: pd.DataFrame) -> np.ndarray:
    return counts.reindex(columns=list(BALANCE)).to_numpy(dtype=float)


def _moves(
    values: np.ndarray, how: np.ndarray, *, hidden_too: bool = False
) -> Iterator[tuple[int, tuple[int, ...], np.ndarray, np.ndarray]]:
    """For a column, alone or with another one: the columns that move, and which houses can move them up, and down, by one.

    A house with all four counts known moves two columns so that it balances; one with an unknown count moves one alone.
    `hidden_too` reckons with counts that are told yet, as if they were withheld.
    """
    least, most = np.where(how == _SMALL_, 0, SMALL_N), np.where(how == _SMALL_, SMALL_N - 1, np.inf)
    free = (how == _SMALL_) | (how == _BESIDE) | (hidden_too & (how == _TOLD))
    up, down = free & (values + 1 <= most), free & (values - 1 >= least)
    whole, sign = ~np.isnan(values).any(axis=1), np.array(list(BALANCE.values()))
    for column in range(len(BALANCE)):
        yield column, (column,), up[:, column] & ~whole, down[:, column] & ~whole
    for column, other in _PAIRS:
        with_, against = (down, up) if sign[column] == sign[other] else (up, down)
        yield column, (column, other), up[:, column] & with_[:, other] & whole, down[:, column] & against[:, other] & whole


def _movable(values: np.ndarray, how: np.ndarray) -> np.ndarray:
    """Which counts can be another one as far as their own house tells."""
    found = np.zeros(how.shape, dtype=bool)
    for column, _, up, down in _moves(values, how):
        found[:, column] |= up | down
    return found


def _covered(values: np.ndarray, how: np.ndarray, summed: np.ndarray) -> np.ndarray:
    """Which counts can be another one while other houses make up for it in the columns that are `summed`, together or one in each."""
    found = np.zeros(how.shape, dtype=bool)
    moves = list(_moves(values, how))
    # houses that move one column, and no other of those whose sums are told: up, and down
    loose = np.zeros((len(BALANCE), 2, len(how)), dtype=bool)
    for column, columns, up, down in moves:
        if len(columns) == 1 or not summed[columns[1]]:
            loose[column] |= np.stack([up, down])
    others = loose.sum(axis=2, keepdims=True) - loose > 0  # another house than the one itself
    for column, columns, up, down in moves:
        for able, against, way in ((up, down, True), (down, up, False)):
            answers = [others[c, answer] for c, answer in _answers(columns, up=way) if summed[c]]
            together = against.sum() - against > 0
            found[:, column] |= able & (np.logical_and.reduce(answers) if answers else True)
            found[:, column] |= able & together
    return found


def _answers(columns: tuple[int, ...], *, up: bool) -> list[tuple[int, int]]:
    """What the sums need where a house moves one column or two, the first one up or not: column and way (0 up, 1 down) of others."""
    sign = list(BALANCE.values())
    if len(columns) == 1:
        return [(columns[0], 1 if up else 0)]
    first, second = columns
    second_up = up if sign[first] != sign[second] else not up
    return [(first, 1 if up else 0), (second, 1 if second_up else 0)]


def _hide_partner(values: np.ndarray, how: np.ndarray, row: int, column: int) -> bool:
    """Withhold what another house needs to make up for a count, the fewest and smallest counts there are; False where no house can."""
    best: tuple[int, float, int, tuple[int, ...]] | None = None
    able = {(c, columns): (up, down) for c, columns, up, down in _moves(values, how, hidden_too=True)}
    for at, columns, up, down in _moves(values, how):
        if at != column or not (up[row] or down[row]):
            continue
        could_up, could_down = able[at, columns]
        partners = (could_down & bool(up[row])) | (could_up & bool(down[row]))
        partners[row] = False
        told = how[:, list(columns)] == _TOLD
        for other in np.flatnonzero(partners & told.any(axis=1)).tolist():
            cost = int(told[other].sum()), float(values[other, list(columns)][told[other]].sum()), int(other), columns
            best = cost if best is None else min(best, cost)
    if best is None:
        return _hide_one_each(values, how, row, column)
    _, _, partner, columns = best
    for one in columns:
        if how[partner, one] == _TOLD:
            how[partner, one] = _BESIDE
    return True


def _hide_one_each(values: np.ndarray, how: np.ndarray, row: int, column: int) -> bool:
    """Withhold a count in each column of a move, of houses that have no balance and so move alone; False where there are none."""
    loose = np.isnan(values).any(axis=1)
    for at, columns, up, down in _moves(values, how):
        if at != column or len(columns) == 1:
            continue
        for way in [True] * bool(up[row]) + [False] * bool(down[row]):
            wanted: list[tuple[int, int]] = []
            for one, answer in _answers(columns, up=way):
                free = loose & np.isin(how[:, one], (_SMALL_, _BESIDE, _TOLD))
                small = how[:, one] == _SMALL_
                able = free & (
                    np.where(small, values[:, one] < SMALL_N - 1, True) if answer == 0 else values[:, one] > np.where(small, 0, SMALL_N)
                )
                if able.any():
                    wanted.append((int(np.where(able, values[:, one] + SMALL_N * (how[:, one] == _TOLD), np.inf).argmin()), one))
            if len(wanted) == 2 and any(how[cell] == _TOLD for cell in wanted):
                for cell in wanted:
                    how[cell] = _BESIDE if how[cell] == _TOLD else how[cell]
                return True
    return False


def total_told(counts: pd.Series, told: pd.Series) -> bool:
    """Whether the total of `counts` may be told beside what `withheld` leaves of them."""
    return bool(counts.notna().any()) and float(counts.sum()) >= SMALL_N and _has_room(counts, told)


def _has_room(counts: pd.Series, told: pd.Series) -> bool:
    """Whether the sum of the hidden counts, which anybody can work out, leaves every one of them more than one value."""
    small_n, beside_n = int((told == "small").sum()), int((told == "beside").sum())
    if not small_n:
        return beside_n != 1
    rest = float(counts[told.isin(["small", "beside"])].sum())
    least, most = SMALL_N * beside_n, (SMALL_N - 1) * small_n if not beside_n else np.inf
    return small_n + beside_n >= 2 and least < rest < most
