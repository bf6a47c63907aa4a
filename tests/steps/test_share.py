"""Where the people of an undecided number are counted: whole households, one house each, all rows conserved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.share import choose, share, torn_doors
from geo.tables import COUNTS

NOBODY = pd.DataFrame({"person_row": np.zeros(0, int), "door": np.zeros(0, int), "weight": np.zeros(0)})


def candidates(*rows: tuple[int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["door", "building_id", "probability"])


def people(*rows: tuple[float, float]) -> pd.DataFrame:
    """Rows of (door, count)."""
    return pd.DataFrame([dict.fromkeys(COUNTS, n) for _, n in rows]).assign(door_n=[d for d, _ in rows])


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 4), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_shared_people_are_whole_and_sum_to_their_row(counts: list[int], candidates_n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({c: rng.permutation(counts).astype(float) for c in COUNTS}).assign(door_n=np.arange(len(counts), dtype=float))
    rows.loc[0, ["floating_n", "door_n"]] = np.nan
    torn = pd.DataFrame({"person_row": 0, "door": np.arange(len(counts)), "weight": rng.uniform(0.1, 5, len(counts))})
    shared = share(rows, torn, candidates(*[(d, f"B{b}", rng.uniform(0.01, 1)) for d in range(len(counts)) for b in range(candidates_n)]))
    for column in COUNTS:
        parts = shared[column]
        assert (parts.dropna() >= 0).all()
        assert (parts.dropna() % 1 == 0).all()
        sums = parts.groupby(level=0).sum(min_count=1)
        np.testing.assert_array_equal(sums.reindex(rows.index).to_numpy(), rows[column].to_numpy())


def test_a_household_is_never_split() -> None:
    shared = share(people((1, 3)), NOBODY, candidates((1, "B2", 0.4), (1, "B1", 0.6)))
    assert shared.set_index("building_id")["registered_n"].to_dict() == {"B1": 3}


def test_a_row_without_candidates_shares_with_nobody() -> None:
    assert share(people((7, 3)), NOBODY, candidates((1, "B", 1.0))).empty


def test_two_numbers_do_not_crowd_into_one_house_that_expects_one() -> None:
    houses = choose(candidates((1, "B1", 0.6), (1, "B2", 0.3), (2, "B1", 0.5), (2, "B2", 0.45)))
    assert houses["building_id"].tolist() == ["B1", "B2"]


def test_a_house_that_expects_two_numbers_takes_both() -> None:
    houses = choose(candidates((1, "B1", 0.8), (1, "B2", 0.2), (2, "B1", 0.8), (2, "B2", 0.2)))
    assert houses["building_id"].tolist() == ["B1", "B1"]


def test_whoever_finds_no_room_goes_to_the_likeliest_after_all() -> None:
    assert choose(candidates((1, "B1", 0.6), (2, "B1", 0.5)))["building_id"].tolist() == ["B1", "B1"]


def test_equal_probabilities_go_to_the_smaller_building_in_any_order_of_rows() -> None:
    rows = candidates((1, "B2", 0.5), (1, "B1", 0.5))
    assert choose(rows)["building_id"].tolist() == choose(rows[::-1])["building_id"].tolist() == ["B1"]


def test_a_text_of_two_doors_is_split_by_dwellings_or_else_by_floor_area() -> None:
    rows = people((np.nan, 9)).assign(torn_key="v|d")
    addresses = gpd.GeoDataFrame({"key": ["v|d", "v|d"], "active": True, "door_n": [3.0, 4.0], "building_id": ["B1", "B2"]})
    buildings = pd.DataFrame({"building_id": ["B1", "B2"], "dwellings_n": [np.nan, 2.0], "floors_n": [1.0, 2.0], "area_m2": [100.0, 100.0]})
    by_area = torn_doors(rows, addresses, buildings)
    assert by_area[["door", "weight"]].to_numpy().tolist() == [[3, 100], [4, 200]]
    by_dwellings = torn_doors(rows, addresses, buildings.assign(dwellings_n=[1.0, 2.0]))
    shared = share(rows, by_dwellings, candidates((3, "B1", 1.0), (4, "B2", 1.0)))
    assert shared.set_index("building_id")["registered_n"].to_dict() == {"B1": 3, "B2": 6}
