"""Keys that stand in several places: shared by the rules on repeated numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geo.columns import among, lists_at, positions
from geo.points import XY, as_shapes, points_of
from geo.rule import Evidence, once


@once
def same_key_apart(evidence: Evidence) -> pd.DataFrame:
    """Groups of standing door plates of one key on different buildings: key, subject_id, related, n, distance_m, text, two_addresses.

    distance_m is the largest distance between the buildings they are linked to, or between the plates where a building
    is not decided. two_addresses: at least two active addresses of the key are located as far apart.
    """
    p, a, least_m = evidence.plates, evidence.addresses, evidence.profile.thresholds.many_buildings_min_m
    rows = _apart(evidence, p, p["standing"] & ~p["level"].isin(["unit", "room"]) & ~p["village_abolished"], "plate_id", least_m)
    spread = _apart(evidence, a, a["active"], "address_id", least_m)
    return rows.assign(two_addresses=among(rows["key"], spread["key"]))


@once
def same_address_apart(evidence: Evidence) -> pd.DataFrame:
    """Groups of active addresses of one key that are located on different buildings beyond `dangling_m`."""
    a, t = evidence.addresses, evidence.profile.thresholds
    return _apart(evidence, a, a["active"] & (a["stack_n"] < t.stack_n), "address_id", t.dangling_m)


def _apart(evidence: Evidence, table: pd.DataFrame, asked: pd.Series, id_column: str, least_m: float) -> pd.DataFrame:
    """Groups of the rows asked, of one key, of which two lie farther apart than `least_m`."""
    key = table["key_n"].where(asked, -1).to_numpy()
    several = (np.append(np.bincount(key[key >= 0]), 0)[key] > 1) & (key >= 0)
    rows = pd.DataFrame(table[["key", id_column, "building_id", "building_at", "text", *XY]])[several].sort_values(["key", id_column])
    at = rows["building_at"].to_numpy()
    place = as_shapes(points_of(rows))
    place[at >= 0] = evidence.buildings.geometry.to_numpy()[at[at >= 0]]
    rows = rows.assign(place=place)[~shapely.is_missing(place)]
    i, j = _pairs(rows["key"])
    building = rows["building_id"].to_numpy(dtype=object)
    elsewhere = building[i] != building[j]
    i, j = i[elsewhere], j[elsewhere]
    distance_m = shapely.distance(rows["place"].to_numpy()[i], rows["place"].to_numpy()[j])
    key = rows["key"].iloc[i[distance_m > least_m]]
    far = pd.Series(distance_m[distance_m > least_m], index=key.index).groupby(key).max()
    group = positions(rows["key"], far.index.to_series())
    members = lists_at(rows[id_column], group, len(far))
    return pd.DataFrame(
        {
            "key": far.index,
            "subject_id": pd.Series([m[0] for m in members], dtype="str"),
            "related": pd.Series([m[1:] for m in members], dtype=object),
            "n": pd.Series([len(m) for m in members], dtype=int),
            "distance_m": far.to_numpy(),
            "text": pd.Series([t[0] for t in lists_at(rows["text"], group, len(far))], dtype="str"),
        }
    )


def _pairs(keys: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Positions of every two rows of one key, the earlier first; the keys are sorted."""
    group = pd.factorize(keys)[0]
    later_n = np.searchsorted(group, group, side="right") - np.arange(len(group)) - 1
    i = np.repeat(np.arange(len(group)), later_n)
    return i, i + 1 + np.arange(len(i)) - np.repeat(np.cumsum(later_n) - later_n, later_n)
