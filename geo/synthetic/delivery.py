"""From the town as it is to the tables as they are delivered: ids, positions with error, texts with dialect."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.synthetic import names, spelling
from geo.synthetic.doors import COUNTS, KEY
from geo.synthetic.draft import Draft, Floats, Noise, Objects, either
from geo.synthetic.ground import CRS


@dataclass(frozen=True)
class Delivery:
    """The delivered tables, and the draft's rows with the ids they were delivered under (the bridge to the truth)."""

    noise: Noise
    villages: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    houses: pd.DataFrame
    doors: pd.DataFrame
    rooms: pd.DataFrame
    short: pd.Series
    """address_id -> the text lacks an upper level."""


def deliver(draft: Draft) -> Delivery:
    """Every input table, rows shuffled as they come out of an office's cabinet."""
    rng = draft.rng
    houses, doors, room = _identify(rng, draft)
    codes = village_codes(draft.villages)
    villages = draft.villages.assign(village_code=codes, town=names.TOWN, beat=_beats(len(codes)))
    declared = draft.villages["name"].to_numpy(object) if draft.noise.village_as_name else codes
    addresses, short = _addresses(draft, houses, doors, room, declared)
    tables: dict[str, pd.DataFrame] = {
        "buildings": _buildings(houses, declared),
        "plates": _plates(draft, houses, doors, declared),
        "addresses": addresses,
        "villages": _frame(villages[["village_code", "name", "town", "beat"]], villages["geometry"].to_numpy()),
        "population": _population(draft, doors, room, addresses),
        "streets": _streets(draft.streets),
        "buildings_previous": _previous(draft, houses),
        "demolitions": _demolitions(draft, houses),
        "crosswalk": pd.DataFrame(draft.crosswalk, columns=["old", "new", "reason", "effective_on"]).astype(object),
    }
    again = tables["plates"]["plate_id"].isin(doors["plate_id"].iloc[draft.repeats])
    tables["plates"] = pd.concat([tables["plates"], tables["plates"].loc[again]], ignore_index=True)
    shuffled = {name: t.iloc[rng.permutation(len(t))].reset_index(drop=True) if name != "crosswalk" else t for name, t in tables.items()}
    return Delivery(draft.noise, draft.villages, shuffled, houses, doors, room, short)


def village_codes(villages: pd.DataFrame) -> Objects:
    """12-digit codes: communities from 001, villages from 201, in the order of the table."""
    community = villages["name"].str.endswith("社区")
    rank = villages.groupby(community).cumcount() + np.where(community, 1, 201)
    return (names.TOWN_CODE + rank.astype(str).str.zfill(3)).to_numpy(dtype=object)


def _beats(n: int) -> list[str]:
    return [f"{names.TOWN[:-1]}{i // 2 + 1}警务区" for i in range(n)]


def _identify(rng: np.random.Generator, draft: Draft) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    houses, doors, room = draft.houses.reset_index(drop=True), draft.doors.reset_index(drop=True), draft.rooms.reset_index(drop=True)
    houses["building_id"] = _ids(rng, "JZ", len(houses), 6)
    houses["previous_id"] = houses["building_id"] if not draft.noise.own_previous_ids else _ids(rng, "Q", len(houses), 6)
    doors["plate_id"] = either(doors["plate"], _ids(rng, "MP", len(doors), 6), None)
    both = _ids(rng, names.COUNTY_CODE, len(doors) + len(room), 7)
    doors["address_id"] = either(doors["address"], both[: len(doors)], None)
    room["address_id"] = both[len(doors) :]
    again = np.flatnonzero(doors["same_as"] >= 0)
    for column in ("plate_id", "address_id"):
        original = doors[column].to_numpy()[doors["same_as"].to_numpy()[again]]
        doors.loc[again, column] = either(doors[column].notna().to_numpy()[again], original, None)
    home = doors["house"].to_numpy()
    doors["building_id"] = either(home >= 0, houses["building_id"].to_numpy()[home.clip(0)], None)
    return houses, doors, room


