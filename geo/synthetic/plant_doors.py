"""Faults between buildings, plates and register addresses that stand where they always stood."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.synthetic.choosing import (
    add_doors,
    case,
    empty_ground,
    home,
    inland,
    locate,
    mark,
    place_in,
    plain,
    put,
    quota,
    spare,
    spare_numbers,
    streetside,
    take,
)
from geo.synthetic.draft import Draft, Ints

_STACKS_N = 30
_ZERO = {"registered_n": 0.0, "resident_n": 0.0, "floating_n": 0.0, "absent_n": 0.0, "unit_n": 0.0}


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
            _nobody(draft, chosen)
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
    doors = _strays(draft, "dangling_plate", quota(draft), clear_m=38.0)
    put(draft, "address", doors, value=False)
    for d in doors:
        case(draft, "dangling_plate", ("plate", d))
        spare(draft, "unregistered_plate", ("plate", d))


def virtual_address(draft: Draft) -> None:
    """A number in the register that no house carries: on empty ground, without position, or between its neighbours."""
    n = quota(draft)
    ground = _strays(draft, "virtual_address", n, clear_m=38.0)
    nowhere = _strays(draft, "virtual_address", max(2, n // 2), clear_m=38.0)
    put(draft, "a_located", nowhere, 2.0)
    gaps = _gap_numbers(draft, max(2, n // 2))
    for doors, note in ((ground, "empty ground"), (nowhere, "no coordinate"), (gaps, "between its neighbours")):
        put(draft, "plate", doors, value=False)
        peopled = draft.rng.random(len(doors)) < 0.5
        put(draft, "counted", doors, draft.rng.random(len(doors)) < 0.9)
        _nobody(draft, doors[~peopled])
        put(draft, "registered_n", doors[peopled], 2.0)
        put(draft, "resident_n", doors[peopled], 2.0)
        for d in doors:
            case(draft, "virtual_address", ("address", d), note=note)
            if note != "empty ground":
                spare(draft, "unlocated_address", ("address", d))


def several_plates(draft: Draft) -> None:
    """One house under two numbers of its street that are no neighbours; both are registered."""
    chosen = take(draft, "several_plates", quota(draft))
    second = add_doors(draft, chosen, number=spare_numbers(draft, chosen))
    _apart(draft, chosen, second)
    _nobody(draft, second)
    put(draft, "counted", second, value=False)
    for d, e, h in zip(chosen, second, home(draft, chosen), strict=True):
        case(draft, "several_plates", ("building", h), [("plate", d), ("plate", e)])
        spare(draft, "number_out_of_order", ("plate", e), ("address", e))
        _moved_free(draft, d, e)


def address_without_plate(draft: Draft) -> None:
    """A house with its plate, and a second number in the register that hangs nowhere."""
    chosen = take(draft, "address_without_plate", quota(draft))
    locate(draft, chosen)
    second = add_doors(draft, chosen, number=spare_numbers(draft, chosen), plate=False, counted=False)
    _moved_free(draft, *second)
    for d, e, h in zip(chosen, second, home(draft, chosen), strict=True):
        case(draft, "address_without_plate", ("address", e), [("building", h)])
        spare(draft, "text_conflict", ("plate", d), ("address", e), ("building", h))
        spare(draft, "number_out_of_order", ("address", e))


def plate_for_many_buildings(draft: Draft) -> None:
    """Two houses some metres apart with the same plate; the register knows the number once."""
    first, second = _pairs(draft, "plate_for_many_buildings", quota(draft), 13.0, 52.0)
    _same_key(draft, first, second)
    put(draft, "address", second, value=False)
    locate(draft, first)
    for d, e, h, g in zip(first, second, home(draft, first), home(draft, second), strict=True):
        case(draft, "plate_for_many_buildings", ("plate", d), [("plate", e), ("address", d), ("building", h), ("building", g)])
        everything = (("plate", d), ("plate", e), ("address", d), ("building", h), ("building", g))
        for code in ("duplicate_number", "plate_not_installed", "inhabited_unplated", "unregistered_plate", "number_out_of_order", "address_without_plate"):
            spare(draft, code, *everything)
        _moved_free(draft, d, e)


def duplicate_number(draft: Draft) -> None:
    """The same number given out twice in one village, to houses far apart, both registered."""
    first, second = _pairs(draft, "duplicate_number", quota(draft), 75.0, 400.0)
    _same_key(draft, first, second)
    locate(draft, np.r_[first, second])
    for d, e, h, g in zip(first, second, home(draft, first), home(draft, second), strict=True):
        both = (("plate", e), ("address", d), ("address", e), ("building", h), ("building", g))
        case(draft, "duplicate_number", ("plate", d), both)
        for code in ("duplicate_address", "plate_for_many_buildings", "number_out_of_order"):
            spare(draft, code, ("plate", d), *both)
        _moved_free(draft, d, e)


def misplaced_plate(draft: Draft) -> None:
    """The plate's own coordinate is wrong by some tens of metres; the register knows where the house is."""
    chosen = take(draft, "misplaced_plate", quota(draft), inland(draft, 150.0) | (draft.rng.random(len(draft.doors)) < 0.3))
    locate(draft, chosen)
    _displace(draft, chosen, "p")
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "misplaced_plate", ("plate", d), [("building", h)])
        spare(draft, "village_mismatch", ("plate", d))


