"""The ground of an invented town: boundary, villages, streets with bends, and the houses along them.

Everything is laid out in metres around an origin and vectorised over all houses; a loop runs over settlements' few
hundred streets at most. Order of the random draws is fixed, so one seed is one town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.synthetic import names
from geo.synthetic.draft import Floats, Ints, Objects, either

CRS = "EPSG:4544"
"""CGCS2000 / 3-degree Gauss-Kruger CM 105E, metres; the town lies near 106.2E 29.6N."""
ORIGIN_M = (616_200.0, 3_276_500.0)

_STEP_M = 10.0
_PER_KM2 = 480.0
_MARKET_SHARE = 0.5
_MARKET_N = 4000
_VILLAGE_N = 1250
_SHED_SHARE = 0.17
_ROAD_HALF_M = 4.5

# Outlines in the unit square, the front at y = -0.5; the shares say how often each stands in a street.
_OUTLINES: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (0.46, ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))),
    (0.14, ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (0.1, 0.5), (0.1, 0.12), (-0.5, 0.12))),
    (0.14, ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.12), (-0.1, 0.12), (-0.1, 0.5), (-0.5, 0.5))),
    (0.10, ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (0.22, 0.5), (0.22, 0.05), (-0.22, 0.05), (-0.22, 0.5), (-0.5, 0.5))),
    (0.10, ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.25), (0.18, 0.25), (0.18, 0.5), (-0.18, 0.5), (-0.18, 0.25), (-0.5, 0.25))),
    (0.06, ((-0.5, -0.38), (-0.2, -0.38), (-0.2, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))),
)  # fmt: skip
_SLAB = (
    (-0.5, -0.42), (-0.3, -0.42), (-0.3, -0.5), (-0.2, -0.5), (-0.2, -0.42), (0.2, -0.42), (0.2, -0.5), (0.3, -0.5),
    (0.3, -0.42), (0.5, -0.42), (0.5, 0.5), (-0.5, 0.5),
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What stands where, before anybody numbers or registers it.

    villages: name, geometry. streets: street (index), name, market, geometry. houses: role {house, row, slab, hut,
    shed, big}, footprint, centre x/y, front x/y (the door), heading, width_m, depth_m, village and street (indices,
    street -1 in hamlets), place (text of the numbered row), number, doors_n (doors of a row), building_no (slabs).
    """

    villages: pd.DataFrame
    streets: pd.DataFrame
    houses: pd.DataFrame


def lay_ground(rng: np.random.Generator, *, buildings_n: int, pitch_ratio: float = 1.0) -> Ground:
    """Villages, streets and houses of a town with that many buildings, sheds included.

    Parameters
    ----------
    buildings_n
        Footprints wanted; met exactly unless the town is too small to hold its first street.
    pitch_ratio
        Gaps between houses, 1 = an ordinary town, below 1 denser.
    """
    radius_m = float(np.sqrt(buildings_n / _PER_KM2 / np.pi) * 1000.0)
    boundary = _boundary(rng, radius_m)
    settlements = _settle(rng, boundary, buildings_n)
    villages = _villages(rng, boundary, settlements, buildings_n)
    curve = _Curve(rng, settlements)
    streets = _streets(rng, settlements, curve, pitch_ratio)
    houses = _build(rng, streets, curve, pitch_ratio)
    houses = _clear(houses, streets, boundary, round(buildings_n * (1 - _SHED_SHARE)))
    houses = _number(rng, _into_villages(houses, villages), villages)
    houses = pd.concat([houses, _sheds(rng, houses, streets, buildings_n - len(houses))], ignore_index=True)
    used = np.unique(houses["street"][houses["street"] >= 0])
    return Ground(villages, streets.loc[streets["street"].isin(used)].reset_index(drop=True), houses)


def count_within(lengths: Ints) -> Ints:
    """0, 1, 2 ... within every run of that length, the runs one after another."""
    return np.asarray(np.arange(int(lengths.sum())) - np.repeat(np.r_[0, np.cumsum(lengths)[:-1]], lengths), dtype=np.int64)


