"""The lists beside the map fit the office's screen: what all rows have in common is left out, every column is seen."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from geo.casebook import Casebook, Decision
from layers.result import EVERYWHERE, Result
from tests.views.cases.conftest import VILLAGE, Desk
from views.cases.queue import WIDTH_PX
from views.short import short


def widths(listed: Any) -> dict[str, int]:
    return {name: column["width"] for name, column in json.loads(listed.proto.columns).items() if "width" in column}


def test_an_address_is_told_from_below_its_village_on(sample: Result) -> None:
    texts = pd.Series(["重庆市璧山区梧溪镇凤峰社区松源街5号", "重庆市璧山区梧溪镇玉湖村枫平路83号", "杏亭路19号", "plates:MP000396"])
    villages = pd.Series([VILLAGE, VILLAGE, VILLAGE, None], dtype="str")
    assert short(sample, texts, villages, VILLAGE).tolist() == ["松源街5号", "玉湖村枫平路83号", "杏亭路19号", "门牌 MP000396"]
    assert short(sample, texts, villages, EVERYWHERE).tolist()[0] == "凤峰社区松源街5号"


def test_a_text_that_is_nothing_but_its_village_stays(sample: Result) -> None:
    assert short(sample, pd.Series(["凤峰社区"]), pd.Series([VILLAGE]), VILLAGE).tolist() == ["凤峰社区"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_deadlines_are_on_the_screen_and_those_that_are_over_carry_a_sign(desk: Desk, book: Casebook, language: str) -> None:
    listed = desk("missing", language=language).dataframe[0]
    assert len(listed.value.columns) == 3
    assert sum(widths(listed).values()) <= WIDTH_PX
    book.set_deadline(VILLAGE, date(2026, 6, 20), by="civil-affairs")
    listed = desk("missing", language=language).dataframe[0]
    assert set(listed.value[{"zh": "期限", "en": "Due"}[language]]) == {"2026-06-20 ⚠"}
    assert sum(widths(listed).values()) <= WIDTH_PX


def test_a_status_is_told_where_the_cases_of_the_list_differ(desk: Desk, book: Casebook) -> None:
    assert "状态" not in desk("missing").dataframe[0].value
    finding = book.cases(villages=[VILLAGE], codes=["unplated_building"])["finding_id"].iloc[0]
    case = book.case(str(finding))
    book.decide(Decision(case.finding_id, "plate_missing", case.version, case.evidence_hash, "civil-affairs"))
    test = desk("missing")
    test.session_state["work_missing"].listing = "all"
    test.run()
    assert set(test.dataframe[0].value["状态"]) == {"待处理", "确认缺牌"}