def misplaced_address(draft: Draft) -> None:
    """The register's coordinate is wrong by some tens of metres; the plate hangs on the house."""
    chosen = take(draft, "misplaced_address", quota(draft), inland(draft, 150.0) | (draft.rng.random(len(draft.doors)) < 0.3))
    locate(draft, chosen)
    _displace(draft, chosen, "a")
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
    tails = ["老供销社后头", "水塔下坎第二家", "原粮站职工宿舍", "晒坝左手边那家"]
    put(draft, "a_tail", chosen, draft.rng.choice(tails, len(chosen)))
    locate(draft, chosen)
    for d, h in zip(chosen, home(draft, chosen), strict=True):
        case(draft, "nonstandard_address", ("address", d), [("building", h)])


def _nobody(draft: Draft, doors: Ints) -> None:
    for column, value in _ZERO.items():
        put(draft, column, doors, value)


def _moved_free(draft: Draft, *doors: int) -> None:
    """Where the house of a shared number is not beyond doubt, its distance is no case either way."""
    for d in doors:
        spare(draft, "misplaced_plate", ("plate", int(d)))
        spare(draft, "misplaced_address", ("address", int(d)))


def _apart(draft: Draft, first: Ints, second: Ints) -> None:
    """Two plates of one house hang at its two ends."""
    houses = draft.houses.iloc[home(draft, first)]
    reach = 0.28 * houses["width_m"].to_numpy()
    along = np.column_stack([np.cos(houses["angle"].to_numpy()), np.sin(houses["angle"].to_numpy())]) * reach[:, None]
    for doors, sign in ((first, -1.0), (second, 1.0)):
        xy = draft.doors[["x", "y"]].to_numpy(float)[doors] + sign * along
        put(draft, "x", doors, xy[:, 0])
        put(draft, "y", doors, xy[:, 1])


def _strays(draft: Draft, fault: str, count: int, *, clear_m: float) -> Ints:
    """Doors without a house, on empty ground, with a number beyond the last one of a row of that village."""
    xy, village = empty_ground(draft, count, clear_m)
    like = place_in(draft, village)
    number = spare_numbers(draft, like)
    x, y = xy[:, 0].round(3), xy[:, 1].round(3)
    return add_doors(
        draft, like, house=-1, village=village, number=number, sub=0, building_no=0, temporary=False, estate="", x=x, y=y, p_x=x, p_y=y, a_x=x,
        a_y=y, a_located=-1.0, plate=True, address=True, p_state="installed", p_face="good", p_level="door", p_says=village, a_says=village,
        a_status="current", expires=None, p_old="", a_old="", p_alias="", a_alias="", a_tail="", counted=False, fault=fault, trap="", p_quiet=True,
        a_quiet=True, a_until=None, counted_on="2026-06-15",
    )  # fmt: skip


