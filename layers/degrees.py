"""The one place where working coordinates become WGS84 degrees, which is all a browser ever gets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

Feature = dict[str, Any]
_DIGITS = 7
"""1e-7 degree is 1 cm."""


def features(table: gpd.GeoDataFrame, columns: Sequence[str]) -> list[Feature]:
    """GeoJSON features of the rows, WGS84 degrees; a row without geometry has a null one.

    Parameters
    ----------
    table
        Rows with geometry in a declared CRS.
    columns
        Property columns; a null is left out of its feature.
    """
    degrees = table.geometry.to_crs("EPSG:4326").to_numpy()
    absent = shapely.is_missing(degrees) | shapely.is_empty(degrees)
    rounded = shapely.transform(degrees, lambda xy: np.round(xy, _DIGITS))
    texts = shapely.to_geojson(np.where(absent, None, rounded))
    # Read as one list: a call per shape takes several times as long.
    shapes = json.loads("[" + ",".join("null" if text is None else text for text in texts) + "]")
    return [{"type": "Feature", "properties": row, "geometry": shape} for row, shape in zip(_rows(table, columns), shapes, strict=True)]


def located(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows that have a place: neither a missing nor an empty geometry."""
    geometry = table.geometry.to_numpy()
    return table[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]


def bounds(table: gpd.GeoDataFrame) -> list[list[float]] | None:
    """South-west and north-east corner as [lat, lon] degrees; None where nothing has a geometry."""
    west, south, east, north = table.geometry.to_crs("EPSG:4326").total_bounds
    if np.isnan(west):
        return None
    return [[round(float(south), 6), round(float(west), 6)], [round(float(north), 6), round(float(east), 6)]]


def _rows(table: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    plain = table[list(columns)].astype(object)
    plain = plain.where(plain.notna(), None)
    return [{k: v for k, v in zip(columns, row, strict=True) if v is not None} for row in zip(*(plain[c] for c in columns), strict=True)]
