"""The 村-组-户 list of one village: every door with its plate and what is to be looked at, in walking order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.address.standard import number_text
from geo.rules import RULES
from geo.tables import DECIDED, Verification

WORK_OFFICES = ("civil_affairs", "village")
WORK_CODES = frozenset(
    {rule.card.code for rule in RULES if rule.card.office in WORK_OFFICES and rule.card.subject in {"building", "plate", "address"}}
    | {"unregistered_plate", "virtual_address", "demolished_vacant", "demolished_occupied", "temporary_gone", "undecided_address"}
)
"""Findings that somebody standing in front of the house can answer; the others are desk work and stay off the sheet."""

SETTLED = frozenset({"fixed", "false_alarm", "link_confirmed", "link_rejected", "plate_installed", "exempted"})
"""Statuses of a case after which it is nobody's turn: it stays off the sheet, unless it must be looked at again."""

ROW = (
    "place", "number", "band", "building_id", "plate_id", "address_id", "plate", "code", "todo", "finding_id", "open", "status", "version",
    "evidence_hash", "proposal", "x", "y",
)  # fmt: skip
"""Columns of the list. plate: up, damaged, numbered (an address, but no plate on the wall), none, unknown. code, todo,
finding_id: one finding per row, null where there is nothing to look at. open: nobody has decided it, or its evidence changed since;
what is decided and under way stays on the list, so that its rows keep their numbers. band: the place under which the row
stands, for a door without a number that of the number proposed. status, version, evidence_hash: from the casebook,
null without one. proposal: the number to adopt. x, y: where it is, in the working CRS; null for what has no place."""

_KEY = ("village", "place", "prefix", "number", "sub_number", "letter", "yard", "estate", "section", "building_no", "temporary")
_PROPOSED = r"^(?P<place>.+?)(?P<number>临?\d+号.*)$"
"""A proposed number with its street, hamlet or group in front of it, as a standard address or shorter."""
_KINDS = {"building": "buildings", "plate": "plates", "address": "addresses"}


@dataclass(frozen=True)
class VillageSheet:
    """What the sheets of one village are drawn from: its code, name and town, its list, its footprints, its outline."""

    code: str
    name: str
    town: str
    rows: pd.DataFrame
    buildings: gpd.GeoDataFrame
    outline: shapely.Geometry | None

    @property
    def codes(self) -> pd.Series:
        """Code of each row that is still to be checked; null where nothing is, or where it is decided and under way."""
        return self.rows["code"].where(self.rows["open"])


def village_rows(result: Verification, village_code: str, *, cases: pd.DataFrame | None = None) -> VillageSheet:
    """The doors of one village and the findings to be looked at there.

    Parameters
    ----------
    result
        What a run found.
    village_code
        One village; "" for what lies in none.
    cases
        Rows of `book.cases`, where a casebook is kept: its open cases replace the findings of the run, and bring status,
        version and evidence. Settled cases are left out.

    Returns
    -------
    The list has one row per (door, finding): a door is an address on a building, a plate of its own, or a building without
    either that should have a number. A finding is in exactly one row. Sorted by place, number and id.
    """
    buildings = _within(result.buildings, village_code)
    doors = _doors(result, buildings, village_code)
    found = _work(result, village_code, cases)
    rows = _join(doors, found, result)
    outline = _within(result.villages, village_code)
    shape = outline.geometry.iloc[0] if len(outline) and outline.geometry.iloc[0] is not None else None
    name = outline["name"].iloc[0] if len(outline) and pd.notna(outline["name"].iloc[0]) else village_code
    town = outline["town"].iloc[0] if len(outline) and pd.notna(outline["town"].iloc[0]) else ""
    return VillageSheet(village_code, str(name), str(town), _sorted(rows), buildings, shape)


def door_texts(table: pd.DataFrame) -> pd.DataFrame:
    """What a door is called on a sheet, read from its key: place (street, hamlet or group) and number (as 临12号附1号 3栋).

    Parameters
    ----------
    table
        Plates or addresses of a result, with `key`.

    Returns
    -------
    DataFrame: place, number, with the index of `table`; "" where the text names none.
    """
    parts = [dict(zip(_KEY, str(key).split("|"), strict=False)) if isinstance(key, str) else {} for key in table["key"]]
    numbers = [_number(part) for part in parts]
    out = {"place": [part.get("place", "") for part in parts], "number": numbers}
    return pd.DataFrame(out, index=table.index, dtype="str")


def _number(part: Mapping[str, str]) -> str:
    building = part.get("building_no", "")
    named = part.get("estate", "") + part.get("section", "") + (f"{building}栋" if building else "")
    return (number_text(part) if part.get("number") else "") + named


def _within(table: gpd.GeoDataFrame, village_code: str) -> gpd.GeoDataFrame:
    return table[(table["village_code"].fillna("") == village_code).to_numpy()]


