"""Texts become values, or are refused; unknown is never zero."""

import numpy as np
import pandas as pd
import pytest

from geo.read.ledger import Ledger
from geo.read.values import OPEN_END, clean_ids, float_like, parse_count, parse_date, propose_count, type_table
from geo.read.words import CHOICES
from geo.tables import INPUT


def typed(role, columns, values=None):
    """Columns of one role, typed; the quarantine and the repairs."""
    ledger = Ledger()
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame(columns, dtype="str").assign(_source="a.csv", _row=range(1, n + 1), _key=[f"K{i}" for i in range(n)])
    return type_table(frame, INPUT[role], values or {}, ledger), ledger.quarantine_frame(), ledger.repairs_frame()


@pytest.mark.parametrize("role", list(INPUT))
def test_a_table_without_columns_gets_every_declared_one_all_null(role):
    frame = typed(role, {"_none": ["x", "y"]})[0]
    kinds = {"bool": "boolean", "date": "datetime64[ns]", "count": "float64", "number": "float64", "ratio": "float64"}
    for column in INPUT[role].columns:
        assert frame[column.name].isna().all()
        assert str(frame[column.name].dtype) == kinds.get(column.kind, "str")


@pytest.mark.parametrize(
    ("text", "count"),
    [("3", 3), ("３", 3), (" 3 ", 3), ("3.0", 3), ("1,200", 1200), ("１，２００", 1200), ("3人", 3), ("0", 0), ("007", 7), ("6层", 6)],
)
def test_counts_in_any_width(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["三", "约5", "-2", "3.5", "1,20", "1000000000", "5-6", "有", "6+1", "1e3", "'3"])
def test_what_is_no_count_is_refused_cell_by_cell_and_the_row_stays(text):
    frame, quarantine, _ = typed("population", {"address_id": ["A1", "A2"], "registered_n": [text, "2"]})
    assert frame["registered_n"].isna().tolist() == [True, False]
    assert quarantine[["key", "code", "column", "value"]].values.tolist() == [["K0", "count_bad", "registered_n", text]]


@pytest.mark.parametrize(
    ("text", "proposed"), [("三", 3), ("十二", 12), ("二十", 20), ("约5", 5), ("-2", None), ("3.5", None), ("很多", None)]
)
def test_a_count_in_words_is_proposed_never_used(text, proposed):
    assert propose_count(text) == proposed
    if proposed is not None:
        assert f"是否为 {proposed}" in typed("population", {"registered_n": [text]})[1]["fix"].iloc[0]


@pytest.mark.parametrize("text", ["", "-", "无", "不详", "NULL", "n/a", "nan", None])
def test_a_blank_is_unknown_not_zero_and_no_fault(text):
    frame, quarantine, repairs = typed("population", {"registered_n": [text, "0"]})
    assert frame["registered_n"].isna().tolist() == [True, False]
    assert quarantine.empty
    assert repairs.empty


def test_no_building_has_zero_storeys():
    frame, _, repairs = typed("buildings", {"floors_n": ["0", "2"], "height_m": ["0", "6.5米"]})
    assert frame["floors_n"].isna().tolist() == [True, False]
    assert frame["height_m"].fillna(-1).tolist() == [-1, 6.5]
    assert repairs["why"].str.startswith("zero_is_unknown").sum() == 2


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-05",
        "2024/6/5",
        "2024.6.5",
        "20240605",
        "2024年6月5日",
        "２０２４年６月５日",
        "2024-06-05 12:30:00",
        "2024-06-05T12:30:00Z",
        "2024-06-05T00:00:00.000+08:00",
    ],
)
def test_a_day_in_any_unambiguous_notation(text):
    assert parse_date(text) == pd.Timestamp(2024, 6, 5)


@pytest.mark.parametrize("text", ["05/06/2024", "5-6-24", "2024-13-01", "2024-02-30", "12024-01-01", "昨天", "0001-01-01", "45448"])
def test_a_day_that_could_be_another_is_refused(text):
    frame, quarantine, _ = typed("plates", {"installed_on": [text, "2024-06-05"]})
    assert frame["installed_on"].isna().tolist() == [True, False]
    assert quarantine["code"].tolist() == ["date_bad"]


@pytest.mark.parametrize("text", ["长期", "永久", "9999-12-31", "长期有效"])
def test_without_end_is_a_value_not_a_blank(text):
    assert parse_date(text) == OPEN_END


def test_excel_day_numbers_are_days_only_where_the_whole_column_holds_them():
    frame, quarantine, repairs = typed("plates", {"installed_on": ["45448", "45449", None]})
    assert frame["installed_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2024-06-05", "2024-06-06", ""]
    assert quarantine.empty
    assert repairs["why"].str.startswith("excel_serial").all()


