"""Cases and grey zones that follow from a whole dealt town: positions, distances, counts, changed outlines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.delivery import Delivery
from geo.synthetic.doors import COUNTS, KEY

Found = tuple[list[dict[str, Any]], list[tuple[str, Any]]]
"""Cases (code, subject, accept, note) and grey zones (code, object)."""
_GREY_M = (6.0, 15.0)
"""Between these distances from the own village a point is neither a village_mismatch nor clean (tolerance 10 m)."""
_TORN_M = 1.5
"""How much nearer than another house the own one must be for the position to speak for itself."""
_SAME_M = 4.5
"""Beyond this distance from its own house a correct coordinate may or may not be called misplaced (limit 8 m)."""


def derive(delivery: Delivery) -> Found:
    """Cases and grey zones that follow from the whole town: positions, distances, counts, changed outlines."""
    cases: list[dict[str, Any]] = []
    grey: list[tuple[str, Any]] = []
    for step in (_unlocated, _positions, _crowded, _torn, _absent, _people_on_nothing, _changes, _short_texts, _surplus, _renumbered_gaps):
        found, unsure = step(delivery)
        cases += found
        grey += unsure
    return cases, grey


def _case(code: str, subject: tuple[str, int], accept: list[Any], note: str = "") -> dict[str, Any]:
    return {"code": code, "subject": subject, "accept": accept, "note": note}


def _unlocated(delivery: Delivery) -> Found:
    """Active plate-level addresses without a coordinate whose number hangs somewhere."""
    doors = delivery.doors
    placeless = doors["address"] & doors["a_status"].eq("current") & (doors["a_located"] >= delivery.noise.located_ratio)
    plates = pd.MultiIndex.from_frame(doors.loc[doors["plate"], [f"p_{k}" for k in KEY]])
    mine = pd.MultiIndex.from_frame(doors[[f"a_{k}" for k in KEY]])
    known = placeless.to_numpy() & mine.isin(plates)
    cases = [_case("unlocated_address", ("address", int(d)), []) for d in np.flatnonzero(known)]
    rooms = delivery.rooms.index[(doors["a_located"].to_numpy()[delivery.rooms["door"]] >= delivery.noise.located_ratio)]
    unsure = np.flatnonzero(placeless.to_numpy() & ~known)
    return cases, [("unlocated_address", ("address", int(d))) for d in unsure] + [("unlocated_address", ("room", int(r))) for r in rooms]


def _positions(delivery: Delivery) -> Found:
    """Grey zones of distance: to the own house, and to the own village's border."""
    houses, doors = delivery.houses, delivery.doors
    shapes = houses["footprint"].to_numpy()
    villages = delivery.villages["geometry"].to_numpy()
    village_of = _village_positions(delivery)
    grey: list[tuple[str, Any]] = []
    for side, table, key in (("plate", "plates", "plate_id"), ("address", "addresses", "address_id")):
        rows = delivery.tables[table]
        point = rows["geometry"].to_numpy()
        position = pd.Series(np.arange(len(doors)), index=doors[key]).loc[lambda s: s.index.notna()]
        room = pd.Series(delivery.rooms["door"].to_numpy(), index=delivery.rooms["address_id"]) if side == "address" else pd.Series(dtype=int)
        where = pd.concat([position[~position.index.duplicated()], room]).reindex(rows[key]).to_numpy()
        home = doors["house"].to_numpy()[where.astype(int)]
        there = ~shapely.is_missing(point)
        far = np.full(len(rows), np.nan)
        housed = there & (home >= 0)
        far[housed] = shapely.distance(point[housed], shapes[home[housed]])
        quiet = doors["fault"].to_numpy()[where.astype(int)] != f"misplaced_{side}"
        grey += [(code, i) for i in rows[key][(far > _SAME_M) & quiet] for code in (f"misplaced_{side}", "number_out_of_order")]
        declared = rows["village_code"].map(village_of).to_numpy()
        out = np.full(len(rows), np.nan)
        out[there] = shapely.distance(point[there], villages[declared[there]])
        mismatch = doors["fault"].to_numpy()[where.astype(int)] == "village_mismatch"
        grey += [("village_mismatch", i) for i in rows[key][(out > _GREY_M[0]) & ~mismatch]]
    return [], grey + _buildings_outside(delivery, village_of)


def _village_positions(delivery: Delivery) -> dict[str, int]:
    """Position of a village by its name and by its code."""
    by_name = {str(name): k for k, name in enumerate(delivery.villages["name"])}
    listed = delivery.tables["villages"]
    return by_name | {str(code): by_name[str(name)] for code, name in zip(listed["village_code"], listed["name"], strict=True)}


