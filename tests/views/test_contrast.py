"""Words can be read in both themes: WCAG 2.2 AA, computed from the theme and the palette that are really used."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from layers.style import LOOKS, OTHER
from layers.vendor import ASSETS

THEME = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
TEXT, LARGE = 4.5, 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_the_guideline() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_links_and_buttons_of_the_theme(theme: str) -> None:
    said = THEME[theme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert ratio(said["textColor"], said[ground]) >= TEXT
        assert ratio(said["primaryColor"], said[ground]) >= TEXT, ground


@pytest.mark.parametrize("code", sorted(LOOKS))
def test_the_sign_of_a_finding_on_its_colour(code: str) -> None:
    look = LOOKS[code]
    if look.sign:
        assert ratio(look.ink, look.fill) >= LARGE, "signs are bold and large"


def test_the_sign_of_an_unknown_code() -> None:
    assert ratio(OTHER.ink, OTHER.fill) >= LARGE


def test_words_on_the_map() -> None:
    sheet = (ASSETS / "map.css").read_text(encoding="utf-8")
    link = re.search(r"\.dp-all \{\s*color: (#\w{6})", sheet)
    dark = re.search(r"aria-pressed=\"true\"\]::before \{\s*color: (#\w{6}) !important", sheet)
    assert link
    assert dark
    assert ratio(link.group(1), "#ffffff") >= TEXT
    assert ratio(dark.group(1), "#1f262e") >= TEXT
    assert ratio("#1c2733", "#ffffff") >= TEXT
    assert ratio("#e6ebf0", "#1f262e") >= TEXT
