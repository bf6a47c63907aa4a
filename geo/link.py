"""From doors and probabilities to links: decided, undecided or none, with the rule that decided."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.columns import at_positions, first_places, is_sorted, positions, repeats, sorting, worded
from geo.decided import Told
from geo.locate import Outlines
from geo.match import ALIAS, OLD, OWN, SPELT, Doors
from geo.outbuildings import LIKELIEST
from geo.points import points_of
from geo.profile import Thresholds
from geo.threads import in_threads

REPORTED_RATIO = 0.05
REPORTED_N = 3
"""Candidates of an undecided door that are shown: those with at least this probability, at most so many."""

OTHER = {"0": "1", "1": "0"}
"""The odd side of a street faces its even side."""

TEXT_SCORE = {OWN: 0.99, OLD: 0.95, ALIAS: 0.9, SPELT: 0.85}
"""Score of a plate and an address joined by key alone, by how the key was come by."""

LINK_COLUMNS = ("building_id", "plate_id", "address_id", "state", "distance_m", "score", "reason")


@dataclass(frozen=True)
class Observations:
    """Every located plate and address of a door, as `geo.assign` wants them, with the hints beside distance."""

    table: pd.DataFrame
    row_of_point: np.ndarray
    """Row of the table of each plate and then each address given; -1 where it has no point or no door."""
    hints: pd.DataFrame
    door_none: np.ndarray


@dataclass(frozen=True)
class Links:
    """The link table, and what it means for every plate, address and door.

    plates, addresses: same rows as given; building (position in the footprints, -1), probability, none (probability of
    no building), state (linked, undecided, unlinked), distance_m to the linked building.
    """

    table: pd.DataFrame
    plates: pd.DataFrame
    addresses: pd.DataFrame


def observe(
    doors: Doors, plates: pd.DataFrame, addresses: pd.DataFrame, footprints: gpd.GeoDataFrame, outlines: Outlines, *, thresholds: Thresholds
) -> Observations:
    """What is known of each door's place: its points and its declared buildings."""
    door = np.concatenate([doors.plate_door, doors.address_door])
    x, y = np.concatenate([points_of(t) for t in (plates, addresses)]).T
    located = np.flatnonzero((door >= 0) & ~np.isnan(x))
    row = np.full(len(door), -1)
    row[located] = np.arange(len(located))
    kind = worded((located >= len(plates)).astype(int), ["plate", "address"])
    table = pd.DataFrame({"door": door[located], "kind": kind, "x": x[located], "y": y[located]})
    building = np.concatenate([positions(t["building_id"], footprints["building_id"]) for t in (plates, addresses)])
    named = np.flatnonzero((door >= 0) & (building >= 0))
    # where there is no point, the declaration is believed
    named = named[~_beyond(x[named], y[named], building[named], outlines, thresholds.misplaced_m)]
    hints = pd.DataFrame({"door": door[named], "building": building[named], "log_odds": thresholds.declared_log_odds})
    hints = hints.drop_duplicates(["door", "building"]).reset_index(drop=True)
    return Observations(table, row, hints, _spread(table, np.full(doors.doors_n, thresholds.no_building_ratio), thresholds))


def _beyond(x: np.ndarray, y: np.ndarray, building: np.ndarray, outlines: Outlines, reach_m: float) -> np.ndarray:
    """Whether each point lies farther than that from the building beside it; not where it is none."""
    west, south, east, north = outlines.boxes[building].T
    # whatever lies in a box is no farther than its farthest corner: few need to be measured
    corner_m = np.hypot(np.maximum(x - west, east - x), np.maximum(y - south, north - y))
    beyond, open_ = np.zeros(len(x), dtype=bool), np.flatnonzero(~(corner_m <= reach_m))
    beyond[open_] = outlines.offset_m(x[open_], y[open_], building[open_]) > reach_m
    return beyond


