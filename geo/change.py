"""What became of each footprint between two surveys: same, changed, split, merged, built over, vanished or new."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.profile import Thresholds
from geo.threads import in_threads

COLUMNS = ("survey", "building_id", "state", "iou", "other_id", "cover_ratio", "others_n", "parts_n", "group_ids")
TEXTS = ("survey", "building_id", "state", "other_id")


def change(previous: gpd.GeoDataFrame, current: gpd.GeoDataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """State of every footprint of two surveys, by its best overlap with any footprint of the other one.

    The common shift of the two deliveries must be out already (`geo.standardise` does it).

    Beyond one partner: several footprints that lie more than half in one of the other survey, and together are the
    same as it, are its parts (split) or became it (merged); a footprint whose site is covered by what stands there now
    (`rebuilt_cover_ratio`) did not vanish but was built over.

    Returns
    -------
    DataFrame with COLUMNS, one row per footprint of either survey: survey (previous, current), state (same, changed,
    split, merged, built_over, vanished, new), iou with the best partner other_id (null: none), cover_ratio (share of
    its own area covered by the other survey), others_n (footprints of the other survey that share at least a tenth of
    the smaller), parts_n (of how many parts its group of split or merged is; 0: of none) and group_ids (ids of the other
    survey in its group: a whole's parts, a part's whole).
    Empty where one survey was not delivered.
    """
    if previous.empty or current.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c in TEXTS else "float64") for c in COLUMNS})
    pairs = _overlaps(previous.geometry.to_numpy(), current.geometry.to_numpy())
    old = _best(previous, current, pairs["old"], pairs["new"], pairs, thresholds).assign(survey="previous")
    new = _best(current, previous, pairs["new"], pairs["old"], pairs, thresholds).assign(survey="current")
    for table, gone in ((old, "vanished"), (new, "new")):
        table["state"] = np.select([table["iou"] >= thresholds.same_iou_ratio, table["iou"] >= thresholds.vanished_iou_ratio], ["same", "changed"], gone)
    _regroup(old, new, pairs.rename(columns={"old": "part", "new": "whole"}), "merged", thresholds.same_iou_ratio)
    _regroup(new, old, pairs.rename(columns={"new": "part", "old": "whole"}), "split", thresholds.same_iou_ratio)
    old.loc[(old["state"] == "vanished") & (old["cover_ratio"] > thresholds.rebuilt_cover_ratio), "state"] = "built_over"
    return pd.concat([old, new], ignore_index=True)[list(COLUMNS)]


def _regroup(parts: pd.DataFrame, wholes: pd.DataFrame, pairs: pd.DataFrame, state: str, same_iou_ratio: float) -> None:
    """Write `state` and the group to the several parts that together are one whole, and to the whole; what is the same house stays so."""
    part_m2, whole_m2 = parts["area_m2"].to_numpy(), wholes["area_m2"].to_numpy()
    inside = pairs[pairs["common_m2"].to_numpy() > part_m2[pairs["part"]] / 2]
    inside = inside[inside.duplicated("whole", keep=False)]
    inside = inside.assign(area_m2=part_m2[inside["part"]], id=parts["building_id"].to_numpy()[inside["part"]]).sort_values(["whole", "id"])
    told = inside.groupby("whole").agg(common_m2=("common_m2", "sum"), area_m2=("area_m2", "sum"), n=("id", "size"), ids=("id", list))
    iou = told["common_m2"] / (whole_m2[told.index] + told["area_m2"] - told["common_m2"])
    told = told[iou >= same_iou_ratio]
    inside = inside[inside["whole"].isin(told.index)]
    whole_id = wholes["building_id"].to_numpy()[inside["whole"]]
    for table, rows, n, group in ((parts, inside["part"], told["n"].reindex(inside["whole"]), [[one] for one in whole_id]), (wholes, told.index, told["n"], told["ids"])):
        at = table.index[rows]
        table.loc[at, "parts_n"] = n.to_numpy()
        table.loc[at, "group_ids"] = pd.Series(list(group), index=at, dtype=object)
        table.loc[at[table.loc[at, "state"].to_numpy() != "same"], "state"] = state


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
            "area_m2": my_m2,
            "parts_n": 0,
            "group_ids": pd.Series([[] for _ in range(len(mine))], dtype=object),
            "iou": best["iou"].reindex(index).fillna(0.0).to_numpy(),
            "other_id": best["other"].reindex(index).to_numpy(),
            "cover_ratio": (frame.groupby("me")["common"].sum().reindex(index).fillna(0.0).to_numpy() / my_m2).clip(max=1.0),
            "others_n": frame.groupby("me")["partner"].sum().reindex(index).fillna(0).to_numpy(),
        }
    )
