"""Everything the steps worked out, gathered into one prepared table per kind of object: all a rule may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import Packed, among, at_positions, look_up, numbered, positions, rows_at
from geo.decided import confirmed_ids, rejected_ids
from geo.heap import give_back
from geo.link import Links
from geo.match import Doors
from geo.occupancy import houses
from geo.points import XY, as_shapes, located, points_of
from geo.population import sum_counts
from geo.profile import Profile
from geo.rule import Evidence
from geo.tables import COUNTS, Inputs


def gather(
    inputs: Inputs,
    profile: Profile,
    *,
    plates: gpd.GeoDataFrame,
    addresses: pd.DataFrame,
    texts: Packed,
    of_doors: pd.DataFrame,
    footprints: gpd.GeoDataFrame,
    doors: Doors,
    links: Links,
    nearby: pd.DataFrame,
    edges: pd.DataFrame,
    changes: pd.DataFrame,
    people: pd.DataFrame,
    crosswalk: pd.DataFrame,
    rebuilt: pd.DataFrame,
) -> Evidence:
    """One table per kind of object.

    Parameters
    ----------
    plates, addresses, texts, of_doors
        All plates of `geo.describe.describe`, and its addresses as `without_rooms` parts them, of every address only ASKED_OF_DOORS at hand and the
        others packed. The links speak of the standing plates and the active plate-level addresses among them, in order.
    footprints
        `geo.standing.standing`.
    nearby
        Of the standing plates and then the active plate-level addresses: live, live_m, gone, gone_m, the nearest live footprint and the nearest one
        gone by document and not rebuilt (`geo.locate.nearest`).
    edges
        Candidate edges of `geo.assign.assign`, those of undecided doors at least.

    Returns
    -------
    Evidence whose tables carry, beside what `describe` says:

    plates, addresses
        building_id (linked), building_at (its place among the buildings, -1: none of today's), building_live, building_gone, link_state (linked, undecided, unlinked; null: took no
        part), score, distance_m (to the linked building), nearest_id, nearest_m (live footprint within reach, NaN:
        none), gone_id, gone_m (the same for footprints gone by document), gone_here (bool: the nearest footprint of
        either survey is gone and within `near_m`), demolished_id (the gone building it belongs to, null:
        none), demolished_document, demolished_temporary (bool: the building or the number was temporary).
    plates
        paired_id (an address of its door), pair_via (how their doors were found to be one), registered (bool: an active address has its key), retired_id (an address
        of its key that is not active), renewed_door (what the crosswalk makes of it).
    addresses
        plate-level only; paired_id (a plate of its door), on_plate (bool: a standing
        plate has its key), the counts of the address and its rooms (NaN: unknown), vacant (bool: every count known,
        fresh and zero), inhabited (bool: some count above zero), counted (bool: some row speaks of the address itself).
    buildings
        the current footprints; eligible, plates_n, installed_n, up_n, addresses_n, temporary_n (temporary plates and
        addresses), doors_n, claimed_n (expected number of undecided doors here), the counts, vacant, inhabited.
    register
        every address, rooms among them: address_id, parent_id, floor, room, key_n, declared_building, active, rolls_up, x_m and y_m, with
        house_row, inhabited and counted of its own, building_id and building_gone of its door, and link_state (null: a room, or took no part).
        What else it says stays packed, as `texts`.
    people
        `geo.population.population` (but for address_id) with building_id, building_at and reason filled (no_building, gone).
    """
    buildings = footprints[footprints["current"]]
    # place of each footprint, and of none, among the buildings of today; one that the survey before drew may be drawn again, under its id
    today = np.append(positions(footprints["building_id"], buildings["building_id"]), -1)
    took_p, took_a = plates.index[plates["standing"]], addresses.index[addresses["active"] & ~addresses["rolls_up"]]
    every = texts.beside(addresses, "key", "alias_door", "village_code")
    plates = _witness(plates, took_p, links.plates, nearby.iloc[: len(took_p)], footprints, today, profile)
    written = rows_under(addresses, of_doors.index).join(texts.rows_under(of_doors.index)).join(of_doors)
    addresses = _witness(written, took_a, links.addresses, nearby.iloc[len(took_p) :], footprints, today, profile)
    del written
    give_back()
    plates, addresses = _pair(plates, addresses, every, texts, took_p, took_a, doors, crosswalk)
    give_back()
    people = people.assign(fresh=_fresh(people, profile))
    counted = _count(people, every, crosswalk)
    # place of every address, and of nobody, among the plate-level ones; -1: it is a room
    slot = np.full(len(every) + 1, -1)
    slot[addresses.index] = np.arange(len(addresses))
    at_address = slot[people["door_row"]]
    addresses = addresses.join(counted).join(sum_counts(people, at_address, addresses.index))
    people = _place_people(people, at_address, addresses)
    register = _register(every, texts, addresses, slot, counted)
    del every
    give_back()
    gone = footprints[footprints["gone"] & ~footprints["rebuilt"]]
    unstacked = addresses["active"] & (addresses["stack_n"] < profile.thresholds.stack_n)
    addresses = addresses.assign(bracket=_bracket(addresses, plates), **_demolished(addresses, unstacked, gone, profile.thresholds.near_m))
    plates = plates.assign(**_demolished(plates, plates["installed"], gone, profile.thresholds.near_m))
    conflicts = _conflicts(plates, addresses, took_p, took_a, doors, confirmed_ids(inputs.decisions, "plate_id", "address_id"))
    give_back()
    buildings = _buildings(buildings, plates, addresses, edges, links, people)
    buildings["in_conflict"] = among(buildings["building_id"], conflicts["building_id"])
    return Evidence(
        inputs=inputs,
        profile=profile,
        buildings=buildings,
        plates=plates,
        addresses=addresses,
        register=register,
        texts=texts,
        links=links.table,
        changes=changes,
        people=people,
        crosswalk=crosswalk,
        gone=gone,
        rebuilt=rebuilt,
        documented=frozenset(footprints.loc[footprints["gone"], "building_id"]),
        conflicts=conflicts,
        successors=_successors(plates, addresses, profile, rejected_ids(inputs.decisions, "plate_id", "address_id")),
    )


def without_rooms(addresses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Addresses with what is asked of every one, and the other columns of those that are no rooms.

    Most rows of a register are rooms: whatever is not asked of them would be kept for nothing.

    Parameters
    ----------
    addresses
        Second table of `geo.describe.describe`.

    Returns
    -------
    Every address with REGISTER_COLUMNS, within and door_row; and the plate-level ones with all other columns, under their index.
    """
    kept = [*REGISTER_COLUMNS, "within", "door_row"]
    return addresses[kept], rows_under(addresses.drop(columns=kept), addresses.index[~addresses["rolls_up"]])


