"""抽查: buildings drawn at random to be looked at, and what may be said of all from what was found on them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

Z95 = 1.959964
"""Normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True)
class Share:
    """A share with the interval that holds the true one with 95 % confidence; NaN where nothing was looked at."""

    n: int
    d: int
    ratio: float
    low: float
    high: float


def draw_sample(buildings: pd.DataFrame, n: int, *, run: str, drawn_on: str) -> pd.DataFrame:
    """Buildings to inspect: random, without replacement, each village with its share.

    Every building has a random number of its own from the run, the day and its id, so the same draw can be made again and
    checked by anybody, and depends on no order of rows. Villages share the places by their number of buildings (largest
    remainder, ties by code), and each gets at least one where there are places enough.

    Parameters
    ----------
    buildings
        Of a result: building_id, village_code (null: in none), should_have_plate. Only those that should have a plate are
        drawn from.
    n
        How many to draw; fewer where there are fewer.
    run
        Digest or name of the run the sample is drawn from.
    drawn_on
        ISO date of the draw.

    Returns
    -------
    DataFrame: village_code ("" for none), building_id, place (1 first); by village, then in the order drawn.
    """
    wanted = buildings["should_have_plate"].astype("boolean").fillna(False).to_numpy(dtype=bool)
    pool = pd.DataFrame({"village_code": buildings["village_code"].fillna(""), "building_id": buildings["building_id"]})[wanted]
    number = [hashlib.sha256(f"{run}|{drawn_on}|{one}".encode()).hexdigest() for one in pool["building_id"]]
    pool = pool.assign(number=number).sort_values(["village_code", "number"], ignore_index=True)
    share = _shares(pool["village_code"].value_counts().sort_index(), min(n, len(pool)))
    pool["place"] = pool.groupby("village_code").cumcount() + 1
    drawn = pool[pool["place"] <= pool["village_code"].map(share)]
    return drawn[["village_code", "building_id", "place"]].reset_index(drop=True)


def wilson(n: int, d: int) -> Share:
    """The share n / d with Wilson's interval, which is honest for small samples and near 0 and 1.

    Source: Wilson 1927; recommended over the normal interval by Brown, Cai and DasGupta 2001.

    Examples
    --------
    >>> share = wilson(48, 50)
    >>> round(share.ratio, 3), round(share.low, 3), round(share.high, 3)
    (0.96, 0.865, 0.989)
    """
    if d == 0:
        return Share(0, 0, math.nan, math.nan, math.nan)
    ratio, z2 = n / d, Z95**2
    centre = (ratio + z2 / (2 * d)) / (1 + z2 / d)
    half = Z95 / (1 + z2 / d) * math.sqrt(ratio * (1 - ratio) / d + z2 / (4 * d * d))
    return Share(n, d, ratio, max(0.0, centre - half), min(1.0, centre + half))


def _shares(sizes: pd.Series, n: int) -> pd.Series:
    """Places of each village: one each where they suffice, the rest in proportion to the size by largest remainder."""
    if not len(sizes):
        return pd.Series(dtype="int64")
    exact = sizes * n / sizes.sum()
    places = np.floor(exact)
    if n >= len(sizes):
        places = places.clip(lower=1)
    while places.sum() > n:  # the ones given to small villages come from those that have most above their share
        above = (places - exact).where(places > 1, -np.inf)
        places[above.idxmax()] -= 1
    left = int(n - places.sum())
    short = (exact - places).where(places < sizes, -np.inf)
    first = short.sort_values(ascending=False, kind="stable").index[:left]
    places[first] += 1
    return places.astype("int64")
