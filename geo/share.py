"""Where the people of an undecided number are counted: whole households, each in one house, as the whole neighbourhood fits best.

A household lives in one house. Splitting its three persons over three candidates is wrong for certain; the likeliest house is right more
often than not, and right more often still when no house is given the households of two numbers. All of it is marked `shared`.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.columns import among, look_up
from geo.tables import COUNTS

ROOM_RATIO = 0.2
"""Expected numbers beyond a whole one for which a house makes no further room."""


def share(people: pd.DataFrame, torn: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Counts of undecided doors, and of texts that fit several doors, by building.

    Parameters
    ----------
    people
        Rows without a building: door_n and the counts.
    torn
        Doors that a row without a door may mean: person_row (index of `people`), door, weight.
    candidates
        Live buildings each door may belong to: door, building_id, probability.

    Returns
    -------
    DataFrame: index of the people row, building_id and the counts, whole persons. A row of several doors is split over them by
    weight and rounded by largest remainder (ties by door), so that the parts of a row sum to the row. Rows whose doors have no candidate are absent.
    """
    own = people.loc[people["door_n"].isin(candidates["door"]), ["door_n", *COUNTS]].rename(columns={"door_n": "door"})
    own = own.rename_axis("person_row").reset_index()
    possible = torn[torn["door"].isin(candidates["door"])]
    parts = pd.concat([own, _split(people, possible)], ignore_index=True)
    houses = choose(candidates[candidates["door"].isin(parts["door"])])
    out = parts.merge(houses, on="door").sort_values(["person_row", "door"], ignore_index=True)
    return out.set_index("person_row")[["building_id", *COUNTS]]


def choose(candidates: pd.DataFrame) -> pd.DataFrame:
    """One building for every door: its likeliest that has room for it.

    A building has room for as many doors as it may expect (at least one). Doors ask their buildings in order of probability; a building
    keeps its likeliest doors and sends the others on to their next. Whoever is sent away everywhere goes to the likeliest after all.

    Returns
    -------
    DataFrame: door, building_id, sorted by door.
    """
    asked = candidates.sort_values(["door", "probability", "building_id"], ascending=[True, False, True], ignore_index=True)
    expected = asked.groupby("building_id")["probability"].sum()
    room = asked["building_id"].map(np.ceil(expected - ROOM_RATIO).clip(lower=1)).to_numpy()
    open_ = np.ones(len(asked), dtype=bool)
    while True:
        now = asked[open_].drop_duplicates("door").sort_values(["building_id", "probability", "door"], ascending=[True, False, True])
        too_many = now.index[now.groupby("building_id").cumcount().to_numpy() >= room[now.index]]
        if not len(too_many):
            break
        open_[too_many] = False
    last = asked.drop_duplicates("door")
    out = pd.concat([now, last[~last["door"].isin(now["door"])]])
    return out[["door", "building_id"]].sort_values("door", ignore_index=True)


def hanging(doors: pd.DataFrame, edges: pd.DataFrame, footprints: gpd.GeoDataFrame, *, least_ratio: float) -> pd.DataFrame:
    """The live buildings doors may belong to: door, building_id, probability.

    Parameters
    ----------
    doors
        door and building (position of the building it is decided to belong to, -1: undecided).
    edges
        Candidates: door, building (position), probability; those below `least_ratio` are left out.
    """
    live = footprints["live"].to_numpy()
    decided = doors[doors["building"] >= 0].assign(probability=1.0)
    open_ = edges[edges["door"].isin(doors.loc[doors["building"] < 0, "door"]) & (edges["probability"] >= least_ratio)]
    rows = pd.concat([decided[["door", "building", "probability"]], open_[["door", "building", "probability"]]], ignore_index=True)
    rows = rows[live[rows["building"].to_numpy(dtype=int)]] if len(rows) else rows
    return rows.assign(building_id=footprints["building_id"].to_numpy()[rows["building"].to_numpy(dtype=int)])[["door", "building_id", "probability"]]


def torn_doors(people: pd.DataFrame, addresses: gpd.GeoDataFrame, buildings: pd.DataFrame) -> pd.DataFrame:
    """Doors that a text which fits several of them may mean: person_row, door, weight.

    The weight is the number of dwellings of the door's building where all of them say so, else its floor area where all are known, else equal.

    Parameters
    ----------
    people
        `geo.population.population`: torn_key.
    addresses
        key, active, door_n, building_id.
    buildings
        building_id, dwellings_n, floors_n, area_m2.
    """
    rows = people.loc[people["torn_key"].notna(), ["torn_key"]].rename_axis("person_row").reset_index()
    asked = among(addresses["key"], rows["torn_key"]) & addresses["active"] & addresses["door_n"].notna()
    held = addresses.loc[asked, ["key", "door_n", "building_id"]].drop_duplicates(["key", "door_n"])
    held = pd.DataFrame({"torn_key": held["key"], "door": held["door_n"].astype(int), "building_id": held["building_id"]})
    held["dwellings"] = look_up(held["building_id"], buildings["building_id"], buildings["dwellings_n"]).astype(float)
    held["floor_m2"] = look_up(held["building_id"], buildings["building_id"], buildings["area_m2"] * buildings["floors_n"]).astype(float)
    out = rows.merge(held, on="torn_key")
    out["weight"] = 1.0
    for measure in ("floor_m2", "dwellings"):
        known = (out[measure] > 0).groupby(out["person_row"]).transform("all")
        out["weight"] = out["weight"].mask(known, out[measure])
    return out[["person_row", "door", "weight"]].sort_values(["person_row", "door"], ignore_index=True)


def _split(people: pd.DataFrame, torn: pd.DataFrame) -> pd.DataFrame:
    """Counts of each row over its doors, whole persons, by largest remainder."""
    rows = torn.merge(people[list(COUNTS)], left_on="person_row", right_index=True)
    rows = rows.sort_values(["person_row", "weight", "door"], ascending=[True, False, True], ignore_index=True)
    ratio = rows["weight"] / rows.groupby("person_row")["weight"].transform("sum")
    for column in COUNTS:
        part = rows[column] * ratio
        whole = np.floor(part)
        left = rows[column] - whole.groupby(rows["person_row"]).transform("sum")
        order = (part - whole).groupby(rows["person_row"]).rank(method="first", ascending=False)
        rows[column] = (whole + (order <= left)).mask(part.isna())
    return rows[["person_row", "door", *COUNTS]]
