"""Earlier runs are remembered once, a missing run stays missing; inspections are added, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import ResultError
from geo.export import write
from geo.export.history import history, remember, run_digest, run_name, trend
from geo.export.inspection import accuracy, add_answers, describe_sample, read_answers, write_sample_pdf
from geo.ranking import TOTAL
from geo.sampling import draw_sample
from tests.export.town import draw_verification
from tests.export.village import PRINTED_ON, bare, small_town, told
from tests.town import CODE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(draw_verification(), tmp_path / "out")
    return tmp_path / "out"


def test_a_run_is_noted_once(folder: Path) -> None:
    assert remember(folder, as_of="2026-06-30")
    assert not remember(folder, as_of="2026-06-30")
    assert history(folder)["digest"].unique().tolist() == [run_digest(folder)]


def test_what_was_remembered_outlives_the_next_run(folder: Path) -> None:
    remember(folder, as_of="2026-05-31")
    write(draw_verification(tool_version="next"), folder)
    assert set(history(folder)["as_of"]) == {"2026-05-31"}


def test_two_runs_of_one_day_are_two_points_of_the_trend(folder: Path) -> None:
    remember(folder, as_of="2026-06-30")
    town = draw_verification()
    town.tallies.loc[town.tallies["village_code"] == TOTAL, "on_map_n"] -= 1
    write(town, folder)
    assert remember(folder, as_of="2026-06-30")
    assert not remember(folder, as_of="2026-06-30")
    line = trend(history(folder), "on_map", village_code=TOTAL)
    assert line[["as_of", "of_day"]].to_numpy().tolist() == [["2026-06-30", 1], ["2026-06-30", 2]]
    assert line["n"].diff().iloc[1] == -1
    assert [run_name(day, n, "zh") for day, n in line[["as_of", "of_day"]].to_numpy()] == ["2026-06-30", "2026-06-30 第2次"]


def test_a_run_that_says_what_an_earlier_one_said_is_a_point_of_its_own(folder: Path) -> None:
    assert [remember(folder, as_of=day) for day in ("2026-05-31", "2026-06-30", "2026-06-30", "2026-05-31")] == [True, True, False, True]
    line = trend(history(folder), "on_map", village_code=TOTAL)
    assert line["as_of"].tolist() == ["2026-05-31", "2026-05-31", "2026-06-30"]


def test_a_trend_has_a_point_per_remembered_run_and_none_between() -> None:
    known = pd.DataFrame([("2026-06-30", "b", "V", "on_map", 8.0, 10.0), ("2026-04-30", "a", "V", "on_map", 0.0, 0.0)], columns=["as_of", "digest", "village_code", "metric", "n", "d"])
    line = trend(known, "on_map", village_code="V")
    assert line["as_of"].tolist() == ["2026-04-30", "2026-06-30"]
    assert pd.isna(line["ratio"].iloc[0])
    assert line["ratio"].iloc[1] == 0.8
    assert trend(known, "on_map", village_code="W").empty


def test_a_trend_of_people_tells_no_village_that_was_withheld() -> None:
    rows = [("2026-06-30", "b", code, "people_placed", n, d) for code, n, d in (("V", 98.0, 100.0), ("W", 50.0, 60.0), ("X", 80.0, 90.0), ("total", 228.0, 250.0))]
    known = pd.DataFrame(rows, columns=["as_of", "digest", "village_code", "metric", "n", "d"])
    assert trend(known, "people_placed", village_code="V")["ratio"].isna().all()
    assert trend(known, "people_placed", village_code="W")["ratio"].isna().all()
    assert trend(known, "people_placed", village_code="X")["n"].tolist() == [80]


def answer(building: str, verdict: str, at: str = "2026-07-02T08:00:00Z", day: str = "2026-07-01") -> dict[str, str]:
    return {"run": "r", "drawn_on": day, "building_id": building, "village_code": CODE, "verdict": verdict, "remark": "=1+1\n门", "by": "post", "at": at}


def test_the_last_answer_on_a_building_counts_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    add_answers(tmp_path, [answer("B1", "agrees"), answer("B2", "agrees")])
    add_answers(tmp_path, [answer("B1", "differs"), answer("B9", "agrees", day="2026-08-01")])
    rows = read_answers(tmp_path, run="r", drawn_on="2026-07-01")
    assert rows.set_index("building_id")["verdict"].to_dict() == {"B1": "differs", "B2": "agrees"}
    assert accuracy(rows).ratio == 0.5
    assert len((tmp_path / "inspections.csv").read_text(encoding="utf-8").splitlines()) == 5


def test_a_house_that_cannot_be_found_counts_against_the_records(tmp_path: Path) -> None:
    add_answers(tmp_path, [answer("B1", "agrees"), answer("B2", "not_found")])
    assert accuracy(read_answers(tmp_path, run="r", drawn_on="2026-07-01")).n == 1


def test_nothing_is_kept_of_an_unknown_verdict(tmp_path: Path) -> None:
    with pytest.raises(ResultError):
        add_answers(tmp_path, [answer("B1", "agrees"), answer("B2", "maybe")])
    assert read_answers(tmp_path, run="r", drawn_on="2026-07-01").empty


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="无法写入"):
        add_answers(tmp_path / "gone", [answer("B1", "agrees")])


def test_a_drawn_house_without_a_number_is_found_beside_its_neighbour_and_rows_go_along_the_street() -> None:
    town = small_town()
    sample = describe_sample(draw_sample(town.buildings, 14, run="r", drawn_on="2026-07-01"), town)
    assert sample["n"].tolist() == list(range(1, len(sample) + 1))
    bare = sample[sample["building_id"] == "BX"].iloc[0]
    centre = town.buildings.set_index("building_id").geometry.centroid
    named = sample.loc[sample["number"] != "", "building_id"]
    near = centre[named].distance(centre["BX"])
    number = sample.set_index("building_id")["number"][near.idxmin()]
    assert bare["beside"].startswith(f"民主街{number} ")
    assert bare["beside"].endswith(f"{near.min():.0f}米")
    numbers = sample.loc[sample["number"] != "", "number"].str.extract(r"(\d+)")[0].astype(int)
    assert numbers.is_monotonic_increasing
    assert abs(sample.index[sample["building_id"] == "BX"][0] - sample.index[sample["building_id"] == near.idxmin()][0]) == 1


def test_the_sample_to_take_along_names_places_and_numbers(tmp_path: Path) -> None:
    town = small_town()
    sample = describe_sample(draw_sample(town.buildings, 6, run="r", drawn_on="2026-07-01"), town)
    assert len(sample) == 6
    assert write_sample_pdf(sample, tmp_path / "a.pdf", title="广普镇", printed_on=PRINTED_ON) == 1
    text = bare(told(tmp_path / "a.pdf"))
    assert all(one in text for one in sample["building_id"])
    assert all(words in text for words in ("与系统一致", "不一致", "找不到房屋", "□"))
