"""Everything the steps worked out, gathered into one prepared table per kind of object: all a rule may look at."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import among
from geo.decided import confirmed_ids, rejected_ids
from geo.link import Links
from geo.locate import locate
from geo.match import Doors
from geo.occupancy import houses
from geo.population import sum_counts
from geo.profile import Profile
from geo.rule import Evidence, gather_lists
from geo.tables import COUNTS, Inputs


def gather(
    inputs: Inputs,
    profile: Profile,
    *,
    plates: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    footprints: gpd.GeoDataFrame,
    doors: Doors,
    links: Links,
    near: pd.DataFrame,
    edges: pd.DataFrame,
    changes: pd.DataFrame,
    people: pd.DataFrame,
    crosswalk: pd.DataFrame,
    rebuilt: pd.DataFrame,
) -> Evidence:
    """One table per kind of object.

    Parameters
    ----------
    plates, addresses
        All plates and addresses of `geo.describe.describe`. The links speak of the standing plates and the active
        plate-level addresses among them, in order.
    footprints
        `geo.standing.standing`.
    near
        `geo.locate.locate` of the standing plates and then the active plate-level addresses to the footprints.
    edges
        Candidate edges of `geo.assign.assign`.

    Returns
    -------
    Evidence whose tables carry, beside what `describe` says:

    plates, addresses
        building_id (linked), building_live, building_gone, link_state (linked, undecided, unlinked; null: took no
        part), score, distance_m (to the linked building), nearest_id, nearest_m (live footprint within reach, NaN:
        none), gone_id, gone_m (the same for footprints gone by document), gone_here (bool: the nearest footprint of
        either survey is gone and within `near_m`), pair_via, demolished_id (the gone building it belongs to, null:
        none), demolished_document, demolished_temporary (bool: the building or the number was temporary).
    plates
        paired_id (an address of its door), registered (bool: an active address has its key), retired_id (an address
        of its key that is not active), renewed_door, renewed_village (what the crosswalk makes of it).
    addresses
        plate-level only; paired_id (a plate of its door), paired_n, paired_installed, on_plate (bool: a standing
        plate has its key), the counts of the address and its rooms (NaN: unknown), vacant (bool: every count known,
        fresh and zero), inhabited (bool: some count above zero), counted (bool: some row speaks of the address itself).
    buildings
        the current footprints; eligible, plates_n, installed_n, up_n, addresses_n, temporary_n (temporary plates and
        addresses), doors_n, claimed_n (expected number of undecided doors here), plate_ids, address_ids (lists), the
        counts, vacant, inhabited.
    rooms
        addresses that roll up, as `describe` says, with house, inhabited, counted and vacant of their own, and building_id, building_live and
        building_gone of their door.
    people
        `geo.population.population` with building_id and reason filled (no_building, gone).
    """
    took_p, took_a = plates.index[plates["standing"]], addresses.index[addresses["active"] & ~addresses["rolls_up"]]
    every, rolls_up = addresses, addresses["rolls_up"]
    plates = _witness(plates, took_p, links.plates, near, 0, footprints, profile)
    addresses = _witness(every[~rolls_up], took_a, links.addresses, near, len(took_p), footprints, profile)
    plates, addresses = _pair(plates, addresses, every, took_p, took_a, doors, crosswalk)
    counted = _count(people, every, crosswalk, profile)
    addresses = addresses.join(counted).join(sum_counts(people, people["door_id"]), on="address_id")
    people = _place_people(people, addresses, profile)
    rooms = every[rolls_up].rename(columns={"building_id": "declared_building"}).join(counted)
    parents = addresses.set_index("address_id")
    for column in ("building_id", "building_live", "building_gone"):
        rooms[column] = rooms["parent_id"].map(parents[column])
    rooms["link_state"] = pd.Series(np.nan, index=rooms.index, dtype="str")
    gone = footprints[footprints["gone"] & ~footprints["rebuilt"]]
    unstacked = addresses["active"] & (addresses["stack_n"] < profile.thresholds.stack_n)
    addresses = addresses.assign(bracket=_bracket(addresses, plates), **_demolished(addresses, unstacked, gone, profile.thresholds.near_m))
    plates = plates.assign(**_demolished(plates, plates["installed"], gone, profile.thresholds.near_m))
    conflicts = _conflicts(plates, addresses, took_p, took_a, doors, confirmed_ids(inputs.decisions, "plate_id", "address_id"))
    buildings = _buildings(footprints, plates, addresses, edges, links, people)
    buildings["in_conflict"] = among(buildings["building_id"], conflicts["building_id"])
    return Evidence(
        inputs=inputs,
        profile=profile,
        buildings=buildings,
        plates=plates,
        addresses=addresses,
        rooms=gpd.GeoDataFrame(rooms),
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


def _witness(
    rows: gpd.GeoDataFrame,
    took: pd.Index,
    fate: pd.DataFrame,
    near: pd.DataFrame,
    first: int,
    footprints: gpd.GeoDataFrame,
    profile: Profile,
) -> gpd.GeoDataFrame:
    building = pd.Series(fate["building"].to_numpy(), index=took).reindex(rows.index).fillna(-1).astype(int)
    at = building.to_numpy()
    out = rows.rename(columns={"building_id": "declared_building", "address_id": "declared_address"} if "plate_id" in rows else {"building_id": "declared_building"})
    names = footprints["building_id"].to_numpy(dtype=object)
    out["building_id"] = pd.Series(np.where(at >= 0, names[at] if len(names) else None, None), index=rows.index).astype("str")
    for column, source in (("building_live", "live"), ("building_gone", "gone")):
        values = footprints[source].to_numpy(dtype=bool)
        out[column] = (at >= 0) & (values[at] if len(values) else False)
    for column, source in (("link_state", "state"), ("score", "probability"), ("distance_m", "distance_m")):
        out[column] = pd.Series(fate[source].to_numpy(), index=took).reindex(rows.index)
    mine = near[(near["point"] >= first) & (near["point"] < first + len(took))]
    live = footprints["live"].to_numpy()[mine["footprint"]]
    gone = (footprints["gone"] & ~footprints["rebuilt"]).to_numpy()[mine["footprint"]]
    for name, chosen in (("nearest", mine[live]), ("gone", mine[gone])):
        closest = chosen.drop_duplicates("point").set_index("point")
        at_row = pd.Series(closest["footprint"].to_numpy(), index=took[closest.index - first])
        out[f"{name}_id"] = at_row.map(pd.Series(names)).reindex(rows.index).astype("str") if len(names) else np.nan
        out[f"{name}_m"] = pd.Series(closest["distance_m"].to_numpy(), index=took[closest.index - first]).reindex(rows.index)
    out["gone_here"] = (out["gone_m"] <= profile.thresholds.near_m) & ~(out["nearest_m"] < out["gone_m"])
    return out


def _pair(
    plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, every: gpd.GeoDataFrame, took_p: pd.Index, took_a: pd.Index, doors: Doors, crosswalk: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    pairs = pd.concat([doors.pairs, doors.undecided]).sort_values(["plate", "address"])
    plate, address = took_p[pairs["plate"]], took_a[pairs["address"]]
    plate_id, address_id = plates["plate_id"].loc[plate], addresses["address_id"].loc[address]
    installed = pd.Series(plates["installed"].loc[plate].to_numpy(), index=address)
    plates = plates.assign(paired_id=pd.Series(address_id.to_numpy(), index=plate).groupby(level=0).first(), pair_via=pd.Series(pairs["via"].to_numpy(), index=plate).groupby(level=0).min())
    addresses = addresses.assign(
        paired_id=pd.Series(plate_id.to_numpy(), index=address).groupby(level=0).first(),
        paired_n=pd.Series(1, index=address).groupby(level=0).sum().reindex(addresses.index).fillna(0),
        paired_installed=installed.groupby(level=0).any().reindex(addresses.index, fill_value=False),
        pair_via=pd.Series(pairs["via"].to_numpy(), index=address).groupby(level=0).min(),
    )
    renewal = crosswalk.drop_duplicates(["village_code_old", "old_door"]).set_index(["village_code_old", "old_door"])
    newer = renewal.reindex(pd.MultiIndex.from_arrays([plates["village_code"], plates["door"]]))
    plates["renewed_door"], plates["renewed_village"] = newer["new_door"].to_numpy(), newer["village_code_new"].to_numpy()
    held = _known_keys(every.loc[every["active"], ["door", *_WITNESSES]])
    plates["registered"] = plates["paired_id"].notna() | _any_key(plates, held)
    retired = every.loc[~every["active"], ["address_id", "key"]].dropna(subset=["key"]).sort_values("address_id").drop_duplicates("key").set_index("key")["address_id"]
    plates["retired_id"] = plates["key"].map(retired).astype("str")
    addresses["on_plate"] = addresses["paired_id"].notna() | _any_key(addresses, _known_keys(plates.loc[plates["standing"], ["door", *_WITNESSES]]))
    return plates, addresses


_WITNESSES = ("village_code", "text_village", "point_village", "declared_village")


def _known_keys(rows: pd.DataFrame) -> pd.Series:
    """Every key rows may be known by, with each village that witnesses for them."""
    return pd.concat([rows[village] + "|" + rows["door"] for village in _WITNESSES]).drop_duplicates()


def _any_key(rows: pd.DataFrame, held: pd.Series) -> pd.Series:
    hit = pd.Series(False, index=rows.index)
    for village in ("village_code", "text_village", "point_village"):
        hit |= among(rows[village] + "|" + rows["door"], held)
    return hit


def _count(people: pd.DataFrame, addresses: gpd.GeoDataFrame, crosswalk: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """What the counts say of every address: house, inhabited, counted, vacant."""
    counts = people[list(COUNTS)]
    # people first: whoever is counted on any row of the same number, under any status or former name, is there
    house, rolls_up = houses(addresses, crosswalk), addresses["rolls_up"]
    at = pd.Index(addresses["address_id"].to_numpy(dtype=object)).get_indexer(people["address_id"].to_numpy(dtype=object))
    some, unsure = (counts > 0).any(axis=1).to_numpy(), ~_fresh(people, profile).to_numpy()
    own = np.zeros(len(addresses), dtype=bool)
    own[at[(at >= 0) & some]] = True
    # rooms at zero say nothing of the address itself: unknown is never zero
    counted = np.zeros(len(addresses), dtype=bool)
    counted[at[at >= 0]] = True
    open_ = addresses["active"].to_numpy() & ~rolls_up.to_numpy() & ~counted
    open_[at[(at >= 0) & unsure]] = True
    # a count that fits several doors of a number may be anybody's of them
    open_ |= among(addresses["key"], people["torn_key"].dropna()).to_numpy()
    name, _ = pd.factorize(house)
    some_at, unsure_at = (np.bincount(name[rows], minlength=name.max(initial=-1) + 1)[name] > 0 for rows in (own, open_))
    inhabited = np.where(rolls_up, own, some_at)
    return pd.DataFrame({"house": house, "inhabited": inhabited, "counted": counted, "vacant": counted & ~inhabited & ~unsure_at}, index=addresses.index)


def _fresh(people: pd.DataFrame, profile: Profile) -> pd.Series:
    """Which rows know every count, and are neither too old nor of a day to come."""
    return people[list(COUNTS)].notna().all(axis=1) & (people["age_days"] <= profile.thresholds.fresh_days) & (people["age_days"] >= 0)


def _place_people(people: pd.DataFrame, addresses: gpd.GeoDataFrame, profile: Profile) -> pd.DataFrame:
    """The population with fresh, and the live building of each row or why it has none."""
    live = addresses[addresses["building_live"]].set_index("address_id")["building_id"]
    out = people.assign(fresh=_fresh(people, profile), building_id=people["door_id"].map(live).astype("str"))
    out["reason"] = out["reason"].mask(out["address_id"].notna() & out["building_id"].isna(), "no_building")
    return out


def _buildings(
    footprints: gpd.GeoDataFrame, plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, edges: pd.DataFrame, links: Links, people: pd.DataFrame
) -> gpd.GeoDataFrame:
    out = footprints[footprints["current"]].copy()
    here, written = plates.dropna(subset=["building_id"]), addresses.dropna(subset=["building_id"])
    index = out["building_id"]
    for column, flag in (("plates_n", "standing"), ("installed_n", "installed"), ("up_n", "up")):
        out[column] = index.map(here[flag].groupby(here["building_id"]).sum()).fillna(0).astype(int)
    written = written[written["active"]]
    out["addresses_n"] = index.map(written.groupby("building_id").size()).fillna(0).astype(int)
    temporary = pd.concat([here.loc[here["standing"] & here["temporary"], "building_id"], written.loc[written["temporary"], "building_id"]])
    out["temporary_n"] = index.map(temporary.value_counts()).fillna(0).astype(int)
    out["plate_ids"] = _lists(index, here[here["standing"]], "plate_id")
    out["address_ids"] = _lists(index, written, "address_id")
    decided = pd.concat([links.plates, links.addresses])
    settled = decided.loc[decided["state"] != "undecided", "door"].unique()
    open_ = edges[~edges["door"].isin(settled)]
    claimed = open_.groupby("building")["probability"].sum()
    out["claimed_n"] = pd.Series(out.index, index=out.index).map(claimed).fillna(0.0)
    doors = decided.loc[decided["building"] >= 0].groupby("building")["door"].nunique()
    out["doors_n"] = pd.Series(out.index, index=out.index).map(doors).fillna(0).astype(int)
    out["eligible"] = out["built_for_people"] | (out["live"] & ~out["exempt"] & (out["doors_n"] > 0))
    out = out.join(sum_counts(people, people["building_id"]), on="building_id")
    unsure = (~people["fresh"]).groupby(people["building_id"]).any()
    known = among(out["building_id"], people["building_id"].dropna())
    out["inhabited"] = (out[list(COUNTS)] > 0).any(axis=1)
    unknown_at = set(written.loc[~written["vacant"], "building_id"])
    out["vacant"] = known & ~out["inhabited"] & ~out["building_id"].map(unsure).eq(True) & ~among(out["building_id"], unknown_at)
    return out


def _lists(index: pd.Series, rows: pd.DataFrame, id_column: str) -> pd.Series:
    lists = gather_lists(rows["building_id"], rows[id_column]).to_dict()
    return pd.Series([lists.get(b, []) for b in index], index=index.index, dtype=object)


def _demolished(rows: gpd.GeoDataFrame, asked: pd.Series, gone: gpd.GeoDataFrame, near_m: float) -> dict[str, pd.Series]:
    """The building gone by document that a plate or address belongs to, by declared id, by link, or by place.

    A link that only a point bears out holds within `near_m`, like the place itself.

    By place: on the gone footprint, or it is the nearest footprint of either survey within `near_m`, whatever live
    neighbours stand around; a number known from both plate and register is judged by its link alone.
    """
    book = gone.drop_duplicates("building_id").set_index("building_id")
    declared = rows["declared_building"].where(rows["declared_building"].isin(book.index))
    borne_out = (rows["distance_m"] <= near_m) | rows["distance_m"].isna() | rows["paired_id"].notna()
    linked = rows["building_id"].where(rows["building_gone"] & borne_out)
    placed = rows["gone_id"].where(rows["gone_here"] & rows["paired_id"].isna())
    owner = declared.astype("str").fillna(linked.astype("str")).fillna(placed.astype("str")).where(asked)
    document = owner.map(book["document"]).astype("str").fillna("建筑状态：已拆除")
    temporary = owner.map(book["temporary"]).eq(True) | rows["temporary"]
    return {"demolished_id": owner, "demolished_document": document, "demolished_temporary": temporary}


def _conflicts(plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, took_p: pd.Index, took_a: pd.Index, doors: Doors, confirmed: pd.DataFrame) -> pd.DataFrame:
    """Plates and addresses that belong together by place or by declared id while neither key exists in the other table, or by a
    person's word although they say different doors: whoever confirms a link does not make its texts agree.
    """
    standing = plates["building_id"].notna() | plates["nearest_m"].notna() | plates.geometry.isna()
    p = plates[plates["standing"] & plates["door"].notna() & ~plates["registered"] & plates["retired_id"].isna() & standing]
    a = addresses[addresses["active"] & addresses["door"].notna() & ~addresses["on_plate"]]
    p, a = p[p["demolished_id"].isna() & ~_elsewhere(p)], a[a["demolished_id"].isna() & ~_elsewhere(a)]
    by_place = pd.DataFrame(
        {
            "plate_id": plates["plate_id"].loc[took_p[doors.conflicts["plate"]]].to_numpy(),
            "address_id": addresses["address_id"].loc[took_a[doors.conflicts["address"]]].to_numpy(),
        }
    )
    by_id = p[["plate_id", "declared_address"]].set_axis(["plate_id", "address_id"], axis=1).dropna()
    if len(confirmed):
        by_word = _told_apart(confirmed, plates[plates["standing"]], addresses[addresses["active"]])
        p = pd.concat([p, plates[plates["plate_id"].isin(by_word["plate_id"])]]).drop_duplicates("plate_id")
        a = pd.concat([a, addresses[addresses["address_id"].isin(by_word["address_id"])]]).drop_duplicates("address_id")
        by_id = pd.concat([by_word, by_id])
    pairs = pd.concat([by_id, by_place], ignore_index=True).drop_duplicates("plate_id").drop_duplicates("address_id")
    out = pairs.merge(p[["plate_id", "building_id", "text", *DIFFERING]], on="plate_id")
    out = out.merge(a[["address_id", "building_id", "text", *DIFFERING]], on="address_id", suffixes=("", "_address"))
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


def _elsewhere(rows: gpd.GeoDataFrame) -> pd.Series:
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


def _successors(plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, profile: Profile, rejected: set[tuple[str, str]]) -> pd.DataFrame:
    """For each located address without a plate, the nearest plate without an address within `near_m`, if there is one."""
    p = plates[plates["installed"] & ~plates["registered"] & plates.geometry.notna()].sort_values("plate_id")
    a = addresses[addresses["active"] & ~addresses["on_plate"] & addresses.geometry.notna()].sort_values("address_id")
    if p.empty or a.empty:
        return pd.DataFrame({"address_id": pd.Series(dtype="str"), "plate_id": pd.Series(dtype="str"), "distance_m": pd.Series(dtype=float)})
    near = locate(a.geometry.to_numpy(), p.geometry.to_numpy(), within_m=profile.thresholds.near_m)
    if rejected:
        named = zip(p["plate_id"].to_numpy()[near["footprint"]], a["address_id"].to_numpy()[near["point"]], strict=True)
        near = near[[pair not in rejected for pair in named]]
    near = near.drop_duplicates("point")
    return pd.DataFrame(
        {
            "address_id": a["address_id"].to_numpy()[near["point"]],
            "plate_id": p["plate_id"].to_numpy()[near["footprint"]],
            "distance_m": near["distance_m"].to_numpy(),
        }
    )


def _bracket(addresses: gpd.GeoDataFrame, plates: gpd.GeoDataFrame) -> pd.Series:
    """Position between the standing houses of the neighbouring numbers, as text "x,y"; null where no two bracket it."""
    known = pd.concat([t[t["building_live"] & t.geometry.notna()][["side", "number_n", "geometry"]] for t in (plates, addresses)])
    known = known.dropna().sort_values(["side", "number_n"], kind="stable").drop_duplicates(["side", "number_n"])
    known = known.assign(x=shapely.get_x(known["geometry"].to_numpy()), y=shapely.get_y(known["geometry"].to_numpy()))
    ask = addresses[addresses["active"] & addresses.geometry.isna() & addresses["side"].notna()][["side", "number_n"]].sort_values("number_n", kind="stable")
    table = known[["side", "number_n", "x", "y"]].sort_values("number_n", kind="stable")
    if ask.empty or table.empty:
        return pd.Series(np.nan, index=addresses.index, dtype="str")
    below = pd.merge_asof(ask, table, on="number_n", by="side", direction="backward", allow_exact_matches=False, tolerance=NEIGHBOUR_N)
    above = pd.merge_asof(ask, table, on="number_n", by="side", direction="forward", allow_exact_matches=False, tolerance=NEIGHBOUR_N)
    x, y = (below["x"] + above["x"]) / 2, (below["y"] + above["y"]) / 2
    text = [None if np.isnan(a) else f"{a:.2f},{b:.2f}" for a, b in zip(x, y, strict=True)]
    return pd.Series(text, index=ask.index, dtype="str").reindex(addresses.index).astype("str")


NEIGHBOUR_N = 4
"""Largest step in numbers to a neighbour that still brackets an address: the next house of its side, or the one after."""
