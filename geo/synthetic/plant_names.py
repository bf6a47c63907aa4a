"""Faults of names and numbers given anew: villages merged and split, streets renumbered, the crosswalk itself."""

from __future__ import annotations

import numpy as np

from geo.synthetic import spelling
from geo.synthetic.choosing import (
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

MERGED_ON, RENUMBERED_ON = "2024-01-01", "2023-07-01"
_FAULTY_N = 30
_BEFORE = ("万兴村", "双堰村", "新拱村", "大石坝村", "龙滩村", "合力村", "石坎村", "天池村")


def merge_villages(draft: Draft) -> None:
    """The crosswalk's honest part: some villages swallowed others, one kept its name, one was split in two."""
    rng, villages = draft.rng, draft.villages
    n = min(len(_BEFORE) - 2, max(2, len(villages) // 2))
    heirs = rng.permutation(len(villages))[:n] if n <= len(villages) else rng.integers(0, len(villages), n)
    for old, heir in zip(_BEFORE, heirs, strict=False):
        _row(draft, old, villages["name"].iloc[heir], "merger", MERGED_ON)
    _row(draft, villages["name"].iloc[heirs[0]], villages["name"].iloc[heirs[0]], "merger", MERGED_ON)
    split = _BEFORE[-1]
    for half in _split_halves(draft):
        _row(draft, split, villages["name"].iloc[half], "merger", MERGED_ON)
    old_village_name(draft, [int(h) for h in heirs], split)
    old_plate(draft, [int(h) for h in heirs])


def old_village_name(draft: Draft, heirs: list[int], split: str) -> None:
    """Addresses that still carry the village abolished by the merger; those of the split one are told apart by position."""
    for k, heir in enumerate(heirs):
        mine = draft.doors["village"].eq(heir).to_numpy() & inland(draft, 20.0)
        chosen = take(draft, "old_village_name", max(1, quota(draft) // len(heirs) + (k == 0)), mine)
        _rename(draft, chosen, _BEFORE[k])
    for half in _split_halves(draft):
        chosen = take(draft, "old_village_name", max(1, quota(draft) // 4), draft.doors["village"].eq(half).to_numpy() & inland(draft, 40.0))
        _rename(draft, chosen, split)


def old_plate(draft: Draft, heirs: list[int]) -> None:
    """Plates that still show the old village, or the number from before the street was renumbered."""
    for k, heir in enumerate(heirs):
        mine = draft.doors["village"].eq(heir).to_numpy() & inland(draft, 20.0)
        chosen = take(draft, "old_plate", max(1, quota(draft) // 2 // len(heirs) + (k == 0)), mine)
        put(draft, "p_old", chosen, _BEFORE[k])
        locate(draft, chosen)
        _old_plate_cases(draft, chosen, "old village name")
    chosen = take(draft, "old_plate", max(2, quota(draft) // 2), streetside(draft))
    put(draft, "p_number", chosen, spare_numbers(draft, chosen))
    locate(draft, chosen)
    _renumbered(draft, chosen)
    _old_plate_cases(draft, chosen, "old number")
    # renumbered and exchanged in time: the row is in the crosswalk, nothing is wrong
    fine = take(draft, "", max(2, quota(draft) // 2), streetside(draft))
    put(draft, "trap", fine, "renumbered in time")
    new = draft.doors["p_number"].to_numpy()[fine].copy()
    put(draft, "p_number", fine, spare_numbers(draft, fine))
    _renumbered(draft, fine)
    put(draft, "p_number", fine, new)
    for d in chosen:
        spare(draft, "number_out_of_order", ("plate", int(d)))


def crosswalk_fault(draft: Draft) -> None:
    """Rows nobody can follow: a circle, a new address that exists nowhere, one old for two new, two old for one new."""
    for _ in range(min(_FAULTY_N, max(1, quota(draft) // 4))):
        doors = take(draft, "", 5, streetside(draft))
        if len(doors) < 5:
            return
        put(draft, "trap", doors, "named in a faulty crosswalk row")
        spelt = _texts(draft, doors)
        spelt_old = _texts(draft, doors, spare_numbers(draft, doors))
        first = len(draft.crosswalk)
        for old, new in (
            (spelt[0], spelt[1]), (spelt[1], spelt[0]),
            (spelt_old[2], _texts(draft, doors[2:3], np.array([940 + first % 50]))[0]),
            (spelt_old[3], spelt[2]), (spelt_old[3], spelt[3]),
            (spelt_old[0], spelt[4]), (spelt_old[4], spelt[4]),
        ):  # fmt: skip
            _row(draft, old, new, "renumber", RENUMBERED_ON)
        for rows, note in (((0, 1), "circle"), ((2,), "new side exists nowhere"), ((3, 4), "one old, two new"), ((5, 6), "two old, one new")):
            accept = [f"@crosswalk:{first + r}" for r in rows]
            case(draft, "crosswalk_fault", ("text", -1), accept, note)
        for d in doors:
            for code in ("old_plate", "old_village_name"):
                spare(draft, code, ("plate", int(d)), ("address", int(d)), ("building", int(home(draft, np.array([d]))[0])))


def _row(draft: Draft, old: str, new: str, reason: str, effective_on: str) -> None:
    draft.crosswalk.append({"old": old, "new": new, "reason": reason, "effective_on": effective_on})


def _split_halves(draft: Draft) -> tuple[int, int]:
    """Two villages that each got a part of a third: the last two of the table."""
    return len(draft.villages) - 2, len(draft.villages) - 1


def _rename(draft: Draft, doors: Ints, old: str) -> None:
    put(draft, "a_old", doors, old)
    locate(draft, doors)
    for d, h in zip(doors, home(draft, doors), strict=True):
        case(draft, "old_village_name", ("address", int(d)), [("plate", int(d)), ("building", int(h))], old)
        spare(draft, "old_plate", ("plate", int(d)), ("address", int(d)), ("building", int(h)))


def _old_plate_cases(draft: Draft, doors: Ints, note: str) -> None:
    for d, h in zip(doors, home(draft, doors), strict=True):
        case(draft, "old_plate", ("plate", int(d)), [("address", int(d)), ("building", int(h))], note)
        spare(draft, "old_village_name", ("plate", int(d)), ("address", int(d)), ("building", int(h)))


def _renumbered(draft: Draft, doors: Ints) -> None:
    """Crosswalk rows from the number the plate shows to the number the register holds."""
    before = _texts(draft, doors, draft.doors["p_number"].to_numpy()[doors])
    for old, new in zip(before, _texts(draft, doors), strict=True):
        _row(draft, old, new, "renumber", RENUMBERED_ON)


def _texts(draft: Draft, doors: Ints, number: Ints | None = None) -> list[str]:
    """Full register texts of doors, or what they were under another number."""
    rows = draft.doors.iloc[doors] if number is None else draft.doors.iloc[doors].assign(number=number, sub=0)
    village = draft.villages["name"].to_numpy(object)[rows["village"].to_numpy()]
    return list(spelling.UPPER + village + spelling.standard(rows))