def _boundary(rng: np.random.Generator, radius_m: float) -> shapely.Polygon:
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    wave = sum(rng.uniform(0.02, 0.11) * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in range(2, 7))
    reach = (radius_m + 60.0) * (1.08 + wave)
    return shapely.Polygon(np.column_stack([ORIGIN_M[0] + reach * np.cos(angle), ORIGIN_M[1] + reach * np.sin(angle)]))


def _points_in(rng: np.random.Generator, area: shapely.Polygon, count: int) -> Floats:
    x0, y0, x1, y1 = area.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = rng.uniform((x0, y0), (x1, y1), (2 * count + 16, 2))
        found = np.vstack([found, tried[shapely.contains_xy(area, tried[:, 0], tried[:, 1])]])
    return found[:count]


def _settle(rng: np.random.Generator, boundary: shapely.Polygon, buildings_n: int) -> pd.DataFrame:
    """Markets first, then hamlets by random size; more than needed, because houses that collide are given up."""
    wanted = buildings_n * (1 - _SHED_SHARE) * 1.75
    markets_n = max(1, int(np.ceil(buildings_n * _MARKET_SHARE / _MARKET_N)))
    market = np.full(markets_n, wanted * _MARKET_SHARE / markets_n)
    hamlet = np.clip(np.exp(rng.normal(np.log(20), 0.6, max(8, int(wanted / 8)))), 6, 90)
    hamlet = hamlet[: int(np.searchsorted(np.cumsum(hamlet), wanted * (1 - _MARKET_SHARE) * 1.3)) + 3]
    centre = np.array([boundary.centroid.x, boundary.centroid.y])[None, :] if markets_n == 1 else _spread(rng, boundary, markets_n)
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


def _spread(rng: np.random.Generator, boundary: shapely.Polygon, count: int) -> Floats:
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


def _villages(rng: np.random.Generator, boundary: shapely.Polygon, settlements: pd.DataFrame, buildings_n: int) -> pd.DataFrame:
    count = max(5, round(buildings_n / _VILLAGE_N))
    anchor = settlements.loc[settlements["market"], ["x", "y"]].to_numpy()[:count]
    seeds = np.vstack([anchor + rng.uniform(-60, 60, anchor.shape), _spread(rng, boundary, count)])[:count]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=boundary.buffer(500)))
    owner = shapely.STRtree(cells).query(shapely.points(seeds), predicate="within")
    cells = shapely.intersection(cells[owner[1][np.argsort(owner[0])]], boundary)
    cells = shapely.segmentize(cells, 22.0)
    xy = shapely.get_coordinates(cells)
    cells = shapely.set_coordinates(cells.copy(), np.round(xy + _wander(rng, xy, boundary), 2))
    kind = np.where(rng.random(count) < 0.25, "社区", "村").astype(object)
    kind[0] = "社区"
    return pd.DataFrame({"name": names.stems(rng, count) + kind, "geometry": [shapely.MultiPolygon([c]) if c.geom_type == "Polygon" else c for c in cells]})


def _wander(rng: np.random.Generator, xy: Floats, boundary: shapely.Polygon) -> Floats:
    """Displacement that depends on the place alone, so that neighbours keep one border; zero on the outer boundary."""
    shift = np.zeros_like(xy)
    for length_m, height_m in ((420.0, 26.0), (130.0, 8.0), (47.0, 2.5)):
        phase = rng.uniform(0, 2 * np.pi, 4)
        along = 2 * np.pi * (xy - np.array(ORIGIN_M)) / length_m
        shift[:, 0] += height_m * np.sin(along[:, 1] + phase[0]) * np.cos(0.6 * along[:, 0] + phase[1])
        shift[:, 1] += height_m * np.sin(along[:, 0] + phase[2]) * np.cos(0.6 * along[:, 1] + phase[3])
    inside_m = shapely.distance(shapely.points(xy), boundary.exterior)
    return np.asarray(shift * np.clip(inside_m / 120.0, 0, 1)[:, None], dtype=float)


class _Curve:
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


def _streets(rng: np.random.Generator, settlements: pd.DataFrame, curve: _Curve, pitch_ratio: float) -> pd.DataFrame:
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


