"""Why an address was read as it was: token by token."""

from __future__ import annotations

from typing import NamedTuple

from geo.address.clean import clean
from geo.address.parse import Reader
from geo.profile import Habits
from geo.tables import Scope


class Token(NamedTuple):
    """A piece of the cleaned text, the element it was read as, its canonical value and the reason in Chinese and English."""

    text: str
    start: int
    end: int
    element: str
    value: str
    zh: str
    en: str
