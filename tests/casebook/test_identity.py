"""Objects outlive renumbered files, new surveys and merged villages; cases and decisions go with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

from geo.casebook import Casebook, Decision, open_casebook, schema
from geo.casebook.identity import CARRIED_RATIO, Identity, common_shift, identify, list_objects
from geo.casebook.publish import Published, publish
from geo.crs import reproject
from geo.errors import PublishRefused
from geo.export import open_result
from tests.casebook.filling import V1, V2, Clock, staff
from tests.casebook.runs import CRS, Result

Publish = Callable[..., Published]
Match = Callable[..., Identity]


@pytest.fixture
def match(tmp_path: Path) -> Match:
    """The identity of one result's objects among another's."""

    def matched(before: Result, after: Result, *, confirmed: bool = False) -> Identity:
        known = list_objects(open_result(before.write(tmp_path / "before"))).rename(columns={"id": "object_id"})
        known["id"] = known["object_id"]
        used = {(k, i): i for k, i in zip(known["kind"], known["id"], strict=True)}
        return identify(known, used, open_result(after.write(tmp_path / "after")), known_crs=before.crs, confirmed=confirmed)

    return matched


@pytest.fixture
def book(tmp_path: Path) -> Casebook:
    """One casebook in a file: what is stored is the same on both databases (test_publish.py)."""
    opened = open_casebook(tmp_path / "town.casebook", Clock())
    staff(opened)
    return opened


def names(found: Identity, kind: str = "building") -> dict[str, str]:
    rows = found.objects[found.objects["kind"] == kind]
    return dict(zip(rows["id"], rows["object_id"], strict=True))


def take(book: Casebook, result: Result, folder: Path, **options: bool) -> Published:
    return publish(book, result.write(folder), by="data", **options)


# buildings


@pytest.mark.parametrize(("dx", "dy"), [(0.0, 0.0), (0.9, -1.1), (3.0, 0.0), (-4.0, 3.0), (7.0, 4.0)])
def test_renumbered_and_redrawn_buildings_are_found_by_outline_once_the_common_shift_is_out(match: Match, dx: float, dy: float) -> None:
    found = match(Result.town(), Result.town().rename("B", "N").redraw(dx, dy, noise_m=0.3))
    assert names(found) == {f"N{n}": f"B{n}" for n in range(30)}
    assert found.carried_ratio == 1.0
    assert found.orphaned.empty


def test_five_thousand_redigitised_buildings_with_three_percent_gone_and_new_are_carried_over(tmp_path: Path) -> None:
    chance = np.random.default_rng(11)
    n = 5000
    x, y = 18.0 * (np.arange(n) % 70) + chance.uniform(0, 5, n), 20.0 * (np.arange(n) // 70) + chance.uniform(0, 5, n)
    w, d = chance.uniform(7, 12, n), chance.uniform(7, 12, n)
    old = shapely.box(x, y, x + w, y + d)
    for shift in ((5.0, 0.0), (-6.0, 5.3)):
        moved = np.array(shift) + chance.normal(0, 0.4, (n, 2))
        new = shapely.box(x + moved[:, 0], y + moved[:, 1], x + w + moved[:, 0], y + d + moved[:, 1])[chance.random(n) > 0.03]
        assert common_shift(old, new) == pytest.approx(shift, abs=0.15), "at 5 m a matching without it finds 24 %, at 8 m none"


def test_the_nearer_of_two_shifts_is_taken_on_a_regular_grid() -> None:
    x, y = np.meshgrid(20.0 * np.arange(12), 20.0 * np.arange(12))
    old = shapely.box(x.ravel(), y.ravel(), x.ravel() + 9, y.ravel() + 9)
    assert common_shift(old, shapely.transform(old, lambda xy: xy + np.array([3.0, -2.0]))) == pytest.approx([3.0, -2.0])
    assert common_shift(old, old) == pytest.approx([0.0, 0.0])


def test_ids_are_believed_where_outlines_do_not_contradict_them(match: Match) -> None:
    after = Result.town()
    after.buildings[3]["at"] = (500.0, 500.0, 9.0, 9.0)
    assert names(match(Result.town(), after))["B3"] == "B3", "rebuilt elsewhere under its number"


def test_ids_dealt_out_anew_are_not_believed(match: Match) -> None:
    after = Result.town()
    for row in after.buildings:
        row["building_id"] = f"B{(int(row['building_id'][1:]) + 1) % 30}"
    found = names(match(Result.town(), after))
    assert found["B1"] == "B0"
    assert set(found.values()) == {f"B{n}" for n in range(30)}


def test_another_survey_or_crs_stops_instead_of_opening_thousands_of_findings(match: Match) -> None:
    elsewhere = lambda: Result.town().rename("B", "N").redraw(400, 0)  # noqa: E731
    with pytest.raises(PublishRefused) as caught:
        match(Result.town(), elsewhere())
    assert "坐标系" in caught.value.zh
    assert match(Result.town(), elsewhere(), confirmed=True).carried_ratio == 0.0


def test_the_limit_is_95_percent(match: Match) -> None:
    def torn_down(n: int) -> Result:
        return Result.town(40).without(*(f"B{i}" for i in range(n)))

    assert match(Result.town(40), torn_down(2)).carried_ratio == CARRIED_RATIO
    with pytest.raises(PublishRefused):
        match(Result.town(40), torn_down(3))


def test_a_village_that_the_run_does_not_speak_of_is_neither_missed_nor_orphaned(match: Match) -> None:
    half = Result.town().without(*(f"{k}{n}" for k in "BPA" for n in range(15, 30)))
    half.villages = [V1]
    found = match(Result.town(), half)
    assert found.carried_ratio == 1.0
    assert found.orphaned.empty


def test_a_split_building_has_its_parent_and_the_larger_piece_keeps_the_name(match: Match) -> None:
    after = Result.town().rename("B", "N")
    x, y, w, d = after.buildings[4]["at"]
    after.buildings[4]["at"] = (x, y, w * 0.7, d)
    after.buildings.append({"building_id": "N99", "village_code": V1, "at": (x + w * 0.7, y, w * 0.3, d)})
    found = match(Result.town(), after)
    assert names(found)["N4"] == "B4"
    assert found.lineage.to_dict("records") == [{"child": "N99", "parent": "B4", "how": "split"}]


def test_merged_buildings_are_parents_of_the_one_that_swallowed_them(match: Match) -> None:
    before = Result.town()
    x, y, w, d = before.buildings[4]["at"]
    before.buildings.append({"building_id": "B99", "village_code": V1, "at": (x + w, y, 4.0, d)})
    after = Result.town()
    after.buildings[4]["at"] = (x, y, w + 4, d)
    found = match(before, after)
    assert names(found)["B4"] == "B4"
    assert found.lineage.to_dict("records") == [{"child": "B4", "parent": "B99", "how": "merge"}]
    assert found.orphaned["id"].tolist() == ["B99"]


def test_what_is_gone_is_listed(match: Match) -> None:
    found = match(Result.town(), Result.town().without("B3", "P3"))
    assert found.orphaned[["kind", "id"]].to_numpy().tolist() == [["building", "B3"], ["plate", "P3"]]


def test_another_working_zone_is_no_other_survey(tmp_path: Path) -> None:
    known = list_objects(open_result(Result.town().write(tmp_path / "before"))).assign(object_id=lambda t: t["id"])
    outlined = known["outline"].notna()
    elsewhere = reproject(shapely.from_wkb(known.loc[outlined, "outline"].to_numpy(dtype=object)), CRS, "EPSG:4545")
    known.loc[outlined, "outline"] = pd.Series(list(shapely.to_wkb(elsewhere)), index=known.index[outlined], dtype="object")
    found = identify(known, {}, open_result(Result.town().rename("B", "N").write(tmp_path / "after")), known_crs="EPSG:4545", confirmed=False)
    assert names(found) == {f"N{n}": f"B{n}" for n in range(30)}


# plates and addresses


def test_renumbered_plates_and_addresses_are_found_by_their_only_number(match: Match) -> None:
    found = match(Result.town(), Result.town().rename("P", "Q").rename("A", "Z"))
    assert names(found, "plate") == {f"Q{n}": f"P{n}" for n in range(30)}
    assert names(found, "address") == {f"Z{n}": f"A{n}" for n in range(30)}


def test_a_number_that_two_bear_tells_nothing(match: Match) -> None:
    after = Result.town().rename("P", "Q")
    after.plates[5]["key"] = after.plates[6]["key"]
    found = names(match(Result.town(), after), "plate")
    assert [found["Q5"], found["Q6"]] == ["Q5", "Q6"]


def test_an_official_id_is_believed_where_one_street_was_renumbered(match: Match) -> None:
    after = Result.town()
    for n in range(5):
        after.addresses[n]["key"] = f"{V1}|街||{n + 1}"
    assert names(match(Result.town(), after), "address")["A3"] == "A3"


def test_files_renumbered_and_villages_merged_at_once_keep_their_objects(match: Match) -> None:
    after = Result.town().rename("A", "Z")
    for rows in (after.buildings, after.plates, after.addresses):
        for row in rows:
            if row["village_code"] == V1:
                row["village_code"] = V2
                row["key"] = f"{V2}{row['key'][len(V1) :]}" if "key" in row else None
    after.addresses = [r | {"key": r["key"].replace("||", "||1") if int(r["address_id"][1:]) >= 15 else r["key"]} for r in after.addresses]
    after.villages = [V2]
    before = Result.town()
    before.addresses = [r | {"key": r["key"].replace("||", "||1") if int(r["address_id"][1:]) >= 15 else r["key"]} for r in before.addresses]
    found = match(before, after)
    assert names(found, "address") == {f"Z{n}": f"A{n}" for n in range(30)}
    assert found.villages == {V1: V2}


# cases


def test_a_renumbered_file_keeps_cases_and_decisions_and_asks_for_nothing(book: Casebook, tmp_path: Path) -> None:
    town = lambda: Result.town().find("unplated_building", "B1", "建筑 B1 没有门牌", related=["P2"]).find("unplated_building", "B2")  # noqa: E731
    take(book, town(), tmp_path / "1")
    case = book.cases().set_index("subject_id").loc["B1"]
    book.decide(Decision(case["finding_id"], "plate_missing", 0, case["evidence_hash"], "civil", "现场核实"))
    told = take(book, town().rename("B", "N").redraw(2.0, 1.0, noise_m=0.2).rename("P", "Q"), tmp_path / "2")
    assert (told.opened_n, told.still_n, told.fixed_n, told.recheck_n) == (0, 2, 0, 0)
    after = book.cases().set_index("subject_id").loc["N1"]
    assert after[["finding_id", "status", "needs_recheck"]].tolist() == [case["finding_id"], "plate_missing", False]
    assert (after["detail_zh"], after["related"]) == ("建筑 N1 没有门牌", ["Q2"]), "pages show what the files call it now"
    third = take(book, town().rename("B", "M").redraw(4.0, 2.0, noise_m=0.2).rename("P", "R"), tmp_path / "3")
    assert (third.opened_n, third.fixed_n) == (0, 0), "also from name to name to name"


def test_merged_villages_keep_their_cases_and_what_is_gone_there_is_fixed(book: Casebook, tmp_path: Path) -> None:
    town = lambda: Result.town().find("unplated_building", "B1").find("dangling_plate", "P3")  # noqa: E731
    take(book, town(), tmp_path / "1")
    merged = Result.town().find("unplated_building", "B1")
    for rows in (merged.buildings, merged.plates, merged.addresses, merged.findings):
        for row in rows:
            row["village_code"] = V2
    merged.villages = [V2]
    told = take(book, merged, tmp_path / "2")
    assert (told.opened_n, told.still_n, told.fixed_n) == (0, 1, 1)
    case = book.cases(present=None).set_index("subject_id")
    assert (case.loc["B1", "village_code"], case.loc["B1", "status"], case.loc["P3", "status"]) == (V2, "open", "fixed")


def test_an_object_that_comes_back_is_the_one_it_was(book: Casebook, tmp_path: Path) -> None:
    take(book, Result.town().find("dangling_plate", "P3"), tmp_path / "1")
    take(book, Result.town().without("P3"), tmp_path / "2")
    assert take(book, Result.town().find("dangling_plate", "P3"), tmp_path / "3").returned_n == 1


def test_an_id_given_to_another_building_opens_another_case(book: Casebook, tmp_path: Path) -> None:
    take(book, Result.town().find("unplated_building", "B1"), tmp_path / "1")
    dealt = Result.town().find("unplated_building", "B1")
    for row in dealt.buildings:
        row["building_id"] = f"B{(int(row['building_id'][1:]) + 1) % 30}"
    told = take(book, dealt, tmp_path / "2")
    assert (told.opened_n, told.fixed_n) == (1, 1)


def test_parents_are_kept(book: Casebook, tmp_path: Path) -> None:
    take(book, Result.town(), tmp_path / "1")
    after = Result.town()
    x, y, w, d = after.buildings[4]["at"]
    after.buildings[4]["at"] = (x, y, w * 0.7, d)
    after.buildings.append({"building_id": "B99", "village_code": V1, "at": (x + w * 0.7, y, w * 0.3, d)})
    take(book, after, tmp_path / "2")
    with book.store.reading() as connection:
        rows = pd.DataFrame(connection.execute(select(schema.lineage)).mappings().all())
    assert rows[["run_id", "child", "parent", "how"]].to_numpy().tolist() == [[2, "B99", "B4", "split"]]
