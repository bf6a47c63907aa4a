"""Small counts of people are not told: below five they appear as "<5", and nothing that is told gives them away.

A table that is published with its total gives a single hidden cell away by subtraction, and two as well where their sum
leaves no room. So further cells are withheld until every hidden one has room (complementary suppression).
Source: findings.md, metrics; the threshold is the profile's `suppress_n`. The office that holds the counts sees them as they are.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geo.profile import Thresholds

SMALL_N = Thresholds().suppress_n
PEOPLE_UNITS = frozenset({"persons", "person", "人"})
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


def hidden(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Which villages' ratio of people stays hidden, so that no small count can be worked out from the rest.

    Hidden are villages where those counted, or those missing, are one to four, or where nobody is counted; where exactly one village is hidden the
    published total would give it away, so the smallest other village is hidden as well.

    Parameters
    ----------
    numerator, denominator
        People counted and people in all, one row per village, without the total; null is unknown.

    Returns
    -------
    Claims with the index of `numerator`.
    """
    missing = denominator - numerator
    small = pd.Series(False, index=numerator.index)
    for count in (numerator, missing):
        small |= (count > 0) & (count < SMALL_N)
    small |= (denominator > 0) & ((denominator < SMALL_N) | (numerator == 0))
    others = denominator[~small & (denominator > 0)]
    if int(small.sum()) == 1 and len(others):
        smallest = others.index[np.argsort(others.to_numpy(), kind="stable")[0]]
        small.loc[smallest] = True
    return small


def total_hidden(numerator: pd.Series, denominator: pd.Series) -> bool:
    """Whether the total of the villages stays hidden too: it is small itself, or one hidden village has no other beside it.

    Parameters
    ----------
    numerator, denominator
        As for `hidden`.
    """
    n, d = float(numerator.sum()), float(denominator.sum())
    small = any(0 < count < SMALL_N for count in (n, d - n, d))
    return small or int(hidden(numerator, denominator).sum()) == 1


def withheld(counts: pd.Series) -> pd.Series:
    """How each count of a table that is published with its total may be told.

    Parameters
    ----------
    counts
        Counts of people; null is unknown and takes no part in the total.

    Returns
    -------
    Text with the index of `counts`: "told", "small" (told as "<5"), "beside" (five or more, withheld so that the small
    ones cannot be worked out), "unknown". Where every known count is small or beside and there is still no room, the
    total must not be told: see `total_told`.
    """
    told = pd.Series(np.select([counts.isna(), counts < SMALL_N], ["unknown", "small"], "told"), index=counts.index, dtype="str")
    ascending = counts[told == "told"].sort_values(kind="stable").index
    for label in ascending:  # one more count a time until there is room; a handful at most
        if _has_room(counts, told):
            break
        told.loc[label] = "beside"
    return told


def total_told(counts: pd.Series, told: pd.Series) -> bool:
    """Whether the total of `counts` may be told beside what `withheld` leaves of them."""
    return bool(counts.notna().any()) and float(counts.sum()) >= SMALL_N and _has_room(counts, told)


def _has_room(counts: pd.Series, told: pd.Series) -> bool:
    """Whether the sum of the hidden counts, which anybody can work out, leaves every one of them more than one value."""
    small_n, beside_n = int((told == "small").sum()), int((told == "beside").sum())
    if not small_n:
        return True
    rest = float(counts[told.isin(["small", "beside"])].sum())
    least, most = SMALL_N * beside_n, (SMALL_N - 1) * small_n if not beside_n else np.inf
    return small_n + beside_n >= 2 and least < rest < most
