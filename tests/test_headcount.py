"""People per building and village: exact for the office that holds the counts, nothing small to be worked out by others."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from geo.headcount import count_buildings, count_villages, giving_away, tell_buildings
from geo.outputs import METRICS
from geo.ranking import rank_villages
from geo.suppression import SMALL_N
from tests.test_suppression import FOUR, houses, worked_out

NAN = float("nan")
SEED = 41


def buildings(*rows: tuple[str | None, float, float, float]) -> pd.DataFrame:
    """village, registered, resident, absent."""
    table = pd.DataFrame(rows, columns=["village_code", "registered_n", "resident_n", "absent_n"])
    return table.assign(building_id=[f"B{i}" for i in range(len(table))], floating_n=NAN, unit_n=NAN, people_how="placed")


def tallies(*rows: tuple[str, float, float]) -> pd.DataFrame:
    whole = [*rows, ("total", sum(r[1] for r in rows), sum(r[2] for r in rows))]
    return pd.DataFrame(whole, columns=["village_code", "people_placed_n", "people_placed_d"]).assign(name="x")


def test_the_office_that_holds_the_counts_sees_them_and_unknown_is_not_zero() -> None:
    told = count_buildings(buildings(("V", 3, 2, 1), ("V", 7, NAN, NAN), ("V", NAN, NAN, NAN)), exact=True)
    assert told["told"].tolist() == ["2", "7", ""]
    assert told["absent_n"].tolist()[:1] == [1]


def test_others_see_no_count_below_five() -> None:
    told = count_buildings(buildings(("V", 3, 2, 1), ("V", 1, 0, 0), ("V", 9, 9, 0), ("V", NAN, NAN, NAN)), exact=False)
    assert told["told"].tolist() == ["<5", "<5", "9", ""]
    assert "absent_n" not in told


def test_a_single_small_house_takes_another_of_its_village_along() -> None:
    told = count_buildings(buildings(("V", 3, 3, 0), ("V", 9, 9, 0), ("V", 30, 30, 0), ("W", 9, 9, 0)), exact=False)
    assert told["told"].tolist() == ["<5", "withheld", "30", "9"]


def test_houses_cannot_be_worked_out_from_the_sum_of_their_village() -> None:
    rng, told_n = np.random.default_rng(SEED), 0
    for _ in range(80):
        counts = rng.integers(0, 9, rng.integers(2, 9)).astype(float)
        told = count_buildings(buildings(*(("V", n, n, 0.0) for n in counts)), exact=False)
        concealed = told["told"].isin(["<5", "withheld"]).to_numpy()
        total = counts[concealed].sum()
        ranges = [range(5) if t == "<5" else range(5, int(max(total, 9)) + 1) for t in told["told"][concealed]]
        fits = [p for p in product(*ranges) if sum(p) == total]
        exposed = [n for n, t in enumerate(told["told"][concealed]) if t == "<5" and len({p[n] for p in fits}) == 1]
        village = count_villages(buildings(*(("V", n, n, 0.0) for n in counts)), tallies(("V", counts.sum(), counts.sum())), exact=False)
        sum_told = village.set_index("village_code").loc["V", "people"] not in ("withheld", "<5")
        assert not (exposed and sum_told)
        told_n += sum_told
    assert told_n > 20


def test_villages_hide_together_and_the_total_is_told() -> None:
    told = count_villages(buildings(), tallies(("V1", 98, 100), ("V2", 60, 66), ("V3", 500, 520)), exact=False).set_index("village_code")
    assert told["people"].to_dict() == {"V1": "withheld", "V2": "withheld", "V3": "520", "total": "686"}
    assert told["ratio"].isna().to_dict() == {"V1": True, "V2": True, "V3": False, "total": False}


@pytest.mark.parametrize("column", ["people_n", "placed_n", "unplaced_n"])
def test_no_village_is_the_rest_of_the_total(column: str) -> None:
    rng = np.random.default_rng(SEED)
    checked = 0
    for _ in range(120):
        d = rng.integers(0, 40, rng.integers(1, 6))
        n = np.clip(d - rng.integers(0, 7, len(d)), 0, None)
        told = count_villages(buildings(), tallies(*((f"V{i}", float(a), float(b)) for i, (a, b) in enumerate(zip(n, d, strict=True)))), exact=False)
        told = told.set_index("village_code")
        hidden_n = int(told.drop("total")[column].isna().sum())
        assert not (hidden_n == 1 and pd.notna(told.loc["total", column]))
        checked += hidden_n > 0
    assert checked > 40


def test_people_away_are_told_by_village_without_small_ones() -> None:
    rows = buildings(("V1", 9, 9, 7), ("V2", 9, 9, 2), ("V3", 9, 9, 6), (None, 9, 9, NAN))
    told = count_villages(rows, tallies(("V1", 9, 9), ("V2", 9, 9), ("V3", 9, 9), ("", 0, 0)), exact=False).set_index("village_code")["absent"]
    assert told.to_dict() == {"V1": "7", "V2": "<5", "V3": "withheld", "total": "15"}
    exact = count_villages(rows, tallies(("V1", 9, 9), ("V2", 9, 9), ("V3", 9, 9)), exact=True).set_index("village_code")["absent"]
    assert exact.to_dict() == {"V1": "7", "V2": "2", "V3": "6", "total": "15"}


def test_nobody_counted_is_unknown() -> None:
    told = count_villages(buildings(("V1", NAN, NAN, NAN)), tallies(("V1", 0, 0)), exact=False).set_index("village_code")
    assert told["absent"].to_dict() == {"V1": "", "total": ""}
    assert pd.isna(told.loc["V1", "ratio"])


def test_what_is_withheld_of_a_house_does_not_depend_on_the_order_of_the_houses() -> None:
    table = houses(np.random.default_rng(SEED), 40).assign(village_code="V", building_id=[f"B{i:02d}" for i in range(40)])
    pd.testing.assert_frame_equal(tell_buildings(table.iloc[::-1]).sort_index(), tell_buildings(table))


def test_map_panel_table_and_bulletin_together_give_no_small_count_away() -> None:
    rng, numbers_n = np.random.default_rng(SEED), 0
    people = next(m for m in METRICS if m.name == "people_placed")
    for _ in range(25):
        table = pd.concat([houses(rng, int(rng.integers(2, 6))).assign(village_code=f"V{k}") for k in range(3)], ignore_index=True)
        table = table.assign(building_id=[f"B{i}" for i in range(len(table))], unit_n=NAN, people_how="placed")
        one = table["resident_n"].fillna(table["registered_n"]).groupby(table["village_code"]).sum()
        every = tallies(*((code, float(n), float(n)) for code, n in one.items()))
        page = count_villages(table, every, exact=False).set_index("village_code")
        ranked = rank_villages(every.assign(people_placed_ratio=1.0, people_placed_target=0.98, town=None), people, away=giving_away(table))
        assert ranked.villages.set_index("village_code")["n"].isna().to_dict() == page.drop("total")["people_n"].isna().to_dict()
        panel, on_map = tell_buildings(table), count_buildings(table, exact=False)
        for code, rows in table.groupby("village_code"):
            shown = page.loc[code, ["people", "absent"]]
            numbers_n += int(shown.str.replace(",", "").str.isdigit().sum())
            # who knows the people of a village is taken to know the sums of both counts that they are made of
            told = {c: shown["people"] not in ("withheld", "<5") and rows[c].sum() >= SMALL_N for c in ("resident_n", "registered_n")} | {"absent_n": shown["absent"].isdigit(), "floating_n": False}
            assert worked_out(rows[FOUR].reset_index(drop=True), panel.loc[rows.index].reset_index(drop=True), told) == []
        people_of = table["resident_n"].fillna(table["registered_n"])
        assert (on_map["told"] == "<5").equals(people_of < SMALL_N)
        both = table["resident_n"].notna()
        assert ((on_map["told"] == "withheld") == (panel["resident_n"] == "beside"))[both].all()
    assert numbers_n > 60
