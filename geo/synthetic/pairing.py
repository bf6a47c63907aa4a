"""What several planters of door faults share: pairs of houses, doors without a house, wrong coordinates, nobody at home."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.synthetic.choosing import (
    add_doors,
    empty_ground,
    home,
    inland,
    mark,
    place_in,
    plain,
    put,
    spare,
    spare_numbers,
)
from geo.synthetic.draft import Draft, Ints

NOBODY = {"registered_n": 0.0, "resident_n": 0.0, "floating_n": 0.0, "absent_n": 0.0, "unit_n": 0.0}


def far_pairs(draft: Draft, fault: str, count: int, least_m: float, most_m: float) -> tuple[Ints, Ints]:
    """Pairs of plain doors of one village and one numbered row, their houses that far apart, each used once."""
    free = draft.rng.permutation(np.flatnonzero(plain(draft) & inland(draft, 12.0)))
    rows = draft.doors.iloc[free]
    xy, key = rows[["x", "y"]].to_numpy(float), (rows["village"].astype(str) + "|" + rows["place"]).to_numpy(object)
    shape = draft.houses["footprint"].to_numpy()[rows["house"].to_numpy()]
    tree, used = cKDTree(xy), np.zeros(len(free), dtype=bool)
    out: list[tuple[int, int]] = []
    for k in range(len(free)):
        if len(out) == count:
            break
        if used[k]:
            continue
        near = np.array(sorted(tree.query_ball_point(xy[k], most_m)), dtype=int)
        near = near[~used[near] & (key[near] == key[k])]
        able = near[shapely.distance(shape[near], shape[k]) >= least_m]
        if len(able):
            m = int(able[draft.rng.integers(0, len(able))])
            used[[k, m]] = True
            out.append((min(int(free[k]), int(free[m])), max(int(free[k]), int(free[m]))))
    pairs = np.array(out, dtype=int).reshape(-1, 2)
    mark(draft, fault, pairs.ravel())
    return pairs[:, 0], pairs[:, 1]


def same_key(draft: Draft, first: Ints, second: Ints) -> None:
    """Give the second doors the numbers of the first, on the plate and in the register."""
    for part in ("number", "sub"):
        for column in (part, f"p_{part}", f"a_{part}"):
            put(draft, column, second, draft.doors[part].to_numpy()[first])


def strays(draft: Draft, fault: str, count: int, *, clear_m: float) -> Ints:
    """Doors without a house, on empty ground, with a number beyond the last one of a row of that village."""
    xy, village = empty_ground(draft, count, clear_m)
    like = place_in(draft, village)
    number = spare_numbers(draft, like)
    x, y = xy[:, 0].round(3), xy[:, 1].round(3)
    return add_doors(
        draft, like, house=-1, village=village, number=number, sub=0, building_no=0, temporary=False, estate="", x=x, y=y, p_x=x, p_y=y, a_x=x,
        a_y=y, a_located=-1.0, plate=True, address=True, p_state="installed", p_face="good", p_level="door", p_says=village, a_says=village,
        a_status="current", expires=None, p_old="", a_old="", p_alias="", a_alias="", a_tail="", counted=False, fault=fault, trap="", p_quiet=True,
        a_quiet=True, a_until=None, counted_on="2026-06-15",
    )  # fmt: skip


def displace(draft: Draft, doors: Ints, side: str) -> None:
    """Move the coordinate 25 to 120 m away, to a spot at least 3 m from every footprint."""
    tree = shapely.STRtree(draft.houses["footprint"].to_numpy())
    own = draft.houses["footprint"].to_numpy()[home(draft, doors)]
    start = draft.doors[["x", "y"]].to_numpy(float)[doors]
    done = np.full((len(doors), 2), np.nan)
    for _ in range(80):
        angle, reach = draft.rng.uniform(0, 2 * np.pi, len(doors)), draft.rng.uniform(25, 120, len(doors))
        xy = (start + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])).round(3)
        point = shapely.points(xy)
        near = np.unique(tree.query(point, predicate="dwithin", distance=3.0)[0])
        distance_m = shapely.distance(point, own)
        good = np.isnan(done[:, 0]) & (distance_m > 15) & (distance_m < 140)
        good[near] = False
        done[good] = xy[good]
    put(draft, f"{side}_x", doors, done[:, 0])
    put(draft, f"{side}_y", doors, done[:, 1])


def distance_open(draft: Draft, *doors: int) -> None:
    """Where the house of a shared number is not beyond doubt, its distance is no case either way."""
    for d in doors:
        spare(draft, "misplaced_plate", ("plate", int(d)))
        spare(draft, "misplaced_address", ("address", int(d)))


def nobody_home(draft: Draft, doors: Ints) -> None:
    """Set every count of the doors to zero; whether the count was delivered stays as it is."""
    for column, value in NOBODY.items():
        put(draft, column, doors, value)