def _doors(result: Verification, buildings: gpd.GeoDataFrame, village_code: str) -> pd.DataFrame:
    """One row per door: addresses, then plates whose door no address names, then buildings that need one and have none."""
    plates, addresses = result.plates, result.addresses
    inside = set(buildings["building_id"])
    a = addresses[addresses["parent_id"].isna() & addresses["building_id"].isin(inside)]
    a = a[a["status"] != "no_part"] if "status" in a else a
    p = plates[plates["building_id"].isin(inside) | (plates["building_id"].isna() & (plates["village_code"].fillna("") == village_code))]
    p = p[_column(p, "state").fillna("installed") != "removed"]
    told = {name: table.assign(**door_texts(table)) for name, table in (("a", a), ("p", p))}
    by_address = told["a"][["building_id", "address_id", "key", "place", "number"]].sort_values("address_id")
    of_plate = told["p"].assign(plate=_plate_state(told["p"]))[["building_id", "plate_id", "key", "place", "number", "plate"]]
    of_plate = of_plate.sort_values("plate_id")
    own = _plate_of(by_address, of_plate, result.links)
    doors = by_address.assign(plate_id=own, plate=own.map(of_plate.set_index("plate_id")["plate"]).fillna("numbered"))
    alone = of_plate[~of_plate["plate_id"].isin(doors["plate_id"])]
    bare = buildings[~buildings["building_id"].isin([*doors["building_id"], *alone["building_id"].dropna()])]
    needs = bare["should_have_plate"].astype("boolean")
    bare = bare[(needs.fillna(True)).to_numpy(dtype=bool)]
    empty = pd.DataFrame({"building_id": bare["building_id"], "place": "", "number": "", "plate": "none"})
    return pd.concat([doors, alone, empty], ignore_index=True).drop(columns="key")


