"""What every planter needs: free doors to plant on, unused numbers, empty ground, and the book of cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.draft import Bools, Draft, Floats, Ints, Objects, either

Ref = tuple[str, int]
"""What a case is about: kind of table (building, previous, plate, address, room) and the row's position in the draft."""

_SHARE = 0.006
_AT_LEAST = 3


def quota(draft: Draft, weight: float = 1.0) -> int:
    """How many cases of one code a town of this size gets."""
    return max(_AT_LEAST, round(_SHARE * weight * int(draft.houses["role"].ne("shed").sum())))


def plain(draft: Draft) -> Bools:
    """Doors nothing was planted on: the only door of an ordinary house that has nothing planted either."""
    doors, houses = draft.doors, draft.houses
    free = doors["fault"].eq("") & doors["trap"].eq("") & doors["role"].eq("house") & doors["house"].ge(0)
    home = doors["house"].to_numpy().clip(0)
    clean = houses["fault"].eq("") & houses["trap"].eq("") & houses["live"] & houses["current"]
    return np.asarray(free.to_numpy() & clean.to_numpy()[home], dtype=bool)


def streetside(draft: Draft) -> Bools:
    """Doors on a named street, which has sides and an order."""
    return draft.doors["market"].to_numpy(bool)


def inland(draft: Draft, depth_m: float = 30.0) -> Bools:
    """Doors at least that deep inside their own village."""
    return np.asarray(draft.doors["depth_m"].to_numpy() > depth_m)


def take(draft: Draft, fault: str, count: int, among: Bools | None = None) -> Ints:
    """Choose that many plain doors at random, mark them and their houses with the fault, and give them back."""
    free = plain(draft) & (among if among is not None else True)
    chosen = np.sort(draft.rng.permutation(np.flatnonzero(free))[:count])
    mark(draft, fault, chosen)
    return chosen


def mark(draft: Draft, fault: str, doors: Ints) -> None:
    """Book doors and their houses for one fault; their positions then follow the fault alone."""
    put(draft, "fault", doors, fault)
    home = draft.doors["house"].to_numpy()[doors]
    draft.houses.loc[home[home >= 0], "fault"] = fault
    draft.doors.loc[doors, ["p_quiet", "a_quiet"]] = True


def put(draft: Draft, column: str, doors: Ints, value: Any) -> None:
    """Set one column of the given doors; a column has one value for all or one for each."""
    draft.doors.loc[doors, column] = value


def locate(draft: Draft, doors: Ints) -> None:
    """Give the register addresses of these doors a coordinate."""
    put(draft, "a_located", doors, -1.0)


def home(draft: Draft, doors: Ints) -> Ints:
    """Houses of the given doors."""
    return np.asarray(draft.doors["house"].to_numpy()[doors])


def spare_numbers(draft: Draft, doors: Ints) -> Ints:
    """Numbers nobody uses at these doors' places, beyond the last one and of the same parity, all different.

    A number once given out here is never given out again, though it may stand in the crosswalk alone.
    """
    table = draft.doors
    top = table.groupby("place")[["number", "p_number", "a_number"]].max().max(axis=1)
    top = top.combine(draft.spent, max, fill_value=0).astype(int)
    mine = table.iloc[doors]
    step = pd.Series(4 + 2 * draft.rng.integers(0, 2, len(doors)), index=mine.index)
    base = mine["place"].map(top) + 2 + step.groupby(mine["place"]).cumsum()
    number = base + (base - mine["number"]) % 2
    draft.spent = draft.spent.combine((number + 1).groupby(mine["place"]).max(), max, fill_value=0).astype(int)
    return np.asarray(number, dtype=int)


def add_doors(draft: Draft, like: Ints, **changes: Any) -> Ints:
    """Further doors, copied from the given ones with some columns changed; both sides of the key follow the key."""
    rows = draft.doors.iloc[like].assign(**changes)
    both = [part for part in ("village", "place", "number", "sub", "building_no", "temporary", "estate") if part in changes]
    rows = rows.assign(**{f"{side}_{part}": rows[part] for part in both for side in ("p", "a")})
    first = len(draft.doors)
    draft.doors = pd.concat([draft.doors, rows], ignore_index=True)
    return np.arange(first, first + len(like))


