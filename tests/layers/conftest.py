from __future__ import annotations

from pathlib import Path

import pytest

from layers.result import Result
from tests.layers.town import draw_result


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder: Path = tmp_path_factory.mktemp("results")
    return draw_result(folder)
