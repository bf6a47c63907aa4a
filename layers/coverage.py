"""One metric village by village, in the colours of the map. What is counted and ranked is in `geo.ranking`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

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
    ranked = rank_villages(result.tables.tallies, metric)
    villages = ranked.villages.copy()
    coloured = villages["standing"].isin(JUDGED)
    # A village that reaches its target by whole plates is shown as reached, whatever the last decimal says.
    shade = villages["gap"].where(villages["standing"] != REACHED, 0.0)
    colours = [gap_colour(g) if c else None for g, c in zip(shade, coloured, strict=True)]
    villages["colour"] = pd.Series(colours, index=villages.index, dtype=object)
    return Coverage(metric, villages, ranked.total, ranked.relative)


def classes() -> tuple[tuple[float, str], ...]:
    """Upper bound of each class of the village map (ratio below the target) and its colour."""
    return GAPS


__all__ = [
    "CAUSES", "HIDDEN", "JUDGED", "LOWER_IS_BETTER", "MISSED", "OF_PEOPLE", "REACHED", "SMALL", "SMALL_D", "TOTAL", "UNITS", "UNKNOWN",
    "Coverage", "Ranking", "classes", "coverage", "metrics", "rank_villages",
]  # fmt: skip
