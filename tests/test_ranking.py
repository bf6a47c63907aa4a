"""Villages side by side: ranks, causes, the small and the hidden."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.outputs import METRICS
from geo.ranking import CAUSES, HIDDEN, SMALL, UNITS, known_metrics, rank_villages, worst_causes
from geo.rules import RULES

NAMED = {metric.name: metric for metric in METRICS}


def tallies(metric: str, pairs: list[tuple[float, float]], *, target: float = 0.95) -> pd.DataFrame:
    whole = [*pairs, (sum(n for n, _ in pairs), sum(d for _, d in pairs))]
    codes = [f"V{i}" for i in range(len(pairs))]
    return pd.DataFrame(
        {
            "village_code": [*codes, "total"],
            "name": [*(f"村{i}" for i in range(len(pairs))), None],
            "town": None,
            f"{metric}_n": [float(n) for n, _ in whole],
            f"{metric}_d": [float(d) for _, d in whole],
            f"{metric}_ratio": [n / d if d else float("nan") for n, d in whole],
            f"{metric}_target": target,
        }
    )


def ranks(metric: str, pairs: list[tuple[float, float]], **other: float) -> dict[str, float]:
    villages = rank_villages(tallies(metric, pairs, **other), NAMED[metric]).villages
    return dict(zip(villages["village_code"], villages["rank"], strict=True))


def test_the_highest_ratio_is_first_and_equal_ones_share_a_rank() -> None:
    assert ranks("plates_on_wall", [(20, 40), (40, 40), (80, 80), (30, 40)]) == {"V0": 4, "V1": 1, "V2": 1, "V3": 3}


def test_where_less_is_better_the_lowest_ratio_is_first() -> None:
    assert ranks("dangling_share", [(4, 40), (0, 40), (1, 40)], target=0.0) == {"V0": 3, "V1": 1, "V2": 2}


def test_villages_that_are_not_judged_have_no_rank() -> None:
    villages = rank_villages(tallies("plates_on_wall", [(19, 19), (20, 40)]), NAMED["plates_on_wall"]).villages.set_index("village_code")
    assert villages.loc["V0", "standing"] == SMALL
    assert pd.isna(villages.loc["V0", "rank"])
    assert villages.loc["V1", "rank"] == 1


def test_a_rank_of_people_tells_nothing_of_hidden_villages() -> None:
    villages = rank_villages(tallies("people_placed", [(98, 100), (60, 60), (50, 100)]), NAMED["people_placed"]).villages
    hidden = villages[villages["standing"] == HIDDEN]
    assert len(hidden) == 2
    assert hidden[["n", "d", "ratio", "missing_n", "gap", "rank"]].isna().all(axis=None)


def test_nobody_placed_is_a_small_count_too() -> None:
    villages = rank_villages(tallies("people_placed", [(0, 30), (60, 70), (50, 100)]), NAMED["people_placed"]).villages.set_index("village_code")
    assert villages.loc["V0", "standing"] == HIDDEN


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_every_metric_has_a_unit_and_causes_that_are_findings(metric: object) -> None:
    name = metric.name  # type: ignore[attr-defined]
    assert len(UNITS[name]) == 2
    assert set(CAUSES[name]) <= {rule.card.code for rule in RULES}


def test_causes_are_counted_by_village_and_ordered_by_number() -> None:
    findings = pd.DataFrame(
        {
            "finding_id": list("abcde"),
            "code": ["damaged_plate", "plate_not_installed", "damaged_plate", "nonstandard_address", "plate_not_installed"],
            "village_code": ["V1", "V1", "V2", "V1", None],
        }
    )
    told = worst_causes(findings, NAMED["plates_on_wall"])
    assert told.to_dict("list") == {"code": ["plate_not_installed", "damaged_plate"], "findings_n": [2, 2], "villages_n": [1, 2]}
    assert worst_causes(findings, NAMED["plates_on_wall"], village_code="V2")["code"].tolist() == ["damaged_plate"]
    assert worst_causes(findings.iloc[:0], NAMED["plates_on_wall"]).empty


def test_a_metric_that_nobody_could_count_is_not_offered() -> None:
    assert [m.name for m in known_metrics(tallies("on_map", [(1, 2)]))] == ["on_map"]