def rows_under(frame: pd.DataFrame, at: pd.Index) -> pd.DataFrame:
    """The rows at some positions of a table without an index of its own, under these positions; see `geo.columns.rows_at`."""
    return rows_at(frame, at.to_numpy()).set_axis(at)


def _witness(
    rows: pd.DataFrame,
    took: pd.Index,
    fate: pd.DataFrame,
    nearby: pd.DataFrame,
    footprints: gpd.GeoDataFrame,
    today: np.ndarray,
    profile: Profile,
) -> pd.DataFrame:
    # place of each row among those that took part, -1: it took none
    slot = took.get_indexer(rows.index)
    building = fate["building"].to_numpy()
    at = np.where(slot >= 0, building[slot], -1) if len(took) else slot
    names = footprints["building_id"]
    out = rows.rename(columns={"building_id": "declared_building", "address_id": "declared_address"} if "plate_id" in rows else {"building_id": "declared_building"})
    out["building_at"], out["building_id"] = today[at], at_positions(names, at, rows.index)
    for column, source in (("building_live", "live"), ("building_gone", "gone")):
        values = footprints[source].to_numpy(dtype=bool)
        out[column] = (at >= 0) & (values[at] if len(values) else False)
    for column, source in (("link_state", "state"), ("score", "probability"), ("distance_m", "distance_m")):
        out[column] = at_positions(fate[source], slot, rows.index)
    for name, column in (("nearest", "live"), ("gone", "gone")):
        # of whoever took no part, nothing is near
        out[f"{name}_id"] = at_positions(names, np.append(nearby[column], -1)[slot], rows.index)
        out[f"{name}_m"] = np.append(nearby[f"{column}_m"], np.nan)[slot]
    out["gone_here"] = (out["gone_m"] <= profile.thresholds.near_m) & ~(out["nearest_m"] < out["gone_m"])
    return out


