"""虚拟与拆迁清理: what may be proposed and what may not are apart; two people; a typed code; nothing is approved by a click."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from geo.casebook import Casebook
from layers.result import Result
from tests.views.cases.conftest import VILLAGE, Desk, choose, map_state, one, read_all, say, tell, work
from views.cases import cleaning


def listing(book: Casebook, name: str) -> pd.DataFrame:
    cases = book.cases(villages=[VILLAGE], codes=cleaning.CODES)
    return cases[next(one for one in cleaning.lists(book, cases) if one.name == name).keep]


def vacant(book: Casebook) -> str:
    return str(listing(book, "may")["finding_id"].iloc[0])


def test_every_case_is_in_exactly_one_list(book: Casebook) -> None:
    cases = book.cases(codes=cleaning.CODES)
    kept = sum(one.keep.astype(int) for one in cleaning.lists(book, cases))
    assert (kept == 1).all()


def test_nobody_known_to_be_there_and_nobody_unknown_is_in_the_first_list(book: Casebook) -> None:
    may, may_not = listing(book, "may"), listing(book, "may_not")
    assert len(may)
    assert len(may_not)
    assert all(book.guard(i).may for i in may["finding_id"])
    assert not any(book.guard(i).may for i in may_not["finding_id"])
    assert (may["people_n"] == 0).all()
    assert set(book.cases(villages=[VILLAGE], codes=["demolished_occupied"])["finding_id"]) <= set(may_not["finding_id"])


def test_a_case_that_may_not_says_why_and_offers_no_request(desk: Desk, book: Casebook) -> None:
    finding = one(book, "demolished_occupied")
    test = choose(desk("cleaning", "police"), finding, "cleaning")
    told = read_all(test)
    assert "不得注销，先安置人口" in told
    assert all(zh in told for zh, _ in book.guard(finding).reasons)
    assert "say_request_cancellation" not in {b.key for b in test.button}


def request(desk: Desk, book: Casebook, who: str = "police") -> tuple[Any, str]:
    finding = vacant(book)
    test = choose(desk("cleaning", who), finding, "cleaning")
    test.button(key="say_request_cancellation").click().run()
    prefix = f"cleaning_request_cancellation_{finding}"
    test.text_input(key=f"{prefix}_document").input("璧拆〔2026〕12 号")
    test.button(key=f"{prefix}_go").click().run()
    return test, finding


def test_a_request_needs_its_document(desk: Desk, book: Casebook) -> None:
    finding = vacant(book)
    test = choose(desk("cleaning", "police"), finding, "cleaning")
    test.button(key="say_request_cancellation").click().run()
    prefix = f"cleaning_request_cancellation_{finding}"
    test.text_input(key=f"{prefix}_document").input(" ")
    test.button(key=f"{prefix}_go").click().run()
    assert "须填写：依据文件" in read_all(test)
    assert book.case(finding).status == "open"


def test_the_document_of_the_demolition_list_is_offered(desk: Desk, book: Casebook, sample: Result) -> None:
    finding = one(book, "demolished_vacant")
    test = choose(desk("cleaning", "police"), finding, "cleaning")
    test.button(key="say_request_cancellation").click().run()
    known = set(sample.tables.buildings_previous["document"].dropna())
    assert test.text_input(key=f"cleaning_request_cancellation_{finding}_document").value in known


def test_whoever_asked_cannot_approve(desk: Desk, book: Casebook) -> None:
    test, finding = request(desk, book)
    assert book.case(finding).status == "cancellation_requested"
    assert "say_approve_cancellation" not in {b.key for b in test.button}
    assert "申请人不得批准自己的申请" in read_all(test)


def test_the_second_person_types_the_code_and_then_it_is_approved(desk: Desk, book: Casebook) -> None:
    _, finding = request(desk, book)
    test = choose(desk("cleaning", "police-2"), finding, "cleaning")
    test.button(key="say_approve_cancellation").click().run()
    prefix = f"cleaning_approve_cancellation_{finding}"
    test.button(key=f"{prefix}_go").click().run()
    assert book.case(finding).status == "cancellation_requested", "a click alone approves nothing"
    assert "照抄的地址编码不对" in read_all(test)
    test.text_input(key=f"{prefix}_typed").input(book.case(finding).subject_id)
    test.button(key=f"{prefix}_go").click().run()
    assert book.case(finding).status == "cancellation_approved"
    assert book.history(finding)["by"].tolist() == ["police", "police-2"]
    assert finding in listing(book, "approved")["finding_id"].tolist()


def test_after_the_request_the_card_says_who_asked_and_that_another_person_approves(desk: Desk, book: Casebook) -> None:
    test, finding = request(desk, book)
    told = read_all(choose(test, finding, "cleaning"))
    assert "可以提请注销" not in told
    assert "已提请注销，等待复核" in told
    assert "您不能同意自己的申请" in told
    other = read_all(choose(desk("cleaning", "police-2"), finding, "cleaning"))
    assert re.search(r"派出所 2026-06-30 \d\d:\d\d", other), "the sample town's clock goes on from nine"
    assert "须由提请人以外的公安账号复核" in other
    say(book, finding, "approve_cancellation", "police-2")
    agreed = read_all(choose(desk("cleaning", "police"), finding, "cleaning"))
    assert "已复核同意" in agreed
    assert "可以提请注销" not in agreed


def test_whoever_asked_withdraws_and_only_the_other_refuses(desk: Desk, book: Casebook) -> None:
    test, finding = request(desk, book)
    assert next(b for b in choose(test, finding, "cleaning").button if b.key == "say_refuse_cancellation").label == "撤回申请…"
    other = choose(desk("cleaning", "police-2"), finding, "cleaning")
    assert next(b for b in other.button if b.key == "say_refuse_cancellation").label == "驳回注销…"
    test.button(key="say_refuse_cancellation").click().run()
    prefix = f"cleaning_refuse_cancellation_{finding}"
    test.text_input(key=f"{prefix}_reason").input("填错文号")
    test.button(key=f"{prefix}_go").click().run()
    assert book.case(finding).status == "open"
    assert "已记：撤回申请" in read_all(test)
    history = [line for line in read_all(choose(test, finding, "cleaning")).splitlines() if line.startswith("| 2026-06-30 ")]
    assert "撤回申请" in history[0]
    assert "驳回注销" not in "".join(history)


def test_what_may_be_proposed_reads_nobody_for_every_office_and_elsewhere_a_zero_stays_few(desk: Desk, book: Casebook) -> None:
    test = desk("cleaning", "civil-affairs")
    assert set(test.dataframe[0].value["人数"]) == {"无人"}
    finding = vacant(book)
    assert "整个门户 无人" in read_all(choose(test, finding, "cleaning"))
    missing = desk("missing", "civil-affairs")
    assert "无人" not in set(missing.dataframe[0].value["人数"])
    say(book, finding, "request_cancellation", "police", document="1 号")
    asked = desk("cleaning", "civil-affairs")
    work(asked, "cleaning").listing = "requested"
    asked.run()
    assert asked.dataframe[0].value["人数"].tolist() == ["无人"]


def test_people_of_an_address_are_those_of_the_whole_house(desk: Desk, book: Casebook) -> None:
    cases = book.cases(villages=[VILLAGE], codes=["surplus_rooms"])
    rooms = cases[cases["people_n"] > 0].iloc[0]
    told = read_all(choose(desk("cleaning", "police"), str(rooms["finding_id"]), "cleaning"))
    assert f"整个门户 {rooms['people_n']:.0f} 人" in told
    assert "这些房室统计为无人，整个门户另计" in told


def test_the_second_person_may_refuse_with_a_reason(desk: Desk, book: Casebook) -> None:
    _, finding = request(desk, book)
    test = choose(desk("cleaning", "police-2"), finding, "cleaning")
    test.button(key="say_refuse_cancellation").click().run()
    prefix = f"cleaning_refuse_cancellation_{finding}"
    test.text_input(key=f"{prefix}_reason").input("房屋还在")
    test.button(key=f"{prefix}_go").click().run()
    assert book.case(finding).status == "open"


def test_the_signed_list_holds_what_was_approved_and_is_logged(desk: Desk, book: Casebook) -> None:
    _, finding = request(desk, book)
    say(book, finding, "approve_cancellation", "police-2")
    test = desk("cleaning", "police")
    test.button(key="sign").click().run()
    signed = test.session_state[cleaning.SIGNED]
    assert signed.table["finding_id"].tolist() == [finding]
    assert f"{signed.head.seq}:{signed.head.hash}" in signed.text
    assert book.exports()["kind"].tolist() == ["cancellation_proposals"]
    assert {b.proto.label for b in test.get("download_button")} == {"Excel", "PDF", "文本"}


@pytest.mark.parametrize(("who", "counted"), [("police", True), ("civil-affairs", False)])
def test_small_counts_are_for_the_office_that_holds_them(desk: Desk, book: Casebook, who: str, counted: bool) -> None:
    cases = book.cases(villages=[VILLAGE], codes=cleaning.CODES)
    small = cases[cases["people_n"].between(1, 4)].iloc[0]
    test = choose(desk("cleaning", who), str(small["finding_id"]), "cleaning")
    told = read_all(test)
    assert (f"{small['people_n']:.0f} 人" in told) is counted
    assert ("<5 人" in told) is not counted
    work(test, "cleaning").choose(None)
    work(test, "cleaning").listing = "may_not"
    test.run()
    shown = set(test.dataframe[0].value["人数"])
    assert bool({"1 人", "2 人", "3 人", "4 人"} & shown) is counted


def test_the_village_looks_but_may_not_ask(desk: Desk, book: Casebook) -> None:
    test = choose(desk("cleaning", "village"), vacant(book), "cleaning")
    assert "say_request_cancellation" not in {b.key for b in test.button}
    assert "须由公安" in read_all(test)


def test_the_survey_before_is_fetched_when_somebody_compares(desk: Desk, book: Casebook) -> None:
    test = desk("cleaning", "police")
    assert map_state(test)["swipe"] is None
    test.toggle(key="swipe").set_value(True).run()
    assert "scope=~" in map_state(test)["swipe"]["url"].replace("%7E", "~")


def test_never_many_at_once(desk: Desk, book: Casebook) -> None:
    ids = listing(book, "may")["finding_id"].tolist()
    test = tell(desk("cleaning", "police"), "cleaning", many=ids)
    assert not {"many_request_cancellation", "many_approve_cancellation"} & {b.key for b in test.button}
