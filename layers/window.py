"""What lies in the window of a map: a project too large for one scene is drawn as its reader moves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.buildings import door_numbers
from layers.degrees import features
from layers.findings import points
from layers.result import Result

ZOOM = 16
"""From here on houses are drawn; farther out a village is a few pixels."""
LIMIT_N = 15_000
"""More than this in one window is told, not drawn."""


@dataclass(frozen=True)
class Windows:
    """Trees over footprints and findings of a result, in its working CRS; made once and shared by all readers.

    numbers holds the door number of each building, spots the point of each finding, mentioned where the mentions of each
    finding begin.
    """

    result: Result
    buildings: shapely.STRtree
    findings: shapely.STRtree
    numbers: np.ndarray
    spots: np.ndarray
    mentioned: np.ndarray
    to_working: pyproj.Transformer


def windows(result: Result) -> Windows:
    """The trees of a result."""
    found, houses = result.tables.findings, result.tables.buildings
    spots = points(result, found)
    begins = np.searchsorted(result.mentions["finding"].to_numpy(), np.arange(len(found) + 1))
    to_working = pyproj.Transformer.from_crs("EPSG:4326", houses.crs, always_xy=True)
    numbers = door_numbers(result).reindex(houses["building_id"]).to_numpy()
    return Windows(result, shapely.STRtree(houses.geometry.to_numpy()), shapely.STRtree(spots), numbers, spots, begins, to_working)


def window(trees: Windows, box: tuple[float, float, float, float]) -> dict[str, Any]:
    """Buildings and findings in a box (west, south, east, north; WGS84 degrees), as the layers of a scene.

    A finding carries its place in the table as `i`. Where more than LIMIT_N lie in the box: {"too_many": how many}.
    """
    west, south, east, north = trees.to_working.transform_bounds(*box)
    seen = shapely.box(west, south, east, north)
    houses, found = np.sort(trees.buildings.query(seen)), np.sort(trees.findings.query(seen))
    if len(houses) + len(found) > LIMIT_N:
        return {"too_many": int(len(houses) + len(found))}
    table = trees.result.tables.buildings.iloc[houses]
    drawn = table.assign(id=table["building_id"], s=table["status"], t=trees.numbers[houses])
    layers = {
        "buildings": features(drawn, ["id", "s", "t"]),
        "findings": features(_badges(trees, found), ["id", "i", "s", "k", "o", "r", "v", "c", "x"]),
    }
    return {"layers": {name: {"type": "FeatureCollection", "features": one} for name, one in layers.items()}}


def packed_window(trees: Windows, box: tuple[float, float, float, float]) -> bytes:
    """The window as JSON."""
    return json.dumps(window(trees, box), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _badges(trees: Windows, found: np.ndarray) -> gpd.GeoDataFrame:
    table = trees.result.tables.findings.iloc[found]
    spot = pd.Series(shapely.to_wkb(trees.spots[found], output_dimension=2), index=table.index)
    columns = {
        "id": table["finding_id"], "i": found, "s": table["code"], "k": table["subject"], "o": table["subject_id"], "r": _others(trees, found),
        "v": table["severity"], "c": table["certainty"], "x": spot.groupby(spot).cumcount(),
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, index=table.index, geometry=trees.spots[found], crs=trees.result.tables.findings.crs)


def _others(trees: Windows, found: np.ndarray) -> pd.Series:
    """Other objects each finding speaks of, as lists of (kind, id); null where it speaks of none."""
    mentions, subjects = trees.result.mentions, trees.result.tables.findings["subject_id"]
    kinds, ids = mentions["kind"].to_numpy(), mentions["id"].to_numpy()
    own = subjects.astype("str").to_numpy()
    spans = [(n, range(trees.mentioned[n], trees.mentioned[n + 1])) for n in found.tolist()]
    lists = [[(kinds[at], ids[at]) for at in span if ids[at] != own[n]] or None for n, span in spans]
    return pd.Series(lists, index=trees.result.tables.findings.index[found], dtype=object)
