"""What people decided, as an input table: applied to the tables before the engine looks, and handed to it as links.

The engine stays a pure function: it sees decisions only where a run names them as the input `decisions`. Sources are
never touched; every value a decision changes here is a row of the repairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.points import XY, points_of
from geo.tables import REPAIRS, Inputs

WHY = {
    "not_to_be_numbered": "decided: 人工裁定不编号 / decided by people: needs no number",
    "still_standing": "decided: 人工裁定仍在 / decided by people: still standing",
    "confirm_demolished": "decided: 人工裁定已拆 / decided by people: demolished",
    "entered_in_error": "decided: 人工裁定误登 / decided by people: entered in error",
    "move_plate": "decided: 人工裁定牌位 / decided by people: place of the plate",
    "reject_link": "decided: 人工否定的对应不再采信 / decided by people: a rejected declaration is not believed",
    "expired": "decision_expired: 裁定已过期，不再采用 / the decision has expired and is not used",
    "unknown": "decision_not_used: 裁定所指对象不在本次数据中 / no such object in these tables",
    "document": "decision_not_used: 裁定已拆而没有文号 / demolished by decision, but without a document",
    "address": "decision_not_used: 登记地址由登记机关处理 / a register address is changed by the register's owner",
}
IN_PLACE_RATIO = 0.5
"""Share of a demolition polygon that lies on a footprint from which the polygon speaks of it (as geo.standing)."""
SEEN_IOU_RATIO = 0.10
"""Overlap of an outline of the survey before with one of this survey below which it is missing from it (findings.md)."""
_IDS = {"buildings": "building_id", "plates": "plate_id", "addresses": "address_id"}


def _pairs(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({c: np.zeros(0, int) for c in columns})


@dataclass(frozen=True)
class Told:
    """Links that people confirmed or rejected, by position.

    pairs, not_pairs
        plate, address: confirmed, and never to be proposed again.
    plate_building, address_building
        Position of the confirmed footprint of each plate and address, -1 for none; empty where nothing was told.
    plate_not, address_not
        item, building: rejected.
    """

    pairs: pd.DataFrame = field(default_factory=lambda: _pairs("plate", "address"))
    not_pairs: pd.DataFrame = field(default_factory=lambda: _pairs("plate", "address"))
    plate_building: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    address_building: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    plate_not: pd.DataFrame = field(default_factory=lambda: _pairs("item", "building"))
    address_not: pd.DataFrame = field(default_factory=lambda: _pairs("item", "building"))

    def building_of(self, kind: str, positions: pd.Series | np.ndarray) -> np.ndarray:
        """Confirmed footprint of plates or addresses at positions (-1: none)."""
        book = self.plate_building if kind == "plate" else self.address_building
        at = np.asarray(positions, dtype=int)
        if not len(book):
            return np.full(len(at), -1)
        return np.where(at >= 0, book[at], -1)

    def free(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Pairs of plate and address that no person spoke against: not rejected, neither confirmed with another one, nor on different houses."""
        if pairs.empty or not (len(self.pairs) or len(self.not_pairs) or len(self.plate_building)):
            return pairs
        rejected = _among(pairs, self.not_pairs, ("plate", "address"))
        taken = pairs["plate"].isin(self.pairs["plate"]) | pairs["address"].isin(self.pairs["address"])
        here, there = self.building_of("plate", pairs["plate"]), self.building_of("address", pairs["address"])
        return pairs[~(rejected | taken | ((here >= 0) & (there >= 0) & (here != there)))]


