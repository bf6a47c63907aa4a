"""Faults of time: houses gone, new, changed and rebuilt, temporary ones, states that contradict each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.choosing import (
    add_houses,
    case,
    demolish,
    home,
    locate,
    put,
    quota,
    reshape,
    spare,
    take,
)
from geo.synthetic.doors import room_rows
from geo.synthetic.draft import Draft, Ints, either
from geo.synthetic.pairing import nobody_home

STALE = "2024-03-01"


def demolished(draft: Draft) -> None:
    """Torn down with a document, and the register still holds the number: empty for certain, or not."""
    n = quota(draft)
    vacant = take(draft, "demolished_vacant", n)
    _gone(draft, vacant)
    put(draft, "counted", vacant, value=True)
    nobody_home(draft, vacant)
    for d, h in zip(vacant, home(draft, vacant), strict=True):
        case(draft, "demolished_vacant", ("address", d), [("building", h), ("previous", h)])
    _rooms_of_the_gone(draft, vacant[: max(1, n // 3)])
    occupied = take(draft, "demolished_occupied", n)
    _gone(draft, occupied)
    kind = np.arange(len(occupied)) % 3
    put(draft, "counted", occupied, kind != 1)
    put(draft, "counted_on", occupied[kind == 2], STALE)
    nobody_home(draft, occupied[kind != 0])
    put(draft, "registered_n", occupied[kind == 0], 3.0)
    for d, h, k in zip(occupied, home(draft, occupied), kind, strict=True):
        case(draft, "demolished_occupied", ("address", d), [("building", h), ("previous", h)], ("people", "no count", "stale count")[k])


def plate_on_demolished(draft: Draft) -> None:
    """The house is gone, its plate hangs on what is left of the wall; the register is in order."""
    chosen = take(draft, "plate_on_demolished", quota(draft))
    demolish(draft, home(draft, chosen))
    put(draft, "address", chosen, value=False)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "plate_on_demolished", ("plate", d), [("building", h), ("previous", h)])
        spare(draft, "unregistered_plate", ("plate", d))


def suspected_demolition(draft: Draft) -> None:
    """A footprint of the survey before that is no more, without any document; and some with one, where nothing is wrong."""
    chosen = take(draft, "suspected_demolition", quota(draft))
    demolish(draft, home(draft, chosen), documented=False)
    _unnumbered(draft, chosen)
    for h in home(draft, chosen):
        case(draft, "suspected_demolition", ("previous", h), [("building", h)])
    fine = take(draft, "", quota(draft))
    put(draft, "trap", fine, "demolished, documented and cleared")
    demolish(draft, home(draft, fine))
    _unnumbered(draft, fine)


def suspected_new_building(draft: Draft) -> None:
    """A house the survey before did not have."""
    chosen = take(draft, "suspected_new_building", quota(draft))
    draft.houses.loc[home(draft, chosen), "previous"] = False
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "suspected_new_building", ("building", h), [("plate", d)])


def changed_footprint(draft: Draft) -> None:
    """Extended or partly torn down since: the two outlines overlap by 0.3 to 0.75."""
    chosen = take(draft, "changed_footprint", quota(draft))
    houses = home(draft, chosen)
    keep = draft.rng.uniform(0.35, 0.74, len(houses))
    reshape(draft, "former", houses, [_trimmed(draft, int(h), float(k)) for h, k in zip(houses, keep, strict=True)])
    for d, h in zip(chosen, houses, strict=True):
        case(draft, "changed_footprint", ("building", h), [("previous", h), ("plate", d)])


def rebuilt(draft: Draft) -> None:
    """Torn down with a document and built anew on the same plot, larger: may the number stay?"""
    chosen = take(draft, "rebuilt", quota(draft))
    houses = home(draft, chosen)
    scale = draft.rng.uniform(0.6, 0.78, len(houses))
    old = [shapely.affinity.scale(draft.houses["footprint"].iloc[h], s, s) for h, s in zip(houses, scale, strict=True)]
    gone = add_houses(draft, houses, role="gone", current=False, previous=True, live=False, footprint=old, fault="rebuilt")
    draft.houses.loc[houses, "previous"] = False
    year = draft.rng.integers(2022, 2025, len(gone))
    draft.demolitions += [
        {"house": int(g), "demolished_on": f"{y}-0{1 + int(g) % 9}-18", "document": f"璧梧征〔{y}〕{int(g) % 90 + 1}号"} for g, y in zip(gone, year, strict=True)
    ]
    for d, h, g in zip(chosen, houses, gone, strict=True):
        case(draft, "rebuilt", ("building", h), [("previous", g), ("plate", d), ("address", d)])
        everything = (("building", h), ("previous", g), ("plate", d), ("address", d))
        for code in ("suspected_new_building", "changed_footprint", "suspected_demolition", "demolished_occupied", "demolished_vacant", "plate_on_demolished"):
            spare(draft, code, *everything)


def temporary(draft: Draft) -> None:
    """Temporary houses: without a temporary plate, with one past its day or without a day, gone but still registered."""
    n = quota(draft)
    unplated = take(draft, "temporary_unplated", n)
    _make_temporary(draft, unplated)
    _unnumbered(draft, unplated)
    for h in home(draft, unplated):
        case(draft, "temporary_unplated", ("building", h))
    overdue = take(draft, "temporary_overdue", n)
    _make_temporary(draft, overdue)
    past = np.arange(len(overdue)) % 2 == 0
    put(draft, "expires", overdue, either(past, "2025-09-30", None))
    for d, h, p in zip(overdue, home(draft, overdue), past, strict=True):
        case(draft, "temporary_overdue", ("plate", d), [("address", d), ("building", h)], "past its day" if p else "no day")
    gone = take(draft, "temporary_gone", n)
    _make_temporary(draft, gone)
    _gone(draft, gone)
    put(draft, "counted", gone, value=False)
    for d, h in zip(gone, home(draft, gone), strict=True):
        case(draft, "temporary_gone", ("address", d), [("building", h), ("previous", h)])
        spare(draft, "demolished_vacant", ("address", d), ("building", h))
        spare(draft, "demolished_occupied", ("address", d), ("building", h))


def status_conflict(draft: Draft) -> None:
    """Pairs that cannot be: plate up and address retired, address active on a house not yet built, permanent on temporary."""
    n = max(1, quota(draft) // 3)
    retired = take(draft, "status_conflict", n)
    put(draft, "a_status", retired, "retired")
    put(draft, "a_until", retired, "2025-11-30")
    for d, h in zip(retired, home(draft, retired), strict=True):
        case(draft, "status_conflict", ("plate", d), [("address", d), ("building", h)], "plate up, address retired")
        for code in ("unregistered_plate", "unplated_building"):
            spare(draft, code, ("plate", d), ("building", h))
    unbuilt = take(draft, "status_conflict", n)
    draft.houses.loc[home(draft, unbuilt), "condition"] = draft.rng.choice(["planned", "entered_in_error"], len(unbuilt))
    draft.houses.loc[home(draft, unbuilt), ["live", "previous"]] = False
    put(draft, "plate", unbuilt, value=False)
    put(draft, "counted", unbuilt, value=False)
    locate(draft, unbuilt)
    for d, h in zip(unbuilt, home(draft, unbuilt), strict=True):
        case(draft, "status_conflict", ("address", d), [("building", h)], "address active, house not there")
        spare(draft, "suspected_new_building", ("building", h))
        for code in ("virtual_address", "plate_not_installed", "address_without_plate"):
            spare(draft, code, ("address", d), ("building", h))
    permanent = take(draft, "status_conflict", n)
    draft.houses.loc[home(draft, permanent), "temporary"] = True
    for d, h in zip(permanent, home(draft, permanent), strict=True):
        case(draft, "status_conflict", ("plate", d), [("address", d), ("building", h)], "permanent number on a temporary house")
        spare(draft, "temporary_unplated", ("building", h), ("plate", d), ("address", d))


def under_way(draft: Draft) -> None:
    """Houses planned or being built, without a number: nothing is wrong with them."""
    chosen = take(draft, "", quota(draft))
    put(draft, "trap", chosen, "not finished yet")
    houses = home(draft, chosen)
    draft.houses.loc[houses, "condition"] = np.where(np.arange(len(houses)) % 2 == 0, "under_construction", "planned")
    draft.houses.loc[houses, ["live", "previous"]] = False
    _unnumbered(draft, chosen)
    for h in houses:
        spare(draft, "suspected_new_building", ("building", int(h)))


def _gone(draft: Draft, doors: Ints) -> None:
    demolish(draft, home(draft, doors))
    put(draft, "plate", doors, value=False)
    locate(draft, doors)


def _unnumbered(draft: Draft, doors: Ints) -> None:
    put(draft, "plate", doors, value=False)
    put(draft, "address", doors, value=False)


def _make_temporary(draft: Draft, doors: Ints) -> None:
    draft.houses.loc[home(draft, doors), "temporary"] = True
    for column in ("temporary", "p_temporary", "a_temporary"):
        put(draft, column, doors, value=True)
    for column in ("sub", "p_sub", "a_sub"):
        put(draft, column, doors, 0)
    put(draft, "expires", doors, "2027-05-31")
    locate(draft, doors)


def _rooms_of_the_gone(draft: Draft, doors: Ints) -> None:
    """Two room addresses each in a house that is gone, nobody registered."""
    door = np.repeat(doors, 2)
    room = np.tile([101, 201], len(doors))
    rows = room_rows(draft.rng, door, np.ones(len(door), dtype=int), room)
    rows = rows.assign(fault="surplus_rooms", **dict.fromkeys(("registered_n", "resident_n", "floating_n", "absent_n", "unit_n"), 0.0))
    first = len(draft.rooms)
    draft.rooms = pd.concat([draft.rooms, rows], ignore_index=True)
    for k, (d, h) in enumerate(zip(doors, home(draft, doors), strict=True)):
        mine = [("room", first + 2 * k), ("room", first + 2 * k + 1)]
        case(draft, "surplus_rooms", mine[0], [mine[1], ("building", int(h)), ("previous", int(h)), ("address", int(d))], "house gone")


def _trimmed(draft: Draft, house: int, keep: float) -> shapely.Polygon:
    """The footprint cut across its width so that about that share of it remains."""
    row = draft.houses.iloc[house]
    shape, angle = row["footprint"], float(row["angle"])
    flat = shapely.affinity.rotate(shape, -angle, origin=shape.centroid, use_radians=True)
    x0, y0, x1, y1 = flat.bounds
    low, high = x0, x1
    for _ in range(40):
        middle = (low + high) / 2
        part = shapely.intersection(flat, shapely.box(x0, y0, middle, y1))
        low, high = (middle, high) if part.area < keep * flat.area else (low, middle)
    part = shapely.intersection(flat, shapely.box(x0, y0, high, y1))
    part = max(shapely.get_parts(part), key=lambda g: g.area)
    return shapely.affinity.rotate(part, angle, origin=shape.centroid, use_radians=True)
