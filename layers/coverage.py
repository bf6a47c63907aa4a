"""One metric village by village: how much is reached, how many are missing, and which villages are too small to judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.outputs import METRICS, Metric
from geo.profile import Thresholds
from layers.people import hidden
from layers.result import Result
from layers.style import GAPS, gap_colour

TOTAL = "total"
SMALL_D = Thresholds().small_sample_n
"""Below this denominator a village gets no colour. Source: findings.md, metrics."""
LOWER_IS_BETTER = frozenset({"dangling_share", "virtual_share", "undecided_share", "cancelled_wrongly"})
OF_PEOPLE = frozenset({"people_placed"})
UNITS = {
    "plates_on_wall": ("块", "plates"), "plates_on_wall_all": ("块", "plates"), "buildings_plated": ("栋", "buildings"),
    "buildings_numbered": ("栋", "buildings"), "one_to_one": ("组", "groups"), "on_map": ("条", "addresses"),
    "dangling_share": ("块", "plates"), "virtual_share": ("条", "addresses"), "people_placed": ("人", "persons"),
    "undecided_share": ("条", "records"), "cancelled_wrongly": ("条", "addresses"),
}  # fmt: skip
"""What is counted, for sentences such as "还差 3 块"."""
SMALL, HIDDEN, REACHED, MISSED, UNKNOWN = "small", "hidden", "reached", "missed", "unknown"


@dataclass(frozen=True)
class Coverage:
    """One metric of a result.

    villages has one row per village: village_code, name, n, d, ratio, target, missing_n (how many are lacking to the
    target, or too many where lower is better), standing (small, hidden, reached, missed, unknown) and colour (null: none).
    total is one row of the same columns. `relative` tells that no target is set and villages are compared with the total.
    """

    metric: Metric
    villages: pd.DataFrame
    total: pd.Series
    relative: bool


def metrics(result: Result) -> tuple[Metric, ...]:
    """The metrics that the result's tallies hold."""
    return tuple(m for m in METRICS if f"{m.name}_n" in result.tables.tallies and result.tables.tallies[f"{m.name}_d"].notna().any())


def coverage(result: Result, metric: Metric) -> Coverage:
    """One metric by village, worst first; equal ones by village code.

    Parameters
    ----------
    result
        A loaded result; its tallies are shown as they are, nothing is counted anew.
    metric
        One of `metrics(result)`.
    """
    columns = {f"{metric.name}_{part}": part for part in ("n", "d", "ratio", "target")}
    table = result.tables.tallies.rename(columns=columns).reindex(columns=["village_code", "name", *columns.values()])
    table["village_code"] = table["village_code"].fillna("")
    table["name"] = table["name"].where(table["name"].notna(), table["village_code"])
    # What lies in no village has a row for every metric; it is told where it counts something.
    table = table[(table["village_code"] != "") | (table["d"] > 0) | (len(table) <= 2)]
    whole = table["village_code"] == TOTAL
    villages, total = table[~whole].copy(), table[whole]
    if metric.name in OF_PEOPLE:
        villages["hidden"] = hidden(villages["n"], villages["d"])
    else:
        villages["hidden"] = False
    relative = bool(table["target"].isna().all())
    aim = villages["target"] if not relative else pd.Series(total["ratio"].iloc[0] if len(total) else np.nan, index=villages.index)
    lower = metric.name in LOWER_IS_BETTER
    gap = (villages["ratio"] - aim) if lower else (aim - villages["ratio"])
    villages["missing_n"] = _missing(villages["n"], villages["d"], aim, lower=lower)
    villages["standing"] = np.select(
        [villages["hidden"], villages["d"].fillna(0) < SMALL_D, gap.isna(), villages["missing_n"] <= 0],
        [HIDDEN, SMALL, UNKNOWN, REACHED],
        MISSED,
    )
    coloured = villages["standing"].isin([REACHED, MISSED])
    # A village that reaches its target by whole plates is shown as reached, whatever the last decimal says.
    shade = gap.where(villages["standing"] != REACHED, 0.0)
    colours = [gap_colour(g) if c else None for g, c in zip(shade, coloured, strict=True)]
    villages["colour"] = pd.Series(colours, index=villages.index, dtype=object)
    villages.loc[villages["hidden"], ["n", "d", "ratio", "missing_n"]] = np.nan
    order = villages.assign(last=~coloured, gap=-gap).sort_values(["last", "gap", "village_code"], kind="stable").index
    first = total.iloc[0].copy() if len(total) else pd.Series(dtype=object, index=table.columns)
    first["missing_n"] = float(_missing(total["n"], total["d"], total["target"], lower=lower).iloc[0]) if len(total) else np.nan
    return Coverage(metric, villages.loc[order].drop(columns="hidden").reset_index(drop=True), first, relative)


def classes() -> tuple[tuple[float, str], ...]:
    """Upper bound of each class of the village map (ratio below the target) and its colour."""
    return GAPS


def _missing(n: pd.Series, d: pd.Series, aim: pd.Series, *, lower: bool) -> pd.Series:
    """How many are lacking to (or, where lower is better, above) the target, in whole things; zero where it is reached."""
    lacking = (n - aim * d) if lower else (aim * d - n)
    # Six digits: 0.95 * 20 is 19, whatever binary fractions make of it.
    return pd.Series(np.ceil(lacking.round(6).to_numpy()), index=n.index).clip(lower=0)
