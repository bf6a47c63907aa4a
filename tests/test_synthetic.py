"""The dealt town is believable, repeatable, complete and honest about its own truth."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import ProfileError
from geo.rules import RULES
from geo.synthetic import Town, deal_town, write_town
from geo.synthetic.layer_faults import LAYER_FAULTS
from geo.synthetic.names import numeral
from geo.tables import COUNTS, INPUT

SEED = 5
LAYER_CODES = {code for code, _, _ in LAYER_FAULTS.values()}


@cache
def town(noise: str = "town", buildings_n: int = 500, seed: int = SEED) -> Town:
    return deal_town(buildings_n=buildings_n, seed=seed, noise=noise)  # type: ignore[arg-type]


def cases(code: str) -> pd.DataFrame:
    findings = town().truth["findings"]
    return findings.loc[findings["code"] == code]


def digest(folder: Path, pattern: str) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob(pattern))}


@pytest.mark.parametrize("noise", ["easy", "town", "hard"])
@pytest.mark.parametrize("seed", [1])
def test_every_finding_is_planted_in_every_town(noise: str, seed: int) -> None:
    planted = set(town(noise, 400, seed).description["codes"])
    assert planted | LAYER_CODES == {rule.card.code for rule in RULES}


@pytest.mark.parametrize("fault", sorted(LAYER_FAULTS))
def test_a_fault_of_a_whole_layer_is_planted_when_it_is_asked_for(fault: str) -> None:
    code, table, _ = LAYER_FAULTS[fault]
    spoiled = deal_town(buildings_n=300, seed=SEED, faults=[fault])
    plain = town(buildings_n=300)
    found = spoiled.truth["findings"].query("subject == 'layer'")
    assert found[["code", "subject_id"]].to_numpy().tolist() == [[code, table]]
    assert not any(a is not None and b is not None and a.equals(b) for a, b in zip(spoiled.tables[table].geometry, plain.tables[table].geometry, strict=True)) or fault == "crs_unknown"
    assert (spoiled.tables[table].crs is None) == (fault == "crs_unknown")


def test_an_unknown_layer_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ProfileError, match="gcj02"):
        deal_town(buildings_n=300, seed=SEED, faults=["gcj-02"])


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_town(deal_town(buildings_n=300, seed=SEED), tmp_path / name, truth=True)
    assert digest(tmp_path / "a", "*.*") == digest(tmp_path / "b", "*.*")


def test_another_seed_gives_another_town() -> None:
    assert not town().tables["plates"]["text"].equals(town(seed=SEED + 1).tables["plates"]["text"])


def test_the_sample_in_the_repository_is_the_one_its_description_names(tmp_path: Path) -> None:
    sample = Path(__file__).parent.parent / "data" / "sample"
    write_town(deal_town(buildings_n=750, seed=7), tmp_path)
    text = ("*.csv", "*.geojson", "*.toml")
    assert {k: v for p in text for k, v in digest(sample, p).items()} == {k: v for p in text for k, v in digest(tmp_path, p).items()}


def test_the_town_has_about_the_buildings_asked_for() -> None:
    for noise in ("easy", "town", "hard"):
        assert len(town(noise).tables["buildings"]) == pytest.approx(500, rel=0.06)


def test_every_column_is_one_the_contract_declares() -> None:
    for name, table in town().tables.items():
        assert set(table.columns) - {"geometry"} <= {c.name for c in INPUT[name].columns}, name


def test_choices_are_those_of_the_contract() -> None:
    for name, table in town("hard").tables.items():
        for column in INPUT[name].columns:
            if column.choices and column.name in table:
                assert set(table[column.name].dropna()) <= set(column.choices), (name, column.name)


def test_houses_do_not_overlap_but_where_it_was_planted() -> None:
    table = town().tables["buildings"]
    shape = shapely.make_valid(table.geometry.to_numpy())
    a, b = shapely.STRtree(shape).query(shape, predicate="intersects")
    a, b = a[a < b], b[a < b]
    common_m2 = shapely.area(shapely.intersection(shape[a], shape[b]))
    worst = common_m2 / np.minimum(shapely.area(shape[a]), shapely.area(shape[b])).clip(1e-9)
    ids = table["building_id"].to_numpy()
    overlapping = {frozenset(p) for p in zip(ids[a[worst > 0.10]], ids[b[worst > 0.10]], strict=True)}
    planted = {frozenset([s, *accept]) for s, accept in zip(cases("overlapping_footprints")["subject_id"], cases("overlapping_footprints")["accept"], strict=True)}
    assert overlapping == planted


def test_villages_cover_the_town_without_overlap() -> None:
    villages = town().tables["villages"].geometry
    assert villages.is_valid.all()
    assert villages.area.sum() == pytest.approx(villages.union_all().area, rel=1e-3)
    assert villages.union_all().buffer(1).contains(shapely.unary_union(shapely.make_valid(town().tables["buildings"].geometry.to_numpy())))


def test_outlines_are_not_a_raster() -> None:
    shapes = town().tables["buildings"].geometry
    corners = shapely.get_num_coordinates(shapes.to_numpy())
    assert (corners > 5).mean() > 0.25
    edge = shapely.get_coordinates(shapely.get_point(shapely.get_exterior_ring(shapes.to_numpy()), 1)) - shapely.get_coordinates(
        shapely.get_point(shapely.get_exterior_ring(shapes.to_numpy()), 0)
    )
    bearing = np.degrees(np.arctan2(edge[:, 1], edge[:, 0])) % 90
    assert np.histogram(bearing, bins=9, range=(0, 90))[0].max() < 0.6 * len(bearing)


def test_unplated_buildings_have_neither_plate_nor_address() -> None:
    linked = set(town().truth["links"]["building_id"].dropna())
    assert not linked & set(cases("unplated_building")["subject_id"])


def test_dangling_plates_hang_far_from_every_standing_house() -> None:
    plates = town().tables["plates"].set_index("plate_id").geometry[cases("dangling_plate")["subject_id"]]
    houses = shapely.unary_union(shapely.make_valid(town().tables["buildings"].geometry.to_numpy()))
    assert (plates.distance(houses) > 30).all()


def test_undecided_plates_are_equally_far_from_two_houses() -> None:
    plates = town().tables["plates"].set_index("plate_id").geometry[cases("undecided_plate")["subject_id"]]
    shapes = shapely.make_valid(town().tables["buildings"].geometry.to_numpy())
    for point in plates:
        first, second = np.sort(shapely.distance(point, shapes))[:2]
        assert second - first < 0.01


def test_misplaced_plates_lie_between_8_and_150_m_from_their_house() -> None:
    plates = town().tables["plates"].set_index("plate_id").geometry
    houses = town().tables["buildings"].set_index("building_id").geometry
    found = cases("misplaced_plate")
    for plate, accept in zip(found["subject_id"], found["accept"], strict=True):
        assert 8 < plates[plate].distance(houses[accept[0]]) <= 150


def test_vacant_is_proven_by_a_fresh_zero_and_occupied_is_everything_else() -> None:
    people = town().tables["population"].set_index("address_id")
    for address in cases("demolished_vacant")["subject_id"]:
        assert (people.loc[address, list(COUNTS)] == 0).all()
        assert people.loc[address, "counted_on"] >= "2026-05-31"
    for address in cases("demolished_occupied")["subject_id"]:
        if address in people.index:
            assert people.loc[address, list(COUNTS)].sum() > 0 or people.loc[address, "counted_on"] < "2026-05-31"


def test_changed_outlines_overlap_by_a_part_and_all_others_hardly_change() -> None:
    new = town().tables["buildings"].set_index("building_id").geometry
    old = town().tables["buildings_previous"].set_index("building_id").geometry.translate(0.65, -0.4)
    both = new.index.intersection(old.index)
    a, b = shapely.make_valid(new[both].to_numpy()), shapely.make_valid(old[both].to_numpy())
    overlap = shapely.area(shapely.intersection(a, b))
    iou = pd.Series(overlap / (shapely.area(a) + shapely.area(b) - overlap), index=both)
    changed = set(cases("changed_footprint")["subject_id"])
    assert iou[list(changed)].between(0.10, 0.85).all()
    neutral = town().truth["neutral"]
    open_ = set(neutral.loc[neutral["code"].isin(["changed_footprint", "*"]), "id"])
    assert (iou.drop(list(changed | open_ & set(both))) >= 0.85).all()


def test_every_id_of_the_truth_was_delivered() -> None:
    tables = town().tables
    known = {
        "building": set(tables["buildings"]["building_id"]) | set(tables["buildings_previous"]["building_id"]),
        "plate": set(tables["plates"]["plate_id"]),
        "address": set(tables["addresses"]["address_id"]),
    }
    findings = town().truth["findings"]
    for kind, ids in known.items():
        assert set(findings.loc[findings["subject"] == kind, "subject_id"]) <= ids
    pairs = town().truth["pairs"]
    assert set(pairs.loc[pairs["rel"] == "bp", "b"]) <= known["plate"]
    assert set(pairs.loc[pairs["rel"] == "ab", "b"]) <= known["address"]


def test_a_case_is_never_neutral_for_its_own_code() -> None:
    for noise in ("easy", "town", "hard"):
        findings, neutral = town(noise).truth["findings"], town(noise).truth["neutral"]
        both = findings.merge(neutral, left_on=["code", "subject_id"], right_on=["code", "id"])
        assert both.empty, both[["code", "subject_id"]].to_numpy().tolist()


def test_people_placed_are_no_more_than_people_counted() -> None:
    told = town().description
    for count in COUNTS:
        assert 0 < told["people_placed"][count] <= told["people_total"][count]


def test_numbers_of_a_street_are_used_once_but_where_it_was_planted() -> None:
    plates = town().tables["plates"]
    plain = plates.loc[plates["text"].str.fullmatch(r"[^\d临]+[路街巷道]\d+号") & ~plates.duplicated(["plate_id", "text"])]
    twice = plain.loc[plain.duplicated(["village_code", "text"], keep=False), "plate_id"]
    allowed = {i for code in ("duplicate_number", "plate_for_many_buildings") for row in cases(code).itertuples() for i in [row.subject_id, *row.accept]}
    links = town().truth["links"]
    moved = set(links.loc[links["fault"] == "village_mismatch", "plate_id"])
    assert set(twice) <= allowed | moved


def test_the_office_folder_looks_like_an_office(tmp_path: Path) -> None:
    folder = write_town(town(), tmp_path)
    assert folder.joinpath("plates.csv").read_bytes().decode("gb18030").startswith("门牌编号,门牌号,")
    assert gpd.read_file(folder / "buildings.gpkg").columns[0] == "建筑编号"
    previous = gpd.read_file(folder / "buildings_previous.zip")
    assert {"建筑编号", "建筑层数", "测绘日期"} <= set(previous.columns)
    title = pd.read_excel(folder / "addresses.xlsx", header=None, nrows=2, engine="openpyxl")
    assert title.iloc[0, 0] == "梧溪镇标准地址登记表"
    assert title.iloc[1, 1] == "标准地址"
    assert not (folder / "truth").exists()


def test_parquet_comes_back_as_it_was_dealt(tmp_path: Path) -> None:
    write_town(town(), tmp_path, formats="parquet")
    back = gpd.read_parquet(tmp_path / "buildings.parquet")
    assert back.crs == town().crs
    assert back["building_id"].tolist() == town().tables["buildings"]["building_id"].tolist()


def test_no_person_is_in_the_town() -> None:
    words = re.compile(r"姓名|身份证|电话|手机|\d{17}[\dXx]|1[3-9]\d{9}")
    for name, table in town().tables.items():
        for column in table.columns.drop("geometry", errors="ignore"):
            values = [column, *table[column].dropna().astype(str)]
            # ids of addresses are thirteen digits by construction, none of them a phone number
            hits = [v for v in values if words.search(v) and not (column == "address_id" and len(v) == 13)]
            assert not hits, (name, column, hits[:3])


@pytest.mark.parametrize(("value", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (999, "九百九十九")])
def test_numbers_are_written_as_people_write_them(value: int, text: str) -> None:
    assert numeral(value) == text