def follow(doors: Doors, plates: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Every numbered door in the order of its street, hamlet or group, and the door that follows it.

    Returns
    -------
    DataFrame, one row per door, sorted by side and number: door, street (number of the street, hamlet or group), side (number of
    its odd or even side, or of the whole where both alternate), opposite (the other side, -1: none), number, next (door of the
    next number: step 2 on one side of a street, step 1 in a hamlet or group; -1: none). Doors without a number, with a
    sub-number, or of compounds, are absent.
    """
    tables = (plates, addresses)
    door = np.concatenate([doors.plate_door, doors.address_door])
    number = np.concatenate([t["number_n"].to_numpy(dtype=float) for t in tables])
    asked = np.concatenate([t["side"].notna() & t["number_n"].notna() & t["sub_number"].isna() for t in tables])
    at = np.flatnonzero(asked & (door >= 0))
    at = at[first_places(door[at], doors.doors_n)[door[at]] == np.arange(len(at))]
    side, keys = pd.factorize(pd.concat([t["side"] for t in tables], ignore_index=True).iloc[at], sort=True)
    door, number = door[at], number[at]
    order = np.lexsort((door, number, side))
    door, number, side = door[order], number[order], side[order]
    parts = pd.Series(keys, dtype="str").str.extract(r"^(?P<place>.*)\|(?P<parity>[^|]*)$")
    street = pd.factorize(parts["place"], sort=True)[0]
    opposite = positions(parts["place"] + "|" + parts["parity"].map(OTHER).astype("str"), pd.Series(keys, dtype="str"))
    step = np.where(parts["parity"] == "-1", 1, 2)
    apart = np.diff(number)
    follows = (np.diff(side) == 0) & (apart > 0) & (apart <= step[side[:-1]])
    next_ = np.append(np.where(follows, door[1:], -1), np.full(min(len(door), 1), -1))
    return pd.DataFrame({"door": door, "street": street[side], "side": side, "opposite": opposite[side], "number": number, "next": next_})


def lasting_names(doors: Doors, plates: pd.DataFrame, addresses: pd.DataFrame) -> np.ndarray:
    """A number for each door (uint64) made from the id of its plate, else from the smallest id of its addresses."""
    name = np.full(doors.doors_n, "", dtype=object)
    for word, door, ids in (("address ", doors.address_door, addresses["address_id"]), ("plate ", doors.plate_door, plates["plate_id"])):
        # backwards: the smallest id is written last, and a plate's over an address's
        order = sorting(ids)[::-1]
        named = order[door[order] >= 0]
        name[door[named]] = (word + ids.iloc[named]).to_numpy(dtype=object)
    return np.asarray(pd.util.hash_array(name, categorize=False))


def stacked_rooms(doors: Doors, addresses: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Storeys of the rooms that each door has.

    Parameters
    ----------
    addresses
        The plate-level addresses the doors speak of, in order; their index is their row.
    listed
        Active addresses of any level, with door_row, room and floor.

    Returns
    -------
    DataFrame: door, storey, one row per room whose storey is known.
    """
    level = storey(listed["room"], listed["floor"])
    door = pd.Series(doors.address_door, index=addresses.index).reindex(listed["door_row"], fill_value=-1).to_numpy()
    out = pd.DataFrame({"door": door, "storey": level.to_numpy()})
    return out[(out["door"] >= 0) & out["storey"].notna()].reset_index(drop=True)


def storey(room: pd.Series, floor: pd.Series) -> pd.Series:
    """Storey an address names, or the one its room number begins with (502 -> 5, 1203 -> 12); NaN where neither says."""
    of_room, rooms = pd.factorize(room)
    of_floor, floors = pd.factorize(floor)
    digits = pd.to_numeric(pd.Series(rooms, dtype="str").str.extract(r"^(\d{1,2})\d{2}$", expand=False), errors="coerce").to_numpy(dtype=float)
    written = pd.to_numeric(pd.Series(floors), errors="coerce").to_numpy(dtype=float)
    # past the last one lies "not said"
    level = np.append(written, np.nan)[of_floor]
    return pd.Series(np.where(np.isnan(level), np.append(digits, np.nan)[of_room], level), index=room.index)


def _spread(located: pd.DataFrame, none: np.ndarray, thresholds: Thresholds) -> np.ndarray:
    """Where a door's points lie far apart, one of them strays whether or not the door has a house: the prior says so."""
    door, x, y = (located[c].to_numpy() for c in ("door", "x", "y"))
    anchor = first_places(door, len(none))[door]
    apart = np.hypot(x - x[anchor], y - y[anchor]) > thresholds.candidate_m
    far = thresholds.stray_ratio * (thresholds.candidate_m / thresholds.misplaced_m) ** 2
    odds = none / (1 - none)
    np.multiply.at(odds, door[apart], far)
    result: np.ndarray = odds / (1 + odds)
    return result


def link(
    doors: Doors,
    edges: pd.DataFrame,
    none: np.ndarray,
    plates: pd.DataFrame,
    addresses: pd.DataFrame,
    footprints: gpd.GeoDataFrame,
    outlines: Outlines,
    *,
    thresholds: Thresholds,
    told: Told | None = None,
    outbuilding: np.ndarray | None = None,
) -> Links:
    """Decide what is sure enough, and say of the rest what it hangs between.

    Parameters
    ----------
    doors
        `geo.match.match` of the plates and addresses.
    edges, none
        `geo.assign.assign` of the doors to the footprints (building: position in `footprints`).
    outlines
        Of the footprints.
    told
        Links that people confirmed or rejected: they are listed as such.
    outbuilding
        `geo.outbuildings.outbuildings` of the footprints: why a candidate stays open is said where it is one of them.
    """
    told = told or Told()
    points = [_xy(t) for t in (plates, addresses)]
    best, building, probability = edges.drop_duplicates("door"), np.full(doors.doors_n, -1), np.zeros(doors.doors_n)
    building[best["door"]], probability[best["door"]] = best["building"], best["probability"]
    decided = probability >= thresholds.decided_ratio
    building = np.where(decided, building, -1)
    nowhere = ~decided & (none >= thresholds.decided_ratio)
    declared, claimed = (
        _fate(doors, building, probability, none, nowhere, rows.index, door, xy, outlines)
        for rows, door, xy in ((plates, doors.plate_door, points[0]), (addresses, doors.address_door, points[1]))
    )
    torn = np.zeros(len(addresses), dtype=bool)
    torn[doors.undecided["address"]] = True
    claimed.loc[torn, "state"] = "undecided"
    decided_ = _with_word(_decided(doors, declared, claimed, building), told)
    table = pd.concat([decided_, _undecided(doors, edges, declared, claimed, np.zeros(len(footprints), dtype=bool) if outbuilding is None else outbuilding), _rejected(told)], ignore_index=True)
    return Links(_named(table, plates, addresses, footprints, points, outlines), declared, claimed)


def _fate(
    doors: Doors,
    building: np.ndarray,
    probability: np.ndarray,
    none: np.ndarray,
    nowhere: np.ndarray,
    index: pd.Index,
    door: np.ndarray,
    xy: np.ndarray,
    outlines: Outlines,
) -> pd.DataFrame:
    has = door >= 0
    at = np.where(has, door, 0)
    if not doors.doors_n:
        at = np.zeros(len(index), int)
        building, probability, none, nowhere = np.array([-1]), np.array([0.0]), np.array([1.0]), np.array([True])
    out = pd.DataFrame(
        {
            "door": door,
            "building": np.where(has, building[at], -1),
            "probability": np.where(has, probability[at], 0.0),
            "none": np.where(has, none[at], np.nan),
        },
        index=index,
    )
    linked = (out["building"] >= 0).to_numpy()
    out["state"] = worded(np.where(linked, 0, np.where(~has | nowhere[at], 1, 2)), ["linked", "unlinked", "undecided"]).array
    out["distance_m"] = _away_m(xy[:, :-1], outlines, out["building"].to_numpy())
    return out


def _xy(rows: pd.DataFrame) -> np.ndarray:
    """X and y of the rows' points, and at the end of both those of a point that is none (-1)."""
    return np.column_stack([points_of(rows).T, [np.nan, np.nan]])


def _away_m(xy: np.ndarray, outlines: Outlines, building: np.ndarray) -> np.ndarray:
    """Metres from each point to the building at a position; NaN where there is no point, or no building (-1)."""
    out, here = np.full(len(building), np.nan), np.flatnonzero(building >= 0)
    out[here] = np.maximum(in_threads(outlines.offset_m, *xy[:, here], building[here]), 0.0)
    return out


def _decided(doors: Doors, plates: pd.DataFrame, addresses: pd.DataFrame, building: np.ndarray) -> pd.DataFrame:
    """One row per pair of a door, per plate or address alone on a building, whatever of the three is known."""
    pairs = doors.pairs[["plate", "address", "via", "declared"]]
    alone = []
    for item, table in (("plate", plates), ("address", addresses)):
        single = (table["building"] >= 0).to_numpy(copy=True)
        single[pairs[item]] = False
        alone.append(pd.DataFrame({item: np.flatnonzero(single)}))
    rows = pd.concat([pairs, alone[0].assign(address=-1), alone[1].assign(plate=-1)], ignore_index=True).fillna({"via": 0, "declared": False})
    door = np.where(rows["plate"] >= 0, doors.plate_door[rows["plate"]] if len(plates) else -1, 0)
    if len(addresses):
        door = np.where(rows["plate"] >= 0, door, doors.address_door[rows["address"]])
    rows["building"] = building[door] if len(rows) else np.zeros(0, int)
    for column in ("probability", "distance_m"):
        of_plate, of_address = (np.append(t[column].to_numpy(), np.nan)[rows[item].to_numpy()] for t, item in ((plates, "plate"), (addresses, "address")))
        rows[column] = np.where(np.isnan(of_plate), of_address, of_plate)
    # a pair whose building is not decided is still a pair: its score is that of the text
    rows["probability"] = rows["probability"].where(rows["building"] >= 0, rows["via"].map(TEXT_SCORE))
    here = pd.DataFrame({"building": rows["building"], "door": door})[rows["building"] >= 0].drop_duplicates()
    doors_here = np.bincount(here["building"], minlength=1)
    crowded = (rows["building"] >= 0) & (doors_here[rows["building"]] > 1)
    crowded |= rows.duplicated("plate", keep=False) & (rows["plate"] >= 0) & (rows["building"] >= 0)
    rows["state"] = worded(crowded.to_numpy(dtype=int), ["one_to_one", "grouped"])
    joined = [rows["declared"].astype(bool), rows["via"] == OLD, rows["via"] == ALIAS, rows["via"] == SPELT, (rows["plate"] >= 0) & (rows["address"] >= 0)]
    how = ["declared_id", "same_key_renewed", "same_key_alias", "one_character", "same_key", "neighbourhood"]
    rows["reason"] = worded(np.select(joined, range(len(joined)), len(joined)), how)
    return rows


def _with_word(rows: pd.DataFrame, told: Told) -> pd.DataFrame:
    """Decided rows with those that people confirmed marked as such, beyond doubt."""
    if not len(told.pairs) and not len(told.plate_building):
        return rows
    house = rows["building"].to_numpy()
    sure = np.zeros(len(rows), dtype=bool)
    for kind in ("plate", "address"):
        word = told.building_of(kind, rows[kind])
        sure |= (word >= 0) & (word == house)
    sure |= pd.MultiIndex.from_frame(rows[["plate", "address"]]).isin(pd.MultiIndex.from_frame(told.pairs))
    return rows.assign(
        state=rows["state"].mask(sure, "confirmed"), reason=rows["reason"].mask(sure, "decision"), probability=rows["probability"].mask(sure, 1.0)
    )


def _rejected(told: Told) -> pd.DataFrame:
    """The links people rejected, kept so that everybody sees why they are not proposed."""
    parts = [
        told.not_pairs.assign(building=-1),
        told.plate_not.rename(columns={"item": "plate"}).assign(address=-1),
        told.address_not.rename(columns={"item": "address"}).assign(plate=-1),
    ]
    return pd.concat(parts, ignore_index=True).assign(state="rejected", reason="decision", probability=0.0)


def _undecided(doors: Doors, edges: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame, outbuilding: np.ndarray) -> pd.DataFrame:
    """Candidates of what is not decided: of each door its likeliest buildings, of each torn address its plates."""
    shown = edges[edges["probability"] >= REPORTED_RATIO]
    shown = shown[shown.groupby("door").cumcount() < REPORTED_N]
    parts = []
    for column, rows in (("plate", plates), ("address", addresses)):
        open_ = rows[(rows["state"] == "undecided") & (rows["door"] >= 0)]
        part = pd.DataFrame({column: np.flatnonzero(rows.index.isin(open_.index)), "door": open_["door"].to_numpy()}).merge(shown, on="door")
        held_back = outbuilding[part["building"]] & np.isclose(part["probability"], LIKELIEST)
        parts.append(part.assign(reason=np.where(held_back, "outbuilding", "margin")))
    parts.append(doors.undecided[["plate", "address"]].assign(probability=1 / doors.undecided.groupby("address")["plate"].transform("size"), reason="several_plates_of_key"))
    out = pd.concat(parts, ignore_index=True).drop(columns="door").assign(state="undecided")
    for column in ("plate", "address", "building"):
        out[column] = out[column].fillna(-1).astype(int) if column in out else -1
    return out


def _named(
    rows: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame, footprints: gpd.GeoDataFrame, points: list[np.ndarray], outlines: Outlines
) -> pd.DataFrame:
    plate, address, building = (rows[c].to_numpy(dtype=int) for c in ("plate", "address", "building"))
    rank = [_rank(t[c], at) for t, c, at in ((footprints, "building_id", building), (plates, "plate_id", plate), (addresses, "address_id", address))]
    state = pd.Categorical(rows["state"])
    told = np.flatnonzero((building >= 0).astype(int) + (plate >= 0) + (address >= 0) >= 2)
    order = told[np.lexsort([state.codes[told], *(r[told] for r in rank[::-1])])]
    rows, plate, address, building = rows.iloc[order], plate[order], address[order], building[order]
    index = pd.RangeIndex(len(order))
    out = pd.DataFrame(
        {
            "building_id": at_positions(footprints["building_id"], building, index),
            "plate_id": at_positions(plates["plate_id"], plate, index),
            "address_id": at_positions(addresses["address_id"], address, index),
            "state": rows["state"].array,
            "distance_m": _apart_m(rows["distance_m"].to_numpy(copy=True), points[0][:, plate], points[1][:, address], outlines, building),
            "score": rows["probability"].to_numpy(),
            "reason": rows["reason"].array,
        }
    )
    return out.astype(dict.fromkeys(("building_id", "plate_id", "address_id", "state", "reason"), "str"))[list(LINK_COLUMNS)]


def _rank(ids: pd.Series, at: np.ndarray) -> np.ndarray:
    """Place of the ids at these positions in their order, equal ones alike, none (-1) behind all."""
    order = np.arange(len(ids)) if is_sorted(ids) else sorting(ids)
    rank = np.zeros(len(ids) + 1, dtype=np.int64)
    rank[order[1:]] = np.cumsum(~repeats(ids.iloc[order]))
    rank[-1] = len(ids)
    return rank[at]


def _apart_m(distance_m: np.ndarray, plate: np.ndarray, address: np.ndarray, outlines: Outlines, building: np.ndarray) -> np.ndarray:
    """Metres from the plate to the building, else from the address to it, else from the one to the other, where they are not known yet."""
    for xy in (plate, address):
        unknown = np.flatnonzero(np.isnan(distance_m) & (building >= 0))
        distance_m[unknown] = _away_m(xy[:, unknown], outlines, building[unknown])
    unknown = np.flatnonzero(np.isnan(distance_m))
    distance_m[unknown] = np.linalg.norm(plate[:, unknown] - address[:, unknown], axis=0)
    return distance_m
