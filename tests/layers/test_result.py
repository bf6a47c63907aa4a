"""A result is read completely or refused with a sentence; every object knows what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import ResultError
from layers.result import EVERYWHERE, Result, find_results, load
from tests.layers.town import draw_result, draw_town


def test_a_folder_of_results_and_a_result_itself_are_both_found(tmp_path: Path) -> None:
    first, second = (draw_result(tmp_path, name=name) for name in ("b-town", "a-town"))
    assert [p.name for p in find_results(tmp_path)] == ["a-town", "b-town"]
    assert find_results(first.folder) == (first.folder,)
    assert second.name == "a-town"


def test_nothing_is_found_where_nothing_was_written(tmp_path: Path) -> None:
    assert find_results(tmp_path) == ()
    assert find_results(tmp_path / "absent") == ()


@pytest.mark.parametrize("file", ["buildings.parquet", "findings.parquet", "links.parquet", "run.json"])
def test_a_result_without_a_file_is_refused_in_both_languages(tmp_path: Path, file: str) -> None:
    folder = draw_result(tmp_path).folder
    (folder / file).unlink()
    with pytest.raises(ResultError) as refused:
        load(folder)
    assert "doorplate verify" in refused.value.zh
    assert "doorplate verify" in refused.value.en


@pytest.mark.parametrize("file", ["buildings.parquet", "tallies.parquet"])
def test_a_damaged_file_is_refused_and_not_shown_as_a_traceback(tmp_path: Path, file: str) -> None:
    folder = draw_result(tmp_path).folder
    (folder / file).write_bytes(b"PAR1 not really")
    with pytest.raises(ResultError, match="damaged"):
        load(folder)


def test_villages_are_in_order_and_what_has_none_is_kept_apart(result: Result) -> None:
    assert list(result.villages.items()) == [("V1", "普兴村"), ("V2", "石河村"), ("", "")]
    assert result.within("buildings", "")["building_id"].tolist() == ["B4"]
    assert len(result.within("buildings", EVERYWHERE)) == 4


def test_every_row_is_in_exactly_one_scope(result: Result) -> None:
    for table in ("buildings", "plates", "addresses", "findings"):
        assert sum(len(result.within(table, scope)) for scope in result.villages) == len(getattr(result.tables, table))


def test_a_finding_is_told_of_its_subject_and_of_everything_related(result: Result) -> None:
    for kind, one in (("plate", "P1"), ("address", "A1"), ("building", "B1")):
        assert "F1" in result.findings_of(kind, one)["finding_id"].tolist()
    assert result.findings_of("building", "B1")["finding_id"].tolist() == ["F1", "F5"]
    assert result.findings_of("building", "B3").empty


def test_a_related_id_is_taken_for_the_subject_s_own_kind_where_both_exist(tmp_path: Path) -> None:
    town = draw_town()
    findings = town.findings.copy()
    findings["related"] = [["P3"], *findings["related"].iloc[1:]]
    plates = town.plates.copy()
    addresses = town.addresses.assign(address_id=["A1", "A2", "P3"])
    shared = draw_result(tmp_path, findings=findings, plates=plates, addresses=addresses)
    assert shared.findings_of("plate", "P3")["finding_id"].tolist() == ["F1"]
    assert shared.findings_of("address", "P3").empty


def test_a_building_goes_by_its_address(result: Result) -> None:
    assert result.captions["building"]["B1"] == "广普镇普兴村中山巷4号"
    assert result.captions["building"]["B2"] == ""
    assert result.captions["plate"]["P3"] == "中山巷3号"


def test_two_villages_of_one_name_can_be_told_apart(tmp_path: Path) -> None:
    twins = draw_town().villages.assign(name="普兴村")
    assert draw_result(tmp_path, villages=twins).villages == {"V1": "普兴村（V1）", "V2": "普兴村（V2）", "": ""}