@pytest.mark.parametrize(
    ("role", "column", "text", "choice"),
    [
        ("buildings", "condition", "在用", "functional"),
        ("buildings", "condition", "已拆除", "demolished"),
        ("buildings", "condition", "误录", "entered_in_error"),
        ("buildings", "condition", "under construction", "under_construction"),
        ("buildings", "use", "住宅", "residential"),
        ("buildings", "use", "商住", "mixed"),
        ("buildings", "use", "附属", "ancillary"),
        ("plates", "state", "已安装", "installed"),
        ("plates", "state", " 已 安装".replace(" ", ""), "installed"),
        ("plates", "state", "已制作", "made"),
        ("plates", "state", "未上墙", "made"),
        ("plates", "face", "破损", "damaged"),
        ("plates", "face", "不清", "illegible"),
        ("plates", "level", "楼牌", "building"),
        ("plates", "kind", "临时", "temporary"),
        ("addresses", "status", "注销", "retired"),
        ("addresses", "status", "有效", "current"),
        ("crosswalk", "reason", "改号", "renumber"),
        ("crosswalk", "reason", "合并", "merger"),
    ],
)
def test_words_of_offices(role, column, text, choice):
    assert typed(role, {column: [text]})[0][column].tolist() == [choice]


@pytest.mark.parametrize(("role", "column"), sorted(CHOICES))
def test_every_word_leads_to_a_declared_choice_and_every_choice_to_itself(role, column):
    choices = INPUT[role].column(column).choices
    assert set(CHOICES[role, column].values()) == set(choices)
    assert all(CHOICES[role, column][c] == c for c in choices)


@pytest.mark.parametrize(
    ("text", "truth"), [("是", True), ("否", False), ("1", True), ("0", False), ("TRUE", True), ("√", True), ("临时", True), ("Ｎ", False)]
)
def test_yes_and_no(text, truth):
    frame = typed("buildings", {"temporary": [text, None]})[0]
    assert frame["temporary"].tolist() == [truth, pd.NA]


def test_an_unknown_word_is_null_and_said():
    frame, quarantine, repairs = typed("plates", {"state": ["挂了一半", "已安装"]})
    assert frame["state"].fillna("").tolist() == ["", "installed"]
    assert quarantine.empty
    assert repairs[["key", "column", "before"]].values.tolist() == [["K0", "state", "挂了一半"]]
    assert repairs["why"].iloc[0].startswith("value_unknown")


def test_the_words_of_the_user_win():
    frame, _, repairs = typed("plates", {"state": ["挂了一半", "是"]}, {"state": {"挂了一半": "made", "是": "removed"}})
    assert frame["state"].tolist() == ["made", "removed"]
    assert repairs.empty


def test_ids_are_texts_with_their_zeros():
    assert clean_ids(pd.Series(["007", " 7 ", "'0012", '="0012"', "Ａ１", "a\u200bb", None])).fillna("").tolist() == [
        "007",
        "7",
        "0012",
        "0012",
        "A1",
        "ab",
        "",
    ]


def test_codes_that_went_through_a_float_are_recognised():
    ids = pd.Series(["5.00227E+17", "50011.0", "5e3", "50011", "1-2", "E12", "12E", "1.5", None])
    assert float_like(ids).tolist() == [True, True, True, False, False, False, False, False, False]


def test_a_declared_code_that_went_through_a_float_is_unknown_and_said():
    frame, _, repairs = typed("plates", {"address_id": ["5.00227E+17", "A1"]})
    assert frame["address_id"].fillna("").tolist() == ["", "A1"]
    assert repairs["why"].iloc[0].startswith("code_in_scientific_notation")


def test_control_characters_and_endless_texts():
    frame, _, repairs = typed("plates", {"text": ["长安路\u202e1号", "x" * 600, "长安路\t2号", "长安路 3号"]})
    assert frame["text"].fillna("").tolist() == ["长安路1号", "", "长安路2号", "长安路 3号"]
    assert repairs["why"].str.split(":").str[0].value_counts().to_dict() == {"control_characters": 2, "text_too_long": 1}


@pytest.mark.parametrize(("text", "ratio"), [("0.95", 0.95), ("95%", 0.95), ("95", 0.95), ("1", 1.0)])
def test_a_target_is_a_ratio(text, ratio):
    assert typed("villages", {"target_ratio": [text]})[0]["target_ratio"].tolist() == [ratio]


def test_a_column_of_many_different_values_is_typed_the_same_way():
    numbers = np.arange(20_000)
    frame = typed("buildings", {"floors_n": numbers.astype(str)})[0]
    assert (frame["floors_n"].to_numpy()[1:] == numbers[1:]).all()
