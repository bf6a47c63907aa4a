"""One panel tells small counts of people everywhere or nowhere: the police read them, the others read <5."""

from __future__ import annotations

from layers.result import Result
from tests.views.cases.conftest import VILLAGE, Desk, choose, read_all, tell


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


def test_a_plate_nearby_is_called_a_candidate_on_a_house_that_has_none(desk: Desk, sample: Result) -> None:
    links, found = sample.tables.links, sample.tables.findings
    bare = found[(found["code"] == "unplated_building") & (found["village_code"] == VILLAGE)]["subject_id"]
    torn = links[(links["state"] == "undecided") & links["plate_id"].notna() & links["building_id"].isin(bare)]
    house, plate = str(torn["building_id"].iloc[0]), str(torn["plate_id"].iloc[0])
    finding = found[(found["code"] == "unplated_building") & (found["subject_id"] == house)]["finding_id"].iloc[0]
    told = read_all(choose(desk("missing"), str(finding)))
    line = next(row for row in told.splitlines() if row.startswith("| 门牌 ") and plate in row)
    assert "候选，未连到本建筑：" in line


def test_an_address_of_a_house_that_is_gone_names_the_house_and_the_survey_that_held_it(desk: Desk, sample: Result) -> None:
    addresses = sample.tables.addresses
    gone = addresses[(addresses["status"] == "demolished_vacant") & (addresses["village_code"] == VILLAGE)].iloc[0]
    told = read_all(tell(desk("cleaning", "police"), "cleaning", kind="address", id=str(gone["address_id"])))
    rows = [row for row in told.splitlines() if row.startswith("| 建筑 ")]
    assert any(str(gone["building_id"]) in row and "前期测绘有，现状测绘没有" in row for row in rows)
    assert not any("没有 |" in row and "—" in row for row in rows)