def _buildings_outside(delivery: Delivery, village_of: dict[str, int]) -> list[tuple[str, Any]]:
    """Buildings on a border, whose middle lies beyond it; the planted ones are not among them."""
    rows = delivery.tables["buildings"]
    declared = rows["village_code"].map(village_of).to_numpy()
    villages = delivery.villages["geometry"].to_numpy()
    outside = shapely.distance(shapely.centroid(rows["geometry"].to_numpy()), villages[declared]) > 0
    planted = set(delivery.houses.loc[delivery.houses["fault"].eq("village_mismatch"), "building_id"])
    return [("village_mismatch", i) for i in rows["building_id"][outside] if i not in planted]


def _absent(delivery: Delivery) -> Found:
    """Every live house some of whose registered people live elsewhere."""
    doors, houses = delivery.doors, delivery.houses
    counted = doors["address"] & doors["counted"] & (doors["absent_n"] > 0) & doors["building_no"].eq(0)
    home = doors["house"].to_numpy()
    placed = counted.to_numpy() & (home >= 0) & houses["live"].to_numpy()[home.clip(0)] & doors["a_status"].eq("current").to_numpy()
    cases = []
    for h, mine in pd.Series(np.flatnonzero(placed)).groupby(home[placed]):
        names: list[Any] = [("address", int(d)) for d in mine] + [("plate", int(d)) for d in mine]
        cases.append(_case("registered_not_present", ("building", int(h)), names))
    return cases, [("registered_not_present", ("address", int(d))) for d in np.flatnonzero(counted.to_numpy() & ~placed)]


def _crowded(delivery: Delivery) -> Found:
    """Live houses with more people than 5 m2 of floor each, or a small house with more than 30; close to the limit is open."""
    doors, houses = delivery.doors, delivery.houses
    counted = doors["address"] & doors["counted"] & doors["a_status"].eq("current") & doors["house"].ge(0)
    own = doors.loc[counted, ["house", "registered_n", "resident_n"]]
    inside = delivery.rooms.loc[delivery.rooms["counted"], ["door", "registered_n", "resident_n"]]
    inside = inside.assign(house=doors["house"].to_numpy()[inside["door"]])
    people = pd.concat([own, inside[["house", "registered_n", "resident_n"]]]).groupby("house").sum()
    least, most = people.min(axis=1), people.max(axis=1)
    floor_m2 = pd.Series(shapely.area(houses["footprint"].to_numpy()) * houses["floors_n"].to_numpy(), index=houses.index).reindex(people.index)
    rural = (houses["role"].eq("house") & ~houses["market"]).reindex(people.index)
    live = (houses["live"] & houses["current"]).reindex(people.index)
    sure = live & ((least > 1.1 * floor_m2 / 5) | (rural & (least > 33)))
    maybe = live & ((most > 0.9 * floor_m2 / 5) | (most > 28)) & ~sure
    cases = []
    for h in people.index[sure]:
        mine = np.flatnonzero(doors["house"].eq(h))
        names: list[Any] = [(kind, int(d)) for d in mine for kind in ("address", "plate")]
        cases.append(_case("implausible_density", ("building", int(h)), names))
    return cases, [("implausible_density", ("building", int(h))) for h in people.index[maybe]]


def _torn(delivery: Delivery) -> Found:
    """Doors whose plate or address lies about as near to another live house as to its own: undecided is no mistake there."""
    houses, doors = delivery.houses, delivery.doors
    live = houses.loc[houses["live"] & houses["current"]]
    shapes = houses["footprint"].to_numpy()
    tree = shapely.STRtree(live["footprint"].to_numpy())
    torn = np.zeros(len(doors), dtype=bool)
    for table, key in (("plates", "plate_id"), ("addresses", "address_id")):
        rows = delivery.tables[table].drop_duplicates(key).set_index(key)
        point = rows["geometry"].reindex(doors[key]).to_numpy()
        blind = shapely.is_missing(point) & doors[key].notna().to_numpy()
        able = np.flatnonzero(~shapely.is_missing(point) & doors["house"].ge(0).to_numpy())
        home = doors["house"].to_numpy()[able]
        reach_m = shapely.distance(point[able], shapes[home]) + max(_TORN_M, delivery.noise.plate_m)
        i, k = tree.query(point[able], predicate="dwithin", distance=reach_m)
        torn[able[np.unique(i[live.index.to_numpy()[k] != home[i]])]] = True
        torn |= blind
    torn &= ~doors["fault"].isin(["undecided_plate", "undecided_address"]).to_numpy()
    return [], [(f"undecided_{side}", (side, int(d))) for d in np.flatnonzero(torn) for side in ("plate", "address")]


