"""The numbers around a house: its neighbours' doors, and the number the row leaves for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
import streamlit as st
from pyproj import Transformer

from geo.casebook.words import EXEMPTABLE
from geo.numbering import REACH_M, Proposal, propose_numbers
from layers.result import Result

ASKING = EXEMPTABLE | {"plate_for_many_buildings", "several_plates", "duplicate_number", "number_out_of_order", "temporary_overdue"}
"""Findings whose house may need another number; where the number is known already, none is suggested."""
NEIGHBOURS_N = 6
NEAR_M = 60.0
_KEPT = frozenset({"reserved", "proposed"})
_WRITTEN = re.compile(r"^(?P<place>.*?)(?P<number>\d+)(?:-\d+)?号$")


@dataclass(frozen=True)
class Around:
    """What stands around a case: neighbours (text, distance_m; nearest first) and the proposals, nearest row first."""

    neighbours: tuple[tuple[str, float], ...]
    proposals: tuple[Proposal, ...]


def around(result: Result, case: pd.Series, *, decided: pd.DataFrame) -> Around:
    """Neighbours' numbers and proposals for the house of a case; empty where the case has no place.

    Parameters
    ----------
    decided
        Cases of the village; the numbers that people proposed in them are taken.
    """
    here = place_of(result, case)
    if here is None:
        return Around((), ())
    village = case["village_code"] if isinstance(case["village_code"], str) else ""
    stamp = (result.folder / "run.json").stat().st_mtime_ns
    doors = _doors(result, village, folder=str(result.folder), stamp=stamp)
    away = np.hypot(doors.x - here[0], doors.y - here[1])
    own = doors.building_ids == _building(result, case)
    # Only rows that pass by can have a number for this house: of a village's thousands of doors a few dozen are looked at.
    rows = np.isin(doors.places, np.unique(doors.places[~own & (away <= REACH_M)]))
    reserved = _reserved(doors.kept, decided[decided["finding_id"] != case["finding_id"]])
    found = propose_numbers(*here, doors=doors.table[rows & ~own], reserved=reserved) if case["code"] in ASKING else ()
    near = doors.table[~own & (away <= NEAR_M)].assign(away=away[~own & (away <= NEAR_M)])
    near = near.sort_values(["away", "text"], kind="stable").drop_duplicates("text").head(NEIGHBOURS_N)
    return Around(tuple(zip(near["text"], near["away"].astype(float), strict=True)), found)


def place_of(result: Result, case: pd.Series) -> tuple[float, float] | None:
    """Where the house of a case stands: a point inside its building, else the point of the case; metres in the working CRS."""
    building = _building(result, case)
    if building:
        rows = result.find("building", [building])
        if len(rows) and rows.geometry.notna().iloc[0]:
            point = shapely.point_on_surface(rows.geometry.iloc[0])
            return float(point.x), float(point.y)
    if pd.isna(case["lon"]) or pd.isna(case["lat"]):
        return None
    x, y = Transformer.from_crs("EPSG:4490", result.tables.buildings.crs, always_xy=True).transform(case["lon"], case["lat"])
    return float(x), float(y)


def _building(result: Result, case: pd.Series) -> str:
    kind, one = str(case["subject"]), str(case["subject_id"])
    if kind == "building":
        return one
    rows = result.find(kind, [one]) if kind in ("plate", "address") else None
    linked = rows["building_id"].iloc[0] if rows is not None and len(rows) else None
    return linked if isinstance(linked, str) else ""


@st.cache_resource(max_entries=64, show_spinner=False)
def _doors(_result: Result, village: str, *, folder: str, stamp: int) -> _Doors:
    """Every numbered door of a village; at its building where it has one."""
    del folder, stamp
    middle = shapely.point_on_surface(_result.tables.buildings.geometry.to_numpy())
    x = pd.Series(shapely.get_x(middle), index=_result.tables.buildings["building_id"])
    y = pd.Series(shapely.get_y(middle), index=_result.tables.buildings["building_id"])
    parts = []
    for kind in ("address", "plate"):
        own = _result.within("plates" if kind == "plate" else "addresses", village)
        own = own[own["parent_id"].isna() & own["key"].notna()]
        points = own.geometry.to_numpy()
        status = own["register_status"] if "register_status" in own else pd.Series(pd.NA, index=own.index, dtype="str")
        parts.append(
            pd.DataFrame(
                {
                    "place": own["key"].str.split("|").str[1].to_numpy(),
                    "number": pd.to_numeric(own["number"], errors="coerce").to_numpy(dtype=float),
                    "sub_number": pd.to_numeric(own["sub_number"], errors="coerce").to_numpy(dtype=float),
                    "x": own["building_id"].map(x).fillna(pd.Series(shapely.get_x(points), index=own.index)).to_numpy(dtype=float),
                    "y": own["building_id"].map(y).fillna(pd.Series(shapely.get_y(points), index=own.index)).to_numpy(dtype=float),
                    "building_id": own["building_id"].to_numpy(),
                    "kept": status.isin(_KEPT).to_numpy(),
                }
            )
        )
    doors = pd.concat(parts, ignore_index=True)
    doors = doors[doors["place"].notna() & (doors["place"] != "") & doors["number"].notna()]
    sub = doors["sub_number"].map(lambda s: "" if pd.isna(s) else f"-{s:.0f}")
    doors = doors.assign(text=doors["place"] + doors["number"].map("{:.0f}".format) + sub + "号").reset_index(drop=True)
    kept = {str(place): frozenset(int(n) for n in numbers) for place, numbers in doors[doors["kept"]].groupby("place")["number"]}
    columns = (pd.factorize(doors["place"])[0], doors["building_id"].fillna("").to_numpy(dtype=object), doors["x"].to_numpy(), doors["y"].to_numpy())
    return _Doors(doors, *columns, kept)


@dataclass(frozen=True)
class _Doors:
    """The doors of a village: place, number, sub_number, x, y, text, building_id; the columns that are searched, and place -> numbers the register keeps."""

    table: pd.DataFrame
    places: np.ndarray
    building_ids: np.ndarray
    x: np.ndarray
    y: np.ndarray
    kept: dict[str, frozenset[int]]


def _reserved(kept: dict[str, frozenset[int]], decided: pd.DataFrame) -> dict[str, frozenset[int]]:
    """Place -> numbers that the register keeps or that somebody has proposed for another house."""
    reserved = dict(kept)
    for text in decided["number"].dropna():
        if written := _WRITTEN.match(str(text)):
            place = written["place"]
            reserved[place] = reserved.get(place, frozenset()) | {int(written["number"])}
    return reserved