def _plate_of(addresses: pd.DataFrame, plates: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """The plate of each address: the one it is linked to, else one on its building that says the same door; null for none."""
    decided = links[links["state"].isin(DECIDED) & links["plate_id"].isin(plates["plate_id"])]
    linked = decided.dropna(subset=["plate_id", "address_id"]).sort_values(["address_id", "plate_id"]).drop_duplicates("address_id")
    own = addresses["address_id"].map(linked.set_index("address_id")["plate_id"])
    for door in (["building_id", "key"], ["building_id", "place", "number"]):
        named = plates.dropna(subset=door).drop_duplicates(door)
        same = addresses[door].merge(named[[*door, "plate_id"]], on=door, how="left")["plate_id"]
        own = own.fillna(pd.Series(same.to_numpy(), index=addresses.index))
    return own.astype("str")


def _plate_state(plates: pd.DataFrame) -> pd.Series:
    state, face = _column(plates, "state").fillna("installed"), _column(plates, "face").fillna("good")
    told = np.select([state.isin(["planned", "made"]), face != "good"], ["numbered", "damaged"], "up")
    return pd.Series(told, index=plates.index, dtype="str")


def _work(result: Verification, village_code: str, cases: pd.DataFrame | None) -> pd.DataFrame:
    """Findings to be looked at, the most important first; in the order of the run, or of the casebook."""
    table = pd.DataFrame(result.findings) if cases is None else cases
    table = table[table["code"].isin(WORK_CODES) & (table["village_code"].fillna("") == village_code)]
    if cases is not None:
        again = _column(table, "needs_recheck").fillna(False).astype(bool)
        table = table.assign(open=(table["status"] == "open") | again)
        table = table[(table["open"] | ~table["status"].isin(SETTLED)) & table["present"].astype(bool)]
        order = {rule.card.code: n for n, rule in enumerate(RULES)}
        table = table.sort_values(["code", "finding_id"], key=lambda c: c.map(order).fillna(len(order)) if c.name == "code" else c)
    out = pd.DataFrame({c: table[c] for c in ("finding_id", "code", "subject", "subject_id", "related", "detail_zh", "detail_en")})
    out["open"] = table.get("open", True)
    for column in ("status", "version", "evidence_hash", "proposal", "number"):
        out[f"case_{column}"] = _column(table, column)
    return out.reset_index(drop=True)


def _join(doors: pd.DataFrame, found: pd.DataFrame, result: Verification) -> pd.DataFrame:
    """Every finding to the one door it speaks of, or to a row of its own."""
    at = _targets(doors, found, result)
    found = found.assign(door=at)
    lone = found[found["door"].isna()]
    own = _own_rows(lone, result)
    own.index = pd.RangeIndex(len(doors), len(doors) + len(own))
    found.loc[lone.index, "door"] = own.index
    every = pd.concat([doors, own])
    rows = every.merge(found.set_index("door"), left_index=True, right_index=True, how="left")
    spots = _spots(rows, result)
    return pd.DataFrame(
        {
            **{
                c: rows[c].astype("str") if c in rows else np.nan
                for c in ("place", "number", "building_id", "plate_id", "address_id", "plate")
            },
            "code": rows["code"].astype("str"),
            "todo": rows["detail_zh"].astype("str"),
            "todo_en": rows["detail_en"].astype("str"),
            "finding_id": rows["finding_id"].astype("str"),
            "open": rows["open"].fillna(False).astype(bool),
            "status": rows["case_status"].astype("str"),
            "version": pd.to_numeric(rows["case_version"]),
            "evidence_hash": rows["case_evidence_hash"].astype("str"),
            "proposal": rows["case_number"].astype("str").fillna(rows["case_proposal"].astype("str")),
            "x": spots[:, 0],
            "y": spots[:, 1],
        }
    ).reset_index(drop=True)


def _targets(doors: pd.DataFrame, found: pd.DataFrame, result: Verification) -> pd.Series:
    """Position of the door each finding speaks of: by its subject, else by the building it is linked to; null for none."""
    first = {
        kind: doors.reset_index().dropna(subset=[f"{kind}_id"]).drop_duplicates(f"{kind}_id").set_index(f"{kind}_id")["index"]
        for kind in _KINDS
    }
    at = pd.Series(np.nan, index=found.index)
    for kind, table in _KINDS.items():
        mine = found["subject"] == kind
        at = at.where(~mine | at.notna(), found["subject_id"].map(first[kind]))
        if kind != "building":
            linked = getattr(result, table).set_index(f"{kind}_id")["building_id"]
            at = at.where(~mine | at.notna(), found["subject_id"].map(linked).map(first["building"]))
    return at


def _own_rows(lone: pd.DataFrame, result: Verification) -> pd.DataFrame:
    """Rows for findings whose object stands on no listed building: a plate on nothing, an address without a house."""
    rows = pd.DataFrame({"place": "", "number": "", "plate": "unknown"}, index=lone.index, dtype="str")
    for kind, table in _KINDS.items():
        mine = lone[lone["subject"] == kind]
        rows.loc[mine.index, f"{kind}_id"] = mine["subject_id"].astype("str")
        if kind == "building" or mine.empty:
            continue
        objects = getattr(result, table).set_index(f"{kind}_id").reindex(mine["subject_id"])
        texts = door_texts(objects)
        rows.loc[mine.index, ["place", "number"]] = texts.to_numpy()
        if kind == "plate":
            rows.loc[mine.index, "plate"] = _plate_state(objects).to_numpy()
        rows.loc[mine.index, "building_id"] = objects["building_id"].astype("str").to_numpy()
    return rows


def _spots(rows: pd.DataFrame, result: Verification) -> np.ndarray:
    """Where each row is: inside its building, else at its plate or address, else at its finding; NaN for no place."""
    out = np.full((len(rows), 2), np.nan)
    geometries = [
        (rows[f"{kind}_id"], getattr(result, table).set_index(f"{kind}_id").geometry)
        for kind, table in _KINDS.items()
        if f"{kind}_id" in rows
    ]
    geometries.append((rows["finding_id"], result.findings.set_index("finding_id").geometry))
    for ids, shapes in geometries:
        shape = shapes.reindex(ids.to_numpy()).to_numpy()
        point = shapely.point_on_surface(np.where(shapely.is_missing(shape) | shapely.is_empty(shape), None, shape))
        xy = np.column_stack([shapely.get_x(point), shapely.get_y(point)])
        out = np.where(np.isnan(out), xy, out)
    return out


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    place, number = rows["place"].fillna(""), rows["number"].fillna("")
    proposed = rows["proposal"].fillna("").str.extract(_PROPOSED).fillna("")
    known = sorted(set(place) - {""}, key=lambda name: (-len(name), name))
    street = proposed["place"].map({told: next((name for name in known if told.endswith(name)), "") for told in set(proposed["place"])})
    bare = (place == "") & (number == "") & (street != "")
    place, number = place.mask(bare, street), number.mask(bare, proposed["number"])
    rows.insert(2, "band", place)
    keys = pd.DataFrame(
        {
            "none": (number == "") & (place == ""),
            "group": pd.to_numeric(place.str.extract(r"^(\d+)组$")[0]).fillna(np.inf),
            "place": place,
            "n": pd.to_numeric(number.str.extract(r"(\d+)")[0]).fillna(np.inf),
            "number": number,
            "building": rows["building_id"].fillna("").astype("str"),
            "finding": rows["finding_id"].fillna("").astype("str"),
        }
    )
    return rows.loc[keys.sort_values(list(keys.columns)).index].reset_index(drop=True)


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table else pd.Series(np.nan, index=table.index, dtype="object")
