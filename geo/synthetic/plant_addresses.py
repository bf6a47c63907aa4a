"""Faults of register addresses on standing houses: of nothing, doubled, displaced, stacked, misspelt, undecidable."""

from __future__ import annotations

import numpy as np
import shapely

from geo.synthetic.choosing import (
    add_doors,
    case,
    home,
    inland,
    locate,
    mark,
    plain,
    put,
    quota,
    spare,
    spare_numbers,
    streetside,
    take,
)
from geo.synthetic.draft import Draft, Ints
from geo.synthetic.pairing import displace, distance_open, far_pairs, nobody_home, same_key, strays

_STACKS_N = 30


def virtual_address(draft: Draft) -> None:
    """A number in the register that no house carries: on empty ground, without position, or between its neighbours."""
    n = quota(draft)
    ground = strays(draft, "virtual_address", n, clear_m=38.0)
    nowhere = strays(draft, "virtual_address", max(2, n // 2), clear_m=38.0)
    put(draft, "a_located", nowhere, 2.0)
    gaps = _gap_numbers(draft, max(2, n // 2))
    for doors, note in ((ground, "empty ground"), (nowhere, "no coordinate"), (gaps, "between its neighbours")):
        put(draft, "plate", doors, value=False)
        peopled = draft.rng.random(len(doors)) < 0.5
        put(draft, "counted", doors, draft.rng.random(len(doors)) < 0.9)
        nobody_home(draft, doors[~peopled])
        put(draft, "registered_n", doors[peopled], 2.0)
        put(draft, "resident_n", doors[peopled], 2.0)
        for d in doors:
            case(draft, "virtual_address", ("address", d), note=note)
            if note != "empty ground":
                spare(draft, "unlocated_address", ("address", d))


def address_without_plate(draft: Draft) -> None:
    """A house with its plate, and a second number in the register that hangs nowhere."""
    chosen = take(draft, "address_without_plate", quota(draft))
    locate(draft, chosen)
    second = add_doors(draft, chosen, number=spare_numbers(draft, chosen), plate=False, counted=False)
    distance_open(draft, *second)
    for d, e, h in zip(chosen, second, home(draft, chosen), strict=True):
        case(draft, "address_without_plate", ("address", e), [("building", h)])
        spare(draft, "text_conflict", ("plate", d), ("address", e), ("building", h))
        spare(draft, "number_out_of_order", ("address", e))


def duplicate_number(draft: Draft) -> None:
    """The same number given out twice in one village, to houses far apart, both registered."""
    first, second = far_pairs(draft, "duplicate_number", quota(draft), 75.0, 400.0)
    same_key(draft, first, second)
    locate(draft, np.r_[first, second])
    for d, e, h, g in zip(first, second, home(draft, first), home(draft, second), strict=True):
        both = (("plate", e), ("address", d), ("address", e), ("building", h), ("building", g))
        case(draft, "duplicate_number", ("plate", d), both)
        for code in ("duplicate_address", "plate_for_many_buildings", "number_out_of_order"):
            spare(draft, code, ("plate", d), *both)
        distance_open(draft, d, e)


def misplaced_address(draft: Draft) -> None:
    """The register's coordinate is wrong by some tens of metres; the plate hangs on the house."""
    chosen = take(draft, "misplaced_address", quota(draft), inland(draft, 150.0) | (draft.rng.random(len(draft.doors)) < 0.3))
    locate(draft, chosen)
    displace(draft, chosen, "a")
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "misplaced_address", ("address", d), [("building", h)])
        spare(draft, "village_mismatch", ("address", d))


def undecided(draft: Draft) -> None:
    """A plate, or an address, exactly between two houses that carry nothing else: no evidence can tell which is meant."""
    n = max(2, quota(draft) * 2 // 3)
    for code, side, other in (("undecided_plate", "plate", "address"), ("undecided_address", "address", "plate")):
        pairs = np.array(_neighbours(draft, code, n), dtype=int).reshape(-1, 2)
        draft.doors.loc[pairs.ravel(), ["plate", "address"]] = False
        first, second = home(draft, pairs[:, 0]), home(draft, pairs[:, 1])
        shape = draft.houses["footprint"].to_numpy()
        x, y = shapely.get_coordinates(shapely.shortest_line(shape[first], shape[second])).reshape(-1, 2, 2).mean(axis=1).T
        number = spare_numbers(draft, pairs[:, 0])
        between = add_doors(
            draft, pairs[:, 0], house=-1, number=number, p_x=x, p_y=y, a_x=x, a_y=y, x=x, y=y, counted=False, a_located=-1.0, **{side: True, other: False}
        )
        for b, h, g in zip(between, first, second, strict=True):
            case(draft, code, (side, b), note="between two houses")
            spare(draft, "unregistered_plate", ("plate", b))
            spare(draft, "number_out_of_order", (side, b))
            for unsure in ("unplated_building", "plate_not_installed", "inhabited_unplated"):
                spare(draft, unsure, ("building", h), ("building", g), ("address", b))


def stacked_addresses(draft: Draft) -> None:
    """Somebody gave a whole row of addresses the coordinate of the committee's office."""
    rng = draft.rng
    for _ in range(min(_STACKS_N, max(1, quota(draft) // 3))):
        free = np.flatnonzero(plain(draft) & inland(draft))
        rows = draft.doors.iloc[free]
        sizes = rows.groupby("place").size()
        able = sizes.index[sizes >= 9]
        if not len(able):
            return
        mine = free[(rows["place"] == able[int(rng.integers(0, len(able)))]).to_numpy()]
        start = draft.doors["number"].to_numpy()[mine].argsort(kind="stable")
        k = int(rng.integers(0, len(mine) - 7))
        stack = np.sort(mine[start[k : k + int(rng.integers(5, 8))]])
        mark(draft, "stacked_addresses", stack)
        locate(draft, stack)
        centre = draft.doors[["x", "y"]].to_numpy(float)[stack].mean(axis=0).round(3)
        put(draft, "a_x", stack, centre[0])
        put(draft, "a_y", stack, centre[1])
        case(draft, "stacked_addresses", ("address", int(stack[0])), [("address", int(d)) for d in stack[1:]])
        for d in stack:
            for code in ("misplaced_address", "unlocated_address", "village_mismatch"):
                spare(draft, code, ("address", int(d)))


def duplicate_address(draft: Draft) -> None:
    """One door registered twice under two ids."""
    chosen = take(draft, "duplicate_address", quota(draft))
    locate(draft, chosen)
    second = add_doors(draft, chosen, plate=False, counted=False)
    for d, e, h in zip(chosen, second, home(draft, chosen), strict=True):
        case(draft, "duplicate_address", ("address", d), [("address", e), ("building", h)])
        spare(draft, "duplicate_number", ("address", d), ("address", e), ("building", h), ("plate", d))
        spare(draft, "address_without_plate", ("address", d), ("address", e))


def nonstandard_address(draft: Draft) -> None:
    """Something is left over in the text that no address has."""
    chosen = take(draft, "nonstandard_address", quota(draft))
    tails = ["老供销社后头", "水塔下坎第二家", "靠河边第三间", "晒坝左手边那家"]
    put(draft, "a_tail", chosen, draft.rng.choice(tails, len(chosen)))
    locate(draft, chosen)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "nonstandard_address", ("address", d), [("building", h)])


def _gap_numbers(draft: Draft, count: int) -> Ints:
    """Addresses without position whose number lies between two standing houses of its side: suspects, not certain."""
    rows = draft.doors.loc[plain(draft) & streetside(draft) & draft.doors["sub"].eq(0)]
    used = set(zip(draft.doors["place"], draft.doors["number"], strict=True))
    gap = np.array([(p, n + 2) not in used and (p, n + 4) in used for p, n in zip(rows["place"], rows["number"], strict=True)], dtype=bool)
    like = np.sort(draft.rng.permutation(rows.index.to_numpy()[gap])[:count])
    number = draft.doors["number"].to_numpy()[like] + 2
    return add_doors(draft, like, house=-1, number=number, sub=0, a_located=2.0, plate=False, counted=False, fault="virtual_address", a_quiet=True, p_quiet=True)


def _neighbours(draft: Draft, fault: str, count: int) -> list[tuple[int, int]]:
    """Pairs of plain doors whose houses face each other across a gap of 1 to 9 m."""
    free = draft.rng.permutation(np.flatnonzero(plain(draft) & inland(draft, 15.0)))
    shape = draft.houses["footprint"].to_numpy()[draft.doors["house"].to_numpy()[free]]
    a, b = shapely.STRtree(shape).query(shape, predicate="dwithin", distance=9.0)
    gap_m = shapely.distance(shape[a], shape[b])
    used = np.zeros(len(free), dtype=bool)
    out: list[tuple[int, int]] = []
    for i, k in zip(a[(a < b) & (gap_m > 1.0)], b[(a < b) & (gap_m > 1.0)], strict=True):
        if len(out) < count and not used[i] and not used[k]:
            used[[i, k]] = True
            out.append((int(free[i]), int(free[k])))
    mark(draft, fault, np.array([d for pair in out for d in pair], dtype=int))
    return out
