from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address import fold_village
from geo.address.clean import clean
from geo.address.names import canonical_street
from geo.address.numeral import arabic
from geo.address.script import FOLD, simplify

from .texts import doors, numeral


@given(st.integers(1, 999))
def test_a_numeral_in_chinese_reads_as_its_digits(n: int) -> None:
    assert arabic(numeral(n)) == str(n)
    assert arabic("".join("〇一二三四五六七八九"[int(d)] for d in str(n))) == str(n)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("012", "12"),
        ("000", "0"),
        ("廿三", "23"),
        ("卅", "30"),
        ("三0五", "305"),
        ("一千二百三十四", "1234"),
        ("拾贰", "12"),
        ("一百零三", "103"),
        ("甲", "甲"),
        ("", ""),
    ],
)
def test_odd_writings_of_numerals(text: str, digits: str) -> None:
    assert arabic(text) == digits


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("建设二路", "建设2路"),
        ("二十四路", "24路"),
        ("二一路", "二一路"),
        ("十里街", "十里街"),
        ("中山东三路", "中山东3路"),
        ("湖美二街", "湖美2街"),
        ("六里", "6里"),
        ("建设路", "建设路"),
    ],
)
def test_a_numeral_in_a_name_changes_only_where_it_is_one(name: str, canonical: str) -> None:
    assert canonical_street(name) == canonical


def test_the_fold_table_maps_one_character_to_one_and_ends_there() -> None:
    assert all(len(v) == 1 for v in FOLD.values())
    assert not [chr(k) for k, v in FOLD.items() if ord(v) in FOLD]
    assert simplify("臺灣鳳凰樓棟單號裡後") == "台湾凤凰楼栋单号里后"


def test_waterside_names_that_differ_are_not_folded_together() -> None:
    assert simplify("钱家浜") != simplify("钱家滨")


def test_villages_fold_their_offices_and_stay_apart_from_communities() -> None:
    names = pd.Series(
        [
            "柳塘村委会",
            "柳塘村民委员会",
            "柳塘行政村",
            "柳塘村",
            "柳 塘村",
            "柳塘社区",
            "柳塘居委会",
            "柳塘社区居民委员会",
            "童家嘎查",
            None,
            "",
        ],
        dtype="str",
    )
    got = fold_village(names)
    assert got.iloc[:5].eq("柳塘村").all()
    assert got.iloc[5:8].eq("柳塘社区").all()
    assert got.iloc[8] == "童家嘎查"
    assert got.iloc[9:].isna().all()
    assert got.index.equals(names.index)
    assert fold_village(got).equals(got)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("建设路　１２ 号", "建设路12号"), ("建设路8一5号", "建设路8-5号"), ("建设路1O2号", "建设路102号"), ("建设路3—2–1", "建设路3-2-1"),
        ("建设路50---58号", "建设路50-58号"), ("【建设路】12号", "建设路12号"), ("Main  Street 5", "Main Street 5"), ("建设路b12号", "建设路B12号"),
    ],
)  # fmt: skip
def test_what_was_typed_is_freed_of_how(text: str, shown: str) -> None:
    assert clean(text).shown == shown


def test_brackets_are_taken_out_with_their_place() -> None:
    assert clean("思源村(现柳塘村)5号").notes == ((3, "现柳塘村"),)
    assert clean("思源村（现（原）柳塘村").notes == ((3, "现原）柳塘村"),) or clean("思源村（现（原）柳塘村").shown == "思源村"


@settings(max_examples=60)
@given(doors(), st.booleans())
def test_cleaning_twice_is_cleaning_once(door: object, spaced: bool) -> None:
    once = clean(door.write(han=True, spaced=spaced))  # type: ignore[attr-defined]
    assert clean(once.shown) == once._replace(notes=(), over="")
    assert len(once.key) == len(once.shown)
