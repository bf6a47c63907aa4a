"""补牌核对: a click shows the case, a verdict reaches the casebook and the map, undo takes it back, many go at once or not at all."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from geo.casebook import Casebook
from geo.export.order_list import order_list, write_order_xlsx
from layers.result import Result
from tests.views.cases.conftest import VILLAGE, Desk, bits_n, choose, map_state, meanwhile, one, read_all, say, tell, work
from views.cases import verdicts
from views.cases.files import delivered
from views.cases.missing import CODES


def buttons(test: object) -> set[str]:
    return {b.key for b in test.button if b.key}  # type: ignore[attr-defined]


def test_the_page_says_who_you_are_and_what_waits(desk: Desk, book: Casebook) -> None:
    told = read_all(desk("missing"))
    n = int(book.waiting(office="civil_affairs")["cases_n"].sum())
    assert f"您是 **民政办**（民政），待办 **{n}** 件（待核 {n}，办理中 0）" in told
    assert "示例，今天按 2026-06-30 计" in told


def test_the_queue_is_ordered_by_people_and_the_legend_counts_what_nobody_decided(desk: Desk, book: Casebook) -> None:
    test = desk("missing")
    cases = book.cases(villages=[VILLAGE], codes=CODES)
    assert test.dataframe[0].value["人数"].tolist()[0] == f"{cases['people_n'].iloc[0]:.0f} 人"
    legend = {row["code"]: row["n"] for row in map_state(test)["legend"]}
    assert legend == cases["code"].value_counts().to_dict()
    assert bits_n(map_state(test)["mask"]) == len(cases)
    assert bits_n(map_state(test)["done"]) == 0


def test_a_click_on_a_house_opens_its_case_with_evidence_and_neighbours(desk: Desk, book: Casebook) -> None:
    case = book.case(one(book, "unplated_building"))
    test = tell(desk("missing"), kind="building", id=case.subject_id)
    told = read_all(test)
    assert work(test).chosen == case.finding_id
    assert case.detail_zh in told
    for words in ("有楼无牌", "邻近门牌", "三方记录", "何时误报", "还没有人处理过"):
        assert words in told
    assert map_state(test)["selected"] == {"kind": "finding", "id": case.finding_id}


def test_a_verdict_reaches_the_casebook_and_the_map_and_the_selection_stays(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    before = map_state(test)
    test.button(key="say_plate_missing").click().run()
    case = book.case(finding)
    assert (case.status, case.version, case.last_by) == ("plate_missing", 1, "civil-affairs")
    after = map_state(test)
    assert bits_n(after["done"]) == 1
    assert {k: after[k] for k in ("scene", "url", "selected", "fly", "mask")} == {k: before[k] for k in ("scene", "url", "selected", "fly", "mask")}
    told = read_all(test)
    assert "已记：缺牌" in told
    assert "确认缺牌" in told
    assert "已核 1 /" in next(str(p.proto.text) for p in test.get("progress"))


def test_undo_takes_the_last_verdict_back_and_history_keeps_both(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    assert test.button(key="undo").disabled
    test.button(key="say_plate_missing").click().run()
    test.button(key="undo").click().run()
    assert book.case(finding).status == "open"
    assert book.history(finding)["verb"].tolist() == ["plate_missing", "undo"]
    assert bits_n(map_state(test)["done"]) == 0
    assert "（已撤销）" in read_all(test)


def test_next_goes_on_and_a_case_put_off_comes_last(desk: Desk, book: Casebook) -> None:
    test = desk("missing")
    order = book.cases(villages=[VILLAGE], codes=CODES)["finding_id"].tolist()
    test.button(key="next").click().run()
    assert work(test).chosen == order[0]
    test.button(key="skip").click().run()
    assert work(test).chosen == order[1]
    assert map_state(test)["fly"] == 2
    work(test).choose(order[-1])
    test.run()
    test.button(key="next").click().run()
    assert work(test).chosen == order[0]


def test_going_on_by_itself_is_a_choice(desk: Desk, book: Casebook) -> None:
    test = desk("missing")
    test.button(key="next").click().run()
    first = work(test).chosen
    test.toggle(key="missing_onward").set_value(True).run()
    key = next(k for k in ("say_plate_missing", "say_plate_ordered", "say_still_standing") if k in buttons(test))
    test.button(key=key).click().run()
    assert book.case(first).version == 1
    assert work(test).chosen != first


def test_a_reason_is_asked_and_without_one_nothing_is_written(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    test.button(key="say_not_to_be_numbered").click().run()
    prefix = f"missing_not_to_be_numbered_{finding}"
    test.button(key=f"{prefix}_go").click().run()
    assert "须填写：理由" in read_all(test)
    assert book.case(finding).version == 0
    test.text_input(key=f"{prefix}_reason").input("棚屋，不住人")
    test.date_input(key=f"{prefix}_until").set_value(date(2027, 6, 30))
    test.button(key=f"{prefix}_go").click().run()
    case = book.case(finding)
    assert (case.status, str(case.until)) == ("exempted", "2027-06-30")
    assert book.history(finding)["reason"].tolist() == ["棚屋，不住人"]
    assert work(test).form is None


def test_a_proposed_number_and_its_place_on_the_map(desk: Desk, book: Casebook, sample: Result) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    test.button(key="say_number_proposed").click().run()
    assert map_state(test)["placing"] is True
    tell(test, at=[29.59, 106.21])
    assert map_state(test)["pin"] == [29.59, 106.21]
    prefix = f"missing_number_proposed_{finding}"
    test.text_input(key=f"{prefix}_number").input("杏亭路62号")
    test.button(key=f"{prefix}_go").click().run()
    case = book.case(finding)
    assert (case.status, case.number, case.placed_lat, case.placed_lon) == ("number_proposed", "杏亭路62号", 29.59, 106.21)
    assert map_state(test)["pin"] is None


def test_a_plate_is_moved_by_a_click_and_only_with_one(desk: Desk, book: Casebook) -> None:
    finding = one(book, "damaged_plate")
    test = choose(desk("missing"), finding)
    test.button(key="say_move_plate").click().run()
    prefix = f"missing_move_plate_{finding}"
    test.button(key=f"{prefix}_go").click().run()
    assert book.case(finding).version == 0
    assert "没有记下" in read_all(test)
    tell(test, at=[29.6, 106.2])
    test.button(key=f"{prefix}_go").click().run()
    case = book.case(finding)
    assert (case.placed_lat, case.placed_lon, case.status) == (29.6, 106.2, "open")


def test_many_are_decided_at_once_and_undone_at_once(desk: Desk, book: Casebook) -> None:
    rows = book.cases(villages=[VILLAGE], codes=["undecided_plate"]).head(4)
    ids = rows["finding_id"].tolist()
    test = tell(desk("missing"), many=[*ids, "stranger"])
    assert sorted(work(test).many) == sorted(ids)
    assert sorted(map_state(test)["many"]) == sorted(ids)
    test.button(key="many_plate_missing").click().run()
    assert {book.case(i).status for i in ids} == {"plate_missing"}
    assert bits_n(map_state(test)["done"]) == 4
    assert "（4 处）" in read_all(test)
    test.button(key="undo").click().run()
    assert {book.case(i).status for i in ids} == {"open"}


def test_many_of_which_one_was_decided_by_somebody_else_are_not_written_at_all(desk: Desk, book: Casebook) -> None:
    ids = book.cases(villages=[VILLAGE], codes=["undecided_plate"]).head(3)["finding_id"].tolist()
    test = tell(desk("missing"), many=ids)
    say(book, ids[1], "plate_missing", "village")
    test.button(key="many_plate_missing").click().run()
    told = read_all(test)
    assert "村委会" in told
    assert "先记了“缺牌”" in told
    assert [book.case(i).version for i in ids] == [0, 1, 0]


def test_cases_of_different_kinds_leave_only_verdicts_that_fit_all(desk: Desk, book: Casebook) -> None:
    ids = [one(book, "undecided_plate"), one(book, "unplated_building")]
    test = tell(desk("missing"), many=ids)
    keys = buttons(test)
    assert "many_plate_missing" in keys
    assert "many_not_to_be_numbered" not in keys
    assert "many_number_proposed" not in keys


@pytest.mark.parametrize("number", ["zzz", "taken", "12号"])
def test_a_number_that_is_none_or_another_house_has_is_refused_with_who_has_it(number: str, desk: Desk, book: Casebook, sample: Result) -> None:
    finding = one(book, "unplated_building")
    plates = sample.tables.plates
    owner = plates[(plates["village_code"] == VILLAGE) & plates["street"].notna() & plates["parent_id"].isna()].iloc[0]
    test = choose(desk("missing"), finding)
    test.button(key="say_number_proposed").click().run()
    prefix = f"missing_number_proposed_{finding}"
    test.text_input(key=f"{prefix}_number").input(str(owner["text"]) if number == "taken" else number)
    test.button(key=f"{prefix}_go").click().run()
    assert not test.exception, test.exception
    told = read_all(test)
    why = {"zzz": "“zzz”不是门牌号", "taken": f"已被占用：门牌 {owner['plate_id']}", "12号": "须写明街巷、自然村或组"}[number]
    assert "没有记下" in told
    assert why in told
    assert book.case(finding).status == "open"


def test_a_number_that_a_colleague_gives_while_ours_is_looked_for_is_not_given_twice(desk: Desk, book: Casebook, monkeypatch: pytest.MonkeyPatch) -> None:
    finding, other = book.cases(villages=[VILLAGE], codes=["unplated_building"])["finding_id"].tolist()[:2]
    meanwhile(monkeypatch, verdicts, "number_problems", lambda: say(book, other, "number_proposed", "civil-affairs", number="杏亭路62号"))
    test = choose(desk("missing"), finding)
    test.button(key="say_number_proposed").click().run()
    prefix = f"missing_number_proposed_{finding}"
    test.text_input(key=f"{prefix}_number").input("杏亭路62号")
    test.button(key=f"{prefix}_go").click().run()
    assert not test.exception, test.exception
    assert "“杏亭路62号”刚被占用：民政办" in read_all(test)
    assert "另拟一个号" in read_all(test)
    assert (book.case(finding).status, book.case(other).number) == ("open", "杏亭路62号")


def test_the_order_list_holds_what_is_to_be_made(desk: Desk, book: Casebook, sample: Result) -> None:
    finding = one(book, "unplated_building")
    say(book, finding, "number_proposed", "civil-affairs", number="杏亭路62号")
    test = desk("missing")
    button = next(b for b in test.get("download_button") if "制牌清单" in b.proto.label)
    assert button.proto.label == "制牌清单 1"
    order = order_list(sample.tables, cases=book.cases(ids=[finding]), villages=(VILLAGE,))
    sheet = openpyxl.load_workbook(io.BytesIO(delivered(lambda path: write_order_xlsx(order, path)))).active
    assert sheet is not None
    assert "62号" in [str(c.value) for row in sheet.iter_rows() for c in row]


@pytest.mark.parametrize("page", ["missing", "cleaning"])
def test_the_page_is_english_when_asked(desk: Desk, book: Casebook, page: str) -> None:
    test = desk(page, "police" if page == "cleaning" else "civil-affairs", language="en")
    test.button(key="next").click().run()
    labels = [b.label for b in test.button] + [str(m.value) for m in test.caption]
    assert any(label.startswith("Next") for label in labels)
    for words in labels:
        assert not any("\u4e00" <= c <= "\u9fff" for c in words.replace("凤峰社区", "")), words


def test_another_village_forgets_what_was_chosen(desk: Desk, book: Casebook) -> None:
    test = choose(desk("missing"), one(book, "unplated_building"))
    test.selectbox(key="village_box").select("500120197002").run()
    assert work(test).chosen is None
    assert map_state(test)["scene"].endswith("500120197002")


def test_a_click_on_an_object_without_a_case_shows_its_evidence(desk: Desk, book: Casebook, sample: Result) -> None:
    matched = sample.within("buildings", VILLAGE)
    house = matched[matched["status"] == "matched"]["building_id"].iloc[0]
    test = tell(desk("missing"), kind="building", id=house)
    assert work(test).chosen is None
    assert "三方记录" in read_all(test)
    assert map_state(test)["selected"] == {"kind": "building", "id": house}


def test_another_person_at_the_same_computer_begins_afresh(desk: Desk, book: Casebook) -> None:
    finding = one(book, "unplated_building")
    test = choose(desk("missing"), finding)
    test.button(key="say_plate_missing").click().run()
    assert not test.button(key="undo").disabled
    test.session_state["acting"] = "village"
    test.run()
    assert work(test).chosen is None
    assert test.button(key="undo").disabled
    assert "您是 **村委会**" in read_all(test)