def _gap_numbers(draft: Draft, count: int) -> Ints:
    """Addresses without position whose number lies between two standing houses of its side: suspects, not certain."""
    rows = draft.doors.loc[plain(draft) & streetside(draft) & draft.doors["sub"].eq(0)]
    used = set(zip(draft.doors["place"], draft.doors["number"], strict=True))
    gap = np.array([(p, n + 2) not in used and (p, n + 4) in used for p, n in zip(rows["place"], rows["number"], strict=True)], dtype=bool)
    like = np.sort(draft.rng.permutation(rows.index.to_numpy()[gap])[:count])
    number = draft.doors["number"].to_numpy()[like] + 2
    return add_doors(draft, like, house=-1, number=number, sub=0, a_located=2.0, plate=False, counted=False, fault="virtual_address", a_quiet=True, p_quiet=True)


def _same_key(draft: Draft, first: Ints, second: Ints) -> None:
    for part in ("number", "sub"):
        for column in (part, f"p_{part}", f"a_{part}"):
            put(draft, column, second, draft.doors[part].to_numpy()[first])


def _pairs(draft: Draft, fault: str, count: int, least_m: float, most_m: float) -> tuple[Ints, Ints]:
    """Pairs of plain doors of one village and one numbered row, their houses that far apart, each used once."""
    free = draft.rng.permutation(np.flatnonzero(plain(draft) & inland(draft, 12.0)))
    rows = draft.doors.iloc[free]
    xy, key = rows[["x", "y"]].to_numpy(float), (rows["village"].astype(str) + "|" + rows["place"]).to_numpy(object)
    shape = draft.houses["footprint"].to_numpy()[rows["house"].to_numpy()]
    tree, used = cKDTree(xy), np.zeros(len(free), dtype=bool)
    out: list[tuple[int, int]] = []
    for k in range(len(free)):
        if len(out) == count:
            break
        if used[k]:
            continue
        near = np.array(sorted(tree.query_ball_point(xy[k], most_m)), dtype=int)
        near = near[~used[near] & (key[near] == key[k])]
        able = near[shapely.distance(shape[near], shape[k]) >= least_m]
        if len(able):
            m = int(able[draft.rng.integers(0, len(able))])
            used[[k, m]] = True
            out.append((min(int(free[k]), int(free[m])), max(int(free[k]), int(free[m]))))
    pairs = np.array(out, dtype=int).reshape(-1, 2)
    mark(draft, fault, pairs.ravel())
    return pairs[:, 0], pairs[:, 1]


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


def _displace(draft: Draft, doors: Ints, side: str) -> None:
    """Move the coordinate 25 to 120 m away, to a spot at least 3 m from every footprint."""
    tree = shapely.STRtree(draft.houses["footprint"].to_numpy())
    own = draft.houses["footprint"].to_numpy()[home(draft, doors)]
    start = draft.doors[["x", "y"]].to_numpy(float)[doors]
    done = np.full((len(doors), 2), np.nan)
    for _ in range(80):
        angle, reach = draft.rng.uniform(0, 2 * np.pi, len(doors)), draft.rng.uniform(25, 120, len(doors))
        xy = (start + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])).round(3)
        point = shapely.points(xy)
        near = np.unique(tree.query(point, predicate="dwithin", distance=3.0)[0])
        distance_m = shapely.distance(point, own)
        good = np.isnan(done[:, 0]) & (distance_m > 15) & (distance_m < 140)
        good[near] = False
        done[good] = xy[good]
    put(draft, f"{side}_x", doors, done[:, 0])
    put(draft, f"{side}_y", doors, done[:, 1])