def _ids(rng: np.random.Generator, prefix: str, n: int, width: int) -> Objects:
    number = pd.Series(rng.permutation(n + n // 9) + 1).iloc[:n]
    return (prefix + number.astype(str).str.zfill(width)).to_numpy(dtype=object)


def _buildings(houses: pd.DataFrame, declared: Objects) -> gpd.GeoDataFrame:
    h = houses.loc[houses["current"]]
    table = h[["building_id", "condition", "temporary", "use", "floors_n", "dwellings_n", "number_exempt"]].assign(
        village_code=declared[h["says_village"].to_numpy()], surveyed_on="2026-03-20"
    )
    table["temporary"] = table["temporary"].astype("boolean")
    table["number_exempt"] = table["number_exempt"].astype("boolean")
    table["floors_n"] = table["floors_n"].astype("Int64")
    table["dwellings_n"] = table["dwellings_n"].astype("Int64")
    return _frame(table, h["footprint"].to_numpy())


def _previous(draft: Draft, houses: pd.DataFrame) -> gpd.GeoDataFrame:
    """The survey before: other ids where an office has them, a common offset, vertices measured anew."""
    h = houses.loc[houses["previous"]]
    former = np.array([f if f is not None else g for f, g in zip(h["former"], h["footprint"], strict=True)], dtype=object)
    xy, owner = shapely.get_coordinates(former, return_index=True)
    noise = draft.rng.normal(0, draft.noise.survey_m, xy.shape)
    last = np.r_[owner[1:] != owner[:-1], True]
    first = np.r_[True, last[:-1]]
    noise[last] = noise[first]
    moved = shapely.set_coordinates(former.copy(), np.round(xy + noise + np.array(draft.noise.survey_offset_m), 3))
    table = h[["previous_id", "temporary", "use", "floors_n"]].rename(columns={"previous_id": "building_id"}).assign(surveyed_on="2019-05-01")
    table["temporary"] = table["temporary"].astype("boolean")
    table["floors_n"] = table["floors_n"].astype("Int64")
    return _frame(table, moved)


def _plates(draft: Draft, houses: pd.DataFrame, doors: pd.DataFrame, declared: Objects) -> gpd.GeoDataFrame:
    rng, noise = draft.rng, draft.noise
    d = doors.loc[doors["plate"]]
    n = len(d)
    keys = _keys(d, "p")
    plain = d["p_quiet"].to_numpy(bool)
    text = d["p_old"].to_numpy(object) + spelling.spell(rng, keys, dialect_ratio=noise.dialect_ratio, plain=plain) + d["p_alias"].to_numpy(object)
    xy = _placed(rng, d, "p", noise.plate_m)
    blank = (rng.random(n) < 0.15) & ~plain
    declares = (rng.random((n, 2)) < noise.declared_ratio) & d["fault"].eq("").to_numpy()[:, None]
    live = np.append(houses["current"].to_numpy(), False)[d["house"].to_numpy()]
    table = pd.DataFrame(
        {
            "plate_id": d["plate_id"], "text": text, "kind": np.where(keys["temporary"], "temporary", "permanent"), "level": d["p_level"],
            "state": either(blank & d["p_state"].eq("installed"), None, d["p_state"]), "face": either(blank & d["p_face"].eq("good"), None, d["p_face"]),
            "installed_on": either(d["p_state"].eq("installed") & (rng.random(n) < 0.7), d["p_on"], None), "expires_on": d["expires"],
            "address_id": either(declares[:, 0], d["address_id"], None), "building_id": either(declares[:, 1] & live, d["building_id"], None),
            "village_code": declared[d["p_says"].to_numpy()],
        }
    ).astype(object)  # fmt: skip
    return _frame(table, shapely.points(np.round(xy, 3)))


def _addresses(draft: Draft, houses: pd.DataFrame, doors: pd.DataFrame, room: pd.DataFrame, declared: Objects) -> tuple[gpd.GeoDataFrame, pd.Series]:
    rng, noise = draft.rng, draft.noise
    d = doors.loc[doors["address"]]
    r = room.join(doors.drop(columns=["address_id", "fault", "a_from", "floors_n", *COUNTS, "counted", "counted_on"]), on="door")
    r = r.assign(a_status="current", a_until=None, a_tail="", a_x=np.nan, a_y=np.nan, a_old="", a_says=r["village"], a_alias="", a_quiet=r["fault"].ne(""))
    both = pd.concat([d.assign(unit=0, room=0), r], ignore_index=True)
    keys = _keys(both, "a")
    plain = both["a_quiet"].to_numpy(bool)
    village = either(both["a_old"].ne(""), both["a_old"], draft.villages["name"].to_numpy(object)[keys["village"].to_numpy(int)])
    top, short = spelling.head(rng, village, short_ratio=noise.short_ratio, plain=plain)
    text = top + spelling.spell(rng, keys, dialect_ratio=noise.dialect_ratio, plain=plain)
    inner = spelling.within(both["unit"].to_numpy(int), both["room"].to_numpy(int), np.where(plain, 0, rng.choice(3, len(both), p=[0.85, 0.1, 0.05])))
    text = text + np.where(both["room"].to_numpy(int) > 0, inner, "").astype(object) + both["a_alias"].to_numpy(object) + both["a_tail"].to_numpy(object)
    xy = _placed(rng, both, "a", noise.address_m)
    at_centre = (rng.random(len(both)) < 0.5) & (both["house"].ge(0) & both["a_x"].isna() & both["fault"].isin(["", "changed_footprint"])).to_numpy()
    home = both["house"].to_numpy().clip(0)
    middle = shapely.get_coordinates(shapely.point_on_surface(houses["footprint"].to_numpy()[home]))
    xy = np.where(at_centre[:, None], middle + rng.normal(0, noise.address_m / 2, xy.shape).clip(-3, 3), xy)
    located = both["a_located"].to_numpy() < noise.located_ratio
    where = either(located, shapely.points(np.round(xy, 3)), None)
    declares = (rng.random(len(both)) < noise.declared_ratio) & both["fault"].eq("") & houses["current"].to_numpy()[home] & both["house"].ge(0)
    blank = (rng.random(len(both)) < 0.15) & ~plain & both["a_status"].eq("current")
    table = pd.DataFrame(
        {
            "address_id": both["address_id"], "text": text, "status": either(blank, None, both["a_status"]),
            "kind": np.where(keys["temporary"], "temporary", "permanent"), "building_id": either(declares, both["building_id"], None),
            "valid_from": both["a_from"], "valid_to": both["a_until"], "village_code": declared[both["a_says"].to_numpy(int)],
        }
    ).astype(object)  # fmt: skip
    return _frame(table, where), pd.Series(short, index=both["address_id"])


def _placed(rng: np.random.Generator, rows: pd.DataFrame, side: str, sigma_m: float) -> Floats:
    """Where the row says it is: the door with error (at most 2.2 sigma), or exactly where a fault put it."""
    error = rng.normal(0, sigma_m, (len(rows), 2))
    length = np.hypot(error[:, 0], error[:, 1])
    error *= np.minimum(1.0, 2.2 * sigma_m / np.maximum(length, 1e-9))[:, None]
    put = rows[[f"{side}_x", f"{side}_y"]].to_numpy(float)
    return np.where(np.isnan(put), rows[["x", "y"]].to_numpy(float) + error, put)


def _population(draft: Draft, doors: pd.DataFrame, room: pd.DataFrame, addresses: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = ["address_id", *COUNTS, "counted_on"]
    d = doors.loc[doors["address"] & doors["counted"] & doors["a_status"].eq("current") & doors["building_no"].eq(0), columns]
    table: pd.DataFrame = pd.concat([d, room.loc[room["counted"], columns]], ignore_index=True)
    if draft.noise.people_by_text:
        table["text"] = addresses.drop_duplicates("address_id").set_index("address_id")["text"].reindex(table["address_id"]).to_numpy()
        table["address_id"] = None
    stray = pd.DataFrame(draft.strays, columns=["address_id", "text", *COUNTS, "counted_on"])
    table = pd.concat([table, stray.dropna(axis=1, how="all")], ignore_index=True) if len(stray) else table
    if not draft.noise.people_by_text:
        table = table.drop(columns="text", errors="ignore")
    else:
        table = table.drop(columns="address_id")
    return table.assign(**{c: table[c].astype("Float64").astype("Int64") for c in COUNTS})


def _streets(streets: pd.DataFrame) -> gpd.GeoDataFrame:
    named = streets.loc[streets["name"].ne("")]
    table = pd.DataFrame({"street_id": "DL" + pd.Series(range(1, len(named) + 1), dtype=object).astype(str).str.zfill(4), "name": named["name"].to_numpy()})
    return _frame(table, named["geometry"].to_numpy())


def _demolitions(draft: Draft, houses: pd.DataFrame) -> pd.DataFrame | gpd.GeoDataFrame:
    table = pd.DataFrame(draft.demolitions, columns=["house", "demolished_on", "document"])
    h = houses.iloc[table["house"].to_numpy(int)]
    rest = table[["demolished_on", "document"]].reset_index(drop=True)
    if draft.noise.demolished_as_polygon:
        shape = np.array([f if f is not None else g for f, g in zip(h["former"], h["footprint"], strict=True)], dtype=object)
        return _frame(rest, shape)
    known = np.where(h["previous"], h["previous_id"], h["building_id"])
    out: pd.DataFrame = rest.assign(building_id=known)[["building_id", "demolished_on", "document"]]
    return out


def _keys(rows: pd.DataFrame, side: str) -> pd.DataFrame:
    return pd.DataFrame({part: rows[f"{side}_{part}"].to_numpy() for part in (*KEY, "estate")}, index=rows.index)


def _frame(table: pd.DataFrame, geometry: Objects) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=gpd.GeoSeries(list(geometry), crs=CRS), crs=CRS)
