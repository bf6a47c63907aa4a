"""One panel tells small counts of people everywhere or nowhere: the police read them, the others read <5."""

from __future__ import annotations

from layers.result import Result
from tests.views.cases.conftest import VILLAGE, Desk, read_all, tell


def house_of_three(result: Result) -> str:
    """A house of the village with three residents and nobody else counted in."""
    rows = result.within("buildings", VILLAGE)
    rows = rows[(rows["resident_n"] == 3) & (rows["registered_n"] == 3) & (rows["floating_n"] == 0)]
    return str(rows["building_id"].iloc[0])


def test_the_police_read_the_same_numbers_in_the_records_as_in_the_head(desk: Desk, sample: Result) -> None:
    told = read_all(tell(desk("cleaning", "police"), "cleaning", kind="building", id=house_of_three(sample)))
    assert "户籍 3，实有 3，流动 0" in told.replace("\\", "")
    assert "<5" not in told


def test_others_read_that_there_are_few(desk: Desk, sample: Result) -> None:
    told = read_all(tell(desk("missing"), kind="building", id=house_of_three(sample))).replace("\\", "")
    assert "实有 <5" in told
    assert "实有 3" not in told
