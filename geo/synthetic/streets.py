"""Settlements of an invented town and the bent streets in them: markets with parallel streets, hamlets with a lane or two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.synthetic import names
from geo.synthetic.draft import Floats, Ints, count_within, either

_STEP_M = 10.0
_MARKET_SHARE = 0.5
_MARKET_N = 4000
SHED_SHARE = 0.17


def settle(rng: np.random.Generator, boundary: shapely.Polygon, buildings_n: int) -> pd.DataFrame:
    """Markets first, then hamlets by random size; more than needed, because houses that collide are given up."""
    wanted = buildings_n * (1 - SHED_SHARE) * 1.75
    markets_n = max(1, int(np.ceil(buildings_n * _MARKET_SHARE / _MARKET_N)))
    market = np.full(markets_n, wanted * _MARKET_SHARE / markets_n)
    hamlet = np.clip(np.exp(rng.normal(np.log(20), 0.6, max(8, int(wanted / 8)))), 6, 90)
    hamlet = hamlet[: int(np.searchsorted(np.cumsum(hamlet), wanted * (1 - _MARKET_SHARE) * 1.3)) + 3]
    centre = np.array([boundary.centroid.x, boundary.centroid.y])[None, :] if markets_n == 1 else spread(rng, boundary, markets_n)
    clear_m = np.sqrt(market[0] * 14 * 52 / 2 / np.pi) * 0.95
    away = _points_in(rng, boundary.buffer(-40), 12 * len(hamlet))
    distance_m, _ = cKDTree(centre).query(away)
    away = _thin(away[distance_m > clear_m], 70.0)[: len(hamlet)]
    hamlet = hamlet[: len(away)]
    return pd.DataFrame(
        {
            "x": np.r_[centre[:, 0], away[:, 0]],
            "y": np.r_[centre[:, 1], away[:, 1]],
            "size": np.r_[market, hamlet].astype(int),
            "market": np.arange(len(market) + len(hamlet)) < len(market),
            "heading": rng.uniform(0, np.pi, len(market) + len(hamlet)),
        }
    )


class Curve:
    """One bent base line per settlement; streets run beside it, houses stand along them."""

    def __init__(self, rng: np.random.Generator, settlements: pd.DataFrame) -> None:
        size = settlements["size"].to_numpy(float)
        market = settlements["market"].to_numpy()
        self.rows = np.where(market, np.maximum(2, np.round(np.sqrt(size * 14 / (2 * 52)))), np.where(size > 45, 2, 1)).astype(int)
        pitch_m = np.where(market, 14.0, 17.0)
        self.length_m = size * pitch_m / (2 * self.rows)
        reach_m = self.rows * 52 / 2 + 80
        bend = np.where(market, np.minimum(0.6, self.length_m / (2.2 * reach_m)), rng.uniform(0.2, 0.8, len(size)))
        wave_m = np.where(market, self.length_m * 2.2, np.maximum(160.0, self.length_m * 1.1))
        phase = rng.uniform(0, 2 * np.pi, len(size))
        self.half_n = np.ceil(self.length_m * 0.75 / _STEP_M).astype(int) + 4
        count = 2 * self.half_n + 1
        self.first = np.r_[0, np.cumsum(count)[:-1]]
        owner = np.repeat(np.arange(len(size)), count)
        s_m = (np.arange(count.sum()) - np.repeat(self.first + self.half_n, count)) * _STEP_M
        heading = settlements["heading"].to_numpy()[owner] + bend[owner] * np.sin(2 * np.pi * s_m / wave_m[owner] + phase[owner])
        step = _STEP_M * np.column_stack([np.cos(heading), np.sin(heading)])
        xy = np.cumsum(step, axis=0)
        middle = (self.first + self.half_n)[owner]
        self.xy = xy - xy[middle] + settlements[["x", "y"]].to_numpy()[owner]
        self.heading = heading

    def at(self, settlement: Ints, s_m: Floats, aside_m: Floats) -> tuple[Floats, Floats]:
        """Point beside the base line (left positive) and the heading there."""
        where = np.clip(s_m / _STEP_M + self.half_n[settlement], 0, 2 * self.half_n[settlement] - 1e-6)
        low = where.astype(int)
        share = (where - low)[:, None]
        row = self.first[settlement] + low
        heading = self.heading[row] * (1 - share[:, 0]) + self.heading[row + 1] * share[:, 0]
        base = self.xy[row] * (1 - share) + self.xy[row + 1] * share
        return base + aside_m[:, None] * np.column_stack([-np.sin(heading), np.cos(heading)]), heading


def lay_streets(rng: np.random.Generator, settlements: pd.DataFrame, curve: Curve, pitch_ratio: float) -> pd.DataFrame:
    """Streets beside the base line of every settlement; those of markets have names, twins share theirs but for 路, 街, 巷."""
    owner = np.repeat(np.arange(len(settlements)), curve.rows)
    rank = count_within(curve.rows)
    market = settlements["market"].to_numpy()[owner]
    spacing_m = np.where(market, rng.uniform(50, 58, len(owner)) * (0.6 + 0.4 * pitch_ratio), 46.0)
    total = pd.Series(spacing_m).groupby(owner).cumsum().to_numpy()
    middle = pd.Series(total).groupby(owner).transform("mean").to_numpy()
    half_m = curve.length_m[owner] / 2
    start = -half_m * rng.uniform(0.8, 1.3, len(owner))
    end = half_m * rng.uniform(0.8, 1.3, len(owner))
    streets = pd.DataFrame(
        {"street": np.arange(len(owner)), "settlement": owner, "rank": rank, "market": market, "aside_m": total - middle, "s0": start, "s1": end}
    )
    suffix = np.array(["路", "街", "巷", "街", "大道"], dtype=object)[rng.choice(5, len(owner), p=[0.35, 0.3, 0.2, 0.1, 0.05])]
    stem = np.full(len(owner), "", dtype=object)
    stem[market] = names.stems(rng, int(market.sum()))
    twin = market & (rank > 0) & (rng.random(len(owner)) < 0.12)
    stem = np.where(twin, np.r_[stem[:1], stem[:-1]], stem)
    again = pd.Series(stem + suffix).where(market).groupby(stem + suffix).cumcount().to_numpy() * market
    branch = np.array(["", "支", "二支", "三支"], dtype=object)[again.clip(0, 3)]
    streets["name"] = either(market, stem + branch + suffix, "")
    steps = np.maximum(2, np.ceil((end - start) / 15).astype(int) + 1)
    row = np.repeat(np.arange(len(owner)), steps)
    share = count_within(steps) / (steps[row] - 1)
    xy, _ = curve.at(owner[row], start[row] + share * (end - start)[row], (total - middle)[row])
    streets["geometry"] = shapely.linestrings(np.round(xy, 2), indices=row)
    return streets


def _points_in(rng: np.random.Generator, area: shapely.Polygon, count: int) -> Floats:
    x0, y0, x1, y1 = area.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((x0, y0), (x1, y1), (2 * count + 16, 2))
        found = np.vstack([found, tried[shapely.contains_xy(area, tried[:, 0], tried[:, 1])]])
    return found[:count]


def spread(rng: np.random.Generator, boundary: shapely.Polygon, count: int) -> Floats:
    """That many points, evenly spread over an area: a cloud of points, moved twelve times to the middle of its nearest."""
    cloud = _points_in(rng, boundary.buffer(-np.sqrt(boundary.area) * 0.06), 60 * count)
    centre = cloud[:count]
    for _ in range(12):
        _, nearest = cKDTree(centre).query(cloud)
        total = np.column_stack([np.bincount(nearest, cloud[:, k], count) for k in (0, 1)])
        centre = total / np.maximum(np.bincount(nearest, minlength=count), 1)[:, None]
    return centre


def _thin(points: Floats, apart_m: float) -> Floats:
    near = cKDTree(points).query_pairs(apart_m, output_type="ndarray")
    drop = np.zeros(len(points), dtype=bool)
    drop[near.max(axis=1)] = True
    return points[~drop]
