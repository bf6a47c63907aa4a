"""What somebody in front of the house may answer on a sheet: one digit each, and what it becomes in the casebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Answer:
    """One answer: the digit on the sheet, the words, the verb of the casebook, and what the remark must say, if anything.

    needs is "" (nothing), "number" (the number to give), "reason" or "document". says: the fixed sentence it is written down
    with, before the remark. not_for: codes of findings it is no answer to, although the casebook would take the verb.
    """

    digit: str
    zh: str
    en: str
    verb: str
    needs: str = ""
    says: str = ""
    not_for: frozenset[str] = frozenset()


HANGING = frozenset({
    "duplicate_number", "number_out_of_order", "text_conflict", "old_plate", "old_village_name", "several_plates", "misplaced_plate",
    "unregistered_plate", "undecided_plate", "temporary_overdue", "plate_for_many_buildings",
})  # fmt: skip
"""Findings about a plate that hangs: it is not missing, whatever else is wrong with it."""


ANSWERS: tuple[Answer, ...] = (
    Answer("1", "缺牌属实", "plate is missing", "plate_missing", not_for=HANGING),
    Answer("2", "问题属实，待处理", "the problem is real, to be dealt with", "note", says="属实，待处理"),
    Answer("4", "拟编号（备注写号码）", "give it a number (write it)", "number_proposed", "number"),
    Answer("5", "不编号（备注写理由）", "needs no number (say why)", "not_to_be_numbered", "reason"),
    Answer("6", "空挂属实", "plate hangs on nothing", "confirm_dangling"),
    Answer("7", "房屋已拆（备注写文号）", "house is gone (document)", "confirm_demolished", "document"),
    Answer("8", "登记有误（备注写理由）", "entered in error (say why)", "entered_in_error", "reason"),
    Answer("9", "房屋仍在", "house still stands", "still_standing"),
    Answer("0", "实地无此问题（备注写理由）", "nothing wrong here (say why)", "false_alarm", "reason"),
    Answer("", "待查：只写备注", "to be looked into: write a remark only", "note", "reason"),
)
"""The digits are those of the verbs' keys in the app, but for 2: a problem that is real and has no verdict of its own is noted, and
the case stays where it is. A plate put up needs a photo, so it is entered in the app, not here."""

ANSWER: Mapping[str, Answer] = MappingProxyType({answer.digit: answer for answer in ANSWERS})
BY_VERB: Mapping[str, Answer] = MappingProxyType({answer.verb: answer for answer in ANSWERS if not answer.says})
