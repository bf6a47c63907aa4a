"""Where the counted people belong, or why not; nobody is lost and nobody is counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.crosswalk import crosswalk
from geo.describe import describe
from geo.population import population, sum_counts
from geo.profile import Habits
from geo.tables import COUNTS
from tests.town import NOBODY, Town, full, town

NONE = pd.DataFrame({c: pd.Series(dtype="str") for c in ("village_code_old", "old_door", "village_code_new", "new_door")})


def placed(drawn: Town) -> pd.DataFrame:
    inputs = drawn.inputs()
    old, _ = crosswalk(inputs)
    _, addresses = describe(inputs, old, habits=Habits())
    addresses["door_n"] = np.arange(len(addresses), dtype=float)
    return population(inputs, old, NONE, addresses)


def test_no_population_at_all() -> None:
    found = placed(town())
    assert found.empty
    assert {"address_id", "door_id", "age_days", "reason", *COUNTS} <= set(found.columns)


def test_an_id_a_text_and_a_room_find_their_address() -> None:
    drawn = town().address("R", "民主街1号1单元101室").people("A1", **NOBODY).people(None, text="普兴社区民主街２号", **NOBODY).people("R", **NOBODY)
    found = placed(drawn).set_index("address_id")
    assert found["door_id"].to_dict() == {"A1": "A1", "A2": "A2", "R": "A1"}
    assert found["reason"].isna().all()


def test_an_unknown_room_of_a_known_door_is_counted_at_the_door() -> None:
    assert placed(town().people(None, text=full("民主街1号9单元909室"), **NOBODY))["door_id"].tolist() == ["A1"]


def test_unknown_ids_and_texts_have_a_reason() -> None:
    assert placed(town().people("nobody", **NOBODY).people(None, text=full("民主街999号"), **NOBODY))["reason"].tolist() == ["no_such_address"] * 2


def test_age_is_counted_in_days_and_unknown_without_a_day() -> None:
    found = placed(town().people("A1", registered_n=1).people("A2", registered_n=1, counted_on=None)).set_index("address_id")
    assert found.loc["A1", "age_days"] == 10
    assert pd.isna(found.loc["A2", "age_days"])


def test_unknown_counts_stay_unknown_in_sums() -> None:
    people = pd.DataFrame({"registered_n": [1.0, np.nan, np.nan], "resident_n": [np.nan, np.nan, 2.0], "floating_n": np.nan, "absent_n": 0.0, "unit_n": 0.0})
    total = sum_counts(people, np.array([0, 0, 1]), pd.Index(["a", "b"]))
    assert total.loc["a", "registered_n"] == 1
    assert pd.isna(total.loc["b", "registered_n"])
    assert pd.isna(total["floating_n"]).all()
