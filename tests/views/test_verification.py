"""The map page: a click shows the evidence, filters narrow list and map alike, nothing from data becomes markup."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers.result import Result
from tests.layers.town import HOSTILE, draw_result, draw_town
from tests.views.conftest import Opened, read, texts


def clicked(n: int, **event: Any) -> dict[str, Any]:
    return {"map": {**event, "n": f"{n}"}}


def map_state(test: AppTest) -> dict[str, Any]:
    """The state that was sent to the map's frame."""
    sent = json.loads(test.get("component_instance")[0].proto.json_args)["feature_group"]
    found = re.search(r"Doorplate\.apply\((\{.*\})\);", sent)
    assert found
    state: dict[str, Any] = json.loads(found[1])
    return state


def listed(test: AppTest) -> list[str]:
    return test.dataframe[0].value.iloc[:, 0].tolist()


def test_the_first_village_is_shown_with_its_findings_by_precedence(result: Result, opened: Opened) -> None:
    test = opened("verification")
    assert test.selectbox(key="village_box").value == "V1"
    assert listed(test) == ["牌址不符", "有楼无牌", "空挂门牌", "户在人不在"]
    assert map_state(test)["mask"] is None


def test_a_clicked_building_shows_its_findings_its_card_and_its_three_records(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="building", id="B1"))
    told = read(test)
    assert "广普镇普兴村中山巷4号" in told
    assert "牌址不符：14 与 4" in told
    assert "怎么办" in told
    of_records = told[told.index("三方记录") : told.index("联系")]
    assert re.findall(r"^\| (\w+) \| (\w+) \|", of_records, re.MULTILINE) == [("建筑", "B1"), ("门牌", "P1"), ("地址", "A1")]
    assert "| B1 · P1 · A1 | 一一对应 | 0.97 | 4.2 m | 登记的编号 |" in told
    assert map_state(test)["selected"] == {"kind": "building", "id": "B1"}
    assert sorted(map_state(test)["partners"]) == [["address", "A1"], ["plate", "P1"]]


def test_differing_characters_and_parts_are_marked(result: Result, opened: Opened) -> None:
    told = texts(opened("verification", **clicked(1, kind="plate", id="P1")))
    assert "【1】" in told
    assert "≠ 门牌号" in told


def test_an_undecided_link_is_called_undecided(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="plate", id="P2"))
    assert "| — · P2 · A3 | 待判 | 0.50 | — | 证据不足以判定 |" in read(test)


def test_the_same_click_is_taken_once(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, code="text_conflict"))
    assert map_state(test)["mask"] is not None
    test.run()
    assert map_state(test)["mask"] is not None
    test.session_state["map"] = {"code": "text_conflict", "n": "2"}
    test.run()
    assert map_state(test)["mask"] is None


def test_a_code_in_the_legend_filters_list_and_map_and_keeps_its_count(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, code="dangling_plate"))
    assert len(listed(test)) == 1
    state = map_state(test)
    assert state["mask"] == "20"  # the third of four findings
    assert {row["code"]: (row["n"], row["on"]) for row in state["legend"]}["dangling_plate"] == (1, True)
    assert {row["code"]: (row["n"], row["on"]) for row in state["legend"]}["text_conflict"] == (1, False)


@pytest.mark.parametrize(("text", "ids"), [("P2", 1), ("中山巷4号", 2), ("vanished", 0), ("b1 人不在", 1), ("a1", 1)])
def test_search_finds_ids_texts_and_related_objects(result: Result, opened: Opened, text: str, ids: int) -> None:
    test = opened("verification")
    test.text_input(key="text_box").input(text).run()
    assert len(listed(test)) == ids if ids else any("筛选后没有" in i.value for i in test.info)


def test_severity_and_office_narrow_together(result: Result, opened: Opened) -> None:
    test = opened("verification")
    test.selectbox(key="office_box").select("civil_affairs").run()
    assert len(listed(test)) == 2
    test.button_group(key="severities_box").set_value(["notice"]).run()
    assert any("筛选后没有" in i.value for i in test.info)


def test_another_village_forgets_what_was_chosen(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="building", id="B1"))
    test.selectbox(key="village_box").select("V2").run()
    state = map_state(test)
    assert state["selected"] is None
    assert state["scene"].endswith("/V2")
    assert any("没有发现问题" in i.value for i in test.info)


def test_a_click_on_a_neighbour_opens_that_village(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="village", id="V2"))
    assert test.selectbox(key="village_box").value == "V2"


def test_a_click_on_something_unknown_changes_nothing(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="village", id="<b>"))
    assert test.selectbox(key="village_box").value == "V1"
    assert "在地图上点" in texts(opened("verification", **clicked(1, kind="building", id="nobody")))