def add_houses(draft: Draft, like: Ints, **changes: Any) -> Ints:
    """Further footprints, copied from the given houses with some columns changed."""
    first = len(draft.houses)
    draft.houses = pd.concat([draft.houses, draft.houses.iloc[like].assign(doors_n=0, **changes)], ignore_index=True)
    return np.arange(first, first + len(like))


def reshape(draft: Draft, column: str, houses: Ints, shapes: Sequence[shapely.Geometry] | Objects) -> None:
    """Set the footprint, or the former one, of the given houses."""
    all_shapes = draft.houses[column].to_numpy(dtype=object, copy=True)
    all_shapes[houses] = np.array([*shapes, None], dtype=object)[:-1]
    draft.houses[column] = all_shapes


def demolish(draft: Draft, houses: Ints, *, documented: bool = True) -> None:
    """The houses are gone: half of them left the survey, half are still in it as demolished (documented ones only)."""
    rng, table = draft.rng, draft.houses
    table.loc[houses, "live"] = False
    stays = (rng.random(len(houses)) < 0.35) & documented
    table.loc[houses, "current"] = stays
    table.loc[houses, "condition"] = either(stays, "demolished", None)
    if documented:
        year = rng.integers(2022, 2026, len(houses))
        day = np.datetime64("2022-01-10", "D") + (year - 2022) * 365 + rng.integers(0, 330, len(houses))
        number = rng.integers(1, 90, len(houses))
        draft.demolitions += [
            {"house": int(h), "demolished_on": str(d), "document": f"璧梧征〔{y}〕{k}号"} for h, d, y, k in zip(houses, day, year, number, strict=True)
        ]


def empty_ground(draft: Draft, count: int, clear_m: float) -> tuple[Floats, Ints]:
    """Points that far from every footprint of either survey, at least 60 m inside their village; and the villages."""
    shapes = draft.villages["geometry"].to_numpy()
    inner = shapely.buffer(shapes, -60.0)
    tree, fields = shapely.STRtree(draft.houses["footprint"].to_numpy()), shapely.STRtree(inner)
    found, villages = np.empty((0, 2)), np.empty(0, dtype=int)
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    for _ in range(60):
        xy = np.column_stack([draft.rng.uniform(x0, x1, 20 * count), draft.rng.uniform(y0, y1, 20 * count)])
        point = shapely.points(xy)
        i, v = fields.query(point, predicate="within")
        near = np.unique(tree.query(point[i], predicate="dwithin", distance=clear_m)[0])
        good = np.setdiff1d(np.arange(len(i)), near)
        found, villages = np.vstack([found, xy[i[good]]]), np.r_[villages, v[good]]
        if len(found) >= count:
            break
    return found[:count], villages[:count]


def place_in(draft: Draft, villages: Ints) -> Ints:
    """For each village a door that lives there, to borrow the name of its numbered row from."""
    rows = draft.doors.loc[draft.doors["role"].eq("house") & draft.doors["house"].ge(0)]
    shuffled = rows.iloc[draft.rng.permutation(len(rows))]
    groups = {int(v): g.to_numpy() for v, g in shuffled.index.to_series().groupby(shuffled["village"])}
    every = shuffled.index.to_numpy()
    return np.array([groups[v][k % len(groups[v])] if v in groups else every[k % len(every)] for k, v in enumerate(villages)], dtype=int)


def case(draft: Draft, code: str, subject: Ref, accept: Sequence[Ref | str] = (), note: str = "") -> None:
    """Book one planted case: the finding that must come, and the other names it may come under."""
    draft.cases.append({"code": code, "subject": subject, "accept": list(accept), "note": note})


def spare(draft: Draft, code: str, *objects: Ref | str) -> None:
    """Book objects on which a finding of that code is neither asked for nor wrong ("*": any code)."""
    draft.neutral.extend((code, thing) for thing in objects)
