from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from geo.address import parse
from geo.profile import Habits
from geo.tables import Scope

Read = Callable[..., dict[str, object]]


@pytest.fixture
def read() -> Read:
    """One text to the elements that are written, with place, door and within; keywords are habits or the scope."""

    def one(text: str, *, scope: Scope | None = None, **habits: object) -> dict[str, object]:
        row = parse(pd.Series([text], dtype="str"), scope=scope or Scope(), habits=Habits(**habits)).iloc[0]
        return {k: v for k, v in row.items() if (not pd.isna(v) and k != "temporary") or (k == "temporary" and v)}

    return one