def _build(rng: np.random.Generator, streets: pd.DataFrame, curve: _Curve, pitch_ratio: float) -> pd.DataFrame:
    """One row per plot along both sides of every street, with its outline; unbuilt plots are left out but keep their numbers."""
    lanes = pd.concat([streets.assign(side=1), streets.assign(side=-1)], ignore_index=True)
    length_m = (lanes["s1"] - lanes["s0"]).to_numpy()
    count = np.ceil(length_m / 8).astype(int) + 2
    row = np.repeat(np.arange(len(lanes)), count)
    n = len(row)
    market = lanes["market"].to_numpy()[row]
    outer = ((lanes["side"] < 0) & (lanes["rank"] == 0)) | ((lanes["side"] > 0) & (lanes["rank"] == curve.rows[lanes["settlement"]] - 1))
    town_roles = ["house", "row", "big", "hut", "gap"]
    role = np.where(
        market, np.array(town_roles, object)[rng.choice(5, n, p=[0.72, 0.11, 0.05, 0.03, 0.09])],
        np.array(town_roles, object)[rng.choice(5, n, p=[0.84, 0.0, 0.01, 0.02, 0.13])],
    )  # fmt: skip
    role = np.where(market & outer.to_numpy()[row] & (rng.random(n) < 0.22), "slab", role).astype(object)
    doors_n = np.where(role == "row", rng.integers(2, 6, n), 1)
    width_m = np.select(
        [role == "row", role == "slab", role == "big", role == "hut", role == "gap"],
        [doors_n * rng.uniform(3.6, 4.4, n), rng.uniform(36, 48, n), rng.uniform(18, 34, n), rng.uniform(4, 7, n), rng.uniform(6, 16, n)],
        rng.uniform(8, 14.5, n),
    )
    depth_m = np.select(
        [role == "slab", role == "big", role == "hut"], [rng.uniform(11, 13.5, n), rng.uniform(12, 18, n), rng.uniform(3, 5, n)], rng.uniform(8, 13.5, n)
    )
    gap_m = np.where(market, np.where(rng.random(n) < 0.35, 0.4, rng.uniform(1.0, 5.0, n)), 2.5 + rng.exponential(6.0, n)) * pitch_ratio
    setback_m = np.where(market, rng.uniform(1.5, 3.0, n), 2.0 + rng.exponential(4.0, n).clip(0, 16))
    pitch = width_m + gap_m
    end = pd.Series(pitch).groupby(row).cumsum().to_numpy()
    s_m = lanes["s0"].to_numpy()[row] + end - pitch / 2
    # a cross lane every 130 m or so keeps the blocks open
    crossing = market & (np.abs((s_m + lanes["settlement"].to_numpy()[row] * 37.0) % 130.0 - 65.0) < 6.0)
    plots = pd.DataFrame(
        {
            "role": np.where(crossing, "gap", role), "doors_n": doors_n, "width_m": width_m, "depth_m": depth_m, "setback_m": setback_m, "s_m": s_m,
            "settlement": lanes["settlement"].to_numpy()[row], "street": lanes["street"].to_numpy()[row], "side": lanes["side"].to_numpy()[row],
            "aside_m": lanes["aside_m"].to_numpy()[row], "market": market,
        }
    ).loc[end - pitch < length_m[row]]  # fmt: skip
    plots = plots.reset_index(drop=True)
    before = plots.groupby(["street", "side"])["doors_n"].cumsum() - plots["doors_n"]
    plots["number"] = np.where(plots["side"] > 0, 1, 2) + 2 * before
    plots["estate"] = np.where(plots["role"] == "slab", np.arange(len(plots)), -1)
    return _outline(rng, _stack_slabs(rng, plots).query("role != 'gap'").reset_index(drop=True), curve)


def _stack_slabs(rng: np.random.Generator, plots: pd.DataFrame) -> pd.DataFrame:
    """A compound is a slab on the street with one to three more behind it, numbered 1幢, 2幢 ... from the gate."""
    slab = plots["role"] == "slab"
    copies = np.where(slab, rng.integers(2, 5, len(plots)), 1)
    row = np.repeat(np.arange(len(plots)), copies)
    out = plots.iloc[row].reset_index(drop=True)
    rank = count_within(copies)
    out["building_no"] = np.where(out["role"] == "slab", rank + 1, 0)
    out["setback_m"] += rank * rng.uniform(24, 30, len(plots))[row]
    return out


