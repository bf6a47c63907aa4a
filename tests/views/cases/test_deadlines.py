"""The deadline of a village is set in the app by whoever may; the casebook has the last word."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo.casebook import Casebook
from layers.result import Result
from tests.views.cases.conftest import VILLAGE, read_all
from views import deadlines
from views.sign_in import User

NEXT = "500120197002"


def page(who: str, *, language: str = "zh") -> AppTest:
    test = AppTest.from_string("from views import coverage\ncoverage.show()", default_timeout=180)
    for key, value in {"acting": who, "coverage_view": "days", "language": language}.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def fill(test: AppTest, villages: list[str], day: date | None, reason: str, *, button: int = 0) -> AppTest:
    test.multiselect(key="deadline_villages").set_value(villages)
    test.date_input(key="deadline_day").set_value(day)
    test.text_input(key="deadline_reason").set_value(reason)
    test.button[button].click().run()
    assert not test.exception, test.exception
    return test


def test_civil_affairs_sets_a_day_for_several_villages_and_takes_one_away_again(book: Casebook) -> None:
    test = fill(page("civil-affairs"), [VILLAGE, NEXT], date(2026, 9, 30), "镇政府办〔2026〕12 号")
    assert "期限 2026-09-30" in read_all(test)
    assert book.deadlines().set_index("village_code")["deadline"].to_dict() == {v: pd.Timestamp("2026-09-30") for v in (VILLAGE, NEXT)}
    table = test.dataframe[0].value
    assert table["期限"].tolist()[:2] == ["2026-09-30", "2026-09-30"]
    assert table["剩余"].tolist()[0] == "还有 92 天"
    assert table["设定者"].tolist()[0] == "民政办"
    fill(page("civil-affairs"), [NEXT], None, "另行通知", button=1)
    known = book.deadlines().set_index("village_code")["deadline"]
    assert known[VILLAGE] == pd.Timestamp("2026-09-30")
    assert NEXT not in known.dropna().index


@pytest.mark.parametrize(("villages", "day", "reason", "word"), [([], date(2026, 9, 30), "x", "请先选村居"), ([VILLAGE], None, "x", "请填期限的日期"), ([VILLAGE], date(2026, 9, 30), " ", "请写依据")])
def test_what_is_missing_in_the_form_is_asked_for_and_nothing_is_set(book: Casebook, villages: list[str], day: date | None, reason: str, word: str) -> None:
    assert word in read_all(fill(page("police"), villages, day, reason))
    assert book.deadlines().empty


@pytest.mark.parametrize("who", ["leader", "data", "village", "surveyor", "admin"])
def test_others_see_the_deadlines_and_who_sets_them(book: Casebook, who: str) -> None:
    book.set_deadline(VILLAGE, date(2026, 9, 30), by="civil-affairs", reason="x")
    test = page(who)
    assert "2026-09-30" in test.dataframe[0].value["期限"].tolist()
    assert "这里只能查看" in read_all(test)
    assert not test.multiselect


def test_a_village_that_was_not_granted_is_not_offered_and_the_casebook_refuses_it(book: Casebook, sample: Result) -> None:
    book.add_account("one-village", "凤峰民政", "civil_affairs", by="admin")
    book.grant("one-village", "civil_affairs", VILLAGE, by="admin")
    user = User("one-village", "凤峰民政", ("civil_affairs",), (VILLAGE,), "single")
    assert deadlines.villages_to_set(book, user, [VILLAGE, NEXT]) == [VILLAGE]
    script = (
        "from datetime import date\nimport streamlit as st\nfrom views import casebook, deadlines, state\nfrom views.sign_in import User\n"
        f"user = User('one-village', 'x', ('civil_affairs',), ('{VILLAGE}',), 'single')\n"
        f"deadlines.keep(state.chosen_result(), casebook.book(), user, ['{VILLAGE}', '{NEXT}'], date(2026, 9, 30), 'x')"
    )
    test = AppTest.from_string(script, default_timeout=60)
    test.session_state["acting"] = "civil-affairs"
    test.run()
    assert not test.exception, test.exception
    assert [kind for kind, _ in test.session_state["deadline_told"]] == ["done", "refused"]
    assert book.deadlines()["village_code"].tolist() == [VILLAGE]


def test_overdue_cases_are_counted_for_their_village(book: Casebook) -> None:
    book.set_deadline(VILLAGE, date(2026, 6, 1), by="civil-affairs", reason="x")
    row = page("leader").dataframe[0].value.iloc[0]
    assert row["剩余"] == "已过 29 天"
    assert row["逾期"] == row["待办"] > 0


def test_the_page_is_complete_in_english(book: Casebook) -> None:
    test = page("civil-affairs", language="en")
    told = read_all(test) + " ".join(map(str, test.dataframe[0].value.columns)) + test.multiselect[0].label + test.date_input[0].label
    assert not [c for c in told if "\u4e00" <= c <= "\u9fff"]
