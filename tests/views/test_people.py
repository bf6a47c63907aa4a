"""The people page: exact for the police, suppressed for all others, in every table and on the map."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers.result import Result
from tests.views.conftest import Opened, texts
from views import people


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


def as_office(role: pytest.MonkeyPatch, *roles: str) -> None:
    role.setattr(people, "current_user", lambda: SimpleNamespace(roles=roles))


def charts(test: AppTest) -> str:
    """Everything that is sent to draw the map."""
    return "".join(str(one.proto) for kind in ("arrow_vega_lite_chart", "vega_lite_chart") for one in test.get(kind))


def test_the_police_see_the_counts_as_they_are(result: Result, opened: Opened, role: pytest.MonkeyPatch) -> None:
    as_office(role, "police")
    test = opened("people", village="V1")
    assert {m.label: m.value for m in test.metric}["落到唯一建筑"] == "40 / 42"
    assert "准确人数" in texts(test)
    assert test.dataframe[0].value["人口"].tolist() == ["42", "300", "342"]


@pytest.mark.parametrize("office", ["leader", "civil_affairs", "village", "data"])
def test_others_see_no_small_count_and_no_total_that_gives_one_away(result: Result, opened: Opened, role: pytest.MonkeyPatch, office: str) -> None:
    as_office(role, office)
    test = opened("people", village="V1")
    shown = test.dataframe[0].value
    assert shown["人口"].tolist() == ["不公开", "不公开", "不公开"]
    assert shown["户在人不在"].tolist()[0] == "<5"
    assert "40" not in " ".join(str(m.value) for m in test.metric)
    assert "涉及人数" not in pd.concat([pd.Series(d.value.columns) for d in test.dataframe]).tolist()


def test_the_map_of_others_carries_no_exact_small_count(result: Result) -> None:
    from geo.headcount import count_buildings

    counts = count_buildings(result.within("buildings", "V1"), exact=False)
    chart = people._chart(result, result.within("buildings", "V1"), counts, exact=False).to_dict()
    told = {row.get("told") for data in chart["datasets"].values() for row in data}
    assert told <= {"<5", "未知", ""}


def test_unplaced_people_have_reasons(result: Result, opened: Opened, role: pytest.MonkeyPatch) -> None:
    as_office(role, "police")
    table = opened("people", village="V1").dataframe[-1].value
    assert table.to_dict("list") == {"问题": ["户在人不在"], "原因": [""], "件数": [1], "涉及人数": ["1"]}


def test_where_everybody_went_adds_up_for_the_police_and_hides_small_parts_for_others() -> None:
    told = {"resident_n": {"all": 100.0, "placed": 97.0, "shared": 2.0, "unplaced": 1.0}}
    assert people.where_table(told, exact=True).iloc[:, 1].tolist() == ["97", "2", "1", "100"]
    assert people.where_table(told, exact=False).iloc[:, 1].tolist() == ["97", "<5", "<5", "100"]
    one_small = {"resident_n": {"all": 100.0, "placed": 92.0, "shared": 6.0, "unplaced": 2.0}}
    assert people.where_table(one_small, exact=False).iloc[:, 1].tolist() == ["92", "不公开", "<5", "100"]
    assert people.where_table({}, exact=False).empty


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_the_more_people_the_further_the_colour_is_from_the_ground_of_the_page(role: pytest.MonkeyPatch, dark: bool, exact: bool) -> None:
    role.setattr(people, "is_dark", lambda: dark)
    names, colours = people._legend(exact=exact)
    ramp = [c for n, c in zip(names, colours, strict=True) if n[-1].isdigit() or n == "50+"]
    assert names.index("50+") + 1 == len(ramp)
    light = [sum(w * int(c[i : i + 2], 16) for w, i in ((0.21, 1), (0.72, 3), (0.07, 5))) for c in ramp]
    assert light == sorted(light, reverse=not dark)
