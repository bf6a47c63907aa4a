"""Doors of a faultless town: what each plate and each register address says, and how many people are behind it.

A door is the thing a plate and an address speak of. `p_*` columns are what the plate says, `a_*` what the register
says; on a faultless door they agree. Faults are planted by changing these columns, so the truth stays beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from geo.synthetic import names
from geo.synthetic.draft import Floats, Ints, Objects, count_within, either
from geo.synthetic.ground import Ground

KEY = ("village", "place", "number", "sub", "building_no", "temporary")
"""What makes two doors the same: village (index), numbered row, number, sub-number, building of a compound, temporary."""
COUNTS = ("registered_n", "resident_n", "floating_n", "absent_n", "unit_n")

_USES: Mapping[str, tuple[list[str | None], list[float]]] = {
    "house": (["residential", "mixed", "commercial", None], [0.56, 0.12, 0.04, 0.28]),
    "row": (["commercial", "mixed", None], [0.5, 0.3, 0.2]),
    "slab": (["residential"], [1.0]),
    "big": (["public", "commercial", "industrial"], [0.4, 0.4, 0.2]),
    "hut": (["commercial", None], [0.6, 0.4]),
    "shed": (["ancillary", "agricultural"], [0.85, 0.15]),
}


def furnish(rng: np.random.Generator, ground: Ground) -> pd.DataFrame:
    """The houses with use, storeys, dwellings and condition, all standing in both surveys and without a fault."""
    houses, role = ground.houses, ground.houses["role"]
    use = np.full(len(houses), None, dtype=object)
    for kind, (uses, share) in _USES.items():
        chosen = np.flatnonzero(role == kind)
        use[chosen] = np.array(uses, dtype=object)[rng.choice(len(uses), len(chosen), p=share)]
    roomy = np.asarray(houses["width_m"] * houses["depth_m"] > 18.0)
    use[np.asarray(role == "shed") & roomy] = "ancillary"
    floors = np.select(
        [role.isin(["shed", "hut"]), role == "slab", role == "big", houses["market"]],
        [1, rng.integers(6, 12, len(houses)), rng.integers(2, 5, len(houses)), rng.integers(2, 7, len(houses))],
        rng.integers(1, 4, len(houses)),
    )
    functional = rng.random(len(houses)) < 0.5
    return houses.assign(
        use=use, floors_n=floors, temporary=role == "hut", number_exempt=False, condition=either(functional, "functional", None),
        dwellings_n=np.where(role == "slab", floors * 4, np.where(role == "house", 1, np.nan)),
        current=True, previous=True, live=True, fault="", trap="", former=None, says_village=houses["village"],
    )  # fmt: skip


def number_doors(rng: np.random.Generator, houses: pd.DataFrame, streets: pd.DataFrame, villages: pd.DataFrame) -> pd.DataFrame:
    """One row per door: shop rows have several, sheds none; some houses carry the sub-number of their neighbour."""
    inhabited = np.flatnonzero(houses["doors_n"] > 0)
    row = np.repeat(inhabited, houses["doors_n"].to_numpy()[inhabited])
    rank = count_within(houses["doors_n"].to_numpy()[inhabited])
    h = houses.iloc[row].reset_index(drop=True)
    street_name = pd.Series(streets["name"].to_numpy(), index=streets["street"]).reindex(h["street"]).to_numpy()
    blocks, block = np.unique(h["estate"], return_inverse=True)
    title = either(rng.random(len(blocks)) < 0.4, names.estates(rng, len(blocks)), "")
    along = ((rank + 0.5) / h["doors_n"] - 0.5) * h["width_m"]
    doors = pd.DataFrame(
        {
            "house": row, "village": h["village"], "place": either(h["market"], street_name, h["place"]), "number": h["number"] + 2 * rank,
            "sub": 0, "building_no": h["building_no"], "temporary": h["temporary"].to_numpy(bool),
            "estate": either(h["estate"] >= 0, title[block], ""), "role": h["role"], "market": h["market"], "group": h["group"],
            "x": h["front_x"] + along * np.cos(h["angle"]), "y": h["front_y"] + along * np.sin(h["angle"]), "floors_n": h["floors_n"],
        }
    )  # fmt: skip
    border = shapely.boundary(villages["geometry"].to_numpy())
    shapely.prepare(border)
    doors["depth_m"] = shapely.distance(shapely.points(doors["x"], doors["y"]), border[doors["village"].to_numpy()])
    doors = _sub_numbers(rng, doors)
    for side in ("p", "a"):
        doors = doors.assign(**{f"{side}_{part}": doors[part] for part in (*KEY, "estate")})
    return _equip(rng, doors)


def _sub_numbers(rng: np.random.Generator, doors: pd.DataFrame) -> pd.DataFrame:
    """A house squeezed in between takes the number before it with 附1号, and leaves its own number unused."""
    step = np.where(doors["market"], 2, 1)
    key = ["village", "place", "number"]
    plain = doors["role"].eq("house") & (rng.random(len(doors)) < 0.045)
    before = doors.assign(number=doors["number"] - step)[key]
    known = doors.loc[doors["role"].eq("house") & ~plain, key].assign(known=True).drop_duplicates(key)
    chosen = plain & before.merge(known, on=key, how="left")["known"].notna().to_numpy()
    return doors.assign(number=doors["number"] - np.where(chosen, step, 0), sub=np.where(chosen, 1, 0))


def _equip(rng: np.random.Generator, doors: pd.DataFrame) -> pd.DataFrame:
    n = len(doors)
    hut = doors["temporary"].to_numpy()
    return doors.assign(
        plate=True, p_state="installed", p_face="good", p_level=np.where(doors["building_no"] > 0, "building", "door"),
        p_x=np.nan, p_y=np.nan, p_old="", p_says=doors["village"], p_alias="", expires=either(hut, "2027-05-31", None),
        p_on=_days(rng, n, 2012, 2025), p_quiet=False,
        address=True, a_status="current", a_x=np.nan, a_y=np.nan, a_located=rng.random(n), a_old="", a_says=doors["village"], a_alias="",
        a_tail="", a_from=_days(rng, n, 2012, 2025), a_until=None, a_quiet=False, a_declares=True,
        fault="", trap="", same_as=-1, counted=rng.random(n) < 0.9, counted_on="2026-06-15", **_people(rng, doors),
    )  # fmt: skip


def _people(rng: np.random.Generator, doors: pd.DataFrame) -> dict[str, Floats]:
    """Ordinary counts: somebody lives there, residents = registered - absent + floating, firms in shops."""
    n = len(doors)
    home = (doors["building_no"].eq(0) & ~doors["temporary"]).to_numpy()
    registered = np.where(home, rng.choice([1, 2, 3, 4, 5], n, p=[0.2, 0.28, 0.22, 0.18, 0.12]), np.where(doors["temporary"], 1, 0))
    absent = np.where(home & (rng.random(n) < 0.05), np.minimum(registered, 1), 0)
    floating = np.where(home & (rng.random(n) < 0.3), rng.choice([1, 2, 3], n, p=[0.7, 0.22, 0.08]), 0)
    unit = np.where(doors["role"].isin(["row", "big"]) & (rng.random(n) < 0.6), 1, 0)
    values = (registered, registered - absent + floating, floating, absent, unit)
    return {name: value.astype(float) for name, value in zip(COUNTS, values, strict=True)}


def rooms(rng: np.random.Generator, doors: pd.DataFrame) -> pd.DataFrame:
    """Room addresses of compounds: 单元 and 室 with their own counts, one row per room, `door` naming its parent."""
    parent = np.flatnonzero((doors["building_no"] > 0) & doors["address"] & doors["fault"].eq(""))
    per_floor, units = 2, 2
    floors = doors["floors_n"].to_numpy()[parent]
    count = floors * per_floor * units
    row = np.repeat(parent, count)
    rank = count_within(count)
    keep = rng.random(len(row)) < 0.35
    row, rank = row[keep], rank[keep]
    unit = rank % units + 1
    room = (rank // (units * per_floor) + 1) * 100 + (rank // units) % per_floor + 1
    return room_rows(rng, row, unit, room)


def flats(rng: np.random.Generator, doors: pd.DataFrame) -> pd.DataFrame:
    """Room addresses of ordinary houses of three storeys and more in markets, two to a floor, where nothing was planted."""
    quiet = doors["fault"].eq("") & doors["trap"].eq("") & doors["address"] & doors["role"].isin(["house", "big"]) & doors["house"].ge(0)
    parent = np.flatnonzero(quiet & doors["market"] & doors["floors_n"].ge(3) & doors["absent_n"].eq(0))
    count = doors["floors_n"].to_numpy()[parent] * 2
    rank = count_within(count)
    return room_rows(rng, np.repeat(parent, count), np.ones(len(rank), dtype=int), (rank // 2 + 1) * 100 + rank % 2 + 1)


def room_rows(rng: np.random.Generator, door: Ints, unit: Ints, room: Ints) -> pd.DataFrame:
    """Rows of the register for rooms behind given doors, inhabited unless the caller changes the counts."""
    n = len(door)
    table = pd.DataFrame({"door": door, "unit": unit, "room": room, "a_from": _days(rng, n, 2012, 2025), "fault": ""})
    registered = rng.choice([1, 2, 3, 4], n, p=[0.25, 0.3, 0.3, 0.15])
    floating = np.where(rng.random(n) < 0.2, 1, 0)
    zero = np.zeros(n)
    values = (registered, registered + floating, floating, zero, zero)
    return table.assign(counted=True, counted_on="2026-06-15", **{k: np.asarray(v, dtype=float) for k, v in zip(COUNTS, values, strict=True)})


def _days(rng: np.random.Generator, n: int, first: int, last: int) -> Objects:
    start = np.datetime64(f"{first}-01-01", "D")
    span = int((np.datetime64(f"{last}-12-31", "D") - start).astype(int))
    return (start + rng.integers(0, span, n)).astype(str).astype(object)
