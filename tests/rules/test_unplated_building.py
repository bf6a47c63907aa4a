"""有楼无牌: an eligible building that nothing belongs to."""

from __future__ import annotations

from functools import cache

import pytest

from tests.town import Seen, town

NOT_ELIGIBLE = {
    "planned": {"condition": "planned"},
    "rising": {"condition": "under_construction"},
    "gone": {"condition": "demolished"},
    "mistake": {"condition": "entered_in_error"},
    "exempt": {"number_exempt": "是"},
    "ancillary": {"use": "ancillary"},
    "small": {"use": "agricultural", "w": 4, "d": 4.99},
    "tiny": {"use": None, "w": 4, "d": 4.99},
}


@cache
def seen() -> Seen:
    drawn = town().house("Bu", 0, 60).house("Bruin", 60, 60, condition="ruin").house("Bbig", 120, 60, use=None, w=4, d=5).house("Bfarm", 180, 60, use="agricultural")
    drawn.house("Bflat", 240, 60, w=4, d=4)
    for i, (name, columns) in enumerate(NOT_ELIGIBLE.items()):
        drawn.house(f"B{name}", 60 * i, 120, **columns)
    drawn.house("Bone", 0, 240).house("Btwo", 16, 240).plate("Pbetween", "1组1号", 13, 245).address("Abetween", "普兴社区1组1号")
    return drawn.verify()


def test_a_house_that_nothing_belongs_to_is_reported() -> None:
    finding = seen().finding("unplated_building", "Bu")
    assert (finding["severity"], finding["office"], finding["certainty"], finding["value"]) == ("error", "civil_affairs", "certain", 100)
    assert finding["detail_zh"].endswith("没有门牌，也没有登记地址。")


def test_a_ruin_still_stands() -> None:
    assert seen().codes("Bruin") == {"unplated_building"}


def test_unknown_use_is_eligible_from_twenty_square_metres() -> None:
    assert seen().codes("Bbig") == {"unplated_building"}
    assert seen().codes("Btiny") == set()


def test_a_farm_building_is_eligible_from_twenty_square_metres() -> None:
    assert seen().codes("Bfarm") == {"unplated_building"}
    assert seen().codes("Bsmall") == set()


def test_a_dwelling_is_eligible_however_small() -> None:
    assert seen().codes("Bflat") == {"unplated_building"}


@pytest.mark.parametrize("name", NOT_ELIGIBLE)
def test_what_is_not_eligible_needs_no_number(name: str) -> None:
    assert "unplated_building" not in seen().codes(f"B{name}")
    assert not seen().row("buildings", f"B{name}")["should_have_plate"]


def test_of_two_houses_that_share_an_undecided_plate_neither_is_called_certain() -> None:
    rows = seen().findings[(seen().findings["code"] == "unplated_building") & seen().findings["subject_id"].isin(["Bone", "Btwo"])]
    assert "undecided_plate" in seen().codes("Pbetween")
    assert rows["certainty"].tolist() == ["suspect"] * 2
    assert rows["detail_zh"].str.endswith("；附近有未定的门牌或地址，可能是它的。").all()
