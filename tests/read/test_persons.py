"""Persons never enter. Every number here is invented; the identity numbers carry division 000000 of no place or fail on purpose."""

import numpy as np
import pandas as pd
import pytest

from geo.read.persons import person_column, valid_identity

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def identity(serial):
    """A well-formed number of a division that does not exist (990000)."""
    body = f"99000019900101{serial:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


IDS = [identity(i) for i in range(200)]
PHONES = [f"1990000{i:04d}" for i in range(200)]


def test_the_check_character_is_that_of_the_published_test_value():
    assert valid_identity(pd.Series(["11010519491231002X", "110105194912310021", "00", None])).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("身份证号", "identity"),
        ("公民身份号码", "identity"),
        ("证件号码", "identity"),
        ("联系电话", "phone"),
        ("户主姓名", "name"),
        ("产权人", "name"),
        ("XM", "name"),
        ("与户主关系", "name"),
        ("民族", "person"),
        ("出生日期", "person"),
        ("门牌号", None),
        ("户数", None),
        ("maximum", None),
    ],
)
def test_a_header_tells_what_its_column_is_about(header, kind):
    assert person_column(header, pd.Series([], dtype="str")) == kind


def test_values_tell_where_the_header_does_not():
    assert person_column("备注", pd.Series(IDS)) == "identity"
    assert person_column("备注", pd.Series(PHONES)) == "phone"
    assert person_column("备注", pd.Series(["胡家院子", "王家"] * 20)) is None


def test_record_numbers_that_pass_the_checksum_by_chance_are_no_identity_numbers():
    rng = np.random.default_rng(7)
    codes = [
        f"50012020240{m}{d:02d}{s:04d}"
        for m, d, s in zip(rng.integers(1, 10, 3000), rng.integers(10, 29, 3000), rng.integers(0, 10_000, 3000), strict=True)
    ]
    assert 0.01 < valid_identity(pd.Series(codes)).mean() < 0.15
    assert person_column("地址编码", pd.Series(codes)) is None


def test_codes_of_eleven_digits_are_codes():
    assert person_column("地址编码", pd.Series(PHONES), code=True) is None


def test_columns_about_persons_are_dropped_and_only_counted(folder):
    header = "门牌编号,门牌号,经度,纬度,户主姓名,联系电话,证件号\n"
    rows = "".join(f"P{i},长安路{i}号,106.2,29.6,王某{i},{PHONES[i]},{IDS[i]}\n" for i in range(20))
    folder.plates(rows, header=header)
    raw = folder.read()
    assert set(raw.tables["plates"].columns) == {"plate_id", "text", "_source", "_row", "x", "y"}
    said = raw.repairs[raw.repairs["why"].str.startswith("person_column")]
    assert len(said) == 3
    assert said["why"].str.contains("20").all()
    everything = raw.repairs.to_csv() + raw.quarantine.to_csv() + raw.tables["plates"].to_csv()
    assert not any(secret in everything for secret in ("王某", PHONES[0], IDS[0]))


def test_an_identity_column_mapped_as_an_id_is_still_dropped(folder):
    folder.plates("".join(f"{v},长安路1号,106.2,29.6\n" for v in IDS[:20]), header="编号,门牌号,经度,纬度\n")
    with pytest.raises(Exception, match="plate_id"):
        folder.read()


def test_numbers_inside_an_address_are_cut_out_and_counted(folder):
    folder.plates(
        f"P1,长安路1号 {PHONES[3]},已安装,106.2,29.6\nP2,长安路2号（{IDS[3]}）,已安装,106.2,29.6\nP3,长安路 2024123号,已安装,106.2,29.6\n"
    )
    raw = folder.read()
    assert raw.tables["plates"]["text"].tolist() == ["长安路1号 ", "长安路2号（）", "长安路 2024123号"]
    said = raw.repairs[raw.repairs["why"].str.startswith("person_value")]
    assert said["why"].str.contains("2 格").all()
    assert said[["before", "after"]].isna().all(axis=None)


def test_one_row_per_person_becomes_counts_per_address(folder):
    people = [("A1", "户籍"), ("A1", "户籍"), ("A1", "流动人口"), ("A2", "常住"), ("A3", "户在人不在"), ("A2", "户籍")]
    rows = "".join(f"{a},王某{i},{IDS[i]},{kind}\n" for i, (a, kind) in enumerate(people))
    folder.text("population.csv", "地址编码,姓名,身份证号,人员类型\n" + rows)
    raw = folder.read()
    table = raw.tables["population"].set_index("address_id")
    assert table[["registered_n", "floating_n", "resident_n", "absent_n"]].values.tolist() == [
        ["2", "1", "3", "0"],
        ["1", "0", "2", "0"],
        ["1", "0", "0", "1"],
    ]
    assert raw.sources.loc[0, ["rows_read", "kept", "quarantined"]].tolist() == [6, 6, 0]
    assert "王某" not in raw.tables["population"].to_csv() + raw.repairs.to_csv()


@pytest.mark.parametrize(("header", "column"), [("户籍地址", "registered_n"), ("现住址", "resident_n")])
def test_without_a_kind_the_header_of_the_address_decides_and_the_rest_is_unknown(folder, header, column):
    folder.text("population.csv", f"{header},姓名\n长安路1号,甲\n长安路1号,乙\n长安路2号,丙\n")
    inputs = folder.standardise()
    assert inputs.population[column].tolist() == [2.0, 1.0]
    others = [c for c in ("registered_n", "resident_n", "floating_n", "absent_n", "unit_n") if c != column]
    assert inputs.population[others].isna().all(axis=None)


def test_a_count_per_household_is_not_counted_as_one_person(folder):
    folder.text("population.csv", "地址编码,户主姓名,户籍人口\nA1,甲,4\nA1,乙,2\n")
    assert folder.read().tables["population"]["registered_n"].tolist() == ["4", "2"]


def test_persons_without_an_address_are_counted_as_unplaced_not_lost(folder):
    folder.text("population.csv", "地址编码,姓名\nA1,甲\n,乙\n,丙\n")
    inputs = folder.standardise()
    assert inputs.population["resident_n"].sum() == 3
    assert inputs.population["address_id"].isna().sum() == 1
