"""Refused and changed rows are told in one language, by the names a clerk knows."""

from __future__ import annotations

import pandas as pd
import pytest
import streamlit as st

from geo.outputs import OUTPUT
from views.records import told_rows

REFUSED = pd.DataFrame(
    {
        "table": ["buildings", "plates", "plates"],
        "source": "a.csv",
        "row": ["1", "2", "3"],
        "key": ["J1", "M1", "M2"],
        "code": ["invalid_geometry", "duplicate_id", "nul_bytes"],
        "column": ["geometry", "plate_id", None],
        "value": ["geom_invalid: Ring Self-intersection[1 2]", "M1", None],
        "fix": ["请重测 / survey it again", "同一编号有不同内容 / one id twice", "没有译文"],
    }
)
REPAIRED = pd.DataFrame(
    {
        "table": ["plates"], "key": ["M1"], "column": ["geometry"], "before": ["POINT (0 0)"], "after": [None],
        "why": ["outside_project: 坐标为 (0, 0) / the coordinate is (0, 0)"],
    }
)  # fmt: skip


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    session = {"language": "zh"}
    monkeypatch.setattr(st, "session_state", session)
    return session


def test_chinese_rows_hold_no_english(speak: dict[str, str]) -> None:
    told = told_rows(REFUSED, "quarantine")
    assert told.columns.tolist() == [c.zh for c in OUTPUT["quarantine"].columns]
    assert told["表"].tolist() == ["建筑物", "门楼牌", "门楼牌"]
    assert told["列"].tolist()[:2] == ["图形", "门牌编号"]
    assert told["原因代码"].tolist() == ["几何无效", "编号重复", "nul_bytes"]
    assert told["原值"].iloc[0] == "边界自相交[1 2]"
    assert told["改法"].tolist() == ["请重测", "同一编号有不同内容", "没有译文"]
    assert told_rows(REPAIRED, "repairs")["原因"].tolist() == ["坐标为 (0, 0)"]


def test_english_rows_hold_no_chinese(speak: dict[str, str]) -> None:
    speak["language"] = "en"
    told = told_rows(REFUSED.iloc[:2], "quarantine")
    assert not any("一" <= sign <= "鿿" for sign in told.to_string())
    assert told_rows(REPAIRED, "repairs").to_string().count("the coordinate is (0, 0)") == 1


def test_no_rows_stay_no_rows(speak: dict[str, str]) -> None:
    assert told_rows(REFUSED.iloc[:0], "quarantine").empty
