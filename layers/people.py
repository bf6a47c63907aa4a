"""Small counts of people are not shown: below five they appear as "<5" in maps, tables and files alike.

Source: the spec's rule of small counts; the threshold is the profile's `suppress_n`.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geo.profile import Thresholds

SMALL_N = Thresholds().suppress_n
PEOPLE = ("registered_n", "resident_n", "floating_n", "absent_n")
"""Counts of persons. unit_n counts firms and is shown as it is."""
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

    Hidden are villages where those counted, or those missing, are one to four; where exactly one village is hidden the
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
    small |= (denominator > 0) & (denominator < SMALL_N)
    others = denominator[~small & (denominator > 0)]
    if int(small.sum()) == 1 and len(others):
        smallest = others.index[np.argsort(others.to_numpy(), kind="stable")[0]]
        small.loc[smallest] = True
    return small
