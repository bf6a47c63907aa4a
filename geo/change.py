"""What became of each footprint between two surveys: same, changed, vanished or new."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.profile import Thresholds
from geo.threads import in_threads

COLUMNS = ("survey", "building_id", "state", "iou", "other_id", "cover_ratio", "others_n")


def change(previous: gpd.GeoDataFrame, current: gpd.GeoDataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """State of every footprint of two surveys, by its best overlap with any footprint of the other one.

    The common shift of the two deliveries must be out already (`geo.standardise` does it).

    Returns
    -------
    DataFrame with COLUMNS, one row per footprint of either survey: survey (previous, current), state (same, changed,
    vanished, new), iou with the best partner other_id (null: none), cover_ratio (share of its own area
    covered by the other survey), others_n (footprints of the other survey that share at least a tenth of the smaller).
    Empty where one survey was not delivered.
    """
    if previous.empty or current.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c in ("survey", "building_id", "state", "other_id") else "float64") for c in COLUMNS})
    pairs = _overlaps(previous.geometry.to_numpy(), current.geometry.to_numpy())
    old = _best(previous, current, pairs["old"], pairs["new"], pairs, thresholds).assign(survey="previous")
    new = _best(current, previous, pairs["new"], pairs["old"], pairs, thresholds).assign(survey="current")
    old["state"] = np.select([old["iou"] >= thresholds.same_iou_ratio, old["iou"] >= thresholds.vanished_iou_ratio], ["same", "changed"], "vanished")
    new["state"] = np.select([new["iou"] >= thresholds.same_iou_ratio, new["iou"] >= thresholds.vanished_iou_ratio], ["same", "changed"], "new")
    return pd.concat([old, new], ignore_index=True)[list(COLUMNS)]


def _overlaps(old: np.ndarray, new: np.ndarray) -> pd.DataFrame:
    i, j = shapely.STRtree(new).query(old)
    same = in_threads(lambda a, b: shapely.equals_exact(a, b, tolerance=0.001), old[i], new[j])
    common = np.where(same, shapely.area(old[i]), 0.0)
    common[~same] = in_threads(lambda a, b: shapely.area(shapely.intersection(a, b)), old[i[~same]], new[j[~same]])
    return pd.DataFrame({"old": i, "new": j, "common_m2": common})[common > 0].reset_index(drop=True)


def _best(mine: gpd.GeoDataFrame, other: gpd.GeoDataFrame, me: pd.Series, you: pd.Series, pairs: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    my_m2, your_m2 = shapely.area(mine.geometry.to_numpy()), shapely.area(other.geometry.to_numpy())
    common = pairs["common_m2"].to_numpy()
    iou = common / (my_m2[me] + your_m2[you] - common)
    frame = pd.DataFrame({"me": me, "iou": iou, "other": other["building_id"].to_numpy()[you], "common": common})
    frame["partner"] = common >= thresholds.overlap_ratio * np.minimum(my_m2[me], your_m2[you])
    best = frame.sort_values(["me", "iou", "other"], ascending=[True, False, True]).drop_duplicates("me").set_index("me")
    index = np.arange(len(mine))
    return pd.DataFrame(
        {
            "building_id": mine["building_id"].to_numpy(),
            "iou": best["iou"].reindex(index).fillna(0.0).to_numpy(),
            "other_id": best["other"].reindex(index).to_numpy(),
            "cover_ratio": (frame.groupby("me")["common"].sum().reindex(index).fillna(0.0).to_numpy() / my_m2).clip(max=1.0),
            "others_n": frame.groupby("me")["partner"].sum().reindex(index).fillna(0).to_numpy(),
        }
    )
