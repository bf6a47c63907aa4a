from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address import parse, standard_text
from geo.profile import Habits
from geo.tables import Scope

from .test_parse import CASES
from .texts import Door, doors

SCOPE = Scope(province="湖南省", city="澄阳市", county="云溪县", town="石塘镇")


def standard(texts: list[str], scope: Scope) -> list[str]:
    return standard_text(parse(pd.Series(texts, dtype="str"), scope=scope, habits=Habits()), scope=scope).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("柳塘村七组十五号之二", "湖南省澄阳市云溪县石塘镇柳塘村7组15号附2号"),
        ("石塘镇柳塘村委会建设路 12 号1幢2单元5楼2号", "湖南省澄阳市云溪县石塘镇柳塘村建设路12号1栋2单元5层2室"),
        ("柳塘村3组12号(临)", "湖南省澄阳市云溪县石塘镇柳塘村3组临12号"),
        ("建设路12A号", "湖南省澄阳市云溪县石塘镇建设路12A号"),
        ("柳塘村东大街12排3号", "湖南省澄阳市云溪县石塘镇柳塘村东大街12排3号"),
        ("柳营路669弄14号1102室", "湖南省澄阳市云溪县石塘镇柳营路669弄14号1102室"),
    ],
)
def test_upper_levels_come_from_the_scope(text: str, expected: str) -> None:
    assert standard([text], SCOPE) == [expected]


def test_without_a_scope_only_what_is_written_is_written() -> None:
    assert standard(["柳塘村七组十五号", "臺南市中西區府前里14鄰府前路二段61之2號"], Scope()) == [
        "柳塘村7组15号",
        "臺南市中西區府前里14邻府前路2段61之2号",
    ]


def test_a_municipality_is_written_once() -> None:
    assert standard(["建设路1号"], Scope(province="重庆市", city="重庆市", county="璧山区")) == ["重庆市璧山区建设路1号"]


def test_nothing_read_gives_nothing() -> None:
    got = standard_text(parse(pd.Series([None, "", "?"], dtype="str"), scope=SCOPE, habits=Habits()), scope=SCOPE)
    assert got.isna().all()
    assert got.dtype == "str"


@pytest.mark.parametrize("text", [c[0] for c in CASES])
def test_the_standard_text_names_the_same_door_and_is_its_own_standard(text: str) -> None:
    once = standard([text], Scope())[0]
    read = parse(pd.Series([text, once], dtype="str"), scope=Scope(), habits=Habits())
    for column in ("place", "door", "within", "temporary"):
        first, second = read[column]
        assert first == second or (pd.isna(first) and pd.isna(second)), (text, once, column, first, second)
    assert standard([once], Scope())[0] == once


@settings(max_examples=12)
@given(st.lists(doors(), min_size=30, max_size=30))
def test_any_door_survives_being_standardised(town: list[Door]) -> None:
    texts = [d.write() for d in town]
    once = standard(texts, SCOPE)
    before, after = (parse(pd.Series(t, dtype="str"), scope=SCOPE, habits=Habits()) for t in (texts, once))
    keys = ["place", "door", "within", "temporary"]
    pd.testing.assert_frame_equal(before[keys], after[keys])
    assert standard(once, SCOPE) == once
