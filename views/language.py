"""The language of the page: Chinese, or English where somebody chose it."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

LANGUAGE, SPOKEN = "language", "spoken"
"""Session keys of the choice, and of the language the page was last drawn in: the choice is forgotten where one page sends the reader to another."""


def language() -> str:
    """Language of the page, zh or en."""
    return str(st.session_state.get(LANGUAGE) or st.session_state.get(SPOKEN) or "zh")


def say(zh: str, en: str) -> str:
    """The sentence in the language of the page."""
    return zh if language() == "zh" else en


def aside(text: str) -> str:
    """The text in the brackets of the language of the page, as it follows a word."""
    return say(f"（{text}）", f" ({text})")


def joined(texts: Iterable[str]) -> str:
    """Names one after the other, as the language of the page parts them."""
    return say("、", ", ").join(texts)
