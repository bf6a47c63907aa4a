from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers.result import Result
from tests.layers.town import draw_result

MAIN = Path(__file__).parents[2] / "views" / "main.py"
Opened = Callable[..., AppTest]


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return draw_result(tmp_path_factory.mktemp("results"))


@pytest.fixture
def result(drawn: Result, monkeypatch: pytest.MonkeyPatch) -> Result:
    """The town as every page shows it; tests that change its files draw their own."""
    monkeypatch.setenv("DOORPLATE_OUT", str(drawn.folder.parent))
    return drawn


@pytest.fixture
def opened() -> Opened:
    """Open one page as a script of its own: the test runner cannot switch to pages that are functions."""

    def open_page(page: str, **session: Any) -> AppTest:
        test = AppTest.from_string(f"from views import {page}\n{page}.show()", default_timeout=30)
        for key, value in session.items():
            test.session_state[key] = value
        test.run()
        assert not test.exception, test.exception
        return test

    return open_page


def read(test: AppTest) -> str:
    """Everything a reader sees as text, without the marks that keep it from being markup."""
    return texts(test).replace("\\", "")


def texts(test: AppTest) -> str:
    """Everything that is written as text, as it is sent to the browser."""
    kinds = (test.markdown, test.caption, test.info, test.error, test.header, test.code, test.text)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
