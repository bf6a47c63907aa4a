"""What stands, what is gone by document, and what is built for people."""

from __future__ import annotations

import pandas as pd
import pytest

from geo.profile import Thresholds
from geo.standing import rebuilt, standing
from tests.town import Town, outline

T = Thresholds()


def table(drawn: Town) -> pd.DataFrame:
    return standing(drawn.inputs(), thresholds=T).set_index("building_id")


def test_no_building_at_all() -> None:
    found = standing(Town().village().plate("P", "民主街1号", 0, 0).inputs(), thresholds=T)
    assert found.empty
    assert rebuilt(found, thresholds=T).empty


@pytest.mark.parametrize(
    ("condition", "live", "gone"),
    [(None, True, False), ("functional", True, False), ("ruin", True, False), ("planned", False, False), ("under_construction", False, False),
     ("entered_in_error", False, False), ("demolished", False, True)],
)  # fmt: skip
def test_conditions(condition: str | None, live: bool, gone: bool) -> None:
    row = table(Town().village().house("B", 0, 0, condition=condition)).loc["B"]
    assert (row["live"], row["gone"]) == (live, gone)


def test_a_document_by_id_is_believed_over_the_survey() -> None:
    assert table(Town().village().house("B", 0, 0).demolition("B")).loc["B", "gone"]


def test_a_gone_house_of_the_survey_before_is_kept_and_one_without_document_is_not() -> None:
    found = table(Town().village().house("B", 0, 0).previous("B1", 50, 0).previous("B2", 90, 0).demolition("B1", document="文1"))
    assert set(found.index) == {"B", "B1"}
    assert not found.loc["B1", "current"]
    assert found.loc["B1", "document"] == "文1"


def test_a_demolition_drawn_where_no_survey_has_anything_is_a_place_that_is_gone() -> None:
    found = table(Town().village().house("B", 0, 0).demolition(where=outline(50, 0)))
    assert found["gone"].sum() == 1
    assert found.loc[found["gone"], "area_m2"].iloc[0] == 100


def test_a_polygon_over_another_house_on_the_same_site_does_not_condemn_it() -> None:
    assert not table(Town().village().house("B", 0, 0, w=14).demolition(where=outline(0, 0))).loc["B", "gone"]
    assert table(Town().village().house("B", 0, 0).demolition(where=outline(0.2, 0.1))).loc["B", "gone"]


def test_from_more_than_thirty_percent_a_house_is_rebuilt_on_the_site() -> None:
    def cover(y: float) -> int:
        return len(rebuilt(standing(Town().village().previous("old", 0, 0).demolition("old").house("new", 0, y).inputs(), thresholds=T), thresholds=T))

    assert (cover(7.0), cover(6.9), cover(20)) == (0, 1, 0)


def test_twenty_square_metres_of_unknown_use_are_built_for_people() -> None:
    found = table(Town().village().house("B20", 0, 0, w=4, d=5, use=None).house("B19", 20, 0, w=4, d=4.99, use=None).house("Bflat", 40, 0, w=3, d=3))
    assert found["built_for_people"].to_dict() == {"B19": False, "B20": True, "Bflat": True}


def test_shuffled_rows_say_the_same() -> None:
    drawn = Town().village().street().previous("old", 0, 60).demolition("old").house("B", 3, 60)
    straight = table(drawn)["live"].to_dict()
    assert table(drawn.reversed())["live"].to_dict() == straight
