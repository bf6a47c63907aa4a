"""The houses of an invented town: plots along both sides of every street, their outlines and numbers, and the sheds behind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.synthetic import names
from geo.synthetic.draft import Floats, Objects, count_within
from geo.synthetic.streets import Curve

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


def build(rng: np.random.Generator, streets: pd.DataFrame, curve: Curve, pitch_ratio: float) -> pd.DataFrame:
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
    # where houses stand closer they are smaller as well
    width_m, depth_m = width_m * (0.5 + 0.5 * min(pitch_ratio, 1.0)), depth_m * (0.5 + 0.5 * min(pitch_ratio, 1.0))
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


def clear(houses: pd.DataFrame, streets: pd.DataFrame, boundary: shapely.Polygon, wanted: int) -> pd.DataFrame:
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


def into_villages(houses: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
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


def number(rng: np.random.Generator, houses: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
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


def sheds(rng: np.random.Generator, houses: pd.DataFrame, streets: pd.DataFrame, wanted: int) -> pd.DataFrame:
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


def _outline(rng: np.random.Generator, plots: pd.DataFrame, curve: Curve) -> pd.DataFrame:
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