def _outline(rng: np.random.Generator, plots: pd.DataFrame, curve: _Curve) -> pd.DataFrame:
    n = len(plots)
    side = plots["side"].to_numpy(float)
    settlement = plots["settlement"].to_numpy()
    lateral = plots["aside_m"].to_numpy() + side * (_ROAD_HALF_M + plots["setback_m"].to_numpy() + plots["depth_m"].to_numpy() / 2)
    centre, heading = curve.at(settlement, plots["s_m"].to_numpy(), lateral)
    turn = np.where(plots["market"], rng.normal(0, 0.012, n), rng.normal(0, 0.16, n).clip(-0.4, 0.4))
    # the front (y = -0.5) looks at the street: turn by half a circle on the right-hand side
    angle = heading + turn + np.where(side > 0, 0.0, np.pi)
    kind = rng.choice(len(_OUTLINES), n, p=[share for share, _ in _OUTLINES])
    plain = plots["role"].isin(["row", "hut"]).to_numpy() | (plots["width_m"] < 7).to_numpy()
    kind = np.where(plots["role"] == "slab", len(_OUTLINES), np.where(plain, 0, kind))
    footprint = np.empty(n, dtype=object)
    shapes = [np.array(ring) for _, ring in _OUTLINES] + [np.array(_SLAB)]
    for code, ring in enumerate(shapes):
        chosen = np.flatnonzero(kind == code)
        footprint[chosen] = _polygons(centre[chosen], angle[chosen], plots["width_m"].to_numpy()[chosen], plots["depth_m"].to_numpy()[chosen], ring)
    front = centre + (plots["depth_m"].to_numpy() / 2)[:, None] * np.column_stack([np.sin(angle), -np.cos(angle)])
    return plots.assign(
        footprint=footprint, x=centre[:, 0], y=centre[:, 1], front_x=front[:, 0], front_y=front[:, 1], angle=angle, shed_of=-1
    )  # fmt: skip


def _polygons(centre: Floats, angle: Floats, width_m: Floats, depth_m: Floats, ring: Floats) -> Objects:
    across, along = width_m[:, None] * ring[None, :, 0], depth_m[:, None] * ring[None, :, 1]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    xy = np.stack([centre[:, 0, None] + across * cos - along * sin, centre[:, 1, None] + across * sin + along * cos], axis=2)
    return np.asarray(shapely.polygons(np.round(np.concatenate([xy, xy[:, :1]], axis=1), 3)), dtype=object)


def _clear(houses: pd.DataFrame, streets: pd.DataFrame, boundary: shapely.Polygon, wanted: int) -> pd.DataFrame:
    """Give up houses outside, on a street or on an earlier house, then keep markets and nearest hamlets up to the wanted number."""
    shape = houses["footprint"].to_numpy()
    tree = shapely.STRtree(shape)
    a, b = tree.query(shape, predicate="dwithin", distance=0.15)
    order = np.lexsort((np.arange(len(houses)), houses["role"].ne("slab"), houses["settlement"]))
    rank = np.empty(len(houses), dtype=int)
    rank[order] = np.arange(len(houses))
    drop = np.zeros(len(houses), dtype=bool)
    drop[a[rank[a] > rank[b]]] = True
    near, _ = tree.query(streets["geometry"].to_numpy(), predicate="dwithin", distance=2.5)[::-1]
    drop[near] = True
    inner = boundary.buffer(-45)
    shapely.prepare(inner)
    drop |= ~shapely.contains_xy(inner, houses["x"].to_numpy(), houses["y"].to_numpy())
    kept = houses.loc[~drop].sort_values(["settlement", "street", "s_m", "side", "building_no"], kind="stable")
    kept = kept.loc[kept["market"] & (kept.groupby("market").cumcount() < wanted * 0.6) | ~kept["market"]]
    return kept.iloc[:wanted].reset_index(drop=True)


