"""What every plate and address claims: its villages, its key, its state, and the plate-level address a room rolls up to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.address import parse
from geo.columns import at_positions, combinations, is_sorted, look_up
from geo.crosswalk import witness_villages
from geo.locate import locate_villages
from geo.points import points_of
from geo.profile import Habits
from geo.tables import Inputs


def describe(inputs: Inputs, old_villages: pd.DataFrame, *, habits: Habits) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plates and addresses with everything their own row says, worked out once.

    Returns
    -------
    plates
        The plates of `inputs` with: text_village, declared_village, point_village, village_code (see
        `geo.crosswalk.witness_villages`), village_abolished, key (village and door), key_n (a number for each key of the table, -1: none),
        alias_door, side (what numbers alternate in: place and parity), number_n, temporary (by text or kind), standing (not removed), installed, up.
    addresses
        The addresses of `inputs` with the same village columns, key, key_n, alias_door, side, number_n, temporary, active
        (current, or unknown and not ended before as_of), rolls_up (bool: a room or unit of another address) and parent_id (the
        plate-level address; null where the address is one), door_row (row of the plate-level address, its own where it is one), stack and stack_n (the point it shares with other keys, null: none; number of keys there). Where a door has rooms only, its smallest id stands for it.
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


def _claims(table: pd.DataFrame, inputs: Inputs, old_villages: pd.DataFrame, habits: Habits) -> pd.DataFrame:
    point = locate_villages(points_of(table), inputs.villages)
    witness = witness_villages(table, inputs, old_villages, point)
    out = table.drop(columns=["village_code", "temporary"]).join(witness)
    out["temporary"] = table["temporary"].astype(bool).to_numpy() | table["kind"].eq("temporary").to_numpy()
    # the kind is part of the key: a ledger that says so only in its own column means the same as 临 in the text
    said = out["temporary"] & ~table["temporary"].astype(bool) & out["door"].notna()
    out.loc[said, "door"] = out.loc[said, "door"].str.replace(r"^([^|]*)\|\|", r"\1|临|", regex=True) + "临"
    # thousands of rooms share a key: it is put together once
    which, first = combinations([out["village_code"].fillna(""), out["door"]])
    keys = (out["village_code"].iloc[first].fillna("") + "|" + out["door"].iloc[first]).astype("str")
    out["key"] = at_positions(keys, which, out.index)
    out["key_n"] = np.where(keys.notna(), np.arange(len(keys)), -1)[which]
    out["alias_door"] = _alias_door(table["alias"], inputs, habits)
    out["number_n"] = _first_number(out["number"])
    odd = (out["number_n"] % 2).where(out["street"].notna()).fillna(-1).astype(int).to_numpy()
    parity = pd.Series(_PARITY.take(odd + 1), index=out.index)
    out["side"] = (out["village_code"].fillna("") + "|" + out["place"] + parity).where(out["number_n"].notna() & out["building_no"].isna())
    return out


_PARITY = pd.array(["|-1", "|0", "|1"], dtype="str")
"""What ends the name of a side: of no street (or number), even, odd."""


def _first_number(texts: pd.Series) -> pd.Series:
    """The first run of digits in each text; NaN where it has none."""
    code, first = combinations([texts])
    found = pd.to_numeric(texts.iloc[first].str.extract(r"(\d+)", expand=False), errors="coerce").astype("float64")
    return pd.Series(found.to_numpy()[code], index=texts.index)


def _alias_door(alias: pd.Series, inputs: Inputs, habits: Habits) -> pd.Series:
    known = alias.dropna().drop_duplicates().reset_index(drop=True)
    return look_up(alias, known, parse(known, scope=inputs.scope, habits=habits)["door"]).astype("str")


def _stack(addresses: pd.DataFrame) -> pd.DataFrame:
    """Stack (name of the point a key shares with others, to the decimetre; null: with none) and stack_n (number of different keys on it)."""
    x, y = points_of(addresses).T
    known = ~np.isnan(x)
    spot = np.full(len(x), -1)
    spot[known] = pd.factorize(_tenths(x[known]) * _FAR + _tenths(y[known]))[0]
    key = addresses["key_n"].to_numpy()
    taking_part = known & (addresses["active"] & ~addresses["rolls_up"]).to_numpy() & (key >= 0)
    pairs = pd.DataFrame({"spot": spot[taking_part], "key": key[taking_part]}).drop_duplicates()
    keys_n = np.bincount(pairs["spot"], minlength=int(spot.max(initial=-1)) + 1)
    stack_n = np.where(known, np.append(keys_n, 0)[spot], 0)
    name = np.full(len(x), None, dtype=object)
    shared = np.flatnonzero(stack_n > 1)
    name[shared] = [f"{a:.1f},{b:.1f}" for a, b in zip(x[shared], y[shared], strict=True)]
    return addresses.assign(stack=pd.Series(name, index=addresses.index, dtype="str"), stack_n=stack_n)


_FAR = 1 << 31
"""More decimetres than any two coordinates lie apart."""


def _tenths(metres: np.ndarray) -> np.ndarray:
    """Metres in whole decimetres, rounded as they are written with one decimal place."""
    out = np.rint(metres * 10)
    for i in np.flatnonzero(np.abs(np.abs(metres * 10 - out) - 0.5) < HALF):  # which way a half goes, only the written number tells
        out[i] = round(float(f"{metres[i]:.1f}") * 10)
    return out.astype(np.int64)


HALF = 1e-6
"""Decimetres from a half within which ten times a coordinate may have been rounded across it."""


def _roll_up(addresses: pd.DataFrame) -> pd.DataFrame:
    ids, within = addresses["address_id"], addresses["within"].notna().to_numpy()
    n, key = np.arange(len(ids)), addresses["key_n"].to_numpy()
    door = np.where(key >= 0, key, len(n) + n)  # a text that names no door stands for itself
    rank = n if is_sorted(ids) else ids.rank(method="first").to_numpy()
    order = np.lexsort((rank, within, ~addresses["active"].to_numpy(dtype=bool), door))
    first = np.full(2 * len(door), -1)
    first[door[order][::-1]] = order[::-1]
    parent = first[door]
    # an inactive parent is kept only where nothing of the door is active
    room = within & (parent != n)
    return addresses.assign(rolls_up=room, parent_id=at_positions(ids, np.where(room, parent, -1), addresses.index), door_row=np.where(room, parent, n))
