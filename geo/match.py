"""Which plates and addresses speak of the same door: equal key in a shared village, checked by distance and declared ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.columns import among, combinations, numbered, positions
from geo.decided import Told
from geo.points import apart_m, as_shapes, located, points_of
from geo.profile import Thresholds

OWN, OLD, ALIAS, SPELT = 0, 1, 2, 3
"""How a key was come by: written, renewed by the crosswalk, in brackets, or written with one wrong character."""
RARE_N, COMMON_N = 2, 5
"""A place name met at most RARE_N times, one character from one met at least COMMON_N times in its village, may be a slip of the pen."""
TELLING = frozenset("东南西北上下左右前后内外大小中新老旧一二三四五六七八九十甲乙丙丁0123456789")
"""Characters that tell places apart: 东街 and 西街 are never each other's misspelling."""


@dataclass(frozen=True)
class Doors:
    """Plates and addresses gathered into doors.

    plate_door, address_door
        Door number of each row of the plates and addresses given, -1 for none.
    pairs
        One row per plate and address believed to be one door: plate, address (positions), via (OWN, OLD, ALIAS: the
        worse of the two keys), village_agrees (bool: by their main witnesses), distance_m (NaN: one has no point),
        declared (bool: the plate names the address).
    conflicts
        One row per plate and address left over that nearly agree: the same number but for its kind or an omitted
        street, or different numbers side by side: plate, address, distance_m. They share a door as to place, not as to text.
    undecided
        Pairs of the same columns where an address fits several plates and nothing tells them apart.
    doors_n
        Number of doors.
    """

    plate_door: np.ndarray
    address_door: np.ndarray
    pairs: pd.DataFrame
    conflicts: pd.DataFrame
    undecided: pd.DataFrame
    doors_n: int


def match(plates: pd.DataFrame, addresses: pd.DataFrame, renewed: pd.DataFrame, *, thresholds: Thresholds, told: Told | None = None) -> Doors:
    """Gather plates and addresses into doors.

    Parameters
    ----------
    plates, addresses
        One row per plate (addresses: plate-level, active) with door, alias_door, village_code, text_village,
        declared_village, point_village, place, x_m, y_m, and plates.address_id, addresses.address_id, addresses.outline
        (of the declared building where there is no point, else None).
    renewed
        Doors renamed by the crosswalk: village_code_old, old_door, new_door (second table of `geo.crosswalk`, with
        present village codes).
    told
        Links that people confirmed or rejected; they win over every key.
    """
    told = told or Told()
    plates, addresses = (t[[c for c in _ASKED if c in t]] for t in (plates, addresses))
    terms_p, terms_a = _terms(plates, addresses, renewed)
    pairs = _candidates(terms_p, terms_a, plates, addresses)
    pairs = pairs[~(pairs["distance_m"] > thresholds.misplaced_m) | pairs["declared"]]
    pairs = _best(told.free(pairs))
    pairs, undecided = _one_plate_each(pairs, near_m=thresholds.near_m)
    left_p = _left(np.arange(len(plates)), pairs["plate"], undecided["plate"], told.pairs["plate"])
    left_a = _left(np.arange(len(addresses)), pairs["address"], undecided["address"], told.pairs["address"])
    respelt = _respelt(plates.iloc[left_p], addresses.iloc[left_a], plates, addresses, reach_m=thresholds.misplaced_m)
    respelt = told.free(respelt.assign(plate=left_p[respelt["plate"]], address=left_a[respelt["address"]]))
    pairs = pd.concat([pairs, respelt], ignore_index=True)
    left_p, left_a = _left(left_p, respelt["plate"]), _left(left_a, respelt["address"])
    conflicts = _nearly(plates.iloc[left_p], addresses.iloc[left_a], reach_m=thresholds.misplaced_m)
    conflicts = told.free(conflicts.assign(plate=left_p[conflicts["plate"]], address=left_a[conflicts["address"]]))
    left_p, left_a = _left(left_p, conflicts["plate"]), _left(left_a, conflicts["address"])
    beside = _conflicts(plates.iloc[left_p], addresses.iloc[left_a], within_m=_usual_distance(pairs, thresholds))
    beside = told.free(beside.assign(plate=left_p[beside["plate"]], address=left_a[beside["address"]]))
    conflicts = pd.concat([conflicts, beside], ignore_index=True).sort_values("plate", ignore_index=True)
    plate_door = np.arange(len(plates))
    # every plate that people put on one address is on its door
    plate_door[told.pairs["plate"]] = told.pairs.groupby("address")["plate"].transform("min")
    address_door = np.full(len(addresses), -1)
    pairs = pd.concat([pairs, _confirmed(told, plates, addresses)], ignore_index=True)
    for joined in (pairs, conflicts):
        address_door[joined["address"]] = plate_door[joined["plate"]]
    alone = _left(np.flatnonzero(address_door < 0), undecided["address"])
    address_door[alone] = len(plates) + _group_alone(addresses.iloc[alone], within_m=thresholds.dangling_m, house=told.building_of("address", alone))
    doors_n = int(max(plate_door.max(initial=-1), address_door.max(initial=-1)) + 1)
    pairs = pairs.sort_values(["plate", "address"], ignore_index=True)
    return Doors(plate_door, address_door, pairs, conflicts, undecided, doors_n)