def test_a_layer_can_be_switched(result: Result, opened: Opened) -> None:
    assert map_state(opened("verification"))["layers"]["links"] is False
    assert map_state(opened("verification", **clicked(1, layer="links", shown=True)))["layers"]["links"] is True
    assert map_state(opened("verification", **clicked(1, layer="plates", shown=False)))["layers"]["plates"] is False


def test_the_page_is_english_when_asked(result: Result, opened: Opened) -> None:
    test = opened("verification", language="en", **clicked(1, kind="finding", id="F1"))
    told = texts(test)
    assert "What to do" in told
    assert "text differs" in told
    assert not re.search("[\u4e00-\u9fff]", "".join(test.dataframe[0].value.columns))
    assert map_state(test)["language"] == "en"


def test_hostile_texts_stay_texts(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="finding", id="F3"))
    shown = [m for m in test.markdown if "evil" in str(m.value)]
    assert shown
    for element in shown:
        assert "<img" not in element.value.replace("\\<img", "")
        assert "![x](" not in element.value
        assert not element.allow_html
    assert HOSTILE not in texts(test)


def test_counts_of_people_below_five_are_nowhere_on_the_page(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="building", id="B1"))
    told = read(test) + "\n".join(f.value.to_string() for f in test.dataframe)
    assert "有 1 人" not in told
    assert "户籍 <5，实有 <5，流动 5，户在人不在 <5" in told


def test_unknown_counts_are_unknown_and_not_zero(result: Result, opened: Opened) -> None:
    test = opened("verification", **clicked(1, kind="building", id="B2"))
    assert "户籍 未知，实有 未知" in read(test)


@pytest.mark.parametrize("one", ["F4", "F6"])
def test_findings_without_an_object_have_a_panel_too(result: Result, opened: Opened, one: str) -> None:
    assert "怎么办" in texts(opened("verification", village="", **clicked(1, kind="finding", id=one)))


def test_all_villages_can_be_drawn_at_once(result: Result, opened: Opened) -> None:
    test = opened("verification", village="*")
    assert len(listed(test)) == 6


def test_next_and_previous_walk_through_the_list_and_lead_the_map(result: Result, opened: Opened) -> None:
    test = opened("verification")
    assert test.button(key="step_before").disabled
    for one in ("F1", "F2"):
        test.button(key="step_after").click().run()
        assert map_state(test)["selected"] == {"kind": "finding", "id": one}
    test.button(key="step_before").click().run()
    assert map_state(test)["selected"] == {"kind": "finding", "id": "F1"}
    assert map_state(test)["fly"] == 3


def test_objects_without_a_finding_are_found_as_well(result: Result, opened: Opened) -> None:
    test = opened("verification", village="*", listing="objects")
    assert test.dataframe[0].value["编号"].tolist() == ["B1", "B2", "B3", "B4", "P1", "P2", "P3", "A1", "A2", "A3"]
    test.text_input(key="text_box").input("石河村 3号").run()
    assert test.dataframe[0].value["编号"].tolist() == ["B3", "A3"]
    test.text_input(key="text_box").input("no such door").run()
    assert any("没有这样的建筑" in i.value for i in test.info)


def test_a_click_in_a_village_with_a_namesake_stays_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    draw_result(tmp_path, villages=draw_town().villages.assign(name="普兴村"))
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    test = opened("verification", **clicked(1, kind="building", id="B1"))
    assert len(set(test.selectbox(key="village_box").options)) == len(test.selectbox(key="village_box").options)
    assert map_state(test)["scene"].endswith("/V1")


def test_state_and_face_of_a_plate_are_told_where_the_result_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    draw_result(tmp_path, plates=draw_town().plates.assign(state="installed", face="damaged"))
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    assert "中山巷14号，已安装，破损" in read(opened("verification", **clicked(1, kind="plate", id="P1")))


def test_the_texts_of_an_object_are_told_token_by_token(result: Result, opened: Opened) -> None:
    address = result.tables.addresses.dropna(subset=["text"]).iloc[0]
    test = opened("verification", **clicked(1, kind="address", id=address["address_id"]))
    folded = next(e for e in test.expander if e.label == "文字怎样读出来的")
    told = "\n".join(str(m.value) for m in folded.markdown).replace("\\", "")
    assert address["text"] in told
    assert "依据" in told
    assert f"| {address['number']} |" in told, "the number stands in the table with what it was read as"


def test_a_long_list_shows_its_beginning_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    monkeypatch.setattr("views.lists.OBJECTS_N", 2)
    draw_result(tmp_path)
    monkeypatch.setenv("DOORPLATE_OUT", str(tmp_path))
    test = opened("verification")
    assert len(test.dataframe[0].value) == 2
    assert "只列出前 2 个" in read(test)
