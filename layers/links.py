"""What belongs together: a line from plate through building to address, dashed where nothing decided."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.degrees import Feature, features
from layers.layer import Layer
from layers.result import KINDS, Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Links with at least two located ends, one of them in the scope: position of the link `id`, state `s`."""
    links = result.tables.links.reset_index(drop=True)
    near = np.zeros(len(links), dtype=bool)
    for kind in KINDS:
        inside = np.zeros(len(result.objects(kind)) + 1, dtype=bool)  # the last is what no object is
        inside[result.rows(KINDS[kind], scope)] = True
        near |= inside[result.ends[kind]]
    links = links[near]
    ends = np.stack([_places(result, kind, links[f"{kind}_id"]) for kind in ("plate", "building", "address")], axis=1)
    located = (~np.isnan(ends[:, :, 0])).sum(axis=1) >= 2
    links, ends = links[located], ends[located]
    there = ~np.isnan(ends[:, :, 0])
    row = np.broadcast_to(np.arange(len(links))[:, None], there.shape)[there]
    lines = shapely.linestrings(ends[there], indices=row) if len(links) else []
    table = gpd.GeoDataFrame({"id": links.index, "s": links["state"].to_numpy()}, geometry=list(lines), crs=result.tables.buildings.crs)
    return features(table, ["id", "s"])


def _places(result: Result, kind: str, ids: pd.Series) -> np.ndarray:
    """One (x, y) per id, in the working CRS; NaN where the object is absent or without position."""
    at = result.positions[kind].get_indexer(pd.Index(ids.astype("str")))
    geometry = result.objects(kind).geometry.to_numpy()
    points = np.full(len(ids), None, dtype=object)
    found = (at >= 0) & ids.notna().to_numpy()
    points[found] = shapely.point_on_surface(geometry[at[found]]) if kind == "building" else geometry[at[found]]
    points[shapely.is_empty(points)] = None
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


LAYER = Layer("links", "联系", "Links", "line", draw, min_zoom=17)
