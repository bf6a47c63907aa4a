"""Faults of a whole layer: a wrong datum, swapped axes, a rigid shift, or no word about the coordinate system."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import crs as systems
from geo.errors import ProfileError
from geo.synthetic.ground import CRS

RIGID_M = (9.0, -6.5)


def _degrees(table: gpd.GeoDataFrame, step: Callable[[systems.Floats, systems.Floats], tuple[systems.Floats, systems.Floats]]) -> gpd.GeoDataFrame:
    """The layer in CGCS2000 degrees with every position moved as somebody's web map does."""
    shapes = systems.move(systems.reproject(table["geometry"].to_numpy(), CRS, systems.GEOGRAPHIC), step)
    return table.set_geometry(gpd.GeoSeries(list(shapes), index=table.index, crs=systems.GEOGRAPHIC))


def _rigid(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = shapely.transform(table["geometry"].to_numpy(), lambda xy: xy + np.array(RIGID_M))
    return table.set_geometry(gpd.GeoSeries(list(moved), index=table.index, crs=CRS))


def _nameless(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return table.set_crs(None, allow_override=True)


LAYER_FAULTS: Mapping[str, tuple[str, str, Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]]] = {
    "gcj02": ("systematic_shift", "plates", lambda t: _degrees(t, systems.wgs84_to_gcj02)),
    "bd09": ("systematic_shift", "plates", lambda t: _degrees(t, systems.wgs84_to_bd09)),
    "swap": ("systematic_shift", "addresses", lambda t: _degrees(t, systems.swap)),
    "rigid": ("systematic_shift", "plates", _rigid),
    "crs_unknown": ("crs_unknown", "buildings_previous", _nameless),
}
"""Name of the fault -> (code, table it is planted in, what it does to the table)."""


def spoil(tables: dict[str, pd.DataFrame], faults: Collection[str]) -> tuple[dict[str, pd.DataFrame], list[dict[str, object]]]:
    """The tables with the named faults, and one case for each.

    Raises
    ------
    ProfileError
        A fault has no such name, or two of them want the same table.
    """
    out = dict(tables)
    cases: list[dict[str, object]] = []
    for name in sorted(faults):
        if name not in LAYER_FAULTS:
            known = ", ".join(sorted(LAYER_FAULTS))
            raise ProfileError(f"没有名为 {name} 的图层问题；可用：{known}", f"no layer fault named {name}; there are: {known}")
        code, table, step = LAYER_FAULTS[name]
        if out[table] is not tables[table]:
            raise ProfileError(f"{table} 只能有一个图层问题", f"{table} can have one layer fault only")
        out[table] = step(tables[table])
        cases.append({"code": code, "subject": "layer", "subject_id": table, "accept": [], "note": name})
    return out, cases