def _pair(
    plates: pd.DataFrame,
    addresses: pd.DataFrame,
    every: pd.DataFrame,
    texts: Packed,
    took_p: pd.Index,
    took_a: pd.Index,
    doors: Doors,
    crosswalk: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    pairs = pd.concat([doors.pairs, doors.undecided]).sort_values(["plate", "address"])
    plate, address = plates.index.get_indexer(took_p[pairs["plate"]]), addresses.index.get_indexer(took_a[pairs["address"]])
    plates = plates.assign(
        paired_id=_first(plate, addresses["address_id"].iloc[address], plates.index),
        pair_via=pairs["via"].groupby(plate).min().reindex(np.arange(len(plates))).set_axis(plates.index),
    )
    addresses = addresses.assign(paired_id=_first(address, plates["plate_id"].iloc[plate], addresses.index))
    newer = positions(plates["village_code"] + "|" + plates["door"], crosswalk["village_code_old"] + "|" + crosswalk["old_door"])
    plates["renewed_door"] = at_positions(crosswalk["new_door"], newer, plates.index)
    registered, on_plate = _known(plates, every["active"].to_numpy(), texts)
    plates["registered"] = plates["paired_id"].notna() | registered
    retired = every.loc[~every["active"], ["address_id", "key"]].dropna(subset=["key"]).sort_values("address_id")
    plates["retired_id"] = look_up(plates["key"], retired["key"], retired["address_id"])
    addresses["on_plate"] = addresses["paired_id"].notna() | on_plate[addresses.index]
    return plates, addresses


_WITNESSES = ("village_code", "text_village", "point_village", "declared_village")


def _known(plates: pd.DataFrame, active: np.ndarray, every: Packed) -> tuple[np.ndarray, np.ndarray]:
    """Whether an active address has the door and, by any witness of either, the village of each plate; and a standing plate those of each address."""
    doors = numbered([plates["door"], every["door"]])
    villages = numbered(t[witness] for t in (plates, every) for witness in _WITNESSES)
    base = 1 + max(int(v.max(initial=-1)) for v in villages)
    by_plate, by_address = (partial(_names, door, own, base) for door, own in zip(doors, (villages[:4], villages[4:]), strict=True))
    # what a row declares of itself makes it known to others, and finds nothing
    registered = _any_among(by_plate, by_address, active)
    on_plate = _any_among(by_address, by_plate, plates["standing"].to_numpy())
    return registered, on_plate


def _names(door: np.ndarray, villages: list[np.ndarray], base: int) -> Iterator[np.ndarray]:
    """A number for the door and the village of each row by one witness after the other; -1 where either is not known."""
    for village in villages:
        yield np.where((door >= 0) & (village >= 0), door * base + village, -1)


def _any_among(names: Callable[[], Iterator[np.ndarray]], others: Callable[[], Iterator[np.ndarray]], asked: np.ndarray) -> np.ndarray:
    """Whether any of the first three names of each row is a name of the others asked."""
    book = pd.unique(np.concatenate([pd.unique(n[asked & (n >= 0)]) for n in others()]))
    return np.logical_or.reduce([pd.Series(n).isin(book) for n in islice(names(), 3)])


def _first(at: np.ndarray, values: pd.Series, index: pd.Index) -> pd.Series:
    """The first of the values that go to each row of an index, null where none does."""
    first = np.full(len(index), -1)
    # backwards, so that the first is written last
    first[at[::-1]] = np.arange(len(at))[::-1]
    return at_positions(values, first, index)


def _count(people: pd.DataFrame, addresses: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """What the counts say of every address: house_row (of the address its house is named by), inhabited, counted, vacant."""
    # people first: whoever is counted on any row of the same number, under any status or former name, is there
    house, rolls_up = houses(addresses, crosswalk), addresses["rolls_up"].to_numpy()
    at = people["address_row"].to_numpy()
    some, unsure = (people[list(COUNTS)].to_numpy() > 0).any(axis=1), ~people["fresh"].to_numpy()
    own = np.zeros(len(addresses), dtype=bool)
    own[at[(at >= 0) & some]] = True
    # rooms at zero say nothing of the address itself: unknown is never zero
    counted = np.zeros(len(addresses), dtype=bool)
    counted[at[at >= 0]] = True
    open_ = addresses["active"].to_numpy() & ~rolls_up & ~counted
    open_[at[(at >= 0) & unsure]] = True
    # a count that fits several doors of a number may be anybody's of them
    open_ |= among(addresses["key"], people["torn_key"].dropna()).to_numpy()
    some_at, unsure_at = (np.bincount(house[rows], minlength=len(house))[house] > 0 for rows in (own, open_))
    inhabited = np.where(rolls_up, own, some_at)
    return pd.DataFrame({"house_row": house, "inhabited": inhabited, "counted": counted, "vacant": counted & ~inhabited & ~unsure_at}, index=addresses.index)


def _fresh(people: pd.DataFrame, profile: Profile) -> pd.Series:
    """Which rows know every count, and are neither too old nor of a day to come."""
    return people[list(COUNTS)].notna().all(axis=1) & (people["age_days"] <= profile.thresholds.fresh_days) & (people["age_days"] >= 0)


def _place_people(people: pd.DataFrame, at_address: np.ndarray, addresses: pd.DataFrame) -> pd.DataFrame:
    """The population with the live building of each row or why it has none."""
    live = addresses["building_id"].where(addresses["building_live"])
    at = np.where(addresses["building_live"], addresses["building_at"], -1)
    out = people.assign(building_at=np.append(at, -1)[at_address], building_id=at_positions(live, at_address, people.index))
    out["reason"] = out["reason"].mask((out["address_row"] >= 0) & out["building_id"].isna(), "no_building")
    return out.drop(columns="address_id")


def _register(every: pd.DataFrame, texts: Packed, addresses: pd.DataFrame, slot: np.ndarray, counted: pd.DataFrame) -> pd.DataFrame:
    """Every address with what the counts say of it and the building of its door."""
    kept = ["address_id", "parent_id", "floor", "room", "key_n", "active", "rolls_up", *XY]
    out = every[kept].assign(declared_building=texts["building_id"]).join(counted)
    door = slot[every["door_row"]]
    for column in ("building_id", "building_gone"):
        out[column] = at_positions(addresses[column], door, every.index)
    out["link_state"] = at_positions(addresses["link_state"], slot[:-1], every.index)
    return out


REGISTER_COLUMNS = (
    "address_id", "parent_id", "text", "status", "kind", "building_id", "town", "village", "group", "street", "number", "sub_number",
    "building_no", "unit", "floor", "room", "door", "key", "key_n", "alias_door", "text_village", "declared_village", "point_village", "village_code",
    "active", "rolls_up", *XY,
)  # fmt: skip
"""What the results ask of every address."""
ASKED_OF_DOORS = ("address_id", "parent_id", "floor", "room", "key_n", "door_row", "active", "rolls_up", *XY)
"""What is asked of every address while it is judged where its door is."""


def _buildings(
    buildings: gpd.GeoDataFrame, plates: pd.DataFrame, addresses: pd.DataFrame, edges: pd.DataFrame, links: Links, people: pd.DataFrame
) -> gpd.GeoDataFrame:
    out = buildings.copy()
    n = len(out)
    hung, written, lives = (rows["building_at"].to_numpy() for rows in (plates, addresses, people))
    for column, flag in (("plates_n", "standing"), ("installed_n", "installed"), ("up_n", "up")):
        out[column] = _tally(hung, plates[flag], n)
    out["addresses_n"] = _tally(written, addresses["active"], n)
    out["temporary_n"] = _tally(hung, plates["standing"] & plates["temporary"], n) + _tally(written, addresses["active"] & addresses["temporary"], n)
    out = out.join(_claims(edges, links, out.index))
    out["eligible"] = out["built_for_people"] | (out["live"] & ~out["exempt"] & (out["doors_n"] > 0))
    out = out.join(sum_counts(people, lives, out.index))
    known, unsure = np.bincount(lives[lives >= 0], minlength=n) > 0, _tally(lives, ~people["fresh"], n) > 0
    out["inhabited"] = (out[list(COUNTS)] > 0).any(axis=1)
    out["vacant"] = known & ~out["inhabited"] & ~unsure & (_tally(written, addresses["active"] & ~addresses["vacant"], n) == 0)
    return out


def _tally(at: np.ndarray, flag: pd.Series, n: int) -> np.ndarray:
    """How many flagged rows go to each of n positions."""
    return np.bincount(at[(at >= 0) & flag.to_numpy(dtype=bool)], minlength=n)


def _claims(edges: pd.DataFrame, links: Links, index: pd.Index) -> pd.DataFrame:
    """For the buildings at these positions: the expected number of undecided doors here, and the number of doors decided to be here."""
    decided = pd.concat([t[["state", "door", "building"]] for t in (links.plates, links.addresses)])
    settled = decided.loc[decided["state"] != "undecided", "door"].unique()
    open_ = edges[~edges["door"].isin(settled)]
    claimed = open_.groupby("building")["probability"].sum()
    here = decided.loc[decided["building"] >= 0, ["building", "door"]].drop_duplicates()
    return pd.DataFrame({"claimed_n": claimed.reindex(index, fill_value=0.0), "doors_n": here["building"].value_counts().reindex(index, fill_value=0)})


def _demolished(rows: pd.DataFrame, asked: pd.Series, gone: gpd.GeoDataFrame, near_m: float) -> dict[str, pd.Series]:
    """The building gone by document that a plate or address belongs to, by declared id, by link, or by place.

    A link that only a point bears out holds within `near_m`, like the place itself.

    By place: on the gone footprint, or it is the nearest footprint of either survey within `near_m`, whatever live
    neighbours stand around; a number known from both plate and register is judged by its link alone.
    """
    declared = rows["declared_building"].where(among(rows["declared_building"], gone["building_id"]))
    borne_out = (rows["distance_m"] <= near_m) | rows["distance_m"].isna() | rows["paired_id"].notna()
    linked = rows["building_id"].where(rows["building_gone"] & borne_out)
    placed = rows["gone_id"].where(rows["gone_here"] & rows["paired_id"].isna())
    owner = declared.astype("str").fillna(linked.astype("str")).fillna(placed.astype("str")).where(asked)
    paper = positions(owner, gone["building_id"])
    document = at_positions(gone["document"], paper, owner.index).astype("str").fillna("建筑状态：已拆除").where(owner.notna())
    temporary = at_positions(gone["temporary"], paper, owner.index).eq(True) | rows["temporary"]
    return {"demolished_id": owner, "demolished_document": document, "demolished_temporary": temporary}


def _conflicts(plates: pd.DataFrame, addresses: pd.DataFrame, took_p: pd.Index, took_a: pd.Index, doors: Doors, confirmed: pd.DataFrame) -> pd.DataFrame:
    """Plates and addresses that belong together by place or by declared id while neither key exists in the other table, or by a
    person's word although they say different doors: whoever confirms a link does not make its texts agree.
    """
    said = ["building_id", "text", *DIFFERING]
    standing = plates["building_id"].notna() | plates["nearest_m"].notna() | ~located(plates)
    unknown = plates["standing"] & plates["door"].notna() & ~plates["registered"] & plates["retired_id"].isna() & standing & plates["demolished_id"].isna()
    p = pd.DataFrame(plates.loc[unknown & ~_elsewhere(plates), ["plate_id", "declared_address", *said]])
    bare = addresses["active"] & addresses["door"].notna() & ~addresses["on_plate"] & addresses["demolished_id"].isna()
    a = pd.DataFrame(addresses.loc[bare & ~_elsewhere(addresses), ["address_id", *said]])
    by_place = pd.DataFrame(
        {
            "plate_id": plates["plate_id"].loc[took_p[doors.conflicts["plate"]]].to_numpy(),
            "address_id": addresses["address_id"].loc[took_a[doors.conflicts["address"]]].to_numpy(),
        }
    )
    by_id = p[["plate_id", "declared_address"]].set_axis(["plate_id", "address_id"], axis=1).dropna()
    if len(confirmed):
        by_word = _told_apart(confirmed, plates[plates["standing"]], addresses[addresses["active"]])
        p = pd.concat([p, plates.loc[among(plates["plate_id"], by_word["plate_id"]), list(p)]]).drop_duplicates("plate_id")
        a = pd.concat([a, addresses.loc[among(addresses["address_id"], by_word["address_id"]), list(a)]]).drop_duplicates("address_id")
        by_id = pd.concat([by_word, by_id])
    pairs = pd.concat([by_id, by_place], ignore_index=True).drop_duplicates("plate_id").drop_duplicates("address_id")
    out = pairs.merge(p[["plate_id", *said]], on="plate_id")
    out = out.merge(a[["address_id", *said]], on="address_id", suffixes=("", "_address"))
    differing = pd.DataFrame({c: out[c].fillna("") != out[f"{c}_address"].fillna("") for c in DIFFERING})
    out["parts_zh"] = ["、".join(w for w, d in zip(DIFFERING.values(), row, strict=True) if d) for row in differing.to_numpy()]
    out["parts_en"] = [", ".join(c for c, d in zip(DIFFERING, row, strict=True) if d) for row in differing.to_numpy()]
    out["address_text"] = out["text_address"]
    out["building_id"] = out["building_id"].fillna(out["building_id_address"])
    return out[["plate_id", "address_id", "building_id", "text", "address_text", "parts_zh", "parts_en"]].sort_values("plate_id", ignore_index=True)


def _told_apart(confirmed: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Confirmed pairs of plate and address whose texts name different doors, by old, new and bracketed names too."""
    rows = confirmed.merge(plates[["plate_id", "door", "renewed_door", "alias_door"]], on="plate_id")
    rows = rows.merge(addresses[["address_id", "door", "alias_door"]], on="address_id", suffixes=("", "_address")).dropna(subset=["door", "door_address"])
    same = (rows["door"] == rows["door_address"]) | (rows["renewed_door"] == rows["door_address"])
    same |= (rows["alias_door"] == rows["door_address"]) | (rows["door"] == rows["alias_door_address"])
    return rows.loc[~same.fillna(value=False).astype(bool), ["plate_id", "address_id"]]


def _elsewhere(rows: pd.DataFrame) -> pd.Series:
    """Rows whose text or declaration names another village than their point: the stronger cause of any disagreement."""
    named = rows["text_village"].fillna(rows["declared_village"])
    return named.notna() & rows["point_village"].notna() & (named != rows["point_village"])


DIFFERING = {
    "street": "街路巷",
    "lane": "弄巷",
    "group": "组",
    "hamlet": "自然村",
    "prefix": "前缀",
    "number": "号码",
    "sub_number": "附号",
    "letter": "字母",
    "building_no": "幢号",
}
"""Parts of an address named when a plate and an address disagree."""


def _successors(plates: pd.DataFrame, addresses: pd.DataFrame, profile: Profile, rejected: set[tuple[str, str]]) -> pd.DataFrame:
    """For each located address without a plate, the nearest plate without an address within `near_m`, if there is one."""
    p = plates[plates["installed"] & ~plates["registered"] & located(plates)].sort_values("plate_id")
    a = addresses[addresses["active"] & ~addresses["on_plate"] & located(addresses)].sort_values("address_id")
    if p.empty or a.empty:
        return pd.DataFrame({"address_id": pd.Series(dtype="str"), "plate_id": pd.Series(dtype="str"), "distance_m": pd.Series(dtype=float)})
    one, two = as_shapes(points_of(a)), as_shapes(points_of(p))
    i, j = shapely.STRtree(two).query(one, predicate="dwithin", distance=profile.thresholds.near_m)
    near = pd.DataFrame({"address_id": a["address_id"].to_numpy()[i], "plate_id": p["plate_id"].to_numpy()[j], "distance_m": shapely.distance(one[i], two[j])})
    if rejected:
        near = near[[pair not in rejected for pair in zip(near["plate_id"], near["address_id"], strict=True)]]
    return near.sort_values(["address_id", "distance_m", "plate_id"]).drop_duplicates("address_id", ignore_index=True)


def _bracket(addresses: pd.DataFrame, plates: pd.DataFrame) -> pd.Series:
    """Position of addresses without plate, point and building between the standing houses of the neighbouring numbers, as text "x,y".

    Null where no two bracket it, and for all other addresses.
    """
    lost = addresses["active"] & ~located(addresses) & addresses["building_id"].isna() & ~addresses["on_plate"] & addresses["side"].notna()
    ask = pd.DataFrame(addresses.loc[lost, ["side", "number_n"]]).sort_values("number_n", kind="stable")
    sides = ask["side"].drop_duplicates()
    ask["side"] = positions(ask["side"], sides)
    known = pd.concat([_standing_numbers(t, sides) for t in (plates, addresses)])
    table = known.drop_duplicates(["side", "number_n"]).sort_values("number_n", kind="stable")
    if ask.empty or table.empty:
        return pd.Series(np.nan, index=addresses.index, dtype="str")
    below = pd.merge_asof(ask, table, on="number_n", by="side", direction="backward", allow_exact_matches=False, tolerance=NEIGHBOUR_N)
    above = pd.merge_asof(ask, table, on="number_n", by="side", direction="forward", allow_exact_matches=False, tolerance=NEIGHBOUR_N)
    x, y = ((below[c] + above[c]) / 2 for c in XY)
    text = [None if np.isnan(a) else f"{a:.2f},{b:.2f}" for a, b in zip(x, y, strict=True)]
    return pd.Series(text, index=ask.index, dtype="str").reindex(addresses.index).astype("str")


def _standing_numbers(rows: pd.DataFrame, sides: pd.Series) -> pd.DataFrame:
    """Side (position among the sides), number_n, x_m and y_m of what is located on standing houses of these sides."""
    side = positions(rows["side"], sides)
    there = np.flatnonzero((side >= 0) & rows["building_live"] & located(rows) & rows["number_n"].notna())
    return pd.DataFrame({"side": side[there], **{c: rows[c].to_numpy()[there] for c in ("number_n", *XY)}})


NEIGHBOUR_N = 4
"""Largest step in numbers to a neighbour that still brackets an address: the next house of its side, or the one after."""
