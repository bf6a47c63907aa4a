"""Keys that stand in several places: shared by the rules on repeated numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.columns import among
from geo.rule import Evidence


def same_key_apart(evidence: Evidence) -> pd.DataFrame:
    """Groups of standing door plates of one key on different buildings: key, subject_id, related, n, distance_m, text, two_addresses.

    distance_m is the largest distance between the buildings they are linked to, or between the plates where a building
    is not decided. two_addresses: at least two active addresses of the key are located as far apart.
    """
    p = evidence.plates
    rows = p[p["standing"] & p["key"].notna() & ~p["level"].isin(["unit", "room"]) & ~p["village_abolished"]]
    rows = _apart(evidence, rows, "plate_id", evidence.profile.thresholds.many_buildings_min_m)
    spread = _apart(evidence, evidence.addresses[evidence.addresses["active"]], "address_id", evidence.profile.thresholds.many_buildings_min_m)
    return rows.assign(two_addresses=among(rows["key"], spread["key"]))


def same_address_apart(evidence: Evidence) -> pd.DataFrame:
    """Groups of active addresses of one key that are located on different buildings beyond `dangling_m`."""
    a = evidence.addresses
    rows = a[a["active"] & a["key"].notna() & (a["stack_n"] < evidence.profile.thresholds.stack_n)]
    return _apart(evidence, rows, "address_id", evidence.profile.thresholds.dangling_m)


def _apart(evidence: Evidence, rows: pd.DataFrame, id_column: str, least_m: float) -> pd.DataFrame:
    rows = rows[["key", id_column, "building_id", "text", "geometry"]]
    rows = rows[rows.duplicated("key", keep=False) & rows["key"].notna()].sort_values(["key", id_column])
    at = pd.Index(evidence.buildings["building_id"]).get_indexer(rows["building_id"])
    outline = np.array([*evidence.buildings.geometry.to_numpy(), None], dtype=object)[at]
    place = np.where(at >= 0, outline, rows.geometry.to_numpy())
    rows = pd.DataFrame(rows.drop(columns="geometry")).assign(place=place)[pd.notna(place)]
    pairs = rows[["key", "place", id_column, "building_id"]].merge(rows[["key", "place", id_column, "building_id"]], on="key", suffixes=("", "_b"))
    pairs = pairs[(pairs[id_column] < pairs[f"{id_column}_b"]) & (pairs["building_id"].isna() | (pairs["building_id"] != pairs["building_id_b"]))]
    pairs = pairs.assign(distance_m=shapely.distance(pairs["place"].to_numpy(), pairs["place_b"].to_numpy()))
    pairs = pairs[(pairs["distance_m"] > least_m)]
    far = pairs.groupby("key")["distance_m"].max()
    members = rows[rows["key"].isin(far.index)]
    listed = members.groupby("key").agg(all_ids=(id_column, list), text=("text", "first")).reset_index()
    return pd.DataFrame(
        {
            "key": listed["key"],
            "subject_id": listed["all_ids"].str[0],
            "related": listed["all_ids"].map(lambda x: x[1:]),
            "n": listed["all_ids"].map(len),
            "distance_m": listed["key"].map(far),
            "text": listed["text"],
        }
    )