def _into_villages(houses: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """The village of every front door; the few on a seam between two borders go to the nearest."""
    shapes = villages["geometry"].to_numpy()
    shapely.prepare(shapes)
    x, y = houses["front_x"].to_numpy(), houses["front_y"].to_numpy()
    owner = np.full(len(houses), -1)
    for k, (x0, y0, x1, y1) in enumerate(shapely.bounds(shapes)):
        near = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
        owner[near[shapely.contains_xy(shapes[k], x[near], y[near])]] = k
    lost = np.flatnonzero(owner < 0)
    owner[lost] = shapely.STRtree(shapes).nearest(shapely.points(x[lost], y[lost]))
    return houses.assign(village=owner)


def _number(rng: np.random.Generator, houses: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """Street houses keep odd and even sides; hamlets count along the lane, as group N组 or under the hamlet's own name."""
    rural = ~houses["market"].to_numpy()
    pair = houses["village"].to_numpy() * (houses["settlement"].max() + 1) + houses["settlement"].to_numpy()
    seen, code = np.unique(pair[rural], return_inverse=True)
    village_of = seen // (houses["settlement"].max() + 1)
    within = pd.Series(village_of).groupby(village_of).cumcount().to_numpy()
    hamlet = names.hamlets()
    start = rng.integers(0, len(hamlet), len(villages))
    named = rng.random(len(seen)) < 0.45
    label = np.where(named, hamlet[(start[village_of] + within) % len(hamlet)], names.digits(within + 1) + "组")
    line = houses.loc[rural].assign(pair=code).sort_values(["pair", "street", "s_m", "side"], kind="stable")
    skip = (rng.random(len(line)) < 0.08).astype(int)
    number = pd.Series(1 + skip, index=line.index).groupby(line["pair"]).cumsum()
    out = houses.assign(place="", group=-1)
    out["number"] = out["number"].where(~rural, number.reindex(out.index)).astype(int)
    out.loc[rural, "place"] = label[code]
    out.loc[rural, "group"] = within[code] + 1
    out.loc[rural, "street"] = -1
    return out


def _sheds(rng: np.random.Generator, houses: pd.DataFrame, streets: pd.DataFrame, wanted: int) -> pd.DataFrame:
    """Small outbuildings behind houses, free of everything else."""
    able = np.flatnonzero(houses["role"].isin(["house", "big"]).to_numpy())
    chosen = np.sort(rng.permutation(able)[: max(0, 3 * wanted)])
    host = houses.iloc[chosen]
    n = len(host)
    width_m, depth_m = rng.uniform(2.8, 5.5, n), rng.uniform(2.5, 4.2, n)
    back = host["depth_m"].to_numpy() / 2 + rng.uniform(0.8, 5.0, n) + depth_m / 2
    across = rng.uniform(-0.4, 0.4, n) * host["width_m"].to_numpy()
    angle = host["angle"].to_numpy()
    centre = host[["x", "y"]].to_numpy() + np.column_stack([across * np.cos(angle) - back * np.sin(angle), across * np.sin(angle) + back * np.cos(angle)])
    shape = _polygons(centre, angle + rng.normal(0, 0.1, n), width_m, depth_m, np.array(_OUTLINES[0][1]))
    tree = shapely.STRtree(np.concatenate([houses["footprint"].to_numpy(), shape]))
    a, b = tree.query(shape, predicate="dwithin", distance=0.3)
    free = np.ones(n, dtype=bool)
    free[a[b < len(houses) + a]] = False
    on_street, _ = shapely.STRtree(shape).query(streets["geometry"].to_numpy(), predicate="dwithin", distance=2.5)[::-1]
    free[on_street] = False
    keep = np.sort(rng.permutation(np.flatnonzero(free))[:wanted])
    out = host.iloc[keep].assign(
        role="shed", doors_n=0, width_m=width_m[keep], depth_m=depth_m[keep], x=centre[keep, 0], y=centre[keep, 1], shed_of=chosen[keep],
        front_x=centre[keep, 0], front_y=centre[keep, 1], estate=-1, building_no=0,
    )  # fmt: skip
    out["footprint"] = shape[keep]
    return out.reset_index(drop=True)
