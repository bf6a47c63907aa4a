"""What charts must know of the page they stand on: marks of their own do not follow its theme."""

from __future__ import annotations

import streamlit as st


def is_dark() -> bool:
    """Whether the page is dark."""
    return st.context.theme.type == "dark"


def ink() -> str:
    """The colour of words in a chart."""
    return "#e6edf3" if is_dark() else "#1b1b1b"
