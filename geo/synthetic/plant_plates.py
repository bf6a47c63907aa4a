"""Faults of plates on standing houses: missing, broken, hanging nowhere, too many, displaced, unknown, out of order."""

from __future__ import annotations

import numpy as np

from geo.synthetic.choosing import (
    add_doors,
    case,
    home,
    inland,
    locate,
    put,
    quota,
    spare,
    spare_numbers,
    streetside,
    take,
)
from geo.synthetic.draft import Draft, Ints
from geo.synthetic.pairing import displace, distance_open, far_pairs, nobody_home, same_key, strays


def unplated_building(draft: Draft) -> None:
    """A house nobody ever numbered."""
    chosen = take(draft, "unplated_building", quota(draft))
    put(draft, "plate", chosen, value=False)
    put(draft, "address", chosen, value=False)
    for h in home(draft, chosen):
        case(draft, "unplated_building", ("building", h))


def plate_not_installed(draft: Draft) -> None:
    """Registered, but no plate on the wall: never made, or still in the office. With people it is inhabited_unplated."""
    n = quota(draft)
    for fault, inhabited in (("plate_not_installed", False), ("inhabited_unplated", True)):
        chosen = take(draft, fault, n)
        made = draft.rng.choice(["", "made", "planned"], len(chosen), p=[0.5, 0.25, 0.25])
        put(draft, "plate", chosen, made != "")
        put(draft, "p_state", chosen, np.where(made == "", "planned", made))
        put(draft, "counted", chosen, True if inhabited else draft.rng.random(len(chosen)) < 0.4)
        locate(draft, chosen)
        if inhabited:
            put(draft, "registered_n", chosen, draft.rng.integers(1, 6, len(chosen)).astype(float))
        else:
            nobody_home(draft, chosen)
        for d, h, m in zip(chosen, home(draft, chosen), made, strict=True):
            plate = [("plate", d)] if m else []
            case(draft, fault, ("building", h), [("address", d), *plate])
            spare(draft, "plate_not_installed" if inhabited else "unplated_building", ("building", h), ("address", d))


def damaged_plate(draft: Draft) -> None:
    """On the wall, but broken, worn, hidden or fallen."""
    chosen = take(draft, "damaged_plate", quota(draft))
    put(draft, "p_face", chosen, draft.rng.choice(["damaged", "illegible", "obscured", "missing"], len(chosen)))
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "damaged_plate", ("plate", d), [("building", h)])


def dangling_plate(draft: Draft) -> None:
    """A plate on a wall, a pole or a tree with no house near."""
    doors = strays(draft, "dangling_plate", quota(draft), clear_m=38.0)
    put(draft, "address", doors, value=False)
    for d in doors:
        case(draft, "dangling_plate", ("plate", d))
        spare(draft, "unregistered_plate", ("plate", d))


def several_plates(draft: Draft) -> None:
    """One house under two numbers of its street that are no neighbours; both are registered."""
    chosen = take(draft, "several_plates", quota(draft))
    second = add_doors(draft, chosen, number=spare_numbers(draft, chosen))
    _apart(draft, chosen, second)
    nobody_home(draft, second)
    put(draft, "counted", second, value=False)
    for d, e, h in zip(chosen, second, home(draft, chosen), strict=True):
        case(draft, "several_plates", ("building", h), [("plate", d), ("plate", e)])
        spare(draft, "number_out_of_order", ("plate", e), ("address", e))
        distance_open(draft, d, e)


def plate_for_many_buildings(draft: Draft) -> None:
    """Two houses some metres apart with the same plate; the register knows the number once."""
    first, second = far_pairs(draft, "plate_for_many_buildings", quota(draft), 13.0, 52.0)
    same_key(draft, first, second)
    put(draft, "address", second, value=False)
    locate(draft, first)
    for d, e, h, g in zip(first, second, home(draft, first), home(draft, second), strict=True):
        case(draft, "plate_for_many_buildings", ("plate", d), [("plate", e), ("address", d), ("building", h), ("building", g)])
        everything = (("plate", d), ("plate", e), ("address", d), ("building", h), ("building", g))
        for code in ("duplicate_number", "plate_not_installed", "inhabited_unplated", "unregistered_plate", "number_out_of_order", "address_without_plate"):
            spare(draft, code, *everything)
        distance_open(draft, d, e)


def misplaced_plate(draft: Draft) -> None:
    """The plate's own coordinate is wrong by some tens of metres; the register knows where the house is."""
    chosen = take(draft, "misplaced_plate", quota(draft), inland(draft, 150.0) | (draft.rng.random(len(draft.doors)) < 0.3))
    locate(draft, chosen)
    displace(draft, chosen, "p")
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "misplaced_plate", ("plate", d), [("building", h)])
        spare(draft, "village_mismatch", ("plate", d))


def unregistered_plate(draft: Draft) -> None:
    """A plate hangs, the register does not know it."""
    chosen = take(draft, "unregistered_plate", quota(draft))
    put(draft, "address", chosen, value=False)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "unregistered_plate", ("plate", d), [("building", h)])


def text_conflict(draft: Draft) -> None:
    """Plate and register of one house speak of different numbers."""
    chosen = take(draft, "text_conflict", quota(draft))
    locate(draft, chosen)
    by_sub = draft.rng.random(len(chosen)) < 0.3
    put(draft, "a_number", chosen[~by_sub], spare_numbers(draft, chosen[~by_sub]))
    put(draft, "a_sub", chosen[by_sub], draft.doors["sub"].to_numpy()[chosen[by_sub]] + 4)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "text_conflict", ("plate", d), [("address", d), ("building", h)])
        for code in ("unregistered_plate", "address_without_plate", "plate_not_installed", "inhabited_unplated", "number_out_of_order"):
            spare(draft, code, ("plate", d), ("address", d), ("building", h))


def number_out_of_order(draft: Draft) -> None:
    """A door on the odd side with an even number, or far out of the sequence of its side; plate and register agree."""
    chosen = take(draft, "number_out_of_order", quota(draft), streetside(draft))
    number = spare_numbers(draft, chosen)
    parity = draft.rng.random(len(chosen)) < 0.6
    number = number + parity
    for part in ("number", "p_number", "a_number"):
        put(draft, part, chosen, number)
    for part in ("sub", "p_sub", "a_sub"):
        put(draft, part, chosen, 0)
    for d, h, wrong_side in zip(chosen, home(draft, chosen), parity, strict=True):
        case(draft, "number_out_of_order", ("plate", d), [("address", d), ("building", h)], "wrong side" if wrong_side else "out of sequence")


def _apart(draft: Draft, first: Ints, second: Ints) -> None:
    """Two plates of one house hang at its two ends."""
    houses = draft.houses.iloc[home(draft, first)]
    reach = 0.28 * houses["width_m"].to_numpy()
    along = np.column_stack([np.cos(houses["angle"].to_numpy()), np.sin(houses["angle"].to_numpy())]) * reach[:, None]
    for doors, sign in ((first, -1.0), (second, 1.0)):
        xy = draft.doors[["x", "y"]].to_numpy(float)[doors] + sign * along
        put(draft, "x", doors, xy[:, 0])
        put(draft, "y", doors, xy[:, 1])
