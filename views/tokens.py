"""How a text was read, token by token: for a clerk who wonders why two numbers are not the same door."""

from __future__ import annotations

import streamlit as st

from geo.address import explain
from geo.profile import Habits
from geo.tables import PARTS, Scope
from layers.evidence import Evidence
from layers.labels import PART
from layers.result import Result
from views.panel import SHOWN_N, table
from views.plain import plain
from views.state import named, say

_TEXTS = ("plate", "address")


def tokens(result: Result, found: Evidence) -> None:
    """The reading of every plate text and address of an object, folded until asked for."""
    texts = list(dict.fromkeys(t for kind in _TEXTS for t in found.objects(kind)["text"].dropna()))[:SHOWN_N]
    if not texts:
        return
    scope, habits = reading_of(result)
    with st.expander(say("文字怎样读出来的", "How the texts were read")):
        for text in texts:
            st.markdown(f"**{plain(text)}**")
            rows = [
                (t.text, named(PART, t.element) if t.element in PARTS else _other(t.element), t.value or "", say(t.zh, t.en))
                for t in explain(text, scope=scope, habits=habits)
            ]
            table((say("文字", "Text"), say("成分", "Part"), say("读作", "Read as"), say("依据", "Why")), rows)


def reading_of(result: Result) -> tuple[Scope, Habits]:
    """The upper levels and habits a result was read with; the defaults for a result of an older version, which does not say."""
    run = result.tables.run
    return Scope(**run.get("scope", {})), Habits(**run.get("habits", {}))


def _other(element: str) -> str:
    words = {"alias": ("别名", "other name"), "flag": ("备注", "remark"), "leftover": ("未读懂", "not read"), "skipped": ("略过", "skipped")}
    return say(*words.get(element, ("其他", "other")))