_ASKED = (
    "address_id", "text", "village_code", "text_village", "point_village", "declared_village", "door", "alias_door", "place", "street", "lane", "number",
    "x_m", "y_m", "outline",
)  # fmt: skip
"""All that matching asks of a plate or an address."""


def _left(positions_: np.ndarray, *taken: pd.Series) -> np.ndarray:
    """The positions, in order, that are in none of the others."""
    free = np.ones(int(max([positions_.max(initial=-1), *(t.max() for t in taken if len(t))])) + 1, dtype=bool)
    for one in taken:
        free[one.to_numpy(dtype=int)] = False
    return positions_[free[positions_]]


def _terms(plates: pd.DataFrame, addresses: pd.DataFrame, renewed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every name a plate, and an address, may be known by: item, name (a number for village and door), via, main (bool: by its main witness)."""
    # the same words are the same door, whatever villages each side is known to be in
    words = [t["text"].where(t["door"].notna()).str.strip() for t in (plates, addresses)]
    doors = numbered([plates["door"], addresses["door"], plates["alias_door"], addresses["alias_door"], *words, renewed["old_door"], renewed["new_door"]])
    codes = [t[c] for t in (plates, addresses) for c in _WITNESSES]
    villages = numbered([*codes, renewed["village_code_old"], renewed["village_code_new"]])
    base = 1 + max((int(d.max(initial=-1)) for d in doors), default=0)
    anywhere = 1 + max((int(v.max(initial=-1)) for v in villages), default=0)
    old, new = (_name(v, d, base) for v, d in zip(villages[-2:], doors[-2:], strict=True))
    both = []
    for i, table in enumerate((plates, addresses)):
        own = villages[len(_WITNESSES) * i :][: len(_WITNESSES)]
        names = [*(_name(v, doors[i], base) for v in own), _name(own[0], doors[2 + i], base), _name(np.full(len(table), anywhere), doors[4 + i], base)]
        both.append(_known_by(names, old, new))
    return both[0], both[1]


_WITNESSES = ("village_code", "text_village", "point_village", "declared_village")


def _known_by(names: list[np.ndarray], old: np.ndarray, new: np.ndarray) -> pd.DataFrame:
    """The names of one table, each once an item, the best way it was come by: by each witness, the first of them the main one, in brackets, by the whole text."""
    main, *others, alias, text = names
    # most witnesses say what the main one says
    others = [np.where(n == main, -1, n) for n in others]
    terms = _listed([(main, OWN, True), *((n, OWN, False) for n in (*others, text))])
    newer = terms[terms["name"].isin(old)].merge(pd.DataFrame({"name": old, "new": new}), on="name")
    newer = pd.DataFrame({"item": newer["item"], "name": newer["new"], "via": OLD, "main": newer["main"]})
    # best first: what comes again is worse
    terms = pd.concat([terms, newer[newer["name"] >= 0], _listed([(alias, ALIAS, True)])], ignore_index=True)
    return terms[~(terms["item"] * (int(terms["name"].max()) + 1) + terms["name"]).duplicated()] if len(terms) else terms


def _listed(names: list[tuple[np.ndarray, int, bool]]) -> pd.DataFrame:
    """Names by row (-1: none), how they were come by, and whether by the main witness, as a row each."""
    items = [np.flatnonzero(name >= 0) for name, _, _ in names]
    n = [len(item) for item in items]
    name = np.concatenate([name[item] for (name, _, _), item in zip(names, items, strict=True)])
    return pd.DataFrame({"item": np.concatenate(items), "name": name, "via": np.repeat([v for _, v, _ in names], n), "main": np.repeat([m for _, _, m in names], n)})


def _name(village: np.ndarray, door: np.ndarray, base: int) -> np.ndarray:
    return np.where((village >= 0) & (door >= 0), village * base + door, -1)


def _candidates(terms_p: pd.DataFrame, terms_a: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    pairs = terms_p.merge(terms_a, on="name", suffixes=("_p", "_a"))
    pairs = pairs[(pairs["via_p"] == OWN) | (pairs["via_a"] == OWN)]
    out = pd.DataFrame(
        {
            "plate": pairs["item_p"],
            "address": pairs["item_a"],
            "via": np.maximum(pairs["via_p"], pairs["via_a"]),
            "village_agrees": pairs["main_p"] & pairs["main_a"],
        }
    )
    out = out.iloc[np.lexsort((~out["village_agrees"], out["via"], out["address"], out["plate"]))]
    out = out[~out.duplicated(["plate", "address"])].reset_index(drop=True)
    out["distance_m"] = _apart_m(plates, addresses, out)
    out["declared"] = positions(plates["address_id"], addresses["address_id"])[out["plate"]] == out["address"]
    return out


def _best(pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs that are the best kind for both sides: declared, then written key, then agreeing village."""
    cost = np.where(pairs["declared"], -1, pairs["via"] * 2 + ~pairs["village_agrees"])
    keep = np.ones(len(pairs), dtype=bool)
    for side in ("plate", "address"):
        best = np.full(int(pairs[side].max()) + 1 if len(pairs) else 0, np.iinfo(np.int64).max)
        np.minimum.at(best, pairs[side].to_numpy(), cost)
        keep &= cost <= best[pairs[side].to_numpy()]
    return pairs[keep].reset_index(drop=True)


def _one_plate_each(pairs: pd.DataFrame, *, near_m: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every address one plate: the only one, the declared one, the nearest by far, or the one left over."""
    several = pairs.duplicated("address", keep=False)
    single, rest = pairs[~several], pairs[several].sort_values(["address", "distance_m", "plate"])
    is_first = ~rest.duplicated("address").to_numpy()
    first, second_m = rest[is_first], rest["distance_m"].to_numpy()[np.flatnonzero(is_first) + 1]
    clear = first[second_m - first["distance_m"] > near_m]
    taken = set(single["plate"]) | set(clear["plate"])
    open_ = rest[~rest["address"].isin(clear["address"])]
    left = open_[~open_["plate"].isin(taken)]
    alone = (left.groupby("address")["plate"].transform("size") == 1) & (left.groupby("plate")["address"].transform("size") == 1)
    # plates so close to each other that either answer is the same house: any will do, the smallest is taken
    found = pd.concat([single, clear, left[alone]])
    open_ = open_[~open_["address"].isin(found["address"])]
    close = open_[open_.groupby("address")["distance_m"].transform("max") <= near_m].drop_duplicates("address")
    found = pd.concat([found, close]).sort_values(["plate", "address"], ignore_index=True)
    return found, open_[~open_["address"].isin(close["address"])].sort_values(["address", "plate"], ignore_index=True)


def _respelt(left_p: pd.DataFrame, left_a: pd.DataFrame, plates: pd.DataFrame, addresses: pd.DataFrame, *, reach_m: float) -> pd.DataFrame:
    """Left-over plates and addresses whose keys differ in one character of a place name that is a slip of the pen.

    Names are compared, never rows: the rare names of a village with its common ones. The rest of the key must be equal
    and the pair the only one of its kind. Columns as `Doors.pairs`, positions in the left-over tables.
    """
    names = pd.concat([t[["village_code", "place"]] for t in (plates, addresses)], ignore_index=True).dropna()
    code, first = combinations([names["village_code"], names["place"]])
    meant = slips(names.iloc[first].assign(n=np.bincount(code, minlength=len(first))).reset_index(drop=True))
    blank = pd.DataFrame({"plate": np.zeros(0, int), "address": np.zeros(0, int)})
    if meant.empty:
        return blank.assign(via=SPELT, village_agrees=True, distance_m=np.nan, declared=False)
    both = pd.concat([meant, meant.rename(columns={"slip": "meant", "meant": "slip"})])
    rows = []
    for item, table in (("plate", left_p), ("address", left_a)):
        at = np.flatnonzero(among(table["place"], both["slip"]))
        asked = table[["village_code", "place", "door"]].iloc[at].assign(**{item: at}).dropna()
        rest = [d[len(p) :] if d.startswith(p) else None for d, p in zip(asked["door"], asked["place"], strict=True)]
        rows.append(asked.assign(rest=pd.Series(rest, index=asked.index, dtype="str"))[[item, "village_code", "place", "rest"]].dropna())
    pairs = rows[0].merge(both, left_on=["village_code", "place"], right_on=["village_code", "slip"])
    pairs = pairs.merge(rows[1].rename(columns={"place": "meant"}), on=["village_code", "meant", "rest"])
    once = ~pairs.duplicated("plate", keep=False) & ~pairs.duplicated("address", keep=False)
    pairs = pairs[once][["plate", "address"]].sort_values(["plate", "address"], ignore_index=True)
    distance = _apart_m(left_p, left_a, pairs)
    return pairs.assign(via=SPELT, village_agrees=True, distance_m=distance, declared=False)[~(distance > reach_m)]


def slips(names: pd.DataFrame) -> pd.DataFrame:
    """Rare place names one character from exactly one common name of their village.

    Parameters
    ----------
    names
        village_code, place, n (plates and addresses that bear the name); one row per name of a village.

    Returns
    -------
    DataFrame: village_code, slip, meant.
    """
    rare, common = names[names["n"] <= RARE_N], names[names["n"] >= COMMON_N]
    masked = []
    for table in (rare, common):
        place = table["place"]
        parts = [table.assign(at=i, form=place.str[:i] + "·" + place.str[i + 1 :], char=place.str[i])[place.str.len() > i] for i in range(int(np.nan_to_num(place.str.len().max())))]
        masked.append(pd.concat(parts) if parts else table.assign(at=0, form="", char=""))
    found = masked[0].merge(masked[1], on=["village_code", "at", "form"], suffixes=("", "_common"))
    found = found[~(found["char"].isin(TELLING) | found["char_common"].isin(TELLING))]
    found = found[~found.duplicated(["village_code", "place"], keep=False)]
    return found[["village_code", "place", "place_common"]].set_axis(["village_code", "slip", "meant"], axis=1)


def _nearly(plates: pd.DataFrame, addresses: pd.DataFrame, *, reach_m: float) -> pd.DataFrame:
    """Left-over plates and addresses of one village whose keys are equal but for the kind, or for a street one of them omits.

    Never the same door by themselves (an element missing on one side is a possibility, no proof); where each is the other's only candidate they are
    most likely one house that was re-addressed in place.
    """
    left, right = _loose_keys(plates), _loose_keys(addresses)
    found = [
        left.dropna(subset=mine).merge(right.dropna(subset=yours), left_on=["village", mine], right_on=["village", yours], suffixes=("_p", "_a"))
        for mine, yours in (("kindless", "kindless"), ("laneless", "streetless"), ("streetless", "laneless"))
    ]
    pairs = pd.concat([f[["at_p", "at_a"]] for f in found]).drop_duplicates().set_axis(["plate", "address"], axis=1)
    pairs = pairs[~pairs.duplicated("plate", keep=False) & ~pairs.duplicated("address", keep=False)]
    distance = shapely.distance(as_shapes(points_of(plates)[pairs["plate"]]), anchors(addresses.iloc[pairs["address"]]))
    return pairs.assign(distance_m=distance)[~(distance > reach_m)].sort_values(["plate", "address"], ignore_index=True)


def _loose_keys(table: pd.DataFrame) -> pd.DataFrame:
    """Keys with one element left out: village, at (position), kindless (without 临), streetless (of a lane whose street
    is written, without it; null: not one) and laneless (of a lane whose street is not written; null: not one). Rows without a key are absent.
    """
    rows = table.assign(at=np.arange(len(table)))[table["door"].notna() & table["village_code"].notna()]
    kindless = rows["door"].str.replace("临", "", regex=False)
    lane = rows["lane"].notna()
    named = lane & rows["street"].notna()
    tail = [k[len(s) :] if k.startswith(s) else None for k, s in zip(kindless[named], rows["street"][named], strict=True)]
    return pd.DataFrame(
        {
            "village": rows["village_code"],
            "at": rows["at"],
            "kindless": kindless,
            "streetless": pd.Series(tail, index=rows.index[named], dtype="str").reindex(rows.index),
            "laneless": kindless.where(lane & ~named),
        }
    )


def _usual_distance(pairs: pd.DataFrame, thresholds: Thresholds) -> float:
    """How far apart the plate and the address of one door usually lie here: what "side by side" means, at most twice `near_m`."""
    known = pairs["distance_m"].dropna()
    usual = float(known.quantile(0.9)) if len(known) >= LEAST_PAIRS_N else np.inf
    return min(max(usual, 1.0), 2 * thresholds.near_m)


LEAST_PAIRS_N = 30
"""Pairs from which their distance is learned; with fewer the widest reach is used."""


def _conflicts(plates: pd.DataFrame, addresses: pd.DataFrame, *, within_m: float) -> pd.DataFrame:
    """Left-over plates and addresses of one place, or of one number, that are each other's nearest within reach."""
    p, a = plates[plates["door"].notna()], addresses[addresses["door"].notna()]
    point, anchor = as_shapes(points_of(p)), anchors(a)
    known = np.flatnonzero(pd.notna(anchor))
    i, j = shapely.STRtree(anchor[known]).query(point, predicate="dwithin", distance=within_m)
    j = known[j]
    pairs = pd.DataFrame({"plate": i, "address": j, "distance_m": shapely.distance(point[i], anchor[j])})
    same_place = p["place"].to_numpy(dtype=object)[i] == a["place"].to_numpy(dtype=object)[j]
    same_number = p["number"].to_numpy(dtype=object)[i] == a["number"].to_numpy(dtype=object)[j]
    pairs = pairs[(same_place | same_number).astype(bool)].sort_values(["distance_m", "plate", "address"])
    nearest = pairs[~pairs.duplicated("plate") & ~pairs.duplicated("address")]
    back = [np.flatnonzero(t["door"].notna().to_numpy()) for t in (plates, addresses)]
    return nearest.assign(plate=back[0][nearest["plate"]], address=back[1][nearest["address"]]).reset_index(drop=True)


def _confirmed(told: Told, plates: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """The pairs people confirmed, with the columns of `Doors.pairs`."""
    return told.pairs.assign(via=OWN, village_agrees=True, distance_m=_apart_m(plates, addresses, told.pairs), declared=False)


def _apart_m(plates: pd.DataFrame, addresses: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """Metres between the points of pairs of plate and address (positions); NaN where one has none."""
    return apart_m(points_of(plates)[pairs["plate"]], points_of(addresses)[pairs["address"]])


def anchors(addresses: pd.DataFrame) -> np.ndarray:
    """Where each address is known to be: its point, else the outline of its declared building, else None."""
    return np.where(located(addresses), as_shapes(points_of(addresses)), addresses["outline"].to_numpy(dtype=object))


def _group_alone(addresses: pd.DataFrame, *, within_m: float, house: np.ndarray) -> np.ndarray:
    """Group number of addresses without a plate: equal key and village, and not known to lie apart nor confirmed on different houses."""
    own = len(addresses) + np.arange(len(addresses))
    group, _ = combinations([addresses["village_code"].fillna(""), addresses["door"]])
    group = np.where((house >= 0) | addresses["door"].isna().to_numpy(), own, group)
    x, y = points_of(addresses).T
    # the key's first located member is its anchor; members beyond reach of it stand for themselves
    anchor, located = own - len(addresses), np.flatnonzero(~np.isnan(x))
    first = np.zeros(2 * len(addresses), dtype=int)
    first[group[located][::-1]] = located[::-1]
    anchor[located] = first[group[located]]
    apart = np.hypot(x - x[anchor], y - y[anchor]) > within_m
    return np.asarray(pd.factorize(np.where(apart, own, group))[0])
