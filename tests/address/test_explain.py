from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address import explain
from geo.address.clean import clean, places
from geo.profile import Habits
from geo.tables import Scope

from .test_parse import CASES


def tokens(text: str) -> list[tuple[str, str, str]]:
    return [(t.text, t.element, t.value) for t in explain(text, scope=Scope(), habits=Habits())]


def test_every_token_names_its_element_and_reason() -> None:
    got = explain("石塘镇柳塘村委会 七组十五号之二（原老街9号）", scope=Scope(), habits=Habits())
    assert [(t.text, t.element, t.value) for t in got] == [
        ("石塘镇", "town", "石塘镇"),
        ("柳塘村委会", "village", "柳塘村"),
        ("七组", "group", "7组"),
        ("十五号之二", "number", "15"),
        ("十五号之二", "sub_number", "2"),
        ("（原老街9号）", "alias", "老街9号"),
    ]
    assert all(t.zh and t.en for t in got)


def test_the_full_width_text_is_shown_as_delivered() -> None:
    assert tokens("建设路１２號") == [("建设路", "street", "建设路"), ("１２號", "number", "12")]


def test_what_is_passed_over_is_shown_too() -> None:
    assert ("湖南省澄阳市", "skipped", "湖南省澄阳市") in tokens("湖南省澄阳市湖南省澄阳市云溪县建设路1号")
    assert ("13800000000", "skipped", "") in tokens("建设路1号13800000000")


@pytest.mark.parametrize("text", [c[0] for c in CASES])
def test_every_letter_and_digit_is_in_a_token(text: str) -> None:
    covered = {i for t in explain(text, scope=Scope(), habits=Habits()) for i in range(t.start, t.end)}
    assert all(i in covered for i, c in enumerate(text) if c.isalnum())


@settings(max_examples=60)
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=50) | st.text("柳塘村路号栋室附之-O_一1230(（)） \t１２東號邻第负", max_size=50)
)
def test_tokens_lie_in_the_text_and_the_places_follow_the_cleaning(text: str) -> None:
    assert len(places(text)) == len(clean(text).shown)
    for t in explain(text, scope=Scope(), habits=Habits()):
        assert text[t.start : t.end] == t.text
        assert t.zh
        assert t.en
