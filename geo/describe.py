"""What every plate and address claims: its villages, its key, its state, and the plate-level address a room rolls up to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.address import parse
from geo.crosswalk import witness_villages
from geo.locate import locate_villages
from geo.profile import Habits
from geo.tables import Inputs


def describe(inputs: Inputs, old_villages: pd.DataFrame, *, habits: Habits) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Plates and addresses with everything their own row says, worked out once.

    Returns
    -------
    plates
        The plates of `inputs` with: text_village, declared_village, point_village, village_code (see
        `geo.crosswalk.witness_villages`), village_abolished, key (village and door), alias_door, side (what numbers
        alternate in: place and parity), number_n, temporary (by text or kind), standing (not removed), installed, up.
    addresses
        The addresses of `inputs` with the same village columns, key, alias_door, side, number_n, temporary, active
        (current, or unknown and not ended before as_of), rolls_up (bool: a room or unit of another address) and parent_id (the
        plate-level address; null where the address is one), stack and stack_n (the point it shares, number of keys there). Where a door has rooms only, its smallest id stands for it.
    """
    plates = _claims(inputs.plates, inputs, old_villages, habits)
    state = plates["state"].fillna("installed")
    plates["standing"] = (state != "removed").to_numpy()
    plates["installed"] = (state == "installed").to_numpy()
    plates["up"] = plates["installed"] & plates["face"].fillna("good").eq("good")
    addresses = _claims(inputs.addresses, inputs, old_villages, habits)
    ended = addresses["valid_to"] < inputs.as_of
    addresses["active"] = (addresses["status"].eq("current") | (addresses["status"].isna() & ~ended)).to_numpy()
    return plates, _stack(_roll_up(addresses))


def _claims(table: gpd.GeoDataFrame, inputs: Inputs, old_villages: pd.DataFrame, habits: Habits) -> gpd.GeoDataFrame:
    point = locate_villages(table.geometry.to_numpy(), inputs.villages)
    witness = witness_villages(table, inputs, old_villages, point)
    out = table.drop(columns=["village_code", "temporary"]).join(witness)
    out["temporary"] = table["temporary"].astype(bool).to_numpy() | table["kind"].eq("temporary").to_numpy()
    # the kind is part of the key: a ledger that says so only in its own column means the same as 临 in the text
    said = out["temporary"] & ~table["temporary"].astype(bool)
    as_written = out["door"].str.replace(r"^([^|]*)\|\|", r"\1|临|", regex=True) + "临"
    out["door"] = out["door"].mask(said & out["door"].notna(), as_written)
    out["key"] = out["village_code"].fillna("") + "|" + out["door"]
    out["alias_door"] = _alias_door(table["alias"], inputs, habits)
    number = pd.to_numeric(out["number"].str.extract(r"(\d+)", expand=False), errors="coerce").astype("float64")
    out["number_n"] = number
    street = out["street"].notna()
    parity = pd.Series(np.where(street, (number % 2).fillna(-1), -1).astype(int), index=out.index).astype(str)
    out["side"] = (out["village_code"].fillna("") + "|" + out["place"] + "|" + parity).where(number.notna() & out["building_no"].isna())
    return gpd.GeoDataFrame(out, geometry="geometry", crs=table.crs)


def _alias_door(alias: pd.Series, inputs: Inputs, habits: Habits) -> pd.Series:
    known = alias.dropna().drop_duplicates()
    doors = parse(known.reset_index(drop=True), scope=inputs.scope, habits=habits)["door"]
    return alias.map(dict(zip(known, doors, strict=True))).astype("str")


def _stack(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Stack (name of the point several keys lie on, to the decimetre) and stack_n (number of different keys on it)."""
    points = addresses.geometry.to_numpy()
    x, y = shapely.get_x(points), shapely.get_y(points)
    spot = pd.Series([f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)], index=addresses.index).where(~np.isnan(x))
    taking_part = addresses["active"] & ~addresses["rolls_up"]
    keys_n = addresses["key"].where(taking_part).groupby(spot).transform("nunique")
    return addresses.assign(stack=spot.astype("str"), stack_n=keys_n.fillna(0).astype(int))


def _roll_up(addresses: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    within = addresses["within"].notna()
    door = addresses["key"].fillna("?" + addresses["address_id"])
    order = pd.DataFrame({"door": door, "room": within, "off": ~addresses["active"], "id": addresses["address_id"]})
    order = order.sort_values(["door", "off", "room", "id"])
    first = order.drop_duplicates("door").set_index("door")
    parent = door.map(first["id"])
    # an inactive parent is kept only where nothing of the door is active
    room = within & (parent != addresses["address_id"])
    return addresses.assign(rolls_up=room.to_numpy(), parent_id=parent.where(room))