def _people_on_nothing(delivery: Delivery) -> Found:
    """People counted at virtual and demolished addresses; the same rows are no case of people_unplaced."""
    doors = delivery.doors
    nothing = doors["fault"].isin(["virtual_address", "demolished_occupied", "demolished_vacant", "temporary_gone"]) & doors["address"]
    peopled = nothing & doors["counted"] & doors["counted_on"].eq("2026-06-15") & (doors[list(COUNTS)].sum(axis=1) > 0)
    cases = [
        _case("people_on_nothing", ("address", int(d)), [("building", int(h)), ("previous", int(h))] if (h := doors["house"].iloc[d]) >= 0 else [])
        for d in np.flatnonzero(peopled)
    ]
    unsure = doors["address"] & (nothing | doors["fault"].isin(["undecided_address", "status_conflict"]))
    texts = delivery.tables["addresses"].drop_duplicates("address_id").set_index("address_id")["text"]
    grey: list[tuple[str, Any]] = []
    rows = delivery.tables["population"]
    label = rows["text"] if "text" in rows else rows["address_id"]
    row = {str(v): k for k, v in enumerate(label)}
    for d in np.flatnonzero(unsure):
        name = str(doors["address_id"].iloc[d])
        shown = str(texts[name]) if "text" in rows else name
        grey += [("people_unplaced", i) for i in (name, shown, *row_numbers(row[shown], "population"))] if shown in row else []
        grey += [("people_on_nothing", name)] if not peopled.iloc[d] else []
    # two rows of one text: nobody can tell which of the two houses they mean
    twice = np.flatnonzero(rows["text"].duplicated(keep=False)) if "text" in rows else np.empty(0, dtype=int)
    grey += [("people_unplaced", i) for k in twice for i in (str(rows["text"][k]), *row_numbers(int(k), "population"))]
    return cases, grey


def _changes(delivery: Delivery) -> Found:
    """Outlines whose overlap with the other survey lies close to a limit."""
    houses = delivery.houses
    both = np.flatnonzero(houses["current"] & houses["previous"])
    previous = delivery.tables["buildings_previous"].set_index("building_id")["geometry"]
    old = previous.reindex(houses["previous_id"].iloc[both]).to_numpy()
    back = -np.array(delivery.noise.survey_offset_m)
    old = shapely.make_valid(shapely.transform(old, lambda xy: xy + back))
    new = shapely.make_valid(houses["footprint"].to_numpy()[both])
    common_m2 = shapely.area(shapely.intersection(new, old))
    iou = common_m2 / (shapely.area(new) + shapely.area(old) - common_m2)
    planted = houses["fault"].eq("changed_footprint").to_numpy()[both]
    unsure = both[(iou < 0.89) & ~planted]
    return [], [(code, (kind, int(h))) for h in unsure for kind in ("building", "previous") for code in ("changed_footprint", "suspected_new_building")]


def _short_texts(delivery: Delivery) -> Found:
    """Texts without province, county or town: an office may call them nonstandard or supply the levels itself."""
    short = delivery.short
    return [], [("nonstandard_address", str(i)) for i in short.index[short]]


def _surplus(delivery: Delivery) -> Found:
    """Rooms of houses that are not there, or above a roof but lived in."""
    rooms, doors = delivery.rooms, delivery.doors
    odd = doors["fault"].to_numpy()[rooms["door"]]
    unsure = np.flatnonzero(np.isin(odd, ["demolished_occupied", "demolished_vacant"]) & rooms["fault"].ne("surplus_rooms").to_numpy())
    return [], [("surplus_rooms", ("room", int(r))) for r in unsure]


def _renumbered_gaps(delivery: Delivery) -> Found:
    """Order along a street means little where a house carries a sub-number or several rows were merged."""
    doors = delivery.doors
    unsure = doors["sub"].gt(0) | doors["temporary"] | doors["fault"].isin(["misplaced_plate", "stacked_addresses", "outside_project", "dangling_plate"])
    return [], [("number_out_of_order", (kind, int(d))) for d in np.flatnonzero(unsure) for kind in ("plate", "address")]


def row_numbers(row: int, table: str) -> list[str]:
    """Every way a row may be named by position: from 0, from 1, or below a header."""
    return [name for k in (row, row + 1, row + 2) for name in (str(k), f"{table}:{k}", f"{table}:#{k}")]
