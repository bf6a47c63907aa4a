"""Faults of the data itself, of rooms, and of the people counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.synthetic import spelling
from geo.synthetic.choosing import add_doors, add_houses, case, home, inland, locate, put, quota, reshape, spare, spare_numbers, take
from geo.synthetic.doors import COUNTS, room_rows
from geo.synthetic.draft import Draft, count_within, either


def invalid_geometry(draft: Draft) -> None:
    """Outlines drawn as a bow-tie, which lose their area; and outlines with a spike, which lose nothing and are no fault."""
    rng, houses = draft.rng, draft.houses
    sheds = np.flatnonzero(houses["role"].eq("shed") & houses["fault"].eq("") & houses["trap"].eq(""))
    chosen = np.sort(rng.permutation(sheds)[: max(3, quota(draft) // 3)])
    houses.loc[chosen, "fault"] = "invalid_geometry"
    outlines = houses["footprint"].to_numpy()[chosen]
    reshape(draft, "former", chosen, outlines)
    reshape(draft, "footprint", chosen, [shapely.polygons(shapely.get_coordinates(g)[[0, 2, 1, 3, 0]]) for g in outlines])
    for h in chosen:
        case(draft, "invalid_geometry", ("building", int(h)))
        spare(draft, "*", ("building", int(h)))
    fine = take(draft, "", max(2, quota(draft) // 3))
    put(draft, "trap", fine, "outline with a spike")
    outlines = houses["footprint"].to_numpy()[home(draft, fine)]
    reshape(draft, "former", home(draft, fine), outlines)
    reshape(draft, "footprint", home(draft, fine), [_spiked(g) for g in outlines])


def overlapping_footprints(draft: Draft) -> None:
    """A shed drawn into the house by a third of itself, and a house that came twice under two ids."""
    n = max(2, quota(draft) // 2)
    host = home(draft, take(draft, "overlapping_footprints", n, inland(draft, 10.0)))
    shapes = []
    for h in host:
        row = draft.houses.iloc[h]
        shed = shapely.box(-2.0, -1.6, 2.0, 1.6)
        turned = shapely.affinity.rotate(shed, float(row["angle"]), origin=(0, 0), use_radians=True)
        edge = shapely.get_coordinates(row["footprint"].exterior)
        middle = (edge[1] + edge[2]) / 2
        inward = np.array([row["footprint"].centroid.x, row["footprint"].centroid.y]) - middle
        spot = middle - inward / np.hypot(*inward) * 0.7
        shapes.append(shapely.affinity.translate(turned, *spot))
    sheds = add_houses(draft, host, role="shed", use="ancillary", temporary=False, floors_n=1, footprint=shapes, fault="overlapping_footprints", dwellings_n=np.nan)
    for h, s in zip(host, sheds, strict=True):
        case(draft, "overlapping_footprints", ("building", int(min(h, s))), [("building", int(max(h, s)))], "partly")
    beside = draft.doors["fault"].eq("overlapping_footprints")
    for d in map(int, np.flatnonzero(beside)):
        spare(draft, "undecided_plate", ("plate", int(d)))
        spare(draft, "undecided_address", ("address", int(d)))
    twin_of = home(draft, take(draft, "overlapping_footprints", max(1, n // 2), inland(draft, 10.0)))
    again = [shapely.affinity.scale(draft.houses["footprint"].iloc[h], 0.985, 0.985) for h in twin_of]
    twins = add_houses(draft, twin_of, footprint=again, fault="overlapping_footprints", use=None)
    for h, t in zip(twin_of, twins, strict=True):
        case(draft, "overlapping_footprints", ("building", int(min(h, t))), [("building", int(max(h, t)))], "twice")
        for b in (h, t):
            spare(draft, "*", ("building", int(b)))


def duplicate_id(draft: Draft) -> None:
    """One id on two different rows; and rows that came twice word for word, which is no fault of the world."""
    chosen = take(draft, "duplicate_id", max(2, quota(draft) // 2))
    locate(draft, chosen)
    plates = np.arange(len(chosen)) % 2 == 1
    add_doors(draft, chosen, number=spare_numbers(draft, chosen), counted=False, same_as=chosen, plate=plates, address=~plates)
    for d, h, plate in zip(chosen, home(draft, chosen), plates, strict=True):
        case(draft, "duplicate_id", ("plate" if plate else "address", int(d)))
        spare(draft, "*", ("plate", int(d)), ("address", int(d)), ("building", int(h)))
    fine = take(draft, "", max(2, quota(draft) // 3))
    put(draft, "trap", fine, "row delivered twice")
    draft.repeats += [int(d) for d in fine]


def outside_project(draft: Draft) -> None:
    """Coordinates of nowhere: zero, or kilometres away; on plates and on addresses."""
    chosen = take(draft, "outside_project", max(4, quota(draft)))
    x1, y1 = shapely.total_bounds(draft.villages["geometry"].to_numpy())[2:]
    rank = np.arange(len(chosen))
    zero = rank % 4 < 2
    locate(draft, chosen)
    for column, mine in (("a", rank % 2 == 0), ("p", rank % 2 == 1)):
        put(draft, f"{column}_x", chosen[mine], np.where(zero, 0.0, x1 + 2500.0 + 40 * (rank % 50))[mine])
        put(draft, f"{column}_y", chosen[mine], np.where(zero, 0.0, y1 + 900.0)[mine])
    for d, h, k in zip(chosen, home(draft, chosen), rank, strict=True):
        side = "plate" if k % 2 else "address"
        case(draft, "outside_project", (side, int(d)), note="zero" if k % 4 < 2 else "far away")
        for code in ("misplaced_plate", "misplaced_address", "unlocated_address", "village_mismatch", "dangling_plate"):
            spare(draft, code, (side, int(d)), ("building", int(h)))


def village_mismatch(draft: Draft) -> None:
    """Declared in another village than the one it stands in: the address with its text, the plate by its code alone."""
    deep, n = inland(draft, 30.0), max(2, quota(draft) // 2)
    for side in ("address", "plate", "building"):
        chosen = take(draft, "village_mismatch", n, deep)
        other = (draft.doors["village"].to_numpy()[chosen] + 1 + draft.rng.integers(0, len(draft.villages) - 1, len(chosen))) % len(draft.villages)
        locate(draft, chosen)
        houses = home(draft, chosen)
        if side == "address":
            put(draft, "a_village", chosen, other)
            put(draft, "a_says", chosen, other)
        elif side == "plate":
            put(draft, "p_says", chosen, other)
        else:
            draft.houses.loc[houses, "says_village"] = other
        for d, h in zip(chosen, houses, strict=True):
            names = {"address": ("address", int(d)), "plate": ("plate", int(d)), "building": ("building", int(h))}
            # the contract speaks of the village of a point: whether a building counts is left open
            if side == "building":
                spare(draft, "village_mismatch", *names.values())
            else:
                case(draft, "village_mismatch", names[side], [v for k, v in names.items() if k != side], side)
            for code in ("duplicate_number", "duplicate_address", "text_conflict", "unregistered_plate", "address_without_plate", "plate_not_installed", "inhabited_unplated"):
                spare(draft, code, *names.values())


def surplus_rooms(draft: Draft) -> None:
    """Rooms above the roof with nobody in them; and rooms above the roof where somebody is registered, left alone."""
    small = draft.houses["floors_n"].le(4).to_numpy()[draft.doors["house"].to_numpy().clip(0)]
    for fault, peopled in (("surplus_rooms", False), ("", True)):
        chosen = take(draft, fault, quota(draft) if fault else max(2, quota(draft) // 2), small)
        count = draft.rng.integers(1, 3, len(chosen))
        door = np.repeat(chosen, count)
        above = draft.doors["floors_n"].to_numpy()[door] + draft.rng.integers(2, 4, len(door))
        rank = count_within(count)
        rows = room_rows(draft.rng, door, np.ones(len(door), dtype=int), above * 100 + 1 + rank)
        rows["fault"] = fault or "lived in"
        if not peopled:
            rows[list(COUNTS)] = 0.0
        first = len(draft.rooms)
        draft.rooms = pd.concat([draft.rooms, rows], ignore_index=True)
        put(draft, "trap", chosen, "" if fault else "rooms above the roof, lived in")
        start = first + np.r_[0, np.cumsum(count)[:-1]]
        for d, h, s, c in zip(chosen, home(draft, chosen), start, count, strict=True):
            mine = [("room", int(s) + k) for k in range(int(c))]
            if fault:
                case(draft, "surplus_rooms", mine[0], [*mine[1:], ("building", int(h)), ("address", int(d))], "above the roof")


def people_unplaced(draft: Draft) -> None:
    """Counts of addresses nobody knows."""
    chosen = take(draft, "", quota(draft))
    put(draft, "trap", chosen, "a count names a door like this one")
    rows = draft.doors.iloc[chosen]
    number = 700 + np.arange(len(chosen)) % 290
    text = spelling.UPPER + draft.villages["name"].to_numpy(object)[rows["village"].to_numpy()] + spelling.standard(rows.assign(number=number, sub=0))
    for k, t in enumerate(text):
        people = {"registered_n": 3.0, "resident_n": float(2 + k % 3), "floating_n": 0.0, "absent_n": 0.0, "unit_n": 0.0}
        draft.strays.append({"address_id": f"500120X{k:06d}", "text": t, **people, "counted_on": "2026-06-15"})
        case(draft, "people_unplaced", ("stray", k), [t], "unknown address")


def empty_dwelling(draft: Draft) -> None:
    """Flats and houses with a plate where, by fresh counts, nobody lives."""
    chosen = take(draft, "empty_dwelling", quota(draft))
    draft.houses.loc[home(draft, chosen), "use"] = "residential"
    put(draft, "counted", chosen, value=True)
    for column in COUNTS:
        put(draft, column, chosen, 0.0)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "empty_dwelling", ("building", int(h)), [("address", int(d)), ("plate", int(d))])


def registered_not_present(draft: Draft) -> None:
    """Registered here, living elsewhere."""
    chosen = take(draft, "registered_not_present", quota(draft))
    put(draft, "counted", chosen, value=True)
    put(draft, "registered_n", chosen, 4.0)
    put(draft, "absent_n", chosen, 3.0)
    put(draft, "resident_n", chosen, 1.0)
    put(draft, "floating_n", chosen, 0.0)


def implausible_density(draft: Draft) -> None:
    """More people than the floors can hold; and a hostel where many are many but not too many."""
    houses = draft.houses
    chosen = take(draft, "implausible_density", quota(draft))
    h = home(draft, chosen)
    floor_m2 = shapely.area(houses["footprint"].to_numpy()[h]) * houses["floors_n"].to_numpy()[h]
    people = np.maximum(38.0, np.ceil(floor_m2 / 5.0 * 1.35))
    put(draft, "counted", chosen, value=True)
    put(draft, "registered_n", chosen, people)
    put(draft, "resident_n", chosen, people)
    put(draft, "floating_n", chosen, 0.0)
    put(draft, "absent_n", chosen, 0.0)
    hostel = np.flatnonzero(draft.doors["role"].eq("big") & draft.doors["fault"].eq("") & draft.doors["market"])[: max(1, quota(draft) // 3)]
    put(draft, "trap", hostel, "a hostel with room for all")
    floor_m2 = shapely.area(houses["footprint"].to_numpy()[home(draft, hostel)]) * houses["floors_n"].to_numpy()[home(draft, hostel)]
    for column in ("registered_n", "resident_n"):
        put(draft, column, hostel, np.floor(floor_m2 / 11.0))
    put(draft, "floating_n", hostel, 0.0)
    put(draft, "absent_n", hostel, 0.0)


def exempt(draft: Draft) -> None:
    """Houses that need no number by decision, or are ruins with their plate: nothing is wrong."""
    chosen = take(draft, "", quota(draft))
    put(draft, "trap", chosen, "number exempt")
    draft.houses.loc[home(draft, chosen), "number_exempt"] = True
    put(draft, "plate", chosen, value=False)
    put(draft, "address", chosen, value=False)
    ruin = take(draft, "", quota(draft))
    put(draft, "trap", ruin, "a ruin with its number")
    draft.houses.loc[home(draft, ruin), "condition"] = "ruin"


def alias(draft: Draft) -> None:
    """Texts that add an older name in brackets: the number outside the brackets counts, nothing is wrong."""
    chosen = take(draft, "", quota(draft, 1.5))
    put(draft, "trap", chosen, "older name in brackets")
    note = "（旧：老街" + pd.Series(draft.rng.integers(1, 90, len(chosen))).astype(str).to_numpy(dtype=object) + "号）"
    side = np.arange(len(chosen)) % 2 == 0
    put(draft, "p_alias", chosen, either(side, note, ""))
    put(draft, "a_alias", chosen, either(side, "", note))
    put(draft, "p_quiet", chosen, value=True)
    put(draft, "a_quiet", chosen, value=True)


def _spiked(outline: shapely.Polygon) -> shapely.Polygon:
    """The same outline with a needle of 0.4 m at a corner: invalid, but nothing of its area is in doubt."""
    corner = shapely.get_coordinates(outline)
    side = corner[1] - corner[0]
    tip = (corner[1] + 0.4 * side / np.hypot(*side)).round(3)
    return shapely.Polygon(np.vstack([corner[:2], tip, corner[1:]]))
