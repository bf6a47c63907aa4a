"""Every code can be told apart without its colour."""

from __future__ import annotations

from geo.outputs import EXTRA_STATUS
from geo.rules import RULES
from geo.tables import LINK_STATE
from layers.cards import cards, in_order, title
from layers.style import GAPS, LINK_DASHES, LOOKS, gap_colour, look, sheet


def test_every_finding_and_every_status_has_a_look_of_its_own() -> None:
    assert {rule.card.code for rule in RULES} <= set(LOOKS)
    assert set(EXTRA_STATUS) <= set(LOOKS)


def test_no_two_codes_share_a_sign() -> None:
    signs = [one.sign for one in LOOKS.values() if one.sign]
    assert len(signs) == len(set(signs))
    assert all(LOOKS[rule.card.code].sign for rule in RULES)


def test_what_is_undecided_is_dashed_and_what_is_decided_is_not() -> None:
    assert all(LOOKS[code].dash for code in ("undecided", "undecided_plate", "undecided_address"))
    assert not LOOKS["matched"].dash


def test_the_states_of_a_link_differ_without_colour() -> None:
    assert set(LINK_DASHES) == set(LINK_STATE)
    drawn = {(one["dash"], one["weight"]) for one in sheet()["links"].values()}
    assert len(drawn) == len(LINK_STATE)


def test_a_code_of_a_newer_version_is_drawn_and_named_all_the_same() -> None:
    assert look("found_next_year").sign == "?"
    assert title("found_next_year", "en") == "found next year"
    assert in_order({"found_next_year", "dangling_plate"}) == ["dangling_plate", "found_next_year"]


def test_codes_are_told_in_order_of_precedence() -> None:
    assert in_order(set(cards())) == [rule.card.code for rule in RULES]


def test_the_classes_of_the_village_map_meet_without_a_gap() -> None:
    assert [bound for bound, _ in GAPS] == sorted(bound for bound, _ in GAPS)
    assert gap_colour(-0.1) == gap_colour(0.0) == GAPS[0][1]
    assert gap_colour(0.001) == GAPS[1][1]
    assert gap_colour(5.0) == GAPS[-1][1]
