"""The tables of the result: every building, plate and address once, with one status each, in the order of their ids."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.classify import status
from geo.columns import at_positions, is_sorted, look_up, positions
from geo.locate import locate_villages
from geo.points import as_shapes, points_of
from geo.population import sum_counts
from geo.tables import COUNTS, Inputs


def tabulate_buildings(b: gpd.GeoDataFrame, findings: pd.DataFrame, shared: pd.DataFrame) -> gpd.GeoDataFrame:
    """Every current footprint with its status, its numbers and its people.

    Parameters
    ----------
    b
        `Evidence.buildings`.
    findings
        `geo.classify.classify` of that evidence.
    shared
        `geo.share.share`: people who are shared over several buildings.
    """
    linked = pd.Series(np.where(b["doors_n"] > 0, "matched", np.where(b["claimed_n"] >= 0.5, "undecided", "exempt")), index=b.index)
    why = np.select(
        [b["gone"], ~b["live"], b["exempt"], b["built_for_people"], b["doors_n"] > 0],
        ["gone", "not_built", "exempt", "use_or_size", "something_linked"],
        "small_and_unused",
    )
    placed = b[list(COUNTS)].notna().any(axis=1)
    extra = sum_counts(shared, positions(shared["building_id"], b["building_id"]), b.index)
    counts = {c: b[c].where(extra[c].isna(), b[c].fillna(0.0) + extra[c]) for c in COUNTS}
    out = gpd.GeoDataFrame(
        {
            "building_id": b["building_id"],
            "status": status(b["building_id"], "building", findings, linked),
            "should_have_plate": b["eligible"].astype(bool),
            "why": why,
            "plate_n": b["plates_n"],
            "address_n": b["addresses_n"],
            **counts,
            "people_how": np.select([extra.notna().any(axis=1), placed], ["shared", "placed"], "none"),
            "village_code": b["village_code"].astype("str"),
            "area_m2": b["area_m2"],
        },
        geometry=b.geometry,
        crs=b.crs,
    )
    return out.reset_index(drop=True) if is_sorted(out["building_id"]) else out.sort_values("building_id", ignore_index=True)


def tabulate_previous(inputs: Inputs, changes: pd.DataFrame, footprints: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Footprints of the survey before: what became of each, and the document where one proves that it is gone.

    Parameters
    ----------
    changes
        `geo.change.change` of the two surveys.
    footprints
        `geo.standing.standing`: the gone ones with document and demolished_on (date; null: not told).
    """
    old = inputs.buildings_previous
    fate = changes.loc[changes["survey"] == "previous", ["building_id", "state"]]
    papers = footprints.loc[footprints["gone"], ["building_id", "document", "demolished_on"]]
    ids = old["building_id"]
    paper = positions(ids, papers["building_id"])
    frame = gpd.GeoDataFrame(
        {
            "building_id": ids,
            "fate": look_up(ids, fate["building_id"], fate["state"]).astype("str"),
            "document": at_positions(papers["document"], paper, ids.index).astype("str"),
            "demolished_on": at_positions(papers["demolished_on"].astype("datetime64[ns]"), paper, ids.index),
            "village_code": locate_villages(shapely.point_on_surface(old.geometry.to_numpy()), inputs.villages).array,
        },
        geometry=old.geometry.to_numpy(),
        crs=old.crs,
    )
    return frame if is_sorted(ids) else frame.sort_values("building_id", ignore_index=True)


def tabulate_located(rows: pd.DataFrame, subject: str, findings: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Every plate or address with its elements, its building and its status; its point null where it is not known.

    Parameters
    ----------
    rows
        `Evidence.plates` or the register, with all texts, link_state (null: took no part) and XY.
    subject
        "plate" or "address".
    findings
        `geo.classify.classify`.
    crs
        That of the points.
    """
    id_column = f"{subject}_id"
    otherwise = rows["link_state"].map({"linked": "matched", "undecided": "undecided", "unlinked": "unlinked"}).astype("str").fillna("no_part")
    out = {column: rows[column] for column in (id_column, *LOCATED_COLUMNS, *(("state", "face") if subject == "plate" else ()))}
    out["parent_id"] = rows["parent_id"] if "parent_id" in rows else pd.Series(np.nan, index=rows.index)
    out["status"] = status(rows[id_column], subject, findings, otherwise)
    if subject == "address":
        out["register_status"] = rows["status"]
    frame = gpd.GeoDataFrame({c: v.astype("str") for c, v in out.items()}, geometry=as_shapes(points_of(rows)), crs=crs)
    return frame.reset_index(drop=True) if is_sorted(frame[id_column]) else frame.sort_values(id_column, ignore_index=True)


LOCATED_COLUMNS = ("town", "village", "group", "street", "number", "sub_number", "building_no", "unit", "room", "key", "building_id", "village_code", "text", "kind")
"""What the results say of plates and addresses alike."""
