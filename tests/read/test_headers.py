"""Headers met in real systems mean one of our columns, or nothing."""

import pytest

from geo.read.headers import clean_header, match_headers, vocabulary
from geo.tables import INPUT


@pytest.mark.parametrize("role", list(INPUT))
def test_every_canonical_and_every_chinese_name_is_understood(role):
    known = vocabulary(role)
    for column in INPUT[role].columns:
        assert known[clean_header(column.name)][0] == column.name
        assert known[clean_header(column.zh)][0] == column.name


@pytest.mark.parametrize(
    ("role", "header", "column"),
    [
        ("addresses", "DZBM", "address_id"),
        ("addresses", "标准地址编码", "address_id"),
        ("addresses", "StandardAddress", "text"),
        ("addresses", "DZMC", "text"),
        ("plates", "门楼牌号", "text"),
        ("plates", "MLPH", "text"),
        ("plates", "MPNumber", "text"),
        ("plates", "社区/居(村)委会", "village_code"),
        ("plates", "CommunityName", "village_code"),
        ("plates", "LSMLPBS", "kind"),
        ("plates", "MPZBX", "x"),
        ("plates", "Lng", "lon"),
        ("addresses", "中心点横坐标", "lon"),
        ("buildings", "SFLJ", "temporary"),
        ("buildings", "层数（层）", "floors_n"),
        ("population", "户在人不在", "absent_n"),
        ("crosswalk", "原门牌地址", "old"),
        ("crosswalk", "OriginalMPAddress", "old"),
        ("villages", "XZQHDM", "village_code"),
    ],
)
def test_headers_of_real_systems(role, header, column):
    assert match_headers(role, [header]) == {column: 0}


@pytest.mark.parametrize(
    "header", ["门 牌 号", "\ufeff门牌号", "门牌号\u200b", " 门牌号 ", "门牌号：", "*门牌号", "ï»¿门牌号", "门牌号\n（必填）"]
)
def test_blanks_marks_and_remarks_do_not_matter(header):
    assert match_headers("plates", [header]) == {"text": 0}


def test_full_width_latin_is_the_same_header():
    assert match_headers("plates", ["ＤＺＢＭ"]) == {"address_id": 0}


def test_of_two_headers_for_one_column_the_better_one_wins_wherever_it_stands():
    assert match_headers("plates", ["村居", "村居代码"])["village_code"] == 1
    assert match_headers("plates", ["村居代码", "村居"])["village_code"] == 0


def test_an_unknown_header_is_not_guessed():
    assert match_headers("plates", ["联系人", "颜色", ""]) == {}


def test_the_mapping_of_the_user_wins_over_the_dictionary():
    found = match_headers("plates", ["门牌号", "标牌原文"], given={"text": "标牌原文"})
    assert found["text"] == 1
    assert match_headers("plates", ["门牌号"], given={"plate_id": "门牌号"}) == {"plate_id": 0}


@pytest.mark.parametrize(
    ("role", "header", "column"),
    [
        ("addresses", "标准地址编", "address_id"),  # ten bytes of GBK
        ("buildings", "building_i", "building_id"),
        ("buildings", "number_exe", "number_exempt"),
        ("buildings", "surveyed_o", "surveyed_on"),
        ("buildings", "建筑编号", "building_id"),
    ],
)
def test_names_cut_to_ten_bytes_are_recognised_in_a_dbf_only(role, header, column):
    assert match_headers(role, [header], cut=True) == {column: 0}


def test_a_cut_name_that_could_be_two_columns_is_neither():
    assert match_headers("addresses", ["valid_from", "valid_to_x"], cut=True) == {"valid_from": 0}
    assert match_headers("plates", ["门牌"], cut=True) == {"text": 0}  # a whole word of the dictionary, not a cut one