def settle(inputs: Inputs) -> Inputs:
    """The tables as people decided them: what needs no number, still stands, is gone, was never there, or hangs elsewhere.

    Decisions whose `until` lies before as_of are not used; nor is one about an object that is not there, or a demolition
    without a document. Each use and each refusal is a row of the repairs.
    """
    d = inputs.decisions
    if d.empty:
        return inputs
    expired = d["until"] < inputs.as_of
    repairs = [inputs.repairs, _repairs("decisions", _named(d[expired]), "until", d.loc[expired, "until"].dt.date.astype("str"), None, WHY["expired"])]
    d = _newest(d[~expired])
    known = {t: set(getattr(inputs, t)[c]) for t, c in _IDS.items()}
    known["buildings"] |= set(inputs.buildings_previous["building_id"])
    lost = np.zeros(len(d), dtype=bool)
    for table, column in _IDS.items():
        lost |= (d[column].notna() & ~d[column].isin(known[table])).to_numpy()
    undocumented = (d["kind"].eq("confirm_demolished") & d["document"].isna()).to_numpy()
    only_address = (d["kind"].isin(["confirm_demolished", "entered_in_error", "still_standing"]) & d["building_id"].isna() & d["plate_id"].isna()).to_numpy()
    for wrong, why in ((lost, "unknown"), (undocumented & ~lost, "document"), (only_address & ~lost & ~undocumented, "address")):
        repairs.append(_repairs("decisions", _named(d[wrong]), "kind", d.loc[wrong, "kind"], None, WHY[why]))
    d = d[~(lost | undocumented | only_address)]
    out = replace(inputs, decisions=d.reset_index(drop=True))
    for step in (_exempt, _stand, _demolish, _never, _move, _disbelieve):
        out = step(out, repairs)
    return replace(out, repairs=pd.concat([r for r in repairs if len(r)], ignore_index=True) if any(map(len, repairs)) else inputs.repairs)


def told(inputs: Inputs, plates: pd.DataFrame, addresses: pd.DataFrame, parents: pd.DataFrame, footprints: pd.DataFrame) -> Told:
    """Confirmed and rejected links among the objects that take part.

    Parameters
    ----------
    plates, addresses
        The standing plates and the active plate-level addresses; positions are theirs.
    parents
        address_id, parent_id of every address: a room's link is its plate-level address's.
    footprints
        `geo.standing.standing`.
    """
    d = inputs.decisions
    d = d[d["kind"].isin(["confirm_link", "reject_link"])]
    if d.empty:
        return Told()
    parent = parents.dropna(subset=["parent_id"]).set_index("address_id")["parent_id"]
    address_id = d["address_id"].map(parent).astype("str").fillna(d["address_id"])
    at = pd.DataFrame(
        {
            "confirmed": (d["kind"] == "confirm_link").to_numpy(),
            "plate": _position(d["plate_id"], plates["plate_id"]),
            "address": _position(address_id, addresses["address_id"]),
            "building": _position(d["building_id"], footprints["building_id"]),
        }
    )
    pairs, on_plate, on_address = (at[(at[a] >= 0) & (at[b] >= 0)] for a, b in (("plate", "address"), ("plate", "building"), ("address", "building")))
    confirmed = pairs.loc[pairs["confirmed"], ["plate", "address"]].drop_duplicates("plate", keep="last").sort_values(["plate", "address"], ignore_index=True)
    return Told(
        pairs=confirmed,
        not_pairs=pairs.loc[~pairs["confirmed"], ["plate", "address"]].drop_duplicates(ignore_index=True),
        plate_building=_fixed(on_plate, "plate", len(plates)),
        address_building=_fixed(on_address, "address", len(addresses)),
        plate_not=_rejected(on_plate, "plate"),
        address_not=_rejected(on_address, "address"),
    )


