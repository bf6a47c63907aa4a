"""What stands: which footprints are live, which are gone by document, and which should carry a number."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.columns import among, positions
from geo.profile import Thresholds
from geo.tables import Inputs

LIVE = ("functional", "ruin")
NUMBERED_USE = ("residential", "mixed", "commercial", "industrial", "public")
SAME_OUTLINE_RATIO = 0.85
"""Overlap from which two digitisations drew the same outline (docs/findings.md, changed_footprint)."""
SAME_PLACE_RATIO = 0.5
"""Overlap of a demolition polygon with a footprint from which the document speaks of that footprint: more than half of both."""


def standing(inputs: Inputs, *, thresholds: Thresholds) -> gpd.GeoDataFrame:
    """Every footprint a door may belong to, of either survey.

    Returns
    -------
    GeoDataFrame: the current footprints in their order, then the footprints of the previous survey (or demolition
    polygons) that are gone by document and no longer drawn. Columns: building_id, current (bool: in the current
    survey), live, gone, document, demolished_on, temporary, use, number_exempt, floors_n, dwellings_n, area_m2,
    built_for_people (live and by its use or size of the kind that gets a number), geometry. Unknown condition is taken
    as functional, unknown `temporary` and `number_exempt` as not claimed.
    """
    now, old, demolitions = inputs.buildings, inputs.buildings_previous, inputs.demolitions
    paper_now = _papers(now, demolitions, previous=False)
    gone_now = (paper_now >= 0) | (now["condition"] == "demolished").to_numpy()
    current = _facts(now, gone_now, thresholds).assign(current=True, **_said(demolitions, paper_now))
    paper_old = _papers(old, demolitions, previous=True)
    before = _facts(old, paper_old >= 0, thresholds).assign(current=False, **_said(demolitions, paper_old))[paper_old >= 0]
    before = before[~among(before["building_id"], current.loc[current["gone"], "building_id"])]
    unseen = _demolition_only(demolitions, [current[current["gone"]], before], thresholds)
    out = pd.concat([t for t in (current, before, unseen) if len(t)] or [current], ignore_index=True)
    return gpd.GeoDataFrame(out, geometry="geometry", crs=now.crs)


def rebuilt(footprints: gpd.GeoDataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """Live footprints that stand on the site of a gone one.

    Returns
    -------
    DataFrame: building_id, gone_id, cover_ratio (share of the gone footprint that is covered), one row per pair above
    the profile's `rebuilt_cover_ratio`, sorted by both ids.
    """
    outlines, ids = footprints.geometry.to_numpy(), footprints["building_id"]
    live, gone = (np.flatnonzero(footprints[state]) for state in ("live", "gone"))
    i, j = shapely.STRtree(outlines[gone]).query(outlines[live], predicate="intersects")
    new, old = live[i], gone[j]
    cover = shapely.area(shapely.intersection(outlines[old], outlines[new])) / shapely.area(outlines[old])
    pairs = pd.DataFrame({"building_id": ids.array[new], "gone_id": ids.array[old], "cover_ratio": cover})
    pairs = pairs[pairs["cover_ratio"] > thresholds.rebuilt_cover_ratio]
    return pairs.sort_values(["building_id", "gone_id"], ignore_index=True)


def _facts(buildings: gpd.GeoDataFrame, gone: np.ndarray, thresholds: Thresholds) -> pd.DataFrame:
    condition = buildings["condition"].fillna("functional")
    live = (condition.isin(LIVE) & ~gone).to_numpy()
    area = shapely.area(buildings.geometry.to_numpy())
    numbered = buildings["use"].isin(NUMBERED_USE) | (area >= thresholds.eligible_area_m2)
    exempt = buildings["number_exempt"].fillna(False).astype(bool) | (buildings["use"] == "ancillary")
    columns = ["building_id", "condition", "use", "floors_n", "dwellings_n"]
    return buildings[columns].assign(
        live=live,
        gone=gone,
        temporary=buildings["temporary"].fillna(False).astype(bool),
        exempt=exempt,
        built_for_people=(live & ~exempt & numbered).to_numpy(),
        area_m2=area,
        geometry=buildings.geometry.to_numpy(),
    )


def _papers(buildings: gpd.GeoDataFrame, demolitions: gpd.GeoDataFrame, *, previous: bool) -> np.ndarray:
    """Row of the demolition that names each footprint by id, or covers it by polygon; -1 where none does.

    A polygon speaks of a footprint of the current survey only where both are the same outline within the error of two
    digitisations; a rebuilt house on the same site is not what was demolished.
    """
    row = np.full(len(buildings), -1)
    drawn = np.flatnonzero(demolitions.geometry.notna())
    if len(drawn) and len(buildings):
        outlines, marks = buildings.geometry.to_numpy(), demolitions.geometry.to_numpy()[drawn]
        i, j = shapely.STRtree(outlines).query(marks, predicate="intersects")
        common = shapely.area(shapely.intersection(marks[i], outlines[j]))
        iou = common / (shapely.area(marks[i]) + shapely.area(outlines[j]) - common)
        enough = iou >= (SAME_PLACE_RATIO if previous else SAME_OUTLINE_RATIO)
        row[j[enough]] = drawn[i[enough]]
    named = positions(buildings["building_id"], demolitions["building_id"])
    return np.where(named >= 0, named, row)


def _said(demolitions: gpd.GeoDataFrame, row: np.ndarray) -> dict[str, Any]:
    """Document and day of the demolition at each row; null where the row is -1."""
    at = pd.Series(np.where(row >= 0, row, np.nan))
    blank = demolitions[["document", "demolished_on"]].reset_index(drop=True).reindex(at.to_numpy())
    return {"document": blank["document"].array, "demolished_on": blank["demolished_on"].array}


def _demolition_only(demolitions: gpd.GeoDataFrame, known: list[pd.DataFrame], thresholds: Thresholds) -> pd.DataFrame:
    """Demolition polygons that neither survey draws: places that are gone all the same."""
    drawn = demolitions[demolitions.geometry.notna()]
    outlines = np.concatenate([k["geometry"].to_numpy() for k in known]) if known else np.array([], dtype=object)
    if len(drawn) and len(outlines):
        i, j = shapely.STRtree(outlines).query(drawn.geometry.to_numpy(), predicate="intersects")
        common = shapely.area(shapely.intersection(drawn.geometry.to_numpy()[i], outlines[j]))
        seen = np.unique(i[common >= SAME_PLACE_RATIO * shapely.area(drawn.geometry.to_numpy()[i])])
        drawn = drawn.drop(drawn.index[seen])
    point = shapely.point_on_surface(drawn.geometry.to_numpy())
    named = [f"demolition@{x:.0f},{y:.0f}" for x, y in zip(shapely.get_x(point), shapely.get_y(point), strict=True)]
    ids = [i if isinstance(i, str) else n for i, n in zip(drawn["building_id"], named, strict=True)]
    blank = gpd.GeoDataFrame({"building_id": pd.Series(ids, dtype="str")}, geometry=drawn.geometry.to_numpy(), crs=demolitions.crs)
    blank = blank.assign(condition=np.nan, use=np.nan, floors_n=np.nan, dwellings_n=np.nan, number_exempt=False, temporary=False)
    facts = _facts(blank.astype({"condition": "str", "use": "str"}), np.ones(len(blank), dtype=bool), thresholds).assign(current=False)
    return facts.assign(document=drawn["document"].array, demolished_on=drawn["demolished_on"].array)
