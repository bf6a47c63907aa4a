"""One metric village by village, in the colours of the map. What is counted and ranked is in `geo.ranking`."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.headcount import giving_away
from geo.outputs import Metric
from geo.ranking import (
    CAUSES,
    HIDDEN,
    JUDGED,
    LOWER_IS_BETTER,
    MISSED,
    OF_PEOPLE,
    REACHED,
    SMALL,
    SMALL_D,
    TOTAL,
    UNITS,
    UNKNOWN,
    Ranking,
    known_metrics,
    rank_villages,
)
from layers.result import Result
from layers.style import GAPS, gap_colour

CELL_M = 50.0
"""Side of a cell of the heat map: a few houses, so that a cell is a walk and not a house."""


@dataclass(frozen=True)
class Coverage(Ranking):
    """A ranking whose villages also have a colour (null: none, the village is not judged)."""


def metrics(result: Result) -> tuple[Metric, ...]:
    """The metrics that the result's tallies hold."""
    return known_metrics(result.tables.tallies)


def coverage(result: Result, metric: Metric) -> Coverage:
    """One metric by village, worst first; equal ones by village code.

    Parameters
    ----------
    result
        A loaded result; its tallies are shown as they are, nothing is counted anew.
    metric
        One of `metrics(result)`.
    """
    ranked = rank_villages(result.tables.tallies, metric, away=_away(result) if metric.name in OF_PEOPLE else ())
    villages = ranked.villages.copy()
    coloured = villages["standing"].isin(JUDGED)
    # A village that reaches its target by whole plates is shown as reached, whatever the last decimal says.
    shade = villages["gap"].where(villages["standing"] != REACHED, 0.0)
    colours = [gap_colour(g) if c else None for g, c in zip(shade, coloured, strict=True)]
    villages["colour"] = pd.Series(colours, index=villages.index, dtype=object)
    return Coverage(metric, villages, ranked.total, ranked.relative)


def _away(result: Result) -> frozenset[str]:
    """Villages whose sums of people are told nowhere; worked out once."""
    if "giving_away" not in result.kept:
        result.kept["giving_away"] = giving_away(result.tables.buildings)
    away: frozenset[str] = result.kept["giving_away"]
    return away


def lacking(result: Result, village_code: str) -> gpd.GeoDataFrame:
    """Buildings of a village that should have a plate, with `up`: whether one that can be read is on the wall.

    The same claims as the metric buildings_plated: those without are what it misses.
    """
    buildings = result.within("buildings", village_code)
    eligible = buildings[buildings["should_have_plate"].astype("boolean").fillna(False).to_numpy(dtype=bool)]
    plates = result.tables.plates
    state, face = (plates[c] if c in plates else pd.Series(np.nan, index=plates.index, dtype="str") for c in ("state", "face"))
    up = plates[(state.fillna("installed") == "installed") & (face.fillna("good") == "good")]
    return eligible.assign(up=eligible["building_id"].isin(set(up["building_id"].dropna())))


def cells(found: gpd.GeoDataFrame, *, cell_m: float = CELL_M) -> pd.DataFrame:
    """Where in a village plates are missing: one row per cell of the grid that has a building.

    Parameters
    ----------
    found
        From `lacking`, in metres.
    cell_m
        Side of a cell.

    Returns
    -------
    DataFrame: cell (as column-row), west_m, south_m (corner, in the CRS of the result), eligible_n, missing_n.
    """
    spots = found.geometry.representative_point()
    column, row = (spots.x // cell_m).astype("int64"), (spots.y // cell_m).astype("int64")
    table = pd.DataFrame({"column": column, "row": row, "missing": ~found["up"]})
    groups = table.groupby(["column", "row"])["missing"].agg(eligible_n="size", missing_n="sum").reset_index()
    names = groups["column"].astype("str") + "-" + groups["row"].astype("str")
    out = pd.DataFrame({"cell": names, "west_m": groups["column"] * cell_m, "south_m": groups["row"] * cell_m})
    return out.assign(eligible_n=groups["eligible_n"], missing_n=groups["missing_n"].astype("int64"))


def cell_of(found: gpd.GeoDataFrame, *, cell_m: float = CELL_M) -> pd.Series:
    """The cell of each building, named as by `cells`."""
    spots = found.geometry.representative_point()
    return (spots.x // cell_m).astype("int64").astype("str") + "-" + (spots.y // cell_m).astype("int64").astype("str")


def classes() -> tuple[tuple[float, str], ...]:
    """Upper bound of each class of the village map (ratio below the target) and its colour."""
    return GAPS


__all__ = [
    "CAUSES", "HIDDEN", "JUDGED", "LOWER_IS_BETTER", "MISSED", "OF_PEOPLE", "REACHED", "SMALL", "SMALL_D", "TOTAL", "UNITS", "UNKNOWN",
    "Coverage", "Ranking", "cell_of", "cells", "classes", "coverage", "lacking", "metrics", "rank_villages",
]  # fmt: skip
