"""Findings as badges with the character of their code; several on one spot stand side by side."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.degrees import Feature, features
from layers.layer import Layer
from layers.result import KINDS, Result


def draw(result: Result, scope: str) -> list[Feature]:
    """Every finding of the scope in the order of the table, so that the n-th feature is the n-th finding of the scope.

    Properties: `id`, code `s`, kind `k` and id `o` of the subject, other objects it speaks of `r` as [kind, id],
    severity `v`, certainty `c`, place in the row of badges on the same spot `x`. Geometry is null where neither the
    finding nor its subject has a position.
    """
    table = result.within("findings", scope)
    spots = points(result, table)
    spot = pd.Series(shapely.to_wkb(spots, output_dimension=2), index=table.index)
    drawn = gpd.GeoDataFrame(
        {
            "id": table["finding_id"],
            "s": table["code"],
            "k": table["subject"],
            "o": table["subject_id"],
            "r": _others(result, table),
            "v": table["severity"],
            "c": table["certainty"],
            "x": spot.groupby(spot).cumcount(),
        },
        geometry=spots,
        crs=result.tables.findings.crs,
    )
    return features(drawn, ["id", "s", "k", "o", "r", "v", "c", "x"])


def points(result: Result, table: gpd.GeoDataFrame) -> np.ndarray:
    """The finding's own point, else a point of its subject; None where there is neither."""
    spots: np.ndarray = table.geometry.to_numpy().copy()
    bare = shapely.is_missing(spots) | shapely.is_empty(spots)
    spots[bare] = None
    for kind in KINDS:
        wanted = bare & (table["subject"] == kind).to_numpy()
        at = result.positions[kind].get_indexer(pd.Index(table.loc[wanted, "subject_id"].astype("str")))
        geometry = result.objects(kind).geometry.to_numpy()
        found = np.flatnonzero(wanted)[at >= 0]
        spots[found] = shapely.point_on_surface(geometry[at[at >= 0]])
    spots[shapely.is_empty(spots)] = None
    return spots


def _others(result: Result, table: pd.DataFrame) -> pd.Series:
    mentions = result.mentions[np.isin(result.mentions["finding"].to_numpy(), table.index.to_numpy())]
    subject = table.loc[mentions["finding"], "subject_id"].astype("str").to_numpy()
    other = mentions[mentions["id"].to_numpy() != subject]
    pairs = pd.Series(list(zip(other["kind"], other["id"], strict=True)), index=other["finding"], dtype=object)
    return pairs.groupby(level=0).agg(list).reindex(table.index)


LAYER = Layer("findings", "问题", "Findings", "badge", draw)
