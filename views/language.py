"""The language of the page: Chinese, or English where somebody chose it."""

from __future__ import annotations

import streamlit as st

LANGUAGE = "language"
"""Session key of the choice."""


def language() -> str:
    """Language of the page, zh or en."""
    return str(st.session_state.get(LANGUAGE) or "zh")


def say(zh: str, en: str) -> str:
    """The sentence in the language of the page."""
    return zh if language() == "zh" else en
