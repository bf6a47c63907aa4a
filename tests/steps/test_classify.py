"""Findings from the evidence: complete, in order, one per subject, with a lasting id and a place."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import geopandas as gpd
import pandas as pd
import pytest

import geo.pipeline as pipeline
from geo.classify import FINDING_COLUMNS, classify, status
from geo.rule import Card, Evidence, Rule, found, groups, ids
from geo.rules import RULES
from geo.tables import CERTAINTY, OFFICE, SEVERITY, SUBJECT
from tests.town import Town, town


def evidence_of(drawn: Town) -> Evidence:
    caught: list[Evidence] = []
    whole = pipeline.classify

    def catch(evidence: Evidence, rules: tuple[Rule, ...]) -> gpd.GeoDataFrame:
        caught.append(evidence)
        return whole(evidence, rules)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "classify", catch)
        drawn.verify()
    return caught[0]


@cache
def evidence() -> Evidence:
    return evidence_of(town().house("B-unplated", 0, 60).plate("P-dangling", "普兴社区1组1号", 300, 300))


def rule(code: str, *subject_ids: str, subject: str = "building", **words: object) -> Rule:
    text = dict.fromkeys(("zh", "en", "rule_zh", "rule_en", "todo_zh", "todo_en", "trap_zh", "trap_en", "source"), "…")
    card = Card(code=code, subject=subject, severity="warning", office="data", detail_zh="{subject_id}：{n}", detail_en="{subject_id}: {n}", **text)
    return Rule(card, lambda _: found(pd.Series(subject_ids, dtype="str"), n="7", **words))


def test_no_rule_and_no_finding() -> None:
    for rules in ((), (rule("nothing"),)):
        findings = classify(evidence(), rules)
        assert findings.empty
        assert list(findings.columns) == [*FINDING_COLUMNS, "geometry"]


def test_a_town_without_findings_has_a_status_for_everything() -> None:
    result = town().verify().verification
    assert result.findings.empty
    assert set(result.buildings["status"]) == set(result.plates["status"]) == set(result.addresses["status"]) == {"matched"}


def test_one_finding_is_whole() -> None:
    row = classify(evidence(), (rule("odd", "B1"),)).iloc[0]
    assert (row["code"], row["subject"], row["subject_id"], row["severity"], row["office"]) == ("odd", "building", "B1", "warning", "data")
    assert (row["detail_zh"], row["detail_en"]) == ("B1：7", "B1: 7")
    assert row["geometry"] is not None


def test_findings_come_in_order_of_rules_then_of_subjects() -> None:
    findings = classify(evidence(), (rule("second", "B2", "B10", "B1"), rule("first", "B3")))
    assert findings[["code", "subject_id"]].to_numpy().tolist() == [["second", "B1"], ["second", "B10"], ["second", "B2"], ["first", "B3"]]


def test_a_subject_without_a_place_has_none() -> None:
    row = classify(evidence(), (rule("odd", "no such building"),)).iloc[0]
    assert row["geometry"] is None
    assert pd.isna(row["village_code"])


def test_severities_of_the_profile_win() -> None:
    other = replace(evidence(), profile=replace(evidence().profile, severities={"odd": "notice"}))
    assert classify(other, (rule("odd", "B1"),))["severity"].tolist() == ["notice"]


def test_the_first_finding_gives_the_status() -> None:
    findings = classify(evidence(), (rule("strong", "B1"), rule("weak", "B1", "B2")))
    said = status(pd.Series(["B1", "B2", "B3"]), "building", findings, pd.Series(["x", "y", "z"]))
    assert said.tolist() == ["strong", "weak", "z"]


def test_a_finding_about_another_kind_of_subject_gives_no_status() -> None:
    findings = classify(evidence(), (rule("strong", "B1", subject="plate"),))
    assert status(pd.Series(["B1"]), "building", findings, pd.Series(["x"])).tolist() == ["x"]


def test_every_rule_has_a_whole_card_of_its_own() -> None:
    cards = [r.card for r in RULES]
    assert len({c.code for c in cards}) == len(cards) == 48
    for card in cards:
        assert card.subject in SUBJECT
        assert card.severity in SEVERITY
        assert card.office in OFFICE
        assert all(len(getattr(card, f).strip()) > 0 for f in vars(card)), card.code


def test_every_rule_finds_nothing_in_nothing() -> None:
    nothing = evidence_of(Town().village())
    for each in RULES:
        assert each.find(nothing).empty, each.card.code


def test_every_rule_can_be_asked_twice_and_leaves_the_evidence_as_it_was() -> None:
    before = {t: getattr(evidence(), t).copy() for t in ("buildings", "plates", "addresses", "register", "people", "links")}
    first = [r.find(evidence()) for r in RULES]
    for r, rows in zip(RULES, first, strict=True):
        pd.testing.assert_frame_equal(r.find(evidence()), rows, obj=r.card.code)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(evidence(), name), table, obj=name)


def test_certainty_is_one_of_two_words() -> None:
    findings = classify(evidence(), RULES)
    assert set(findings["certainty"]) <= set(CERTAINTY)


def test_groups_are_named_by_their_smallest_id() -> None:
    frame = pd.DataFrame({"key": ["a", "b", "a", None, "a"], "id": ["3", "1", "10", "0", "2"]})
    table = groups(frame, by="key", id_column="id")
    assert table.loc["a"].tolist() == ["10", ["2", "3"], 3]
    assert table.loc["b"].tolist() == ["1", [], 1]


def test_lists_of_ids_leave_out_nulls_and_repeats() -> None:
    one, two = pd.Series(["a", None, "c"], dtype="str"), pd.Series(["a", None, "b"], dtype="str")
    assert ids(one, two).tolist() == [["a"], [], ["c", "b"]]
