"""The villages side by side by one metric: how much is reached, how many are missing, which are too small to judge, and the ranks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from geo.outputs import METRICS, Metric
from geo.profile import Thresholds
from geo.suppression import hidden, total_hidden

TOTAL = "total"
SMALL_D = Thresholds().small_sample_n
"""Below this denominator a village is not judged. Source: findings.md, metrics."""
LOWER_IS_BETTER = frozenset({"dangling_share", "virtual_share", "undecided_share", "cancelled_wrongly"})
OF_PEOPLE = frozenset({"people_placed"})
UNITS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "plates_on_wall": ("块", "plates"), "plates_on_wall_all": ("块", "plates"), "buildings_plated": ("栋", "buildings"),
    "buildings_numbered": ("栋", "buildings"), "one_to_one": ("组", "groups"), "on_map": ("条", "addresses"),
    "dangling_share": ("块", "plates"), "virtual_share": ("条", "addresses"), "people_placed": ("人", "persons"),
    "undecided_share": ("条", "records"), "cancelled_wrongly": ("条", "addresses"),
})  # fmt: skip
"""What is counted, for sentences such as "还差 3 块"."""
SMALL, HIDDEN, REACHED, MISSED, UNKNOWN = "small", "hidden", "reached", "missed", "unknown"
JUDGED = (REACHED, MISSED)

_WALL = (
    "plate_not_installed", "inhabited_unplated", "address_without_plate", "damaged_plate", "unplated_building", "temporary_unplated",
    "undecided_plate", "undecided_address", "misplaced_plate", "text_conflict",
)  # fmt: skip
CAUSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plates_on_wall": _WALL,
        "plates_on_wall_all": (*_WALL, "virtual_address", "demolished_vacant", "demolished_occupied"),
        "buildings_plated": _WALL,
        "buildings_numbered": ("unplated_building", "inhabited_unplated", "temporary_unplated", "unregistered_plate", "undecided_address"),
        "one_to_one": (
            *_WALL, "dangling_plate", "several_plates", "plate_for_many_buildings", "unregistered_plate", "duplicate_number",
            "virtual_address", "duplicate_address",
        ),
        "on_map": ("unlocated_address", "outside_project", "village_mismatch", "stacked_addresses", "misplaced_address"),
        "dangling_share": ("dangling_plate", "plate_on_demolished"),
        "virtual_share": ("virtual_address", "demolished_vacant", "demolished_occupied", "temporary_gone"),
        "people_placed": ("people_unplaced", "people_on_nothing", "undecided_address", "virtual_address", "demolished_occupied"),
        "undecided_share": ("undecided_plate", "undecided_address"),
        "cancelled_wrongly": (),
    }
)  # fmt: skip
"""Findings that keep a metric from its target, the most direct first."""


@dataclass(frozen=True)
class Ranking:
    """One metric of a result.

    villages has one row per village, worst first: village_code, name, town, n, d, ratio, target, missing_n (how many are lacking
    to the target, or too many where lower is better), gap (ratio below the target), standing (small, hidden, reached, missed,
    unknown) and rank (1 is best, equal ratios share a rank; null where it is not judged). total is one row of the same
    columns. `relative` tells that no target is set and villages are compared with the total. Counts of people that would
    give a small one away are null.
    """

    metric: Metric
    villages: pd.DataFrame
    total: pd.Series
    relative: bool


def known_metrics(tallies: pd.DataFrame) -> tuple[Metric, ...]:
    """The metrics that the tallies hold."""
    return tuple(m for m in METRICS if f"{m.name}_n" in tallies and tallies[f"{m.name}_d"].notna().any())


def rank_villages(tallies: pd.DataFrame, metric: Metric, *, away: Collection[str] = ()) -> Ranking:
    """The villages by one metric, worst first; equal ones by village code; those not judged last.

    Parameters
    ----------
    tallies
        As `geo.summarise` makes them; they are shown as they are, nothing is counted anew.
    metric
        One of `known_metrics(tallies)`.
    away
        Villages whose sums of people would give one of their houses away (`geo.headcount.giving_away`): withheld.
    """
    columns = {f"{metric.name}_{part}": part for part in ("n", "d", "ratio", "target")}
    table = tallies.rename(columns=columns).reindex(columns=["village_code", "name", "town", *columns.values()])
    table["village_code"] = table["village_code"].fillna("")
    table["name"] = table["name"].where(table["name"].notna(), table["village_code"])
    # What lies in no village has a row for every metric; it is told where it counts something.
    table = table[(table["village_code"] != "") | (table["d"] > 0) | (len(table) <= 2)]
    whole = table["village_code"] == TOTAL
    villages, total = table[~whole].copy(), table[whole]
    relative = bool(table["target"].isna().all())
    aim = villages["target"] if not relative else pd.Series(total["ratio"].iloc[0] if len(total) else np.nan, index=villages.index)
    lower = metric.name in LOWER_IS_BETTER
    also, of_people = villages["village_code"].isin(list(away)), metric.name in OF_PEOPLE
    concealed = hidden(villages["n"], villages["d"], also=also) if of_people else pd.Series(False, index=villages.index)
    villages["gap"] = (villages["ratio"] - aim) if lower else (aim - villages["ratio"])
    villages["missing_n"] = _missing(villages["n"], villages["d"], aim, lower=lower)
    villages["standing"] = np.select(
        [concealed, villages["d"].fillna(0) < SMALL_D, villages["gap"].isna(), villages["missing_n"] <= 0],
        [HIDDEN, SMALL, UNKNOWN, REACHED],
        MISSED,
    )
    first = _total(total, lower=lower, conceal=of_people and total_hidden(villages["n"], villages["d"], also=also))
    villages.loc[concealed, ["n", "d", "ratio", "missing_n", "gap"]] = np.nan
    judged = villages["standing"].isin(JUDGED)
    best = villages["ratio"].where(judged)
    villages["rank"] = best.rank(method="min", ascending=lower)
    # two villages of one ratio share a rank; below them the smaller code comes first
    order = villages.assign(last=~judged, gap=-villages["gap"]).sort_values(["last", "gap", "village_code"], kind="stable").index
    return Ranking(metric, villages.loc[order].reset_index(drop=True), first, relative)


def worst_causes(findings: pd.DataFrame, metric: Metric, *, village_code: str | None = None) -> pd.DataFrame:
    """The findings that keep a metric from its target, the most frequent first.

    Parameters
    ----------
    findings
        Of a result; one row per finding.
    metric
        The metric.
    village_code
        One village; null: all.

    Returns
    -------
    DataFrame: code, findings_n, villages_n; codes without a finding are absent.
    """
    rows = findings[findings["code"].isin(CAUSES[metric.name])]
    if village_code is not None:
        rows = rows[rows["village_code"].fillna("") == village_code]
    counted = rows.groupby("code").agg(findings_n=("finding_id", "size"), villages_n=("village_code", "nunique")).reset_index()
    order = {code: n for n, code in enumerate(CAUSES[metric.name])}
    counted["at"] = counted["code"].map(order)
    return counted.sort_values(["findings_n", "at"], ascending=[False, True]).drop(columns="at").reset_index(drop=True)


def _total(total: pd.DataFrame, *, lower: bool, conceal: bool) -> pd.Series:
    if total.empty:
        return pd.Series(dtype=object, index=[*total.columns, "missing_n"])
    first = total.iloc[0].astype(object).copy()
    first["missing_n"] = float(_missing(total["n"], total["d"], total["target"], lower=lower).iloc[0])
    if conceal:
        first[["n", "d", "ratio", "missing_n"]] = np.nan
    return first


def _missing(n: pd.Series, d: pd.Series, aim: pd.Series, *, lower: bool) -> pd.Series:
    """How many are lacking to (or, where lower is better, above) the target, in whole things; zero where it is reached."""
    lacking = (n - aim * d) if lower else (aim * d - n)
    # Six digits: 0.95 * 20 is 19, whatever binary fractions make of it.
    return pd.Series(np.ceil(lacking.round(6).to_numpy()), index=n.index).clip(lower=0)
