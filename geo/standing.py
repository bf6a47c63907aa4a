"""What stands: which footprints are live, which are gone by document, and which should carry a number."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.profile import Thresholds
from geo.tables import Inputs

LIVE = ("functional", "ruin")
NUMBERED_USE = ("residential", "mixed", "commercial", "industrial", "public")
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
    now = inputs.buildings
    gone_now = _documented(now, inputs.demolitions, previous=False) | (now["condition"] == "demolished").to_numpy()
    current = _facts(now, gone_now, thresholds).assign(current=True)
    old = inputs.buildings_previous
    gone_old = _documented(old, inputs.demolitions, previous=True)
    old_facts = _facts(old, gone_old, thresholds)[gone_old].assign(current=False)
    old_facts = old_facts[~old_facts["building_id"].isin(current.loc[current["gone"], "building_id"])]
    unseen = _demolition_only(inputs.demolitions, [current[current["gone"]], old_facts], thresholds)
    out = pd.concat([current, old_facts, unseen], ignore_index=True)
    papers = inputs.demolitions.dropna(subset=["building_id"]).drop_duplicates("building_id").set_index("building_id")
    for column in ("document", "demolished_on"):
        said = pd.Series(papers[column].reindex(out["building_id"]).array, index=out.index)
        out[column] = out[column].astype(said.dtype).fillna(said) if column in out else said
    return gpd.GeoDataFrame(out, geometry="geometry", crs=now.crs)


def rebuilt(footprints: gpd.GeoDataFrame, *, thresholds: Thresholds) -> pd.DataFrame:
    """Live footprints that stand on the site of a gone one.

    Returns
    -------
    DataFrame: building_id, gone_id, cover_ratio (share of the gone footprint that is covered), one row per pair above
    the profile's `rebuilt_cover_ratio`, sorted by both ids.
    """
    live, gone = footprints[footprints["live"]], footprints[footprints["gone"]]
    i, j = shapely.STRtree(live.geometry.to_numpy()).query(gone.geometry.to_numpy(), predicate="intersects")
    old, new = gone.geometry.to_numpy()[i], live.geometry.to_numpy()[j]
    cover = shapely.area(shapely.intersection(old, new)) / shapely.area(old)
    pairs = pd.DataFrame({"building_id": live["building_id"].to_numpy()[j], "gone_id": gone["building_id"].to_numpy()[i], "cover_ratio": cover})
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


def _documented(buildings: gpd.GeoDataFrame, demolitions: gpd.GeoDataFrame, *, previous: bool) -> np.ndarray:
    """Whether a demolition names the footprint by id, or covers it by polygon.

    A polygon speaks of a footprint of the current survey only where both are the same outline within the error of two
    digitisations; a rebuilt house on the same site is not what was demolished.
    """
    by_id = buildings["building_id"].isin(demolitions["building_id"].dropna()).to_numpy()
    drawn = demolitions.geometry[demolitions.geometry.notna()].to_numpy()
    if not len(drawn) or not len(buildings):
        return by_id
    outlines = buildings.geometry.to_numpy()
    i, j = shapely.STRtree(outlines).query(drawn, predicate="intersects")
    common = shapely.area(shapely.intersection(drawn[i], outlines[j]))
    iou = common / (shapely.area(drawn[i]) + shapely.area(outlines[j]) - common)
    limit = SAME_PLACE_RATIO if previous else 0.85
    by_polygon = np.zeros(len(buildings), dtype=bool)
    by_polygon[j[iou >= limit]] = True
    return by_id | by_polygon


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
    named = pd.Series([f"demolition@{x:.0f},{y:.0f}" for x, y in zip(shapely.get_x(point), shapely.get_y(point), strict=True)], dtype="str")
    ids = pd.Series(drawn["building_id"].to_numpy(), dtype="str").fillna(named)
    blank = gpd.GeoDataFrame({"building_id": ids}, geometry=drawn.geometry.to_numpy(), crs=demolitions.crs)
    for column in ("condition", "use", "floors_n", "dwellings_n", "number_exempt", "temporary"):
        blank[column] = pd.NA if column in ("number_exempt", "temporary") else np.nan
    facts = _facts(blank, np.ones(len(blank), dtype=bool), thresholds).assign(current=False)
    return facts.assign(document=drawn["document"].to_numpy(), demolished_on=drawn["demolished_on"].to_numpy())