def direct(candidates: pd.DataFrame, hints: pd.DataFrame, doors: pd.Series, fixed: pd.DataFrame, barred: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Candidates and hints of the doors as people told them: rejected houses left out, the confirmed one beyond doubt.

    Parameters
    ----------
    candidates, hints
        As `geo.assign.assign` takes them.
    doors
        Door of each point of the candidates.
    fixed, barred
        door, building: confirmed and rejected.
    """
    if len(barred):
        rows = candidates.assign(door=doors.to_numpy()[candidates["point"]], building=candidates["footprint"])
        candidates = candidates[~_among(rows, barred, ("door", "building"))].reset_index(drop=True)
        hints = hints[~_among(hints, barred, ("door", "building"))].reset_index(drop=True)
    if len(fixed):
        hints = pd.concat([hints, fixed.assign(log_odds=CERTAIN_LOG_ODDS)], ignore_index=True)
    return candidates, hints


CERTAIN_LOG_ODDS = 30.0
"""Weight of a person's word beside other evidence: more than any sum of points and declarations of one door."""


def insist(edges: pd.DataFrame, none: np.ndarray, fixed: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Edges and probabilities of no building, with confirmed doors on their house for certain."""
    if fixed.empty:
        return edges, none
    house = fixed.drop_duplicates("door").set_index("door")["building"]
    mine = edges["door"].isin(house.index)
    sure = (edges["building"] == edges["door"].map(house)).to_numpy(dtype=float)
    out = edges.assign(probability=np.where(mine, sure, edges["probability"]))
    none = none.copy()
    none[house.index.to_numpy()] = 0.0
    return out.sort_values(["door", "probability", "building"], ascending=[True, False, True], ignore_index=True), none


def of_doors(plate_door: np.ndarray, address_door: np.ndarray, on_plates: pd.DataFrame, on_addresses: pd.DataFrame) -> pd.DataFrame:
    """Pairs of item and building as pairs of door and building; doorless items are left out."""
    parts = [pd.DataFrame({"door": door[rows["item"]], "building": rows["building"].to_numpy()}) for rows, door in ((on_plates, plate_door), (on_addresses, address_door))]
    out = pd.concat(parts, ignore_index=True).astype(int)
    return out[out["door"] >= 0].drop_duplicates(ignore_index=True)


def fixed_items(book: np.ndarray) -> pd.DataFrame:
    """The confirmed footprints of a Told as rows: item, building."""
    item = np.flatnonzero(book >= 0)
    return pd.DataFrame({"item": item, "building": book[item]})


def rejected_ids(decisions: pd.DataFrame, one: str, two: str) -> set[tuple[str, str]]:
    """Rejected pairs of ids, for whoever proposes pairs by other means."""
    rows = decisions.loc[decisions["kind"] == "reject_link", [one, two]].dropna()
    return set(zip(rows[one], rows[two], strict=True))


def confirmed_ids(decisions: pd.DataFrame, one: str, two: str) -> pd.DataFrame:
    """Confirmed pairs of ids, a row each."""
    return decisions.loc[decisions["kind"] == "confirm_link", [one, two]].dropna().drop_duplicates(ignore_index=True)


def _newest(d: pd.DataFrame) -> pd.DataFrame:
    """One decision a question: of rows about the same objects that answer each other, the newest."""
    question = d["kind"].replace({"reject_link": "link", "confirm_link": "link", "confirm_demolished": "stands", "still_standing": "stands"})
    order = d.assign(_question=question).sort_values(["decided_on", "decision_id", "kind"], na_position="first", kind="stable")
    return order.drop_duplicates(["_question", *_IDS.values()], keep="last").drop(columns="_question").sort_index()


def _exempt(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    ids = _said(inputs.decisions, "not_to_be_numbered", "building_id")
    here = inputs.buildings["building_id"].isin(ids)
    before = inputs.buildings.loc[here, "number_exempt"].astype("str")
    repairs.append(_repairs("buildings", inputs.buildings.loc[here, "building_id"], "number_exempt", before, "True", WHY["not_to_be_numbered"]))
    exempt = inputs.buildings["number_exempt"].mask(here, True).astype("boolean")
    return replace(inputs, buildings=inputs.buildings.assign(number_exempt=exempt))


def _stand(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    """Papers about a house that still stands are not believed; one that this survey missed is taken over from the one before."""
    ids = _said(inputs.decisions, "still_standing", "building_id")
    if not ids:
        return inputs
    now, old, papers, why = inputs.buildings, inputs.buildings_previous, inputs.demolitions, WHY["still_standing"]
    gone = now["building_id"].isin(ids) & now["condition"].isin(["demolished", "entered_in_error"])
    repairs.append(_repairs("buildings", now.loc[gone, "building_id"], "condition", now.loc[gone, "condition"], "functional", why))
    condition = now["condition"].mask(gone, "functional").astype("str")
    missed = old[old["building_id"].isin(ids) & ~old["building_id"].isin(now["building_id"]) & ~_drawn(old, now)]
    repairs.append(_repairs("buildings", missed["building_id"], "geometry", None, "buildings_previous", why))
    outlines = np.concatenate([t.loc[t["building_id"].isin(ids)].geometry.to_numpy() for t in (now, old)])
    void = papers["building_id"].isin(ids) | pd.Series(_covered(papers, outlines), index=papers.index)
    repairs.append(_repairs("demolitions", papers.loc[void, "building_id"], "document", papers.loc[void, "document"], None, why))
    buildings = now.assign(condition=condition)
    if len(missed):
        rows = missed.assign(condition="functional").astype({"condition": "str"})[list(now.columns)]
        buildings = gpd.GeoDataFrame(pd.concat([buildings, rows]).sort_values("building_id", ignore_index=True), geometry="geometry", crs=now.crs)
    return replace(inputs, buildings=buildings, demolitions=papers[~void].reset_index(drop=True))


def _demolish(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    d = inputs.decisions[inputs.decisions["kind"].eq("confirm_demolished") & inputs.decisions["building_id"].notna()].drop_duplicates("building_id")
    d = d[~d["building_id"].isin(inputs.demolitions["building_id"])]
    if d.empty:
        return inputs
    repairs.append(_repairs("demolitions", d["building_id"], "document", None, d["document"], WHY["confirm_demolished"]))
    rows = gpd.GeoDataFrame(
        {"building_id": d["building_id"], "demolished_on": d["decided_on"], "document": d["document"]},
        geometry=gpd.GeoSeries([None] * len(d), index=d.index, crs=inputs.demolitions.crs),
    )
    together = pd.concat([t for t in (inputs.demolitions, rows) if len(t)], ignore_index=True)
    return replace(inputs, demolitions=gpd.GeoDataFrame(together, geometry="geometry", crs=inputs.demolitions.crs))


def _never(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    """A footprint or plate that was entered in error takes no part; register addresses are their owner's."""
    why = WHY["entered_in_error"]
    buildings, plates = inputs.buildings, inputs.plates
    # a decision about a plate may name the house beside it: it speaks of the plate
    rows = inputs.decisions[inputs.decisions["kind"] == "entered_in_error"]
    phantom = buildings["building_id"].isin(rows.loc[rows["plate_id"].isna(), "building_id"].dropna())
    repairs.append(_repairs("buildings", buildings.loc[phantom, "building_id"], "condition", buildings.loc[phantom, "condition"], "entered_in_error", why))
    absent = plates["plate_id"].isin(rows["plate_id"].dropna())
    repairs.append(_repairs("plates", plates.loc[absent, "plate_id"], "state", plates.loc[absent, "state"], "removed", why))
    return replace(
        inputs,
        buildings=buildings.assign(condition=buildings["condition"].mask(phantom, "entered_in_error").astype("str")),
        plates=plates.assign(state=plates["state"].mask(absent, "removed").astype("str")),
    )


def _move(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    d = inputs.decisions[inputs.decisions["kind"] == "move_plate"].dropna(subset=["plate_id", "x_m", "y_m"]).drop_duplicates("plate_id", keep="last").set_index("plate_id")
    plates = inputs.plates
    here = plates["plate_id"].isin(d.index).to_numpy()
    if not here.any():
        return inputs
    to = points_of(d.loc[plates.loc[here, "plate_id"]])
    points = points_of(plates)
    before, after = ([None if np.isnan(x) else f"POINT ({x:.2f} {y:.2f})" for x, y in xy] for xy in (points[here], to))
    points[here] = to
    repairs.append(_repairs("plates", plates.loc[here, "plate_id"], "geometry", before, after, WHY["move_plate"]))
    return replace(inputs, plates=plates.assign(**dict(zip(XY, points.T, strict=True))))


def _disbelieve(inputs: Inputs, repairs: list[pd.DataFrame]) -> Inputs:
    """Ids that a row declares although people rejected the link are not believed."""
    tables: dict[str, Any] = {"plates": inputs.plates, "addresses": inputs.addresses}
    for table, own, other in (("plates", "plate_id", "address_id"), ("plates", "plate_id", "building_id"), ("addresses", "address_id", "building_id")):
        pairs = rejected_ids(inputs.decisions, own, other)
        rows = tables[table]
        hit = pd.Series([p in pairs for p in zip(rows[own], rows[other], strict=True)], index=rows.index, dtype=bool) if pairs else rows[own].isna()
        repairs.append(_repairs(table, rows.loc[hit, own], other, rows.loc[hit, other], None, WHY["reject_link"]))
        tables[table] = rows.assign(**{other: rows[other].mask(hit).astype("str")})
    return replace(inputs, **tables)


def _drawn(old: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> pd.Series:
    """Which outlines of the survey before are drawn in this one, by however different a footprint."""
    one, two = old.geometry.to_numpy(), now.geometry.to_numpy()
    i, j = shapely.STRtree(two).query(one, predicate="intersects")
    common = shapely.area(shapely.intersection(one[i], two[j]))
    iou = common / (shapely.area(one[i]) + shapely.area(two[j]) - common)
    return pd.Series(np.isin(np.arange(len(old)), i[iou >= SEEN_IOU_RATIO]), index=old.index)


def _covered(papers: gpd.GeoDataFrame, outlines: np.ndarray) -> np.ndarray:
    """Which demolition polygons speak of one of the outlines."""
    out = np.zeros(len(papers), dtype=bool)
    drawn = np.flatnonzero(papers.geometry.notna())
    if len(drawn) and len(outlines):
        marks = papers.geometry.to_numpy()[drawn]
        i, j = shapely.STRtree(outlines).query(marks, predicate="intersects")
        common = shapely.area(shapely.intersection(marks[i], outlines[j]))
        out[drawn[i[common >= IN_PLACE_RATIO * shapely.area(marks[i])]]] = True
    return out


def _said(decisions: pd.DataFrame, kind: str, column: str) -> set[str]:
    return set(decisions.loc[decisions["kind"] == kind, column].dropna())


def _named(decisions: pd.DataFrame) -> pd.Series:
    """What a repair calls a decision: its id, else the objects it names."""
    objects = decisions["building_id"].fillna("") + "/" + decisions["plate_id"].fillna("") + "/" + decisions["address_id"].fillna("")
    return decisions["decision_id"].fillna(objects)


def _repairs(table: str, key: pd.Series, column: str, before: object, after: object, why: str) -> pd.DataFrame:
    rows = pd.DataFrame({"table": table, "key": key.to_numpy(dtype=object), "column": column}, index=range(len(key)))
    for name, value in (("before", before), ("after", after)):
        rows[name] = pd.Series(list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value] * len(key), index=rows.index, dtype="object")
    return rows.assign(why=why)[list(REPAIRS)].astype("str")


def _position(ids: pd.Series, book: pd.Series) -> np.ndarray:
    """Position of each id in a book, -1 where it is not there."""
    at = pd.Series(np.arange(len(book)), index=book.to_numpy(dtype=object)).groupby(level=0).first()
    return ids.map(at).fillna(-1).to_numpy(dtype=float).astype(int)


def _fixed(rows: pd.DataFrame, item: str, n: int) -> np.ndarray:
    out = np.full(n, -1)
    confirmed = rows[rows["confirmed"]]
    out[confirmed[item]] = confirmed["building"]
    return out


def _rejected(rows: pd.DataFrame, item: str) -> pd.DataFrame:
    return rows.loc[~rows["confirmed"], [item, "building"]].rename(columns={item: "item"}).drop_duplicates(ignore_index=True)


def _among(rows: pd.DataFrame, listed: pd.DataFrame, columns: tuple[str, str]) -> np.ndarray:
    """Which rows have their pair of numbers in a list."""
    if listed.empty or rows.empty:
        return np.zeros(len(rows), dtype=bool)
    wide = int(max(rows[columns[1]].max(), listed[columns[1]].max())) + 1
    one, two = (t[columns[0]].to_numpy(dtype=np.int64) * wide + t[columns[1]].to_numpy(dtype=np.int64) for t in (rows, listed))
    result: np.ndarray = np.isin(one, two)
    return result
